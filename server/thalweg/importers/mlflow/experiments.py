"""Experiments: one granule each, with the jobs that its runs ran.

An experiment holds unlike scripts, and one job for all of them would invent paths from the inputs of one to the outputs
of another. So a job is an experiment with what was executed: `churn/train.py`, `churn/evaluate.py`.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

from thalweg.importers.mlflow.database import Database, Row, Rows
from thalweg.importers.mlflow.place import Place, micros, owners, step
from thalweg.model.facts import EntityFact, Granule, Json
from thalweg.model.keys import Key

NOTE_TAG = "mlflow.note.content"
_DISK = re.compile(r"[/\\~]|[A-Za-z]:[\\/]|file:")


def gather(connection: sqlite3.Connection) -> None:
    """Makes `scripts`: what was executed in each experiment."""
    connection.execute("CREATE TEMP TABLE scripts(experiment_id, entry_point TEXT, source TEXT, kind TEXT)")
    connection.execute(
        """
        INSERT INTO scripts
        SELECT DISTINCT r.experiment_id, coalesce(nullif(r.entry_point_name, ''), p.value),
          coalesce(nullif(s.value, ''), r.source_name), coalesce(t.value, r.source_type)
        FROM runs r
        LEFT JOIN tags s ON s.key = 'mlflow.source.name' AND s.run_uuid = r.run_uuid
        LEFT JOIN tags p ON p.key = 'mlflow.project.entryPoint' AND p.run_uuid = r.run_uuid
        LEFT JOIN tags t ON t.key = 'mlflow.source.type' AND t.run_uuid = r.run_uuid
        """
    )
    connection.execute("CREATE INDEX temp.scripts_of ON scripts(experiment_id)")


_EXPERIMENT = """
    SELECT experiment_id, name, workspace, lifecycle_stage, creation_time, last_update_time
    FROM experiments WHERE experiment_id > ? ORDER BY experiment_id LIMIT 1
"""
_SCRIPTS = "SELECT entry_point, source, kind FROM scripts WHERE experiment_id = ? ORDER BY 1, 2, 3"
_TAGS = "SELECT key, value FROM experiment_tags WHERE experiment_id = ? ORDER BY 1"


def granules(database: Database, place: Place) -> Iterator[Granule]:
    last: object = -(1 << 62)
    while True:

        def one(rows: Rows, after: object = last) -> tuple[list[Row], list[Row], list[Row]]:
            found = rows(_EXPERIMENT, (after,))
            of = (found[0][0],) if found else (None,)
            return found, rows(_SCRIPTS, of), rows(_TAGS, of)

        found, ran, tags = database.read(one)
        if not found:
            return
        yield _granule(place, found[0], ran, {key: value or "" for key, value in tags})
        last = found[0][0]


def _granule(place: Place, row: Row, ran: list[Row], tags: dict[str, str]) -> Granule:
    id, name, workspace, stage, created, changed = row
    own = {key: value for key, value in tags.items() if not key.startswith("mlflow.")}
    shared: dict[str, Json] = {
        "created_at": micros(created),
        "description": tags.get(NOTE_TAG) or None,
        "tags": own or None,
        "owners": owners(own) or None,
        "gone_at": (micros(changed) or micros(created) or 0) if stage == "deleted" else None,
        "extra": {"experiment": name, "experiment_id": str(id)},
    }
    jobs: dict[Key, dict[str, Json]] = {}
    for entry_point, source, kind in ran:
        props = {name: value for name, value in shared.items() if value is not None}
        executed = entry_point or source
        if executed and _DISK.match(executed):
            executed = step(None, executed)  # where it lay on somebody's disk is nobody's business
        if executed:
            props["entry_point"] = executed
        if kind and kind != "UNKNOWN":
            props["job_type"] = kind
        jobs.setdefault(place.job(workspace, name, entry_point, source), props)
    return Granule(place.source, f"experiment/{id}", "mlflow", [EntityFact(key, props) for key, props in jobs.items()])
