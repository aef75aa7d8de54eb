"""The SQLite file of an MLflow server, read and never written, one short transaction at a time.

MLflow goes on writing while it is read: a read lock is held for one window of rows only, never while a granule is
being stored. Nothing is created beside the file, no `-wal` and no `-shm`.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from thalweg.importers.mlflow.tables import show
from thalweg.model.errors import SourceError

Row = tuple[Any, ...]
Rows = Callable[..., list[Row]]
"""Answers a SELECT and its parameters, within one transaction."""
T = TypeVar("T")

TRIES = 5
CACHE = 32_768
"""Kibibytes of pages that SQLite may hold: what hangs on a run lies here and there in a large file."""


class Database:
    """An open database. `prepare` is called in the first transaction of each connection: it makes temporary tables.

    Raises SourceError, from whichever call finds out, for a file that is no database of MLflow, is locked, or broken.
    """

    def __init__(self, path: Path, patience: float, prepare: Callable[[sqlite3.Connection], None]) -> None:
        self.path = path
        self._patience = patience
        self._prepare = prepare
        self._copy: TemporaryDirectory[str] | None = None
        self._connection: sqlite3.Connection | None = None
        self._seen: tuple[int, int, bool] | None = None
        self._schema = 0
        try:
            self.read(lambda _: None)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Safe to call twice, from any thread, while nobody reads."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._copy is not None:
            self._copy.cleanup()
            self._copy = None

    def read(self, work: Callable[[Rows], T]) -> T:
        """What `work` makes of the rows it asks for, all of one state of the database."""
        for _ in range(TRIES):
            try:
                connection = self._connection or self._open()
                answer = self._transaction(connection, work)
            except sqlite3.Error as error:
                if self._overtaken():
                    continue
                if "decode to UTF-8" in str(error) and self._connection is not None:
                    # Only now, because a function called for each text makes reading a third slower.
                    self._connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
                    continue
                raise self._said(error) from error
            if not self._overtaken():
                return answer
        raise SourceError(f"{self.path} changes faster than it can be read.", "Try again when MLflow writes less.")

    def _overtaken(self) -> bool:
        """Whether somebody wrote while the file was taken as unchanging; then it is opened anew."""
        if self._seen is None or self._seen == self._state():
            return False
        self.close()
        return True

    def windows(self, sql: str, size: int) -> Iterator[Row]:
        """The rows of a SELECT that is given the first column of the last row it answered, and how many rows to answer.

        They come window by window: while a row is held, nothing is locked.
        """
        after = ""
        while True:
            found = self.read(lambda rows, after=after: rows(sql, (after, size)))  # type: ignore[misc]
            yield from found
            if len(found) < size:
                return
            after = found[-1][0]

    def _transaction(self, connection: sqlite3.Connection, work: Callable[[Rows], T]) -> T:
        def rows(sql: str, parameters: Sequence[object] = ()) -> list[Row]:
            return connection.execute(sql, parameters).fetchall()

        connection.execute("BEGIN")
        try:
            if _schema(connection) != self._schema:
                raise SourceError(
                    f"{self.path} was rebuilt while it was read.",
                    "Import it again, when `mlflow db upgrade` or VACUUM is done.",
                )
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
            connection.execute(f"PRAGMA cache_size = -{CACHE}")
            connection.execute("BEGIN")
            self._schema = self._schema or _schema(connection)
            show(connection, self.path)
            self._prepare(connection)
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
        return SourceError(f"{self.path} cannot be read: {error}.", "`PRAGMA quick_check` of SQLite may say why.")


def _schema(connection: sqlite3.Connection) -> int:
    """Changes with each change of the tables, and when VACUUM numbers the rows anew, by which runs are read."""
    return int(connection.execute("PRAGMA main.schema_version").fetchone()[0])
