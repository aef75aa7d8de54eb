"""`thalweg export`: the graph, read a page at a time, as events."""

from __future__ import annotations

import asyncio
import gzip
import os
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

from thalweg.cli import output
from thalweg.cli.place import open_at
from thalweg.importers.openlineage import points, writing
from thalweg.importers.openlineage.points import Histories
from thalweg.importers.openlineage.writing import Event, Near
from thalweg.model.counting import plural
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput
from thalweg.model.facts import Caller, Point
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind
from thalweg.model.results import Entity, Mark
from thalweg.store.questions import Find, Hop, Neighbour, Order, Sort
from thalweg.store.store import Store

CALLER = Caller("export")
PAGE = 200
ALL = 1_000_000
"""Edges of one thing; no more are told."""


def openlineage(store: str | None, into: Path | None, as_json: bool) -> int:
    if as_json and into is None:
        raise BadInput(
            "--json goes with --output: without a file the events are the answer.", "Leave it out, or give both."
        )
    with _opened(into) as stream:
        count = asyncio.run(_exported(store, stream))
    if into is not None:
        if as_json:
            output.document({"file": str(into), "events": count})
        else:
            output.write(f"{output.printable(str(into))}: {plural(count, 'event')}\n")
    return 0


@contextmanager
def _opened(into: Path | None) -> Iterator[IO[bytes]]:
    """Where events go: a file that is there only when it is whole, or the standard output."""
    if into is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = into.with_name(f"{into.name}.part")
    try:
        with part.open("wb") as raw:
            if into.suffix == ".gz":
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6) as packed:
                    yield packed  # type: ignore[misc]
            else:
                yield raw
        os.replace(part, into)
    except OSError as error:
        raise BadInput(f"{into} cannot be written: {error.strerror or error}.", "Give another --output.") from None
    finally:
        part.unlink(missing_ok=True)


async def _exported(address: str | None, stream: IO[bytes]) -> int:
    store = await open_at(address, read_only=True)
    count = 0
    try:
        async for event in events(store):
            stream.write(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    finally:
        await store.close()
    return count


async def events(store: Store) -> AsyncIterator[Event]:
    """The whole graph as events, a kind after another; what a run tells of its edges its event tells."""
    for kind in Kind:
        async for page in _pages(store, kind):
            for event in await _page(store, kind, page):
                yield event


async def _pages(store: Store, kind: Kind) -> AsyncIterator[Sequence[Entity]]:
    after: tuple[Any, ...] | None = None
    while True:
        found = await store.find(Find(kind, order=Order(Sort.AT, descending=False), limit=PAGE, after=after), CALLER)
        if found.entities:
            yield found.entities
        if not found.has_next:
            return
        after = found.positions[-1]


async def _page(store: Store, kind: Kind, entities: Sequence[Entity]) -> list[Event]:
    ids = [entity.id for entity in entities]
    inward, outward = await _edges(store, kind, ids)
    marks = await store.marks(ids, CALLER, history=True) if kind is Kind.MODEL_VERSION else {}
    joins = await store.joins(ids, CALLER)
    found: list[Event] = []
    for entity in entities:
        names: dict[Key, list[Key]] = {}
        for join in joins[entity.id]:
            if join.alias not in names.setdefault(join.of, []):
                names[join.of].append(join.alias)
        found += [writing.also_called(of, aliases) for of, aliases in names.items()]
        into, out = inward.get(entity.id, []), outward.get(entity.id, [])
        told_in = [one for one in into if writing.told_by_runs(one.edge, one.other, entity)]
        told_out = [one for one in out if writing.told_by_runs(one.edge, entity, one.other)]
        if entity.known or told_in or told_out:
            found += await _told(store, entity, told_in, told_out, into, marks.get(entity.id, ()))
        if alone := _others(out, told_out):
            found.append(writing.edges_of(entity, alone))
        if kind in (Kind.RUN, Kind.RELEASE, Kind.JOB, Kind.DEPLOYMENT):
            found += [writing.edges_of(one.other, [Near(one.edge, entity)]) for one in _others(into, told_in)]
    return found


def _others(edges: Iterable[Near], told: Sequence[Near]) -> list[Near]:
    return [one for one in edges if one not in told]


async def _edges(store: Store, kind: Kind, ids: Sequence[str]) -> tuple[dict[str, list[Near]], dict[str, list[Near]]]:
    """The edges of things, those that come in only where their own event tells them: each edge is told once."""
    hubs = kind in (Kind.RUN, Kind.RELEASE, Kind.JOB, Kind.DEPLOYMENT)
    inward: dict[str, list[Near]] = {}
    outward: dict[str, list[Near]] = {}
    asked: list[tuple[dict[str, list[Near]], Hop, EdgeType | None]] = []
    if hubs:
        asked += [(inward, Hop.IN, None), (outward, Hop.OUT, None)]
    elif kind is not Kind.REPOSITORY:
        asked.append((outward, Hop.OUT, EdgeType.PARENT_OF if kind is Kind.COMMIT else EdgeType.DERIVED_INTO))
    if kind is Kind.RUN:
        asked.append((inward, Hop.IN, EdgeType.PARENT_OF))
    for into, hop, type in asked:
        near = await store.neighbours(ids, Neighbour(hop, type, limit=ALL), CALLER)
        for id, found in near.items():
            stated = (one for one in found.found if one[0].stated or one[1].kind.asset is not None)
            into.setdefault(id, []).extend(Near(*one) for one in stated)
    return inward, outward


async def _told(
    store: Store,
    entity: Entity,
    inputs: Sequence[Near],
    outputs: Sequence[Near],
    into: Sequence[Near],
    marks: Sequence[Mark],
) -> list[Event]:
    """The event, or events, of a thing that is known."""
    histories: dict[str, tuple[Point, ...]] = {}
    if entity.kind in (Kind.RUN, Kind.MODEL_VERSION):
        for metric in entity.props.get("metrics", {}):
            if found := await store.metric_history(entity.id, metric, CALLER):
                histories[metric] = found
    told, *more = points.split(histories)
    return [
        _event(entity, inputs, outputs, into, told, marks),
        *(writing.more_points(entity, part) for part in more),
    ]


def _event(
    entity: Entity,
    inputs: Sequence[Near],
    outputs: Sequence[Near],
    into: Sequence[Near],
    histories: Histories,
    marks: Sequence[Mark],
) -> Event:
    match entity.kind:
        case Kind.RUN if entity.asset_id is not None and "job" in entity.props:
            parents = [one for one in inputs if one.edge.type is EdgeType.PARENT_OF]
            read = [one for one in inputs if one.edge.type is EdgeType.INPUT_TO]
            code = [one for one in into if one.edge.type is EdgeType.CODE_OF]
            return writing.run(entity, read, outputs, code, parents, histories)
        case Kind.RELEASE:
            return writing.release(entity, inputs, outputs)
        case Kind.JOB:
            return writing.job(entity, inputs, outputs)
        case Kind.MODEL_VERSION:
            return writing.model_version(entity, histories, marks)
        case Kind.DATASET if writing.is_dataset(entity):
            return writing.dataset(entity)
        case Kind.DATASET_VERSION if writing.is_dataset(entity):
            return writing.dataset_version(entity)
    return writing.whole(entity, histories, marks)
