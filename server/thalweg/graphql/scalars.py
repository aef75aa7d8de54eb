"""The custom scalars: how a value looks on the wire, and what it is in here."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NewType

import strawberry
from graphql import (
    EnumValueNode,
    FloatValueNode,
    GraphQLError,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    value_from_ast_untyped,
)
from strawberry.types.scalar import ScalarDefinition

from thalweg.model import time

DateTime = NewType("DateTime", int)
"""Epoch microseconds."""
Long = NewType("Long", int)
MetricValue = NewType("MetricValue", float)
Json = NewType("Json", object)

_LONGEST = 1 << 63
LONGEST_TIME = 60
"""Characters; no time is as long."""
LONGEST_NUMBER = 310
"""Digits; none of 64 bits has more."""

_NAMED = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def _parse_time(value: object) -> int:
    if not isinstance(value, str):
        raise GraphQLError(f"DateTime must be text like 2026-05-02T08:00:00Z, and was {_shown(value)}.")
    if len(value) > LONGEST_TIME:
        raise GraphQLError(f"DateTime {_shown(value)} is not a time; write it like 2026-05-02T08:00:00Z.")
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
        try:
            return float(value)
        except OverflowError:
            raise GraphQLError(f"MetricValue must be a number of 64 bits, and was {_shown(value)}.") from None
    if isinstance(value, str) and value in _NAMED:
        return _NAMED[value]
    raise GraphQLError(f'MetricValue must be a number, "NaN", "Infinity" or "-Infinity", and was {_shown(value)}.')


def _metric(value: Any) -> float | int | str:
    """NaN and infinities by name, which is also how the store keeps them."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value  # type: ignore[no-any-return]


def _literal(parse: Callable[[object], Any]) -> Callable[..., Any]:
    """How what is written in a document is read. Python makes no number of very many digits."""

    def read(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        if isinstance(node, IntValueNode) and len(node.value) > LONGEST_NUMBER:
            raise GraphQLError(f"A number of {len(node.value)} digits is larger than any that is taken.", node)
        return parse(value_from_ast_untyped(node, variables))

    return read


def _parse_json(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
    """What is written in a document as a JSON value. GraphQL has words and numbers that JSON has not."""
    _check_json(node)
    return value_from_ast_untyped(node, variables)


def _check_json(node: ValueNode) -> None:
    if isinstance(node, EnumValueNode):
        raise GraphQLError(f'JSON has no word {node.value}; write it as text, "{node.value}".', node)
    if isinstance(node, FloatValueNode) and not math.isfinite(float(node.value)):
        raise GraphQLError(f"JSON must be of numbers of 64 bits, and was {_shown(node.value)}.", node)
    if isinstance(node, IntValueNode) and (len(node.value) > 20 or not -_LONGEST <= int(node.value) < 2 * _LONGEST):
        raise GraphQLError(f"JSON must be of whole numbers of 64 bits, and was {_shown(node.value)}.", node)
    if isinstance(node, ListValueNode):
        for item in node.values:
            _check_json(item)
    if isinstance(node, ObjectValueNode):
        for field in node.fields:
            _check_json(field.value)


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
        parse_literal=_literal(_parse_time),
    ),
    Long: strawberry.scalar(
        name="Long",
        description="A whole number of 64 bits. Read from a number, or from its digits as text.",
        serialize=int,
        parse_value=_parse_long,
        parse_literal=_literal(_parse_long),
    ),
    MetricValue: strawberry.scalar(
        name="MetricValue",
        description='A number, or one of the texts "NaN", "Infinity" and "-Infinity", which JSON has no numbers for.',
        serialize=_metric,
        parse_value=_parse_metric,
        parse_literal=_literal(_parse_metric),
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="Any JSON value.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=lambda value: value,
        parse_value=lambda value: value,
        parse_literal=_parse_json,
    ),
}
