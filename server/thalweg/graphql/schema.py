"""The schema: what is asked and what is stated, composed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import strawberry
from graphql import DocumentNode, parse, print_ast
from strawberry.schema.config import StrawberryConfig

from thalweg.graphql.lists import Lists
from thalweg.graphql.lookups import Lookups
from thalweg.graphql.questions import Questions
from thalweg.graphql.scalars import SCALARS
from thalweg.graphql.types import TYPES


@strawberry.type(description="What can be asked.")
class Query(Lookups, Lists, Questions):
    pass


SCHEMA = strawberry.Schema(query=Query, types=TYPES, config=StrawberryConfig(scalar_map=SCALARS))


def sdl() -> str:
    """The schema in its definition language, sorted: what `schema/schema.graphql` holds.

    Sorted here and not by Strawberry's `sort_schema`, which turns its enums into plain ones that no longer know their
    Python members.
    """
    document = parse(SCHEMA.as_str(), no_location=True)
    return print_ast(DocumentNode(definitions=_sorted(document.definitions)))


_PARTS = ("fields", "arguments", "values", "interfaces", "types", "locations")


def _sorted(nodes: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted(map(_with_sorted_parts, nodes), key=lambda node: node.name.value if node.name else ""))


def _with_sorted_parts(node: Any) -> Any:
    inner = {part: _sorted(getattr(node, part)) for part in _PARTS if getattr(node, part, None)}
    return replace(node, **inner) if inner else node
