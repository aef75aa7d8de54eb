"""One run as a granule.

(dataset version)-[:INPUT_TO {role, columns}]->(run)     (run)-[:PRODUCED]->(dataset version)
(model version)-[:INPUT_TO]->(run)                       (run)-[:PRODUCED]->(model version)
(commit)-[:CODE_OF {path, dirty}]->(run)                 (parent run)-[:PARENT_OF]->(run)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from thalweg.importers.mlflow import reads
from thalweg.importers.mlflow.database import Row
from thalweg.importers.mlflow.datasets import PRODUCED
from thalweg.importers.mlflow.logged import version_key
from thalweg.importers.mlflow.place import Place, clean, micros
from thalweg.importers.mlflow.points import points
from thalweg.importers.notes import Notes
from thalweg.model import keys
from thalweg.model.edges import Coverage, EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json, Point
from thalweg.model.keys import Key
from thalweg.model.properties import STATUSES, minimized

REPOSITORY_TAGS = ("mlflow.source.git.repoURL", "mlflow.gitRepoURL", "mlflow.databricks.gitRepoUrl")
COMMIT_TAGS = ("mlflow.source.git.commit", "mlflow.databricks.gitRepoCommit")
BRANCH_TAGS = ("mlflow.source.git.branch", "mlflow.databricks.gitRepoReference")
ENVIRONMENT_TAGS = {
    "docker.image": "mlflow.docker.image.uri",
    "docker.image.id": "mlflow.docker.image.id",
    "project.env": "mlflow.project.env",
}
_MAPPED = {
    *REPOSITORY_TAGS,
    *COMMIT_TAGS,
    *BRANCH_TAGS,
    *ENVIRONMENT_TAGS.values(),
    "mlflow.source.git.dirty",
    "mlflow.source.name",
    "mlflow.source.type",
    "mlflow.project.entryPoint",
    "mlflow.parentRunId",
    "mlflow.runName",
    "mlflow.user",
    "mlflow.note.content",
}
"""The tags of MLflow's own that have a place of their own."""
_LONG = {
    "mlflow.source.git.diff",
    "mlflow.log-model.history",
    "mlflow.loggedArtifacts",
    "mlflow.loggedImages",
    "mlflow.datasets",
}
"""Those that are left out: long, and what matters of them is said elsewhere."""

EVALUATION = "evaluation"
"""The role of a dataset that models were measured on, where no context says another."""

_SHA = re.compile(r"[0-9a-f]{40}")
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\~<]|\.\.")
"""How a source's name begins that is no path within a repository."""


class Run(NamedTuple):
    """A run as MLflow has it, with what its experiment says."""

    id: str
    name: str | None
    status: str | None
    start: int | None
    end: int | None
    deleted: int | None
    stage: str | None
    user: str | None
    entry_point: str | None
    source: str | None
    source_version: str | None
    artifacts: str | None
    experiment: str
    workspace: str
    experiment_stage: str | None
    experiment_changed: int | None
    experiment_repository: str | None


class Hanging(NamedTuple):
    """The rows that hang on a run; each begins with its id, but for the points of metrics."""

    tags: Sequence[Row]
    params: Sequence[Row]
    metrics: Sequence[tuple[str, Sequence[Row]]]
    datasets: Sequence[Row]
    measured: Sequence[Row]
    models: Sequence[Row]


