"""Runs: one granule each, with what they read, wrote, and ran.

    (dataset version)-[:INPUT_TO {role}]->(run)      (run)-[:PRODUCED]->(dataset version)
    (model version)-[:INPUT_TO]->(run)               (run)-[:PRODUCED]->(model version)
    (commit)-[:CODE_OF {path, dirty}]->(run)         (parent run)-[:PARENT_OF]->(run)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import inf, nan
from typing import NamedTuple

from thalweg.importers.mlflow.database import Database, Row, Rows
from thalweg.importers.mlflow.datasets import CONTEXT, PRODUCED, identity_columns
from thalweg.importers.mlflow.models import registered_columns, version_key
from thalweg.importers.mlflow.notes import Notes
from thalweg.importers.mlflow.place import Place, micros
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json, Point
from thalweg.model.keys import Key
from thalweg.model.properties import STATUSES, minimized

WINDOW = 500
POINTS = 100_000
"""Logged points of metrics that are held at once, but for a single run that has more."""

_LARGEST = 1.797e308
"""MLflow writes an infinity as the largest double."""

_SHA = re.compile(r"[0-9a-f]{40}")
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\~<]")
"""How a source's name begins that is no path within a repository."""

REPOSITORY_TAGS = ("mlflow.source.git.repoURL", "mlflow.gitRepoURL", "mlflow.databricks.gitRepoUrl")
COMMIT_TAGS = ("mlflow.source.git.commit", "mlflow.databricks.gitRepoCommit")
BRANCH_TAGS = ("mlflow.source.git.branch", "mlflow.databricks.gitRepoReference")
ENTRY_POINT_TAG = "mlflow.project.entryPoint"
SOURCE_TAG = "mlflow.source.name"

_MAPPED = {
    *REPOSITORY_TAGS,
    *COMMIT_TAGS,
    *BRANCH_TAGS,
    ENTRY_POINT_TAG,
    SOURCE_TAG,
    "mlflow.source.type",
    "mlflow.source.git.dirty",
    "mlflow.parentRunId",
    "mlflow.runName",
    "mlflow.user",
    "mlflow.note.content",
    "mlflow.docker.image.uri",
    "mlflow.docker.image.id",
    "mlflow.project.env",
}
_LEFT_OUT = {
    "mlflow.source.git.diff",
    "mlflow.log-model.history",
    "mlflow.loggedArtifacts",
    "mlflow.loggedImages",
    "mlflow.datasets",
}
"""Long, and said better elsewhere."""


class Window(NamedTuple):
    """The rows of some runs, and of what hangs on them, each list in the order of its runs."""

    runs: list[Row]
    tags: list[Row]
    params: list[Row]
    metrics: list[Row]
    datasets: list[Row]
    models: list[Row]


def granules(database: Database, place: Place, notes: Notes, repository: str | None) -> Iterator[Granule]:
    """`repository`: whose commits those are whose run names none."""
    sql = _statements(database)
    last = ""
    while True:
        window = database.read(lambda rows, after=last: _window(rows, sql, after))  # type: ignore[misc]
        if not window.runs:
            return
        tags, params = _by_run(window.tags), _by_run(window.params)
        metrics, datasets, models = _by_run(window.metrics), _by_run(window.datasets), _by_run(window.models)
        for row in window.runs:
            id = row[0]
            yield _Run(place, notes, row, tags.get(id, ())).granule(
                params.get(id, ()), metrics.get(id, ()), datasets.get(id, ()), models.get(id, ()), repository
            )
        last = window.runs[-1][0]


