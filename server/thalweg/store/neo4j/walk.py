"""Walks. From one node, or from all versions of an asset downstream, the database walks by itself (`walk.cypher`); from
several nodes, for a single step, or upstream from an asset, it is asked layer by layer: for all of each layer where
everything there is is wanted, and else for ids first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from thalweg.model.errors import DeadlineExceeded
from thalweg.model.kinds import Kind
from thalweg.model.results import Direction, Edge, Node, Truncated, Walked
from thalweg.store.neo4j.aliases import canonical
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.decode import edge, kind_of, node
from thalweg.store.neo4j.queries import Query, query
from thalweg.store.neo4j.texts import ALWAYS
from thalweg.store.questions import CUT_LAYER, NodeFilter, Start, Walk

DEPTHS = (*range(2, 22), 30, 50, 100)
"""How deep the texts of walks go: each is planned once. Behind the last they are open, and the budget ends them."""

FAR = 1 << 31
"""Deeper than any walk."""

CROWD = 2_000
"""A node with more edges than this is not expanded to see which of them lead to nodes of the walk."""

MANY_EDGES = 5
"""For each node of the budget: a layer that more edges leave is asked for ids alone."""

AT_ONCE = 5_000
"""Nodes of a layer in one query."""

NOTHING = Walked((), (), {}, True)


def fits(filter: NodeFilter) -> dict[str, Any]:
    """The parameter of the part `fits`."""
    namespace = filter.namespace
    begins = namespace[:-1] if namespace is not None and namespace.endswith("*") else None
    conditions = {
        "kinds": [kind.label for kind in filter.kinds] if filter.kinds is not None else None,
        "namespace": namespace if begins is None else None,
        "namespace_begins": begins,
        "name_contains": filter.name_contains,
        "gone": filter.gone,
    }
    return {"fits": conditions}


async def walk(database: Database, start: Start, walk: Walk) -> Walked:
    """What a walk reaches. A deadline cuts: then there is what was found until then, and the answer says so."""
    walking = _Walking(database, walk)
    try:
        found = await walking.walk(start)
        if found is None and (renamed := await _renamed(database, start)) is not None:
            found = await walking.walk(renamed)
        return found if found is not None else NOTHING
    except DeadlineExceeded:
        return walking.cut_by_deadline()


async def _renamed(database: Database, start: Start) -> Start | None:
    """The start by the names that stand for its old ones; None where it names nothing old."""
    asked = start.ids if start.versions_of is None else (start.versions_of,)
    names = await canonical(database, asked)
    if not names:
        return None
    if start.versions_of is not None:
        return replace(start, versions_of=names[start.versions_of])
    return replace(start, ids=tuple(names.get(id, id) for id in asked))


@dataclass(slots=True)
class _Layers:
    """What a walk layer by layer has seen: the distance of each node, and which are wanted, in order."""

    distances: dict[str, int] = field(default_factory=dict)
    wanted: list[str] = field(default_factory=list)
    unsorted: bool = False
    reason: Truncated | None = None
    deeper: bool = False
    early: bool = False
    """Whether it stopped when there was enough to return."""


class _Walking:
    def __init__(self, database: Database, walk: Walk) -> None:
        self.database = database
        self.asked = walk
        self.until = monotonic() + walk.seconds
        self.upstream = walk.direction is Direction.UPSTREAM
        self.fits = fits(walk.filter)
        self.layers = _Layers()
        self.exempt: list[str] = []

    def cut_by_deadline(self) -> Walked:
        counts = Counter((kind_of(id), far) for id, far in self.layers.distances.items())
        return Walked((), (), counts, False, Truncated.DEADLINE)

    async def walk(self, start: Start) -> Walked | None:
        """None where the start is not known."""
        depth = self.asked.depth
        if start.versions_of is not None:
            if start.newest is None and not self.upstream and (depth is None or depth > 0):
                return await self.from_one(start.versions_of, of_versions=True)
        elif len(start.ids) == 1 and (depth is None or depth > 1):
            return await self.from_one(start.ids[0], of_versions=False)
        asked = self.asked
        if asked.edges and asked.filter.empty and not asked.stop_at and depth != 0 and asked.max_nodes >= asked.visited:
            whole = await self.whole_layers(start)
            if whole is not None:
                return whole
        return await self.by_layers(start)

    # ------------------------------------------------------------------------------------------ by the database itself

    async def from_one(self, id: str, *, of_versions: bool) -> Walked | None:
        asked = self.asked
        suffix, first = ("versions", 1) if of_versions else ("node", 0)
        depth = asked.depth + first if asked.depth is not None else FAR
        most = min(asked.max_nodes, asked.visited)
        about: dict[str, Any] = {
            "id": id,
            "depth": depth,
            "as_of": asked.as_of,
            "stop": [kind.label for kind in asked.stop_at] or None,
            "exempt": [id],
            "visited": asked.visited + 1,
            "limit": most + 1,
            "hub": CROWD,
        }

        def text(name: str, far: int = depth) -> Query:
            between = "_next_to_" if name == "layer" and far == 1 else "_of_"
            return query(
                name + between + suffix,
                types=asked.types,
                depth=next((some for some in DEPTHS if some >= far), None),
                upstream=self.upstream,
            )

        counts: Counter[tuple[Kind, int]] | None = None
        edges: Sequence[Sequence[Any]] = ()
        deeper = False
        if asked.filter.empty and most > 0:
            whole = await self.read(
                text("whole"), **about, edges=asked.edges, expanded=depth if asked.depth is not None else FAR
            )
            if not whole:
                return None
            distances, rows, edges, deeper = whole
        elif most > 0:
            found = await self.read(text("nearest"), **(about | {"visited": asked.visited}), **self.fits)
            if not found:
                return None
            distances, rows = found
        else:
            distances, rows = [], []
        cut = len(rows) > most
        if not asked.filter.empty or (cut and asked.counts) or most == 0:
            counted = await self.read(text("counts"), **about)
            if not counted:
                return None
            counts = Counter({(Kind(kind), far - first): number for kind, far, number in counted[0]})
            if asked.depth is not None and counts.total() <= asked.visited:
                (deeper,) = await self.read(text("behind"), **(about | {"limit": FAR}))
        nodes = [node(row, far - first) for row, far in zip(rows, distances, strict=True)]
        unsorted = False
        if cut:
            nodes, unsorted = await self.canonical(nodes, most, text, about, first)
        nodes.sort(key=_order)
        if counts is None:
            counts = Counter((one.kind, one.distance) for one in nodes)
        exceeded = _within(counts, asked.visited) or (cut and asked.visited <= asked.max_nodes)
        if not asked.edges:
            between: tuple[Edge, ...] = ()
        elif cut or not asked.filter.empty:
            self.exempt = [id]
            between = await self.edges_among(nodes, nodes[-1].distance - 1 if cut and nodes else -1)
        else:
            between = self.edges([row[0] for row in rows], edges)
        reason = Truncated.VISITED if exceeded else Truncated.MAX_NODES if cut else Truncated.DEPTH if deeper else None
        complete = not (exceeded or deeper or (cut and not asked.counts and asked.filter.empty))
        return Walked(tuple(nodes), between, counts, complete, reason, unsorted)

    async def canonical(
        self, nodes: list[Node], most: int, text: Any, about: dict[str, Any], first: int
    ) -> tuple[list[Node], bool]:
        """The nearest `most`, of the last distance those first by id, and whether that was too much to sort."""
        last = nodes[-1].distance
        nearer = [one for one in nodes if one.distance < last]
        missing = most - len(nearer)
        if missing == 0:
            return nearer, False
        far = last + first
        layer = {
            "distance": far,
            "limit": CUT_LAYER + 1,
            "first": missing,
            "visited": self.asked.visited + CUT_LAYER + 1,
        }
        width, rows = await self.read(text("layer", far), **(about | layer), **self.fits)
        if width > CUT_LAYER:
            return nodes[:most], True
        return nearer + [node(row, last) for row in rows], False

    # ------------------------------------------------------------------------------------------- layer by layer, whole

    async def whole_layers(self, start: Start) -> Walked | None:
        """All there is, with its edges, in one query a layer; None where that is more than the budget, or nothing."""
        asked, seen = self.asked, self.layers.distances
        frontier = [id for id, _ in await self.starts(start)]
        if not 0 < len(frontier) <= asked.visited:
            return None
        seen.update(dict.fromkeys(frontier, 0))
        nodes: list[Node] = []
        for begin in range(0, len(frontier), AT_ONCE):
            (rows,) = await self.read(query("walked_nodes"), ids=frontier[begin : begin + AT_ONCE])
            nodes += [node(row, 0) for row in rows]
        edges: list[Edge] = []
        distance, deeper = 0, False
        while frontier and not deeper:
            found = await self.whole_step(frontier)
            if found is None or len(nodes) > asked.visited:
                seen.clear()
                return None
            between, beyond = found
            if distance == asked.depth:  # what lies behind is not of the walk, but for the edges that lead back
                deeper = bool(beyond)
                edges += [one for one in between if one.source in seen and one.target in seen]
                break
            distance += 1
            edges += between
            seen.update(dict.fromkeys(beyond, distance))
            nodes += [node(row, distance) for row in beyond.values()]
            frontier = list(beyond)
        nodes.sort(key=_order)
        counts = Counter((one.kind, one.distance) for one in nodes)
        return Walked(tuple(nodes), tuple(edges), counts, not deeper, Truncated.DEPTH if deeper else None)

    async def whole_step(self, frontier: Sequence[str]) -> tuple[list[Edge], dict[str, Any]] | None:
        """The edges that leave a layer, and the rows of nodes that were not seen yet; None where that is too much."""
        asked, seen = self.asked, self.layers.distances
        most = MANY_EDGES * asked.visited + CUT_LAYER
        text = query("step_whole", types=asked.types, upstream=self.upstream)
        edges: list[Edge] = []
        beyond: dict[str, Any] = {}
        for begin in range(0, len(frontier), AT_ONCE):
            some = frontier[begin : begin + AT_ONCE]
            found, others = await self.read(text, ids=some, as_of=asked.as_of, limit=most)
            if len(found) == most:
                return None
            edges += self.edges(some, found)
            beyond.update((row[0], row) for row in others if row[0] not in seen)
        return edges, beyond

    # ------------------------------------------------------------------------------------------------- layer by layer

    async def by_layers(self, start: Start) -> Walked | None:
        asked, seen = self.asked, self.layers
        found = await self.starts(start)
        if not found:
            return None
        self.exempt = [id for id, _ in found]
        self.take(found, 0)
        frontier = self.exempt
        distance = 0
        while frontier and seen.reason is None:
            if not asked.counts and len(seen.wanted) > asked.max_nodes:
                seen.early = True
                break
            if asked.depth is not None and distance == asked.depth:
                seen.deeper = bool(await self.step(frontier, 1))
                break
            room = asked.visited + CUT_LAYER + 1
            distance += 1
            layer = self.take(await self.step(frontier, room), distance)
            frontier = [id for id in layer if kind_of(id) not in asked.stop_at]
        return await self.layered()

    async def starts(self, start: Start) -> list[tuple[str, bool]]:
        asked = self.asked
        if start.versions_of is not None:
            limit = start.newest if start.newest is not None else asked.visited + CUT_LAYER + 1
            until = asked.as_of if asked.as_of is not None else ALWAYS
            (rows,) = await self.read(
                query("newest_versions"), id=start.versions_of, as_of=until, limit=limit, **self.fits
            )
            return [(id, wanted) for id, wanted in rows]
        found: list[tuple[str, bool]] = []
        ids = list(dict.fromkeys(start.ids))
        for begin in range(0, len(ids), AT_ONCE):
            (rows,) = await self.read(query("visible"), ids=ids[begin : begin + AT_ONCE], **self.fits)
            found += [(id, wanted) for id, wanted in rows]
        return found

    def take(self, found: Sequence[tuple[str, bool]], distance: int) -> list[str]:
        """Takes a layer in, as far as the budget goes; those that come first by id where it does not reach for all."""
        asked, seen = self.asked, self.layers
        room = asked.visited - len(seen.distances)
        if len(found) <= CUT_LAYER or len(found) <= room:
            found = sorted(found)
        if len(found) > room:
            seen.reason = Truncated.VISITED
            seen.unsorted = len(found) > CUT_LAYER
            found = found[:room]
        for id, wanted in found:
            seen.distances[id] = distance
            if wanted:
                seen.wanted.append(id)
        return [id for id, _ in found]

    async def step(self, frontier: Sequence[str], limit: int) -> list[tuple[str, bool]]:
        """What lies behind a layer and was not seen yet; at most about `limit` of it."""
        asked, seen = self.asked, self.layers.distances
        text = query("step", types=asked.types, upstream=self.upstream)
        found: dict[str, bool] = {}
        for begin in range(0, len(frontier), AT_ONCE):
            (rows,) = await self.read(
                text, ids=frontier[begin : begin + AT_ONCE], as_of=asked.as_of, limit=len(seen) + limit, **self.fits
            )
            found.update((id, wanted) for id, wanted in rows if id not in seen)
            if len(found) > limit:
                break
        return list(found.items())

    async def layered(self) -> Walked:
        asked, seen = self.asked, self.layers
        chosen = seen.wanted[: asked.max_nodes]
        cut = len(seen.wanted) > asked.max_nodes > 0
        unsorted = seen.unsorted
        if cut and not unsorted:
            last = seen.distances[chosen[-1]]
            unsorted = sum(1 for id in seen.wanted if seen.distances[id] == last) > CUT_LAYER
        rows: list[Any] = []
        for begin in range(0, len(chosen), AT_ONCE):
            (some,) = await self.read(query("walked_nodes"), ids=chosen[begin : begin + AT_ONCE])
            rows += some
        nodes = sorted((node(row, seen.distances[row[0]]) for row in rows), key=_order)
        between = await self.edges_among(nodes, -1) if asked.edges else ()
        reason = seen.reason
        if reason is None:
            reason = Truncated.MAX_NODES if cut else Truncated.DEPTH if seen.deeper else None
        counts = Counter((kind_of(id), far) for id, far in seen.distances.items())
        complete = seen.reason is None and not seen.deeper and not seen.early
        return Walked(tuple(nodes), between, counts, complete, reason, unsorted)

    # ---------------------------------------------------------------------------------------------------------- edges

    async def edges_among(self, nodes: Sequence[Node], expanded: int) -> tuple[Edge, ...]:
        """The edges between nodes; from those nearer than `expanded` few lead to what is not of the walk."""
        if not nodes:
            return ()
        asked = self.asked
        ids = [one.id for one in nodes]
        found = await self.read(
            query("edges_among", types=asked.types, upstream=self.upstream),
            ids=ids,
            ds=[one.distance for one in nodes],
            as_of=asked.as_of,
            stop=[kind.label for kind in asked.stop_at] or None,
            exempt=self.exempt,
            edges=True,
            expanded=expanded,
            hub=CROWD,
            limit=FAR,
        )
        rows, others = found
        return self.edges(others if others is not None else ids, rows)  # a node may have gone meanwhile

    def edges(self, ids: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[Edge, ...]:
        """Of rows `[place of the node that was expanded, type, other end, properties]`."""
        as_of = self.asked.as_of
        if self.upstream:
            return tuple([edge(other, label, ids[place], kept, as_of) for place, label, other, kept in rows])
        return tuple([edge(ids[place], label, other, kept, as_of) for place, label, other, kept in rows])

    async def read(self, text: Query, **parameters: Any) -> list[Any]:
        return await self.database.read(text, seconds=max(0.0, self.until - monotonic()), **parameters)


def _order(node: Node) -> tuple[int, str]:
    return (node.distance, node.id)


def _within(counts: Counter[tuple[Kind, int]], budget: int) -> bool:
    """Keeps the counts within the budget; answers whether there was more, which is of the last distance."""
    over = counts.total() - budget
    if over <= 0:
        return False
    last = max(far for _, far in counts)
    for key in [key for key in counts if key[1] == last]:
        taken = min(over, counts[key])
        counts[key] -= taken
        over -= taken
    return True
