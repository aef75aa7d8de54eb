"""Filters: which entities a list holds, as the API takes it; `conditions.py` says what the store is asked then.

A filter is all-of its fields. `and`, `or` and `not` hold filters of the same kind; a field that bears the name of a
relation holds a filter of what stands at its other end.
"""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import field

from thalweg.graphql import enums
from thalweg.graphql.scalars import DateTime, MetricValue
from thalweg.model.kinds import Kind


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


@strawberry.input(name="NumberIs", description="A condition on a parameter that is written as a number.")
class NumberCondition:
    key: str = field(description="The name of the parameter.")
    compare: enums.Compare = field(description="How it is compared; what is no number meets none.")
    value: float = field(description="What it is compared with.")


@strawberry.input
class EntityFilter:
    """What every filter has."""

    ids: list[strawberry.ID] | None = field(description="One of these.", default=None)
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
    created_since: DateTime | None = field(description="First seen here at this time or later.", default=None)
    created_before: DateTime | None = field(description="First seen here before this time.", default=None)
    updated_since: DateTime | None = field(description="Last changed here at this time or later.", default=None)
    updated_before: DateTime | None = field(description="Last changed here before this time.", default=None)


@strawberry.input(description="Which datasets a list holds. All that is given must hold.")
class DatasetFilter(EntityFilter):
    versions: DatasetVersionFilter | None = field(description="One of its versions is so.", default=None)
    consumers: LinkFilter | None = field(description="One that reads it is so.", default=None)
    producers: LinkFilter | None = field(description="One that wrote it is so.", default=None)
    derived_into: DatasetFilter | None = field(description="One that was made of it is so.", default=None)
    derived_from: DatasetFilter | None = field(description="One that it was made of is so.", default=None)
    and_: list[DatasetFilter] | None = field(name="and", description="All of these hold too.", default=None)
    or_: list[DatasetFilter] | None = field(name="or", description="One of these holds too.", default=None)
    not_: DatasetFilter | None = field(name="not", description="This does not hold.", default=None)


@strawberry.input(description="Which dataset versions a list holds. All that is given must hold.")
class DatasetVersionFilter(EntityFilter):
    dataset: str | None = field(description="Versions of this dataset: its id, or a name as in `entity`.", default=None)
    dataset_is: DatasetFilter | None = field(description="Its dataset is so.", default=None)
    producers: LinkFilter | None = field(description="One that wrote it is so.", default=None)
    consumers: LinkFilter | None = field(description="One that reads it is so.", default=None)
    served_to: ReleaseFilter | None = field(description="A release that reads it while it serves is so.", default=None)
    derived_into: DatasetVersionFilter | None = field(description="One that was made of it is so.", default=None)
    derived_from: DatasetVersionFilter | None = field(description="One that it was made of is so.", default=None)
    and_: list[DatasetVersionFilter] | None = field(name="and", description="All of these hold too.", default=None)
    or_: list[DatasetVersionFilter] | None = field(name="or", description="One of these holds too.", default=None)
    not_: DatasetVersionFilter | None = field(name="not", description="This does not hold.", default=None)


@strawberry.input(description="Which repositories a list holds. All that is given must hold.")
class RepositoryFilter(EntityFilter):
    commits: CommitFilter | None = field(description="One of its commits is so.", default=None)
    jobs: JobFilter | None = field(description="A job that runs its code is so.", default=None)
    and_: list[RepositoryFilter] | None = field(name="and", description="All of these hold too.", default=None)
    or_: list[RepositoryFilter] | None = field(name="or", description="One of these holds too.", default=None)
    not_: RepositoryFilter | None = field(name="not", description="This does not hold.", default=None)


@strawberry.input(description="Which commits a list holds. All that is given must hold.")
class CommitFilter(EntityFilter):
    repository: str | None = field(
        description="Of this repository: its id, or `repository:` and its URL.", default=None
    )
    sha: str | None = field(description="The beginning of its sha.", default=None)
    repository_is: RepositoryFilter | None = field(description="Its repository is so.", default=None)
    runs: RunFilter | None = field(description="A run that ran it is so.", default=None)
    parents: CommitFilter | None = field(description="A commit before it is so.", default=None)
    children: CommitFilter | None = field(description="A commit after it is so.", default=None)
    and_: list[CommitFilter] | None = field(name="and", description="All of these hold too.", default=None)
    or_: list[CommitFilter] | None = field(name="or", description="One of these holds too.", default=None)
    not_: CommitFilter | None = field(name="not", description="This does not hold.", default=None)


