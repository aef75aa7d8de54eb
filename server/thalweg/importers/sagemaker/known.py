"""What has to be known of a dump as a whole before a part of it can be stated: what lies where, and what is what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from thalweg.importers.model_place import version_at
from thalweg.importers.parts import Part
from thalweg.model import keys, names
from thalweg.model.keys import Key

_ARN = re.compile(r"(?P<namespace>arn:[\w-]+:sagemaker:[\w-]+:\d+):(?P<resource>\S+)")
_TRIAL = re.compile(r"experiment-trial-component/(?P<job>.+)-aws-training-job")


class Arn(NamedTuple):
    """The name of a thing: where (`arn:aws:sagemaker:eu-west-1:123456789012`), and what (`endpoint/fraud`)."""

    namespace: str
    resource: str

    @classmethod
    def of(cls, text: str | None) -> Arn | None:
        match = _ARN.fullmatch(text or "")
        return cls(match["namespace"], match["resource"]) if match else None


Named = tuple[str, str]
"""The account and region of a thing, as its ARN begins (nothing where it has none), and its name there."""


class Served(NamedTuple):
    """What a container of a model runs: a package of the registry by its ARN, else what lies at a place."""

    package: str | None
    uri: str | None


@dataclass(slots=True)
class Known:
    """versions: by the place of its data the version of a package. models: what the containers of each run, by the
    account and region and the name. configs: each configuration of an endpoint, likewise. artifacts: where each of
    lineage lies, and of which type it is, by ARN. jobs: the name of each training job, by that in small letters.
    """

    source: str
    versions: dict[str, Key] = field(default_factory=dict)
    models: dict[Named, list[Served]] = field(default_factory=dict)
    configs: dict[Named, Part] = field(default_factory=dict)
    artifacts: dict[str, tuple[str, str]] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)

    def take(self, operation: str, answer: Part) -> None:
        """Notes what an answer says that others need. Raises Wrong for a value of another type."""
        match operation:
            case "describe_model_package":
                key = package(answer.text("ModelPackageArn"))
                for uri in data_of(answer.part("InferenceSpecification")):
                    if key is not None:
                        self.versions.setdefault(plain(uri), key)
            case "describe_model":
                name = answer.text("ModelName")
                containers = [answer.part("PrimaryContainer"), *answer.parts("Containers")]
                if name is not None:
                    self.models[_place(answer, "ModelArn"), name] = [served(one) for one in containers if one]
            case "describe_endpoint_config":
                self.configs[_place(answer, "EndpointConfigArn"), answer.text("EndpointConfigName") or ""] = answer
            case "list_artifacts":
                for one in answer.parts("ArtifactSummaries"):
                    self._artifact(one)
            case "describe_artifact":
                self._artifact(answer)
            case "describe_training_job":
                name = answer.text("TrainingJobName") or ""
                self.jobs[name.lower()] = name

    def config(self, place: str, name: str | None) -> Part | None:
        """The configuration of an endpoint that is called so in an account and region."""
        return self.configs.get((place, name or ""), self.configs.get(("", name or "")))

    def containers(self, place: str, model: str | None) -> list[Served]:
        """What the containers of a model run that is called so in an account and region."""
        return self.models.get((place, model or ""), self.models.get(("", model or ""), []))

    def _artifact(self, answer: Part) -> None:
        arn, uri = answer.text("ArtifactArn"), answer.part("Source").text("SourceUri")
        if arn is not None and uri is not None:
            self.artifacts[arn] = uri, answer.text("ArtifactType") or ""

    def lying_at(self, uri: str) -> Key | None:
        """The model version whose data lies there: that of the registry, else one that is called by its place."""
        found = self.versions.get(plain(uri))
        if found is not None:
            return found
        try:
            return version_at(uri, self.source)
        except ValueError:
            return None

    def run_or_thing(self, arn: str | None) -> Key | None:
        """What an end of an association is: a training job, an artifact, a package; None for anything else."""
        if arn is None:
            return None
        there = Arn.of(arn)
        if there is not None and (match := _TRIAL.fullmatch(there.resource)):
            job = self.jobs.get(match["job"].lower(), match["job"])
            return keys.run(there.namespace, f"training-job/{job}")
        if there is not None and there.resource.startswith("training-job/"):
            return keys.run(*there)
        uri, type = self.artifacts.get(arn, (arn, ""))
        if not uri.startswith("s3://"):
            return package(uri)  # as which an artifact may lie in the registry
        return self.lying_at(uri) if type == "Model" else unversioned(uri, self.source)


def _place(answer: Part, field: str) -> str:
    """The account and region of an answer: a name is only one there."""
    arn = Arn.of(answer.text(field))
    return "" if arn is None else arn.namespace


def package(arn: str | None) -> Key | None:
    """The version that the ARN of a package names: `…:model-package/fraud/3`; None for what is not of a group."""
    there = Arn.of(arn)
    kind, *names = there.resource.split("/") if there is not None else [""]
    if there is None or kind != "model-package" or len(names) != 2:
        return None
    return keys.model_version(there.namespace, *names)


def unversioned(uri: str, source: str) -> Key | None:
    """A dataset of which nobody says which version it was."""
    try:
        return keys.dataset_version(*names.dataset_name(uri, source), keys.UNVERSIONED)
    except ValueError:
        return None


def served(container: Part) -> Served:
    return Served(container.text("ModelPackageName"), next(data_in(container), None))


def data_of(specification: Part) -> Iterator[str]:
    for container in specification.parts("Containers"):
        yield from data_in(container)


def data_in(container: Part) -> Iterator[str]:
    """Where the data of a model lies, by a container of it."""
    for uri in (container.text("ModelDataUrl"), container.part("ModelDataSource", "S3DataSource").text("S3Uri")):
        if uri is not None:
            yield uri


def plain(uri: str) -> str:
    return uri.rstrip("/")
