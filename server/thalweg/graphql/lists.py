"""Lists: filtered, sorted, paged by keyset cursors that go into the store. One connection for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from graphql import FieldNode
from strawberry import field

from thalweg.graphql import cursors, enums, types
from thalweg.graphql.conditions import NOTHING, condition
from thalweg.graphql.context import Info
from thalweg.graphql.fields import answered
from thalweg.graphql.filters import FILTERS, Filter
from thalweg.graphql.groups import Best, By, FirstGroups, GroupDirection, GroupOrder, GroupPage, Key, Metrics, grouped
from thalweg.graphql.pages import After, Before, Edge, FirstOf, LastOf, PageInfo, Paging, page_info, position
from thalweg.model.errors import BadInput
from thalweg.model.kinds import Kind
from thalweg.model.results import Page
from thalweg.store.conditions import keys
from thalweg.store.questions import Condition, Find, Groups, Order, Sort

T = TypeVar("T")


# ---------------------------------------------------------------------------------------------------------- connections


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = field(description="The entries, each with its cursor.")
    nodes: list[T] = field(description="The entities alone.")
    page_info: PageInfo = field(description="Where this page lies.")
    kind: strawberry.Private[Kind]
    where: strawberry.Private[Condition]

    @answered("How many the whole list holds. It is counted only when it is asked for.", cost=50)
    async def total_count(self, info: Info) -> int:
        if self.where == NOTHING:
            return 0
        context = info.context
        return await context.store.count(self.kind, self.where, context.caller, seconds=context.seconds)

    @answered("What the whole list comes to, by what its entries have in common.", cost=100)
    async def groups(
        self,
        info: Info,
        by: By,
        key: Key = None,
        metrics: Metrics = None,
        best: Best = False,
        order_by: GroupOrder = enums.GroupSort.COUNT,
        direction: GroupDirection = enums.SortDirection.DESC,
        first: FirstGroups = 25,
        after: After = None,
    ) -> GroupPage:
        descending = direction is enums.SortDirection.DESC
        asked = Groups(
            self.kind, by.value, self.where, key or "", tuple(metrics or ()), best, order_by.value, descending
        )
        return await grouped(info, asked, first, after)


def connection(page: Page, nodes: Sequence[Any], digest: str, kind: Kind, where: Condition) -> Connection[Any]:
    edges = [
        Edge(node=node, cursor=cursors.encode(digest, position))
        for node, position in zip(nodes, page.positions, strict=True)
    ]
    return Connection(
        edges=edges,
        nodes=list(nodes),
        page_info=page_info([edge.cursor for edge in edges], page.has_next, page.has_previous),
        kind=kind,
        where=where,
    )


# ---------------------------------------------------------------------------------------------------------------- order


@strawberry.input(description="The order of a list. Ties are ordered by id.")
class OrderBy:
    by: enums.Sort = field(description="What it is ordered by.", default=enums.Sort.AT)
    direction: enums.SortDirection = field(description="Which way.", default=enums.SortDirection.DESC)
    metric: str | None = field(description="With `METRIC`: which.", default=None)
    best: bool = field(description="With `METRIC`: whether its best value counts, not its last.", default=False)


MEASURED = (Kind.RUN, Kind.MODEL_VERSION, Kind.RELEASE)


def _order(kind: Kind, given: list[OrderBy] | None) -> tuple[Order, ...]:
    return keys(tuple(_key(kind, one) for one in given)) if given else (Order(),)


def _key(kind: Kind, given: OrderBy) -> Order:
    by = given.by.value
    descending = given.direction is enums.SortDirection.DESC
    if by is not Sort.METRIC:
        return Order(by, descending)
    if kind not in MEASURED:
        raise BadInput(
            f"A {kind.value} has no metrics to be ordered by.", "Order by AT, NAME, CREATED_AT or UPDATED_AT."
        )
    if not given.metric:
        raise BadInput("The order METRIC needs the name of a metric.", 'Give it: {by: METRIC, metric: "accuracy"}.')
    return Order(by, descending, given.metric, given.best)


async def listed(
    info: Info,
    kind: Kind,
    filter: Filter | None,
    order: list[OrderBy] | None,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Connection[Any]:
    context = info.context
    paging = Paging(first, after, last, before, context)
    ordered = _order(kind, order)
    where = await condition(context, filter)
    digest = cursors.digest((kind.value, where, ordered))
    find = Find(
        kind,
        where,
        ordered,
        limit=paging.size,
        after=position(after, digest, "after", ordered),
        before=position(before, digest, "before", ordered),
        from_end=paging.backward and before is None,
        seconds=context.seconds,
    )
    if where == NOTHING or not _shows_entities(info):
        page = Page((), (), False, False)
    else:
        page = await context.store.find(find, context.caller)
    return connection(page, [types.entity(one) for one in page.entities], digest, kind, where)


def _shows_entities(info: Info) -> bool:
    """Whether more of a list is asked for than counts of it."""
    asked = [
        one
        for node in info._raw_info.field_nodes
        for one in (node.selection_set.selections if node.selection_set else ())
    ]
    return any(not isinstance(one, FieldNode) or one.name.value not in ("totalCount", "groups") for one in asked)


def _list(kind: Kind, description: str) -> Any:
    """A field that lists one kind."""
    taken = FILTERS[kind]
    given = Annotated[taken | None, strawberry.argument(description="Which of them; all when left out.")]  # type: ignore[valid-type]

    async def resolve(
        info: Info,
        filter: Any = None,
        order_by: OrderByArgument = None,
        first: FirstOf = None,
        after: After = None,
        last: LastOf = None,
        before: Before = None,
    ) -> Any:
        return await listed(info, kind, filter, order_by, first, after, last, before)

    resolve.__annotations__["filter"] = given
    return field(resolver=resolve, description=description)


OrderByArgument = Annotated[
    list[OrderBy] | None,
    strawberry.argument(description="The order, the key of most weight first: 1 to 4; the latest first when left out."),
]


@strawberry.type
class Lists:
    """The part of Query that lists."""

    datasets: Connection[types.Dataset] = _list(Kind.DATASET, "Datasets.")
    dataset_versions: Connection[types.DatasetVersion] = _list(Kind.DATASET_VERSION, "Versions of datasets.")
    repositories: Connection[types.Repository] = _list(Kind.REPOSITORY, "Repositories.")
    commits: Connection[types.Commit] = _list(Kind.COMMIT, "Commits.")
    jobs: Connection[types.Job] = _list(Kind.JOB, "Jobs.")
    runs: Connection[types.Run] = _list(Kind.RUN, "Runs.")
    models: Connection[types.Model] = _list(Kind.MODEL, "Models.")
    model_versions: Connection[types.ModelVersion] = _list(Kind.MODEL_VERSION, "Versions of models.")
    deployments: Connection[types.Deployment] = _list(Kind.DEPLOYMENT, "Deployments.")
    releases: Connection[types.Release] = _list(Kind.RELEASE, "Releases of deployments.")