@strawberry.input(description="Which jobs a list holds. All that is given must hold.")
class JobFilter(EntityFilter):
    runs: RunFilter | None = field(description="One of its runs is so.", default=None)
    inputs: LinkFilter | None = field(description="One that it reads is so.", default=None)
    outputs: LinkFilter | None = field(description="One that it wrote is so.", default=None)
    repositories: RepositoryFilter | None = field(description="A repository whose code it runs is so.", default=None)
    and_: list[JobFilter] | None = field(name="and", description="All of these hold too.", default=None)
    or_: list[JobFilter] | None = field(name="or", description="One of these holds too.", default=None)
    not_: JobFilter | None = field(name="not", description="This does not hold.", default=None)


@strawberry.input(description="Which runs a list holds. All that is given must hold.")
class RunFilter(EntityFilter):
    job: str | None = field(description="Runs of this job: its id, or a name as in `entity`.", default=None)
    status: list[enums.RunStatus] | None = field(description="Any of these.", default=None)
    params: list[KeyValueIs] | None = field(description="Parameters that it has.", default=None)
    numbers: list[NumberCondition] | None = field(description="What its parameters are as numbers.", default=None)
    metrics: list[MetricCondition] | None = field(description="What its metrics are.", default=None)
    user: str | None = field(description="Who ran it.", default=None)
    job_is: JobFilter | None = field(description="Its job is so.", default=None)
    commit: CommitFilter | None = field(description="A commit that it ran is so.", default=None)
    inputs: LinkFilter | None = field(description="One that it reads is so.", default=None)
    outputs: LinkFilter | None = field(description="One that it wrote is so.", default=None)
    parent: RunFilter | None = field(description="The run that started it is so.", default=None)
    children: RunFilter | None = field(description="A run that it started is so.", default=None)
    and_: list[RunFilter] | None = field(name="and", description="All of these hold too.", default=None)
    or_: list[RunFilter] | None = field(name="or", description="One of these holds too.", default=None)
    not_: RunFilter | None = field(name="not", description="This does not hold.", default=None)


@strawberry.input(description="Which models a list holds. All that is given must hold.")
class ModelFilter(EntityFilter):
    versions: ModelVersionFilter | None = field(description="One of its versions is so.", default=None)
    producers: JobFilter | None = field(description="One that wrote it is so.", default=None)
    consumers: JobFilter | None = field(description="One that reads it is so.", default=None)
    deployments: DeploymentFilter | None = field(description="A deployment that serves it is so.", default=None)
    derived_into: ModelFilter | None = field(description="One that was made of it is so.", default=None)
    derived_from: ModelFilter | None = field(description="One that it was made of is so.", default=None)
    and_: list[ModelFilter] | None = field(name="and", description="All of these hold too.", default=None)
    or_: list[ModelFilter] | None = field(name="or", description="One of these holds too.", default=None)
    not_: ModelFilter | None = field(name="not", description="This does not hold.", default=None)


@strawberry.input(description="Which model versions a list holds. All that is given must hold.")
class ModelVersionFilter(EntityFilter):
    model: str | None = field(description="Versions of this model: its id, or a name as in `entity`.", default=None)
    params: list[KeyValueIs] | None = field(description="Parameters that it has.", default=None)
    numbers: list[NumberCondition] | None = field(description="What its parameters are as numbers.", default=None)
    metrics: list[MetricCondition] | None = field(description="What its metrics are.", default=None)
    user: str | None = field(description="Who made it.", default=None)
    model_is: ModelFilter | None = field(description="Its model is so.", default=None)
    producer: RunFilter | None = field(description="The run that made it is so.", default=None)
    consumers: RunFilter | None = field(description="One that reads it is so.", default=None)
    releases: ReleaseFilter | None = field(description="A release that serves it is so.", default=None)
    derived_into: ModelVersionFilter | None = field(description="One that was made of it is so.", default=None)
    derived_from: ModelVersionFilter | None = field(description="One that it was made of is so.", default=None)
    and_: list[ModelVersionFilter] | None = field(name="and", description="All of these hold too.", default=None)
    or_: list[ModelVersionFilter] | None = field(name="or", description="One of these holds too.", default=None)
    not_: ModelVersionFilter | None = field(name="not", description="This does not hold.", default=None)


