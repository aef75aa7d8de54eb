"""Logged models of MLflow 3: one granule each.

    (run)-[:PRODUCED]->(model version)

A logged model is the same thing as the first version that it was registered as: that is its name, and the name that it
had before is joined to it (`registered.py`). One that is not registered is a version, called by its id, of the model
`<experiment>/<name>`.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from math import inf, nan

from thalweg.importers.mlflow.database import Database, Row, Rows
from thalweg.importers.mlflow.mlmodel import Artifacts
from thalweg.importers.mlflow.place import Place, micros
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json
from thalweg.model.keys import Key
from thalweg.model.names import without_password

WINDOW = 200
RUN_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
"""What a run is called; MLflow writes other things too, of a version that has none."""

INFINITE = 1.797e308
"""Smaller than the largest double, for databases round that."""

_STATUS = {0: "UNSPECIFIED", 1: "PENDING", 2: "READY", 3: "FAILED"}


def gather(connection: sqlite3.Connection) -> None:
    """Makes `registered`: of each logged model the first version that it was registered as; and `measured`: on which
    datasets a run measured models.
    """
    connection.execute(
        "CREATE TEMP TABLE registered(model_id TEXT PRIMARY KEY, workspace TEXT, name TEXT, version INTEGER)"
    )
    connection.execute(
        """
        INSERT OR IGNORE INTO registered
        SELECT substr(source, 9), workspace, name, version FROM model_versions
        WHERE source LIKE 'models:/m-%' AND instr(substr(source, 9), '/') = 0
          AND current_stage IS NOT 'Deleted_Internal'
        ORDER BY creation_time, name, version
        """
    )
    connection.execute("CREATE TEMP TABLE measured(run_id TEXT, name TEXT, digest TEXT)")
    connection.execute(
        """
        INSERT INTO measured SELECT DISTINCT run_id, dataset_name, coalesce(dataset_digest, '')
        FROM logged_model_metrics WHERE dataset_name <> ''
        """
    )
    connection.execute("CREATE INDEX temp.measured_by ON measured(run_id)")


def version_key(place: Place, model_id: str, names: Row) -> Key | None:
    """The name of a logged model, from the six columns that tell it; None where MLflow no longer has it."""
    registered_in, registered, version, workspace, experiment, name = names
    if registered is not None:
        return place.registered(registered_in, registered, version)
    return None if experiment is None else place.logged(workspace, experiment, name, model_id)


_MODELS = """
    SELECT m.model_id, m.artifact_location, m.creation_timestamp_ms, m.last_updated_timestamp_ms, m.status,
      m.lifecycle_stage, m.model_type, m.source_run_id, m.status_message,
      v.workspace, v.name, v.version, e.workspace, coalesce(e.name, CAST(m.experiment_id AS TEXT)), m.name
    FROM logged_models m
    LEFT JOIN registered v ON v.model_id = m.model_id
    LEFT JOIN experiments e ON e.experiment_id = m.experiment_id
    WHERE m.model_id > ? ORDER BY m.model_id LIMIT ?
"""
_PARAMS = (
    "SELECT model_id, param_key, param_value FROM logged_model_params WHERE model_id BETWEEN ? AND ? ORDER BY 1, 2"
)
_TAGS = "SELECT model_id, tag_key, tag_value FROM logged_model_tags WHERE model_id BETWEEN ? AND ? ORDER BY 1, 2"
_METRICS = """
    SELECT l.model_id, l.metric_name, l.metric_step, l.metric_timestamp_ms, l.metric_value, m.is_nan, l.dataset_name
    FROM logged_model_metrics l
    LEFT JOIN metrics m ON m.key = l.metric_name AND m.timestamp = l.metric_timestamp_ms AND m.step = l.metric_step
      AND m.run_uuid = l.run_id AND m.value = l.metric_value
    WHERE l.model_id BETWEEN ? AND ? ORDER BY 1, 2, 3, 4, l.dataset_name, 5
"""
"""The same value hangs on the run that logged it, and only there MLflow tells a NaN from a zero."""


def granules(database: Database, place: Place, artifacts: Artifacts) -> Iterator[Granule]:
    last = ""
    while True:

        def window(rows: Rows, after: str = last) -> tuple[list[Row], list[dict[str, list[Row]]]]:
            models = rows(_MODELS, (after, WINDOW))
            ends = (models[0][0], models[-1][0]) if models else ("", "")
            return models, [by_first(rows(sql, ends)) for sql in (_PARAMS, _TAGS, _METRICS)]

        models, hanging = database.read(window)
        for row in models:
            yield _granule(place, artifacts, row, *(of.get(row[0], []) for of in hanging))
        if len(models) < WINDOW:
            return
        last = models[-1][0]


def number(value: float | None, is_nan: int | None) -> float:
    """A metric's value as it was logged: MLflow keeps a NaN as a flag, and an infinity as the largest double."""
    if is_nan or value is None:
        return nan
    return value if -INFINITE < value < INFINITE else inf if value > 0 else -inf


def by_first(rows: list[Row]) -> dict[str, list[Row]]:
    """Rows by their first column, in their order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _measured(metrics: list[Row]) -> dict[str, Json]:
    """The last value of each metric, on whatever dataset; and those on each dataset: `auc`, `auc on customers`."""
    found: dict[str, Json] = {}
    for _, name, at_step, at, value, is_nan, dataset in metrics:
        last: Json = {"last": number(value, is_nan), "step": at_step or 0, "at": micros(at) or 0}
        found[name] = last
        if dataset:
            found[f"{name} on {dataset}"] = last
    return found


def _granule(
    place: Place, artifacts: Artifacts, row: Row, params: list[Row], tags: list[Row], metrics: list[Row]
) -> Granule:
    model_id, location, created, changed, status, stage, model_type, run_id, message, *names = row
    workspace, experiment = names[3], names[4]
    key = version_key(place, model_id, tuple(names)) or place.logged(workspace, str(experiment), names[5], model_id)
    props: dict[str, Json] = artifacts.properties(location)
    if params:
        props["params"] = {name: str(value) for _, name, value in params}
    if metrics:
        props["metrics"] = _measured(metrics)
    if names[1] is None:  # what a registered version says of itself is said by its registry
        own = {name: value or "" for _, name, value in tags if not name.startswith("mlflow.")}
        extra = {"model_id": model_id, "model_type": model_type, "status_message": message}
        props |= {
            "created_at": micros(created),
            "status": _STATUS.get(status, str(status)),
            "uri": without_password(location) if location else None,
            "user": next((value for _, name, value in tags if name == "mlflow.user"), None),
            "tags": own or None,
            "extra": {name: value for name, value in extra.items() if value},
        }
        if stage == "deleted":
            props["gone_at"] = micros(changed) or micros(created) or 0
    stated = [EntityFact(key, {name: value for name, value in props.items() if value is not None})]
    if names[1] is None:
        stated.append(EntityFact(keys.model(*key.parts[:2])))
    run = place.run(workspace, run_id) if run_id and RUN_ID.fullmatch(run_id) else None
    return Granule(
        place.source,
        f"logged-model/{model_id}",
        "mlflow",
        entities=stated,
        edges=(EdgeFact(run, EdgeType.PRODUCED, key),) if run else (),
        at=micros(created),
    )
