"""What objects of Kubernetes come to, before it is stated: services, and what each ran and runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from thalweg.importers.kubernetes import marks
from thalweg.importers.kubernetes.marks import Marks
from thalweg.importers.model_place import shown
from thalweg.importers.parts import Part, Wrong, digest
from thalweg.model.facts import Json


class Object(NamedTuple):
    """An object of Kubernetes: its kind, the namespace of the cluster that it is in, and its name."""

    kind: str
    namespace: str
    name: str
    part: Part

    @property
    def metadata(self) -> Part:
        return self.part.part("metadata")

    @property
    def spec(self) -> Part:
        return self.part.part("spec")

    @property
    def status(self) -> Part:
        return self.part.part("status")

    @property
    def created(self) -> int | None:
        return self.metadata.time("creationTimestamp")

    @property
    def untouched(self) -> bool:
        """Whether it is as it was made: then what it configures is as old as it is."""
        return self.metadata.whole("generation") == 1

    def owner(self) -> tuple[str, str] | None:
        """The kind and name of what made this object and keeps it."""
        for one in self.metadata.parts("ownerReferences"):
            if one.truth("controller"):
                return one.text("kind") or "", one.text("name") or ""
        return None


@dataclass(slots=True)
class Release:
    """What a service runs, or ran.

    uris: where its models lie. marks: what its template says, and then its object. unknown: why it is not known what it
    serves, as a sentence has it; then nothing is stated of it. role: `shadow` for one that answers nobody.
    about: whether `since` is only when it got ready. past: whether it runs no more. next: what came after it; it ended
    then, where `until` does not say when. shared: whether both may have run for a while: then a store may know better.
    """

    revision: str
    marks: Marks
    uris: tuple[str, ...] = ()
    since: int | None = None
    about: bool = False
    until: int | None = None
    past: bool = False
    next: Release | None = None
    shared: bool = False
    traffic: float | None = None
    role: str = ""
    status: str | None = None
    config: dict[str, Json] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    unknown: str = ""


@dataclass(slots=True)
class Service:
    """An endpoint as an object of Kubernetes defines it. called: what it is called where no mark says otherwise."""

    kind: str
    platform: str
    namespace: str
    called: str
    marks: Marks
    labels: dict[str, str]
    created: int | None
    url: str | None = None
    releases: list[Release] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.called}"


VARYING = ("replicas", "minReplicas", "maxReplicas", "deploymentMode")
"""What may change of a configuration that stays one release."""


def specified(release: Release, prefix: str = "spec") -> str:
    """A revision for what has none: the same for what is configured alike. Nothing goes into it that is not stated."""
    config = {name: value for name, value in release.config.items() if name not in VARYING}
    model = {name: value for name, value in release.marks.said.items() if name.startswith("model")}
    return f"{prefix}-{digest([config, [shown(uri) for uri in release.uris], model])}"


def condition(status: Part, type: str) -> Part:
    """Of a status: its condition of a type; nothing where there is none."""
    return next((one for one in status.parts("conditions") if one.text("type") == type), Part({}))


def share(part: Part, name: str) -> int | None:
    """A share of the traffic in percent."""
    value = part.whole(name)
    if value is not None and not 0 <= value <= 100:
        raise Wrong((*part.where, name), value, "must be a number from 0 to 100 (percent of the traffic)")
    return value


def service(object: Object, platform: str, *, called: str | None = None, url: str | None = None) -> Service:
    return Service(
        kind=object.kind,
        platform=platform,
        namespace=object.namespace,
        called=called or object.name,
        marks=marks.of(object.metadata),
        labels={key: value for key, value in object.metadata.texts("labels").items() if "/" not in key},
        created=object.created,
        url=url,
    )


def ended(object: Object) -> int | None:
    """When an object goes that is being deleted."""
    return object.metadata.time("deletionTimestamp")


def readiness(condition: Part) -> str | None:
    """A condition in a word, or two."""
    status = condition.text("status")
    if status == "True":
        return "ready"
    if status is None:
        return None
    said = condition.text("reason")
    word = "not ready" if status == "False" else "not known"
    return f"{word}: {said}" if said else word


def known(given: dict[str, Json]) -> dict[str, Json]:
    """What is there of what was looked for."""
    return {name: value for name, value in given.items() if value not in (None, {}, [])}


def container(part: Part) -> dict[str, Json]:
    """What is kept of a container: never its arguments or its environment, for secrets stand there."""
    resources = part.part("resources")
    amounts = {name: _amounts(resources.part(name)) for name in ("requests", "limits")}
    return known({"image": part.text("image"), "resources": known({**amounts})})


def _amounts(part: Part) -> dict[str, str]:
    """How much of what: `cpu: 1` and `memory: 4Gi`."""
    for name, value in part.data.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Wrong((*part.where, name), value, "must be an amount, like 1 or 500m or 4Gi")
    return {name: str(value) for name, value in part.data.items()}
