"""Assets: models and data with their versions, components; and what they all say of who made them when.

(run)-[:PRODUCED]->(modelVersion {created_at, user, uri, format, tags})        (model)-[:MARKS {STAGE}]->(modelVersion)
"""

from __future__ import annotations

from collections.abc import Iterator

from thalweg.importers.azureml.references import Workspace
from thalweg.importers.model_place import shown
from thalweg.importers.parts import Part
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, JoinFact, Json, MarkFact, MarkKind
from thalweg.model.keys import Key

ORIGIN = "azureml"
MODELS = ("custom_model", "mlflow_model", "triton_model")
DATA = ("uri_file", "uri_folder", "mltable")


def common(part: Part) -> dict[str, Json]:
    """What every asset may say."""
    context = part.part("creation_context")
    return {
        "description": part.text("description"),
        "tags": part.texts("tags") or None,
        "created_at": context.time("created_at"),
    }


def written_by(part: Part) -> str | None:
    return part.part("creation_context").text("created_by")


def version_of(part: Part) -> str | None:
    """The version of an asset, which people write as a number too; None for one that has none yet."""
    version = part.data.get("version")
    if isinstance(version, int) and not isinstance(version, bool):
        return str(version)
    return part.text("version")


def model(source: str, part: Part, workspace: Workspace) -> Iterator[Granule]:
    name, path, version = part.text("name"), part.text("path"), version_of(part)
    if name is None:
        return
    home = workspace.home(part.text("id"))
    if version is None:  # which it gets when it is registered
        asset = EntityFact(keys.model(home, name), common(part))
        yield Granule(source, f"model/{name}", ORIGIN, entities=[asset])
        return
    key = keys.model_version(home, name, version)
    props = common(part) | {
        "user": written_by(part),
        "uri": shown(workspace.address(path)) if path is not None else None,
        "format": part.text("type"),
        "extra": {"azureml": part.texts("properties")} if part.data.get("properties") else None,
    }
    stage, job = part.text("stage"), part.text("job_name")
    run = keys.run(workspace.namespace, job) if job else workspace.run(path) if path else None
    yield Granule(
        source,
        f"model/{name}/{key.parts[2]}",
        ORIGIN,
        entities=[EntityFact(key, props)],
        edges=[EdgeFact(run, EdgeType.PRODUCED, key)] if run is not None else [],
        marks=[MarkFact(key, MarkKind.STAGE, stage)] if stage else [],
    )


def data(source: str, part: Part, workspace: Workspace, places: set[Key | str]) -> Iterator[Granule]:
    """A version of a data asset. places: where its versions lie; where that is one, it is another name of it."""
    name, path, version = part.text("name"), part.text("path"), version_of(part)
    if name is None:
        return
    home = workspace.home(part.text("id"))
    asset = keys.dataset(home, name)
    there = workspace.place(path) if path is not None and len(places) == 1 else None
    joins = [JoinFact(asset, there)] if there is not None else []
    if version is None:  # which it gets when it is registered
        yield Granule(source, f"data/{name}", ORIGIN, entities=[EntityFact(asset, common(part))], joins=joins)
        return
    key = keys.dataset_version(home, name, version)
    props = common(part) | {
        "uri": shown(workspace.address(path)) if path is not None else None,
        "format": part.text("type"),
    }
    run = workspace.run(path) if path is not None else None
    edges = [EdgeFact(run, EdgeType.PRODUCED, key)] if run is not None else []
    yield Granule(source, f"data/{name}/{key.parts[2]}", ORIGIN, entities=[EntityFact(key, props)], edges=edges)
    if joins:
        yield Granule(source, f"data/{name}", ORIGIN, joins=joins)


def component(source: str, part: Part, workspace: Workspace) -> Iterator[Granule]:
    """A component is what can run again, whatever its version."""
    name = part.text("name")
    if name is not None:
        props = common(part) | {"job_type": part.text("type"), "entry_point": part.text("command")}
        key = keys.job(workspace.home(part.text("id")), name)
        yield Granule(source, f"job/{name}", ORIGIN, entities=[EntityFact(key, props)])
