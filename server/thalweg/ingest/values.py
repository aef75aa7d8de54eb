"""What values must be, by the types of properties, and metrics as JSON can carry them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeGuard

from thalweg.model import time
from thalweg.model.edges import Coverage
from thalweg.model.facts import Json
from thalweg.model.properties import STATUSES, Type, minimized
from thalweg.model.shares import PARTS

LATEST = 253_402_300_800 * time.SECOND
"""The end of the year 9999. The years from 1 to that every client can write."""


def plain(value: Json) -> float | int | str | None:
    """A metric's value as JSON can carry it: NaN and infinities by name; None for what is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, int | float):
        return value
    return value if value in ("NaN", "Infinity", "-Infinity") else None


def best_of(name: str, values: Sequence[float]) -> float:
    """The best of a metric's logged values: the least where less is better, by its name; NaN only where all are."""
    sound = [value for value in values if not math.isnan(value)]
    return (min(sound) if minimized(name) else max(sound)) if sound else math.nan


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_texts(value: Json) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)


def _is_map(value: Json) -> bool:
    return isinstance(value, dict) and all(isinstance(k, str) and isinstance(v, str) for k, v in value.items())


def _is_columns(value: Json) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(column, dict) and isinstance(column.get("name"), str) for column in value
    )


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_share(value: Json) -> bool:
    return _is_number(value) and 0 <= value <= 100


def _is_shares(value: Json) -> bool:
    """Each with its end, one after the other."""
    if not isinstance(value, list | tuple) or not all(isinstance(one, dict) and one.keys() <= PARTS for one in value):
        return False
    ends = [one.get("until") for one in value]
    known = [one["traffic"] for one in value if one.get("traffic") is not None]
    return all(map(is_date, ends)) and all(a < b for a, b in pairwise(ends)) and all(map(_is_share, known))


def is_date(value: Json) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and time.EARLIEST <= value < LATEST


DATE = f"{Type.TIME.value}, in the years 1 to 9999"

CHECKS: dict[Type, Callable[[Json], bool]] = {
    Type.TEXT: _is_text,
    Type.NAME: lambda value: isinstance(value, str) and bool(value),
    Type.INT: lambda value: isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63,
    Type.FLOAT: _is_number,
    Type.BOOL: lambda value: isinstance(value, bool),
    Type.TEXTS: _is_texts,
    Type.MAP: _is_map,
    Type.COLUMNS: _is_columns,
    Type.JOB: lambda value: _is_texts(value) and len(value) == 2,
    Type.STATUS: lambda value: value in STATUSES,
    Type.COVERS: lambda value: isinstance(value, str) and value in Coverage.__members__,
    Type.SHARE: _is_share,
    Type.SHARES: _is_shares,
    Type.JSON: lambda value: True,
}
