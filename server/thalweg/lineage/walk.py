"""Lineage: what something came from, and what came of it.

A walk follows lineage edges at one level. `lineage` says where it begins, asks the store once for each side, and merges
what came back; upstream and downstream are two walks from the same start, never a random wander between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from thalweg.model.edges import LINEAGE, EdgeType
from thalweg.model.errors import BadInput, LimitExceeded, NotFound
from thalweg.model.facts import Caller
from thalweg.model.keys import kind_of_id
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Degrees, Direction, Edge, Entity, Node, Truncated, Walked
from thalweg.store.questions import ALL_NODES, NodeFilter, Start, Walk
from thalweg.store.store import Store

MAX_NODES = 10_000
"""The most nodes that one walk returns; an export, not a walk, is for more."""


class Side(Enum):
    """Which side of the start is asked for."""

    UPSTREAM = "UPSTREAM"
    DOWNSTREAM = "DOWNSTREAM"
    BOTH = "BOTH"


@dataclass(frozen=True, slots=True)
class LineageNode:
    """A node of a lineage graph.

    distance: steps from the start, the smallest. upstream, downstream: the steps on each side where the walk found the
    node on it; the start is 0 on each side that was walked, and only a cycle puts another node on both.
    degrees: all lineage edges that come in and go out, in the whole graph; None unless they were asked for.
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
    upstream: int | None
    downstream: int | None
    degrees: Degrees | None


@dataclass(frozen=True, slots=True)
class LineageGraph:
    """What a walk found.

    start: the entity that was named; `level` says at which level it was walked.
    nodes: the nearest first, by id within a distance, each once (a cut layer beyond 20,000 is not sorted: `unsorted`).
    edges: those between the returned nodes, under the conditions of the walk.
    counts_by_distance, counts_by_kind: over everything reached, the start included; with both sides a node that lies on
        both, in a cycle, counts on each. counts_complete: whether that was everything there is.
    truncated: whether nodes are missing; truncated_reason: why.
    """

    start: Entity
    level: Level
    side: Side
    nodes: tuple[LineageNode, ...]
    edges: tuple[Edge, ...]
    counts_by_distance: Mapping[int, int]
    counts_by_kind: Mapping[Kind, int]
    counts_complete: bool
    truncated: bool
    truncated_reason: Truncated | None
    unsorted: bool


async def lineage(
    store: Store,
    caller: Caller,
    of: str,
    *,
    direction: Side = Side.DOWNSTREAM,
    level: Level | None = None,
    newest: int | None = None,
    depth: int | None = 5,
    types: Collection[EdgeType] = LINEAGE,
    filter: NodeFilter = ALL_NODES,
    stop_at: Collection[Kind] = (),
    as_of: int | None = None,
    max_nodes: int = 1_000,
    counts: bool = False,
    degrees: bool = False,
    edges: bool = True,
    visited: int = 100_000,
    seconds: float = 10.0,
) -> LineageGraph:
    """Walks from an entity.

    level: None for that of the entity itself. VERSION from an asset starts from its versions, all or the `newest` n;
        ASSET from a version starts at its asset.
    depth: None for no limit. max_nodes: 0 for counts alone. counts: whether the whole reach is counted, or what was
        needed to fill `max_nodes`.
    filter chooses what is returned; types, as_of and stop_at choose where the walk goes.

    Raises NotFound for an id that nobody knows, BadInput for what makes no sense, LimitExceeded for more than
    `MAX_NODES`. What is too much work is cut, and the answer says why.
    """
    _validate(of, newest, depth, types, max_nodes)
    start, begin, at = await where_to_begin(store, caller, of, level, newest)
    sides = [Direction(side.value) for side in (Side.UPSTREAM, Side.DOWNSTREAM) if direction in (side, Side.BOTH)]
    walks: dict[Direction, Walked] = {}
    walk = Walk(
        direction=sides[-1],
        types=tuple(type for type in LINEAGE if type in types),
        depth=depth,
        as_of=as_of,
        stop_at=frozenset(stop_at),
        filter=filter,
        max_nodes=max_nodes,
        visited=visited,
        counts=counts or max_nodes == 0,
        edges=edges,
        seconds=seconds,
    )
    for side in sides:
        walks[side] = await store.walk(begin, replace(walk, direction=side), caller)
    found, sides_of, cut = merged(walks, max_nodes)
    joined = _edges(walks, found) if edges else []
    if edges and len(walks) == 2:
        joined += await _across(store, caller, found, sides_of, walk)
    known = await store.degrees([node.id for node in found], caller, as_of=as_of) if degrees and found else {}
    by_distance, by_kind = counted(walks.values())
    reason = _reason(walks.values(), cut)
    return LineageGraph(
        start=start,
        level=at,
        side=direction,
        nodes=tuple(
            LineageNode(
                *node[:8],
                distance=node.distance,
                upstream=sides_of[node.id].get(Direction.UPSTREAM),
                downstream=sides_of[node.id].get(Direction.DOWNSTREAM),
                degrees=known.get(node.id),
            )
            for node in found
        ),
        edges=tuple(joined),
        counts_by_distance=by_distance,
        counts_by_kind=by_kind,
        counts_complete=all(walked.complete for walked in walks.values()),
        truncated=reason is not None,
        truncated_reason=reason,
        unsorted=any(walked.unsorted for walked in walks.values()),
    )


