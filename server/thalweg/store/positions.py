"""Where a page of a list by several keys begins: the value of each key, and an id.

A metric has a rank before its value: 0 for a number, 1 for what is no number, 2 where there is none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from thalweg.model.errors import BadInput
from thalweg.model.facts import Json
from thalweg.store.questions import Order, Sort

MISSING = "missing"
_WORDS = {"Infinity": math.inf, "-Infinity": -math.inf}


class Place(NamedTuple):
    """A place in a list: for each key a rank and a value, and the id."""

    values: tuple[tuple[int, Any], ...]
    id: str


def word(rank: int, value: Any) -> Json:
    """A value of a metric as JSON can carry it."""
    if rank:
        return MISSING if rank == 2 else None
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return float(value)


def read(position: Sequence[Json] | None, keys: Sequence[Order]) -> Place | None:
    """The place that a position names. Raises BadInput for one of another list."""
    if position is None:
        return None
    try:
        *values, id = position
        if len(values) != len(keys) or not isinstance(id, str):
            raise ValueError
        return Place(tuple(_value(value, key) for value, key in zip(values, keys, strict=True)), id)
    except (TypeError, ValueError, KeyError):
        raise BadInput("This cursor is not of this list.", "Use a cursor only with the order it came from.") from None


def _value(value: Any, key: Order) -> tuple[int, Any]:
    if key.by is not Sort.METRIC:
        if not isinstance(value, str if key.by is Sort.NAME else int):
            raise TypeError
        if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
            raise ValueError
        return 0, value
    if value is None:
        return 1, 0.0
    if isinstance(value, str):
        return (2, 0.0) if value == MISSING else (0, _WORDS[value])
    return 0, float(value)
