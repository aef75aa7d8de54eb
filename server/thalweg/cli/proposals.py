"""What a schema file says is going to change: compared with the newest version of a dataset whose columns are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.cli.changes import Change
from thalweg.cli.commands.impact import LINES, Question, asked
from thalweg.cli.commands.lineage import moment
from thalweg.cli.graph import Graph
from thalweg.cli.things import unknown
from thalweg.model.columns import Add, Column, ColumnChange, Drop, MayBeNull, Rename, Retype, fold
from thalweg.model.errors import BadInput

if TYPE_CHECKING:
    from thalweg.schemas import Table

LOOKED_AT = 25
"""Versions of a dataset, the newest, among which one with known columns is looked for."""

Answer = dict[str, Any]
"""As `asked` gives it; from a file with the `place` that says it: the file, and the line where that is known."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is going to happen to one dataset. name: '' where it is not known which.

    changes: what to ask; none where nothing changes. unknown: why it could not be told what changes, as a sentence.
    notes: what was not compared, and suggestions. file: that says so, and the line in it, where there is one.
    """

    name: str
    changes: tuple[Change, ...] = ()
    unknown: str = ""
    notes: tuple[str, ...] = ()
    file: str = ""
    line: int | None = None

    def answers(self, graph: Graph, like: Question) -> Iterator[Answer]:
        """The answers to all that it asks, asked like another question."""
        place = {"file": self.file, "line": self.line} if self.file else None
        changes, made = self._not_made(graph, like.as_of)
        if not changes:
            yield replace(self, notes=(*made, *self.notes))._without_asking(graph, like) | {"place": place}
            return
        for change in changes:
            answer = asked(graph, replace(like, change=change), LINES)
            yield answer | {"notes": [*answer["notes"], *made, *self.notes], "place": place}

    def _not_made(self, graph: Graph, as_of: str | None) -> tuple[list[Change], list[str]]:
        """The changes without columns that were added before anybody asked, and a note of each of these: what a file
        says, or what is asked again, is often made meanwhile. Whoever names such a column himself is told that it is
        there.
        """
        left, notes = [], []
        for change in self.changes:
            steps = change.given.get("changes", ())
            if change.word == "columns" and any("add" in step for step in steps):
                steps, said = _not_added(graph, self.name, steps, as_of)
                notes += said
                change = replace(change, given={**change.given, "changes": steps})
            if change.word != "columns" or steps:
                left.append(change)
        return left, notes

    def _without_asking(self, graph: Graph, like: Question) -> Answer:
        """That nothing changes, or that nobody can tell."""
        return {
            "of": named(graph, self.name) if self.name else [],
            "change": "columns",
            "given": {"changes": []},
            "at": moment(like.as_of),
            "verdict": "INCOMPLETE" if self.unknown else "PASS",
            "incomplete": [self.unknown] if self.unknown else [],
            "notes": [*([] if self.unknown or not self.name else ["No column changes."]), *self.notes],
            "evidence": dict.fromkeys(("readers", "declared", "predicates", "projection", "unknown"), 0),
            "total": 0,
            "live": 0,
            "models": 0,
            "endpoints": [],
            "affected": [],
        }


def _not_added(
    graph: Graph, name: str, steps: Sequence[dict[str, Any]], as_of: str | None
) -> tuple[list[dict[str, Any]], list[str]]:
    from thalweg.lineage.impact.possible import alike

    page = graph.ask("schema", {"dataset": name, "first": LOOKED_AT, "before": moment(as_of)})
    known = next((one["columns"] for one in page["datasetVersions"]["nodes"] if one["columns"] is not None), ())
    namespace = page["entity"]["namespace"] if page["entity"] else ""
    there = {fold(namespace, one["name"]): one for one in known}
    moved = {
        fold(namespace, step.get("drop") or step["rename"]["column"])
        for step in steps
        if step.keys() & {"drop", "rename"}
    }
    left, notes = [], []
    for step in steps:
        column = there.get(fold(namespace, step["add"]["column"])) if "add" in step else None
        if (
            column is None
            or fold(namespace, column["name"]) in moved
            or not alike(column["type"], step["add"].get("type"))
        ):
            left.append(step)
        else:
            notes.append(f"The column `{column['name']}` was added already.")
    return left, notes


def named(graph: Graph, name: str) -> list[dict[str, Any]]:
    """What a name means, as an answer says it; nothing where nobody knows."""
    found = graph.ask("schema", {"dataset": name, "first": 1, "before": None})["entity"]
    return [] if found is None else [found]


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """A file that holds the schema which a dataset will have. table, dialect: as `schemas.read` takes them."""

    path: Path
    table: str | None = None
    dialect: str | None = None

    def proposal(self, graph: Graph, name: str, renames: Mapping[str, str], as_of: str | None) -> Proposal:
        """What it does to a dataset. Raises BadInput for a file that is no schema, or of several tables."""
        from thalweg.schemas import read

        tables = read(self.path, table=self.table, dialect=self.dialect)
        if len(tables) != 1:
            names = ", ".join(table.names[0] for table in tables if table.names)[:400]
            raise BadInput(f"{self.path} has {len(tables)} tables: {names}.", "Say which, with --table.")
        if self.table is not None and not tables[0].names:
            said = f"--table {self.table!r} chooses nothing: {self.path} is {tables[0].format}, and names no table."
            raise BadInput(said, "Leave it out.")
        if self.dialect is not None and tables[0].format != "sql":
            said = f"--dialect {self.dialect!r} is of SQL, and {self.path} is {tables[0].format}."
            raise BadInput(said, "Leave it out.")
        return proposal(graph, name, tables[0], str(self.path), renames=renames, as_of=as_of)


def proposal(
    graph: Graph,
    name: str,
    table: Table,
    file: str,
    *,
    renames: Mapping[str, str] | None = None,
    as_of: str | None = None,
    line: int | None = None,
    old: Sequence[Column] | None = None,
) -> Proposal:
    """What becomes of a dataset when it becomes like a table of a file. old: its columns before, where somebody else
    knows them than the store.
    """
    from thalweg.schemas import compare

    page = graph.ask("schema", {"dataset": name, "first": LOOKED_AT, "before": moment(as_of)})
    if page["entity"] is None:
        return Proposal(name, unknown=str(unknown(graph, name)), file=file, line=line)
    if old is None:
        known = next((one for one in page["datasetVersions"]["nodes"] if one["columns"] is not None), None)
        if known is None:
            sentence = f"No columns of {name} are known, so what {file} changes cannot be told."
            return Proposal(name, unknown=sentence, file=file, line=line)
        old = [
            Column(one["name"], one["type"], one["nullable"], one["fieldId"], one["role"]) for one in known["columns"]
        ]
    found = compare(page["entity"]["namespace"], old, table, renames)
    notes = [f"Compared with {file}: {note}" for note in found.notes]
    notes += [f"Perhaps renamed; if so, say {suggestion}" for suggestion in found.suggestions]
    changes = []
    if found.changes:
        changes.append(Change("columns", name, {"changes": [_given(change) for change in found.changes]}))
    if found.content:
        changes.append(Change("content", name, {"columns": list(found.content)}))
    return Proposal(name, tuple(changes), notes=tuple(notes), file=file, line=line)


def _given(change: ColumnChange) -> dict[str, Any]:
    """As ColumnChangeInput takes it."""
    match change:
        case Drop(column=column):
            return {"drop": column}
        case Rename(column=column, to=to):
            return {"rename": {"column": column, "to": to}}
        case Retype(column=column, old=old, new=new, inferred=inferred):
            return {"retype": {"column": column, "to": new, "of": old, "inferred": inferred}}
        case MayBeNull(column=column):
            return {"nullable": column}
        case Add(column=column, type=type):
            return {"add": {"column": column, "type": type}}
