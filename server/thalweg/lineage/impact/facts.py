"""What an impact question was found to stand on: a part of the graph, as plain values.

More facts than a question needs change nothing in its answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from thalweg.model.column_lineage import ColumnLineage
from thalweg.model.columns import Column
from thalweg.model.edges import EdgeType
from thalweg.model.facts import Json
from thalweg.model.results import Edge, Entity, Mark, Node


class LiveMarks(NamedTuple):
    """Which aliases and stages make a model version live."""

    aliases: frozenset[str] = frozenset({"champion", "production"})
    stages: frozenset[str] = frozenset({"Production"})


DEFAULT_MARKS = LiveMarks()


@dataclass(frozen=True)
class Facts:
    """A part of the graph as it held at `at`; times are epoch microseconds.

    changed: what changes, as it was named: assets or versions. starts: the versions that change by it.
    window: how far back a run still says what its job will do.
    nodes: versions (runs, releases and commits among them), by id. edges: those among them.
    asset_edges: edges among assets.
    runs_at: when the newest runs of a job started, the newest first; none of them is missing in between. unfinished:
        jobs that have more runs than these.
    newest: the newest version of a dataset. marks: those that hold, by model.
    assets: the entities of assets, for names, owners and tags.
    columns, lineage: of dataset versions, where known: their columns, and what these were made of.
    joined: the canonical ids of datasets that column lineage names by another name.
    signatures: of model versions, as they were stated.
    makers: whether all that made the versions that change is among these; where that was cut, nobody can say that they
        could not be made again.
    incomplete: why there may be more than this, a sentence each. notes: what else a reader should know.
    """

    at: int
    window: int
    changed: frozenset[str]
    starts: frozenset[str]
    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    asset_edges: tuple[Edge, ...] = ()
    runs_at: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unfinished: frozenset[str] = frozenset()
    newest: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, tuple[Mark, ...]] = field(default_factory=dict)
    assets: Mapping[str, Entity] = field(default_factory=dict)
    columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    lineage: Mapping[str, ColumnLineage] = field(default_factory=dict)
    joined: Mapping[str, str] = field(default_factory=dict)
    signatures: Mapping[str, Json] = field(default_factory=dict)
    makers: bool = True
    incomplete: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def traffic(self) -> Mapping[str, float]:
        """The share of the traffic, in percent, that releases answer: of what they serve the most, where it is said."""
        shares: dict[str, float] = {}
        for edge in self.edges:
            if edge.type is EdgeType.SERVED_BY and "traffic" in edge.props:
                shares[edge.target] = max(edge.props["traffic"], shares.get(edge.target, 0))
        return shares
