"""What a request may ask for at most: the bounds, what a document measures, and what an operation costs.

The measures are taken before validation, whose own work grows faster than the document. They are plain functions over
the parsed document, so that a document is measured once and then kept (`documents.py`); only the price depends on the
variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    type_from_ast,
)

from thalweg.graphql.errors import Refused, refused


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one server; `http/settings.py` says each in words.

    body, bulk_body: bytes. seconds, bulk_seconds: of one operation. The bulk ones are those of `stateBatch`.
    """

    tokens: int = 5_000
    depth: int = 25
    aliases: int = 30
    root_fields: int = 20
    directives: int = 50
    errors: int = 5
    cost: int = 5_000
    nodes: int = 10_000
    first: int = 100
    visited: int = 100_000
    seconds: float = 10.0
    bulk_seconds: float = 30.0
    body: int = 1_000_000
    bulk_body: int = 10_000_000


# ------------------------------------------------------------------------------------------------------------- measures


class Measured(NamedTuple):
    """What a selection measures, its fragments spread out."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    """At its own level, not below."""
    directives: int = 0
    total: int = 0
    """Fields at every level."""


class _Measure:
    def __init__(self, document: DocumentNode) -> None:
        self.fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self.known: dict[str, Measured] = {}
        self.open: set[str] = set()

    def selection(self, selections: SelectionSetNode | None) -> Measured:
        depth = aliases = fields = directives = total = 0
        for node in selections.selections if selections else ():
            directives += len(node.directives)
            if isinstance(node, FieldNode):
                inner = self.selection(node.selection_set)
                depth = max(depth, 1 + inner.depth)
                aliases += inner.aliases + (node.alias is not None)
                fields += 1
                total += 1
            else:
                inner = (
                    self.spread(node) if isinstance(node, FragmentSpreadNode) else self.selection(node.selection_set)
                )
                depth = max(depth, inner.depth)
                aliases += inner.aliases
                fields += inner.fields
            directives += inner.directives
            total += inner.total
        return Measured(depth, aliases, fields, directives, total)

    def spread(self, node: FragmentSpreadNode) -> Measured:
        name = node.name.value
        if name in self.known:
            return self.known[name]
        fragment = self.fragments.get(name)
        if fragment is None or name in self.open:  # validation says so, in its own words
            return Measured()
        self.open.add(name)
        inner = self.selection(fragment.selection_set)
        self.open.remove(name)
        measured = self.known[name] = inner._replace(directives=inner.directives + len(fragment.directives))
        return measured


def measure(document: DocumentNode, limits: Limits) -> None:
    """Raises Refused for the first bound that an operation of the document exceeds."""
    whole = _Measure(document)
    for definition in document.definitions:
        if not isinstance(definition, OperationDefinitionNode):
            continue
        try:
            found = whole.selection(definition.selection_set)
        except RecursionError:
            raise refused("TOO_DEEP", f"The query is nested deeper than {limits.depth} fields.") from None
        directives = found.directives + len(definition.directives)
        bounds = (
            ("TOO_DEEP", "depth", found.depth, limits.depth, "fields deep", "Ask in several queries."),
            ("TOO_MANY_ALIASES", "aliases", found.aliases, limits.aliases, "aliases", "Send several queries."),
            (
                "TOO_MANY_ROOT_FIELDS",
                "root_fields",
                found.fields,
                limits.root_fields,
                "fields at its root",
                "Send several queries, or ask for many entities with `nodes`.",
            ),
            ("TOO_MANY_DIRECTIVES", "directives", directives, limits.directives, "directives", "Leave some out."),
            (
                "TOO_MANY_TOKENS",
                "tokens",
                found.total,
                limits.tokens,
                "fields, its fragments spread out",
                "Send several queries.",
            ),
        )
        for code, setting, actual, limit, what, hint in bounds:
            if actual > limit:
                raise over(code, setting, actual, limit, f"The query has {actual} {what}", hint)


def over(code: str, setting: str, actual: int, limit: int, what: str, hint: str) -> Refused:
    return refused(
        code, f"{what}, and at most {limit} are allowed. {hint}", limit=limit, actual=actual, setting=setting
    )


# ---------------------------------------------------------------------------------------------------------------- price


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


GRAPH_NODES_A_POINT = 20
"""A node of a walk is a row that the walk has in hand; an entity is fetched, with all that it has."""

_SIZES = ("first", "last", "ids", "maxNodes")


class _Pricing:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.schema = schema
        self.fragments = _Measure(document).fragments

    def selection(self, type: GraphQLCompositeType, selections: SelectionSetNode | None) -> tuple[Step, ...]:
        steps: list[Step] = []
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                step = self.field(type, node)
                if step is not None:
                    steps.append(step)
            else:
                fragment = self.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
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
        flat = metadata.get("cost", 0)
        if not inner and not flat:
            return None
        return Step(
            flat=flat,
            each=int(_is_entity(named)),
            listed=isinstance(get_nullable_type(field.type), GraphQLList),
            size=next((size for name in _SIZES if (size := _size(field, node, name))), None),
            nodes=_size(field, node, "maxNodes"),
            inner=inner,
        )


def _is_entity(type: Any) -> bool:
    if isinstance(type, GraphQLInterfaceType):
        return type.name in ("Node", "Entity")
    return isinstance(type, GraphQLObjectType) and any(interface.name == "Node" for interface in type.interfaces)


def _size(field: GraphQLField, node: FieldNode, name: str) -> Size | None:
    if name not in field.args:
        return None
    default = field.args[name].default_value
    size = default if isinstance(default, int) else 0
    for argument in node.arguments:
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
