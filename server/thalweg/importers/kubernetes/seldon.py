"""Seldon: SeldonDeployments of Core 1, whose predictors share the traffic, and Models of Core 2.

Neither has revisions. What a predictor serves, and with which images, is one release.
"""

from __future__ import annotations

from collections.abc import Iterator

from thalweg.importers.kubernetes import marks, services
from thalweg.importers.kubernetes.services import Object, Release, Service
from thalweg.importers.parts import Part

STATES = {"Available": "ready", "Creating": "not ready: Creating", "Failed": "not ready: Failed"}


def seldon_deployment(object: Object) -> Service:
    """A predictor is a release; one without a stated share, and without a neighbour, gets all the traffic."""
    found = services.service(object, "seldon", url=object.status.part("address").text("url"))
    predictors = object.spec.parts("predictors")
    state = object.status.text("state")
    for predictor in predictors:
        shadow, share = predictor.truth("shadow"), services.share(predictor, "traffic")
        units = list(_units(predictor.part("graph")))
        implementations = [one for unit in units if (one := unit.text("implementation"))]
        release = Release(
            revision="",
            marks=marks.of(predictor).over(found.marks),
            uris=tuple(dict.fromkeys(uri for unit in units if (uri := unit.text("modelUri")))),
            since=object.created if object.untouched else None,
            until=services.ended(object),
            traffic=0 if shadow else share if share is not None else 100 if len(predictors) == 1 else 0,
            role="shadow" if shadow else "",
            status=STATES.get(state, state) if state else None,
            config=services.known({"replicas": predictor.whole("replicas"), "implementations": implementations}),
        )
        images = [
            image
            for one in predictor.parts("componentSpecs")
            for container in one.part("spec").parts("containers")
            if (image := container.text("image"))
        ]
        release.config |= services.known({"images": images})
        release.revision = services.specified(release, predictor.text("name") or "default")
        found.releases.append(release)
    return found


def _units(graph: Part) -> Iterator[Part]:
    """The nodes of a graph: models, and what combines them, turns their input or routes it."""
    if graph:
        yield graph
        for child in graph.parts("children"):
            yield from _units(child)


def model(object: Object) -> Service:
    """A Model of Core 2, which is served under its name."""
    spec = object.spec
    found = services.service(object, "seldon")
    uri, version = spec.text("storageUri"), spec.whole("artifactVersion")
    config = {
        "requirements": spec.words("requirements"),
        "server": spec.text("server"),
        "replicas": spec.whole("replicas"),
        "artifactVersion": version,
    }
    release = Release(
        revision="",
        marks=found.marks,
        uris=(f"{uri.rstrip('/')}/{version}" if version is not None else uri,) if uri else (),
        since=object.created if object.untouched else None,
        until=services.ended(object),
        traffic=100,
        status=services.readiness(services.condition(object.status, "Ready")),
        config=services.known(config),
    )
    release.revision = services.specified(release)
    found.releases.append(release)
    return found