async def where_to_begin(
    store: Store, caller: Caller, of: str, level: Level | None, newest: int | None = None
) -> tuple[Entity, Start, Level]:
    """The entity that an id names, and where a walk of a level begins from it. Raises NotFound and BadInput."""
    start = (await store.get([of], caller)).get(of)
    if start is None:
        raise NotFound(f"Nothing with the id {of} is known.", "Look it up by name, or list what there is.")
    at = level or start.kind.level
    if newest is not None and (at is Level.ASSET or start.kind.level is Level.VERSION):
        raise BadInput(
            f"newest picks among the versions of an asset, and this walk starts from one {start.kind.value}.",
            "Leave newest out, or ask for the level VERSION of an asset.",
        )
    if at is start.kind.level:
        return start, Start(ids=(start.id,)), at
    if at is Level.VERSION:
        return start, Start(versions_of=start.id, newest=newest), at
    if start.asset_id is None:
        raise BadInput(
            f"The job of the run {start.name} is not known, so it has no place at the level of assets.",
            "Ask at the level VERSION.",
        )
    return start, Start(ids=(start.asset_id,)), at


def _validate(of: str, newest: int | None, depth: int | None, types: Collection[EdgeType], max_nodes: int) -> None:
    require_id(of)
    require_types(types)
    if newest is not None and newest < 1:
        raise BadInput(f"newest is {newest}, but must be 1 or more.")
    if depth is not None and depth < 0:
        raise BadInput(f"depth is {depth}, but must be 0 or more.", "Leave it null for no limit.")
    if max_nodes < 0:
        raise BadInput(f"maxNodes is {max_nodes}, but must be 0 or more.", "0 counts what is reached and returns none.")
    if max_nodes > MAX_NODES:
        raise LimitExceeded(
            f"maxNodes is {max_nodes}, but a walk returns at most {MAX_NODES} nodes.",
            "Ask for fewer, narrow the walk by kinds, depth or stopAt, or ask for the counts alone.",
        )


def require_id(of: str) -> None:
    """Raises BadInput for text that is no id."""
    if kind_of_id(of) is None:
        raise BadInput(f"{of!r} is not an id.", "An id looks like ds_ followed by 26 letters and digits from 2 to 7.")


def require_types(types: Collection[EdgeType]) -> None:
    """Raises BadInput for edge types that no walk follows."""
    if not types:
        raise BadInput("No edge type is left to walk.", "Name at least one, or leave edgeTypes out to walk all.")
    if EdgeType.PARENT_OF in types:
        raise BadInput(
            "PARENT_OF is not walked: a parent run or a parent commit is no lineage.",
            f"Choose from {', '.join(type.value for type in LINEAGE)}.",
        )


Sides = Mapping[str, Mapping[Direction, int]]
"""By node: its distance on each side that it lies on."""


def merged(walks: Mapping[Direction, Walked], max_nodes: int) -> tuple[list[Node], Sides, bool]:
    """The nodes of all sides, each once with its smallest distance, nearest first, and at most `max_nodes` of them.

    Besides, the distances on each side, and whether nodes were cut off here.
    """
    nearest: dict[str, Node] = {}
    distances: dict[str, dict[Direction, int]] = {}
    for side, walked in walks.items():
        for node in walked.nodes:
            distances.setdefault(node.id, {})[side] = node.distance
            if node.id not in nearest or node.distance < nearest[node.id].distance:
                nearest[node.id] = node
    nodes = list(nearest.values())
    if len(walks) > 1:  # one walk is in order already
        nodes.sort(key=lambda node: (node.distance, node.id))
    return nodes[:max_nodes], distances, len(nodes) > max_nodes


def counted(walks: Collection[Walked]) -> tuple[dict[int, int], dict[Kind, int]]:
    """Counts by distance and by kind over all sides; what lies at distance 0 is the start of each, and counts once."""
    by_distance: Counter[int] = Counter()
    by_kind: Counter[Kind] = Counter()
    for place, walked in enumerate(walks):
        for (kind, distance), count in walked.counts.items():
            if distance or place == 0:
                by_distance[distance] += count
                by_kind[kind] += count
    return dict(sorted(by_distance.items())), {kind: by_kind[kind] for kind in Kind if by_kind[kind]}


def _edges(walks: Mapping[Direction, Walked], nodes: Collection[Node]) -> list[Edge]:
    ids = {node.id for node in nodes}
    found = (edge for walked in walks.values() for edge in walked.edges)
    return list({edge[:4]: edge for edge in found if edge.source in ids and edge.target in ids}.values())


async def _across(store: Store, caller: Caller, nodes: Collection[Node], sides_of: Sides, walk: Walk) -> list[Edge]:
    """The edges that lead from one side to the other past the start; neither side's walk sees both of their ends.

    They lead from above to below, and in a cycle, where a walk was cut, from below to above.
    """
    above = {node.id: node.kind for node in nodes if sides_of[node.id].keys() == {Direction.UPSTREAM}}
    below = {node.id: node.kind for node in nodes if sides_of[node.id].keys() == {Direction.DOWNSTREAM}}
    if not above or not below:
        return []
    ids = (*above, *below)
    among = replace(walk, depth=0, filter=ALL_NODES, max_nodes=len(ids), visited=len(ids), counts=False)
    walked = await store.walk(Start(ids=ids), among, caller)
    return [
        edge
        for edge in walked.edges
        if (edge.source in above and edge.target in below)
        or (edge.source in below and edge.target in above and below[edge.source] not in walk.stop_at)
    ]


def _reason(walks: Collection[Walked], cut: bool) -> Truncated | None:
    """Why nodes are missing, the gravest reason first: time, then work, then what was asked for."""
    reasons = {walked.truncated for walked in walks} | ({Truncated.MAX_NODES} if cut else set())
    order = (Truncated.DEADLINE, Truncated.VISITED, Truncated.MAX_NODES, Truncated.DEPTH)
    return next((reason for reason in order if reason in reasons), None)
