"""Runs: one granule each, read by windows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import orjson

from thalweg.importers.mlflow.database import Database, Row, Rows
from thalweg.importers.mlflow.logged import by_first
from thalweg.importers.mlflow.place import Place
from thalweg.importers.mlflow.run import Hanging, Run, granule
from thalweg.importers.notes import Notes
from thalweg.model.facts import Granule

WINDOW = 500
POINTS = 100_000
"""Logged points of metrics that are held at once, but for a single run that has more."""

_RUNS = """
    SELECT r.rowid, r.run_uuid, r.name, r.status, r.start_time, r.end_time, r.deleted_time, r.lifecycle_stage,
      r.user_id, r.entry_point_name, r.source_name, r.source_version, r.artifact_uri,
      coalesce(e.name, CAST(r.experiment_id AS TEXT), ''), coalesce(e.workspace, ''), e.lifecycle_stage,
      e.last_update_time, g.value
    FROM runs r
    LEFT JOIN experiments e ON e.experiment_id = r.experiment_id
    LEFT JOIN experiment_tags g ON g.experiment_id = r.experiment_id AND g.key = 'mlflow.source.git.repoURL'
    WHERE r.rowid > ? ORDER BY r.rowid LIMIT ?
"""
_TAGS = "SELECT run_uuid, key, value FROM tags WHERE run_uuid IN (SELECT value FROM json_each(?))"
_PARAMS = "SELECT run_uuid, key, value FROM params WHERE run_uuid IN (SELECT value FROM json_each(?))"
_METRICS = """
    SELECT run_uuid, key, count(*) FROM metrics WHERE run_uuid IN (SELECT value FROM json_each(?))
    GROUP BY run_uuid, key ORDER BY run_uuid, key
"""
_POINTS = """
    SELECT step, timestamp, value, is_nan FROM metrics WHERE run_uuid IN (SELECT value FROM json_each(?))
    ORDER BY run_uuid, key, step
"""
"""In the order of `_METRICS`: most rows by far are points, so they do not say again whose they are. An index of
MLflow's has them in this order.
"""
_DATASETS = """
    SELECT i.destination_id, c.value, coalesce(e.workspace, ''), coalesce(e.name, CAST(d.experiment_id AS TEXT), ''),
      coalesce(d.name, ''), coalesce(d.digest, ''), coalesce(d.dataset_source_type, ''), coalesce(d.dataset_source, ''),
      (SELECT json_group_array(json_array(t.name, t.value)) FROM input_tags t
       WHERE t.input_uuid = i.input_uuid AND (t.name = 'thalweg.columns' OR t.name GLOB 'thalweg.columns.*'))
    FROM inputs i
    JOIN datasets d ON d.dataset_uuid = i.source_id
    LEFT JOIN experiments e ON e.experiment_id = d.experiment_id
    LEFT JOIN input_tags c ON c.input_uuid = i.input_uuid AND c.name = 'mlflow.data.context'
    WHERE i.destination_type = 'RUN' AND i.source_type = 'DATASET'
      AND i.destination_id IN (SELECT value FROM json_each(?))
"""
_MEASURED = """
    SELECT m.run_id, coalesce(e.workspace, ''), coalesce(e.name, CAST(d.experiment_id AS TEXT), ''),
      coalesce(d.name, ''), coalesce(d.digest, ''), coalesce(d.dataset_source_type, ''), coalesce(d.dataset_source, '')
    FROM measured m
    JOIN runs r ON r.run_uuid = m.run_id
    JOIN datasets d ON d.experiment_id = r.experiment_id AND d.name = m.name AND d.digest = m.digest
    LEFT JOIN experiments e ON e.experiment_id = d.experiment_id
    WHERE m.run_id IN (SELECT value FROM json_each(?))
"""
_MODELS = """
    SELECT i.source_id, i.source_type, i.destination_id, i.step,
      v.workspace, v.name, v.version, e.workspace, coalesce(e.name, CAST(m.experiment_id AS TEXT)), m.name
    FROM inputs i
    LEFT JOIN logged_models m ON m.model_id = i.destination_id
    LEFT JOIN registered v ON v.model_id = i.destination_id
    LEFT JOIN experiments e ON e.experiment_id = m.experiment_id
    WHERE i.source_type IN ('RUN_INPUT', 'RUN_OUTPUT') AND i.source_id IN (SELECT value FROM json_each(?))
"""


class Window(NamedTuple):
    """Some runs, and the rows that hang on them, by run."""

    runs: list[Row]
    tags: dict[str, list[Row]]
    params: dict[str, list[Row]]
    metrics: dict[str, list[tuple[str, list[Row]]]]
    datasets: dict[str, list[Row]]
    measured: dict[str, list[Row]]
    models: dict[str, list[Row]]


def granules(
    database: Database, place: Place, notes: Notes, repository: str | None, histories: bool
) -> Iterator[Granule]:
    """`repository`: whose commits those are whose run names none. `histories`: whether metrics have all points."""
    last = 0
    while True:
        window = database.read(lambda rows, after=last: _window(rows, after))  # type: ignore[misc]
        if window is None:
            return
        for _, *row in window.runs:
            id = row[0]
            hanging = Hanging(*(of.get(id, ()) for of in window[1:]))
            yield granule(place, notes, Run(*row), hanging, repository, histories)
        last = window.runs[-1][0]


def _window(rows: Rows, after: int) -> Window | None:
    runs = rows(_RUNS, (after, WINDOW))
    if not runs:
        return None
    metrics = by_first(rows(_METRICS, (_ids(runs),)))
    points = 0
    for taken, row in enumerate(runs):
        points += sum(count for _, _, count in metrics.get(row[1], ()))
        if points > POINTS and taken:
            del runs[taken:]
            break
    ids, kept = _ids(runs), {row[1] for row in runs}
    metrics = {run: some for run, some in metrics.items() if run in kept}
    tags, params, datasets, measured, models = (
        by_first(rows(sql, (ids,))) for sql in (_TAGS, _PARAMS, _DATASETS, _MEASURED, _MODELS)
    )
    return Window(runs, tags, params, _metrics(metrics, rows(_POINTS, (ids,))), datasets, measured, models)


def _metrics(metrics: dict[str, list[Row]], points: list[Row]) -> dict[str, list[tuple[str, list[Row]]]]:
    """The metrics of each run, each with its points."""
    found: dict[str, list[tuple[str, list[Row]]]] = {}
    begin = 0
    for run, counted in metrics.items():
        found[run] = of_run = []
        for _, name, count in counted:
            of_run.append((name, points[begin : begin + count]))
            begin += count
    return found


def _ids(runs: list[Row]) -> str:
    return orjson.dumps([row[1] for row in runs]).decode()
