"""The schema as a whole: published, described, and shaped for lists that complete fast."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_non_null_type,
    print_type,
)

from thalweg.graphql.brief import BRIEF
from thalweg.graphql.schema import SCHEMA, sdl
from thalweg.model.properties import PROPERTIES

PUBLISHED = Path(__file__).parents[2] / "schema" / "schema.graphql"

TYPES = {name: type for name, type in SCHEMA._schema.type_map.items() if not name.startswith("__")}
BUILT_IN = {"Boolean", "Float", "ID", "Int", "String"}


def test_the_published_schema_is_the_schema() -> None:
    assert PUBLISHED.read_text() == sdl() + "\n", "run `make schema`"


def test_the_published_schema_reads_as_a_schema() -> None:
    assert set(build_schema(sdl()).type_map) >= set(TYPES) - BUILT_IN


def undescribed(type: GraphQLNamedType) -> Iterator[str]:
    if not type.description:
        yield type.name
    if isinstance(type, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in type.fields.items():
            if not field.description:
                yield f"{type.name}.{name}"
            yield from (f"{type.name}.{name}({arg})" for arg, given in field.args.items() if not given.description)
    elif isinstance(type, GraphQLInputObjectType):
        yield from (f"{type.name}.{name}" for name, field in type.fields.items() if not field.description)
    elif isinstance(type, GraphQLEnumType):
        yield from (f"{type.name}.{name}" for name, value in type.values.items() if not value.description)


def test_everything_is_described() -> None:
    assert [missing for name, type in TYPES.items() if name not in BUILT_IN for missing in undescribed(type)] == []


def entities() -> Iterator[GraphQLObjectType]:
    for type in TYPES.values():
        if isinstance(type, GraphQLObjectType) and any(interface.name == "Entity" for interface in type.interfaces):
            yield type


def test_what_an_entity_is_are_plain_attributes() -> None:
    """No resolver, and so no permission, on a scalar: lists of entities are completed by generated code."""
    assert len(list(entities())) == 10
    for type in entities():
        for name, field in type.fields.items():
            if is_leaf_type(get_named_type(field.type)):
                assert getattr(field.resolve, "_is_default", False), f"{type.name}.{name}"


def test_every_property_of_an_entity_is_a_field() -> None:
    elsewhere = {"job": "job"}  # an entity of its own
    for kind, properties in PROPERTIES.items():
        fields = TYPES[kind.value]
        assert isinstance(fields, GraphQLObjectType)
        shown = {SCHEMA.config.name_converter.apply_naming_config(elsewhere.get(name, name)) for name in properties}
        assert shown - set(fields.fields) == set(), kind


def test_a_mutation_answers_with_its_errors_as_data() -> None:
    mutation = SCHEMA._schema.mutation_type
    assert mutation is not None
    for name, field in mutation.fields.items():
        payload = get_named_type(field.type)
        assert payload.name.endswith("Payload"), name
        assert isinstance(payload, GraphQLObjectType)
        assert is_non_null_type(payload.fields["errors"].type), name


def test_the_brief_schema_is_a_part_of_the_whole() -> None:
    whole, part = SCHEMA._schema.type_map, BRIEF._schema.type_map
    assert part.keys() < whole.keys()
    assert part.keys() & {"RunFilter", "Mutation"} == set()
    for name, type in part.items():
        if name != "Query":
            assert print_type(type) == print_type(whole[name]), name
    root, all_of_it = BRIEF._schema.query_type, SCHEMA._schema.query_type
    assert root is not None
    assert all_of_it is not None
    assert {"impact", "lineage", "entity"} < root.fields.keys() < all_of_it.fields.keys()
    for name, field in root.fields.items():
        assert str(field.type) == str(all_of_it.fields[name].type), name
        assert {arg: str(one.type) for arg, one in field.args.items()} == {
            arg: str(one.type) for arg, one in all_of_it.fields[name].args.items()
        }, name