@strawberry.input(description="Which deployments a list holds. All that is given must hold.")
class DeploymentFilter(EntityFilter):
    releases: ReleaseFilter | None = field(description="A release that serves it is so.", default=None)
    models: ModelFilter | None = field(description="A model that it serves is so.", default=None)
    inputs: DatasetFilter | None = field(description="One that it reads is so.", default=None)
    outputs: DatasetFilter | None = field(description="One that it wrote is so.", default=None)
    and_: list[DeploymentFilter] | None = field(name="and", description="All of these hold too.", default=None)
    or_: list[DeploymentFilter] | None = field(name="or", description="One of these holds too.", default=None)
    not_: DeploymentFilter | None = field(name="not", description="This does not hold.", default=None)


@strawberry.input(description="Which releases a list holds. All that is given must hold.")
class ReleaseFilter(EntityFilter):
    deployment: str | None = field(
        description="Releases of this deployment: its id, or a name as in `entity`.", default=None
    )
    live: bool | None = field(description="Whether its period is open.", default=None)
    live_at: DateTime | None = field(description="`live` at this time; now when left out.", default=None)
    metrics: list[MetricCondition] | None = field(description="What its metrics are.", default=None)
    deployment_is: DeploymentFilter | None = field(description="Its deployment is so.", default=None)
    models: ModelVersionFilter | None = field(
        description="A model version that it serves, or served, is so.", default=None
    )
    inputs: DatasetVersionFilter | None = field(description="One that it reads is so.", default=None)
    outputs: DatasetVersionFilter | None = field(description="One that it wrote is so.", default=None)
    and_: list[ReleaseFilter] | None = field(name="and", description="All of these hold too.", default=None)
    or_: list[ReleaseFilter] | None = field(name="or", description="One of these holds too.", default=None)
    not_: ReleaseFilter | None = field(name="not", description="This does not hold.", default=None)


@strawberry.input(
    description="What stands at the other end of a relation that leads to several kinds. All that is given must hold."
)
class LinkFilter(EntityFilter):
    kinds: list[enums.Kind] | None = field(description="Only of these kinds.", default=None)
    of: str | None = field(
        description="This asset, or a version of it: its id, or a name as in `entity`: `s3://lake/transactions`.",
        default=None,
    )
    dataset: DatasetFilter | None = field(description="It is a dataset, and so.", default=None)
    dataset_version: DatasetVersionFilter | None = field(description="It is a dataset version, and so.", default=None)
    job: JobFilter | None = field(description="It is a job, and so.", default=None)
    run: RunFilter | None = field(description="It is a run, and so.", default=None)
    model: ModelFilter | None = field(description="It is a model, and so.", default=None)
    model_version: ModelVersionFilter | None = field(description="It is a model version, and so.", default=None)
    deployment: DeploymentFilter | None = field(description="It is a deployment, and so.", default=None)
    release: ReleaseFilter | None = field(description="It is a release, and so.", default=None)
    and_: list[LinkFilter] | None = field(name="and", description="All of these hold too.", default=None)
    or_: list[LinkFilter] | None = field(name="or", description="One of these holds too.", default=None)
    not_: LinkFilter | None = field(name="not", description="This does not hold.", default=None)


Filter = (
    DatasetFilter
    | DatasetVersionFilter
    | RepositoryFilter
    | CommitFilter
    | JobFilter
    | RunFilter
    | ModelFilter
    | ModelVersionFilter
    | DeploymentFilter
    | ReleaseFilter
    | LinkFilter
)

FILTERS: dict[Kind, type[Any]] = {
    Kind.DATASET: DatasetFilter,
    Kind.DATASET_VERSION: DatasetVersionFilter,
    Kind.REPOSITORY: RepositoryFilter,
    Kind.COMMIT: CommitFilter,
    Kind.JOB: JobFilter,
    Kind.RUN: RunFilter,
    Kind.MODEL: ModelFilter,
    Kind.MODEL_VERSION: ModelVersionFilter,
    Kind.DEPLOYMENT: DeploymentFilter,
    Kind.RELEASE: ReleaseFilter,
}

KIND_OF: dict[type[Any], Kind] = {filter: kind for kind, filter in FILTERS.items()}
