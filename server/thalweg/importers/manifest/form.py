"""The form of a manifest: what may stand in the file, and where. Its JSON Schema is made from these classes."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PrivateAttr,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from thalweg.importers.manifest.words import (
    Count,
    DatasetRef,
    Name,
    Number,
    OneOrMore,
    Parameters,
    RepositoryUrl,
    Sha,
    Share,
    Text,
    Texts,
    Time,
    Truth,
    Uri,
    Whole,
    dataset_key,
    repository_key,
)
from thalweg.model import keys
from thalweg.model.facts import Json
from thalweg.model.keys import Key
from thalweg.model.kinds import KEY_FIELDS, Kind

KindName = Literal[
    "Dataset",
    "DatasetVersion",
    "Repository",
    "Commit",
    "Job",
    "Run",
    "Model",
    "ModelVersion",
    "Deployment",
    "Release",
]
EdgeName = Literal["INPUT_TO", "CODE_OF", "PRODUCED", "SERVED_BY", "DERIVED_INTO", "PARENT_OF"]


class Form(BaseModel):
    """What is null counts as not stated; what is not known here is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:
        return {name: value for name, value in data.items() if value is not None} if isinstance(data, dict) else data


class Shorthand(Form):
    """An object that may be written as its name alone."""

    name: Name

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, data: Any) -> Any:
        return data if isinstance(data, dict | list) else {"name": data}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        written = handler.resolve_ref_schema(handler(schema)).copy()
        return {"anyOf": [{"type": "string"}, written]}


class Described(Form):
    description: Text | None = None
    owners: list[Name] | None = None
    """Who answers for it: teams or people."""
    tags: Texts | None = None
    url: Text | None = None
    """A page about it."""
    created_at: Time | None = None
    gone_at: Time | None = None
    """When it was deleted in the world."""
    extra: dict[str, Json] | None = None
    """Anything else that should be kept with it."""


class Metric(Form):
    last: Number
    best: Number | None = None
    step: Whole | None = None
    at: Time | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, data: Any) -> Any:
        return data if isinstance(data, dict | list) else {"last": data}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": ["number", "string"]}, handler.resolve_ref_schema(handler(schema)).copy()]}


class LoggedPoint(Form):
    step: Whole
    at: Time
    value: Number


class Measured(Described):
    metrics: dict[Name, Metric] | None = None
    """Numbers, or objects with `last` and, where they are known, `best`, `step` and `at`."""
    histories: dict[Name, list[LoggedPoint]] | None = None
    """Every logged value of a metric."""


class Column(Shorthand):
    type: Text | None = None
    nullable: Truth | None = None
    field_id: Text | None = None
    """What stays the same when the name changes, where the format has such a thing."""
    role: Literal["KEY", "LABEL", "TIME", "PARTITION", "FEATURE"] | None = None
    """What it is there for."""


class Marked(Shorthand):
    since: Time | None = None
    until: Time | None = None


class _Reads(Form):
    version: Name | None = None
    """Without one it is stated that the dataset is read, of no version: `(dataset)-[:INPUT_TO]->(job)`."""
    columns: list[Name] | None = None
    """The columns that are read."""
    covers: Literal["DECLARED", "PREDICATES", "PROJECTION"] | None = None
    """What `columns` cover; DECLARED, all that is read, where nothing is said."""
    role: Text | None = None
    pinned: Truth | None = None
    """Reads this version for good, so that a later one does not reach it."""
    exact: Truth | None = None
    """Takes exactly the columns there are, by their place or number, so that one more may break it."""
    at: Time | None = None


class _Writes(Form):
    version: Name | None = None
    """Without one it is stated that the dataset is written, of no version: `(job)-[:PRODUCED]->(dataset)`."""
    role: Text | None = None
    at: Time | None = None


class ModelRef(Form):
    model: Name
    namespace: Name
    """The registry that the model is in."""
    version: Name | None = None

    def asset(self) -> Key:
        return keys.model(self.namespace, self.model)


class DatasetPick(Form):
    dataset: DatasetRef
    version: Name | None = None

    def asset(self) -> Key:
        return self.dataset


