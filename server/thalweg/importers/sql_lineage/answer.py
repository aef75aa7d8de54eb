"""What is said of a query, and how one column stands to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

Table = tuple[str, ...]
"""A table's name in its parts, as the dialect compares them: database, schema, table, or the last ones of these."""


class Source(NamedTuple):
    """A column of a table, as the dialect compares names."""

    table: Table
    column: str


class How(NamedTuple):
    """What a column has to do with another one."""

    type: str
    subtype: str


IDENTITY, TRANSFORMATION, AGGREGATION = (How("DIRECT", how) for how in ("IDENTITY", "TRANSFORMATION", "AGGREGATION"))
CONDITIONAL, WINDOW = How("INDIRECT", "CONDITIONAL"), How("INDIRECT", "WINDOW")
JOIN, FILTER, GROUP_BY, SORT = (How("INDIRECT", how) for how in ("JOIN", "FILTER", "GROUP_BY", "SORT"))

RANK = [IDENTITY, TRANSFORMATION, AGGREGATION, CONDITIONAL, WINDOW, SORT, GROUP_BY, JOIN, FILTER]
"""Of two ways, one behind the other, the later one here is what they come to."""

Found = dict[Source, set[How]]


def both(one: How, other: How) -> How:
    """What two ways come to, one behind the other."""
    return max(one, other, key=RANK.index)


class Untold(Exception):
    """It cannot be told; the sentence says why, and goes on behind «because»."""


@dataclass(frozen=True, slots=True)
class Query:
    """columns: what each column of the result is made of, in their order. whole: what decides over all of its rows.
    tables: that are read. named: columns that stand in its text, and so must be there for it to run, also where nothing
    of the result comes of them; what only a star takes in is none of these.
    """

    columns: Mapping[str, Mapping[Source, set[How]]]
    whole: Mapping[Source, set[How]]
    tables: frozenset[Table]
    named: frozenset[Source]

    def sources(self) -> frozenset[Source]:
        """All columns without which the result would be another one, or none."""
        return self.named.union(self.whole, *self.columns.values())