def _statements(database: Database) -> dict[str, str]:
    column = database.column
    between = "BETWEEN ? AND ?"
    runs = ", ".join(
        column("runs", name, "r")
        for name in ("name", "user_id", "deleted_time", "entry_point_name", "source_name", "source_type",
                     "source_version", "artifact_uri")
    )  # fmt: skip
    stage, changed, workspace = (
        column("experiments", name, "e") for name in ("lifecycle_stage", "last_update_time", "workspace")
    )
    tagged = database.has("experiment_tags")
    join = f"LEFT JOIN experiment_tags g ON g.experiment_id = r.experiment_id AND g.key = '{REPOSITORY_TAGS[0]}'"
    statements = {
        "runs": f"""SELECT r.run_uuid, r.status, r.start_time, r.end_time, r.lifecycle_stage, {runs},
              coalesce(e.name, CAST(r.experiment_id AS TEXT)), {workspace}, {stage}, {changed},
              {"g.value" if tagged else "NULL"}
            FROM runs r LEFT JOIN experiments e ON e.experiment_id = r.experiment_id {join if tagged else ""}
            WHERE r.run_uuid > ? ORDER BY r.run_uuid LIMIT {WINDOW}""",
        "counts": f"SELECT run_uuid, count(*) FROM metrics WHERE run_uuid {between} GROUP BY run_uuid",
        "tags": f"SELECT run_uuid, key, value FROM tags WHERE run_uuid {between} ORDER BY run_uuid, key",
        "params": f"SELECT run_uuid, key, value FROM params WHERE run_uuid {between} ORDER BY run_uuid, key",
        "metrics": f"""SELECT m.run_uuid, m.key, {column("metrics", "step", "m", "0")}, m.timestamp, m.value,
              {column("metrics", "is_nan", "m", "0")}
            FROM metrics m WHERE m.run_uuid {between} ORDER BY 1, 2, 3, 4, 6, 5""",
    }
    if database.has("datasets") and database.has("inputs"):
        known = database.has("input_tags")
        role = f"LEFT JOIN input_tags c ON c.input_uuid = i.input_uuid AND c.name = '{CONTEXT}'"
        statements["datasets"] = f"""SELECT i.destination_id, {"c.value" if known else "NULL"},
              {", ".join(identity_columns(database))}
            FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id
            LEFT JOIN experiments e ON e.experiment_id = d.experiment_id {role if known else ""}
            WHERE i.destination_type = 'RUN' AND i.source_type = 'DATASET' AND i.destination_id {between}
            ORDER BY i.destination_id, i.source_id"""
    if database.has("logged_models") and database.has("inputs"):
        statements["models"] = f"""SELECT i.source_id, i.source_type, i.destination_id,
              {column("inputs", "step", "i", "0")}, {registered_columns(database)}
            FROM inputs i LEFT JOIN logged_models m ON m.model_id = i.destination_id
            LEFT JOIN registered v ON v.model_id = i.destination_id
            LEFT JOIN experiments e ON e.experiment_id = m.experiment_id
            WHERE i.source_type IN ('RUN_INPUT', 'RUN_OUTPUT') AND i.source_id {between}
            ORDER BY i.source_id, i.destination_id"""
    return statements


def _window(rows: Rows, sql: dict[str, str], after: str) -> Window:
    runs = rows(sql["runs"], (after,))
    if not runs:
        return Window([], [], [], [], [], [])
    counts = dict(rows(sql["counts"], (runs[0][0], runs[-1][0])))
    points = 0
    for taken, (id, *_) in enumerate(runs):
        points += counts.get(id, 0)
        if points > POINTS and taken:
            del runs[taken:]
            break
    ends = runs[0][0], runs[-1][0]
    return Window(
        runs,
        *(rows(sql[name], ends) if name in sql else [] for name in ("tags", "params", "metrics", "datasets", "models")),
    )