class _Either(Form):
    dataset: DatasetRef | None = None
    model: Name | None = None
    namespace: Name | None = None
    """The registry that the model is in."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.dataset is None) == (self.model is None):
            raise ValueError("must name a dataset, or a model with its namespace")
        if (self.model is None) != (self.namespace is None):
            raise ValueError("must name the namespace of its model, and of nothing else")
        return self

    def asset(self) -> Key:
        return self.dataset or keys.model(self.namespace or "", self.model or "")


class Read(_Reads):
    dataset: DatasetRef

    def asset(self) -> Key:
        return self.dataset


class Write(_Writes):
    dataset: DatasetRef

    def asset(self) -> Key:
        return self.dataset


class Input(_Either, _Reads):
    """A dataset or a model that goes into a run."""


class Output(_Either, _Writes):
    """A dataset or a model that comes out of a run."""


class FormerShare(Form):
    """A share of the traffic that a model had before the one that it has."""

    until: Time
    """When it had another one."""
    traffic: Share | None = None
    """In percent; left out where nobody knows."""


class Served(ModelRef):
    role: Text | None = None
    traffic: Share | None = None
    """Percent of the traffic; 0 for a shadow."""
    shares: list[FormerShare] | None = None
    """Those that it had before, the oldest first."""
    at: Time | None = None


class Code(Form):
    repository: RepositoryUrl
    commit: Sha | None = None
    path: Text | None = None
    """The file or folder in the repository."""
    dirty: Truth | None = None
    """With changes that were not committed."""


class DatasetVersion(Described):
    version: Name
    uri: Uri | None = None
    format: Text | None = None
    columns: list[Column] | None = None
    column_lineage: dict[str, Json] | None = None
    bytes: Count | None = None
    rows: Count | None = None
    statistics: dict[str, Json] | None = None
    derived_from: list[DatasetPick] | None = None
    """What it was made from, where the run that made it is not known."""


class Dataset(Described):
    namespace: Name | None = None
    name: Name | None = None
    uri: Uri | None = None
    """Where it is; names the dataset where namespace and name are not given."""
    format: Text | None = None
    versions: list[DatasetVersion] | None = None
    _key: Key = PrivateAttr()

    @model_validator(mode="after")
    def _named(self, info: ValidationInfo) -> Self:
        if (self.namespace is None) != (self.name is None) or (self.name is None and self.uri is None):
            raise ValueError("must have a uri, or a namespace and a name")
        self._key = dataset_key(self.namespace, self.name, self.uri, info)
        return self

    def key(self) -> Key:
        return self._key


class Commit(Described):
    sha: Sha
    author: Text | None = None
    author_email: Text | None = None
    authored_at: Time | None = None
    message: Text | None = None
    branches: list[Name] | None = None
    """The branches that it is the head of."""
    git_tags: list[Name] | None = None
    parents: list[Sha] | None = None


class Repository(Form):
    url: RepositoryUrl
    """With ssh or https, with `.git` or without."""
    default_branch: Text | None = None
    description: Text | None = None
    owners: list[Name] | None = None
    tags: Texts | None = None
    created_at: Time | None = None
    gone_at: Time | None = None
    extra: dict[str, Json] | None = None
    commits: list[Commit] | None = None

    def key(self) -> Key:
        return self.url


class Run(Measured):
    run_id: Name
    namespace: Name | None = None
    """The system that ran it; the job's namespace without one."""
    name: Text | None = None
    status: Literal["SCHEDULED", "RUNNING", "FINISHED", "FAILED", "KILLED", "UNKNOWN"] | None = None
    started_at: Time | None = None
    ended_at: Time | None = None
    params: Parameters | None = None
    environment: Texts | None = None
    dirty: Truth | None = None
    command: Text | None = None
    user: Text | None = None
    error: Text | None = None
    parent: Name | None = None
    """The run_id of the run that started it, in the same namespace."""
    inputs: list[Input] | None = None
    outputs: list[Output] | None = None
    code: Annotated[list[Code], OneOrMore()] | None = None


class Job(Described):
    namespace: Name
    name: Name
    entry_point: Text | None = None
    job_type: Text | None = None
    inputs: list[Input] | None = None
    """What it reads, whatever its runs say; no versions."""
    outputs: list[Output] | None = None
    code: Annotated[list[Code], OneOrMore()] | None = None
    runs: list[Run] | None = None

    def key(self) -> Key:
        return keys.job(self.namespace, self.name)


