"""Finds out what a file is before it is used as a store, and makes a new one where there is none."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import thalweg
from thalweg.model.errors import NotAStore, StoreError, StoreNewer, StoreNotFound, StoreOlder
from thalweg.store.sqlite import texts
from thalweg.store.sqlite.connections import connect
from thalweg.store.sqlite.errors import translated
from thalweg.store.sqlite.text import script
from thalweg.store.store import SCHEMA_VERSION

APPLICATION_ID = 0x54686C77
"""`Thlw`, in the header of every file of ours; `file` and others tell what it is by that."""


def look(file: Path) -> bool:
    """Whether there is anything in the file yet. Raises an error where there can be no file.

    It does not open the file: closing it again would take away the locks that SQLite holds on it in this process.
    """
    if not file.parent.is_dir():
        raise StoreNotFound(f"There is no folder {file.parent}.", "Make it, or give another path.")
    if file.is_dir():
        raise NotAStore(f"{file} is a folder.", "Give the path of a file in it.")
    return file.exists() and file.stat().st_size > 0


def version(connection: sqlite3.Connection, file: Path) -> int | None:
    """The schema version of a store; None for a database in which there is nothing at all. Raises NotAStore."""
    application: int = connection.execute("PRAGMA application_id").fetchone()[0]
    if application == APPLICATION_ID:
        found: int = connection.execute("PRAGMA user_version").fetchone()[0]
        return found
    tables: int = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application == 0 and tables == 0:
        return None
    raise NotAStore(f"{file} is an SQLite file of another program.", "Give the path of a store, or of a new file.")


def require(connection: sqlite3.Connection, file: Path, *, older: bool) -> None:
    """Raises an error unless the file is a store of this release's schema, or, with `older`, of an earlier one."""
    found = version(connection, file)
    if found is None:
        raise StoreNotFound(f"{file} is empty.", "A server, or anything that may write it, makes it a store.")
    if found > SCHEMA_VERSION:
        release = connection.execute("SELECT value FROM meta WHERE key = 'release'").fetchone()
        raise StoreNewer(
            f"{file} was written by Thalweg {release[0] if release else '(unknown)'}: its schema {found} is later than "
            f"{SCHEMA_VERSION}, which is that of this release ({thalweg.__version__}).",
            "Use that release, or a later one.",
        )
    if found < SCHEMA_VERSION and not older:
        raise StoreOlder(
            f"{file} has schema {found}, and this release needs {SCHEMA_VERSION}.",
            "Make a copy of it, then run `thalweg store migrate`.",
        )


def writable(connection: sqlite3.Connection) -> bool:
    """Whether a store may be written: SQLite says nothing of that until something is."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(f"PRAGMA user_version = {found}")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY:
            return False
        raise
    finally:
        connection.execute("ROLLBACK")
    return True


def create(connection: sqlite3.Connection) -> None:
    """Makes an empty database a store, whole or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements(script("schema.sql")):
            connection.execute(statement)
        connection.execute("INSERT INTO meta VALUES ('release', ?), ('settled', 0)", (thalweg.__version__,))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def statements(script: str) -> list[str]:
    """The statements of a script."""
    found: list[str] = []
    lines: list[str] = []
    for line in script.splitlines():
        lines.append(line)
        if sqlite3.complete_statement("\n".join(lines)):
            found.append("\n".join(lines))
            lines = []
    return found


def reading_mode(file: Path) -> str:
    """How a file is read: as others may write it, or, where its folder lets nobody, as it lies there."""
    try:
        with closing(connect(file, "ro", cache=1)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error as error:
        wal = file.with_name(file.name + "-wal")
        refused = getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
        if refused and os.access(file, os.R_OK) and not wal.exists():
            return "immutable"
        raise translated(error, str(file)) from error
    return "ro"


MIGRATIONS: dict[int, str] = {2: "migrate_2.sql", 3: "migrate_3.sql"}
"""The script that brings a store to a version from the one before it."""

SEARCHED_SINCE = 2
"""The version with which the text of entities came: it follows from what they say, which no script can read."""


def migrate(connection: sqlite3.Connection, file: Path) -> int:
    """Brings a store to this release's schema, whole or not at all; answers the version it had."""
    before = version(connection, file) or 0
    missing = [step for step in range(before + 1, SCHEMA_VERSION + 1) if step not in MIGRATIONS]
    if missing:
        raise StoreError(
            f"{file} has schema {before}, from which this release knows no way to {SCHEMA_VERSION}.",
            "Use an earlier release for the first step.",
        )
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in range(before + 1, SCHEMA_VERSION + 1):
            for statement in statements(script(MIGRATIONS[step])):
                connection.execute(statement)
            if step == SEARCHED_SINCE:
                texts.fill(connection)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'release'", (thalweg.__version__,))
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return before
