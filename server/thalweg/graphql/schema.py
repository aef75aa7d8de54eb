"""The schema: what is asked and what is stated, composed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    NameNode,
    Undefined,
    parse,
    print_ast,
)
from strawberry.schema.config import StrawberryConfig

from thalweg.graphql.ancestors import Ancestors
from thalweg.graphql.backtests import Backtests
from thalweg.graphql.comparisons import Comparisons
from thalweg.graphql.counts import Counts
from thalweg.graphql.impacts import Impacts
from thalweg.graphql.lists import Lists
from thalweg.graphql.live import WhatWasLive
from thalweg.graphql.lookups import Lookups
from thalweg.graphql.orphans import StandingAlone
from thalweg.graphql.provenances import Provenances
from thalweg.graphql.questions import Questions
from thalweg.graphql.scalars import SCALARS
from thalweg.graphql.search import Searches
from thalweg.graphql.statements import Statements
from thalweg.graphql.types import TYPES
from thalweg.graphql.verdicts import KeepingVerdicts, Verdicts


@strawberry.type(description="What can be asked.")
class Query(
    Lookups,
    Lists,
    Counts,
    Searches,
    Questions,
    Impacts,
    Backtests,
    Provenances,
    Comparisons,
    Ancestors,
    WhatWasLive,
    StandingAlone,
    Verdicts,
):
    pass


@strawberry.type(description="What can be stated.")
class Mutation(Statements, KeepingVerdicts):
    pass


SCHEMA = strawberry.Schema(query=Query, mutation=Mutation, types=TYPES, config=StrawberryConfig(scalar_map=SCALARS))


def _without_null_defaults(schema: GraphQLSchema) -> None:
    """What may be left out is nullable, and that says it: `= null` a thousand times over would only be noise."""
    for type in schema.type_map.values():
        if isinstance(type, GraphQLInputObjectType):
            inputs: Iterable[GraphQLArgument | GraphQLInputField] = type.fields.values()
        elif isinstance(type, GraphQLObjectType | GraphQLInterfaceType):
            inputs = chain.from_iterable(field.args.values() for field in type.fields.values())
        else:
            continue
        for input in inputs:
            if input.default_value is None:
                input.default_value = Undefined


_without_null_defaults(SCHEMA._schema)


def sdl() -> str:
    """The schema in its definition language, sorted: what `schema/schema.graphql` holds.

    Sorted here and not by Strawberry's `sort_schema`, which turns its enums into plain ones that no longer know their
    Python members.
    """
    document = parse(SCHEMA.as_str(), no_location=True)
    return print_ast(DocumentNode(definitions=_sorted(document.definitions)))


_PARTS = ("fields", "arguments", "values", "interfaces", "types", "locations")


def _sorted(nodes: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted(map(_with_sorted_parts, nodes), key=_name))


def _name(node: Any) -> str:
    if isinstance(node, NameNode):
        return node.value
    named = getattr(node, "name", None)
    return "" if named is None else named.value


def _with_sorted_parts(node: Any) -> Any:
    inner = {part: _sorted(getattr(node, part)) for part in _PARTS if getattr(node, part, None)}
    return replace(node, **inner) if inner else node