class ModelVersion(Measured):
    version: Name
    uri: Uri | None = None
    sha256: Text | None = None
    bytes: Count | None = None
    format: Text | None = None
    status: Text | None = None
    signature: dict[str, Json] | None = None
    params: Parameters | None = None
    environment: Texts | None = None
    user: Text | None = None
    aliases: list[Marked] | None = None
    """An alias stands on one version of a model at a time."""
    stages: list[Marked] | None = None
    derived_from: list[ModelRef] | None = None
    """What it was made from, where the run that made it is not known."""


class Model(Described):
    namespace: Name
    """The registry that it is in."""
    name: Name
    versions: list[ModelVersion] | None = None

    def key(self) -> Key:
        return keys.model(self.namespace, self.name)


class Release(Measured):
    """One configuration of a deployment, from `since` until `until`."""

    revision: Name | None = None
    """The provider's name of it; `since` without one."""
    since: Time | None = None
    until: Time | None = None
    status: Text | None = None
    config: dict[str, Json] | None = None
    serves: list[Served] | None = None
    reads: list[Read] | None = None
    """Features that it looks up while it serves."""
    writes: list[Write] | None = None
    """Predictions that it logs."""

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.revision is None and self.since is None:
            raise ValueError("must have a revision, or a since that names it")
        return self


class Deployment(Described):
    namespace: Name
    """The environment, like production."""
    name: Name
    platform: Text | None = None
    releases: list[Release] | None = None

    def key(self) -> Key:
        return keys.deployment(self.namespace, self.name)


class Thing(Form):
    """Any entity by its kind and its natural key; a dataset may be named by its uri."""

    kind: KindName
    namespace: Name | None = None
    name: Name | None = None
    uri: Uri | None = None
    version: Name | None = None
    url: Name | None = None
    sha: Sha | None = None
    run_id: Name | None = None
    revision: Name | None = None
    _key: Key = PrivateAttr()

    @model_validator(mode="after")
    def _named(self, info: ValidationInfo) -> Self:
        kind = Kind(self.kind)
        stated = {name: value for name, value in self if value is not None and name != "kind"}
        if kind in (Kind.DATASET, Kind.DATASET_VERSION) and "uri" in stated:
            parts = dataset_key(None, None, stated.pop("uri"), info).parts
            stated = {"namespace": parts[0], "name": parts[1], **stated}
        if stated.keys() != set(KEY_FIELDS[kind]):
            or_uri = " (or uri)" if kind in (Kind.DATASET, Kind.DATASET_VERSION) else ""
            raise ValueError(f"must name a {kind.value} by {', '.join(KEY_FIELDS[kind])}{or_uri}")
        if "url" in stated:
            stated["url"] = repository_key(stated["url"], info).parts[0]
        self._key = Key(kind, tuple(stated[name] for name in KEY_FIELDS[kind]))
        return self

    def key(self) -> Key:
        return self._key


class Edge(Form):
    """That one thing stands to another, at either level."""

    source: Annotated[Thing, Field(alias="from")]
    type: EdgeName | None = None
    """Follows from the kinds of the ends; may be written down for those who read it."""
    target: Annotated[Thing, Field(alias="to")]
    role: Text | None = None
    at: Time | None = None
    assumed: Truth | None = None
    columns: list[Name] | None = None
    covers: Literal["DECLARED", "PREDICATES", "PROJECTION"] | None = None
    pinned: Truth | None = None
    exact: Truth | None = None
    path: Text | None = None
    dirty: Truth | None = None
    traffic: Share | None = None
    shares: list[FormerShare] | None = None
    extra: dict[str, Json] | None = None


class Join(Form):
    """That `alias` is another name of `of`: what is known of both is known of one."""

    alias: Thing
    of: Thing

    @model_validator(mode="after")
    def _alike(self) -> Self:
        if self.alias.kind != self.of.kind:
            raise ValueError("must join two things of one kind")
        if self.alias.key() == self.of.key():
            raise ValueError("must join two names that differ")
        return self


class Manifest(Form):
    """Facts that no system tells, written by hand and kept in Git."""

    thalweg: Literal[1]
    """The version of this form."""
    source: Name | None = None
    """What the facts are filed under; the file's own name without one."""
    datasets: list[Dataset] | None = None
    repositories: list[Repository] | None = None
    jobs: list[Job] | None = None
    models: list[Model] | None = None
    deployments: list[Deployment] | None = None
    edges: list[Edge] | None = None
    joins: list[Join] | None = None
