"""Endpoints and their deployments: an endpoint is a Deployment here, what is deployed to it its releases.

(modelVersion)-[:SERVED_BY {traffic}]->(release)        (model)-[:SERVED_BY]->(deployment)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from thalweg.importers.azureml.assets import ORIGIN, common
from thalweg.importers.azureml.references import Workspace
from thalweg.importers.model_place import shown
from thalweg.importers.parts import Part, digest
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind


def endpoint(source: str, part: Part, environment: str) -> Iterator[Granule]:
    name = part.text("name")
    if name is not None:
        key = keys.deployment(environment, name)
        props = common(part) | {"platform": "azureml", "url": part.text("scoring_uri")}
        yield Granule(source, f"deployment/{environment}/{name}", ORIGIN, entities=[EntityFact(key, props)])


def deployment(
    source: str, part: Part, workspace: Workspace, environment: str, endpoints: Mapping[str, Part]
) -> Iterator[Granule]:
    """What is deployed, as long as it is the same: a deployment that gets another model is another release."""
    name, endpoint = part.text("name"), part.text("endpoint_name")
    if name is None or endpoint is None:
        return
    model = part.data.get("model")
    config: dict[str, Json] = {
        "model": model if isinstance(model, str) else as_written(part.part("model")),
        "environment": part.data.get("environment") if isinstance(part.data.get("environment"), str) else None,
        "instance_type": part.text("instance_type"),
        "scoring": part.part("code_configuration").text("scoring_script"),
    }
    config = {field: value for field, value in config.items() if value is not None}
    deployed = keys.deployment(environment, endpoint)
    key = Key(Kind.RELEASE, (environment, endpoint, f"{name}-{digest(config)}"))
    state = part.text("provisioning_state")
    props = common(part) | {
        "since": common(part)["created_at"],
        "status": "ready" if state == "Succeeded" else f"not ready: {state}" if state else None,
        "url": endpoints[endpoint].text("scoring_uri") if endpoint in endpoints else None,
        "config": config | {"instances": part.whole("instance_count")},
    }
    traffic, shadow = _share(endpoints.get(endpoint), name)
    shares = {"traffic": traffic} if traffic is not None else {}
    served = workspace.model(model) if isinstance(model, str) else None
    edges: list[EdgeFact] = []
    if served is not None and served.kind is Kind.MODEL_VERSION:
        edges.append(EdgeFact(served, EdgeType.SERVED_BY, key, "shadow" if shadow else "", shares))
    elif served is not None:
        edges.append(EdgeFact(served, EdgeType.SERVED_BY, deployed))
    scope = f"release/{'/'.join(key.parts)}"
    yield Granule(source, scope, ORIGIN, entities=[EntityFact(key, props)], edges=edges)


def _share(endpoint: Part | None, name: str) -> tuple[int | None, bool]:
    """What a deployment gets of the traffic; of a mirror it gets copies, and answers nobody."""
    if endpoint is None:
        return None, False
    share = endpoint.part("traffic").whole(name)
    if not share and endpoint.part("mirror_traffic").whole(name):
        return 0, True
    return (share or 0 if endpoint.data.get("traffic") else None), False


def as_written(model: Part) -> str | None:
    """A model that is written into its deployment, by its path."""
    path = model.text("path")
    return shown(path) if path is not None else None
