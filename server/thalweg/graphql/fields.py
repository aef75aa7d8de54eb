"""How a field of the schema is declared where it is more than an attribute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry

F = TypeVar("F", bound=Callable[..., Any])


def answered(description: str, *, cost: int = 0, bulk: bool = False) -> Callable[[F], F]:
    """Makes a method the resolver of a field; typed, as Strawberry's own decorator is not.

    cost: the points it costs by itself (`limits.py`). bulk: whether it takes much at once, and has bounds of its own.
    """
    declared = strawberry.field(description=description, metadata={"cost": cost, "bulk": bulk})
    return cast("Callable[[F], F]", declared)
