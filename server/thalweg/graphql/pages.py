"""Pages of a list: which one is asked for, and where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

import strawberry
from strawberry import field

from thalweg.graphql import cursors, relations
from thalweg.graphql.context import Context
from thalweg.model.errors import BadInput
from thalweg.model.facts import Json
from thalweg.store.questions import Order, Sort

T = TypeVar("T")

DEFAULT_SIZE = 25

After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor. Goes with `first`.")]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor. Goes with `last`.")]
FirstOf = Annotated[
    int | None,
    strawberry.argument(description="How many from the beginning: 1 to 100; 25 when `last` is left out too."),
]
LastOf = Annotated[int | None, strawberry.argument(description="How many from the end: 1 to 100.")]


@strawberry.type(description="An entry of a list.")
class Edge(Generic[T]):
    node: T = field(description="The entity.")
    cursor: str = field(
        description="The place of the entry: of use as `after` or `before` with the same filter and order."
    )


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = field(description="Whether there is more after this page.")
    has_previous_page: bool = field(description="Whether there is more before this page.")
    start_cursor: str | None = field(description="The cursor of the first edge; null on an empty page.")
    end_cursor: str | None = field(description="The cursor of the last edge; null on an empty page.")


def page_info(ends: Sequence[str], has_next: bool, has_previous: bool) -> PageInfo:
    return PageInfo(
        has_next_page=has_next,
        has_previous_page=has_previous,
        start_cursor=ends[0] if ends else None,
        end_cursor=ends[-1] if ends else None,
    )


class Paging:
    """Which page is asked for. Raises BadInput for what makes no page."""

    def __init__(
        self, first: int | None, after: str | None, last: int | None, before: str | None, context: Context
    ) -> None:
        if first is not None and last is not None:
            raise BadInput("`first` and `last` are both given.", "Give one of them.")
        if after is not None and (last is not None or before is not None):
            raise BadInput("`after` goes with `first` alone.", "To page back, give `last` and `before`.")
        if before is not None and first is not None:
            raise BadInput("`before` goes with `last` alone.", "To page on, give `first` and `after`.")
        self.backward = last is not None or before is not None
        if last is not None:
            self.size = relations.size(last, context, "last")
        else:
            self.size = relations.size(first if first is not None else DEFAULT_SIZE, context)
        self.after = after
        self.before = before


_PLACE: dict[Sort, tuple[type, ...]] = {
    Sort.AT: (int,),
    Sort.CREATED_AT: (int,),
    Sort.UPDATED_AT: (int,),
    Sort.NAME: (str,),
    Sort.METRIC: (int, float, str, type(None)),
}
"""What a part of a position may be; the last part is an id."""


def position(cursor: str | None, digest: str, name: str, order: Sequence[Order]) -> tuple[Json, ...] | None:
    """Where a cursor points. Raises BadInput for one of another list, or of no list."""
    if cursor is None:
        return None
    place = cursors.decode(cursor, digest, name)
    fits = (isinstance(value, _PLACE[key.by]) for value, key in zip(place, order, strict=False))
    if len(place) != len(order) + 1 or not all(fits) or not isinstance(place[-1], str):
        raise BadInput(f"`{name}` is no cursor of this server.", "Begin again from the first page.")
    return place
