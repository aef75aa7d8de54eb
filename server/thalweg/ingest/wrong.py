"""What is wrong, and where: problems as they are told."""

from __future__ import annotations

from thalweg.model.errors import Problem
from thalweg.model.facts import EdgeFact, Json
from thalweg.model.keys import Key

Where = str | Key | EdgeFact


def problem(
    entity: str, field: str, value: Json, expected: str, code: str = "INVALID", place: tuple[str | int, ...] = ()
) -> Problem:
    """A problem that shows the value as far as it fits."""
    try:
        shown = repr(value)
    except RecursionError:
        shown = "what is nested so deeply"
    return Problem(entity, field, shown if len(shown) <= 120 else shown[:117] + "…", expected, code, place)


def about(where: Where) -> str:
    """What a problem is about, in words: only made when there is one."""
    if isinstance(where, EdgeFact):
        return f"({where.source})-[:{where.type.value}]->({where.target})"
    return str(where)
