"""The custom scalars: how a value looks on the wire, and what it is in here."""

from __future__ import annotations

import math
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from thalweg.model import time

DateTime = NewType("DateTime", int)
"""Epoch microseconds."""
Long = NewType("Long", int)
MetricValue = NewType("MetricValue", float)
Json = NewType("Json", object)

_LONGEST = 1 << 63
_NAMED = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def _parse_time(value: object) -> int:
    if not isinstance(value, str):
        raise GraphQLError(f"DateTime must be text like 2026-05-02T08:00:00Z, and was {_shown(value)}.")
    try:
        return time.parse(value)
    except ValueError as error:
        raise GraphQLError(f"DateTime {error}.") from None


def _parse_long(value: object) -> int:
    """A whole number, or its digits: not every client can write 64 bits as a number."""
    number = value
    if isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 21:
        number = int(value)
    if isinstance(number, bool) or not isinstance(number, int) or not -_LONGEST <= number < _LONGEST:
        raise GraphQLError(f"Long must be a whole number of 64 bits, and was {_shown(value)}.")
    return number


def _parse_metric(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and value in _NAMED:
        return _NAMED[value]
    raise GraphQLError(f'MetricValue must be a number, "NaN", "Infinity" or "-Infinity", and was {_shown(value)}.')


def _metric(value: Any) -> float | int | str:
    """NaN and infinities by name, which is also how the store keeps them."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value  # type: ignore[no-any-return]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


SCALARS: dict[object, ScalarDefinition] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description=(
            "A moment in UTC as RFC 3339 with six digits of a second: `2026-05-02T08:00:00.000000Z`. "
            "Read with any offset, and as a date alone (its midnight); without an offset it is UTC."
        ),
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=time.rfc3339,
        parse_value=_parse_time,
    ),
    Long: strawberry.scalar(
        name="Long",
        description="A whole number of 64 bits. Read from a number, or from its digits as text.",
        serialize=int,
        parse_value=_parse_long,
    ),
    MetricValue: strawberry.scalar(
        name="MetricValue",
        description='A number, or one of the texts "NaN", "Infinity" and "-Infinity", which JSON has no numbers for.',
        serialize=_metric,
        parse_value=_parse_metric,
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="Any JSON value.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
}
