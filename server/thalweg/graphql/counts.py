"""How many there are, by what they have in common: the groups of a list, asked for by themselves."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, argument, field

from thalweg.graphql import enums
from thalweg.graphql.conditions import condition
from thalweg.graphql.context import Info
from thalweg.graphql.fields import answered
from thalweg.graphql.filters import (
    KIND_OF,
    CommitFilter,
    DatasetFilter,
    DatasetVersionFilter,
    DeploymentFilter,
    Filter,
    JobFilter,
    ModelFilter,
    ModelVersionFilter,
    ReleaseFilter,
    RepositoryFilter,
    RunFilter,
)
from thalweg.graphql.groups import Best, By, FirstGroups, GroupDirection, GroupOrder, GroupPage, Key, Metrics, grouped
from thalweg.graphql.pages import After
from thalweg.store.questions import Groups


@strawberry.input(one_of=True, description="What is counted: one kind, and which of it. `{runs: {}}` is all runs.")
class CountOf:
    datasets: DatasetFilter | None = field(description="Datasets.", default=UNSET)
    dataset_versions: DatasetVersionFilter | None = field(description="Versions of datasets.", default=UNSET)
    repositories: RepositoryFilter | None = field(description="Repositories.", default=UNSET)
    commits: CommitFilter | None = field(description="Commits.", default=UNSET)
    jobs: JobFilter | None = field(description="Jobs.", default=UNSET)
    runs: RunFilter | None = field(description="Runs.", default=UNSET)
    models: ModelFilter | None = field(description="Models.", default=UNSET)
    model_versions: ModelVersionFilter | None = field(description="Versions of models.", default=UNSET)
    deployments: DeploymentFilter | None = field(description="Deployments.", default=UNSET)
    releases: ReleaseFilter | None = field(description="Releases of deployments.", default=UNSET)


@strawberry.type
class Counts:
    """The part of Query that counts."""

    @answered("How many there are, by what they have in common, and how their metrics spread.", cost=100)
    async def count_by(
        self,
        info: Info,
        of: Annotated[CountOf, argument(description="What is counted.")],
        by: By,
        key: Key = None,
        metrics: Metrics = None,
        best: Best = False,
        order_by: GroupOrder = enums.GroupSort.COUNT,
        direction: GroupDirection = enums.SortDirection.DESC,
        first: FirstGroups = 25,
        after: After = None,
    ) -> GroupPage:
        chosen: Filter = next(one for one in vars(of).values() if one not in (None, UNSET))
        where = await condition(info.context, chosen)
        descending = direction is enums.SortDirection.DESC
        asked = Groups(
            KIND_OF[type(chosen)],
            by.value,
            where,
            key or "",
            tuple(metrics or ()),
            best,
            order_by.value,
            descending,
        )
        return await grouped(info, asked, first, after)