def _by_run(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


class _Run:
    """One run, while its granule is made."""

    def __init__(self, place: Place, notes: Notes, row: Row, tags: list[Row] | tuple[()]) -> None:
        self.place, self.notes = place, notes
        self.id, self.status, start, end, self.stage, *more = row
        self.name, self.user, self.deleted, entry_point, source, self.source_type, self.version, self.artifacts, *of = more
        self.experiment, self.workspace, self.experiment_stage, self.experiment_changed, self.experiment_url = of
        self.started, self.ended = micros(start), micros(end)
        self.tags = {key: value if value is not None else "" for _, key, value in tags}
        self.script = self.tags.get(SOURCE_TAG) or source
        self.entry_point = entry_point or self.tags.get(ENTRY_POINT_TAG)
        self.key = place.run(self.workspace, self.id)
        self.extra: dict[str, Json] = {}

    def granule(
        self,
        params: list[Row] | tuple[()],
        metrics: list[Row] | tuple[()],
        datasets: list[Row] | tuple[()],
        models: list[Row] | tuple[()],
        repository: str | None,
    ) -> Granule:
        edges = [self._dataset(row) for row in datasets]
        edges += [edge for row in models if (edge := self._model(row))]
        code = self._code(repository)
        if code:
            edges.append(code)
        parent = self.tags.get("mlflow.parentRunId")
        if parent and parent != self.id:
            edges.append(EdgeFact(self.place.run(self.workspace, parent), EdgeType.PARENT_OF, self.key))
        histories = _histories(metrics)
        props = self._props()
        if params:
            props["params"] = {key: value if isinstance(value, str) else str(value) for _, key, value in params}
        if histories:
            props["metrics"] = {name: _metric(name, points) for name, points in histories.items()}
        return Granule(
            self.place.source,
            f"run/{self.id}",
            "mlflow",
            entities=(EntityFact(self.key, props, histories),),
            edges=edges,
            at=self.started,
        )

    def _props(self) -> dict[str, Json]:
        tags = self.tags
        job: Key = self.place.job(self.workspace, self.experiment, self.entry_point, self.script)
        status = self.status
        if status not in STATUSES:
            self.notes.say(
                "runs have a status that is none of MLflow's",
                f"Run {self.id} has the status {status!r}; it was taken as UNKNOWN.",
            )
            status = "UNKNOWN"
        props: dict[str, Json] = {"job": list(job.parts), "status": status}
        if self.started is not None:
            props["started_at"] = self.started
        if self.ended is not None:
            props["ended_at"] = self.ended
        if self.stage == "deleted" or self.experiment_stage == "deleted":
            gone = micros(self.deleted) or micros(self.experiment_changed if self.stage != "deleted" else None)
            props["gone_at"] = gone or self.ended or self.started or 0
        for name, value in (
            ("name", tags.get("mlflow.runName") or self.name),
            ("user", tags.get("mlflow.user") or self.user),
            ("description", tags.get("mlflow.note.content")),
        ):
            if value:
                props[name] = value
        dirty = tags.get("mlflow.source.git.dirty")
        if dirty:
            props["dirty"] = dirty.lower() == "true"
        environment = {
            name: tags[tag]
            for name, tag in (
                ("docker.image", "mlflow.docker.image.uri"),
                ("docker.image.id", "mlflow.docker.image.id"),
                ("project.env", "mlflow.project.env"),
            )
            if tags.get(tag)
        }
        if environment:
            props["environment"] = environment
        own: dict[str, str] = {}
        for key, value in tags.items():
            if not key.startswith("mlflow."):
                own[key] = value
            elif key not in _MAPPED and key not in _LEFT_OUT:
                self.extra[key] = value
        if own:
            props["tags"] = own
        if self.script:
            self.extra["source"] = self.script
        if self.artifacts:
            self.extra["artifacts"] = self.artifacts
        if self.extra:
            props["extra"] = self.extra
        return props

    def _dataset(self, row: Row) -> EdgeFact:
        context = row[1] or ""
        key: Key = self.place.dataset(*row[2:])
        if context.lower() in PRODUCED:
            return EdgeFact(self.key, EdgeType.PRODUCED, key)
        return EdgeFact(key, EdgeType.INPUT_TO, self.key, context)

    def _model(self, row: Row) -> EdgeFact | None:
        _, kind, model_id, at_step, *names = row
        key = version_key(self.place, model_id, names)
        if key is None:
            self.notes.say(
                "runs name a logged model that is no longer there",
                f"Run {self.id} names the logged model {model_id}, which MLflow no longer has; that link was left out.",
            )
            return None
        if kind == "RUN_INPUT":
            return EdgeFact(key, EdgeType.INPUT_TO, self.key)
        return EdgeFact(self.key, EdgeType.PRODUCED, key, "", {"extra": {"step": at_step}} if at_step else {})

    def _code(self, repository: str | None) -> EdgeFact | None:
        tags = self.tags
        sha = next((tags[tag] for tag in COMMIT_TAGS if tags.get(tag)), None) or self.version
        if not sha:
            return None
        sha = sha.strip().lower()
        given = next((tags[tag] for tag in REPOSITORY_TAGS if tags.get(tag)), None) or self.experiment_url or repository
        problem = ""
        url = ""
        if not given:
            problem = "no repository"
        else:
            try:
                url = self.place.repository(given)
            except ValueError as error:
                problem = f"a repository whose URL {error}"
        if not problem and not _SHA.fullmatch(sha):
            problem = "no whole sha"
        if problem:
            self.extra["git_commit"] = sha
            self.notes.say(
                f"runs name a commit but {problem}",
                f"Run {self.id} names commit {sha[:12]} but {problem}; it is kept in `extra.git_commit`, not as a "
                "link. Give the repository's URL when importing, or set the experiment's tag "
                f"`{REPOSITORY_TAGS[0]}`.",
            )
            return None
        props: dict[str, Json] = {}
        if self.script and not _ELSEWHERE.match(self.script):
            props["path"] = self.script.removeprefix("./")
        dirty = tags.get("mlflow.source.git.dirty")
        if dirty:
            props["dirty"] = dirty.lower() == "true"
        branch = next((tags[tag] for tag in BRANCH_TAGS if tags.get(tag)), None)
        if branch:
            props["extra"] = {"branch": branch}
        return EdgeFact(keys.commit(url, sha), EdgeType.CODE_OF, self.key, "", props)


def _histories(rows: list[Row] | tuple[()]) -> dict[str, list[Point]]:
    found: dict[str, list[Point]] = {}
    for _, key, at_step, at, value, is_nan in rows:
        points = found.get(key)
        if points is None:
            points = found[key] = []
        points.append(Point(at_step or 0, (at or 0) * 1000, number(value, is_nan)))
    return found


def number(value: float | None, is_nan: int | None = 0) -> float:
    """A metric's value as it was logged."""
    if is_nan or value is None:
        return nan
    return value if -_LARGEST < value < _LARGEST else inf if value > 0 else -inf


def _metric(name: str, points: list[Point]) -> dict[str, Json]:
    """MLflow's own rule for the last value: the greatest step, then the latest time; the points come in that order."""
    at_step, at, last = points[-1]
    best = last
    if len(points) > 1:
        sound = [value for _, _, value in points if value == value]
        if sound:
            best = min(sound) if minimized(name) else max(sound)
    return {"last": last, "best": best, "step": at_step, "at": at}
