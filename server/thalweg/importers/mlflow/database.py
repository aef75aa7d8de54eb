"""The SQLite file of an MLflow server, read and never written, one short transaction at a time.

MLflow goes on writing while it is read: a read lock is held for one window of rows only, never while a granule is
being stored. Nothing is created beside the file, no `-wal` and no `-shm`.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from thalweg.model.errors import SourceError

Row = tuple[Any, ...]
Rows = Callable[..., list[Row]]
"""Answers a SELECT and its parameters, within one transaction."""
T = TypeVar("T")

READS = "The databases of MLflow 2 and 3 are read; `mlflow db upgrade` brings an older one to where it can be."
TRIES = 5

NEEDED: dict[str, tuple[str, ...]] = {
    "experiments": ("experiment_id", "name"),
    "runs": ("run_uuid", "experiment_id", "status", "start_time", "end_time", "lifecycle_stage"),
    "params": ("key", "value", "run_uuid"),
    "tags": ("key", "value", "run_uuid"),
    "metrics": ("key", "value", "timestamp", "run_uuid"),
}
IF_THERE: dict[str, tuple[str, ...]] = {
    "experiment_tags": ("key", "value", "experiment_id"),
    "datasets": ("dataset_uuid", "experiment_id", "name", "digest", "dataset_source_type", "dataset_source"),
    "inputs": ("input_uuid", "source_type", "source_id", "destination_type", "destination_id"),
    "input_tags": ("input_uuid", "name", "value"),
    "registered_models": ("name", "creation_time"),
    "registered_model_tags": ("name", "key", "value"),
    "registered_model_aliases": ("name", "alias", "version"),
    "model_versions": ("name", "version", "creation_time", "current_stage", "source", "run_id"),
    "model_version_tags": ("name", "version", "key", "value"),
    "logged_models": ("model_id", "experiment_id", "name", "artifact_location", "lifecycle_stage", "source_run_id"),
    "logged_model_params": ("model_id", "param_key", "param_value"),
    "logged_model_tags": ("model_id", "tag_key", "tag_value"),
    "logged_model_metrics": ("model_id", "metric_name", "metric_timestamp_ms", "metric_step", "metric_value"),
}
"""Tables that came with later releases of MLflow, and what is needed of each where it is there."""


class Database:
    """An open database. `prepare` is called in the first transaction of each connection: it may make temporary tables.

    Raises SourceError, from whichever call finds out, for a file that is no database of MLflow, is locked, or broken.
    """

    def __init__(self, path: Path, patience: float, prepare: Callable[[sqlite3.Connection, Database], None]) -> None:
        self.path = path
        self._patience = patience
        self._prepare = prepare
        self._copy: TemporaryDirectory[str] | None = None
        self._connection: sqlite3.Connection | None = None
        self._seen: tuple[int, int, bool] | None = None
        self.columns: dict[str, frozenset[str]] = {}
        self.read(lambda _: None)

    def close(self) -> None:
        """Safe to call twice, from any thread, while nobody reads."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._copy is not None:
            self._copy.cleanup()
            self._copy = None

    def has(self, table: str) -> bool:
        return table in self.columns

    def column(self, table: str, name: str, alias: str = "", otherwise: str = "NULL") -> str:
        """A column as SQL names it, or what stands for it where this release of MLflow has none."""
        if name not in self.columns.get(table, ()):
            return otherwise
        return f"{alias or table}.{name}"

    def read(self, work: Callable[[Rows], T]) -> T:
        """What `work` makes of the rows it asks for, all of one state of the database."""
        for _ in range(TRIES):
            try:
                connection = self._connection or self._open()
                answer = self._transaction(connection, work)
            except sqlite3.Error as error:
                if "decode to UTF-8" in str(error) and self._connection is not None:
                    # Only now, because a function called for each text makes reading a third slower.
                    self._connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
                    continue
                raise self._said(error) from error
            if self._seen is None or self._seen == self._state():
                return answer
            self.close()  # somebody wrote while the file was taken as unchanging
        raise SourceError(f"{self.path} changes faster than it can be read.", "Try again when MLflow writes less.")

    def _transaction(self, connection: sqlite3.Connection, work: Callable[[Rows], T]) -> T:
        def rows(sql: str, parameters: Sequence[object] = ()) -> list[Row]:
            return connection.execute(sql, parameters).fetchall()

        connection.execute("BEGIN")
        try:
            return work(rows)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    # ---------------------------------------------------------------------------------------------------- opening

    def _open(self) -> sqlite3.Connection:
        address = self._address()
        connection = sqlite3.connect(
            address, uri=True, timeout=self._patience, isolation_level=None, check_same_thread=False
        )
        try:
            self._probe(connection)
            connection.execute("BEGIN")
            self._prepare(connection, self)
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _address(self) -> str:
        """How SQLite opens the file without making another one beside it."""
        self._seen = None
        head = self._head()
        if head[18:19] != b"\x02":
            return f"{self.path.resolve().as_uri()}?mode=ro"
        log, shared = self._beside("-wal"), self._beside("-shm")
        if shared.exists():
            return f"{self.path.resolve().as_uri()}?mode=ro"
        if log.exists() and log.stat().st_size:
            # Left behind by a server that died; reading it where it lies would make an index beside it.
            self._copy = TemporaryDirectory(prefix="thalweg-mlflow-")
            copy = Path(self._copy.name, "mlflow.db")
            shutil.copyfile(self.path, copy)
            shutil.copyfile(log, f"{copy}-wal")
            return copy.as_uri()
        self._seen = self._state()
        return f"{self.path.resolve().as_uri()}?immutable=1"

    def _head(self) -> bytes:
        try:
            with self.path.open("rb") as file:
                head = file.read(100)
        except OSError as error:
            raise SourceError(f"{self.path} cannot be read: {error.strerror}.", "Check its permissions.") from error
        if head and not head.startswith(b"SQLite format 3\0"):
            raise SourceError(
                f"{self.path} is not a SQLite database.", "Point at the file of MLflow's backend store (`mlflow.db`)."
            )
        return head

    def _beside(self, ending: str) -> Path:
        return self.path.resolve().with_name(self.path.resolve().name + ending)

    def _state(self) -> tuple[int, int, bool]:
        """What changes when somebody writes to a file that is taken as unchanging."""
        stat = os.stat(self.path)
        log = self._beside("-wal")
        return stat.st_mtime_ns, stat.st_size, log.exists() and log.stat().st_size > 0

    def _probe(self, connection: sqlite3.Connection) -> None:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"experiments", "runs"} <= tables:
            raise SourceError(
                f"{self.path} holds no MLflow store: it has no tables `experiments` and `runs`.",
                "Point at the file of MLflow's backend store (`mlflow.db`).",
            )
        for table, needed in {**NEEDED, **IF_THERE}.items():
            if table not in tables:
                if table in NEEDED:
                    raise SourceError(f"{self.path} has no table `{table}`{self._revision(connection, tables)}.", READS)
                continue
            names = frozenset(row[1] for row in connection.execute(f"PRAGMA table_info({table})"))
            missing = [name for name in needed if name not in names]
            if missing:
                where = f"no column `{table}.{missing[0]}`{self._revision(connection, tables)}"
                raise SourceError(f"{self.path} has {where}.", READS)
            self.columns[table] = names

    @staticmethod
    def _revision(connection: sqlite3.Connection, tables: set[str]) -> str:
        if "alembic_version" not in tables:
            return ""
        found = connection.execute("SELECT * FROM alembic_version").fetchone()
        return f" (its schema is {found[0]})" if found else ""

    def _said(self, error: sqlite3.Error) -> SourceError:
        """SQLite's error as a sentence, with what to do."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return SourceError(
                f"{self.path} is locked: somebody wrote to it for {self._patience:g} seconds.",
                "Try again when that is done (`mlflow db upgrade` takes a while), or read a backup.",
            )
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return SourceError(
                f"{self.path} is broken: {error}.",
                "It may be half of a copy. Copy it anew with `sqlite3 mlflow.db '.backup copy.db'`, or recover it.",
            )
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            return SourceError(
                f"{self.path} cannot be opened for reading alone: {error}.",
                "A write to it was cut short. Start MLflow on it once, which finishes or undoes that, or read a copy.",
            )
        return SourceError(f"{self.path} cannot be read: {error}.", "Check it with `sqlite3 FILE 'PRAGMA quick_check'`.")
