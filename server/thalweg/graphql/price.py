"""What an operation costs: a point for each entity that it may fetch; and how many nodes it may return.

A valid document is priced once, but for its variables (`Step`); each request is charged with its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    type_from_ast,
)

from thalweg.graphql.limits import Limits, fragments, over

GRAPH_NODES_A_POINT = 20
"""A node of a walk is a row that the walk has in hand; an entity is fetched, with all that it has."""

SIZES = ("first", "last", "ids", "maxNodes")
"""The arguments that say how many are asked for."""


class Size(NamedTuple):
    """How many a field asks for: a number, or the number (or list) in a variable."""

    number: int
    variable: str | None = None

    def of(self, variables: Mapping[str, Any]) -> int:
        value = variables.get(self.variable, self.number) if self.variable else self.number
        if isinstance(value, list):
            return len(value)
        return value if isinstance(value, int) and value > 0 else 0


class Step(NamedTuple):
    """A field as it is priced.

    flat: what it costs by itself, once. each: 1 for an entity. listed: whether it is a list of as many as the field
    above asked for. nodes: how many nodes of a graph it returns besides.
    """

    flat: int
    each: int
    listed: bool
    size: Size | None
    nodes: Size | None
    inner: tuple[Step, ...]

    def price(self, variables: Mapping[str, Any], above: int) -> tuple[int, int]:
        """(cost, nodes) of the field for one object of the type that it is on."""
        own = self.size.of(variables) if self.size else None
        times = (above if own is None else own) if self.listed else 1
        cost, nodes = self.each, self.each
        for step in self.inner:
            inner_cost, inner_nodes = step.price(variables, 1 if own is None else own)
            cost += inner_cost
            nodes += inner_nodes
        graph = self.nodes.of(variables) if self.nodes else 0
        return self.flat + times * cost + graph // GRAPH_NODES_A_POINT, times * nodes + graph


class _Pricing:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.schema = schema
        self.fragments = fragments(document)

    def selection(self, type: GraphQLCompositeType, selections: SelectionSetNode | None) -> tuple[Step, ...]:
        steps: list[Step] = []
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                step = self.field(type, node)
                if step is not None:
                    steps.append(step)
            else:
                fragment = node if isinstance(node, InlineFragmentNode) else self.fragments[_name(node)]
                condition = fragment.type_condition
                inner = type_from_ast(self.schema, condition) if condition else type
                if is_composite_type(inner):
                    steps.extend(self.selection(inner, fragment.selection_set))
        return tuple(steps)

    def field(self, type: GraphQLCompositeType, node: FieldNode) -> Step | None:
        name = node.name.value
        if name.startswith("__") or not isinstance(type, GraphQLObjectType | GraphQLInterfaceType):
            return None  # the schema itself is cheap, and the depth is bounded
        field = type.fields[name]
        named = get_named_type(field.type)
        inner = self.selection(named, node.selection_set) if is_composite_type(named) else ()
        definition = field.extensions.get("strawberry-definition")
        metadata: Mapping[str, Any] = definition.metadata if definition is not None else {}
        step = Step(
            flat=metadata.get("cost", 0),
            each=int(_is_entity(named)),
            listed=isinstance(get_nullable_type(field.type), GraphQLList),
            size=next((size for name in SIZES if (size := _size(field, node, name))), None),
            nodes=_size(field, node, "maxNodes"),
            inner=inner,
        )
        return step if step.flat or step.each or step.nodes or step.inner else None


def _name(node: SelectionNode) -> str:
    assert isinstance(node, FragmentSpreadNode)
    return node.name.value


def _is_entity(type: Any) -> bool:
    if isinstance(type, GraphQLInterfaceType):
        return type.name in ("Node", "Entity")
    return isinstance(type, GraphQLObjectType) and any(interface.name == "Node" for interface in type.interfaces)


def _size(field: GraphQLField, node: FieldNode, name: str) -> Size | None:
    if name not in field.args:
        return None
    default = field.args[name].default_value
    size = default if isinstance(default, int) else 0
    for argument in node.arguments or ():
        if argument.name.value == name:
            return _given(argument.value, size)
    return Size(size) if size else None


def _given(value: ValueNode, default: int) -> Size:
    if isinstance(value, VariableNode):
        return Size(default, value.name.value)
    if isinstance(value, ListValueNode):
        return Size(len(value.values))
    return Size(int(value.value) if isinstance(value, IntValueNode) else default)


def priced(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> tuple[Step, ...]:
    """What an operation of a valid document costs, but for its variables."""
    root = schema.get_root_type(operation.operation)
    return _Pricing(schema, document).selection(root, operation.selection_set) if root else ()


def charge(steps: tuple[Step, ...], variables: Mapping[str, Any], limits: Limits) -> None:
    """Raises Refused where an operation costs too much, or may return too many nodes."""
    prices = [step.price(variables, 1) for step in steps]
    cost, nodes = sum(price[0] for price in prices), sum(price[1] for price in prices)
    if nodes > limits.nodes:
        raise over(
            "TOO_MANY_NODES",
            "nodes",
            nodes,
            limits.nodes,
            f"The query may return {nodes} nodes",
            "Ask for fewer with `first` and `maxNodes`, and for the rest with the cursor.",
        )
    if cost > limits.cost:
        raise over(
            "TOO_COSTLY",
            "cost",
            cost,
            limits.cost,
            f"The query costs {cost} points, one for each entity it may fetch",
            "Ask for fewer with `first`, or in several queries.",
        )
