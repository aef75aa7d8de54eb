"""KServe's InferenceService, and what else of the cluster says which of its revisions served what since when.

An InferenceService says what the newest revision is to serve. What an older one serves, which may still get most of the
traffic, only its Revision (of Knative) says; without Knative, the Deployment that KServe made says the revision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from thalweg.importers.kubernetes import deployments, marks, services, uris
from thalweg.importers.kubernetes.services import Object, Release, Service
from thalweg.importers.parts import Part, Wrong
from thalweg.model.facts import Json

SOURCE_URI = "internal.serving.kserve.io/storage-initializer-sourceuri"
SERVICE = "serving.kserve.io/inferenceservice"
GENERATION = "serving.knative.dev/configurationGeneration"
ROUTED = "serving.knative.dev/routingState"
ROUTED_SINCE = "serving.knative.dev/routingStateModified"
RESERVE = "reserve"
"""Of a Revision that nothing is routed to any more."""
COMPONENT = "predictor"
CONTAINER = "kserve-container"
MODELS = frozenset(
    {"model", "sklearn", "xgboost", "lightgbm", "pmml", "tensorflow", "pytorch", "onnx", "triton", "paddle"}
    | {"huggingface"}
)
"""Under which a predictor says what it serves: `model`, or the framework, in the older form."""


class Target(NamedTuple):
    """A share of the traffic that a revision gets; None where it is only reached by an address of its own."""

    revision: str
    percent: int | None


@dataclass(slots=True)
class InferenceService:
    """newest: what its specification says, as a release. made, ready: the revision that was made last, and the last of
    those that got ready. changed: when the newest one got ready. stopped: since when it is told to stop. canary:
    whether one before it is to get the rest of the traffic.
    """

    service: Service
    newest: Release
    made: str | None
    ready: str | None
    changed: int | None
    stopped: int | None
    canary: bool = False
    targets: list[Target] = field(default_factory=list)


class Revision(NamedTuple):
    """A Revision of Knative: something that an InferenceService ran. order: which came later. Its release has an end
    where it says since when nothing is routed to it.
    """

    namespace: str
    service: str
    ready: bool
    order: int
    release: Release


class Rollout(NamedTuple):
    """A Deployment that KServe made for a predictor: the revision that it is at, and since when."""

    namespace: str
    service: str
    revision: str | None
    since: int | None


# ------------------------------------------------------------------------------------------------------------- objects


def inference_service(object: Object) -> InferenceService:
    status = object.status
    component = status.part("components", COMPONENT)
    stopped = services.condition(status, "Stopped")
    got_ready = services.condition(status, "PredictorConfigurationReady") or services.condition(
        status, "LatestDeploymentReady"
    )
    changed = got_ready.time("lastTransitionTime") if got_ready.text("status") == "True" else None
    made, ready = component.text("latestCreatedRevision"), component.text("latestReadyRevision")
    found = InferenceService(
        service=services.service(object, "kserve", url=status.text("url")),
        newest=_specified(object),
        made=made or ready,
        ready=ready,
        changed=object.created if object.untouched else changed,
        stopped=stopped.time("lastTransitionTime") if stopped.text("status") == "True" else None,
    )
    found.canary = (found.newest.traffic or 0) < 100
    shares: dict[str, int | None] = {}
    for target in component.parts("traffic"):
        name, percent = target.text("revisionName") or ready, services.share(target, "percent")
        if name is not None:  # the same one may stand twice, once for an address of its own
            shares[name] = percent if shares.get(name) is None else (shares[name] or 0) + (percent or 0)
    found.targets = [Target(name, percent) for name, percent in shares.items()]
    return found


def _specified(object: Object) -> Release:
    """What the newest revision serves, by the specification."""
    predictor = object.spec.part(COMPONENT)
    canary = services.share(predictor, "canaryTrafficPercent")
    found = [uri for part in predictor.parts("storageUris") if (uri := part.text("uri"))]
    config: dict[str, Json] = {"deploymentMode": object.status.text("deploymentMode")}
    for name, value in predictor.data.items():
        if name not in MODELS and not (isinstance(value, dict) and ("storageUri" in value or "storage" in value)):
            continue
        part = _model(predictor, name)
        uri = part.text("storageUri") or _stored(part.part("storage"))
        found += [uri] if uri else uris.in_container(part)
        config |= services.container(part) | {
            "modelFormat": part.part("modelFormat").text("name") or (name if name != "model" else None),
            "runtime": part.text("runtime") or object.status.text("servingRuntimeName"),
            "runtimeVersion": part.text("runtimeVersion"),
            "protocolVersion": part.text("protocolVersion"),
        }
    for one in predictor.parts("containers"):
        found += uris.in_container(one)
        config |= services.container(one)
    config |= {name: predictor.whole(name) for name in ("minReplicas", "maxReplicas")}
    release = Release(
        revision="",
        marks=marks.of(object.metadata),
        uris=tuple(dict.fromkeys(found)),
        until=services.ended(object),
        traffic=100 if canary is None else canary,
        status=services.readiness(services.condition(object.status, "Ready")),
        config=services.known(config),
    )
    release.revision = services.specified(release)
    return release


def _model(predictor: Part, name: str) -> Part:
    """What a predictor says of a model. A URI alone, where an object is due that has one, is what people write."""
    value = predictor.data[name]
    if isinstance(value, str):
        raise Wrong(
            (*predictor.where, name), value, f"must be an object; write `{name}: {{storageUri: …}}` for a place"
        )
    return predictor.part(name)


def _stored(storage: Part) -> str | None:
    """A place in a storage that a secret describes: where its bucket is not said here, the place is not known."""
    parameters, path = storage.part("parameters"), storage.text("path")
    kind, bucket = parameters.text("type"), parameters.text("bucket")
    return f"{kind}://{bucket}/{path.lstrip('/')}" if kind and bucket and path else None


def revision(object: Object) -> Revision | None:
    """A Revision of Knative, where KServe made it for a predictor."""
    labels = object.metadata.texts("labels")
    service = labels.get(SERVICE)
    if service is None or labels.get("component", COMPONENT) != COMPONENT:
        return None
    uri = object.metadata.texts("annotations").get(SOURCE_URI)
    containers = object.spec.parts("containers")
    containers.sort(key=lambda one: one.data.get("name") != CONTAINER)
    order = labels.get(GENERATION, "")
    return Revision(
        namespace=object.namespace,
        service=service,
        ready=services.condition(object.status, "Ready").text("status") == "True",
        order=int(order) if order.isascii() and order.isdigit() and len(order) < 19 else 0,
        release=Release(
            revision=object.name,
            marks=marks.of(object.metadata),
            uris=(uri,) if uri else tuple(uri for one in containers for uri in uris.in_container(one)),
            since=object.created,
            until=object.metadata.part("annotations").time(ROUTED_SINCE) if labels.get(ROUTED) == RESERVE else None,
            config=services.container(containers[0]) if containers else {},
        ),
    )


def rollout(object: Object) -> Rollout | None:
    """A Deployment, where KServe made it for a predictor."""
    labels = object.metadata.texts("labels")
    if labels.get("component", COMPONENT) != COMPONENT:
        return None
    owner = object.owner()
    name = labels.get(SERVICE) or (owner[1] if owner else "")
    number = deployments.number(object)
    return Rollout(object.namespace, name, str(number) if number else None, deployments.rolled_out(object))


# ------------------------------------------------------------------------------------------------------------ releases


def complete(found: InferenceService, revisions: Sequence[Revision], rollout: Rollout | None) -> Service:
    """The service with all that it runs, and what it is known to have run."""
    if found.targets:
        releases = _shared(found, sorted(revisions, key=lambda one: (one.order, one.release.since or 0)))
    else:
        named = (rollout.revision if rollout else None) or found.made or found.newest.revision
        since = rollout.since if rollout else found.changed
        releases = [replace(found.newest, revision=named, since=since, about=True)]
        if found.canary and rollout is None:
            releases[0].tags = {"canary": "true"}
            why = "what gets the rest of its traffic is not known, for only the status of a cluster says it"
            releases.append(Release("", found.newest.marks, unknown=why))
    for release in releases:
        if release.past:
            continue
        if found.stopped is not None and release.until is None:
            release.until, release.status = found.stopped, "stopped"
        if found.newest.until is not None and release.until is None:
            release.until = found.newest.until
    return replace(found.service, releases=releases)


def _shared(found: InferenceService, revisions: Sequence[Revision]) -> list[Release]:
    """What gets a share of the traffic, and what was ready and gets none any more.

    When that ended its Revision says. Else it is thought to have ended when the next one came, unless a store knows
    better: as a canary the next one may have run beside it for long, and it may have been one itself.
    """
    by_name = {one.release.revision: one for one in revisions}
    following = {
        one.release.revision: later.release for one, later in pairwise([one for one in revisions if one.ready])
    }
    newest = found.made if any(target.revision == found.made for target in found.targets) else found.ready
    releases: list[Release] = []
    for name, percent in found.targets:
        held = by_name.get(name)
        if name == found.made:
            release = replace(
                found.newest, revision=name, since=held.release.since if held else found.changed, about=held is None
            )
            if held is not None:
                release.marks = release.marks.over(held.release.marks)
                release.uris = held.release.uris or release.uris
                release.config = held.release.config | release.config
        elif held is not None:
            release = replace(held.release, status="ready" if held.ready else "not ready", until=None)
        else:
            why = f"what its revision {name} serves is not known, for its Revision is not among what was read"
            release = Release(name, found.newest.marks, unknown=why)
        release.traffic = percent or 0
        if name == newest and 0 < release.traffic < 100 and len(found.targets) > 1:
            release.tags = {"canary": "true"}
        if not percent and name != newest and name in following:
            release.past, release.next, release.shared = True, following[name], True
        releases.append(release)
    shared = {name for name, _ in found.targets}
    for one in revisions:
        later = following.get(one.release.revision)
        ended = one.release.until is not None or later is not None
        if one.ready and one.release.revision not in shared and ended:
            releases.append(replace(one.release, past=True, next=later, shared=True))
    return releases
