"""What the weave asks an engine for, inside one write transaction. Each request says what it is answered with.

An engine drives the generator: it takes a request, reads or writes rows, and sends the answer back. Rows of one
transaction are made once: a node that was answered before is answered by the same object (`Nodes` is asked at most once
for an id).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from thalweg.model.edges import EdgeType
from thalweg.model.facts import MarkKind
from thalweg.store.said import Text
from thalweg.store.weave.rows import (
    AliasRow,
    EdgeRef,
    EdgeRow,
    EdgeStatement,
    EventRow,
    HistoryRow,
    JoinRow,
    MarkRow,
    MetricRow,
    NodeRow,
    NodeStatement,
    RepeatRow,
    ScopeRow,
)

Span = tuple[str, int, Sequence[str]]


@dataclass(slots=True)
class Scopes:
    """-> dict[str, ScopeRow]: the scopes that exist, by id."""

    ids: Sequence[str]


@dataclass(slots=True)
class UnseenScopes:
    """-> list[ScopeRow]: at most `limit` scopes of a source that were last seen before a time."""

    source: str
    before: int
    limit: int


@dataclass(slots=True)
class Repeats:
    """-> dict[str, RepeatRow]: by idempotency key."""

    keys: Sequence[str]


class Held(NamedTuple):
    """joins: whether anything was ever joined. reads: whether any read names no version."""

    joins: bool
    reads: bool


@dataclass(slots=True)
class Holds:
    """-> Held: what most stores have none of, and what need not be looked up where there is none."""


@dataclass(slots=True)
class Aliases:
    """-> dict[str, AliasRow]: those of the ids that are aliases. With `canonical`, those which lead to the ids."""

    ids: Sequence[str]
    canonical: bool = False


@dataclass(slots=True)
class Joins:
    """-> list[JoinRow]: the joins in which any of the ids is either side, by every scope."""

    ids: Sequence[str]


@dataclass(slots=True)
class JoinsOf:
    """-> list[JoinRow]: the joins that the scopes state."""

    scopes: Sequence[str]


@dataclass(slots=True)
class Nodes:
    """-> dict[str, NodeRow]: the nodes that exist, by id; hidden ones too."""

    ids: Sequence[str]


@dataclass(slots=True)
class VersionsOf:
    """-> list[str]: the ids of all nodes whose asset is one of these; hidden ones too."""

    assets: Sequence[str]


@dataclass(slots=True)
class Edges:
    """-> list[EdgeRow]: those of the edges that exist. `nodes` has the row of every end."""

    refs: Sequence[EdgeRef]
    nodes: dict[str, NodeRow]


@dataclass(slots=True)
class OpenReads:
    """-> list[EdgeRef]: which edges hold statements of reads that name no version, retired ones too.

    Of the runs; and of the datasets those that a version which comes, goes or moves may concern: each span is (dataset,
    where it was or is, versions that do not count), and reaches to the next version that somebody states.
    """

    runs: Sequence[str]
    spans: Sequence[Span]


@dataclass(slots=True)
class Newest:
    """-> dict[tuple[str, int], tuple[int, str]]: of each dataset the newest version by a time: its `at` and its id.

    Only what somebody states, or has stated, is a version; each span is (dataset, the time, versions that do not
    count). Where there is none the answer has nothing.
    """

    spans: Sequence[Span]


@dataclass(slots=True)
class EdgesOf:
    """-> list[EdgeRef]: which edges come into or leave these nodes, hidden ones too; or only those that come in."""

    nodes: Sequence[NodeRow]
    inward: bool = False


@dataclass(slots=True)
class ScopeStatements:
    """-> tuple[list[NodeStated], list[EdgeStated]]: what the scopes state and have not retired."""

    scopes: Sequence[str]


@dataclass(slots=True)
class NodeStatements:
    """-> list[NodeStatement]: every statement about these nodes, retired ones too."""

    nodes: Sequence[NodeRow]


@dataclass(slots=True)
class EdgeStatements:
    """-> list[EdgeStatement]: every statement about these edges, retired ones too."""

    edges: Sequence[EdgeRow]


@dataclass(slots=True)
class Histories:
    """-> list[HistoryRow]: the metric histories kept of these nodes."""

    nodes: Sequence[NodeRow]


@dataclass(slots=True)
class MarksNamed:
    """-> list[MarkRow]: every row of these marks, by (model id, kind, name)."""

    names: Sequence[tuple[str, MarkKind, str]]


@dataclass(slots=True)
class MarksOfScopes:
    """-> list[MarkRow]: the rows that the scopes state and have not ended."""

    scopes: Sequence[str]


@dataclass(slots=True)
class MarksOfModels:
    """-> list[MarkRow]: every row of these models."""

    models: Sequence[str]


NodeStated = tuple[str, str, str, str, int, bytes]
"""scope, node id, stated id, origin, at, body"""
EdgeStated = tuple[str, EdgeRef, str, str, str, int, bytes, int | None]
"""scope, edge, stated source, stated target, origin, at, body, by"""

AssetEdge = tuple[str, EdgeType, str, str]
"""Source asset id, type, target asset id, role."""


@dataclass(slots=True)
class Extremes:
    """-> dict[AssetEdge, tuple[int, int, int]]: how many version edges stand behind each, the first and the last `at`.

    Edges with none are absent; hidden edges do not count. Asked after changes were applied.
    """

    edges: Sequence[AssetEdge]


@dataclass(slots=True)
class Columns:
    """-> dict[str, tuple[str, ...]]: the columns of the newest version that has any, of each dataset.

    A hidden version has none. Asked after changes were applied.
    """

    nodes: Sequence[NodeRow]


@dataclass(slots=True)
class Isolated:
    """-> set[str]: those of the nodes that have no edge, statement, version or mark. Asked after changes."""

    nodes: Sequence[NodeRow]


@dataclass(slots=True)
class Changes:
    """-> list[int]: the cursors of the events, in order. Writes rows; order within: removals, nodes, edges, the rest.

    A changed row is written whole. `metrics` replaces all metrics of a node, `texts` what it is searched by; a
    node that is removed loses both. A statement that is put replaces the one
    with the same scope, fact and stated ids. `seen`: (scope id, seen_at).
    """

    nodes_new: list[NodeRow] = field(default_factory=list)
    nodes_changed: list[NodeRow] = field(default_factory=list)
    nodes_removed: list[NodeRow] = field(default_factory=list)
    edges_new: list[EdgeRow] = field(default_factory=list)
    edges_changed: list[EdgeRow] = field(default_factory=list)
    edges_removed: list[EdgeRow] = field(default_factory=list)
    node_statements_put: list[NodeStatement] = field(default_factory=list)
    node_statements_removed: list[NodeStatement] = field(default_factory=list)
    edge_statements_put: list[EdgeStatement] = field(default_factory=list)
    edge_statements_removed: list[EdgeStatement] = field(default_factory=list)
    metrics: list[tuple[NodeRow, list[MetricRow]]] = field(default_factory=list)
    texts: list[tuple[NodeRow, Text]] = field(default_factory=list)
    histories_put: list[HistoryRow] = field(default_factory=list)
    histories_removed: list[tuple[str, NodeRow, str]] = field(default_factory=list)
    """(scope, node, stated id): all metrics of it."""
    marks_put: list[MarkRow] = field(default_factory=list)
    marks_removed: list[MarkRow] = field(default_factory=list)
    joins_put: list[JoinRow] = field(default_factory=list)
    joins_removed: list[JoinRow] = field(default_factory=list)
    aliases_put: list[AliasRow] = field(default_factory=list)
    aliases_removed: list[str] = field(default_factory=list)
    scopes_put: list[ScopeRow] = field(default_factory=list)
    scopes_removed: list[str] = field(default_factory=list)
    seen: list[tuple[str, int]] = field(default_factory=list)
    closed: list[tuple[str, int]] = field(default_factory=list)
    """(source, when a pass over it was closed)."""
    repeats: list[RepeatRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)


Request = (
    Scopes
    | UnseenScopes
    | Repeats
    | Holds
    | Aliases
    | Joins
    | JoinsOf
    | Nodes
    | VersionsOf
    | Edges
    | EdgesOf
    | OpenReads
    | Newest
    | ScopeStatements
    | NodeStatements
    | EdgeStatements
    | Histories
    | MarksNamed
    | MarksOfScopes
    | MarksOfModels
    | Extremes
    | Columns
    | Isolated
    | Changes
)

T = TypeVar("T")
Asking = Generator[Request, Any, T]
"""A step of the weave: yields requests, is sent their answers, returns a T."""
