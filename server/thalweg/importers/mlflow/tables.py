"""The tables of MLflow's store as every release of MLflow 2 and 3 has them.

Releases differ in tables and in columns. A table that lacks some is shown through a view of its name, in which what
the release does not have is NULL, or all of it empty; so each question is asked in one way.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from thalweg.model.errors import SourceError

READ = "MLflow 2 and 3 are read (a store of an older one can be brought there by `mlflow db upgrade`)."


class Table(NamedTuple):
    """What is needed of a table, and what is taken where it is there.

    required: whether a store without the table is none.
    indexed: columns to copy the table by, where MLflow has no index that finds its rows.
    """

    needed: tuple[str, ...]
    more: tuple[str, ...] = ()
    required: bool = False
    indexed: str = ""


TABLES: dict[str, Table] = {
    "experiments": Table(
        ("experiment_id", "name"),
        ("workspace", "lifecycle_stage", "creation_time", "last_update_time"),
        required=True,
    ),
    "experiment_tags": Table(("key", "value", "experiment_id")),
    "runs": Table(
        ("run_uuid", "experiment_id", "status", "start_time", "end_time", "lifecycle_stage"),
        (
            *("name", "user_id", "deleted_time", "artifact_uri"),
            *("entry_point_name", "source_name", "source_type", "source_version"),
        ),
        required=True,
    ),
    "params": Table(("key", "value", "run_uuid"), required=True),
    "tags": Table(("key", "value", "run_uuid"), required=True),
    "metrics": Table(("key", "value", "timestamp", "run_uuid"), ("step", "is_nan"), required=True),
    "datasets": Table(
        ("dataset_uuid", "experiment_id", "name", "digest", "dataset_source_type", "dataset_source"),
        ("dataset_schema", "dataset_profile"),
    ),
    "inputs": Table(("input_uuid", "source_type", "source_id", "destination_type", "destination_id"), ("step",)),
    "input_tags": Table(("input_uuid", "name", "value")),
    "logged_models": Table(
        ("model_id", "experiment_id", "name", "artifact_location"),
        (
            *("source_run_id", "status", "status_message", "lifecycle_stage", "model_type"),
            *("creation_timestamp_ms", "last_updated_timestamp_ms"),
        ),
    ),
    "logged_model_params": Table(("model_id", "param_key", "param_value")),
    "logged_model_tags": Table(("model_id", "tag_key", "tag_value")),
    "logged_model_metrics": Table(
        ("model_id", "metric_name", "metric_value", "metric_step", "metric_timestamp_ms", "run_id"),
        ("dataset_name", "dataset_digest"),
    ),
    "registered_models": Table(("name", "creation_time"), ("workspace", "description")),
    "registered_model_tags": Table(("name", "key", "value"), ("workspace",), indexed="name"),
    "registered_model_aliases": Table(("name", "alias", "version"), ("workspace",)),
    "model_versions": Table(
        ("name", "version", "creation_time", "current_stage", "source", "run_id"),
        (
            *("workspace", "description", "user_id", "last_updated_time"),
            *("status", "status_message", "storage_location", "run_link"),
        ),
    ),
    "model_version_tags": Table(("name", "version", "key", "value"), ("workspace",), indexed="name, version"),
    "evaluation_datasets": Table(
        ("dataset_id", "name", "digest"),
        ("workspace", "schema", "profile", "created_time", "last_update_time", "created_by"),
    ),
    "evaluation_dataset_tags": Table(("dataset_id", "key", "value")),
    "trace_info": Table(("request_id",)),
}

# A release without workspaces has what a later one calls the default one; named alike, both are found by an index.
INSTEAD = {"workspace": "'default'"}


def check(found: Mapping[str, Collection[str]], store: object, schema: str = "") -> None:
    """Raises SourceError for what is no store that is read, by the columns of each table that was found."""
    if not {"experiments", "runs"} & found.keys():
        raise SourceError(
            f"{store} is no MLflow store: it has neither a table `experiments` nor `runs`.",
            "Point at the database of MLflow's backend store (`mlflow.db`, where it is a file).",
        )
    for name, table in TABLES.items():
        if name not in found and table.required:
            raise SourceError(f"{store} has no table `{name}`{schema}.", READ)
        missing = [column for column in table.needed if name in found and column not in found[name]]
        if missing:
            raise SourceError(f"{store} has no column `{name}.{missing[0]}`{schema}.", READ)


def show(connection: sqlite3.Connection, path: Path) -> None:
    """Makes the views, in the connection's temporary schema. Raises SourceError for what is no store that is read."""
    tables = {name for (name,) in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")}
    found = {
        name: {row[1] for row in connection.execute("SELECT * FROM pragma_table_info(?, 'main')", (name,))}
        for name in TABLES.keys() & tables
    }
    check(found, path, _schema(connection, tables))
    for name, table in TABLES.items():
        columns = found.get(name, set())
        wanted = (*table.needed, *table.more)
        if columns.issuperset(wanted) and not table.indexed:
            continue
        shown = ", ".join(
            column if column in columns else f"{INSTEAD.get(column, 'NULL')} AS {column}" for column in wanted
        )
        if not table.indexed:
            shown += ", rowid" if name in tables else ", NULL AS rowid"
        rows = f"FROM main.{name}" if name in tables else "WHERE false"
        # Of names that stand above and of nothing that was read.
        connection.execute(f"CREATE TEMP {'TABLE' if table.indexed else 'VIEW'} {name} AS SELECT {shown} {rows}")
        if table.indexed:
            connection.execute(f"CREATE INDEX temp.{name}_rows ON {name}(workspace, {table.indexed})")


def _schema(connection: sqlite3.Connection, tables: set[str]) -> str:
    found = None
    if "alembic_version" in tables:
        found = connection.execute("SELECT * FROM main.alembic_version").fetchone()
    return f" (its schema is {found[0]})" if found else ""
