"""What is stated: input types with the field's standard names, and the facts that they come to.

The names are those of OpenLineage (namespace, name, run id) and of MLflow (params, metrics, tags as lists of pairs). A
wrong value is left for the write path, which says what would be right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import strawberry
from strawberry import field

from thalweg.graphql import enums
from thalweg.graphql.references import (
    DatasetReadKey,
    DatasetVersionKey,
    EntityKey,
    JobKey,
    ModelVersionKey,
    RunKey,
    url_of,
)
from thalweg.graphql.scalars import DateTime, Json, Long, MetricValue
from thalweg.ingest.values import best_of
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.errors import Problem
from thalweg.model.facts import EdgeFact, EntityFact, Granule, JoinFact, MarkFact, Point
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind

Path = tuple[str, ...]
"""Where something is in an input: the names of fields, and the places in lists."""

# --------------------------------------------------------------------------------------------------------------- values


@strawberry.input(description="A key and its value: a tag, a parameter, a part of an environment.")
class KeyValueInput:
    key: str = field(description="The key.")
    value: str = field(description="Its value, as text.")


@strawberry.input(
    description=(
        "A value of a metric. Several of one key are its history, and so is a single one with a step and no best; the "
        "last by step is its last."
    )
)
class MetricInput:
    key: str = field(description="The name of the metric.")
    value: MetricValue = field(description="The value that was logged.")
    best: MetricValue | None = field(description="The best so far, where the history is not given.", default=None)
    step: Long | None = field(description="The step that it was logged at.", default=None)
    timestamp: DateTime | None = field(description="When it was logged.", default=None)


@strawberry.input(description="A column of a dataset.")
class ColumnInput:
    name: str = field(description="Its name.")
    type: str | None = field(description="Its type, in the words of its source.", default=None)
    nullable: bool | None = field(description="Whether it may be empty.", default=None)
    field_id: str | None = field(
        description="What stays the same when its name changes, where the format has such a thing.", default=None
    )
    role: str | None = field(description="What it is there for: KEY, LABEL, TIME, PARTITION, FEATURE.", default=None)
    description: str | None = field(description="What it holds.", default=None)


def _pairs(given: Sequence[KeyValueInput] | None) -> dict[str, str] | None:
    return None if given is None else {pair.key: pair.value for pair in given}


def _metrics(given: Sequence[MetricInput] | None) -> tuple[dict[str, Any] | None, dict[str, list[Point]]]:
    """The metrics as a property, and the histories of those that are given several times, as MLflow logs them."""
    if given is None:
        return None, {}
    by_key: dict[str, list[MetricInput]] = {}
    for one in given:
        by_key.setdefault(one.key, []).append(one)
    metrics: dict[str, Any] = {}
    histories: dict[str, list[Point]] = {}
    for key, logged in by_key.items():
        logged.sort(key=lambda one: (one.step or 0, one.timestamp or 0))
        last = logged[-1]
        best = [one.best for one in logged if one.best is not None] or [one.value for one in logged]
        metrics[key] = _given(last=last.value, best=best_of(key, best), step=last.step, at=last.timestamp)
        if len(logged) > 1 or (last.step is not None and last.best is None):
            histories[key] = [Point(one.step or 0, one.timestamp or 0, one.value) for one in logged]
    return metrics, histories


def _given(**props: Any) -> dict[str, Any]:
    return {name: value for name, value in props.items() if value is not None}


def _columns(given: Sequence[ColumnInput] | None) -> list[dict[str, Any]] | None:
    if given is None:
        return None
    return [{name: value for name, value in vars(column).items() if value is not None} for column in given]


# ------------------------------------------------------------------------------------------------------------- entities


@strawberry.input
class Described:
    """What every entity may be stated to have."""

    description: str | None = field(description="What it is.", default=None)
    tags: list[KeyValueInput] | None = field(description="Its tags.", default=None)
    owners: list[str] | None = field(description="Who answers for it.", default=None)
    url: str | None = field(description="A page about it.", default=None)
    created_at: DateTime | None = field(description="When it was made.", default=None)
    extra: Json | None = field(description="What else there is to say, as a JSON value.", default=None)


_PLAIN: dict[Kind, tuple[str, ...]] = {
    Kind.DATASET: ("uri", "format"),
    Kind.DATASET_VERSION: ("uri", "format", "column_lineage", "bytes", "rows", "statistics"),
    Kind.REPOSITORY: ("default_branch",),
    Kind.COMMIT: ("author", "author_email", "authored_at", "message", "branches", "git_tags"),
    Kind.JOB: ("entry_point", "job_type"),
    Kind.RUN: ("name", "started_at", "ended_at", "dirty", "command", "user", "error"),
    Kind.MODEL: (),
    Kind.MODEL_VERSION: ("uri", "sha256", "bytes", "format", "status", "signature", "user"),
    Kind.DEPLOYMENT: ("platform",),
    Kind.RELEASE: ("since", "until", "status", "config"),
}
"""The properties that are stated by a field of the same name, besides those of `Described`."""


def props(kind: Kind, given: Any) -> dict[str, Any]:
    """The properties that an input states; what is left out states nothing."""
    stated: dict[str, Any] = {
        name: getattr(given, name)
        for name in ("description", "owners", "url", "created_at", "extra", *_PLAIN[kind])
        if getattr(given, name, None) is not None
    }
    more = {
        "tags": _pairs(given.tags),
        "params": _pairs(getattr(given, "params", None)),
        "environment": _pairs(getattr(given, "environment", None)),
        "metrics": _metrics(getattr(given, "metrics", None))[0],
        "columns": _columns(getattr(given, "columns", None)),
    }
    stated.update((name, value) for name, value in more.items() if value is not None)
    if kind is Kind.RUN:
        if given.status is not None:
            stated["status"] = given.status.value
        if given.job is not None:
            stated["job"] = [given.job.namespace, given.job.name]
    return stated


@strawberry.input(description="A dataset.")
class DatasetFacts(Described):
    namespace: str = field(description="Where the data lives: `s3://lake`.")
    name: str = field(description="What it is called there.")
    uri: str | None = field(description="Where it lies.", default=None)
    format: str | None = field(description="How it is written.", default=None)


@strawberry.input(description="A version of a dataset.")
class DatasetVersionFacts(Described):
    namespace: str = field(description="Where the data lives: `s3://lake`.")
    name: str = field(description="What the dataset is called there.")
    version: str = field(description="A digest of the content, `sha256:…`, or the version its provider gave it.")
    uri: str | None = field(description="Where it lies.", default=None)
    format: str | None = field(description="How it is written.", default=None)
    columns: list[ColumnInput] | None = field(description="Its columns.", default=None)
    column_lineage: Json | None = field(
        description="Which columns its columns were made of: the OpenLineage facet.", default=None
    )
    bytes: Long | None = field(description="How large it is.", default=None)
    rows: Long | None = field(description="How many rows it has.", default=None)
    statistics: Json | None = field(description="What was measured of it.", default=None)


@strawberry.input(description="A repository.")
class RepositoryFacts(Described):
    repository: str = field(description="Any of its URLs; it is known by that without credentials, `.git`, or way in.")
    default_branch: str | None = field(description="The branch that people start from.", default=None)


@strawberry.input(description="A commit.")
class CommitFacts(Described):
    repository: str = field(description="Any URL of its repository.")
    sha: str = field(description="Its 40 hexadecimal digits.")
    author: str | None = field(description="Who wrote it.", default=None)
    author_email: str | None = field(description="Their address.", default=None)
    authored_at: DateTime | None = field(description="When it was written.", default=None)
    message: str | None = field(description="What it says about itself.", default=None)
    branches: list[str] | None = field(description="The branches that hold it.", default=None)
    git_tags: list[str] | None = field(description="The tags of the repository that point at it.", default=None)


@strawberry.input(description="A job.")
class JobFacts(Described):
    namespace: str = field(description="The namespace of the scheduler or tool.")
    name: str = field(description="Its name.")
    entry_point: str | None = field(description="What of it is run.", default=None)
    job_type: str | None = field(description="What sort of job it is.", default=None)


@strawberry.input(description="A run.")
class RunFacts(Described):
    namespace: str = field(description="The namespace of the system that ran it.")
    run_id: str = field(description="The id that its system gave it.")
    job: JobKey | None = field(description="The job that ran.", default=None)
    name: str | None = field(description="What people call it.", default=None)
    status: enums.RunStatus | None = field(description="How far it has come.", default=None)
    started_at: DateTime | None = field(description="When it started.", default=None)
    ended_at: DateTime | None = field(description="When it ended.", default=None)
    params: list[KeyValueInput] | None = field(description="Its parameters.", default=None)
    metrics: list[MetricInput] | None = field(description="Its metrics.", default=None)
    environment: list[KeyValueInput] | None = field(description="What it ran in.", default=None)
    dirty: bool | None = field(description="Whether its code had changes that no commit holds.", default=None)
    command: str | None = field(description="What was run.", default=None)
    user: str | None = field(description="Who ran it.", default=None)
    error: str | None = field(description="What went wrong.", default=None)


@strawberry.input(description="A model.")
class ModelFacts(Described):
    namespace: str = field(description="The registry, or the tool.")
    name: str = field(description="Its name.")


@strawberry.input(description="A version of a model.")
class ModelVersionFacts(Described):
    namespace: str = field(description="The registry, or the tool.")
    name: str = field(description="The name of the model.")
    version: str = field(description="Its version.")
    uri: str | None = field(description="Where it lies.", default=None)
    sha256: str | None = field(description="The digest of its file.", default=None)
    bytes: Long | None = field(description="How large it is.", default=None)
    format: str | None = field(description="How it is written: `sklearn`, `onnx`.", default=None)
    status: str | None = field(description="Whether it is ready, in the words of its registry.", default=None)
    signature: Json | None = field(description="What it takes and gives, as MLflow writes it.", default=None)
    params: list[KeyValueInput] | None = field(description="Its parameters.", default=None)
    metrics: list[MetricInput] | None = field(description="Its metrics.", default=None)
    environment: list[KeyValueInput] | None = field(description="What it needs to run.", default=None)
    user: str | None = field(description="Who made it.", default=None)


@strawberry.input(description="A deployment.")
class DeploymentFacts(Described):
    namespace: str = field(description="Its environment: `production`.")
    name: str = field(description="Its name.")
    platform: str | None = field(description="What runs it.", default=None)


@strawberry.input(description="A release of a deployment.")
class ReleaseFacts(Described):
    namespace: str = field(description="The environment: `production`.")
    name: str = field(description="The name of the deployment.")
    revision: str = field(description="The revision that its platform gave it, or its `since`.")
    since: DateTime | None = field(description="From when on it is live.", default=None)
    until: DateTime | None = field(description="Until when; it may lie in the future.", default=None)
    status: str | None = field(description="How it is, in the words of its platform.", default=None)
    config: Json | None = field(description="How it is configured.", default=None)
    metrics: list[MetricInput] | None = field(description="Its metrics.", default=None)


def key_of(kind: Kind, given: Any) -> Key:
    """The key that the facts of an entity name."""
    if kind is Kind.REPOSITORY:
        return keys.repository(url_of(given.repository))
    if kind is Kind.COMMIT:
        return keys.commit(url_of(given.repository), given.sha.lower())
    return Key(kind, tuple(getattr(given, part) for part in kind.fields))


def entity_fact(kind: Kind, given: Any) -> EntityFact:
    return EntityFact(key_of(kind, given), props(kind, given), _metrics(getattr(given, "metrics", None))[1])


# ---------------------------------------------------------------------------------------------------------------- edges


@strawberry.input(description="What a run or a release read: a dataset version, or a model version.")
class ReadInput:
    dataset: DatasetReadKey | None = field(description="The dataset version.", default=None)
    model: ModelVersionKey | None = field(description="The model version.", default=None)
    role: str | None = field(description="What part it plays: `train`, `features`.", default=None)
    columns: list[str] | None = field(description="The columns that are read.", default=None)
    covers: enums.Coverage | None = field(description="What `columns` cover; DECLARED when left out.", default=None)
    pinned: bool | None = field(description="Whether this version was asked for, not the newest.", default=None)
    exact: bool | None = field(
        description="Whether it takes exactly the columns there are, by their place or number.", default=None
    )


@strawberry.input(description="What a run wrote: a dataset version, or a model version.")
class WriteInput:
    dataset: DatasetVersionKey | None = field(description="The dataset version.", default=None)
    model: ModelVersionKey | None = field(description="The model version.", default=None)
    role: str | None = field(description="What part it plays.", default=None)


@strawberry.input(description="The code that a run ran.")
class CodeInput:
    repository: str = field(description="Any URL of the repository.")
    sha: str = field(description="The 40 hexadecimal digits of the commit.")
    path: str | None = field(description="The folder or file in the repository.", default=None)
    dirty: bool | None = field(description="Whether there were changes that no commit holds.", default=None)


@strawberry.input(description="A model version that a release serves.")
class ServedInput:
    namespace: str = field(description="The registry, or the tool.")
    name: str = field(description="The name of the model.")
    version: str = field(description="Its version.")
    traffic: float | None = field(description="Its share of the traffic, in percent; 0 is a shadow.", default=None)
    role: str | None = field(description="What part it plays: `champion`, `challenger`.", default=None)


class Edge(NamedTuple):
    """An edge of what is stated, and where in the input it is given. key: where, below that, its other end is named."""

    fact: EdgeFact
    path: Path
    key: Path = ()


def _named(given: ReadInput | WriteInput) -> tuple[str, Key] | None:
    """What is read or written, and the field that names it; None where that is none, or both are."""
    if given.dataset is not None:
        return ("dataset", given.dataset.key) if given.model is None else None
    return None if given.model is None else ("model", given.model.key)


def unnamed(given: Any) -> list[Problem]:
    """What is wrong with the reads and writes that name nothing, or two things: they are no edges."""
    return [
        Problem(
            "",
            "",
            f"{listed}[{number}]",
            "must name a dataset or a model, and not both",
            "BAD_KEY",
            (listed, number),
        )
        for listed in ("inputs", "outputs")
        for number, one in enumerate(getattr(given, listed, None) or ())
        if _named(one) is None
    ]


def _assumed(read: ReadInput) -> bool | None:
    return True if read.dataset is not None and read.dataset.version is None else None


def reads(given: Sequence[ReadInput] | None, reader: Key) -> Iterable[Edge]:
    for number, one in enumerate(given or ()):
        if (named := _named(one)) is not None:
            field, source = named
            covers = one.covers.value if one.covers is not None else "DECLARED" if one.columns is not None else None
            props = _given(
                columns=one.columns, covers=covers, pinned=one.pinned, exact=one.exact, assumed=_assumed(one)
            )
            edge = EdgeFact(source, EdgeType.INPUT_TO, reader, one.role or "", props)
            yield Edge(edge, ("inputs", str(number)), (field,))


def writes(given: Sequence[WriteInput] | None, writer: Key) -> Iterable[Edge]:
    for number, one in enumerate(given or ()):
        if (named := _named(one)) is not None:
            field, target = named
            edge = EdgeFact(writer, EdgeType.PRODUCED, target, one.role or "")
            yield Edge(edge, ("outputs", str(number)), (field,))


def produced_by(given: RunKey | None, version: Key) -> Iterable[Edge]:
    if given is not None:
        yield Edge(EdgeFact(given.key, EdgeType.PRODUCED, version), ("producedBy",))


def derived_from(given: Sequence[DatasetVersionKey | ModelVersionKey] | None, version: Key) -> Iterable[Edge]:
    for number, one in enumerate(given or ()):
        yield Edge(EdgeFact(one.key, EdgeType.DERIVED_INTO, version), ("derivedFrom", str(number)))


def parent(given: RunKey | None, run: Key) -> Iterable[Edge]:
    if given is not None:
        yield Edge(EdgeFact(given.key, EdgeType.PARENT_OF, run), ("parent",))


def code(given: CodeInput | None, run: Key) -> Iterable[Edge]:
    if given is not None:
        commit = keys.commit(url_of(given.repository), given.sha.lower())
        edge = EdgeFact(commit, EdgeType.CODE_OF, run, "", _given(path=given.path, dirty=given.dirty))
        yield Edge(edge, ("code",))


def served(given: Sequence[ServedInput] | None, release: Key) -> Iterable[Edge]:
    for number, one in enumerate(given or ()):
        version = keys.model_version(one.namespace, one.name, one.version)
        edge = EdgeFact(version, EdgeType.SERVED_BY, release, one.role or "", _given(traffic=one.traffic))
        yield Edge(edge, ("models", str(number)))


# ---------------------------------------------------------------------------------------------------------------- batch


@strawberry.input(description="A relation between two entities, from upstream to downstream.")
class EdgeFacts:
    source: EntityKey = field(description="The upstream end.")
    type: enums.EdgeType = field(description="How the one stands to the other.")
    target: EntityKey = field(description="The downstream end.")
    role: str | None = field(description="What part it plays.", default=None)
    at: DateTime | None = field(description="From when on it holds.", default=None)
    columns: list[str] | None = field(description="Of an input: the columns that are read.", default=None)
    covers: enums.Coverage | None = field(description="Of an input: what its columns cover.", default=None)
    pinned: bool | None = field(description="Of an input: whether this version was asked for.", default=None)
    exact: bool | None = field(
        description="Of an input: whether exactly the columns there are are taken, by their place or number.",
        default=None,
    )
    assumed: bool | None = field(
        description="Whether one end was worked out, not stated. A read of a dataset whose version nobody says is of "
        "the newest by the run's start, or of `unversioned` where none is known; and assumed.",
        default=None,
    )
    path: str | None = field(description="Of code: the folder or file in the repository.", default=None)
    dirty: bool | None = field(description="Of code: whether there were changes that no commit holds.", default=None)
    traffic: float | None = field(description="Of a served model: its share of the traffic, in percent.", default=None)
    extra: Json | None = field(description="What else there is to say, as a JSON value.", default=None)


@strawberry.input(description="That a version of a model bears an alias, or is in a stage.")
class MarkFacts:
    version: ModelVersionKey = field(description="The version.")
    kind: enums.MarkKind = field(description="Whether it is an alias or a stage.")
    name: str = field(description="The alias, or the stage.")
    since: DateTime | None = field(description="From when on; when it was first seen, when left out.", default=None)
    until: DateTime | None = field(description="Until when; still, when left out.", default=None)


@strawberry.input(description="That two keys are two names of one thing, of one kind.")
class JoinFacts:
    alias: EntityKey = field(description="The other name.")
    of: EntityKey = field(description="The name that it is known by.")


@strawberry.input(
    description=(
        "Facts that are written together or not at all. They are the whole of what their scope states: what the same "
        "scope stated before, and these do not, is taken back."
    )
)
class GranuleInput:
    scope: str = field(description="The name of the scope under its source: `run/4f1c…`.")
    at: DateTime | None = field(description="When these facts were so; now when left out.", default=None)
    source_revision: Long | None = field(
        description="Orders the states of the scope: one that is older than the one held is not written.", default=None
    )
    idempotency_key: str | None = field(
        description="For a client that may not learn whether it was written: the same key again writes nothing.",
        default=None,
    )
    datasets: list[DatasetFacts] | None = field(description="Datasets.", default=None)
    dataset_versions: list[DatasetVersionFacts] | None = field(description="Versions of datasets.", default=None)
    repositories: list[RepositoryFacts] | None = field(description="Repositories.", default=None)
    commits: list[CommitFacts] | None = field(description="Commits.", default=None)
    jobs: list[JobFacts] | None = field(description="Jobs.", default=None)
    runs: list[RunFacts] | None = field(description="Runs.", default=None)
    models: list[ModelFacts] | None = field(description="Models.", default=None)
    model_versions: list[ModelVersionFacts] | None = field(description="Versions of models.", default=None)
    deployments: list[DeploymentFacts] | None = field(description="Deployments.", default=None)
    releases: list[ReleaseFacts] | None = field(description="Releases of deployments.", default=None)
    edges: list[EdgeFacts] | None = field(description="Relations.", default=None)
    marks: list[MarkFacts] | None = field(description="Aliases and stages.", default=None)
    joins: list[JoinFacts] | None = field(description="Names of the same thing.", default=None)


ENTITIES: tuple[tuple[str, Kind], ...] = (
    ("datasets", Kind.DATASET),
    ("dataset_versions", Kind.DATASET_VERSION),
    ("repositories", Kind.REPOSITORY),
    ("commits", Kind.COMMIT),
    ("jobs", Kind.JOB),
    ("runs", Kind.RUN),
    ("models", Kind.MODEL),
    ("model_versions", Kind.MODEL_VERSION),
    ("deployments", Kind.DEPLOYMENT),
    ("releases", Kind.RELEASE),
)


def granule(given: GranuleInput, source: str, origin: str) -> Granule:
    return Granule(
        source=source,
        name=given.scope,
        origin=origin,
        entities=[entity_fact(kind, one) for name, kind in ENTITIES for one in getattr(given, name) or ()],
        edges=[
            EdgeFact(
                one.source.key,
                one.type.value,
                one.target.key,
                one.role or "",
                _given(
                    at=one.at,
                    columns=one.columns,
                    covers=None if one.covers is None else one.covers.value,
                    pinned=one.pinned,
                    exact=one.exact,
                    assumed=one.assumed,
                    path=one.path,
                    dirty=one.dirty,
                    traffic=one.traffic,
                    extra=one.extra,
                ),
            )
            for one in given.edges or ()
        ],
        marks=[MarkFact(one.version.key, one.kind.value, one.name, one.since, one.until) for one in given.marks or ()],
        joins=[JoinFact(one.alias.key, one.of.key) for one in given.joins or ()],
        revision=given.source_revision,
        at=given.at,
        idempotency_key=given.idempotency_key,
    )
