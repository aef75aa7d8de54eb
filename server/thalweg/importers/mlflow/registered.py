"""Registered models: one granule each, with its versions, aliases and stages.

(run)-[:PRODUCED]->(model version)      (model version)-[:DERIVED_INTO]->(model version that was copied from it)
(model)-[:MARKS {ALIAS | STAGE}]->(model version)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from thalweg.importers.mlflow.database import Database, Row, Rows
from thalweg.importers.mlflow.logged import RUN_ID, version_key
from thalweg.importers.mlflow.mlmodel import Artifacts
from thalweg.importers.mlflow.place import Place, clean, micros, owners
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, JoinFact, Json, MarkFact, MarkKind
from thalweg.model.keys import Key
from thalweg.model.names import without_password

DELETED = "Deleted_Internal"
"""The stage of a version that was deleted: MLflow keeps its row, but of what it said only the dates."""

_COPIED = re.compile(r"models:/([^/:@]+)/(\d+)")
_LOGGED = re.compile(r"models:/(m-[^/]+)")

_MODEL = """
    SELECT workspace, name, creation_time, description FROM registered_models m
    WHERE (workspace, name) > (?, ?) AND NOT EXISTS (
      SELECT 1 FROM registered_model_tags t
      WHERE t.workspace = m.workspace AND t.name = m.name AND t.key = 'mlflow.prompt.is_prompt' AND t.value = 'true'
    )
    ORDER BY workspace, name LIMIT 1
"""
"""MLflow keeps prompts among them, which are no models."""
_MODEL_TAGS = "SELECT key, value FROM registered_model_tags WHERE workspace = ? AND name = ? ORDER BY 1"
_VERSION_TAGS = "SELECT version, key, value FROM model_version_tags WHERE workspace = ? AND name = ? ORDER BY 1, 2"
_ALIASES = "SELECT alias, version FROM registered_model_aliases WHERE workspace = ? AND name = ? ORDER BY 1"
_VERSIONS = """
    SELECT v.version, v.creation_time, v.last_updated_time, v.current_stage, v.source, v.storage_location, v.run_id,
      v.run_link, v.description, v.user_id, v.status, v.status_message,
      r.artifact_uri, m.model_id, m.artifact_location, m.source_run_id,
      f.workspace, f.name, f.version, e.workspace, coalesce(e.name, CAST(m.experiment_id AS TEXT)), m.name
    FROM model_versions v
    LEFT JOIN runs r ON r.run_uuid = v.run_id
    LEFT JOIN logged_models m ON m.model_id = substr(v.source, 9)
    LEFT JOIN registered f ON f.model_id = m.model_id
    LEFT JOIN experiments e ON e.experiment_id = m.experiment_id
    WHERE v.workspace = ? AND v.name = ? ORDER BY v.version
