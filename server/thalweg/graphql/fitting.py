"""Whether values fit the schema: those of a document by a rule of validation, and those of variables.

GraphQL says of a value only what it is not. Here is said too of which argument or variable it is, where in that, where
in the document, and what would be right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    ArgumentNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    ValueNode,
    ValuesOfCorrectTypeRule,
    VariableDefinitionNode,
    get_named_type,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.language import SKIP, VisitorAction
from graphql.pyutils import Undefined, print_path_list
from graphql.utilities import validate_input_literal, validate_input_value

Way = Sequence[str | int]
"""Where something is in a value: names of fields and places in lists."""

RIGHT = {
    "Boolean": "true or false",
    "DateTime": "text like 2026-05-02T08:00:00Z",
    "Float": "a number",
    "ID": "text or a whole number",
    "Int": "a whole number of 32 bits",
    "JSON": "a JSON value",
    "Long": "a whole number of 64 bits",
    "MetricValue": 'a number, "NaN", "Infinity" or "-Infinity"',
    "String": "text",
}
"""What would be right for a scalar."""

_OBJECT = re.compile(r", found: \{.*\Z", re.DOTALL)
_OBJECT_FOUND = re.compile(r"(?<=\?) Found: \{.*\Z", re.DOTALL)
"""The whole of an object of which one field is wrong: it is long, and the path leads to it."""

_INSIDE = re.compile(r", but encountered error '.*'; found: (.*)\.\Z", re.DOTALL)
"""What Python says of a value that it cannot take, and the value."""


def _found(match: re.Match[str]) -> str:
    value = match[1]
    return f", found: {value if len(value) <= 60 else value[:57] + '…'}."


class FittingLiterals(ValuesOfCorrectTypeRule):
    """Each value that is written in a document fits the place where it stands."""

    subject = ""

    def enter_argument(self, node: ArgumentNode, *_args: Any) -> None:
        self.subject = f"Argument '{node.name.value}' has invalid value"

    def enter_variable_definition(self, node: VariableDefinitionNode, *_args: Any) -> None:
        self.subject = f"Variable '${node.variable.name.value}' has invalid default value"

    def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> VisitorAction:
        if input_type is not None:
            subject = self.subject

            def wrong(error: GraphQLError, way: Way) -> None:
                where = [node for node in error.nodes or () if node.loc] or [_node(node, way)]
                self.report_error(GraphQLError(f"{subject}{_said(error, way, input_type)}", where))

            validate_input_literal(node, input_type, wrong, None, None, self.context.hide_suggestions)
        return SKIP


class _Enough(Exception):
    """So many errors are told; no more are looked for."""


def misfits(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any], most: int
) -> list[GraphQLError]:
    """What is wrong with the values of variables; no more than so many errors, and one that says so."""
    found: list[GraphQLError] = []

    def wrong(node: VariableDefinitionNode, type: GraphQLInputType) -> Callable[[GraphQLError, Way], None]:
        def add(error: GraphQLError, way: Way) -> None:
            if len(found) == most:
                found.append(GraphQLError(f"More is wrong with the variables; the first {most} errors are told."))
                raise _Enough
            name = node.variable.name.value
            found.append(GraphQLError(f"Variable '${name}' has invalid value{_said(error, way, type)}", node))

        return add

    try:
        for node in operation.variable_definitions or ():
            signature = get_variable_signature(schema, node)
            if isinstance(signature, GraphQLError):  # validation has said so
                continue
            value = variables.get(signature.name, Undefined)
            if value is not Undefined or node.default_value is None:
                validate_input_value(value, signature.type, wrong(node, signature.type))
    except (_Enough, RecursionError):
        pass
    return found


def _said(error: GraphQLError, way: Way, type: GraphQLInputType) -> str:
    """What is wrong at this place of a value, and what would be right there."""
    message = _INSIDE.sub(_found, error.message).replace(" not to be None.", " not to be null.")
    message = _OBJECT_FOUND.sub("", _OBJECT.sub(".", message))
    right = _right(_at(type, way), message)
    end = "" if message.endswith((".", "?")) else "."
    return f"{print_path_list(list(way))}: {message}{end}{right}"


def _right(type: GraphQLInputType, message: str) -> str:
    named = get_named_type(type)
    if isinstance(named, GraphQLEnumType):
        return f" It must be one of {', '.join(named.values)}."
    if isinstance(named, GraphQLInputObjectType):
        return f" It may have {'one of ' if named.is_one_of else ''}{', '.join(named.fields)}."
    right = RIGHT[named.name]
    return "" if right in message or " must be " in message or "write it " in message else f" It must be {right}."


def _at(type: GraphQLInputType, way: Way) -> GraphQLInputType:
    """The type of what is there. A list may be given as its only item, which is then no step of the way."""
    for step in way:
        if isinstance(type, GraphQLNonNull):
            type = type.of_type
        while isinstance(step, str) and isinstance(type, GraphQLList | GraphQLNonNull):
            type = type.of_type
        if isinstance(type, GraphQLList):
            type = type.of_type
        elif isinstance(type, GraphQLInputObjectType) and step in type.fields:
            type = type.fields[str(step)].type
    return type


def _node(node: ValueNode, way: Way) -> Node:
    """What is written there."""
    for step in way:
        if isinstance(node, ListValueNode) and isinstance(step, int):
            node = node.values[step]
        elif isinstance(node, ObjectValueNode):
            node = next(field.value for field in node.fields if field.name.value == step)
    return node
