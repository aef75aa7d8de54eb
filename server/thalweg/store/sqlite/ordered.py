"""Lists by several keys, and by a metric among a few entities."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from thalweg.model.kinds import Kind
from thalweg.store.positions import Place, word
from thalweg.store.questions import Order, Sort
from thalweg.store.sqlite.codes import KIND_CODE
from thalweg.store.sqlite.conditions import SQL, Parameters
from thalweg.store.sqlite.sought import COLUMN, Row, Sought

_WAY = {True: "down", False: "up"}


def ordered(
    connection: sqlite3.Connection,
    sought: Sought,
    order: Sequence[Order],
    kind: Kind,
    place: Place | None,
    limit: int,
    backwards: bool,
) -> list[Row]:
    """Rows of the columns of an entity, and a value for each key as a position holds it."""
    asked: Parameters = {**sought.asked, "limit": limit}
    columns: list[str] = []
    ways: list[str] = []
    for number, key in enumerate(order):
        columns.append(_numbered(_column(key), number))
        if key.by is Sort.METRIC:
            found = connection.execute(SQL["metric_key"], {"kind": KIND_CODE[kind], "key": key.metric}).fetchone()
            asked[f"metric{number}"] = found[0] if found is not None else None
            ways.append(_numbered(f"by_rank_{_WAY[backwards]}", number))
        ways.append(_numbered(f"by_value_{_WAY[key.descending != backwards]}", number))
    last = _WAY[order[-1].descending != backwards]
    text = "\n".join(
        (
            SQL["entities"],
            ",\n".join(columns),
            SQL[sought.name],
            *sought.conditions,
            *([_numbered("having", 0)] if len(order) == 1 else []),
            *(_beyond(order, place, backwards, asked) if place is not None else ()),
            "ORDER BY",
            *ways,
            SQL[f"by_id_{last}"],
        )
    )
    return [_row(row, order) for row in connection.execute(text, asked)]


def _column(key: Order) -> str:
    return f"key_{COLUMN[key.by]}" if key.by is not Sort.METRIC else "key_best" if key.best else "key_last"


def _numbered(piece: str, number: int) -> str:
    return SQL[piece].replace("#", str(number))


def _beyond(order: Sequence[Order], place: Place, backwards: bool, asked: Parameters) -> list[str]:
    """That a row comes behind the place, key by key."""
    plain = order[0].by is not Sort.METRIC
    first = _WAY[order[0].descending != backwards]
    pieces = [_numbered(f"bound_{first}", 0) if plain else "AND"]
    for number, (key, (rank, value)) in enumerate(zip(order, place.values, strict=True)):
        asked[f"x{number}"] = value
        if key.by is Sort.METRIC:
            asked[f"r{number}"] = rank
            pieces.append(_numbered(f"beyond_rank_{_WAY[backwards]}", number))
        pieces.append(_numbered(f"beyond_value_{_WAY[key.descending != backwards]}", number))
    asked["id"] = place.id
    closing = "))" * (len(pieces) - 1)
    return [*pieces, SQL[f"beyond_id_{_WAY[order[-1].descending != backwards]}"], closing]


def _row(row: Row, order: Sequence[Order]) -> Row:
    columns = len(row) - sum(2 if key.by is Sort.METRIC else 1 for key in order)
    values: list[Any] = []
    rest = iter(row[columns:])
    for key in order:
        if key.by is Sort.METRIC:
            values.append(word(next(rest), next(rest)))
        else:
            values.append(next(rest))
    return (*row[:columns], *values)
