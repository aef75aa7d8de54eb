"""Lists: filtered, ordered, in pages by keyset; and counts of them."""

from __future__ import annotations

import math
import sqlite3
from typing import Any

from thalweg.model.errors import BadInput
from thalweg.model.facts import Json
from thalweg.model.kinds import Kind
from thalweg.model.results import Page
from thalweg.store import positions
from thalweg.store.conditions import check, keys
from thalweg.store.questions import Condition, Find, Order, Sort
from thalweg.store.sqlite.conditions import AFTER_ALL, SQL
from thalweg.store.sqlite.connections import Reader
from thalweg.store.sqlite.entities import entity
from thalweg.store.sqlite.ordered import ordered
from thalweg.store.sqlite.sought import COLUMN, Row, Sought, sought

COLUMNS = 13
"""How many columns an entity takes."""

_FIRST_TIME = -(1 << 63)
_BEFORE_ALL: dict[str, Any] = {"name": "", "metric": -math.inf}

_WORDS = {"Infinity": math.inf, "-Infinity": -math.inf}


def count(reader: Reader, kind: Kind, where: Condition) -> int:
    check(kind, where)
    source = sought(reader.connection, kind, where, ())
    if source is None:
        return 0
    text = "\n".join((SQL["count"], SQL[source.name], *source.conditions))
    number: int = reader.connection.execute(text, source.asked).fetchone()[0]
    return number


def find(reader: Reader, find: Find) -> Page:
    """Reads one entity more than the page holds, to know whether there are more."""
    check(find.kind, find.where)
    order = keys(find.order)
    backwards = find.before is not None or find.from_end
    position = find.before if find.before is not None else find.after
    source = sought(reader.connection, find.kind, find.where, order)
    several = len(order) > 1 or (source is not None and source.gathered and order[0].by is Sort.METRIC)
    at = None if several else _read(position, order[0])
    place = positions.read(position, order) if several else None
    rows: list[Row] = []
    if source is not None and find.limit > 0:
        if several:
            rows = ordered(reader.connection, source, order, find.kind, place, find.limit + 1, backwards)
        else:
            rows = _rows(reader.connection, find, source, order[0], at, order[0].descending != backwards)
    more = len(rows) > find.limit
    rows = rows[: find.limit]
    if backwards:
        rows.reverse()
    return Page(
        tuple(entity(row[:COLUMNS]) for row in rows),
        tuple((*(row[COLUMNS:] if several else (_word(row[-1]),)), row[0]) for row in rows),
        find.before is not None if backwards else more,
        more if backwards else find.after is not None,
    )


def _rows(
    connection: sqlite3.Connection,
    find: Find,
    sought: Sought,
    order: Order,
    position: tuple[Any, str] | None,
    down: bool,
) -> list[Row]:
    source, asked = sought.name, sought.asked
    column = COLUMN.get(order.by, "metric")
    way = "down" if down else "up"
    limit = find.limit + 1

    def rows(source: str, column: str, position: tuple[Any, Any], limit: int) -> list[Row]:
        text = "\n".join(
            (SQL["entities"], SQL[f"value_{column}"], SQL[source], *sought.conditions, SQL[f"{way}_{column}"])
        )
        more = {"value": position[0], "id": position[1], "limit": limit}
        found: list[Row] = connection.execute(text, {**asked, **more}).fetchall()
        return found

    begin: tuple[Any, Any] = (AFTER_ALL, AFTER_ALL) if down else (_BEFORE_ALL.get(column, _FIRST_TIME), "")
    if order.by is not Sort.METRIC:
        if source != "from_status":
            return rows(source, column, position or begin, limit)
        # status by status, because each is in order by time, and several together would have to be sorted whole
        several: list[Row] = []
        for asked["one_status"] in dict.fromkeys(sought.where.status or ()):
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
    if down == order.descending:
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
