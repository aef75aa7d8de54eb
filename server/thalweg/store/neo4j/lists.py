"""Lists: which query reads a page, and from where it begins."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

from thalweg.model import time
from thalweg.model.errors import BadInput
from thalweg.model.facts import Json
from thalweg.model.kinds import Kind
from thalweg.model.results import Page
from thalweg.store.neo4j.aliases import canonical
from thalweg.store.neo4j.applying import pair
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.decode import entity
from thalweg.store.neo4j.queries import query
from thalweg.store.neo4j.texts import LAST, short, sortable
from thalweg.store.questions import EVERYTHING, Find, Order, Sort, Where

Params = dict[str, Any]
Position = tuple[Any, str] | None

_EARLIEST, _LATEST = -(1 << 62), 1 << 62
_NO_NUMBER = "NaN"


async def find(database: Database, asked: Find) -> Page:
    page = await _find(database, asked)
    asset = asked.where.asset_id
    if not page.entities and asset is not None and (names := await canonical(database, [asset])):
        page = await _find(database, replace(asked, where=replace(asked.where, asset_id=names[asset])))
    return page


async def _find(database: Database, asked: Find) -> Page:
    """One more than the page holds tells whether there is more. Backwards it is read backwards, and turned round."""
    backwards = asked.before is not None or asked.from_end
    position = _read(asked.before if backwards else asked.after, asked.order)
    rows = await _rows(database, asked, position, asked.order.descending != backwards) if asked.limit > 0 else []
    more = len(rows) > asked.limit
    rows = rows[: asked.limit]
    if backwards:
        rows.reverse()
    return Page(
        tuple(entity(row[1:]) for row in rows),
        tuple((_word(row[0]) if asked.order.by is Sort.METRIC else row[0], row[1]) for row in rows),
        asked.before is not None if backwards else more,
        more if backwards else asked.after is not None,
    )


async def count(database: Database, kind: Kind, where: Where, seconds: float) -> int:
    until = monotonic() + seconds
    if where == EVERYTHING:
        (everything,) = await database.read(query("count_kind", kind=kind), seconds=seconds)
        return int(everything)
    name, asked = _gathered(where, None)
    asked |= _bounds(where)
    (found,) = await database.read(
        query(f"count_by_{name or 'kind'}"), seconds=seconds, **kept(where), **asked, kind=kind.label
    )
    asset = where.asset_id
    if not found and asset is not None and (names := await canonical(database, [asset])):
        return await count(database, kind, replace(where, asset_id=names[asset]), max(0.0, until - monotonic()))
    return int(found)


# -------------------------------------------------------------------------------------------------------- conditions


def kept(where: Where) -> Params:
    """The parameter of the part `kept`."""
    metrics = [
        {"key": one.key, "compare": one.compare.value, "value": float(one.value), "best": one.best}
        for one in where.metrics
    ]
    conditions = {
        **_exact_or_begins("namespace", where.namespace),
        **_exact_or_begins("name", where.name),
        "name_contains": where.name_contains,
        "key_begins": where.key_prefix,
        "asset": where.asset_id,
        "ids": list(where.ids) if where.ids is not None else None,
        "status": list(where.status) if where.status is not None else None,
        "since": where.since,
        "before": where.before,
        "gone": where.gone,
        "known": where.known,
        "live": where.live,
        "live_at": where.live_at if where.live_at is not None else time.now(),
        "within": bool(where.tags or where.params or metrics),
        "tags": [pair(*one) for one in where.tags],
        "params": [pair(*one) for one in where.params],
        "metrics": metrics,
    }
    return {"kept": conditions}


def _exact_or_begins(name: str, value: str | None) -> Params:
    begins = value is not None and value.endswith("*")
    return {name: None if begins else value, f"{name}_begins": value[:-1] if value is not None and begins else None}


def _gathered(where: Where, order: Order | None) -> tuple[str | None, Params]:
    """By which condition few entities are gathered, if by any; with what that asks for."""
    if where.ids is not None:
        return "ids", {"ids": list(where.ids)}
    if where.asset_id is not None:
        return "asset", {"asset": where.asset_id}
    if where.name is not None and where.name != "*" and (order is None or order.by is not Sort.NAME):
        # Of a name that is longer than the index holds, the beginning finds it.
        return "name", {"name_start": sortable(where.name.removesuffix("*"))}
    return None, {}


def _bounds(where: Where) -> Params:
    return {
        "low": where.since if where.since is not None else _EARLIEST,
        "high": where.before if where.before is not None else _LATEST,
    }


# ------------------------------------------------------------------------------------------------------------- pages


async def _rows(database: Database, asked: Find, position: Position, down: bool) -> list[Any]:
    until = monotonic() + asked.seconds
    where, order = asked.where, asked.order
    common: Params = {**kept(where), "kind": asked.kind.label}

    async def read(name: str, limit: int = asked.limit + 1, sort: Sort | None = order.by, **more: Any) -> list[Any]:
        text = query(name, sort=sort, descending=down)
        (rows,) = await database.read(text, seconds=max(0.0, until - monotonic()), **common, limit=limit, **more)
        return list(rows)

    if order.by is Sort.METRIC:
        return await _by_metric(read, asked, position, down)
    value, id = position if position is not None else (None, "")
    name, gathered = _gathered(where, order)
    if name == "asset" and order.by is Sort.AT:
        bounds = _bounds(where)
        if value is not None and down:
            bounds["high"] = min(bounds["high"], value + 1)
        elif value is not None:
            bounds["low"] = max(bounds["low"], value)
        return await read("versions_by_time", value=value, id=id, **gathered, **bounds)
    if name is not None:
        return await read(f"sorted_by_{name}", value=value, id=id, **gathered)
    low, high = _range(where, order)
    if value is not None and down:
        high = min(high, value)
    elif value is not None:
        low = max(low, value + "\0" if order.by is Sort.NAME else value + 1)
    return await read("sorted", value=value, id=id, low=low, high=high)


def _range(where: Where, order: Order) -> tuple[Any, Any]:
    """What the list may hold of what it is sorted by: from, and up to."""
    if order.by is Sort.AT:
        bounds = _bounds(where)
        return bounds["low"], bounds["high"]
    if order.by is not Sort.NAME:
        return _EARLIEST, _LATEST
    if where.name is None or where.name == "*":
        return "", LAST
    begin = sortable(where.name.removesuffix("*"))
    return begin, begin + LAST


async def _by_metric(read: Callable[..., Any], asked: Find, position: Position, down: bool) -> list[Any]:
    """In up to three parts: what shares the value of the place it begins at, the numbers beyond, what is no number.

    What is no number comes last in the list; so it is first where the list is read backwards.
    """
    order = asked.order
    column = "best" if order.best else "last"
    metric = short(order.metric)
    limit = asked.limit + 1
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
