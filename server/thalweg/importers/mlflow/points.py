"""The logged points of a metric, out of rows of (step, timestamp, value, is_nan), which come by step."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter, lt
from typing import Any

from thalweg.importers.mlflow.database import Row
from thalweg.importers.mlflow.logged import INFINITE, number
from thalweg.importers.mlflow.place import YEAR_10000, micros
from thalweg.model.facts import Point

_PLACE = itemgetter(0, 1, 3, 2)
_RANK = {type(None): 0, str: 2, bytes: 3}
"""What SQL puts before numbers, and behind them: columns of SQLite hold whatever was written."""


def points(rows: Sequence[Row]) -> list[Point]:
    """In the order in which MLflow takes the last for the latest: by step, then time, NaN last, then value."""
    if not rows:
        return []
    steps, times, values, nans = zip(*rows, strict=True)
    # Most rows of a large store are these, and most of them are plain: those are looked at together.
    if _plain(steps, times, values, nans):
        return list(map(Point, steps, [at * 1_000 for at in times], values))
    try:
        sorted_rows = sorted(rows, key=_PLACE)
    except TypeError:
        sorted_rows = sorted(rows, key=_odd_place)
    return [Point(step or 0, micros(at) or 0, number(value, is_nan)) for step, at, value, is_nan in sorted_rows]


def _plain(steps: Sequence[Any], times: Sequence[Any], values: Sequence[Any], nans: Sequence[Any]) -> bool:
    """Whether each step has one point, and all are what MLflow writes: dates, and numbers that are neither NaN nor
    infinite.
    """
    try:
        return (
            not any(nans)
            and {*map(type, steps), *map(type, times)} == {int}
            and all(map(lt, steps, steps[1:]))
            and min(times) > 0
            and max(times) < YEAR_10000
            and min(values) > -INFINITE
            and max(values) < INFINITE
        )
    except TypeError:
        return False


def _odd_place(row: Row) -> list[tuple[int, Any]]:
    return [(_RANK.get(type(one), 1), 0 if one is None else one) for one in _PLACE(row)]
