"""What the graph must be, worked out plainly from the design, and what must be answered about it, by networkx.

It keeps what each scope states, and after each step works the whole graph out anew; it knows nothing of how a store
does it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

import networkx as nx
import orjson

from thalweg.model.edges import LINEAGE, EdgeType
from thalweg.model.facts import Granule, origin_rank
from thalweg.model.keys import UNVERSIONED, Key
from thalweg.model.kinds import Kind, Level
from thalweg.model.properties import HAPPENED
from thalweg.model.results import Direction
from thalweg.model.time import EARLIEST
from thalweg.store.questions import PathBetween, Start, Walk

CLOCK = 1 << 62
"""Stands for the time at which a store first saw a thing: later than any date in the tests."""

Ref = tuple[str, EdgeType, str, str]
"""source id, type, target id, role"""
Props = dict[str, Any]


class Said(NamedTuple):
    """What one scope says of one thing."""

    origin: str
    at: int
    props: Mapping[str, Any]

    @property
    def rank(self) -> tuple[int, int, str]:
        """The foremost origin is followed, then the latest event time, then the origin's name."""
        return (origin_rank(self.origin), -self.at, self.origin)


class Line(NamedTuple):
    """An edge as it must be."""

    at: int
    props: Props
    version_edges: int
    last_at: int
    stated: bool


