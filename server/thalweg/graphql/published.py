"""The published operations: questions worth asking, each a file of its own, ready to run.

They are kept in the package, so that the server has them wherever it is installed; `schema/operations` is a link to
them. A file holds one operation; the comment above it says what it asks, and the defaults of its variables make it run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import OperationDefinitionNode, parse, value_from_ast_untyped


@dataclass(frozen=True, slots=True)
class Published:
    """variables: the defaults that the operation declares."""

    name: str
    description: str
    query: str
    variables: dict[str, Any]


@cache
def published() -> tuple[Published, ...]:
    """All of them, in the order of their files: the main question first."""
    folder = files("thalweg.graphql").joinpath("operations")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".graphql"))
    return tuple(_read(folder.joinpath(name).read_text("utf-8")) for name in names)


def _read(text: str) -> Published:
    lines = text.splitlines()
    about = [line.removeprefix("#").strip() for line in lines if line.startswith("#")]
    query = "\n".join(line for line in lines if not line.startswith("#")).strip() + "\n"
    operation = next(one for one in parse(text).definitions if isinstance(one, OperationDefinitionNode))
    assert operation.name is not None
    return Published(
        name=operation.name.value,
        description=" ".join(about),
        query=query,
        variables={
            variable.variable.name.value: value_from_ast_untyped(variable.default_value)
            for variable in operation.variable_definitions or ()
            if variable.default_value is not None
        },
    )
