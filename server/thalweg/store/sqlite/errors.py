"""What SQLite says went wrong, as the errors of a store: a sentence, and what to do."""

from __future__ import annotations

import sqlite3

from thalweg.model.errors import NotAStore, StoreDenied, StoreError, StoreReadOnly, StoreUnavailable


def translated(error: sqlite3.Error, file: str) -> StoreError:
    """The error that stands for one of SQLite's, about the store in `file`."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreError(
            f"The disk that holds {file} is full.", "Nothing of this was written. Make room, and try again."
        )
    if code == sqlite3.SQLITE_CORRUPT:
        return StoreError(
            f"{file} is damaged ({error}).", "Run `thalweg store check`; bring back a copy if it finds damage."
        )
    if code == sqlite3.SQLITE_NOTADB:
        return NotAStore(f"{file} is no Thalweg store: it is not an SQLite file.", "Give the path of a store.")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreUnavailable(f"{file} is locked by another program.", "Close what has it open, and try again.")
    if code == sqlite3.SQLITE_READONLY:
        return StoreReadOnly(f"{file} cannot be written.", "Check the permissions of the file and of its folder.")
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return StoreDenied(
            f"{file} cannot be opened ({error}).", "Check the permissions of the file and of its folder."
        )
    if code == sqlite3.SQLITE_IOERR:
        return StoreError(f"{file} cannot be read or written ({error}).", "Check the disk.")
    return StoreError(f"SQLite refused: {error}.", "This is a fault of Thalweg; please report it.")
