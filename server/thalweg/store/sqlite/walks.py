"""Walks along lineage, layer by layer, over handles: nodes are looked at only where they are returned."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from thalweg.model.edges import LINEAGE, EdgeType
from thalweg.model.errors import DeadlineExceeded
from thalweg.model.kinds import Kind
from thalweg.model.results import Direction, Edge, Node, Truncated, Walked
from thalweg.store.questions import CUT_LAYER, NodeFilter, Start, Walk
from thalweg.store.sqlite.codes import KIND_CODE, KIND_MASK, KINDS, TYPE_CODE
from thalweg.store.sqlite.conditions import end_of
from thalweg.store.sqlite.connections import Reader
from thalweg.store.sqlite.entities import FOREVER, as_json, edge, handles, key_of
from thalweg.store.sqlite.text import load

SQL = load("walk.sql")
AT_ONCE = 2_000
"""Nodes of a layer from which one statement steps on."""

NOWHERE = Walked((), (), {}, True)
TOO_LATE = Walked((), (), {}, False, Truncated.DEADLINE)


class Steps:
    """Steps along lineage under the conditions of a walk."""

    def __init__(self, reader: Reader, direction: Direction, types: Sequence[EdgeType], as_of: int | None) -> None:
        self.reader = reader
        self.connection: sqlite3.Connection = reader.connection
        self.types = as_json(sorted(TYPE_CODE[type] for type in types))
        self.as_of = FOREVER if as_of is None else as_of
        name = "down" if direction is Direction.DOWNSTREAM else "up"
        self._text = SQL[name if frozenset(types) == frozenset(LINEAGE) else f"{name}_some"]

    def beyond(self, layer: Sequence[int], seen: set[int], most: int) -> tuple[list[int], bool]:
        """What one step leads to that was not seen, and whether that is all: where it is more than `most`, one more."""
        found: set[int] = set()
        for begin in range(0, len(layer), AT_ONCE):
            self.reader.watch.check()
            asked = {
                "ns": as_json(layer[begin : begin + AT_ONCE]),
                "types": self.types,
                "as_of": self.as_of,
                "limit": most + len(seen) + 1,  # so many of them may have been seen before
            }
            stepped: list[int] = orjson.loads(self.connection.execute(self._text, asked).fetchone()[0])
            found.update([n for n in stepped if n not in seen])
            if len(found) > most:
                return list(found)[: most + 1], False
        return list(found), True


def starts(connection: sqlite3.Connection, start: Start, as_of: int | None, most: int) -> list[int]:
    """The handles where a walk begins."""
    if start.versions_of is None:
        return [n for (n,) in connection.execute(SQL["start"], {"ids": as_json(start.ids)})]
    asset = handles(connection, [start.versions_of]).get(start.versions_of)
    limit = most if start.newest is None else min(start.newest, most)
    asked = {"n": asset, "as_of": FOREVER if as_of is None else as_of, "limit": limit}
    return [n for (n,) in connection.execute(SQL["start_versions"], asked)]


@dataclass(slots=True)
class _Reach:
    """What a walk has come to so far. `chosen` are the handles that are returned, by layer."""

    seen: set[int] = field(default_factory=set)
    counts: Counter[tuple[Kind, int]] = field(default_factory=Counter)
    chosen: list[list[int]] = field(default_factory=list)
    room: int = 0
    full: bool = False
    """Whether more could be returned than may be."""
    unsorted: bool = False
    stopped: Truncated | None = None
    """Why the walk did not go on; None where there was nothing more."""


def walk(reader: Reader, start: Start, walk: Walk) -> Walked:
    """Answers a walk. When its time is over, what was reached by then is the answer."""
    reach = _Reach(room=walk.max_nodes)
    begin: list[int] = []
    try:
        begin = starts(reader.connection, start, walk.as_of, max(walk.visited, CUT_LAYER) + 1)
        _go(reader, begin, walk, reach)
    except DeadlineExceeded:
        _late(reader, reach, walk)
    except sqlite3.OperationalError as error:
        if not reader.watch.over or error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        _late(reader, reach, walk)
    if not reach.counts:
        return TOO_LATE if reach.stopped is Truncated.DEADLINE else NOWHERE
    nodes = _nodes(reader.connection, reach.chosen)
    edges = _edges(reader, nodes, walk, frozenset(begin)) if walk.edges and nodes else ()
    truncated = Truncated.MAX_NODES if reach.full and walk.max_nodes else reach.stopped
    complete = reach.stopped is None
    return Walked(tuple(nodes.values()), edges, dict(reach.counts), complete, truncated, reach.unsorted)


def _late(reader: Reader, reach: _Reach, walk: Walk) -> None:
    """What was found is still brought, in a time of its own; unless nobody waits for it."""
    if reader.watch.unwanted:
        reader.watch.check()
    reader.watch.extend(max(1.0, walk.seconds))
    reach.stopped = Truncated.DEADLINE


def _go(reader: Reader, begin: list[int], walk: Walk, reach: _Reach) -> None:
    steps = Steps(reader, walk.direction, walk.types, walk.as_of)
    stop_at = frozenset(KIND_CODE[kind] for kind in walk.stop_at)
    counts = walk.counts or walk.max_nodes == 0
    layer, whole, distance = begin, True, 0
    while layer:
        reader.watch.check()
        budget = walk.visited - len(reach.seen)
        cut = not whole or len(layer) > budget
        if len(layer) > budget:
            layer, sorted_ = _nearest(reader.connection, layer, budget)
            reach.unsorted |= not sorted_ and reach.room > 0
        reach.seen.update(layer)
        reach.counts.update((KINDS[n & KIND_MASK], distance) for n in layer)
        _choose(reader.connection, layer, walk, reach)
        if reach.full and not counts:
            reach.stopped = Truncated.MAX_NODES
            return
        if cut:
            reach.stopped = Truncated.VISITED
            return
        if distance and stop_at:
            layer = [n for n in layer if n & KIND_MASK not in stop_at]
        if walk.depth is not None and distance >= walk.depth:
            if steps.beyond(layer, reach.seen, 0)[1] is False:
                reach.stopped = Truncated.DEPTH
            return
        most = max(walk.visited - len(reach.seen), CUT_LAYER)
        if not counts and walk.filter.empty:
            most = min(most, max(reach.room, CUT_LAYER))
        layer, whole = steps.beyond(layer, reach.seen, most)
        distance += 1


def _nearest(connection: sqlite3.Connection, layer: list[int], number: int) -> tuple[list[int], bool]:
    """The first of a layer in the order of ids; any of one that is too wide to sort."""
    if len(layer) > CUT_LAYER:
        return layer[:number], False
    rows = connection.execute(SQL["nearest"], {"ns": as_json(layer), "limit": number})
    return [n for (n,) in rows], True


def _choose(connection: sqlite3.Connection, layer: list[int], walk: Walk, reach: _Reach) -> None:
    """Takes of a layer what is returned."""
    if reach.full:
        return
    let_through = layer if walk.filter.empty else _filtered(connection, layer, walk.filter)
    if len(let_through) > reach.room:
        reach.full = True
        let_through, sorted_ = _nearest(connection, let_through, reach.room) if reach.room else ([], True)
        reach.unsorted |= not sorted_
    reach.room -= len(let_through)
    reach.chosen.append(let_through)


def _filtered(connection: sqlite3.Connection, layer: list[int], only: NodeFilter) -> list[int]:
    if only.kinds is not None:
        kinds = frozenset(KIND_CODE[kind] for kind in only.kinds)
        layer = [n for n in layer if n & KIND_MASK in kinds]
    if only.namespace is None and only.name_contains is None and only.gone is None:
        return layer
    begins = only.namespace is not None and only.namespace.endswith("*")
    begin = only.namespace[:-1] if begins and only.namespace else None
    asked = {
        "ns": as_json(layer),
        "namespace": None if begins else only.namespace,
        "namespace_from": begin,
        "namespace_to": None if begin is None else end_of(begin),
        "name_contains": only.name_contains,
        "gone": only.gone,
    }
    return [n for (n,) in connection.execute(SQL["filtered"], asked)]


def _nodes(connection: sqlite3.Connection, chosen: Iterable[list[int]]) -> dict[int, Node]:
    """The nodes that are returned, by handle, in their order."""
    distances = {n: distance for distance, layer in enumerate(chosen) for n in layer}
    found: list[tuple[int, Node]] = []
    for n, id, k1, k2, k3, asset, at, gone_at, until, status in connection.execute(
        SQL["nodes"], {"ns": as_json(distances)}
    ):
        key = key_of(k1, k2, k3)
        found.append((n, Node(id, KINDS[n & KIND_MASK], key, asset, at, gone_at, until, status, distances[n])))
    found.sort(key=lambda one: (one[1].distance, one[1].id))
    return dict(found)


def _edges(reader: Reader, nodes: Mapping[int, Node], walk: Walk, begin: frozenset[int]) -> tuple[Edge, ...]:
    """The edges between returned nodes, looked for where they come in: few come into a thing, many may leave it."""
    stop_at = frozenset(KIND_CODE[kind] for kind in walk.stop_at)
    walked = [n for n in nodes if n in begin or n & KIND_MASK not in stop_at]
    among, into = (walked, list(nodes)) if walk.direction is Direction.DOWNSTREAM else (list(nodes), walked)
    ids = {n: node.id for n, node in nodes.items()}
    return edges_between(reader, among, into, walk.types, walk.as_of, ids)


def edges_between(
    reader: Reader,
    among: Sequence[int],
    into: Sequence[int],
    types: Sequence[EdgeType],
    as_of: int | None,
    ids: Mapping[int, str],
) -> tuple[Edge, ...]:
    """The edges from some nodes into others."""
    connection = reader.connection
    many = 5 * len(among) + 1_000
    crowded = [n for (n,) in connection.execute(SQL["crowded"], {"ns": as_json(into), "many": many})]
    asked: dict[str, Any] = {
        "types": as_json(TYPE_CODE[type] for type in types),
        "as_of": FOREVER if as_of is None else as_of,
        "among": as_json(among),
    }
    rest = as_json(set(into).difference(crowded)) if crowded else as_json(into)
    rows = connection.execute(SQL["edges_into"], {**asked, "into": rest}).fetchall()
    if crowded:
        rows += connection.execute(SQL["edges_probed"], {**asked, "into": as_json(crowded)}).fetchall()
    return tuple(edge(row, ids, as_of) for row in rows)