@dataclass
class Oracle:
    scopes: dict[tuple[str, str], Granule] = field(default_factory=dict)
    unseen: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    nodes: dict[str, Props] = field(default_factory=dict)
    """What is stated, by id, with its effective properties."""
    gone: dict[str, Props] = field(default_factory=dict)
    """What was stated and is no longer, with the last that was said of it."""
    stated: dict[Ref, Props] = field(default_factory=dict)
    kept: dict[Ref, Props] = field(default_factory=dict)
    """Edges that nobody states any more, and that stay because an end of them is gone."""
    said: dict[Ref, list[Said]] = field(default_factory=dict)
    left: dict[Ref, list[Said]] = field(default_factory=dict)
    """The same two as they were said: a read that names no version is from the reserved one here."""
    told: dict[Ref, str] = field(default_factory=dict)
    """Of reads that name no version which it was, where that was stated besides."""
    seen: dict[str, int] = field(default_factory=dict)
    """In which step each thing was first seen, since it has been there."""
    step: int = 0
    forgotten: set[str] = field(default_factory=set)

    # ------------------------------------------------------------------------------------------------------- steps

    def state(self, *granules: Granule) -> None:
        for granule in granules:
            scope = (granule.source, granule.name)
            for unseen in self.unseen.values():
                unseen.discard(scope)
            held = self.scopes.get(scope)
            if held is not None and (granule.revision or 0) < (held.revision or 0):
                continue
            self.scopes[scope] = granule
        self.settle()

    def begin(self, source: str) -> None:
        self.unseen[source] = {scope for scope in self.scopes if scope[0] == source}

    def close(self, source: str) -> None:
        for scope in self.unseen.pop(source):
            del self.scopes[scope]
        self.settle()

    def forget(self, ids: Iterable[str]) -> None:
        self.forgotten.update(ids)

    def restore(self, ids: Iterable[str]) -> None:
        self.forgotten.difference_update(ids)
        self.settle()

    def settle(self) -> None:
        nodes: dict[str, list[Said]] = {}
        edges: dict[Ref, list[Said]] = {}
        for granule in self.scopes.values():
            assert granule.at is not None
            for entity in granule.entities:
                self.mention(entity.key)
                nodes.setdefault(entity.key.id, []).append(Said(granule.origin, granule.at, entity.props))
            for edge in granule.edges:
                self.mention(edge.source)
                self.mention(edge.target)
                ref = (edge.source.id, edge.type, edge.target.id, edge.role)
                props = {**edge.props, "assumed": True} if self.is_open(ref) else edge.props
                edges.setdefault(ref, []).append(Said(granule.origin, granule.at, props))
        before = self.nodes
        self.nodes = {id: followed(said) for id, said in nodes.items()}
        self.gone = {id: props for id, props in (self.gone | before).items() if id not in self.nodes}
        self.step += 1
        earlier = self.left | self.said
        self.said = edges
        wrote = [
            ref
            for ref in earlier | edges
            if ref[1] is EdgeType.PRODUCED and (ref in edges or ref[0] in self.gone or ref[2] in self.gone)
        ]
        known = set(self.told)
        self.tell(earlier | edges, edges)
        known |= self.told.keys()
        where = {ref: self.hung(ref, wrote) if self.is_open(ref) else ref for ref in earlier | edges}
        self.stated = {ref: united(said) for ref, said in gathered(edges, where).items()}
        self.left = {
            ref: said
            for ref, said in earlier.items()
            if ref not in edges
            and ref not in known
            and where[ref] not in self.stated
            and {where[ref][0], ref[2]} & self.gone.keys()
        }
        self.kept = {ref: united(said) for ref, said in gathered(self.left, where).items()}
        self.seen = {id: self.seen.get(id, self.step) for id in self.everything()}

    def tell(self, reads: Iterable[Ref], edges: Iterable[Ref]) -> None:
        """Of which version each read is that names none, where that is stated: then nothing else is kept of it."""
        stated = [ref for ref in edges if ref[1] is EdgeType.INPUT_TO and not self.is_open(ref)]
        self.told = {}
        for read in reads:
            if self.is_open(read):
                same = [ref[0] for ref in stated if ref[2] == read[2] and self.asset(ref[0]) == self.asset(read[0])]
                if same:
                    self.told[read] = max(same)

    def is_open(self, ref: Ref) -> bool:
        """Whether this is a read that names no version."""
        source, target = self.keys[ref[0]], self.keys[ref[2]]
        reserved = source.kind is Kind.DATASET_VERSION and source.parts[-1] == UNVERSIONED
        return reserved and ref[1] is EdgeType.INPUT_TO and target.kind is Kind.RUN

    def hung(self, ref: Ref, wrote: Sequence[Ref]) -> Ref:
        """A read that names no version as it is: of one that the run is stated to have read, else of the newest by the
        run's start, and before what the run wrote.
        """
        source, type, run, role = ref
        if ref in self.told:
            return (self.told[ref], type, run, role)
        versions = [
            (self.moment(id), id)
            for id in self.nodes | self.gone
            if self.keys[id].kind is Kind.DATASET_VERSION
            and self.asset(id) == self.asset(source)
            and self.keys[id].parts[-1] != UNVERSIONED
        ]
        start = self.moment(run)
        own = [at for at, id in versions if at <= start and any((run, id) == (one[0], one[2]) for one in wrote)]
        there = [one for one in versions if one[0] <= start and all(one[0] < at for at in own)]
        return (max(there)[1] if there else source, type, run, role)

    def moment(self, id: str) -> int:
        """When a thing happened; what nobody dated happened when it was first seen, after all that is dated."""
        at = self.at(id)
        return at if at < CLOCK else CLOCK + self.seen.get(id, self.step)

    def mention(self, key: Key) -> None:
        self.keys[key.id] = key
        if key.asset is not None:
            self.keys[key.asset.id] = key.asset

    # ------------------------------------------------------------------------------------------ what follows from it

    def props(self, id: str) -> Props:
        return self.nodes.get(id) or self.gone.get(id) or {}

    def asset(self, id: str) -> str | None:
        key = self.keys[id]
        if key.kind is Kind.RUN:
            job = self.props(id).get("job")
            if job is None:
                return None
            asset = Key(Kind.JOB, tuple(job))
            self.mention(asset)
            return asset.id
        return key.asset.id if key.asset is not None else None

    def hidden(self, id: str) -> bool:
        return id in self.forgotten or self.asset(id) in self.forgotten

    def everything(self) -> set[str]:
        """All there is: what is or was stated, the ends of edges, what was forgotten, and the assets of them.

        What was forgotten stays there, hidden, so that it is not seen when it is stated again.
        """
        ids = {*self.nodes, *self.gone, *self.forgotten}
        for source, _, target, _ in (*self.stated, *self.kept):
            ids.update((source, target))
        ids.update(asset for id in list(ids) if (asset := self.asset(id)) is not None)
        return ids

    def visible(self) -> set[str]:
        return {id for id in self.everything() if not self.hidden(id)}

    def at(self, id: str) -> int:
        """When it happened: the reserved version of a dataset, before all others."""
        props, key = self.props(id), self.keys[id]
        reserved = key.kind is Kind.DATASET_VERSION and key.parts[-1] == UNVERSIONED
        undated = EARLIEST if reserved else CLOCK
        return next((props[name] for name in HAPPENED[key.kind] if name in props), undated)

    def edge_at(self, ref: Ref, props: Props) -> int:
        """From when on a version edge holds: from its `at`, else from what it is the input, output or serving of."""
        source, type, target, _ = ref
        if "at" in props:
            return int(props["at"])
        if type is EdgeType.PRODUCED and self.keys[source].kind is Kind.RUN:
            return int(self.props(source).get("ended_at", CLOCK))
        return self.at(target)

    def edges(self, level: Level | None = None) -> dict[Ref, Line]:
        """Every edge that an answer may hold; at the asset level what was stated and what follows from versions."""
        lines: dict[Ref, Line] = {}
        derived: dict[Ref, list[int]] = {}
        assets: dict[Ref, Props] = {}
        for ref, props in (self.stated | self.kept).items():
            source, type, target, role = ref
            if self.keys[source].kind.level is Level.ASSET:
                assets[ref] = props
                continue
            if self.hidden(source) or self.hidden(target):
                continue
            at = self.edge_at(ref, props)
            lines[ref] = Line(at, props, 0, at, True)
            above, below = self.asset(source), self.asset(target)
            if type in LINEAGE and above is not None and below is not None:
                derived.setdefault((above, type, below, role), []).append(at)
        for ref in assets.keys() | derived.keys():
            if self.hidden(ref[0]) or self.hidden(ref[2]):
                continue
            times = derived.get(ref, [])
            said = [int(assets[ref].get("at", CLOCK))] if ref in assets else []
            lines[ref] = Line(
                min(times + said), assets.get(ref, {}), len(times), max(times, default=CLOCK), ref in self.stated
            )
        return {ref: line for ref, line in lines.items() if level is None or self.keys[ref[0]].kind.level is level}

    def graph(self, types: Sequence[EdgeType] = LINEAGE, as_of: int | None = None) -> nx.MultiDiGraph[str]:
        """The lineage that may be walked, at both levels, which no edge joins."""
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        graph.add_nodes_from(self.visible())
        for ref, line in self.edges().items():
            if ref[1] in types and (as_of is None or line.at <= as_of):
                graph.add_edge(ref[0], ref[2], key=ref)
        return graph

    # ------------------------------------------------------------------------------------------------------ answers

    def starts(self, start: Start, as_of: int | None = None) -> list[str]:
        """Where a walk begins: the versions of an asset are those that there were at the time."""
        visible = self.visible()
        if start.versions_of is None:
            return [id for id in dict.fromkeys(start.ids) if id in visible]
        there = [id for id in visible if self.asset(id) == start.versions_of]
        return [id for id in there if as_of is None or self.at(id) <= as_of]

    def walk(self, start: Start, walk: Walk) -> Reached:
        graph = self.graph(walk.types, walk.as_of)
        if walk.direction is Direction.UPSTREAM:
            graph = graph.reverse()
        starts = self.starts(start, walk.as_of)
        for id in list(graph):
            if self.keys[id].kind in walk.stop_at and id not in starts:
                graph.remove_edges_from(list(graph.out_edges(id)))
        distances: dict[str, int] = {}
        for layer, ids in enumerate(nx.bfs_layers(graph, starts)) if starts else ():
            distances.update(dict.fromkeys(ids, layer))
        within = {id: far for id, far in distances.items() if walk.depth is None or far <= walk.depth}
        edges = {key for source, target, key in graph.edges(keys=True) if source in within and target in within}
        return Reached(within, edges, len(within) < len(distances))

    def things(self, one: Kind | str, versions: bool) -> set[str]:
        """What a kind or an id stands for; an asset, among versions, for its own."""
        if isinstance(one, Kind):
            return {id for id in self.visible() if self.keys[id].kind is one}
        among = versions and one in self.keys and self.keys[one].kind.level is Level.ASSET
        return set(self.starts(Start(versions_of=one) if among else Start(ids=(one,))))

    def distance(self, asked: PathBetween) -> int | None:
        """The length of a shortest path; None where there is none. Step by step over all there is, from one end."""
        graph = self.graph(asked.types, asked.as_of)
        starts, ends = (self.things(id, asked.versions) for id in (asked.source, asked.target))
        through = [self.things(one, asked.versions) - starts - ends for one in asked.through]
        avoided = {id for one in asked.avoiding for id in self.things(one, asked.versions)} - starts - ends
        layer = {(id, frozenset[int]()) for id in starts}
        seen = set(layer)
        for length in count():
            if not layer:
                return None
            if any(id in ends and len(passed) == len(through) for id, passed in layer):
                return length
            steps = ((next, passed) for id, passed in layer for next in graph.successors(id) if next not in avoided)
            layer = {
                (id, passed | {place for place, things in enumerate(through) if id in things}) for id, passed in steps
            } - seen
            seen |= layer
        return None

    def degrees(self, as_of: int | None = None) -> dict[str, tuple[int, int]]:
        graph = self.graph(as_of=as_of)
        return {id: (int(graph.in_degree(id)), int(graph.out_degree(id))) for id in graph}


