"""The schema: what is asked and what is stated, composed."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from thalweg.graphql.lists import Lists
from thalweg.graphql.lookups import Lookups
from thalweg.graphql.scalars import SCALARS
from thalweg.graphql.types import TYPES


@strawberry.type(description="What can be asked.")
class Query(Lookups, Lists):
    pass


SCHEMA = strawberry.Schema(
    query=Query,
    types=TYPES,
    config=StrawberryConfig(scalar_map=SCALARS, sort_schema=True),
)


def sdl() -> str:
    """The schema in its definition language, sorted: what `schema/schema.graphql` holds."""
    return SCHEMA.as_str()
