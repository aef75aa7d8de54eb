"""What MLflow holds, as rows of a copy: one function for each thing, for whatever tells of it.

A server's JSON and a folder's YAML name the parts of a thing alike; what they write in two ways (tags, params, metrics)
is given apart. What hangs on a thing comes before the thing itself: one that is odd in some part leaves no half.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from thalweg.importers.mlflow.answers import Odd, dataset_id, measured, needed, text, whole
from thalweg.importers.mlflow.copied import Copy, Value
from thalweg.model.facts import Json

Thing = Mapping[str, Json]
Pairs = Iterable[tuple[str, str]]

_MODEL_STATUS = {"LOGGED_MODEL_PENDING": 1, "LOGGED_MODEL_READY": 2, "LOGGED_MODEL_UPLOAD_FAILED": 3}


def pairs(of: Iterable[Thing]) -> list[tuple[str, str]]:
    """Tags and params as lists of objects have them; one without a value is empty."""
    return [(needed(one, "key"), text(one, "value") or "") for one in of]


def experiment(copy: Copy, id: Value, workspace: str, of: Thing, tags: Pairs) -> None:
    copy.add(
        "experiments",
        ("experiment_id", "name", "workspace", "lifecycle_stage", "creation_time", "last_update_time"),
        [
            (
                id,
                needed(of, "name"),
                workspace,
                text(of, "lifecycle_stage"),
                whole(of, "creation_time"),
                whole(of, "last_update_time"),
            )
        ],
    )
    copy.add("experiment_tags", ("experiment_id", "key", "value"), ((id, *tag) for tag in tags))


def run(copy: Copy, experiment: Value, of: Thing, tags: Pairs, params: Pairs) -> None:
    id = needed(of, "run_id")
    copy.add(
        "runs",
        (
            *("run_uuid", "experiment_id", "name", "status", "start_time", "end_time", "deleted_time"),
            *("lifecycle_stage", "user_id", "artifact_uri", "entry_point_name", "source_name", "source_version"),
        ),
        [
            (
                id,
                experiment,
                text(of, "run_name"),
                text(of, "status"),
                whole(of, "start_time"),
                whole(of, "end_time"),
                whole(of, "deleted_time"),
                text(of, "lifecycle_stage"),
                text(of, "user_id"),
                text(of, "artifact_uri"),
                text(of, "entry_point_name"),
                text(of, "source_name"),
                text(of, "source_version"),
            )
        ],
    )
    copy.add("tags", ("run_uuid", "key", "value"), ((id, *tag) for tag in tags))
    copy.add("params", ("run_uuid", "key", "value"), ((id, *param) for param in params))


def metrics(copy: Copy, run_id: str, of: Iterable[Thing]) -> None:
    """Points of metrics of a run: `key`, `value`, `timestamp`, `step`."""
    copy.add(
        "metrics",
        ("run_uuid", "key", "timestamp", "step", "value", "is_nan"),
        (
            (run_id, needed(one, "key"), whole(one, "timestamp") or 0, whole(one, "step") or 0, *measured(one, "value"))
            for one in of
        ),
    )


def read(copy: Copy, experiment: Value, run_id: str, dataset: Thing, tags: Pairs) -> None:
    """That a run read a dataset, or wrote it: the tags say in what context."""
    name, digest = needed(dataset, "name"), text(dataset, "digest") or ""
    id = dataset_id(experiment, name, digest)
    copy.add(
        "datasets",
        (
            *("dataset_uuid", "experiment_id", "name", "digest"),
            *("dataset_source_type", "dataset_source", "dataset_schema", "dataset_profile"),
        ),
        [
            (
                *(id, experiment, name, digest),
                *(text(dataset, part) for part in ("source_type", "source", "schema", "profile")),
            )
        ],
    )
    input_id = f"{id}/{run_id}"
    copy.add("inputs", _LINK, [(input_id, "DATASET", id, "RUN", run_id, 0)])
    copy.add("input_tags", ("input_uuid", "name", "value"), ((input_id, *tag) for tag in tags))


def links(copy: Copy, run_id: str, read: Iterable[str], made: Iterable[tuple[str, int]]) -> None:
    """The logged models that a run read, and those that it made, each with the step at which it did."""
    rows: list[tuple[Value, ...]] = [("", "RUN_INPUT", run_id, "MODEL_INPUT", model, 0) for model in read]
    rows += [("", "RUN_OUTPUT", run_id, "MODEL_OUTPUT", model, step) for model, step in made]
    copy.add("inputs", _LINK, rows)


_LINK = ("input_uuid", "source_type", "source_id", "destination_type", "destination_id", "step")


def logged_model(
    copy: Copy, experiment: Value, of: Thing, tags: Pairs, params: Pairs, metrics: Iterable[Thing]
) -> None:
    id, status = needed(of, "model_id"), of.get("status")
    copy.add("logged_model_tags", ("model_id", "tag_key", "tag_value"), ((id, *tag) for tag in tags))
    copy.add("logged_model_params", ("model_id", "param_key", "param_value"), ((id, *param) for param in params))
    copy.add(
        "logged_model_metrics",
        (
            *("model_id", "metric_name", "metric_value", "metric_step", "metric_timestamp_ms", "run_id"),
            *("dataset_name", "dataset_digest"),
        ),
        (
            (
                id,
                needed(one, "key"),
                measured(one, "value")[0],
                whole(one, "step") or 0,
                whole(one, "timestamp") or 0,
                text(one, "run_id") or "",
                text(one, "dataset_name"),
                text(one, "dataset_digest"),
            )
            for one in metrics
        ),
    )
    copy.add(
        "logged_models",
        (
            *("model_id", "experiment_id", "name", "artifact_location", "source_run_id", "status"),
            *("status_message", "lifecycle_stage", "model_type", "creation_timestamp_ms", "last_updated_timestamp_ms"),
        ),
        [
            (
                id,
                experiment,
                text(of, "name"),
                text(of, "artifact_uri") or text(of, "artifact_location"),
                text(of, "source_run_id"),
                _MODEL_STATUS.get(status, status) if isinstance(status, str) else whole(of, "status"),
                text(of, "status_message"),
                text(of, "lifecycle_stage"),
                text(of, "model_type"),
                _first(of, "creation_timestamp_ms", "creation_timestamp"),
                _first(of, "last_updated_timestamp_ms", "last_updated_timestamp"),
            )
        ],
    )


def registered_model(copy: Copy, workspace: str, of: Thing, tags: Pairs, aliases: Iterable[tuple[str, str]]) -> None:
    name = needed(of, "name")
    copy.add(
        "registered_models",
        ("workspace", "name", "creation_time", "description"),
        [(workspace, name, _first(of, "creation_timestamp", "creation_time"), text(of, "description"))],
    )
    copy.add("registered_model_tags", ("workspace", "name", "key", "value"), ((workspace, name, *tag) for tag in tags))
    copy.add(
        "registered_model_aliases",
        ("workspace", "name", "alias", "version"),
        ((workspace, name, alias, _version(version)) for alias, version in aliases),
    )


def model_version(copy: Copy, workspace: str, of: Thing, tags: Pairs) -> None:
    name, version = needed(of, "name"), _version(needed(of, "version"))
    copy.add(
        "model_versions",
        (
            *("workspace", "name", "version", "creation_time", "last_updated_time", "current_stage", "source"),
            *("storage_location", "run_id", "run_link", "description", "user_id", "status", "status_message"),
        ),
        [
            (
                workspace,
                name,
                version,
                _first(of, "creation_timestamp", "creation_time"),
                _first(of, "last_updated_timestamp", "last_updated_time"),
                *(text(of, part) for part in ("current_stage", "source", "storage_location", "run_id", "run_link")),
                *(text(of, part) for part in ("description", "user_id", "status", "status_message")),
            )
        ],
    )
    copy.add(
        "model_version_tags",
        ("workspace", "name", "version", "key", "value"),
        ((workspace, name, version, *tag) for tag in tags),
    )


def evaluation_dataset(copy: Copy, workspace: str, of: Thing, tags: Pairs) -> None:
    id = needed(of, "dataset_id")
    copy.add(
        "evaluation_datasets",
        ("dataset_id", "workspace", "name", "digest", "profile", "created_time", "last_update_time", "created_by"),
        [
            (
                *(id, text(of, "workspace") or workspace, needed(of, "name"), text(of, "digest"), text(of, "profile")),
                *(whole(of, "created_time"), whole(of, "last_update_time"), text(of, "created_by")),
            )
        ],
    )
    copy.add("evaluation_dataset_tags", ("dataset_id", "key", "value"), ((id, *tag) for tag in tags))


def location(copy: Copy, version: Sequence[Value], location: str | None) -> None:
    """Where the artifacts of a version lie, by its workspace, name and number."""
    copy.change(
        "UPDATE model_versions SET storage_location = ? WHERE (workspace, name, version) = (?, ?, ?)",
        (location, *version),
    )


def _first(of: Thing, *names: str) -> int | None:
    return next((found for name in names if (found := whole(of, name)) is not None), None)


def _version(given: str) -> int:
    if not given.isdecimal():
        raise Odd(f"`version` is {given!r:.80}, and no whole number")
    return int(given)
