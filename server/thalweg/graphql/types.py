"""The entities of the API, and their relations.

What an entity is, is plain attributes, made once from the store's answer (`entity`); lists of them are completed by
generated code (`completion.py`), so none has a resolver or a permission. What it stands to is a field each, answered in
batches (`relations.py`). The types refer to each other by nature, so they share a module.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from strawberry import field

from thalweg.graphql import enums, values
from thalweg.graphql.context import Info
from thalweg.graphql.fields import answered
from thalweg.graphql.relations import (
    First,
    Links,
    Listing,
    all_versions,
    asset,
    fetched,
    links,
    made,
    one,
    related,
    size,
)
from thalweg.graphql.scalars import DateTime, Json, Long
from thalweg.graphql.values import Column, KeyValue, Metric, MetricPoint
from thalweg.lineage.live import is_live
from thalweg.model import results, time
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput
from thalweg.model.facts import MarkKind
from thalweg.model.kinds import Kind
from thalweg.model.properties import STATUSES
from thalweg.store.questions import Hop, Neighbour

Keys = Annotated[
    list[str] | None, strawberry.argument(description="Only these keys, in this order; all of them when left out.")
]
AsOf = Annotated[DateTime | None, strawberry.argument(description="What held at this time; now when left out.")]


@strawberry.type(description="That a version of a model bears an alias, or is in a stage, over a period.")
class Mark:
    kind: enums.MarkKind = field(description="Whether it is an alias or a stage.")
    name: str = field(description="The alias, `champion`, or the stage, `Production`.")
    since: DateTime = field(description="From when on.")
    until: DateTime | None = field(description="Until when; null while it holds.")
    origin: str = field(description="Which system said so.")
    caller: str = field(description="Who said so.")
    model_id: strawberry.Private[str]
    version_id: strawberry.Private[str]

    model: Model | None = fetched(lambda mark: mark.model_id, "The model.")
    version: ModelVersion | None = fetched(lambda mark: mark.version_id, "The version that is marked.")


def _live(found: Sequence[results.Entity], more: bool) -> Listing[Any]:
    return Listing(nodes=[entity(release) for release in found], more=more)


def _mark(mark: results.Mark) -> Mark:
    return made(Mark, {field: getattr(mark, field) for field in _MARK_FIELDS})


_MARK_FIELDS = ("kind", "name", "since", "until", "origin", "caller", "model_id", "version_id")

History = Annotated[bool, strawberry.argument(description="Also those that no longer hold.")]


async def _marks(
    info: Info, id: str, first: int, as_of: int | None = None, history: bool = False, kind: MarkKind | None = None
) -> list[Mark]:
    found = info.context.loaders.marks(as_of, history).load(id)
    marks = await found if isinstance(found, asyncio.Future) else found
    return [_mark(mark) for mark in marks if kind is None or mark.kind is kind][: size(first, info.context)]


def _served(self: Any, info: Info, first: First = 25, as_of: AsOf = None) -> Any:
    ask = Neighbour(Hop.IN, EdgeType.SERVED_BY, (Kind.MODEL_VERSION,), size(first, info.context), as_of)
    return info.context.loaders.neighbours(ask, links).load(self.id)


# ------------------------------------------------------------------------------------------------------------- entities


@strawberry.interface(description="Whatever has an id.")
class Node:
    id: strawberry.ID = field(
        description="Made from what it is: the same thing has the same id in every store. The beginning says its kind."
    )


@strawberry.interface(description="What the graph holds: an asset, which people name, or a version of one.")
class Entity(Node):
    kind: enums.Kind = field(description="What it is.")
    namespace: str = field(
        description="Where its name is looked up: `s3://lake`, `production`. A repository's is its URL."
    )
    name: str = field(description="What people call it; a version bears the name of its asset.")
    description: str | None = field(description="What its sources say about it.")
    owners: list[str] = field(description="Who answers for it.")
    url: str | None = field(description="A page about it, where it came from.")
    at: DateTime = field(
        description="When it happened: a run's start, a release's `since`; else when it was first seen."
    )
    created_at: DateTime = field(description="When it was made, as its sources say; else when it was first seen.")
    updated_at: DateTime = field(description="When its facts last changed here.")
    gone_at: DateTime | None = field(
        description="When it was deleted in the world; it did happen, so it is still walked."
    )
    known: bool = field(description="False for a stub, which is known only as the end of a relation.")
    origins: list[str] = field(description="Which systems state it.")
    extra: Json | None = field(description="What else its sources say.")
    record: strawberry.Private[results.Entity]

    @answered("Its tags.")
    def tags(self, keys: Keys = None) -> list[KeyValue]:
        return values.pairs(self.record.props.get("tags"), keys)


@strawberry.type(description="Data that people name: a table, a folder of files, a topic.")
class Dataset(Entity, Node):
    uri: str | None = field(description="Where it lies.")
    format: str | None = field(description="How it is written: `parquet`, `delta`.")

    versions: Listing[DatasetVersion] = all_versions("What it held, once each.")
    consumers: Links[Entity] = related(Hop.OUT, EdgeType.INPUT_TO, "The jobs and deployments that read it.")
    producers: Links[Entity] = related(Hop.IN, EdgeType.PRODUCED, "The jobs and deployments that write it.")
    derived_into: Links[Dataset] = related(
        Hop.OUT, EdgeType.DERIVED_INTO, "Datasets that were made of it by no known job.", Kind.DATASET
    )
    derived_from: Links[Dataset] = related(
        Hop.IN, EdgeType.DERIVED_INTO, "Datasets that it was made of by no known job.", Kind.DATASET
    )


@strawberry.type(description="What a dataset held once.")
class DatasetVersion(Entity, Node):
    version: str = field(description="A digest of the content, `sha256:…`, or the version its provider gave it.")
    uri: str | None = field(description="Where it lies.")
    format: str | None = field(description="How it is written.")
    bytes: Long | None = field(description="How large it is.")
    rows: Long | None = field(description="How many rows it has.")
    column_lineage: Json | None = field(description="Which columns its columns were made of, as OpenLineage says it.")
    statistics: Json | None = field(description="What was measured of it.")

    @answered("Its columns; null where nobody stated them.")
    def columns(self) -> list[Column] | None:
        return values.columns(self.record.props.get("columns"))

    dataset: Dataset | None = asset("The dataset that it is a version of.")
    producers: Links[Entity] = related(Hop.IN, EdgeType.PRODUCED, "The runs and releases that wrote it.")
    consumers: Links[Entity] = related(Hop.OUT, EdgeType.INPUT_TO, "The runs and releases that read it.")
    served_to: Links[Release] = related(
        Hop.OUT, EdgeType.INPUT_TO, "The releases that read it while they serve.", Kind.RELEASE
    )
    derived_into: Links[DatasetVersion] = related(
        Hop.OUT, EdgeType.DERIVED_INTO, "Versions that were made of it by no known run.", Kind.DATASET_VERSION
    )
    derived_from: Links[DatasetVersion] = related(
        Hop.IN, EdgeType.DERIVED_INTO, "Versions that it was made of by no known run.", Kind.DATASET_VERSION
    )


@strawberry.type(description="A repository of code. Its name is its URL, without credentials, `.git`, or the way in.")
class Repository(Entity, Node):
    default_branch: str | None = field(description="The branch that people start from.")

    commits: Listing[Commit] = all_versions("Its commits that something refers to.")
    jobs: Links[Job] = related(Hop.OUT, EdgeType.CODE_OF, "The jobs that run its code.", Kind.JOB)


@strawberry.type(description="A state of a repository.")
class Commit(Entity, Node):
    sha: str = field(description="Its 40 hexadecimal digits.")
    author: str | None = field(description="Who wrote it.")
    author_email: str | None = field(description="Their address.")
    authored_at: DateTime | None = field(description="When it was written.")
    message: str | None = field(description="What it says about itself.")
    branches: list[str] = field(description="The branches that held it when it was last looked at.")
    git_tags: list[str] = field(description="The tags of the repository that point at it.")

    repository: Repository | None = asset("The repository.")
    runs: Links[Run] = related(Hop.OUT, EdgeType.CODE_OF, "The runs that ran it.", Kind.RUN)
    parents: Links[Commit] = related(Hop.IN, EdgeType.PARENT_OF, "The commits before it.", Kind.COMMIT)
    children: Links[Commit] = related(Hop.OUT, EdgeType.PARENT_OF, "The commits after it.", Kind.COMMIT)


@strawberry.type(description="What can run again: a step of a pipeline, an experiment with its entry point.")
class Job(Entity, Node):
    entry_point: str | None = field(description="What of it is run.")
    job_type: str | None = field(description="What sort of job its source says it is.")

    runs: Listing[Run] = all_versions("When it ran.")
    inputs: Links[Entity] = related(Hop.IN, EdgeType.INPUT_TO, "The datasets and models that it reads.")
    outputs: Links[Entity] = related(Hop.OUT, EdgeType.PRODUCED, "The datasets and models that it writes.")
    repositories: Links[Repository] = related(
        Hop.IN, EdgeType.CODE_OF, "The repositories whose code it runs.", Kind.REPOSITORY
    )


MetricKey = Annotated[str, strawberry.argument(description="The name of the metric.")]
FirstPoints = Annotated[
    int, strawberry.argument(description="How many points at most, from the first on: 1 to 10,000.")
]


async def _history(info: Info, id: str, metric: str, first: int) -> list[MetricPoint]:
    if not 1 <= first <= 10_000:
        raise BadInput(f"`first` is {first}, and must be 1 to 10000.")
    return values.points((await info.context.store.metric_history(id, metric, info.context.caller))[:first])


@strawberry.type(description="A job that ran once.")
class Run(Entity, Node):
    run_id: str = field(description="The id that its system gave it.")
    status: enums.RunStatus = field(description="How far it has come.")
    started_at: DateTime | None = field(description="When it started.")
    ended_at: DateTime | None = field(description="When it ended.")
    dirty: bool | None = field(description="Whether its code had changes that no commit holds.")
    command: str | None = field(description="What was run.")
    user: str | None = field(description="Who ran it.")
    error: str | None = field(description="What went wrong.")

    @answered("Its parameters.")
    def params(self, keys: Keys = None) -> list[KeyValue]:
        return values.pairs(self.record.props.get("params"), keys)

    @answered("Its metrics, the last and the best value of each.")
    def metrics(self, keys: Keys = None) -> list[Metric]:
        return values.metrics(self.record.props.get("metrics"), keys)

    @answered("What it ran in: versions of the language, the packages, the image.")
    def environment(self, keys: Keys = None) -> list[KeyValue]:
        return values.pairs(self.record.props.get("environment"), keys)

    @answered("Every logged value of one of its metrics, by step.")
    async def metric_history(self, info: Info, metric: MetricKey, first: FirstPoints = 1000) -> list[MetricPoint]:
        return await _history(info, self.id, metric, first)

    job: Job | None = asset("The job that ran, where that is known.")
    commit: Commit | None = one(Hop.IN, EdgeType.CODE_OF, "The commit that it ran; `code` has all.", Kind.COMMIT)
    code: Links[Commit] = related(
        Hop.IN, EdgeType.CODE_OF, "The commits that it ran, of one repository or of several.", Kind.COMMIT
    )
    inputs: Links[Entity] = related(Hop.IN, EdgeType.INPUT_TO, "The dataset versions and model versions that it read.")
    outputs: Links[Entity] = related(
        Hop.OUT, EdgeType.PRODUCED, "The dataset versions and model versions that it wrote."
    )
    parent: Run | None = one(Hop.IN, EdgeType.PARENT_OF, "The run that started it.", Kind.RUN)
    children: Links[Run] = related(Hop.OUT, EdgeType.PARENT_OF, "The runs that it started.", Kind.RUN)


@strawberry.type(description="A model that people name.")
class Model(Entity, Node):
    versions: Listing[ModelVersion] = all_versions("Its versions.")

    @answered("Its aliases, and the version that each points at.")
    async def aliases(self, info: Info, first: First = 25, as_of: AsOf = None) -> list[Mark]:
        return await _marks(info, self.id, first, as_of, kind=MarkKind.ALIAS)

    @answered("Its stages, and the versions in each.")
    async def stages(self, info: Info, first: First = 25, as_of: AsOf = None) -> list[Mark]:
        return await _marks(info, self.id, first, as_of, kind=MarkKind.STAGE)

    @answered("The aliases and stages of its versions, the newest first.")
    async def marks(self, info: Info, first: First = 25, as_of: AsOf = None, history: History = False) -> list[Mark]:
        return await _marks(info, self.id, first, as_of, history)

    producers: Links[Job] = related(Hop.IN, EdgeType.PRODUCED, "The jobs that train it.", Kind.JOB)
    consumers: Links[Job] = related(
        Hop.OUT, EdgeType.INPUT_TO, "The jobs that read it: fine-tuning, scoring, evaluation.", Kind.JOB
    )
    deployments: Links[Deployment] = related(
        Hop.OUT, EdgeType.SERVED_BY, "The deployments that serve it, or have.", Kind.DEPLOYMENT
    )
    derived_into: Links[Model] = related(
        Hop.OUT, EdgeType.DERIVED_INTO, "Models that were made of it by no known job.", Kind.MODEL
    )
    derived_from: Links[Model] = related(
        Hop.IN, EdgeType.DERIVED_INTO, "Models that it was made of by no known job.", Kind.MODEL
    )


@strawberry.type(description="A model as it was trained once.")
class ModelVersion(Entity, Node):
    version: str = field(description="Its version in the registry, or in the tool that made it.")
    uri: str | None = field(description="Where it lies.")
    sha256: str | None = field(description="The digest of its file.")
    bytes: Long | None = field(description="How large it is.")
    format: str | None = field(description="How it is written: `sklearn`, `onnx`.")
    status: str | None = field(description="Whether it is ready, in the words of its registry.")
    signature: Json | None = field(description="What it takes and gives, as MLflow writes it.")
    user: str | None = field(description="Who made it.")

    @answered("Its parameters.")
    def params(self, keys: Keys = None) -> list[KeyValue]:
        return values.pairs(self.record.props.get("params"), keys)

    @answered("Its metrics, the last and the best value of each.")
    def metrics(self, keys: Keys = None) -> list[Metric]:
        return values.metrics(self.record.props.get("metrics"), keys)

    @answered("What it needs to run: versions of the language, the packages, the image.")
    def environment(self, keys: Keys = None) -> list[KeyValue]:
        return values.pairs(self.record.props.get("environment"), keys)

    @answered("Every logged value of one of its metrics, by step.")
    async def metric_history(self, info: Info, metric: MetricKey, first: FirstPoints = 1000) -> list[MetricPoint]:
        return await _history(info, self.id, metric, first)

    @answered("Its aliases and stages, the newest first.")
    async def marks(self, info: Info, first: First = 25, as_of: AsOf = None, history: History = False) -> list[Mark]:
        return await _marks(info, self.id, first, as_of, history)

    model: Model | None = asset("The model that it is a version of.")
    producer: Run | None = one(Hop.IN, EdgeType.PRODUCED, "The run that made it.", Kind.RUN)
    consumers: Links[Run] = related(
        Hop.OUT, EdgeType.INPUT_TO, "The runs that read it: fine-tuning, scoring, evaluation.", Kind.RUN
    )
    releases: Links[Release] = related(
        Hop.OUT, EdgeType.SERVED_BY, "The releases that serve it, or have.", Kind.RELEASE
    )
    derived_into: Links[ModelVersion] = related(
        Hop.OUT, EdgeType.DERIVED_INTO, "Versions that were made of it by no known run.", Kind.MODEL_VERSION
    )
    derived_from: Links[ModelVersion] = related(
        Hop.IN, EdgeType.DERIVED_INTO, "Versions that it was made of by no known run.", Kind.MODEL_VERSION
    )


@strawberry.type(description="An endpoint or a batch service in an environment, which is its namespace.")
class Deployment(Entity, Node):
    platform: str | None = field(description="What runs it.")

    releases: Listing[Release] = all_versions("Its releases.")

    @answered("Its releases that are live.")
    async def live(self, info: Info, first: First = 25, as_of: AsOf = None) -> Listing[Release]:
        found = info.context.loaders.live(as_of, size(first, info.context), _live).load(self.id)
        return await found if isinstance(found, asyncio.Future) else found

    models: Links[Model] = related(Hop.IN, EdgeType.SERVED_BY, "The models that it serves, or has served.", Kind.MODEL)
    inputs: Links[Dataset] = related(Hop.IN, EdgeType.INPUT_TO, "The datasets that it reads live.", Kind.DATASET)
    outputs: Links[Dataset] = related(
        Hop.OUT, EdgeType.PRODUCED, "The datasets that it writes, like logged predictions.", Kind.DATASET
    )


@strawberry.type(description="One configuration of a deployment, over a period.")
class Release(Entity, Node):
    revision: str = field(description="The revision that its platform gave it, or its `since`.")
    since: DateTime = field(description="From when on it was live.")
    until: DateTime | None = field(description="Until when; null while it is live.")
    live: bool = field(description="Whether it is live now.")
    status: str | None = field(description="How it is, in the words of its platform.")
    config: Json | None = field(description="How it was configured.")

    @answered("Its metrics, the last and the best value of each.")
    def metrics(self, keys: Keys = None) -> list[Metric]:
        return values.metrics(self.record.props.get("metrics"), keys)

    deployment: Deployment | None = asset("The deployment.")
    models: Links[ModelVersion] = field(
        resolver=_served,
        description="The model versions that it serves, or served; with `asOf` each with the share that it had then.",
    )
    inputs: Links[DatasetVersion] = related(
        Hop.IN, EdgeType.INPUT_TO, "The dataset versions that it reads live.", Kind.DATASET_VERSION
    )
    outputs: Links[DatasetVersion] = related(
        Hop.OUT, EdgeType.PRODUCED, "The dataset versions that it wrote, like logged predictions.", Kind.DATASET_VERSION
    )


# ---------------------------------------------------------------------------------------------- from the store's answer


def _version(record: results.Entity) -> dict[str, Any]:
    return {"version": record.key[2]}


def _commit(record: results.Entity) -> dict[str, Any]:
    return {
        "sha": record.key[1],
        "branches": record.props.get("branches", []),
        "git_tags": record.props.get("git_tags", []),
    }


def _run(record: results.Entity) -> dict[str, Any]:
    status = record.props.get("status")
    return {"run_id": record.key[1], "status": status if status in STATUSES else "UNKNOWN"}


def _release(record: results.Entity) -> dict[str, Any]:
    return {"revision": record.key[2], "since": record.at, "live": is_live(record, time.now())}


def _repository(record: results.Entity) -> dict[str, Any]:
    return {"url": record.props.get("url", record.key[0])}


def _asset(record: results.Entity) -> dict[str, Any]:
    return {}


_KINDS: dict[Kind, tuple[type[Entity], Any, tuple[str, ...]]] = {
    Kind.DATASET: (Dataset, _asset, ("uri", "format")),
    Kind.DATASET_VERSION: (
        DatasetVersion,
        _version,
        ("uri", "format", "bytes", "rows", "column_lineage", "statistics"),
    ),
    Kind.REPOSITORY: (Repository, _repository, ("default_branch",)),
    Kind.COMMIT: (Commit, _commit, ("author", "author_email", "authored_at", "message")),
    Kind.JOB: (Job, _asset, ("entry_point", "job_type")),
    Kind.RUN: (Run, _run, ("started_at", "ended_at", "dirty", "command", "user", "error")),
    Kind.MODEL: (Model, _asset, ()),
    Kind.MODEL_VERSION: (
        ModelVersion,
        _version,
        ("uri", "sha256", "bytes", "format", "status", "signature", "user"),
    ),
    Kind.DEPLOYMENT: (Deployment, _asset, ("platform",)),
    Kind.RELEASE: (Release, _release, ("until", "status", "config")),
}
"""For each kind its type, what is worked out, and which properties are shown as they are."""

TYPES: tuple[type[Entity], ...] = tuple(kind[0] for kind in _KINDS.values())


def entity(record: results.Entity) -> Entity:
    """An entity of the store as the API shows it."""
    type, worked_out, shown = _KINDS[record.kind]
    props = record.props
    attributes: dict[str, Any] = {
        "id": record.id,
        "kind": record.kind,
        "namespace": record.namespace,
        "name": record.name,
        "description": props.get("description"),
        "owners": props.get("owners", []),
        "url": props.get("url"),
        "at": record.at,
        "created_at": props.get("created_at", record.created_at),
        "updated_at": record.updated_at,
        "gone_at": record.gone_at,
        "known": record.known,
        "origins": list(record.origins),
        "extra": props.get("extra"),
        "record": record,
    }
    for name in shown:
        attributes[name] = props.get(name)
    attributes.update(worked_out(record))
    return made(type, attributes)


__all__ = ["TYPES", "Entity", "Node", "entity"]
