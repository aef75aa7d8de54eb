"""Lists: filtered, ordered, in pages by keyset; and counts of them."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from typing import Any

from thalweg.model import time
from thalweg.model.errors import BadInput
from thalweg.model.facts import Json
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Page
from thalweg.store.questions import Find, Order, Sort, Where
from thalweg.store.sqlite.codes import KIND_CODE
from thalweg.store.sqlite.connections import Reader
from thalweg.store.sqlite.entities import as_json, entity, handles
from thalweg.store.sqlite.text import load

SQL = load("find.sql")

_AFTER_ALL = b""
"""SQLite orders every blob after every number and every text."""
_FIRST_TIME = -(1 << 63)
_BEFORE_ALL: dict[str, Any] = {"name": "", "metric": -math.inf}

_COLUMN = {Sort.AT: "at", Sort.NAME: "name", Sort.CREATED_AT: "first", Sort.UPDATED_AT: "updated"}
_WORDS = {"Infinity": math.inf, "-Infinity": -math.inf}

Parameters = dict[str, Any]
Row = tuple[Any, ...]


def count(reader: Reader, kind: Kind, where: Where) -> int:
    place = _place(reader.connection, kind, where, None)
    if place is None:
        return 0
    source, conditions, asked = place
    text = "\n".join((SQL["count"], SQL[source], *conditions))
    number: int = reader.connection.execute(text, asked).fetchone()[0]
    return number


def find(reader: Reader, find: Find) -> Page:
    """Reads one entity more than the page holds, to know whether there are more."""
    backwards = find.before is not None or find.from_end
    position = find.before if find.before is not None else find.after
    place = _place(reader.connection, find.kind, find.where, find.order)
    rows: list[Row] = []
    if place is not None and find.limit > 0:
        rows = _rows(reader.connection, find, place, _read(position, find.order), find.order.descending != backwards)
    more = len(rows) > find.limit
    rows = rows[: find.limit]
    if backwards:
        rows.reverse()
    return Page(
        tuple(entity(row[:-1]) for row in rows),
        tuple((_word(row[-1]), row[0]) for row in rows),
        find.before is not None if backwards else more,
        more if backwards else find.after is not None,
    )


def _rows(
    connection: sqlite3.Connection,
    find: Find,
    place: tuple[str, Sequence[str], Parameters],
    position: tuple[Any, str] | None,
    down: bool,
) -> list[Row]:
    source, conditions, asked = place
    column = _COLUMN.get(find.order.by, "metric")
    way = "down" if down else "up"
    limit = find.limit + 1

    def rows(source: str, column: str, position: tuple[Any, Any], limit: int) -> list[Row]:
        text = "\n".join((SQL["entities"], SQL[f"value_{column}"], SQL[source], *conditions, SQL[f"{way}_{column}"]))
        more = {"value": position[0], "id": position[1], "limit": limit}
        found: list[Row] = connection.execute(text, {**asked, **more}).fetchall()
        return found

    begin: tuple[Any, Any] = (_AFTER_ALL, _AFTER_ALL) if down else (_BEFORE_ALL.get(column, _FIRST_TIME), "")
    if find.order.by is not Sort.METRIC:
        if source != "from_status":
            return rows(source, column, position or begin, limit)
        # status by status, because each is in order by time, and several together would have to be sorted whole
        several: list[Row] = []
        for asked["one_status"] in dict.fromkeys(find.where.status or ()):
            several += rows(source, column, position or begin, limit)
        return sorted(several, key=lambda row: (row[-1], row[0]), reverse=down)[:limit]

    def sound(position: tuple[Any, Any], limit: int) -> list[Row]:
        found = rows(f"from_{source}", "metric", position, limit) + rows(
            f"from_young_{source}", "metric", position, limit
        )
        return sorted(found, key=lambda row: (row[-1], row[0]), reverse=down)[:limit]

    # what is no number comes last, whichever way the list goes: it is the end of the list, or the beginning backwards
    among_unsound = position is not None and position[0] is None
    found: list[Row] = []
    if down == find.order.descending:
        if not among_unsound:
            found = sound(position or begin, limit)
            position = None
        return found + rows(f"from_no_{source}", "nan", position or begin, limit - len(found))
    if position is None or among_unsound:
        found = rows(f"from_no_{source}", "nan", position or begin, limit)
        position = None
    return found + sound(position or begin, limit - len(found))


def _word(value: Any) -> Json:
    """A value of a position, as JSON can carry it."""
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _read(position: tuple[Json, ...] | None, order: Order) -> tuple[Any, str] | None:
    """The position that a cursor holds. Raises BadInput for one of another list."""
    if position is None:
        return None
    try:
        value, id = position
        if order.by is Sort.METRIC:
            value = None if value is None else _WORDS[value] if isinstance(value, str) else float(value)
        elif not isinstance(value, str if order.by is Sort.NAME else int):
            raise TypeError(value)
        elif isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
            raise ValueError(value)
        if not isinstance(id, str):
            raise TypeError(id)
    except (TypeError, ValueError, KeyError):
        raise BadInput("This cursor is not of this list.", "Use a cursor only with the order it came from.") from None
    return value, id


# ------------------------------------------------------------------------------------------------------- conditions


def _place(
    connection: sqlite3.Connection, kind: Kind, where: Where, order: Order | None
) -> tuple[str, list[str], Parameters] | None:
    """Where a list is looked for, under which conditions, and their parameters; None where it is sure to be empty."""
    asked: Parameters = {"kind": KIND_CODE[kind]}
    pieces: list[str] = []
    if not _conditions(connection, kind, where, pieces, asked):
        return None
    if order is not None and order.by is Sort.METRIC:
        found = connection.execute(SQL["metric_key"], {"kind": KIND_CODE[kind], "key": order.metric}).fetchone()
        if found is None:
            return None
        asked["metric"] = found[0]
        asked["settled"] = connection.execute(SQL["settled"]).fetchone()[0]
        source = "best" if order.best else "last"
    elif where.ids is not None:
        source = "from_ids"
        pieces.remove("where_ids")
    elif where.asset_id is not None:
        source = "from_asset"
    elif kind is Kind.COMMIT and where.key_prefix:
        source = "from_sha"
        asked["sha_from"], asked["sha_to"] = where.key_prefix, end_of(where.key_prefix)
    elif kind.level is Level.ASSET and where.name is not None and where.name != "*":
        source = "from_name"
        begin = where.name.removesuffix("*")
        asked["name_from"] = begin
        asked["name_to"] = end_of(begin) if where.name.endswith("*") else f"{begin}\0"
    elif where.status is not None and order is not None and order.by is Sort.AT:
        source = "from_status"
        pieces.remove("where_status")
    else:
        source = "from_asset_kind" if kind.level is Level.ASSET and order and order.by is Sort.NAME else "from_kind"
    return source, [SQL[piece] for piece in pieces] + _metrics(connection, kind, where, asked), asked


def _conditions(connection: sqlite3.Connection, kind: Kind, where: Where, pieces: list[str], asked: Parameters) -> bool:
    if where.ids is not None:
        pieces.append("where_ids")
        asked["ids"] = as_json(dict.fromkeys(where.ids))
    for name in ("namespace", "name"):
        value = getattr(where, name)
        if value is not None and value.endswith("*"):
            if value != "*":
                pieces.append(f"where_{name}_begins")
                asked[f"{name}_from"], asked[f"{name}_to"] = value[:-1], end_of(value[:-1])
        elif value is not None:
            pieces.append(f"where_{name}")
            asked[name] = value
    for name in ("name_contains", "key_prefix", "since", "before"):
        value = getattr(where, name)
        if value is not None:
            pieces.append(f"where_{name}")
            asked[name] = value
    if where.asset_id is not None:
        found = handles(connection, [where.asset_id])
        if where.asset_id not in found:
            return False
        pieces.append("where_asset")
        asked["asset"] = found[where.asset_id]
    if where.status is not None:
        pieces.append("where_status")
        asked["status"] = as_json(where.status)
    for name in ("tags", "params"):
        value = getattr(where, name)
        if value:
            pieces.append(f"where_{name}")
            asked[name] = as_json(value)
    for name in ("gone", "live", "known"):
        value = getattr(where, name)
        if value is not None:
            pieces.append(f"where_{name}" if value else f"where_not_{name}")
    if where.live is not None:
        asked["live_at"] = where.live_at if where.live_at is not None else time.now()
    return True


def _metrics(connection: sqlite3.Connection, kind: Kind, where: Where, asked: Parameters) -> list[str]:
    """A piece for each condition on a metric, its parameters numbered."""
    pieces: list[str] = []
    for number, condition in enumerate(where.metrics):
        key = {"kind": KIND_CODE[kind], "key": condition.key}
        found = connection.execute(SQL["metric_key"], key).fetchone()
        asked[f"key{number}"] = found[0] if found is not None else None
        asked[f"compare{number}"] = condition.compare.value
        asked[f"value{number}"] = None if math.isnan(condition.value) else float(condition.value)
        asked[f"best{number}"] = condition.best
        pieces.append(SQL["where_metric"].replace("#", str(number)))
    return pieces


def end_of(begin: str) -> Any:
    """The least that comes after every text that begins so."""
    while begin and begin[-1] == "\U0010ffff":
        begin = begin[:-1]
    if not begin:
        return _AFTER_ALL
    after = ord(begin[-1]) + 1
    return begin[:-1] + chr(after if not 0xD800 <= after < 0xE000 else 0xE000)