def granule(
    place: Place, notes: Notes, run: Run, hanging: Hanging, repository: str | None, whole: bool = True
) -> Granule:
    """`repository`: whose commits those are whose run names none. `whole`: whether metrics have all their points."""
    key = place.run(run.workspace, run.id)
    tags: dict[str, str] = {name: value or "" for _, name, value in hanging.tags}
    extra: dict[str, Json] = {
        name: value
        for name, value in tags.items()
        if name.startswith("mlflow.") and name not in _MAPPED and name not in _LONG
    }
    script = tags.get("mlflow.source.name") or run.source
    edges = _datasets(place, notes, key, hanging.datasets)
    edges += _measured(place, key, hanging.measured, edges)
    edges += [edge for row in hanging.models if (edge := _model(place, notes, key, row))]
    edges += _code(place, notes, run, key, tags, script, repository, extra)
    parent = tags.get("mlflow.parentRunId")
    if parent and parent != run.id:
        edges.append(EdgeFact(place.run(run.workspace, parent), EdgeType.PARENT_OF, key))
    histories = _histories(hanging.metrics)
    props = _properties(place, notes, run, tags, script)
    if hanging.params:
        props["params"] = {name: value if isinstance(value, str) else str(value) for _, name, value in hanging.params}
    if histories:
        props["metrics"] = {name: _metric(name, logged, whole) for name, logged in histories.items()}
    if script:
        extra["source"] = script
    if run.artifacts:
        extra["artifacts"] = run.artifacts
    if extra:
        props["extra"] = extra
    return Granule(
        place.source,
        f"run/{run.id}",
        "mlflow",
        entities=(EntityFact(key, props, histories if whole else {}),),
        edges=edges,
        # Not the run's end: a run that is taken up again would then seem older than it was.
        at=micros(run.start),
    )


def _properties(place: Place, notes: Notes, run: Run, tags: dict[str, str], script: str | None) -> dict[str, Json]:
    started, ended = micros(run.start), micros(run.end)
    job = place.job(run.workspace, run.experiment, run.entry_point or tags.get("mlflow.project.entryPoint"), script)
    props: dict[str, Json] = {"job": list(job.parts), "status": run.status}
    if run.status not in STATUSES:
        notes.say(
            "runs have a status that is none of MLflow's",
            f"Run {run.id} has the status {run.status!r}; it was taken as UNKNOWN.",
        )
        props["status"] = "UNKNOWN"
    if started is not None:
        props["started_at"] = started
    if ended is not None:
        props["ended_at"] = ended
    with_all = micros(run.experiment_changed) if run.experiment_stage == "deleted" else None
    if run.stage == "deleted" or run.experiment_stage == "deleted":
        props["gone_at"] = (
            (micros(run.deleted) if run.stage == "deleted" else None) or with_all or ended or started or 0
        )
    if name := tags.get("mlflow.runName") or run.name:
        props["name"] = name
    if user := tags.get("mlflow.user") or run.user:
        props["user"] = user
    if note := tags.get("mlflow.note.content"):
        props["description"] = note
    if dirty := tags.get("mlflow.source.git.dirty"):
        props["dirty"] = dirty.lower() == "true"
    if environment := {name: tags[tag] for name, tag in ENVIRONMENT_TAGS.items() if tags.get(tag)}:
        props["environment"] = environment
    if own := {name: value for name, value in tags.items() if not name.startswith("mlflow.")}:
        props["tags"] = own
    return props


def _datasets(place: Place, notes: Notes, run: Key, rows: Sequence[Row]) -> list[EdgeFact]:
    """What a run wrote, and what it read; of one table that it logged twice, the columns of both."""
    written: list[EdgeFact] = []
    read: dict[tuple[Key, str], list[str] | None] = {}
    for row in rows:
        context, version = clean(row[1] or ""), place.dataset(*row[2:-1])
        if context.lower() in PRODUCED:
            written.append(EdgeFact(run, EdgeType.PRODUCED, version))
            continue
        columns = _columns(notes, run, version, row[-1])
        if (version, context) in read:
            known = read[version, context]
            columns = None if known is None or columns is None else sorted({*known, *columns})
        read[version, context] = columns
    return written + [
        EdgeFact(version, EdgeType.INPUT_TO, run, context, _declared(columns))
        for (version, context), columns in read.items()
    ]


