"""How lists of plain objects are completed: by one generated function for a selection, not by a walk for each value.

The executor's own way goes through some twenty calls for a field of an object; a lineage graph has twenty thousand of
those. Where every selected field is a plain attribute of a leaf type (or of an object of such), the same result comes
out of one dict display an object. Wherever anything is not as expected, a null where there must be none, a value of
another type, an object of another class, the whole list is left to the executor, which then says what it always says.
Attributes have no side effects, so looking twice does no harm.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import AwaitableOrValue, Path
from graphql.type import GraphQLResolveInfo
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

FEWEST = 8
"""Objects in a list from which on a generated function is worth the look for it."""

MOST_KEPT = 512
"""Selections whose functions are kept."""

Complete = Callable[[Sequence[Any]], list[Any]]
"""Completes all objects of a list. Raises Doubt where the executor must do it."""

Shape = tuple[Any, ...]
"""What is selected of an object type: `(type, ((key, field, Shape or None), …))`."""

_kept: OrderedDict[Shape, Complete] = OrderedDict()


class Doubt(Exception):
    """Something is not as plain as it looked."""


class Completing(StrawberryGraphQLCoreExecutionContext):
    """The executor, with the short way for lists."""

    def complete_list_value(
        self,
        return_type: GraphQLList[GraphQLOutputType],
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> AwaitableOrValue[list[Any]]:
        if type(result) is list and len(result) >= FEWEST and self.middleware_manager is None:
            shape = self._shape(_nullable(return_type.of_type), field_details_list)
            if shape is not None:
                try:
                    return _function(shape)(result)
                except Doubt:
                    pass
        return super().complete_list_value(return_type, field_details_list, info, path, result, position_context)

    def _shape(self, type: Any, selected: FieldDetailsList) -> Shape | None:
        """What is selected of an object type; None where any of it is more than a plain attribute."""
        if not isinstance(type, GraphQLObjectType) or _class_of(type) is None:
            return None
        fields, deferred, _ = self.collect_subfields(type, selected)
        if deferred:
            return None
        parts: list[tuple[str, str, Shape | None]] = []
        for key, details in fields.items():
            name = details[0].node.name.value
            if name == "__typename":
                parts.append((key, name, None))
                continue
            field = type.fields.get(name)
            if field is None or field.args or not getattr(field.resolve, "_is_default", False):
                return None
            inner = _nullable(field.type)
            if isinstance(inner, GraphQLObjectType):
                shape = self._shape(inner, details)
                if shape is None:
                    return None
                parts.append((key, name, shape))
            elif _is_leaf(inner):
                parts.append((key, name, None))
            else:
                return None
        return (type, tuple(parts))


def _nullable(type: Any) -> Any:
    return type.of_type if isinstance(type, GraphQLNonNull) else type


def _class_of(type: GraphQLObjectType) -> type | None:
    """The Python class whose attributes the fields of a type are."""
    definition = type.extensions.get("strawberry-definition")
    if definition is None:
        return None
    concrete = definition.concrete_of  # a generic type: its objects are of the class without parameters
    origin: Any = definition.origin if concrete is None else concrete.origin
    return origin  # type: ignore[no-any-return]


def _is_leaf(type: Any) -> bool:
    """A scalar, an enum, or a list of texts that are never null."""
    if isinstance(type, GraphQLList):
        return isinstance(type.of_type, GraphQLNonNull) and type.of_type.of_type is GraphQLString
    return isinstance(type, GraphQLScalarType | GraphQLEnumType)


# ---------------------------------------------------------------------------------------------------------- functions


def _function(shape: Shape) -> Complete:
    complete = _kept.get(shape)
    if complete is None:
        complete = _kept[shape] = _generated(shape)
        if len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    else:
        _kept.move_to_end(shape)
    return complete


def _generated(shape: Shape) -> Complete:
    """The function of a selection. Names that a client gave stand in it as literals only."""
    text = _Text()
    display = text.object("item", shape, 2)
    source = "\n".join(
        (
            "def complete(items):",
            "    completed = []",
            "    for item in items:",
            *text.lines,
            f"        completed.append({display})",
            "    return completed",
        )
    )
    exec(compile(source, "<completion>", "exec"), text.names)
    generated: Complete = text.names["complete"]

    def complete(items: Sequence[Any]) -> list[Any]:
        try:
            return generated(items)
        except Exception as error:  # the executor meets it again, and says what it says
            raise Doubt from error

    return complete


class _Text:
    """The lines of a function as they come about, and what the names in them stand for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {"Doubt": Doubt}

    def name(self, of: Any) -> str:
        name = f"n{len(self.names)}"
        self.names[name] = of
        return name

    def line(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def object(self, place: str, shape: Shape, depth: int) -> str:
        """Writes what checks the object at a place and reads its fields; answers the display of its dict."""
        type, parts = shape
        self.line(depth, f"if type({place}) is not {self.name(_class_of(type))}: raise Doubt")
        shown = []
        for key, name, inner in parts:
            if name == "__typename":
                shown.append(f"{key!r}: {type.name!r}")
                continue
            field: GraphQLField = type.fields[name]
            value = f"v{len(self.lines)}"
            self.line(depth, f"{value} = {place}.{field.extensions['strawberry-definition'].python_name}")
            self.value(value, field.type, inner, depth)
            shown.append(f"{key!r}: {value}")
        return "{" + ", ".join(shown) + "}"

    def value(self, value: str, type: GraphQLOutputType, inner: Shape | None, depth: int) -> None:
        """Writes what checks a value and turns it into what is answered."""
        if isinstance(type, GraphQLNonNull):
            self.line(depth, f"if {value} is None: raise Doubt")
        else:
            self.line(depth, f"if {value} is not None:")
            depth += 1
        if inner is not None:
            display = self.object(value, inner, depth)
            self.line(depth, f"{value} = {display}")
        else:
            self.leaf(value, _nullable(type), depth)

    def leaf(self, value: str, type: Any, depth: int) -> None:
        if type is GraphQLString or type is GraphQLID:
            self.line(depth, f"if type({value}) is not str: raise Doubt")
        elif type is GraphQLBoolean:
            self.line(depth, f"if {value} is not True and {value} is not False: raise Doubt")
        elif type is GraphQLInt:
            self.line(depth, f"if type({value}) is not int or not -0x80000000 <= {value} < 0x80000000: raise Doubt")
        elif type is GraphQLFloat:
            self.line(depth, f"if type({value}) is not float or not {self.name(isfinite)}({value}): raise Doubt")
        elif isinstance(type, GraphQLList):
            self.line(depth, f"if type({value}) is not list or any(type(o) is not str for o in {value}): raise Doubt")
        elif isinstance(type, GraphQLEnumType):
            names = {one.value: name for name, one in type.values.items()}
            self.line(depth, f"{value} = {self.name(names)}[{value}]")
        else:
            self.line(depth, f"{value} = {self.name(type.coerce_output_value)}({value})")
            self.line(depth, f"if {value} is None: raise Doubt")
