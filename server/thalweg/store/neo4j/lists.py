"""Lists: which query reads a page, and from where it begins."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

from thalweg.model.errors import BadInput
from thalweg.model.facts import Json
from thalweg.model.kinds import Kind
from thalweg.model.results import Page
from thalweg.store import positions
from thalweg.store.conditions import check, keys
from thalweg.store.neo4j.conditions import renamed
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.decode import entity
from thalweg.store.neo4j.keyed import keyed
from thalweg.store.neo4j.queries import query
from thalweg.store.neo4j.seeking import EARLIEST, LATEST, Sought, seek
from thalweg.store.neo4j.texts import LAST, short, sortable
from thalweg.store.questions import EVERYTHING, Condition, Find, Order, Sort, Where

Position = tuple[Any, str] | None

_NO_NUMBER = "NaN"


async def find(database: Database, asked: Find) -> Page:
    check(asked.kind, asked.where)
    order = keys(asked.order)
    if isinstance(asked.where, Where):
        page = await _find(database, asked, order)
        where = asked.where if page.entities else await renamed(database, asked.where)
    else:
        # Of several parts one may be by an old id and others hold: both are asked at once, and seldom in vain.
        page, where = await asyncio.gather(_find(database, asked, order), renamed(database, asked.where))
    return page if where == asked.where else await _find(database, replace(asked, where=where), order)


async def _find(database: Database, asked: Find, order: tuple[Order, ...]) -> Page:
    """One more than the page holds tells whether there is more. Backwards it is read backwards, and turned round."""
    backwards = asked.before is not None or asked.from_end
    position = asked.before if backwards else asked.after
    sought = await seek(database, asked.kind, asked.where, order, asked.seconds)
    several = len(order) > 1 or (sought.name == "ids" and order[0].by is Sort.METRIC)
    at = None if several else _read(position, order[0])
    place = positions.read(position, order) if several else None
    rows: list[Any] = []
    if asked.limit > 0:
        if several:
            rows = await keyed(database, sought, order, place, asked.limit + 1, backwards)
        else:
            rows = await _rows(database, sought, asked.limit + 1, order[0], at, order[0].descending != backwards)
    more = len(rows) > asked.limit
    rows = rows[: asked.limit]
    if backwards:
        rows.reverse()
    return Page(
        tuple(entity(row[1:]) for row in rows),
        tuple((*_values(row[0], order, several), row[1]) for row in rows),
        asked.before is not None if backwards else more,
        more if backwards else asked.after is not None,
    )


def _values(value: Any, order: tuple[Order, ...], several: bool) -> tuple[Json, ...]:
    """What a row was sorted by, as a position holds it."""
    if not several:
        return (_word(value) if order[0].by is Sort.METRIC else value,)
    return tuple(
        positions.word(abs(rank), one) if key.by is Sort.METRIC else one
        for key, (rank, one) in zip(order, value, strict=True)
    )


async def count(database: Database, kind: Kind, where: Condition, seconds: float) -> int:
    check(kind, where)
    if where == EVERYTHING:
        (everything,) = await database.read(query("count_kind", kind=kind), seconds=seconds)
        return int(everything)
    until = monotonic() + seconds
    found = await _count(database, kind, where, seconds) if isinstance(where, Where) else 0
    now = where if found else await renamed(database, where)
    if now == where and isinstance(where, Where):
        return found
    return await _count(database, kind, now, max(0.0, until - monotonic()))


async def _count(database: Database, kind: Kind, where: Condition, seconds: float) -> int:
    sought = await seek(database, kind, where, (), seconds)
    (found,) = await sought.read(database, f"count_by_{sought.name or 'kind'}", **sought.gathered, **sought.bounds)
    return int(found)


# ------------------------------------------------------------------------------------------------------------- pages


async def _rows(
    database: Database, sought: Sought, limit: int, order: Order, position: Position, down: bool
) -> list[Any]:
    async def read(name: str, limit: int = limit, sort: Sort | None = order.by, **more: Any) -> list[Any]:
        (rows,) = await sought.read(database, name, sort=sort, down=down, limit=limit, **more)
        return list(rows)

    if order.by is Sort.METRIC:
        return await _by_metric(read, order, limit, position, down)
    value, id = position if position is not None else (None, "")
    name, gathered = sought.name, sought.gathered
    if name == "asset" and order.by is Sort.AT:
        bounds = sought.bounds
        if value is not None and down:
            bounds["high"] = min(bounds["high"], value + 1)
        elif value is not None:
            bounds["low"] = max(bounds["low"], value)
        return await read("versions_by_time", value=value, id=id, **gathered, **bounds)
    if name is not None:
        return await read(f"sorted_by_{name}", value=value, id=id, **gathered)
    low, high = _range(sought, order)
    if value is not None and down:
        high = min(high, value)
    elif value is not None:
        low = max(low, value + "\0" if order.by is Sort.NAME else value + 1)
    return await read("sorted", value=value, id=id, low=low, high=high)


def _range(sought: Sought, order: Order) -> tuple[Any, Any]:
    """What the list may hold of what it is sorted by: from, and up to."""
    if order.by is Sort.AT:
        return sought.bounds["low"], sought.bounds["high"]
    where = sought.where
    if order.by is not Sort.NAME:
        return EARLIEST, LATEST
    if where.name is None or where.name == "*":
        return "", LAST
    begin = sortable(where.name.removesuffix("*"))
    return begin, begin + LAST


async def _by_metric(read: Callable[..., Any], order: Order, limit: int, position: Position, down: bool) -> list[Any]:
    """In up to three parts: what shares the value of the place it begins at, the numbers beyond, what is no number.

    What is no number comes last in the list; so it is first where the list is read backwards.
    """
    column = "best" if order.best else "last"
    metric = short(order.metric)
    first = LAST if down else ""
    rows: list[Any] = []

    async def same(what: Any, beyond: str) -> None:
        if len(rows) < limit:
            rows.extend(await read(f"same_{column}", limit - len(rows), None, metric=metric, value=what, id=beyond))

    async def numbers(low: float, high: float) -> None:
        if len(rows) < limit:
            text = f"sorted_by_{column}"
            rows.extend(await read(text, limit - len(rows), None, metric=metric, low=low, high=high))

    forwards = down == order.descending
    if position is None:
        if not forwards:
            await same(_NO_NUMBER, first)
        await numbers(-math.inf, math.inf)
    elif position[0] == _NO_NUMBER:
        await same(*position)
        if not forwards:
            await numbers(-math.inf, math.inf)
        return rows
    else:
        value = position[0] + 0.0
        await same(value, position[1])
        if value != (-math.inf if down else math.inf):
            beyond = math.nextafter(value, -math.inf if down else math.inf)
            await numbers(*((-math.inf, beyond) if down else (beyond, math.inf)))
    if forwards:
        await same(_NO_NUMBER, first)
    return rows


_WORDS: dict[str, float] = {"Infinity": math.inf, "-Infinity": -math.inf}


def _word(value: Any) -> Json:
    """The value of a metric as JSON can carry it: null for what is no number."""
    if value == _NO_NUMBER:
        return None
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _read(position: tuple[Json, ...] | None, order: Order) -> Position:
    """The place that a cursor holds. Raises BadInput for one of another list."""
    if position is None:
        return None
    try:
        value, id = position
        if order.by is Sort.METRIC:
            value = _NO_NUMBER if value is None else _WORDS[value] if isinstance(value, str) else float(value)
        elif not isinstance(value, str if order.by is Sort.NAME else int):
            raise TypeError(value)
        if not isinstance(id, str):
            raise TypeError(id)
    except (TypeError, ValueError, KeyError):
        raise BadInput("This cursor is not of this list.", "Use a cursor only with the order it came from.") from None
    return value, id
