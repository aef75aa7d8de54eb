"""Groups of a list: what its entries have in common, how many they are, and how their metrics spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import strawberry
from strawberry import field

from thalweg.graphql import cursors, enums, relations
from thalweg.graphql.conditions import NOTHING
from thalweg.graphql.context import Info
from thalweg.graphql.pages import PageInfo, page_info
from thalweg.graphql.relations import fetched
from thalweg.graphql.scalars import MetricValue
from thalweg.graphql.types import Entity
from thalweg.model.errors import BadInput
from thalweg.model.results import Grouped, Grouping
from thalweg.store.questions import GroupBy, Groups

By = Annotated[enums.GroupBy, strawberry.argument(description="What they have in common.")]
Key = Annotated[str | None, strawberry.argument(description="With `TAG` and `PARAM`: which.")]
Metrics = Annotated[
    list[str] | None, strawberry.argument(description="Metrics whose spread over each group is told: up to 5.")
]
Best = Annotated[bool, strawberry.argument(description="Whether their best values are meant, not their last.")]
GroupOrder = Annotated[enums.GroupSort, strawberry.argument(description="What the groups are ordered by.")]
GroupDirection = Annotated[enums.SortDirection, strawberry.argument(description="Which way.")]
FirstGroups = Annotated[int, strawberry.argument(description="How many groups: 1 to 100.")]


@strawberry.type(description="A metric over the entries of a group. What is no number is left out.")
class Spread:
    key: str = field(description="The name of the metric.")
    count: int = field(description="How many entries have it as a number.")
    min: MetricValue | None = field(description="The least value; null where there is none.")
    max: MetricValue | None = field(description="The greatest value; null where there is none.")
    avg: MetricValue | None = field(description="The mean; null where there is none.")


@strawberry.type(description="Entries of a list that have something in common.")
class Group:
    key: str | None = field(description="What it is; null for entries that have no such thing. Of an asset its id.")
    count: int = field(description="How many they are.")
    metrics: list[Spread] = field(description="The spread of each metric that was asked for, in that order.")
    asset_id: strawberry.Private[str | None]

    asset: Entity | None = fetched(lambda group: group.asset_id, "With `ASSET`: the asset.")


@strawberry.type(description="A page of the groups of a list.")
class GroupPage:
    nodes: list[Group] = field(description="The groups.")
    page_info: PageInfo = field(description="Where this page lies. `endCursor` goes on, with the same arguments.")


async def grouped(info: Info, asked: Groups, first: int, after: str | None) -> GroupPage:
    context = info.context
    size = relations.size(first, context)
    digest = cursors.digest(("groups", asked))
    place = cursors.decode(after, digest, "after") if after is not None else None
    if place is not None and (len(place) != 2 or not isinstance(place[0], int)):
        raise BadInput("`after` is no cursor of this server.", "Begin again from the first page.")
    asked = replace(asked, limit=size, after=place, seconds=context.seconds)
    if asked.where == NOTHING:
        found = Grouped((), (), False)
    else:
        found = await context.store.group(asked, context.caller)
    ends = [cursors.encode(digest, position) for position in found.positions]
    return GroupPage(
        nodes=[_group(one, asked.by, asked.metrics) for one in found.groups],
        page_info=page_info(ends, found.has_next, after is not None),
    )


def _group(found: Grouping, by: GroupBy, metrics: Sequence[str]) -> Group:
    spreads = [(metric, found.spreads[metric]) for metric in metrics]
    return Group(
        key=found.key,
        count=found.count,
        metrics=[
            Spread(
                key=metric, count=one.count, min=_number(one.least), max=_number(one.greatest), avg=_number(one.mean)
            )
            for metric, one in spreads
        ],
        asset_id=found.key if by is GroupBy.ASSET else None,
    )


def _number(value: float | None) -> MetricValue | None:
    return None if value is None else MetricValue(value)