"""


class Version(NamedTuple):
    """A version as MLflow has it, and the logged model that it is."""

    version: int
    created: int | None
    changed: int | None
    stage: str | None
    source: str | None
    storage: str | None
    run_id: str | None
    run_link: str | None
    description: str | None
    user: str | None
    status: str | None
    status_message: str | None
    run_artifacts: str | None
    model_id: str | None
    model_location: str | None
    model_run_id: str | None
    names: Row


class Model(NamedTuple):
    """A registered model and all that hangs on it."""

    workspace: str
    name: str
    created: int | None
    description: str | None
    tags: dict[str, str]
    versions: list[Version]
    version_tags: dict[int, dict[str, str]]
    aliases: list[Row]


def granules(database: Database, place: Place, artifacts: Artifacts) -> Iterator[Granule]:
    last = ("", "")
    while True:
        model = database.read(lambda rows, after=last: _read(rows, after))  # type: ignore[misc]
        if model is None:
            return
        yield _granule(place, artifacts, model)
        last = model.workspace, model.name


def _read(rows: Rows, after: tuple[str, str]) -> Model | None:
    found = rows(_MODEL, after)
    if not found:
        return None
    of = found[0][:2]
    version_tags: dict[int, dict[str, str]] = {}
    for version, key, value in rows(_VERSION_TAGS, of):
        version_tags.setdefault(version, {})[key] = value or ""
    workspace, name, created, description = found[0]
    return Model(
        workspace,
        name,
        created,
        description,
        tags={key: value or "" for key, value in rows(_MODEL_TAGS, of)},
        # A deleted version is not stated: to say less of it than before would take back what its run produced.
        versions=[Version._make((*row[:16], row[16:])) for row in rows(_VERSIONS, of) if row[3] != DELETED],
        version_tags=version_tags,
        aliases=rows(_ALIASES, of),
    )


def _granule(place: Place, artifacts: Artifacts, model: Model) -> Granule:
    namespace = place.namespace(model.workspace)
    own = _own(model.tags)
    props: dict[str, Json] = {
        "created_at": micros(model.created),
        "description": model.description or None,
        "tags": own or None,
        "owners": owners(own) or None,
    }
    entities = [EntityFact(keys.model(namespace, clean(model.name)), _known(props))]
    edges: list[EdgeFact] = []
    marks: list[MarkFact] = []
    joins: list[JoinFact] = []
    for version in model.versions:
        key = place.registered(model.workspace, model.name, version.version)
        tags = model.version_tags.get(version.version, {})
        origin, was = _origin(place, model.workspace, version)
        # The file of a logged model is read for its own granule, which states the first version of it.
        file = {} if origin == key else artifacts.properties(_uri(version))
        entities.append(EntityFact(key, _known(file | _properties(version, tags))))
        run_id = version.run_id or version.model_run_id
        if run_id and RUN_ID.fullmatch(run_id):
            edges.append(EdgeFact(place.run(model.workspace, run_id), EdgeType.PRODUCED, key))
        if origin is not None and origin != key:
            edges.append(EdgeFact(origin, EdgeType.DERIVED_INTO, key))
        elif was is not None:
            joins.append(JoinFact(was, key))
        if version.stage and version.stage != "None":
            # What MLflow tells is the stage of now, and when anything of the version was last changed.
            marks.append(MarkFact(key, MarkKind.STAGE, version.stage, first=micros(version.changed)))
    there = {version.version for version in model.versions}
    for alias, number in model.aliases:
        if int(number) in there:
            marks.append(MarkFact(place.registered(model.workspace, model.name, number), MarkKind.ALIAS, alias))
    label = clean(model.name)
    if namespace != place.namespace(None):
        label = f"{model.workspace}/{label}"
    return Granule(place.source, f"model/{label}", "mlflow", entities=entities, edges=edges, marks=marks, joins=joins)


def _uri(version: Version) -> str:
    """Where a version lies."""
    uri = version.storage or version.model_location or version.source or ""
    if uri.startswith("runs:/") and version.run_artifacts:
        uri = f"{version.run_artifacts.rstrip('/')}/{uri.removeprefix('runs:/').partition('/')[2]}"
    return uri


def _properties(version: Version, tags: dict[str, str]) -> dict[str, Json]:
    extra = {
        "source": without_password(version.source) if version.source else None,
        "status_message": version.status_message,
        "run_link": version.run_link,
    }
    return {
        "created_at": micros(version.created),
        "uri": without_password(_uri(version)) or None,
        "description": version.description or None,
        "user": version.user or tags.get("mlflow.user"),
        "status": version.status or None,
        "tags": _own(tags) or None,
        "extra": {key: value for key, value in extra.items() if value} or None,
    }


def _origin(place: Place, workspace: str, version: Version) -> tuple[Key | None, Key | None]:
    """What a version is a copy of, or is itself, and what it was called before it was registered."""
    copied = _COPIED.fullmatch(version.source or "")
    if copied:
        return place.registered(workspace, copied[1], int(copied[2])), None
    logged = _LOGGED.fullmatch(version.source or "")
    if not logged or version.model_id is None:
        return None, None
    _, _, _, logged_in, experiment, name = version.names
    was = place.logged(logged_in, str(experiment), name, version.model_id)
    return version_key(place, version.model_id, version.names), was


def _own(tags: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in tags.items() if not key.startswith("mlflow.")}


def _known(props: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in props.items() if value is not None}
