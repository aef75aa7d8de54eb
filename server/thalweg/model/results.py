"""What the store answers with: frozen, slotted, typed. Times are epoch microseconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from thalweg.model.edges import EdgeType
from thalweg.model.facts import Json, MarkKind
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind


@dataclass(frozen=True, slots=True)
class Entity:
    """A node with its properties, as the graph holds it now.

    at: when it happened (a run's start, a release's `since`), else when it was first seen.
    known: False for a stub, which is known only as the end of an edge.
    """

    id: str
    kind: Kind
    key: tuple[str, ...]
    asset_id: str | None
    at: int
    created_at: int
    updated_at: int
    gone_at: int | None
    known: bool
    origins: tuple[str, ...]
    props: Mapping[str, Json]

    @property
    def namespace(self) -> str:
        """Where its name is looked up: a run's is the system's, a repository's its host and path are one."""
        return self.key[0]

    @property
    def name(self) -> str:
        """What people call it: `name` where it was stated, else the last part of the asset's key, else its own."""
        return display_name(self.kind, self.key, self.props)


def display_name(kind: Kind, key: Sequence[str], props: Mapping[str, Json]) -> str:
    if kind is Kind.RUN:
        return str(props.get("name") or key[1])
    return key[0] if kind is Kind.REPOSITORY else key[1]


class Node(NamedTuple):
    """A node of a walk: no more of it than the walk itself needs. `get` brings the rest.

    until: when its period ended: a run's end, a release's `until`. distance: steps from the start.
    """

    id: str
    kind: Kind
    key: tuple[str, ...]
    asset_id: str | None
    at: int
    gone_at: int | None
    until: int | None
    status: str | None
    distance: int


class Edge(NamedTuple):
    """An edge by the ids of its ends. `at`: from when on it holds.

    stated: at the asset level, whether somebody stated it, or it follows from version edges (then `version_edges` of
    them, the last at `last_at`).
    """

    source: str
    type: EdgeType
    target: str
    role: str
    at: int
    last_at: int
    version_edges: int
    stated: bool
    props: Mapping[str, Json]


class Direction(Enum):
    UPSTREAM = "UPSTREAM"
    DOWNSTREAM = "DOWNSTREAM"


class Truncated(Enum):
    """Why a walk did not show all that it could reach."""

    MAX_NODES = "MAX_NODES"
    DEPTH = "DEPTH"
    VISITED = "VISITED"
    DEADLINE = "DEADLINE"


@dataclass(frozen=True, slots=True)
class Walked:
    """What one walk found.

    nodes: the nearest first, ordered by id within a distance (a cut layer beyond 20,000 nodes is not: `unsorted`).
    edges: those between returned nodes, under the walk's own conditions.
    counts: nodes by (kind, distance) over everything reached, the start included; `complete` says whether that was
        everything there is.
    truncated: why nodes are missing from `nodes`; None when none are.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    counts: Mapping[tuple[Kind, int], int]
    complete: bool
    truncated: Truncated | None = None
    unsorted: bool = False


class Degrees(NamedTuple):
    """How many lineage edges come into a node and leave it, at the node's own level."""

    inward: int
    outward: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Some of the neighbours of one node by one relationship: the edge and the entity at its other end."""

    found: tuple[tuple[Edge, Entity], ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `next`/`previous` tell whether there is more on either side."""

    entities: tuple[Entity, ...]
    positions: tuple[tuple[Json, ...], ...]
    """For each entity, the values it was sorted by: what a cursor holds."""
    has_next: bool
    has_previous: bool


class Tier(Enum):
    """How well a search meets an entity, the best first: its name is what was asked for; every word is in its name; in
    its name, tags and owners; in whatever is said of it.
    """

    EXACT = "EXACT"
    NAME = "NAME"
    TAG = "TAG"
    TEXT = "TEXT"


class MatchField(Enum):
    """Where a search met an entity. ADDRESS: all of the key of an asset, as a URL or a path has it."""

    NAME = "NAME"
    TAG = "TAG"
    OWNER = "OWNER"
    ADDRESS = "ADDRESS"
    DESCRIPTION = "DESCRIPTION"
    MESSAGE = "MESSAGE"
    AUTHOR = "AUTHOR"
    COLUMN = "COLUMN"

    __hash__ = object.__hash__  # as in `Kind`


class Match(NamedTuple):
    """A text of an entity that a search met: a snippet of it, and where in that the words are, in characters."""

    field: MatchField
    snippet: str
    ranges: tuple[tuple[int, int], ...]
    """(offset, length); they do not overlap, and come in order."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity that a search found. position: what a cursor holds."""

    entity: Entity
    tier: Tier
    matches: tuple[Match, ...]
    position: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what a search found."""

    hits: tuple[Hit, ...]
    has_next: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """A metric over the entities of a group: how many have it as a number, the least, the greatest and the mean."""

    count: int
    least: float | None
    greatest: float | None
    mean: float | None


@dataclass(frozen=True, slots=True)
class Grouping:
    """One group of a list. key: what its entities have in common, an id where that is an asset; None: nothing."""

    key: str | None
    count: int
    spreads: Mapping[str, Spread]


@dataclass(frozen=True, slots=True)
class Grouped:
    """One page of the groups of a list; for each group its place, as a cursor holds it."""

    groups: tuple[Grouping, ...]
    positions: tuple[tuple[Json, ...], ...]
    has_next: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """An alias or a stage of a model version over a half-open interval; `until` None: it holds now."""

    model_id: str
    version_id: str
    kind: MarkKind
    name: str
    since: int
    until: int | None
    origin: str
    caller: str


class Outcome(Enum):
    """What became of a granule."""

    WRITTEN = "WRITTEN"
    UNCHANGED = "UNCHANGED"
    OUTDATED = "OUTDATED"
    REPEATED = "REPEATED"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was taken as it is, but looks wrong. place: as in `Problem`."""

    code: str
    entity: str
    field: str
    message: str
    place: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What a granule came to: the ids of the entities it states (canonical), and how the graph changed by it.

    counts: entities and edges by what happened to them: `new, changed, back, gone, ended, retracted, removed`.
    """

    outcome: Outcome
    ids: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[Notice, ...] = ()
    cursor: int = 0


class Change(Enum):
    """What an event says happened to a fact."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    GONE = "GONE"
    BACK = "BACK"
    ENDED = "ENDED"
    REMOVED = "REMOVED"
    JOINED = "JOINED"
    LINKED = "LINKED"
    RELINKED = "RELINKED"
    UNLINKED = "UNLINKED"
    MARKED = "MARKED"
    UNMARKED = "UNMARKED"
    FORGOTTEN = "FORGOTTEN"
    RESTORED = "RESTORED"

    __hash__ = object.__hash__  # this and `label`: as in `Kind`

    def __init__(self, label: str) -> None:
        self.label = label


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, in the order of commits. `subject`: the ids that it is about."""

    cursor: int
    at: int
    caller: str
    request_id: str
    source: str
    scope: str
    changes: tuple[Mapping[str, Json], ...]


class Joined(NamedTuple):
    """That a scope of a source states two names to be one: `alias` is another name of `of`."""

    alias: Key
    of: Key
    source: str
    scope: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict that was given and is kept: when, to whom, and what it says (JSON)."""

    id: str
    at: int
    caller: str
    body: Json


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """What a store is, and how much is in it."""

    engine: str
    address: str
    version: int
    release: str
    read_only: bool
    counts: Mapping[Kind, int]
    edges: Mapping[EdgeType, int]
    sources: int
    events: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a check of the store found wrong, and what mends it."""

    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Checked:
    findings: tuple[Finding, ...]
    looked_at: int
