"""What several things have in common: the ancestors that all of them share.

A thing counts among its own ancestors, at distance 0: where one came of the other, that one is what they share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from thalweg.lineage.since import nothing_yet
from thalweg.lineage.spelling import WORDS
from thalweg.lineage.walk import require_id, require_types
from thalweg.model.edges import LINEAGE, EdgeType
from thalweg.model.errors import BadInput, LimitExceeded, NotFound
from thalweg.model.facts import Caller
from thalweg.model.kinds import Level
from thalweg.model.results import Direction, Entity, Node, Truncated, Walked
from thalweg.store.questions import Start, Walk
from thalweg.store.store import Store

FEWEST, MOST = 2, 10
"""How many things may be asked about."""

MOST_RETURNED = 1_000

REASONS = (Truncated.DEADLINE, Truncated.VISITED, Truncated.MAX_NODES)
"""Why something is missing, the gravest first."""


@dataclass(frozen=True, slots=True)
class CommonAncestor:
    """An ancestor of all. distances: from each of the things, in their order. lowest: see `CommonAncestors`."""

    node: Node
    distances: tuple[int, ...]
    lowest: bool

    @property
    def total(self) -> int:
        return sum(self.distances)


@dataclass(frozen=True, slots=True)
class CommonAncestors:
    """What several things share.

    ancestors: the nearest first: by the sum of the distances, then by the largest, then by id. `lowest` are those with
        no other common ancestor between them and the things; those of one cycle stand side by side.
    total: how many there are, returned or not. truncated_reason: why some are missing; None when none are. Where the
        walks were cut, distances and `lowest` are of what was seen.
    note: a sentence where nothing had happened yet by the time of the question.
    """

    of: tuple[Entity, ...]
    level: Level
    ancestors: tuple[CommonAncestor, ...]
    total: int
    truncated_reason: Truncated | None
    note: str | None


async def common_ancestors(
    store: Store,
    caller: Caller,
    of: Sequence[str],
    *,
    types: Collection[EdgeType] = LINEAGE,
    as_of: int | None = None,
    first: int = 100,
    visited: int = 100_000,
    seconds: float = 10.0,
) -> CommonAncestors:
    """The ancestors that 2 to 10 things of one level share. visited: of all walks together.

    Raises NotFound for an id that nobody knows, BadInput for what makes no sense, LimitExceeded for too many. What is
    too much work is cut, and the answer says why.
    """
    things = await _things(store, caller, of)
    require_types(types)
    if not 1 <= first <= MOST_RETURNED:
        raise BadInput(f"first is {first}, and must be 1 to {MOST_RETURNED}.")
    until = monotonic() + seconds
    left = visited
    cuts: set[Truncated] = set()
    walks: list[Walked] = []
    for place, thing in enumerate(things):
        share = max(1, left // (len(things) - place))
        walk = Walk(
            Direction.UPSTREAM,
            types=tuple(type for type in LINEAGE if type in types),
            depth=None,
            as_of=as_of,
            max_nodes=share,
            visited=share,
            edges=False,
            seconds=max(0.0, until - monotonic()),
        )
        walks.append(await store.walk(Start(ids=(thing.id,)), walk, caller))
        left -= len(walks[-1].nodes)
        cuts |= {Truncated.VISITED if one is Truncated.MAX_NODES else one for one in [walks[-1].truncated] if one}
    shared = _shared(walks)
    nodes = {node.id: node for node in walks[0].nodes}
    lowest, cut = await _lowest(store, caller, shared, types, as_of, until - monotonic())
    order = sorted(shared, key=lambda id: (sum(shared[id]), max(shared[id]), id))
    cuts |= {cut} if cut else {Truncated.MAX_NODES} if len(order) > first else set()
    nothing = None if shared else await nothing_yet(store, caller, as_of, seconds=max(0.001, until - monotonic()))
    return CommonAncestors(
        of=things,
        level=things[0].kind.level,
        ancestors=tuple(CommonAncestor(nodes[id], shared[id], id in lowest) for id in order[:first]),
        total=len(order),
        truncated_reason=next((one for one in REASONS if one in cuts), None),
        note=nothing,
    )


async def _things(store: Store, caller: Caller, of: Sequence[str]) -> tuple[Entity, ...]:
    """What is named, each once. Raises NotFound, BadInput, LimitExceeded."""
    if len(of) > MOST:
        raise LimitExceeded(f"of names more than {MOST} things.", "Ask about fewer at once.")
    for id in of:
        require_id(id)
    known = await store.get(list(of), caller)
    for id in of:
        if id not in known:
            raise NotFound(f"Nothing with the id {id} is known.", "Look it up by name, or list what there is.")
    things = tuple({known[id].id: known[id] for id in of}.values())
    if len(things) < FEWEST:
        raise BadInput(
            f"of names {len(things)} different {'thing' if len(things) == 1 else 'things'}, and must name {FEWEST} or "
            "more.",
            "What one thing came from is a walk: ask for its lineage upstream.",
        )
    if len({thing.kind.level for thing in things}) > 1:
        one, other = (next(thing for thing in things if thing.kind.level is level) for level in Level)
        raise BadInput(
            f"of names things of both levels: a {WORDS[one.kind]} and a {WORDS[other.kind]}, which share no ancestor.",
            "Name assets alone, or versions alone.",
        )
    return things


def _shared(walks: Sequence[Walked]) -> dict[str, tuple[int, ...]]:
    """By ancestor that all walks have come to: the distance in each."""
    found = [{node.id: node.distance for node in walked.nodes} for walked in walks]
    return {id: tuple(one[id] for one in found) for id in found[0] if all(id in one for one in found)}


async def _lowest(
    store: Store,
    caller: Caller,
    shared: Collection[str],
    types: Collection[EdgeType],
    as_of: int | None,
    seconds: float,
) -> tuple[set[str], Truncated | None]:
    """Those of the shared from which no edge leads, by whatever way, to another that does not lead back."""
    if not shared:
        return set(), None
    among = Walk(
        Direction.DOWNSTREAM,
        types=tuple(type for type in LINEAGE if type in types),
        depth=0,
        as_of=as_of,
        max_nodes=len(shared),
        visited=len(shared),
        seconds=max(0.0, seconds),
    )
    walked = await store.walk(Start(ids=tuple(shared)), among, caller)
    cut = walked.truncated if walked.truncated is Truncated.DEADLINE else None
    return ends(shared, ((edge.source, edge.target) for edge in walked.edges)), cut


def ends(nodes: Iterable[str], edges: Iterable[tuple[str, str]]) -> set[str]:
    """The nodes where every way ends: from which nothing is reached that does not lead back to them.

    Tarjan's strongly connected components, without recursion; those that no edge leaves are the ends.
    """
    towards: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        towards[source].append(target)
    component = _components(nodes, towards)
    left = {
        component[source]
        for source, targets in towards.items()
        for one in targets
        if component[one] != component[source]
    }
    return {node for node, number in component.items() if number not in left}


def _components(nodes: Iterable[str], towards: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """By node the number of its strongly connected component."""
    component: dict[str, int] = {}
    found: dict[str, int] = {}
    low: dict[str, int] = {}
    open: list[str] = []
    for start in nodes:
        if start in found:
            continue
        found[start] = low[start] = len(found)
        open.append(start)
        way = [(start, iter(towards.get(start, ())))]
        while way:
            node, rest = way[-1]
            for next_ in rest:
                if next_ not in found:
                    found[next_] = low[next_] = len(found)
                    open.append(next_)
                    way.append((next_, iter(towards.get(next_, ()))))
                    break
                if next_ not in component:
                    low[node] = min(low[node], found[next_])
            else:
                way.pop()
                if way:
                    low[way[-1][0]] = min(low[way[-1][0]], low[node])
                if low[node] == found[node]:
                    while node not in component:
                        component[open.pop()] = found[node]
    return component
