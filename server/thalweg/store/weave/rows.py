"""The rows that an engine keeps, as the weave sees them. Ids are canonical; times are epoch microseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple

import orjson

from thalweg.model.edges import EdgeType
from thalweg.model.facts import MarkKind
from thalweg.model.keys import UNVERSIONED
from thalweg.model.kinds import Kind
from thalweg.model.time import EARLIEST

NO_BODY = b"{}"


class State(IntEnum):
    """STUB: known only as the end of an edge. STATED: some scope states it. LEFT: some did, none does any more."""

    STUB = 0
    STATED = 1
    LEFT = 2


Rank = tuple[str, int]
"""Who stated a value, and when: origin and event time."""


@dataclass(slots=True, eq=False)
class NodeRow:
    """A node of the graph.

    asset: the id of its asset (a run has one when its job is known). first_at: when it was first seen. at: when it
    happened. body: the JSON of the effective properties. lead and won: who stated them: `won` by property, `lead` the
    others. origins: how many living statements each origin makes. forgotten: by a person, itself; hidden: itself or its
    asset, so that neither it nor its edges are in any answer. handle: the engine's own; 0 for a row not kept yet.
    """

    id: str
    kind: Kind
    key: tuple[str, ...]
    asset: str | None
    first_at: int
    at: int
    updated_at: int
    gone_at: int | None = None
    until: int | None = None
    status: str | None = None
    state: State = State.STUB
    statements: int = 0
    body: bytes = NO_BODY
    lead: Rank | None = None
    won: dict[str, Rank] = field(default_factory=dict)
    origins: dict[str, int] = field(default_factory=dict)
    forgotten: bool = False
    hidden: bool = False
    handle: int = 0

    @property
    def undated(self) -> int:
        """When it happened, where nobody says so: when it was first seen; the reserved version, before all others."""
        reserved = self.kind is Kind.DATASET_VERSION and self.key[-1] == UNVERSIONED
        return EARLIEST if reserved else self.first_at

    @property
    def props(self) -> dict[str, Any]:
        """The effective properties; a new dict each time."""
        return orjson.loads(self.body)  # type: ignore[no-any-return]


EdgeRef = tuple[str, EdgeType, str, str]
"""Which edge: source id, type, target id, role."""


@dataclass(slots=True, eq=False)
class EdgeRow:
    """An edge of the graph, at either level. `PARENT_OF` edges are among them.

    at: from when on it holds. first_at: when it was first seen. stated: how many scopes state it. At the asset level
    `derived` counts the version edges that it follows from, the first of which holds from `derived_first` on, the last
    from `derived_last`; what is stated and what is derived are never mixed. stated_at: `at` by what was stated alone.
    hidden: one of its ends is; then no walk may see it, and no list of neighbours.
    """

    source: NodeRow
    type: EdgeType
    target: NodeRow
    role: str
    first_at: int
    at: int
    stated_at: int | None = None
    stated: int = 0
    body: bytes = NO_BODY
    derived: int = 0
    derived_first: int = 0
    derived_last: int = 0
    hidden: bool = False
    handle: int = 0

    @property
    def ref(self) -> EdgeRef:
        return (self.source.id, self.type, self.target.id, self.role)

    @property
    def props(self) -> dict[str, Any]:
        return orjson.loads(self.body)  # type: ignore[no-any-return]


class NodeStatement(NamedTuple):
    """That a scope states a node: which id it named (its own, or an alias's), who spoke, and what.

    retired: the scope takes it back, but nobody else states the node: kept, for what is gone still did happen.
    """

    scope: str
    node: NodeRow
    stated_id: str
    origin: str
    at: int
    body: bytes
    retired: bool = False


class EdgeStatement(NamedTuple):
    """That a scope states an edge, with the ids by which it named the ends.

    by: of a read that names no version, until when a version must have been there to be what was read (`reads.py`); the
    edge is from the version that it was then. None for all else.
    """

    scope: str
    edge: EdgeRow
    stated_source: str
    stated_target: str
    origin: str
    at: int
    body: bytes
    retired: bool = False
    by: int | None = None


@dataclass(slots=True, eq=False)
class ScopeRow:
    """A scope: what it stated last. seen_at: when a pass, or a write, last saw it."""

    id: str
    source: str
    name: str
    origin: str
    digest: str
    revision: int | None
    at: int
    written_at: int
    seen_at: int
    caller: str


@dataclass(slots=True, eq=False)
class MarkRow:
    """A mark as a scope states it.

    `(model)-[:MARKS {kind, name, since, until}]->(modelVersion)`: `ended` is what was stated, or when the scope took it
    back; `until` is effective: an alias ends when the next version takes it.
    """

    scope: str
    model: str
    version: str
    stated_version: str
    kind: MarkKind
    name: str
    since: int
    ended: int | None
    until: int | None
    origin: str
    caller: str


class MetricRow(NamedTuple):
    """A promoted metric of a node, where lists can be sorted by it. NaN is kept as NaN."""

    key: str
    last: float
    best: float


class HistoryRow(NamedTuple):
    """The points of one metric as one scope states them, packed (`model/points.py`); kept off the walked node."""

    scope: str
    node: NodeRow
    stated_id: str
    key: str
    points: bytes


class AliasRow(NamedTuple):
    """Another id of an entity: `key` is what it was made of; `asset` the (stated) id of that key's asset."""

    id: str
    kind: Kind
    key: tuple[str, ...]
    asset: str | None
    canonical: str


class JoinRow(NamedTuple):
    """That a scope states `alias` to be another name of `of` (stated ids, with their keys)."""

    scope: str
    alias: str
    of: str
    kind: Kind
    alias_key: tuple[str, ...]
    of_key: tuple[str, ...]


class RepeatRow(NamedTuple):
    """What a write with an idempotency key came to, to be answered again."""

    key: str
    digest: str
    at: int
    result: bytes


class EventRow(NamedTuple):
    """What one granule changed, in one row; `changes` is a JSON list."""

    at: int
    caller: str
    request_id: str
    source: str
    scope: str
    changes: bytes
