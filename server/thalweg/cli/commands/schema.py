"""`thalweg schema`: the GraphQL schema, for a file or for a generator of clients."""

from __future__ import annotations

from graphql import introspection_from_schema

from thalweg.cli import output
from thalweg.graphql.schema import SCHEMA, sdl


def show(as_json: bool) -> int:
    if as_json:
        output.document(introspection_from_schema(SCHEMA._schema))
    else:
        output.write(f"{sdl().rstrip()}\n")
    return 0
