"""Entities, what stands around them, and what was said of them over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import orjson

from thalweg.model import time
from thalweg.model.edges import LINEAGE, EdgeType
from thalweg.model.facts import MarkKind, Point, Source
from thalweg.model.results import Degrees, Edge, Entity, Event, Mark, Neighbours, Verdict
from thalweg.store.neo4j.aliases import canonical
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.decode import edge, entity
from thalweg.store.neo4j.queries import query
from thalweg.store.neo4j.texts import ALWAYS, short
from thalweg.store.questions import Hop, Neighbour

V = TypeVar("V")

AT_ONCE = 2_000
"""Ids in one query."""


async def _of_each(
    database: Database, ids: Sequence[str], ask: Callable[[Sequence[str]], Awaitable[dict[str, V]]]
) -> dict[str, V]:
    """Answers for ids, some at a time; an old id is answered as the one that stands for it now."""
    asked = list(dict.fromkeys(ids))
    found: dict[str, V] = {}
    for begin in range(0, len(asked), AT_ONCE):
        found.update(await ask(asked[begin : begin + AT_ONCE]))
    names = await canonical(database, [id for id in asked if id not in found])
    missing = [name for name in dict.fromkeys(names.values()) if name not in found]
    now = await ask(missing) if missing else {}
    for old, name in names.items():
        if name in now or name in found:
            found[old] = now[name] if name in now else found[name]
    return found


async def get(database: Database, ids: Sequence[str]) -> dict[str, Entity]:
    async def ask(some: Sequence[str]) -> dict[str, Entity]:
        (rows,) = await database.read(query("get"), ids=some)
        return {row[0]: entity(row) for row in rows}

    return await _of_each(database, ids, ask)


async def with_column_lineage(database: Database, ids: Sequence[str]) -> dict[str, Entity]:
    found: dict[str, Entity] = {}
    for begin in range(0, len(ids), AT_ONCE):
        (rows,) = await database.read(query("with_column_lineage"), ids=ids[begin : begin + AT_ONCE])
        found.update((row[0], entity(row)) for row in rows)
    return found


async def neighbours(database: Database, ids: Sequence[str], asked: Neighbour) -> Mapping[str, Neighbours]:
    types = (asked.type,) if asked.type is not None else LINEAGE
    text = {
        Hop.OUT: query("neighbours", types=types),
        Hop.IN: query("neighbours", types=types, upstream=True),
        Hop.VERSIONS: query("versions"),
        Hop.ASSET: query("assets"),
    }[asked.hop]
    by_edges = asked.hop in (Hop.IN, Hop.OUT)

    async def ask(some: Sequence[str]) -> dict[str, Neighbours]:
        (rows,) = await database.read(
            text,
            ids=some,
            as_of=asked.as_of if by_edges or asked.as_of is not None else ALWAYS,
            kinds=[kind.label for kind in asked.kinds] if asked.kinds is not None else None,
            limit=asked.limit + 1,
        )
        return {id: _neighbours(id, found, asked) for id, found in rows}

    found = await _of_each(database, ids, ask)
    return {id: found.get(id, _NONE) for id in ids}


_NONE = Neighbours((), False)


def _neighbours(id: str, rows: Sequence[Sequence[Any]], asked: Neighbour) -> Neighbours:
    near: list[tuple[Edge, Entity]] = []
    for label, kept, *row in rows:
        other = entity(row)
        if asked.hop is Hop.OUT:
            near.append((edge(id, label, other.id, kept, asked.as_of), other))
        elif asked.hop is Hop.IN:
            near.append((edge(other.id, label, id, kept, asked.as_of), other))
        elif asked.hop is Hop.VERSIONS:
            near.append((_containment(id, other.id, other.at), other))
        else:
            near.append((_containment(other.id, id, kept), other))
    near.sort(key=lambda one: (-one[0].at, one[1].id, one[0].role))
    return Neighbours(tuple(near[: asked.limit]), len(near) > asked.limit)


def _containment(asset: str, version: str, at: int) -> Edge:
    """(asset)-[:HAS_VERSION]->(version): no edge that anybody states, so it goes by the type that no walk follows."""
    return Edge(asset, EdgeType.PARENT_OF, version, "", at, at, 0, True, {})


async def degrees(database: Database, ids: Sequence[str], as_of: int | None) -> dict[str, Degrees]:
    async def ask(some: Sequence[str]) -> dict[str, Degrees]:
        name = "degrees" if as_of is None else "degrees_as_of"
        (rows,) = await database.read(query(name, types=LINEAGE), ids=some, as_of=as_of)
        return {id: Degrees(inward, outward) for id, inward, outward in rows}

    found = await _of_each(database, ids, ask)
    return {id: found.get(id, Degrees(0, 0)) for id in ids}


async def marks(
    database: Database, ids: Sequence[str], as_of: int | None, history: bool
) -> dict[str, tuple[Mark, ...]]:
    at = None if history else time.now() if as_of is None else as_of

    async def ask(some: Sequence[str]) -> dict[str, tuple[Mark, ...]]:
        (rows,) = await database.read(query("marks"), ids=some, at=at)
        found: dict[str, list[Mark]] = defaultdict(list)
        for id, model, version, kind, name, since, until, origin, caller in rows:
            found[id].append(Mark(model, version, MarkKind(kind), name, since, until, origin, caller))
        return {id: tuple(sorted(some, key=_newest)) for id, some in found.items()}

    found = await _of_each(database, ids, ask)
    return {id: found.get(id, ()) for id in ids}


def _newest(mark: Mark) -> tuple[int, str, str, str]:
    return (-mark.since, mark.kind.value, mark.name, mark.version_id)


async def metric_history(database: Database, id: str, metric: str) -> tuple[Point, ...]:
    async def ask(some: Sequence[str]) -> dict[str, tuple[Point, ...]]:
        rows, there = await database.read(query("metric_history"), id=some[0], key=short(metric))
        points = [
            Point(*point) for steps, ats, values in rows if steps for point in zip(steps, ats, values, strict=True)
        ]
        return {some[0]: tuple(sorted(points, key=lambda point: point[:2]))} if there else {}

    return (await _of_each(database, [id], ask)).get(id, ())


async def events(database: Database, after: int, limit: int) -> tuple[Event, ...]:
    (rows,) = await database.read(query("events"), after=after, limit=limit)
    return tuple(_event(*row) for row in rows)


def _event(seq: int, at: int, caller: str, request_id: str, source: str, scope: str, changes: str) -> Event:
    return Event(seq, at, caller, request_id, source, scope, tuple(orjson.loads(changes)))


async def verdict(database: Database, id: str) -> Verdict | None:
    found = await database.read(query("verdict"), id=id)
    if not found:
        return None
    known, at, caller, body = found
    return Verdict(known, at, caller, orjson.loads(body))


async def sources(database: Database) -> tuple[Source, ...]:
    (rows,) = await database.read(query("sources"))
    return tuple(sorted((Source(*row) for row in rows), key=lambda source: source.name))
