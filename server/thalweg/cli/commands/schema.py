"""`thalweg schema`: the GraphQL schema, for a file or for a generator of clients."""

from __future__ import annotations

from graphql import build_schema, introspection_from_schema

from thalweg.cli import output
from thalweg.graphql.schema import sdl


def show(as_json: bool) -> int:
    text = f"{sdl().rstrip()}\n"
    if as_json:
        output.document(introspection_from_schema(build_schema(text), input_object_one_of=True))
    else:
        output.write(text)
    return 0
