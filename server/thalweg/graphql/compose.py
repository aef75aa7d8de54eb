"""How parts become a schema."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
)
from strawberry.schema.config import StrawberryConfig

from thalweg.graphql.scalars import SCALARS
from thalweg.graphql.types import TYPES


def composed(query: type, mutation: type | None = None) -> strawberry.Schema:
    """The schema of these roots, and of all entities."""
    schema = strawberry.Schema(query, mutation, types=TYPES, config=StrawberryConfig(scalar_map=SCALARS))
    _without_null_defaults(schema._schema)
    _with_choices(schema._schema)
    return schema


def _with_choices(schema: GraphQLSchema) -> None:
    """GraphQL itself knows of inputs of which one field is given, and says where it is not so; Strawberry's own check,
    which this forestalls, says it of no place.
    """
    for type in schema.type_map.values():
        if isinstance(type, GraphQLInputObjectType) and type.extensions["strawberry-definition"].is_one_of:
            type.is_one_of = True


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
