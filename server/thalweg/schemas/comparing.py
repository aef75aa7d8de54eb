"""The columns that a store knows, compared with those of a file."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from thalweg.model import dialects
from thalweg.model.columns import Add, Column, ColumnChange, Drop, MayBeNull, Rename, Retype, fold, folds
from thalweg.model.errors import BadInput, Problem
from thalweg.model.lattice import same
from thalweg.model.types import Base, ColumnType, parse, write
from thalweg.schemas.altering import Altered, alter
from thalweg.schemas.kinds import may_be
from thalweg.schemas.table import Table


@dataclass(frozen=True, slots=True)
class Comparison:
    """What becomes of the columns.

    changes: each by the name that the store knows. content: columns that keep their names, but are other columns than
    before; where their types differ as well, `changes` says so. suggestions: what may have been renamed, as the option
    that would say so; never taken by itself. notes: what was not compared, and why, as sentences.
    """

    changes: tuple[ColumnChange, ...] = ()
    content: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return bool(self.changes or self.content)


def compare(namespace: str, old: Sequence[Column], new: Table, renames: Mapping[str, str] | None = None) -> Comparison:
    """What becomes of the columns of a dataset when it becomes as a file describes it.

    namespace: the dataset's: it says whether `Age` is `age`, and which words of types mean what. renames: new names by
    old ones, as the user states them. Without that a rename is taken by identity alone: ids, aliases, an ALTER. The
    order of columns is not compared. Raises BadInput where `renames` names a column that is not there.
    """
    return _Comparing(namespace, old, new, renames or {}).done()


class _Comparing:
    def __init__(self, namespace: str, old: Sequence[Column], new: Table, renames: Mapping[str, str]) -> None:
        self._namespace = namespace
        self._new = new
        self._dialect = dialects.of(namespace)
        self._notes: list[str] = []
        self._not_compared: dict[str, list[str]] = {}
        if new.columns is None:
            known = {self._key(one.name) for one in old}
            self._after, self._before = alter(namespace, old, new.changes, new.kept)
            strange = [one.name for one in self._before if self._key(one.name) not in known]
            self._note("not among the columns that are known: {}", strange)
        else:
            self._before = list(old)
            self._after = list(self._paired(old, new.columns, renames))
        self._check_twice()

    def _check_twice(self) -> None:
        """Two columns that differ by case alone, where case is not told apart, are told apart all the same."""
        for names in ([one.name for one in self._before], [one.now.name for one in self._after]):
            keys = [self._key(name) for name in names]
            self._note("named twice: {}", [name for name, key in zip(names, keys, strict=True) if keys.count(key) > 1])

    def _key(self, name: str) -> str:
        return fold(self._namespace, name)

    # ---------------------------------------------------------------------------------------------- which is which

    def _paired(self, old: Sequence[Column], new: Sequence[Column], renames: Mapping[str, str]) -> Iterator[Altered]:
        by_name = {self._key(one.name): one for one in old}
        now = {self._key(one.name) for one in new}
        stated = self._stated(by_name, now, renames)
        identified = self._identified(by_name, new)
        by_id = {one.field_id: one for one in old if one.field_id is not None} if identified else {}
        aliases = {self._key(name): names for name, names in self._new.aliases.items()}
        for one in new:
            key = self._key(one.name)
            was = stated.get(key) or (by_id.get(one.field_id) if one.field_id is not None else None)
            if was is None and (alike := by_name.get(key)) is not None:
                other = identified and None not in (alike.field_id, one.field_id)
                was = None if other else alike
            elif was is None:
                former = (self._key(alias) for alias in aliases.get(key, ()))
                was = next((by_name[alias] for alias in former if alias in by_name and alias not in now), None)
            yield Altered(one, was)

    def _stated(self, by_name: Mapping[str, Column], now: set[str], renames: Mapping[str, str]) -> dict[str, Column]:
        problems, found = [], {}
        for column, to in renames.items():
            if self._key(column) not in by_name:
                expected = f"is no column that is known; known are {_some([one.name for one in by_name.values()])}"
                problems.append(Problem("", "rename", f"{column}={to}", expected))
            elif self._key(to) not in now:
                names = _some([one.name for one in self._new.columns or ()])
                problems.append(Problem("", "rename", f"{column}={to}", f"names no new column; there are {names}"))
            else:
                found[self._key(to)] = by_name[self._key(column)]
        if problems:
            raise BadInput(" ".join(f"{one}." for one in problems), problems=problems)
        return found

    def _identified(self, by_name: Mapping[str, Column], new: Sequence[Column]) -> bool:
        """Whether the ids of both are of one sort. Where columns agree in name and none in its id, they are not."""
        both = [
            (by_name[self._key(one.name)].field_id == one.field_id)
            for one in new
            if one.field_id is not None and (was := by_name.get(self._key(one.name))) is not None
            and was.field_id is not None
        ]  # fmt: skip
        if len(both) > 1 and not any(both):
            self._notes.append("No column kept its id: the ids are of two sorts, or all is new; names were compared.")
            return False
        return True

    # ------------------------------------------------------------------------------------------------ what changes

    def done(self) -> Comparison:
        now = {self._key(one.now.name): one for one in self._after}
        changes: list[ColumnChange] = []
        content, renamed = [], set()
        for one in self._before:
            alike = now.get(self._key(one.name))
            if alike is not None:
                if alike.was is not one:
                    content.append(one.name)
                changes += self._within(one, alike.now)
                continue
            new = next((each.now for each in self._after if each.was is one), None)
            if new is None:
                changes.append(Drop(one.name))
            else:
                renamed.add(self._key(new.name))
                changes += [Rename(one.name, new.name), *self._within(one, new)]
        known = {self._key(one.name) for one in self._before}
        come = [one.now for key, one in now.items() if key not in known and key not in renamed]
        changes += [Add(one.name, one.type) for one in come]
        gone = [one for one in self._before if Drop(one.name) in changes]
        for what, names in self._not_compared.items():
            self._note(what, names)
        return Comparison(tuple(changes), tuple(content), tuple(self._suggested(gone, come)), tuple(self._notes))

    def _within(self, old: Column, new: Column) -> Iterator[ColumnChange]:
        """What happens to a column that is there before and after."""
        if old is new and self._new.columns is None:
            return
        if (retype := self._retype(old, new)) is not None:
            yield retype
        stated = self._new.columns is None
        if new.nullable and (old.nullable is False or (stated and old.nullable is None)):
            yield MayBeNull(old.name)
        elif not stated and None in (old.nullable, new.nullable):
            self._skip("whether nulls may be in {} is not known on both sides", old.name)

    def _retype(self, old: Column, new: Column) -> Retype | None:
        inferred = self._new.inferred
        stated = self._new.columns is None
        if new.type is None or (old.type is None and not stated):
            if not stated:
                self._skip("the types of {} are not known on both sides", old.name)
            return None
        if old.type is None:
            return Retype(old.name, None, new.type)
        was, now = (
            self._type(old.type, self._dialect),
            self._type(new.type, self._dialect if self._new.native else None),
        )
        if new.name in self._new.kinds:
            alike = may_be(was, now, inferred=inferred)
            if alike and not inferred:
                self._skip("only the kinds of the types of {} are said, so that widths were not compared", old.name)
        else:
            alike = same(was, now)
            if alike is None:
                self._skip("something is left open by the types of {}, which agree in all else", old.name)
            elif not alike and self._ambiguous(old, was, now):
                self._skip("`timestamp` means two things, and which of them in {} is not known", old.name)
                alike = None
        if alike is not False:
            return None
        plain = parse(old.type) == parse(old.type, self._dialect)
        return Retype(old.name, old.type if plain else write(was), new.type, inferred)

    def _type(self, text: str, dialect: str | None) -> ColumnType:
        return parse(text.lower() if folds(self._namespace) else text, dialect)

    def _ambiguous(self, old: Column, was: ColumnType, now: ColumnType) -> bool:
        """The bare word, in a place whose dialect is not known."""
        bare = self._dialect in (None, "hive") and (old.type or "").strip().lower() == "timestamp"
        return bare and {was.base, now.base} == {Base.TIMESTAMP, Base.ZONED}

    # -------------------------------------------------------------------------------------------------- and besides

    def _suggested(self, gone: Sequence[Column], come: Sequence[Column]) -> Iterator[str]:
        """One to one, the likeliest first: of like type, and at the same place or of a like name."""
        before = [self._key(one.name) for one in self._before]
        after = [self._key(one.now.name) for one in self._after]
        likely = []
        for one in gone[:MOST]:
            for other in come[:MOST]:
                if not self._may_be_one(one, other):
                    continue
                here = _neighbours(before, self._key(one.name)) == _neighbours(after, self._key(other.name))
                alike = _alike(_bare(one.name), _bare(other.name))
                if here or alike >= ALIKE:
                    likely.append((-alike - here, one.name, other.name))
        taken: set[str] = set()
        for _, was, now in sorted(likely):
            if not taken & {f"-{was}", f"+{now}"}:
                taken |= {f"-{was}", f"+{now}"}
                yield f"--rename-column {shlex.quote(f'{was}={now}')}"

    def _may_be_one(self, old: Column, new: Column) -> bool:
        if old.type is None or new.type is None:
            return True
        was, now = (
            self._type(old.type, self._dialect),
            self._type(new.type, self._dialect if self._new.native else None),
        )
        if new.name in self._new.kinds:
            return may_be(was, now, inferred=self._new.inferred) is not False
        return same(was, now) is not False

    def _skip(self, what: str, name: str) -> None:
        self._not_compared.setdefault(what, []).append(name)

    def _note(self, what: str, names: Sequence[str]) -> None:
        if names:
            sentence = what.format(_some(names))
            self._notes.append(f"{sentence[0].upper()}{sentence[1:]}.")


ALIKE = 0.7
"""How much of two names must be the same, for one to be suggested for the other."""
MOST = 200
"""Columns that went, and that came, which suggestions are made of."""


def _alike(one: str, other: str) -> float:
    """How much two names have in common, of 1; one that holds the other is like it."""
    if min(len(one), len(other)) > 2 and (one in other or other in one):
        return max(ALIKE, min(len(one), len(other)) / max(len(one), len(other)))
    return SequenceMatcher(None, one, other).ratio()


def _bare(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")


def _neighbours(names: Sequence[str], name: str) -> tuple[str | None, str | None]:
    at = names.index(name)
    return names[at - 1] if at else None, names[at + 1] if at + 1 < len(names) else None


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
