"""What names an entity in an input: its natural key, part by part, in the field's standard terms."""

from __future__ import annotations

import strawberry
from strawberry import field

from thalweg.model import keys, names
from thalweg.model.keys import Key


@strawberry.input(description="Names a dataset, as OpenLineage does.")
class DatasetKey:
    namespace: str = field(description="Where the data lives: `s3://lake`.")
    name: str = field(description="What it is called there.")

    @property
    def key(self) -> Key:
        return keys.dataset(self.namespace, self.name)


@strawberry.input(description="Names a version of a dataset.")
class DatasetVersionKey:
    namespace: str = field(description="Where the data lives: `s3://lake`.")
    name: str = field(description="What the dataset is called there.")
    version: str = field(description="A digest of the content, `sha256:…`, or the version its provider gave it.")

    @property
    def key(self) -> Key:
        return keys.dataset_version(self.namespace, self.name, self.version)


@strawberry.input(description="Names a dataset that was read, and which version of it, where that is known.")
class DatasetReadKey:
    namespace: str = field(description="Where the data lives: `s3://lake`.")
    name: str = field(description="What the dataset is called there.")
    version: str | None = field(
        description="The version that was read; null where nobody knows, and then the read is marked as assumed.",
        default=None,
    )

    @property
    def key(self) -> Key:
        version = keys.UNVERSIONED if self.version is None else self.version
        return keys.dataset_version(self.namespace, self.name, version)


@strawberry.input(description="Names a repository.")
class RepositoryKey:
    url: str = field(description="Any of its URLs: with or without `.git`, by https or ssh.")

    @property
    def key(self) -> Key:
        return keys.repository(url_of(self.url))


@strawberry.input(description="Names a commit.")
class CommitKey:
    repository: str = field(description="Any URL of its repository.")
    sha: str = field(description="Its 40 hexadecimal digits.")

    @property
    def key(self) -> Key:
        return keys.commit(url_of(self.repository), self.sha.lower())


@strawberry.input(description="Names a job, as OpenLineage does.")
class JobKey:
    namespace: str = field(description="The namespace of the scheduler or tool.")
    name: str = field(description="Its name.")

    @property
    def key(self) -> Key:
        return keys.job(self.namespace, self.name)


@strawberry.input(description="Names a run.")
class RunKey:
    namespace: str = field(description="The namespace of the system that ran it.")
    run_id: str = field(description="The id that its system gave it.")

    @property
    def key(self) -> Key:
        return keys.run(self.namespace, self.run_id)


@strawberry.input(description="Names a model.")
class ModelKey:
    namespace: str = field(description="The registry, or the tool.")
    name: str = field(description="Its name.")

    @property
    def key(self) -> Key:
        return keys.model(self.namespace, self.name)


@strawberry.input(description="Names a version of a model.")
class ModelVersionKey:
    namespace: str = field(description="The registry, or the tool.")
    name: str = field(description="The name of the model.")
    version: str = field(description="Its version.")

    @property
    def key(self) -> Key:
        return keys.model_version(self.namespace, self.name, self.version)


@strawberry.input(description="Names a deployment.")
class DeploymentKey:
    namespace: str = field(description="Its environment: `production`.")
    name: str = field(description="Its name.")

    @property
    def key(self) -> Key:
        return keys.deployment(self.namespace, self.name)


@strawberry.input(description="Names a release of a deployment.")
class ReleaseKey:
    namespace: str = field(description="The environment: `production`.")
    name: str = field(description="The name of the deployment.")
    revision: str = field(description="The revision that its platform gave it, or its `since`.")

    @property
    def key(self) -> Key:
        return keys.release(self.namespace, self.name, self.revision)


@strawberry.input(one_of=True, description="Names one entity of any kind.")
class EntityKey:
    dataset: DatasetKey | None = field(description="A dataset.", default=strawberry.UNSET)
    dataset_version: DatasetVersionKey | None = field(description="A dataset version.", default=strawberry.UNSET)
    repository: RepositoryKey | None = field(description="A repository.", default=strawberry.UNSET)
    commit: CommitKey | None = field(description="A commit.", default=strawberry.UNSET)
    job: JobKey | None = field(description="A job.", default=strawberry.UNSET)
    run: RunKey | None = field(description="A run.", default=strawberry.UNSET)
    model: ModelKey | None = field(description="A model.", default=strawberry.UNSET)
    model_version: ModelVersionKey | None = field(description="A model version.", default=strawberry.UNSET)
    deployment: DeploymentKey | None = field(description="A deployment.", default=strawberry.UNSET)
    release: ReleaseKey | None = field(description="A release.", default=strawberry.UNSET)

    @property
    def key(self) -> Key:
        given = next(value for value in vars(self).values() if value not in (None, strawberry.UNSET))
        return given.key  # type: ignore[no-any-return]


def url_of(url: str) -> str:
    """The canonical URL of a repository. What is none stays as it is: the write path says so, with all else."""
    try:
        return names.repository_url(url)
    except ValueError:
        return url
