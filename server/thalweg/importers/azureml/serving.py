"""Endpoints and their deployments: an endpoint is a Deployment here, what is deployed to it its releases.

(modelVersion)-[:SERVED_BY {traffic}]->(release)        (model)-[:SERVED_BY]->(deployment)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from thalweg.importers.azureml.assets import ORIGIN, common, version_of
from thalweg.importers.azureml.references import Workspace
from thalweg.importers.azureml.traffic import Traffic
from thalweg.importers.model_place import shown
from thalweg.importers.parts import Part, Wrong, digest
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
    source: str,
    part: Part,
    workspace: Workspace,
    environment: str,
    endpoints: Mapping[str, Part],
    shares: Mapping[str, Traffic],
) -> Iterator[Granule]:
    """What is deployed, as long as it is the same: a deployment that gets another model is another release."""
    name, endpoint = part.text("name"), part.text("endpoint_name")
    if name is None or endpoint is None:
        return
    model = part.data.get("model")
    named, served = (
        (model, workspace.model(model)) if isinstance(model, str) else _inline(part.part("model"), workspace)
    )
    config: dict[str, Json] = {
        "model": named,
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
    traffic, shadow = shares[endpoint].share(name) if endpoint in shares else (None, False)
    share = {"traffic": traffic} if traffic is not None else {}
    edges: list[EdgeFact] = []
    if served is not None and served.kind is Kind.MODEL_VERSION:
        edges.append(EdgeFact(served, EdgeType.SERVED_BY, key, "shadow" if shadow else "", share))
    elif served is not None:
        edges.append(EdgeFact(served, EdgeType.SERVED_BY, deployed))
    scope = f"release/{'/'.join(key.parts)}"
    yield Granule(source, scope, ORIGIN, entities=[EntityFact(key, props)], edges=edges)


def _inline(model: Part, workspace: Workspace) -> tuple[str | None, Key | None]:
    """A model that is written into its deployment: what it is called here, and what it is.

    Azure ML registers it by its name: in the version that is written, else in the next one, which nobody knows
    beforehand. One without a name is in no list of models, and is called by its path.
    """
    name, version, path = model.text("name"), version_of(model), model.text("path")
    if name is None:
        if version is not None:
            where = (*model.where, "version")
            raise Wrong(where, version, "is of a model without a name; Azure ML takes a version with a name only")
        return (shown(path) if path is not None else None), None
    home = workspace.home(model.text("id"))
    if version is None:
        return f"azureml:{name}", keys.model(home, name)
    return f"azureml:{name}:{version}", keys.model_version(home, name, version)
