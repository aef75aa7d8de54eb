"""Lists: filtered, sorted, paged by keyset cursors that go into the store. One connection for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry import field

from thalweg.graphql import cursors, enums, named, relations, types
from thalweg.graphql.context import Context, Info
from thalweg.graphql.fields import answered
from thalweg.graphql.scalars import DateTime, MetricValue
from thalweg.model.errors import BadInput
from thalweg.model.facts import Json
from thalweg.model.kinds import Kind
from thalweg.model.results import Page
from thalweg.store.questions import Find, MetricIs, Order, Sort, Where

T = TypeVar("T")

DEFAULT_SIZE = 25


# ---------------------------------------------------------------------------------------------------------- connections


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = field(description="Whether there is more after this page.")
    has_previous_page: bool = field(description="Whether there is more before this page.")
    start_cursor: str | None = field(description="The cursor of the first edge; null on an empty page.")
    end_cursor: str | None = field(description="The cursor of the last edge; null on an empty page.")


@strawberry.type(description="An entry of a list.")
class Edge(Generic[T]):
    node: T = field(description="The entity.")
    cursor: str = field(
        description="The place of the entry: of use as `after` or `before` with the same filter and order."
    )


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = field(description="The entries, each with its cursor.")
    nodes: list[T] = field(description="The entities alone.")
    page_info: PageInfo = field(description="Where this page lies.")
    kind: strawberry.Private[Kind]
    where: strawberry.Private[Where | None]

    @answered("How many the whole list holds. It is counted only when it is asked for.", cost=50)
    async def total_count(self, info: Info) -> int:
        if self.where is None:
            return 0
        context = info.context
        return await context.store.count(self.kind, self.where, context.caller, seconds=context.seconds)


After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor. Goes with `first`.")]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor. Goes with `last`.")]
FirstOf = Annotated[
    int | None,
    strawberry.argument(description="How many from the beginning: 1 to 100; 25 when `last` is left out too."),
]
LastOf = Annotated[int | None, strawberry.argument(description="How many from the end: 1 to 100.")]


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


def page_info(cursors: Sequence[str], has_next: bool, has_previous: bool) -> PageInfo:
    return PageInfo(
        has_next_page=has_next,
        has_previous_page=has_previous,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )


def connection(page: Page, nodes: Sequence[Any], digest: str, kind: Kind, where: Where | None) -> Connection[Any]:
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


# -------------------------------------------------------------------------------------------------------------- filters


@strawberry.input(description="A key and the value that it must have.")
class KeyValueIs:
    key: str = field(description="The key.")
    value: str = field(description="The value, exactly.")


@strawberry.input(name="MetricIs", description="A condition on a metric.")
class MetricCondition:
    key: str = field(description="The name of the metric.")
    compare: enums.Compare = field(description="How it is compared.", default=enums.Compare.GE)
    value: MetricValue = field(description="What it is compared with.")
    best: bool = field(description="Whether its best value is meant, not its last.", default=False)


@strawberry.input(description="Which assets a list holds. All that is given must hold.")
class AssetFilter:
    namespace: str | None = field(description="Its namespace, exactly; `prod*` is any that begins so.", default=None)
    name: str | None = field(description="Its name, exactly; `churn*` is any that begins so.", default=None)
    name_contains: str | None = field(description="A part of its name.", default=None)
    tags: list[KeyValueIs] | None = field(description="Tags that it has.", default=None)
    gone: bool | None = field(description="Whether it was deleted in the world; either when left out.", default=None)
    known: bool | None = field(
        description="True leaves out what is known only as the end of a relation; either when left out.", default=None
    )
    since: DateTime | None = field(description="Happened at this time or later.", default=None)
    before: DateTime | None = field(description="Happened before this time.", default=None)


@strawberry.input(description="Which dataset versions a list holds. All that is given must hold.")
class DatasetVersionFilter(AssetFilter):
    dataset: str | None = field(description="Versions of this dataset: its id, or a name as in `entity`.", default=None)


@strawberry.input(description="Which commits a list holds. All that is given must hold.")
class CommitFilter(AssetFilter):
    repository: str | None = field(
        description="Of this repository: its id, or `repository:` and its URL.", default=None
    )
    sha: str | None = field(description="The beginning of its sha.", default=None)


@strawberry.input(description="Which runs a list holds. All that is given must hold.")
class RunFilter(AssetFilter):
    job: str | None = field(description="Runs of this job: its id, or a name as in `entity`.", default=None)
    status: list[enums.RunStatus] | None = field(description="Any of these.", default=None)
    params: list[KeyValueIs] | None = field(description="Parameters that it has.", default=None)
    metrics: list[MetricCondition] | None = field(description="What its metrics are.", default=None)


@strawberry.input(description="Which model versions a list holds. All that is given must hold.")
class ModelVersionFilter(AssetFilter):
    model: str | None = field(description="Versions of this model: its id, or a name as in `entity`.", default=None)
    params: list[KeyValueIs] | None = field(description="Parameters that it has.", default=None)
    metrics: list[MetricCondition] | None = field(description="What its metrics are.", default=None)


@strawberry.input(description="Which releases a list holds. All that is given must hold.")
class ReleaseFilter(AssetFilter):
    deployment: str | None = field(
        description="Releases of this deployment: its id, or a name as in `entity`.", default=None
    )
    live: bool | None = field(description="Whether its period is open.", default=None)
    live_at: DateTime | None = field(description="`live` at this time; now when left out.", default=None)
    metrics: list[MetricCondition] | None = field(description="What its metrics are.", default=None)


@strawberry.input(description="The order of a list. Ties are ordered by id.")
class OrderBy:
    by: enums.Sort = field(description="What it is ordered by.", default=enums.Sort.AT)
    direction: enums.SortDirection = field(description="Which way.", default=enums.SortDirection.DESC)
    metric: str | None = field(description="With `METRIC`: which.", default=None)
    best: bool = field(description="With `METRIC`: whether its best value counts, not its last.", default=False)


_WITH_METRICS = (Kind.RUN, Kind.MODEL_VERSION, Kind.RELEASE)
_ASSET_FIELDS = {
    Kind.DATASET_VERSION: "dataset",
    Kind.COMMIT: "repository",
    Kind.RUN: "job",
    Kind.MODEL_VERSION: "model",
    Kind.RELEASE: "deployment",
}


async def _where(context: Context, kind: Kind, given: AssetFilter | None) -> Where | None:
    """The filter as the store takes it; None where it names an asset that is not known, so that nothing is in it."""
    if given is None:
        return Where()
    asset_id: str | None = None
    reference = getattr(given, _ASSET_FIELDS[kind], None) if kind in _ASSET_FIELDS else None
    if reference is not None:
        assert kind.asset is not None
        asset = await named.referred(context, reference, kind.asset)
        if asset is None:
            return None
        asset_id = asset.id
    status = getattr(given, "status", None)
    return Where(
        namespace=given.namespace,
        name=given.name,
        name_contains=given.name_contains,
        key_prefix=getattr(given, "sha", None),
        asset_id=asset_id,
        status=None if status is None else tuple(one.value for one in status),
        tags=_pairs(given.tags),
        params=_pairs(getattr(given, "params", None)),
        metrics=tuple(
            MetricIs(one.key, one.compare.value, one.value, one.best) for one in getattr(given, "metrics", None) or ()
        ),
        since=given.since,
        before=given.before,
        gone=given.gone,
        known=given.known,
        live=getattr(given, "live", None),
        live_at=getattr(given, "live_at", None),
    )


def _pairs(given: Sequence[KeyValueIs] | None) -> tuple[tuple[str, str], ...]:
    return tuple((one.key, one.value) for one in given or ())


def _order(kind: Kind, given: OrderBy | None) -> Order:
    if given is None:
        return Order()
    by = given.by.value
    descending = given.direction is enums.SortDirection.DESC
    if by is not Sort.METRIC:
        return Order(by, descending)
    if kind not in _WITH_METRICS:
        raise BadInput(
            f"A {kind.value} has no metrics to be ordered by.", "Order by AT, NAME, CREATED_AT or UPDATED_AT."
        )
    if not given.metric:
        raise BadInput("The order METRIC needs the name of a metric.", 'Give it: {by: METRIC, metric: "accuracy"}.')
    return Order(by, descending, given.metric, given.best)


_PLACE: dict[Sort, tuple[type, ...]] = {
    Sort.AT: (int,),
    Sort.CREATED_AT: (int,),
    Sort.UPDATED_AT: (int,),
    Sort.NAME: (str,),
    Sort.METRIC: (int, float, str, type(None)),
}
"""What the first part of a position may be; the last part is an id."""


def position(cursor: str | None, digest: str, name: str, order: Order) -> tuple[Json, ...] | None:
    """Where a cursor points. Raises BadInput for one of another list, or of no list."""
    if cursor is None:
        return None
    place = cursors.decode(cursor, digest, name)
    if not place or not isinstance(place[0], _PLACE[order.by]) or not isinstance(place[-1], str):
        raise BadInput(f"`{name}` is no cursor of this server.", "Begin again from the first page.")
    return place


async def listed(
    info: Info,
    kind: Kind,
    filter: AssetFilter | None,
    order: OrderBy | None,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Connection[Any]:
    context = info.context
    paging = Paging(first, after, last, before, context)
    ordered = _order(kind, order)
    where = await _where(context, kind, filter)
    digest = cursors.digest((kind.value, where, ordered))
    if where is None:
        return connection(Page((), (), False, False), (), digest, kind, None)
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
    page = await context.store.find(find, context.caller)
    return connection(page, [types.entity(one) for one in page.entities], digest, kind, where)


def _list(kind: Kind, filter_type: type, description: str) -> Any:
    """A field that lists one kind."""
    given = Annotated[filter_type | None, strawberry.argument(description="Which of them; all when left out.")]  # type: ignore[valid-type]

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
    OrderBy | None, strawberry.argument(description="The order; the latest first when left out.")
]


@strawberry.type
class Lists:
    """The part of Query that lists."""

    datasets: Connection[types.Dataset] = _list(Kind.DATASET, AssetFilter, "Datasets.")
    dataset_versions: Connection[types.DatasetVersion] = _list(
        Kind.DATASET_VERSION, DatasetVersionFilter, "Versions of datasets."
    )
    repositories: Connection[types.Repository] = _list(Kind.REPOSITORY, AssetFilter, "Repositories.")
    commits: Connection[types.Commit] = _list(Kind.COMMIT, CommitFilter, "Commits.")
    jobs: Connection[types.Job] = _list(Kind.JOB, AssetFilter, "Jobs.")
    runs: Connection[types.Run] = _list(Kind.RUN, RunFilter, "Runs.")
    models: Connection[types.Model] = _list(Kind.MODEL, AssetFilter, "Models.")
    model_versions: Connection[types.ModelVersion] = _list(
        Kind.MODEL_VERSION, ModelVersionFilter, "Versions of models."
    )
    deployments: Connection[types.Deployment] = _list(Kind.DEPLOYMENT, AssetFilter, "Deployments.")
    releases: Connection[types.Release] = _list(Kind.RELEASE, ReleaseFilter, "Releases of deployments.")
