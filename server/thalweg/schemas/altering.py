"""Columns after what an ALTER states, each with the one that it was before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from thalweg.model.columns import Add, Column, ColumnChange, Drop, MayBeNull, Rename, Retype, fold
from thalweg.schemas.table import Table


class Altered(NamedTuple):
    """A column now. was: the same column before; None for one that came."""

    now: Column
    was: Column | None


def alter(
    namespace: str, columns: Sequence[Column], changes: Iterable[ColumnChange], kept: Collection[str] = ()
) -> tuple[list[Altered], list[Column]]:
    """The columns that are there afterwards, and those that were there before: the given ones, and behind them those
    that only the changes name.

    kept: what is added and only repeats another column under a name that one had before: it goes on as that column.
    """
    before = list(columns)
    after = [Altered(one, one) for one in before]

    def place(name: str) -> int:
        for at, one in enumerate(after):
            if fold(namespace, one.now.name) == fold(namespace, name):
                return at
        unknown = Column(name)
        before.append(unknown)
        after.append(Altered(unknown, unknown))
        return len(after) - 1

    for change in changes:
        if isinstance(change, Add):
            name = fold(namespace, change.column)
            was = next((one for one in before if change.column in kept and fold(namespace, one.name) == name), None)
            new = Column(change.column, change.type)
            after = [one._replace(was=None) if was is not None and one.was is was else one for one in after]
            after.append(Altered(new if was is None else was, was))
            continue
        at = place(change.column)
        one = after[at]
        if isinstance(change, Drop):
            del after[at]
        elif isinstance(change, Rename):
            after[at] = one._replace(now=one.now._replace(name=change.to))
        elif isinstance(change, Retype):
            after[at] = one._replace(now=one.now._replace(type=change.new))
        elif isinstance(change, MayBeNull):
            after[at] = one._replace(now=one.now._replace(nullable=True))
    return after, before


def altered(columns: Sequence[Column], stated: Table) -> tuple[Column, ...]:
    """The columns of a table that is made, after what a later ALTER states."""
    after, _ = alter("sql", columns, stated.changes, stated.kept)
    return tuple(one.now for one in after)
