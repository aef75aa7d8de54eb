"""What the files of a range make of each table, file by file in the order of their paths, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from thalweg.cli.diff.files import File, Side
from thalweg.cli.diff.tables import alike, tables
from thalweg.model.columns import Add, Column, ColumnChange, Rename
from thalweg.model.errors import BadInput
from thalweg.schemas import Table, altered

Unread = tuple[File, str]
"""A file that cannot be read at HEAD as what it is, and why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One file's part. was, now: the table in its text; None where that does not name it. renamed: what an ALTER calls
    it from now on.
    """

    file: File
    was: Table | None
    now: Table | None
    renamed: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a table. table: None where it is there no more. old: its columns before, where a file says them.
    line: of the statement that ends it. renamed: what it is called from now on.
    """

    table: Table | None
    file: File
    old: Sequence[Column] | None = None
    line: int | None = None
    renamed: str = ""


@dataclass(slots=True)
class Subject:
    """A table that the range touches."""

    names: tuple[str, ...]
    format: str
    steps: list[Step] = field(default_factory=list)

    @property
    def before(self) -> bool:
        """Whether it was there at BASE, as far as files say that the range did not add."""
        return any(step.was is not None or (step.renamed and step.file.was is not None) for step in self.steps)

    def outcome(self) -> Outcome | None:
        """None where nothing comes of it: what came and went again was never there."""
        old = next((one.was.columns for one in self.steps if one.was is not None and whole(one.was)), None)
        described = [one for one in self.steps if one.now is not None and whole(one.now)]
        if old is not None and described:
            return self._described(described[-1], old)
        return self._folded(_typed(old))

    def _described(self, last: Step, old: Sequence[Column]) -> Outcome:
        """All of it is said before and after. What statements do besides is in that; where it is not, it counts too:
        who drops a column by a migration may have forgotten the file that describes the table.
        """
        assert last.now is not None
        found = Outcome(last.now, last.file, _typed(old))
        statements = [one for one in self.steps if one.now is None or not whole(one.now)]
        end = statements[-1] if statements else last
        if end.renamed or (end.now is not None and end.now.dropped):
            return Outcome(None, end.file, old, end.now.line if end.now else None, end.renamed)
        for step in statements:
            table = found.table
            if table is None or step.now is None:
                continue
            stated = replace(step.now, changes=_left_out(table, _since(step.was, step.now)))
            if stated.changes:
                found = replace(found, table=_after(found, stated), file=step.file)
        return found

    def _folded(self, old: Sequence[Column] | None) -> Outcome | None:
        found: Outcome | None = None
        new = False
        for step in self.steps:
            now = step.now
            if step.renamed:
                found = Outcome(None, step.file, old, renamed=step.renamed)
            elif now is None:
                found = Outcome(None, step.file, old) if self._goes(step) else found
            elif now.dropped:
                found, new = (None if new else Outcome(None, step.file, old, now.line)), False
            elif now.columns is not None or now.unclear:
                new = new or (found is None and old is None)
                found = Outcome(now, step.file, old)
            elif (changes := _since(step.was, now)) or (found is not None and found.table is None):
                found = Outcome(_after(found, replace(now, changes=changes)), step.file, old)
        return found

    def _goes(self, step: Step) -> bool:
        """Whether a table ends where its file no more speaks of it. Who takes a manifest's word back says nothing of
        the data, and of Iceberg's metadata there are always older files that go.
        """
        return step.was is not None and whole(step.was) and self.format not in ("manifest", "iceberg")


def whole(table: Table) -> bool:
    return table.columns is not None and not table.dropped


def _typed(columns: Sequence[Column] | None) -> Sequence[Column] | None:
    return columns if columns and any(one.type is not None for one in columns) else None


def _since(was: Table | None, now: Table) -> tuple[ColumnChange, ...]:
    """What is stated now and was not before."""
    before = list(was.changes) if was is not None else []
    found = []
    for change in now.changes:
        if change in before:
            before.remove(change)
        else:
            found.append(change)
    return tuple(found)


def _left_out(table: Table, changes: Iterable[ColumnChange]) -> tuple[ColumnChange, ...]:
    """Those changes that a description of the table does not show, or shows too: of columns that it still has."""
    there = {one.name.casefold(): one for one in table.columns or ()}
    return tuple(
        change
        for change in changes
        if not isinstance(change, Add)
        and change.column.casefold() in there
        and not (isinstance(change, Rename) and change.to.casefold() in there)
    )


def _after(found: Outcome | None, stated: Table) -> Table:
    """A table as it has become so far, changed once more. A view that takes its name is what it is from then on."""
    before = found.table if found is not None else None
    if before is None:
        return stated
    if before.columns is None:
        return replace(stated, changes=(*before.changes, *stated.changes), kept=before.kept | stated.kept)
    return replace(before, columns=altered(before.columns, stated), line=stated.line)


def subjects(files: Iterable[File], dialect: str | None) -> tuple[list[Subject], list[Unread]]:
    """The tables that differ, and the files of which that cannot be told."""
    found: dict[tuple[str, str], Subject] = {}
    unread: list[Unread] = []
    for file in files:
        try:
            after = _tables(file.path, file.now, file.was, dialect)
        except BadInput as error:
            unread.append((file, str(error)))
            continue
        try:
            before = _tables(file.path, file.was, None, dialect)
        except BadInput:  # then the store says what was there
            before = {}
        for key in dict.fromkeys((*before, *after)):
            was, now = before.get(key), after.get(key)
            if alike(was, now):
                continue
            if now is not None and now.renamed:
                former = (now.format, now.names[0].casefold())
                subject = found.setdefault(former, Subject(now.names[:1], now.format))
                subject.steps.append(Step(file, before.get(former), None, now.renamed))
            else:
                table = now or was
                assert table is not None
                subject = found.setdefault(key, Subject(table.names, table.format))
                subject.steps.append(Step(file, was, now))
    return list(found.values()), unread


def _tables(path: str, side: Side | None, was: Side | None, dialect: str | None) -> dict[tuple[str, str], Table]:
    """By their formats and names; by the path of the file, where it gives none. was: the same file before.

    Raises BadInput where it is not any more what it was.
    """
    if side is None:
        return {}
    if was is not None and was.kind is not None and side.kind != was.kind and (side.kind, was.kind) != (None, "sql"):
        what = side.wrong or f"it was {was.kind} at BASE, and is that no more"
        raise BadInput(f"{side.path}: {what}.", "Give it whole, or take it away.")
    if side.wrong:
        raise BadInput(f"{side.path}: {side.wrong}.", "Give it whole, or take it away.")
    found = tables(side, dialect) if side.kind is not None else []
    names = (one.names if one.renamed else one.names[:1] or (path,) for one in found)
    return {(one.format, " → ".join(each).casefold()): one for one, each in zip(found, names, strict=True)}
