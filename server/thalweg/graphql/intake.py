"""How much input becomes objects: by a plan that is made once for a type.

Strawberry works the names and the types of all fields out again for every object, which for facts in bulk is most of
the work. What GraphQL has coerced already is right by the schema, so that nothing need be checked here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from functools import partial
from typing import Any, TypeVar

from strawberry.schema.name_converter import NameConverter
from strawberry.types.base import StrawberryList, StrawberryOptional, get_object_definition

from thalweg.graphql.relations import made

T = TypeVar("T")

Convert = Callable[[Any], Any] | None
"""None where a value stays as it is."""


def taken(type: type[T], given: Mapping[str, Any]) -> T:
    """An object of an input type from its coerced value, which is keyed by the names of the schema."""
    if type not in _plans:
        _plans[type] = _plan(type)
    defaults, fields = _plans[type]
    attributes = dict(defaults)
    for name, value in given.items():
        attribute, convert = fields[name]
        attributes[attribute] = value if convert is None or value is None else convert(value)
    return made(type, attributes)


Plan = tuple[dict[str, Any], dict[str, tuple[str, Convert]]]
"""The defaults of the attributes; and for each name in the schema its attribute, and how its value is converted."""

_plans: dict[Any, Plan] = {}


def _plan(type: Any) -> Plan:
    definition = get_object_definition(type, strict=True)
    name_of = NameConverter().from_field
    return (
        {field.python_name: None if field.default is MISSING else field.default for field in definition.fields},
        {name_of(field): (field.python_name, _convert(field.type)) for field in definition.fields},
    )


def _convert(type: Any) -> Convert:
    if isinstance(type, StrawberryOptional):
        return _convert(type.of_type)
    if isinstance(type, StrawberryList):
        convert = _convert(type.of_type)
        return None if convert is None else partial(_all, convert)
    return partial(taken, type) if get_object_definition(type) is not None else None


def _all(convert: Callable[[Any], Any], values: list[Any]) -> list[Any]:
    return [convert(value) for value in values]
