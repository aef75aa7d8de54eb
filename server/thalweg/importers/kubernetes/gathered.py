"""What of a cluster is read, and what its objects come to together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from thalweg.importers.kubernetes import deployments, kserve, ray, seldon
from thalweg.importers.kubernetes.deployments import Past, Workload
from thalweg.importers.kubernetes.kserve import InferenceService, Revision, Rollout
from thalweg.importers.kubernetes.services import Object, Service

Found = Service | InferenceService | Workload | Revision | Rollout | Past


class Resource(NamedTuple):
    """A kind of object that is read: its group with the versions whose form is known, and what one object comes to."""

    group: str
    versions: tuple[str, ...]
    kind: str
    plural: str
    taken: Callable[[Object], Iterable[Found]]

    def __str__(self) -> str:
        return f"{self.plural}.{self.group}"


def _one(take: Callable[[Object], Found | None]) -> Callable[[Object], Iterable[Found]]:
    def taken(object: Object) -> Iterable[Found]:
        found = take(object)
        return () if found is None else (found,)

    return taken


def _deployment(object: Object) -> Found | None:
    owner = object.owner()
    if owner is not None and owner[0] == "InferenceService":
        return kserve.rollout(object)
    return deployments.workload(object)


RESOURCES = (
    Resource(
        "serving.kserve.io", ("v1beta1",), "InferenceService", "inferenceservices", _one(kserve.inference_service)
    ),
    Resource("serving.knative.dev", ("v1",), "Revision", "revisions", _one(kserve.revision)),
    Resource(
        "machinelearning.seldon.io",
        ("v1", "v1alpha3", "v1alpha2"),
        "SeldonDeployment",
        "seldondeployments",
        _one(seldon.seldon_deployment),
    ),
    Resource("mlops.seldon.io", ("v1alpha1",), "Model", "models", _one(seldon.model)),
    Resource("ray.io", ("v1", "v1alpha1"), "RayService", "rayservices", ray.ray_service),
    Resource("apps", ("v1",), "Deployment", "deployments", _one(_deployment)),
    Resource("apps", ("v1",), "ReplicaSet", "replicasets", _one(deployments.past)),
)


def resource(api_version: str, kind: str) -> Resource | None:
    """What is read by the words that an object begins with; None for what is not."""
    group, _, version = api_version.rpartition("/")
    return next((one for one in RESOURCES if (one.group, one.kind) == (group, kind) and version in one.versions), None)


@dataclass(slots=True)
class Gathered:
    """What was found so far. Of an object only what is stated of it is kept, whatever the size of the cluster."""

    found: list[Found] = field(default_factory=list)

    def services(self) -> list[Service]:
        """Every service, with the releases that are known by all kinds together."""
        revisions = defaultdict[tuple[str, str], list[Revision]](list)
        pasts = defaultdict[tuple[str, str], list[Past]](list)
        rollouts: dict[tuple[str, str], Rollout] = {}
        for one in self.found:
            if isinstance(one, Revision):
                revisions[one.namespace, one.service].append(one)
            elif isinstance(one, Past):
                pasts[one.namespace, one.deployment].append(one)
            elif isinstance(one, Rollout):
                rollouts[one.namespace, one.service] = one
        services: list[Service] = []
        for one in self.found:
            if isinstance(one, Service):
                services.append(one)
            elif isinstance(one, InferenceService):
                at = one.service.namespace, one.service.called
                services.append(kserve.complete(one, revisions[at], rollouts.get(at)))
            elif isinstance(one, Workload):
                services.append(deployments.complete(one, pasts[one.service.namespace, one.name]))
        return services
