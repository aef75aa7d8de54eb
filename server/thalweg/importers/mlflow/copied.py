"""A copy of what an MLflow holds, in tables as MLflow's own: of every store that is no SQLite file.

    a server's pages, a folder's files, another database's rows -> tables (`tables.py`) -> granules

What comes goes into a SQLite file that lasts for one pass, and is read from there as a store of MLflow is. So every
kind of store gives the same granules, memory is bounded by a page, and of a store that could not be read to its end
nothing is stated at all: half of what hangs on a run would take back the other half.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any, NamedTuple

from thalweg.importers.mlflow.tables import TABLES
from thalweg.model.errors import SourceError

Value = str | int | float | None

KEYS = {
    "experiments": "experiment_id",
    "experiment_tags": "experiment_id, key",
    "runs": "run_uuid",
    "params": "run_uuid, key",
    "tags": "run_uuid, key",
    "metrics": "run_uuid, key, step, timestamp, is_nan, value",
    "datasets": "dataset_uuid",
    "inputs": "source_type, source_id, destination_type, destination_id",
    "input_tags": "input_uuid, name",
    "logged_models": "model_id",
    "logged_model_params": "model_id, param_key",
    "logged_model_tags": "model_id, tag_key",
    "logged_model_metrics": "model_id, metric_name, metric_step, metric_timestamp_ms, run_id",
    "registered_models": "workspace, name",
    "registered_model_tags": "workspace, name, key",
    "registered_model_aliases": "workspace, name, alias",
    "model_versions": "workspace, name, version",
    "model_version_tags": "workspace, name, version, key",
    "evaluation_datasets": "dataset_id",
    "evaluation_dataset_tags": "dataset_id, key",
    "trace_info": "request_id",
}
"""What makes a row one row: a page that comes twice changes nothing. Rows lie as their reader asks for them."""


class Filled(NamedTuple):
    """What the filling of a copy came to.

    missed: sentences about what could not be read, so that the pass is not whole.
    said: sentences about what was left out of a whole one.
    histories: whether it has all points of metrics, or the last of each alone.
    """

    missed: Sequence[str] = ()
    said: Sequence[str] = ()
    histories: bool = True


class Stop:
    """A wish, said from another thread, that what goes on ends soon."""

    def __init__(self) -> None:
        self._wished = Event()

    def wish(self) -> None:
        self._wished.set()

    def heed(self, seconds: float = 0.0) -> None:
        """Waits so long, if nobody wishes it to end. Raises SourceError where somebody does."""
        if self._wished.wait(seconds):
            raise SourceError("The reading was stopped; nothing was taken of it.", "Import again.")


class Copy:
    """An empty copy, to be filled; `path` can be opened once it is `done`."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self._folder = TemporaryDirectory(prefix="thalweg-mlflow-")
        self.path = Path(self._folder.name, "mlflow.db")
        self._connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        # Nobody needs it after a crash.
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("BEGIN")
        for name, table in TABLES.items():
            # Without types, so that what comes stays what it is; of our own names, and of nothing that was read.
            laid = "" if name == "runs" else " WITHOUT ROWID"  # runs are read in the order in which they came
            columns = ", ".join((*table.needed, *table.more))
            self._connection.execute(f"CREATE TABLE {name}({columns}, PRIMARY KEY({KEYS[name]})){laid}")
        self._connection.execute("CREATE INDEX inputs_of ON inputs(destination_id, destination_type, source_type)")

    def add(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        """Takes rows; one whose key is there already comes in its place. Raises SourceError when it shall stop."""
        self._stop.heed()
        names, places = ", ".join(columns), ", ".join("?" * len(columns))
        try:
            # Of the names of our own tables and columns.
            self._connection.executemany(f"INSERT OR REPLACE INTO {table}({names}) VALUES ({places})", rows)  # noqa: S608
        except sqlite3.Error as error:
            raise SourceError(
                f"What was read cannot be kept in {self.path.parent}: {error}.",
                "Make room there, or name a folder that has it in the variable TMPDIR.",
            ) from error

    def rows(self, sql: str, parameters: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """What a SELECT answers of what has come so far."""
        return self._connection.execute(sql, parameters).fetchall()

    def change(self, sql: str, parameters: Sequence[Value]) -> None:
        """Changes what has come."""
        self._connection.execute(sql, parameters)

    def done(self) -> None:
        """Ends the filling."""
        self._connection.execute("COMMIT")
        self._connection.close()

    def close(self) -> None:
        """Safe to call twice."""
        self._connection.close()
        self._folder.cleanup()
