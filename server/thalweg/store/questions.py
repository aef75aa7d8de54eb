"""What is asked of a store: walks, lists, neighbours. Plain values; each engine turns them into its own text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from thalweg.model.edges import LINEAGE, EdgeType
from thalweg.model.facts import Json
from thalweg.model.kinds import Kind
from thalweg.model.results import Direction

CUT_LAYER = 20_000
"""A cut layer of a walk is sorted by id when it has at most this many nodes."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a walk begins: nodes of one level, or the versions of an asset (all, or the newest n), at distance 0."""

    ids: tuple[str, ...] = ()
    versions_of: str | None = None
    newest: int | None = None


@dataclass(frozen=True, slots=True)
class NodeFilter:
    """Which nodes of a walk are returned; it never changes where the walk goes. All that is given must hold."""

    kinds: frozenset[Kind] | None = None
    namespace: str | None = None
    """The first part of the key, exactly; a trailing `*` matches any ending."""
    name_contains: str | None = None
    gone: bool | None = None

    @property
    def empty(self) -> bool:
        return self.kinds is None and self.namespace is None and self.name_contains is None and self.gone is None


ALL_NODES = NodeFilter()


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk along lineage edges.

    types: PARENT_OF, which is no lineage, is walked where it alone is named: the history of a commit.
    depth: how many steps at most; None for no limit. as_of: only edges that held at that time (epoch microseconds).
    stop_at: what lies behind a node of these kinds is not walked; the start is exempt.
    max_nodes: how many nodes are returned; 0 for counts alone. visited: how many nodes may be looked at.
    counts: whether the whole reach is counted (within `visited`), or the walk may stop when `max_nodes` are found.
    seconds: the deadline, from when the store takes the question up.
    """

    direction: Direction
    types: tuple[EdgeType, ...] = LINEAGE
    depth: int | None = 5
    as_of: int | None = None
    stop_at: frozenset[Kind] = frozenset()
    filter: NodeFilter = ALL_NODES
    max_nodes: int = 1_000
    visited: int = 100_000
    counts: bool = False
    edges: bool = True
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class PathBetween:
    """A shortest path along the influence, from one end to the other, at one level.

    Either end may be an asset where the level is that of versions: any of its versions will do.
    through: kinds and ids, each of which must lie between the ends. avoiding: kinds and ids that must not. An asset
    among the ids stands for any of its versions as well. Where a cycle is the only way, a node may come twice.
    """

    source: str
    target: str
    types: tuple[EdgeType, ...] = LINEAGE
    as_of: int | None = None
    versions: bool = True
    through: tuple[Kind | str, ...] = ()
    avoiding: tuple[Kind | str, ...] = ()
    visited: int = 200_000
    seconds: float = 10.0


class Sort(Enum):
    """What a list is ordered by; ties by id. AT is when a thing happened.

    METRIC as the only key lists only what has that metric; as one of several, what lacks it comes last.
    """

    AT = "AT"
    NAME = "NAME"
    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"
    METRIC = "METRIC"


class Compare(Enum):
    EQ = "EQ"
    NE = "NE"
    LT = "LT"
    LE = "LE"
    GT = "GT"
    GE = "GE"


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list. metric: the key to sort by, its last value or its best; NaN comes last either way."""

    by: Sort = Sort.AT
    descending: bool = True
    metric: str = ""
    best: bool = False


@dataclass(frozen=True, slots=True)
class MetricIs:
    """A condition on a promoted metric: its last value, or its best. NaN meets none but NE."""

    key: str
    compare: Compare
    value: float
    best: bool = False


@dataclass(frozen=True, slots=True)
class NumberIs:
    """A condition on a parameter that is written as a number; one that is not meets none."""

    key: str
    compare: Compare
    value: float