def _measured(place: Place, run: Key, rows: Sequence[Row], known: Sequence[EdgeFact]) -> list[EdgeFact]:
    """The datasets that a run measured models on, where it does not say itself what they were to it."""
    told = {edge.target if edge.source == run else edge.source for edge in known}
    versions = dict.fromkeys(place.dataset(*row[1:]) for row in rows)
    return [EdgeFact(version, EdgeType.INPUT_TO, run, EVALUATION) for version in versions if version not in told]


def _declared(columns: list[str] | None) -> dict[str, Json]:
    return {} if columns is None else {"columns": list(columns), "covers": Coverage.DECLARED.value}


def _columns(notes: Notes, run: Key, version: Key, tags: str) -> list[str] | None:
    try:
        return reads.columns(tags)
    except ValueError as error:
        notes.say(
            "inputs of runs have a list of columns that cannot be read",
            f"Of what run {run.parts[1]} read of dataset {version.parts[1]!r}, {error}; "
            "which columns it read was taken as not known.",
        )
        return None


def _model(place: Place, notes: Notes, run: Key, row: Row) -> EdgeFact | None:
    run_id, kind, model_id, at_step, *names = row
    version = version_key(place, model_id, tuple(names))
    if version is None:
        notes.say(
            "links of runs to logged models that are no longer there",
            f"Run {run_id} names the logged model {model_id}, which MLflow no longer has; that link was left out.",
        )
        return None
    if kind == "RUN_INPUT":
        return EdgeFact(version, EdgeType.INPUT_TO, run)
    return EdgeFact(run, EdgeType.PRODUCED, version, "", {"extra": {"step": at_step}} if at_step else {})


def _code(
    place: Place,
    notes: Notes,
    run: Run,
    key: Key,
    tags: dict[str, str],
    script: str | None,
    repository: str | None,
    extra: dict[str, Json],
) -> Iterable[EdgeFact]:
    """`(commit)-[:CODE_OF]->(run)`; a commit that cannot be told is kept in `extra`."""
    sha = (_first(tags, COMMIT_TAGS) or run.source_version or "").strip().lower()
    if not sha:
        return ()
    named = _first(tags, REPOSITORY_TAGS) or run.experiment_repository or repository
    url, problem = "", "no repository"
    if named:
        try:
            url, problem = place.repository(named), ""
        except ValueError as error:
            problem = f"a repository whose URL {error}"
    if not problem and not _SHA.fullmatch(sha):
        problem = "not by its whole sha"
    if problem:
        extra["git_commit"] = sha
        notes.say(
            "runs name a commit that could not be told",
            f"Run {run.id} names commit {sha[:12]} but {problem}; that is kept in `extra.git_commit`, not as a link. "
            "Give the repository's URL when importing, or to the experiment as its tag `mlflow.source.git.repoURL`.",
        )
        return ()
    props: dict[str, Json] = {}
    if script and not _ELSEWHERE.match(script):
        props["path"] = script.removeprefix("./")
    if dirty := tags.get("mlflow.source.git.dirty"):
        props["dirty"] = dirty.lower() == "true"
    if branch := _first(tags, BRANCH_TAGS):
        props["extra"] = {"branch": branch}
    return (EdgeFact(keys.commit(url, sha), EdgeType.CODE_OF, key, "", props),)


def _first(tags: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((tags[name] for name in names if tags.get(name)), None)


def _histories(metrics: Sequence[tuple[str, Sequence[Row]]]) -> dict[str, list[Point]]:
    """The points of each metric, in the order in which MLflow takes the last for the latest."""
    found: dict[str, list[Point]] = {}
    for name, rows in metrics:  # names that are no text may look the same
        found.setdefault(name, []).extend(points(rows))
    return found


def _metric(name: str, logged: list[Point], whole: bool) -> dict[str, Json]:
    at_step, at, last = logged[-1]
    if not whole:
        return {"last": last, "step": at_step, "at": at}
    best = last
    if len(logged) > 1:
        sound = [value for _, _, value in logged if value == value]
        if sound:
            best = min(sound) if minimized(name) else max(sound)
    return {"last": last, "best": best, "step": at_step, "at": at}