def gathered(said: Mapping[Ref, list[Said]], where: Mapping[Ref, Ref]) -> dict[Ref, list[Said]]:
    """What is said of edges, by the edge that it is of."""
    found: dict[Ref, list[Said]] = {}
    for ref, some in said.items():
        found.setdefault(where[ref], []).extend(some)
    return found


class Reached(NamedTuple):
    distances: dict[str, int]
    edges: set[Ref]
    deeper: bool
    """Whether there is more behind the depth."""

    def counts(self, keys: Mapping[str, Key]) -> dict[tuple[Kind, int], int]:
        return dict(Counter((keys[id].kind, far) for id, far in self.distances.items()))


def followed(said: Sequence[Said]) -> Props:
    """Each property by the foremost of those who state it."""
    props: Props = {}
    for one in sorted(said, key=lambda one: one.rank, reverse=True):
        props.update(one.props)
    for began in ("started_at", "created_at"):  # when it began: as its foremost origin says that spoke first
        dated = [(origin_rank(one.origin), one.at, one.origin, one.props[began]) for one in said if began in one.props]
        if dated:
            props[began] = min(dated)[3]
    return props


def united(said: Sequence[Said]) -> Props:
    """The same, but what is read is united, with the weakest coverage, and what one says outright is not assumed.

    One scope may say it by two names at once: then the value itself decides.
    """
    said = sorted(said, key=lambda one: orjson.dumps(one.props, option=orjson.OPT_SORT_KEYS), reverse=True)
    props = followed(said)
    if not all(one.props.get("assumed") for one in said):
        props.pop("assumed", None)
    reads = [one.props for one in said if "columns" in one.props]
    if reads:
        props["columns"] = sorted({column for read in reads for column in read["columns"]})
        weakest = ("DECLARED", "PREDICATES", "PROJECTION")
        props["covers"] = max((str(read["covers"]) for read in reads), key=weakest.index)
    return props
