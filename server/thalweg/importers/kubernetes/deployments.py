"""Plain Deployments that carry our marks; their ReplicaSets, which are what they ran before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from thalweg.importers.kubernetes import marks, services, uris
from thalweg.importers.kubernetes.services import Object, Release, Service
from thalweg.importers.parts import Part, Wrong
from thalweg.model.facts import Json

REVISION = "deployment.kubernetes.io/revision"
EARLIER = "deployment.kubernetes.io/revision-history"
"""The revisions that a ReplicaSet was before it was rolled back to: then it is older than its revision."""


@dataclass(slots=True)
class Workload:
    """A Deployment: the service that it is, and the release that its template makes now. number: its revision."""

    service: Service
    name: str
    newest: Release
    number: int | None


class Past(NamedTuple):
    """A ReplicaSet: a revision of a Deployment, with when it began, where that is known."""

    namespace: str
    deployment: str
    number: int
    release: Release


def number(object: Object) -> int | None:
    """The revision of a Deployment or a ReplicaSet."""
    text = object.metadata.texts("annotations").get(REVISION)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Wrong((*object.metadata.where, "annotations", REVISION), text, "must be a whole number, as text")
    return int(text)


def rolled_out(object: Object) -> int | None:
    """Since when a Deployment is at its revision: as it was made, or when the last rollout was done."""
    if number(object) == 1:
        return object.created
    progress = services.condition(object.status, "Progressing")
    done = progress.text("status") == "True" and progress.text("reason") == "NewReplicaSetAvailable"
    return progress.time("lastUpdateTime") if done else None


def workload(object: Object) -> Workload | None:
    """A Deployment, where it carries one of our marks and no other kind keeps it."""
    template = object.spec.part("template")
    said = marks.of(template.part("metadata")).over(marks.of(object.metadata))
    if not said or object.owner() is not None:
        return None
    release = _release(object, template)
    release.marks = said
    release.until = services.ended(object)
    release.traffic = float(said.get("traffic") or 100)
    release.status = services.readiness(services.condition(object.status, "Available"))
    if object.spec.whole("replicas") == 0:
        release.status = "scaled to zero"
    at = number(object)
    release.since, release.about = rolled_out(object), at != 1
    service = services.service(object, "kubernetes", called=said.get("name"))
    service.marks = said
    release.revision = _called(service, object.name, services.specified(release) if at is None else str(at))
    return Workload(service, object.name, release, at)


def past(object: Object) -> Past | None:
    """A ReplicaSet of a Deployment, where it says which model it ran."""
    owner, at = object.owner(), number(object)
    if owner is None or owner[0] != "Deployment" or at is None:
        return None
    template = object.spec.part("template")
    release = _release(object, template)
    release.marks = marks.of(template.part("metadata")).over(marks.of(object.metadata))
    if not release.marks:
        return None
    if EARLIER not in object.metadata.texts("annotations"):
        release.since = object.created
    return Past(object.namespace, owner[1], at, release)


def complete(found: Workload, pasts: Iterable[Past]) -> Service:
    """The service with what it runs, and what it ran before, one after the other."""
    by_number = {one.number: one for one in pasts}
    now = by_number.pop(found.number, None) if found.number is not None else None
    release = found.newest
    if now is not None and now.release.since is not None:
        release = replace(release, since=now.release.since, about=False)
    releases = [release]
    for at in sorted(by_number, reverse=True):
        if found.number is None or at > found.number:
            continue
        before = by_number[at].release
        revision = _called(found.service, found.name, str(at))
        traffic = float(before.marks.get("traffic") or 100)
        release = replace(before, revision=revision, past=True, next=release, traffic=traffic)
        releases.append(release)
    return replace(found.service, releases=releases)


def _called(service: Service, object: str, revision: str) -> str:
    """Several Deployments may be one service, by the mark that names it; their revisions are told apart."""
    return revision if service.called == object else f"{object}-{revision}"


def _release(object: Object, template: Part) -> Release:
    containers = template.part("spec").parts("containers")
    config: dict[str, Json] = {"replicas": object.spec.whole("replicas")} if object.kind == "Deployment" else {}
    config["containers"] = {one.text("name") or "": services.container(one) for one in containers}
    return Release(
        revision="",
        marks=marks.of(template.part("metadata")),
        uris=tuple(dict.fromkeys(uri for one in containers for uri in uris.in_container(one))),
        config=services.known(config),
    )
