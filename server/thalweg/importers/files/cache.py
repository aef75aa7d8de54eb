"""What files held when they were hashed last, so that an import goes on where an earlier one ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from thalweg.model.facts import Json

if TYPE_CHECKING:
    from thalweg.importers.files.hashing import Stamp

FORM = 1
"""The form of what is kept. Another one is thrown away: it is only what can be worked out again."""

RACY = 2_000_000_000
"""Nanoseconds that a file must have rested before it was hashed: a change within the clock's step of the disk would
leave its times as they were.
"""


class Known(NamedTuple):
    digest: str
    described: Mapping[str, Json] | None


class Cache:
    """A file `hashes.db` in a folder; nowhere, where there is no folder. Threads may share one, and processes the file.

    A file counts as known while its size, its times, its inode and its device are the same. Where the disk is full, or
    the file is broken, it is done without from then on: only time is lost.
    """

    def __init__(self, folder: Path | None) -> None:
        """Raises OSError or sqlite3.Error for a folder that cannot be written."""
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(
            folder / "hashes.db", check_same_thread=False, timeout=10, isolation_level=None
        )
        try:
            self._prepare(self._connection)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN IMMEDIATE")  # another process may be making it too
        (form,) = connection.execute("PRAGMA user_version").fetchone()
        if form != FORM:
            connection.execute("DROP TABLE IF EXISTS hashed")
            connection.execute(
                "CREATE TABLE hashed (path BLOB, algorithm TEXT, stamp TEXT, digest TEXT, described BLOB, "
                "PRIMARY KEY (path, algorithm)) WITHOUT ROWID"
            )
            connection.execute(f"PRAGMA user_version = {FORM}")
        connection.execute("COMMIT")

    def known(self, path: Path, algorithm: str, stamp: Stamp, *, described: bool) -> Known | None:
        """What is known of a file. described: whether what its format tells must be known too."""
        found = self._execute(
            "SELECT digest, described FROM hashed WHERE path = ? AND algorithm = ? AND stamp = ?",
            (bytes(path), algorithm, _text(stamp)),
        )
        if found is None or (described and found[1] is None):
            return None
        return Known(found[0], None if found[1] is None else orjson.loads(found[1]))

    def keep(
        self,
        path: Path,
        algorithm: str,
        stamp: Stamp,
        began: int,
        digest: str,
        described: Mapping[str, Json] | None,
    ) -> None:
        """Keeps what a file holds, unless it was changed so short before it was hashed that it may have changed again
        without a sign of it.
        """
        if max(stamp.mtime, stamp.ctime) <= began - RACY:
            told = None if described is None else orjson.dumps(described)
            row = (bytes(path), algorithm, _text(stamp), digest, told)
            self._execute("INSERT OR REPLACE INTO hashed VALUES (?, ?, ?, ?, ?)", row)

    def close(self) -> None:
        """Safe to call twice."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _execute(self, statement: str, values: tuple[Any, ...]) -> Any:
        """The first row of an answer; None where there is none, or no cache any more."""
        with self._lock:
            if self._connection is None:
                return None
            try:
                return self._connection.execute(statement, values).fetchone()
            except sqlite3.Error:
                self._connection.close()
                self._connection = None
                return None


def _text(stamp: Stamp) -> str:
    return " ".join(str(number) for number in stamp)