@dataclass(frozen=True, slots=True)
class Where:
    """Which entities of a kind a list holds; all that is given must hold.

    namespace: exactly, or with a trailing `*` by its beginning; name likewise. key_prefix: the beginning of the last
    part of the natural key (a commit's sha). live: releases whose period is open at `at` (None: now). user: who ran it.
    since, before: of when it happened; created_ and updated_: of when it was first seen, and last changed, here.
    """

    ids: tuple[str, ...] | None = None
    namespace: str | None = None
    name: str | None = None
    name_contains: str | None = None
    key_prefix: str | None = None
    asset_id: str | None = None
    status: tuple[str, ...] | None = None
    tags: tuple[tuple[str, str], ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    metrics: tuple[MetricIs, ...] = ()
    since: int | None = None
    before: int | None = None
    gone: bool | None = None
    live: bool | None = None
    live_at: int | None = None
    known: bool | None = None
    user: str | None = None
    numbers: tuple[NumberIs, ...] = ()
    created_since: int | None = None
    created_before: int | None = None
    updated_since: int | None = None
    updated_before: int | None = None


EVERYTHING = Where()


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for, in words (`store/terms.py` says how they are read); all of them must be met.

    namespace: the first part of the key, exactly; a trailing `*` matches any ending. after: a position as an earlier
    page gave it (`Hit.position`).
    """

    text: str
    kinds: frozenset[Kind] | None = None
    namespace: str | None = None
    gone: bool | None = None
    limit: int = 25
    after: tuple[Json, ...] | None = None
    seconds: float = 10.0


class Hop(Enum):
    """A relationship as seen from one node: which way it is followed.

    IN and OUT are the edges of a type that come in and go out; VERSIONS and ASSET are the two ways of
    `(asset)-[:HAS_VERSION]->(version)`.
    """

    IN = "IN"
    OUT = "OUT"
    VERSIONS = "VERSIONS"
    ASSET = "ASSET"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each of them holds; of none that is so."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of them holds; of none that is not so."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold: also where what it asks about is not known."""

    of: Condition


@dataclass(frozen=True, slots=True)
class Related:
    """Some entity at the other end of a relationship meets a condition. kinds: of that end; None for any."""

    hop: Hop
    type: EdgeType | None = None
    where: Condition = EVERYTHING
    kinds: tuple[Kind, ...] | None = None


Condition: TypeAlias = Where | AllOf | AnyOf | Not | Related
"""`conditions.py` says how large one may be."""


@dataclass(frozen=True, slots=True)
class Find:
    """A page of a list. after/before: a position as an earlier page gave it (`Page.positions`); at most one of them.

    order: one key, or several, the first of most weight; ties by id, the way that the last of them goes.
    """

    kind: Kind
    where: Condition = EVERYTHING
    order: Order | tuple[Order, ...] = Order()
    limit: int = 25
    after: tuple[Json, ...] | None = None
    before: tuple[Json, ...] | None = None
    from_end: bool = False
    """The last `limit` of the list rather than the first (Relay's `last` without `before`)."""
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Which neighbours are asked for: at most `limit` for each node, the newest first.

    kinds: of the other end; None for any.
    """

    hop: Hop
    type: EdgeType | None = None
    kinds: tuple[Kind, ...] | None = None
    limit: int = 25
    as_of: int | None = None


class GroupBy(Enum):
    """What entities are grouped by. DAY and MONTH are of when a thing happened, in UTC."""

    STATUS = "STATUS"
    NAMESPACE = "NAMESPACE"
    ASSET = "ASSET"
    USER = "USER"
    TAG = "TAG"
    PARAM = "PARAM"
    MONTH = "MONTH"
    DAY = "DAY"


@dataclass(frozen=True, slots=True)
class Groups:
    """A page of the groups of a list, each with how many it holds.

    key: of TAG and PARAM, which. What has no such thing is a group of its own, whose key is None and comes last.
    metrics: of each, how many have it as a number, the least, the greatest and the mean; best: of its best values.
    by_count: the largest group first (the least where not `descending`), ties by key; else by key.
    after: a position as an earlier page gave it (`Grouped.position`).
    """

    kind: Kind
    by: GroupBy
    where: Condition = EVERYTHING
    key: str = ""
    metrics: tuple[str, ...] = ()
    best: bool = False
    by_count: bool = True
    descending: bool = True
    limit: int = 25
    after: tuple[Json, ...] | None = None
    seconds: float = 10.0
