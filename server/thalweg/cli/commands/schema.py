"""`thalweg schema`: the GraphQL schema, for a file or for a generator of clients."""

from __future__ import annotations

from thalweg.cli import output


def show(as_json: bool) -> int:
    from thalweg.graphql.schema import SCHEMA, sdl

    if as_json:
        output.document(SCHEMA.introspect())
    else:
        output.write(f"{sdl().rstrip()}\n")
    return 0
