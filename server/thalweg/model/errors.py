"""What can go wrong, drawn:

ThalwegError                 every error has a code, a sentence, and a hint that says what to do
├── BadInput                 BAD_INPUT: what was given is wrong; carries every problem that was found
├── NotFound                 NOT_FOUND
├── Conflict                 CONFLICT: the same idempotency key with other facts, a compare-and-set that lost
├── DeadlineExceeded         DEADLINE_EXCEEDED: the question was stopped; nothing keeps running
├── LimitExceeded            LIMIT_EXCEEDED: a bound of this server, named, with its value
├── SourceError              SOURCE_UNREADABLE: an importer cannot read what it was pointed at
└── StoreError               STORE_ERROR
    ├── StoreUnavailable     STORE_UNAVAILABLE: down, unreachable, overloaded
    ├── StoreDenied          STORE_DENIED: wrong user, password or database
    ├── StoreNotFound        STORE_NOT_FOUND: no such folder or file
    ├── NotAStore            NOT_A_STORE: the file is something else
    ├── StoreNewer           STORE_NEWER: written by a later release
    ├── StoreOlder           STORE_OLDER: needs `thalweg store migrate`
    └── StoreReadOnly        STORE_READ_ONLY: another process holds the one writer's place
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as member


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with what was given: where, what, and what would be right.

    place: where it lies in what was handed over, for who knows how that came about. Of a granule: the list of the fact,
    its number in that, and which key of the fact it is, where it is of a key: `("edges", 3, "source")`. The same
    problem at two places is one.
    """

    entity: str
    field: str
    value: str
    expected: str
    code: str = "INVALID"
    place: tuple[str | int, ...] = member(default=(), compare=False)

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.entity, self.field, f"{self.value} {self.expected}")))


class ThalwegError(Exception):
    """Something went wrong."""

    code = "ERROR"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class BadInput(ThalwegError):
    """What was given is wrong; `problems` says each thing that is."""

    code = "BAD_INPUT"

    def __init__(self, message: str, hint: str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(message, hint)
        self.problems = tuple(problems)


class NotFound(ThalwegError):
    """`things` are those of what was given that are not there, where there were several."""

    code = "NOT_FOUND"

    def __init__(self, message: str, hint: str = "", things: Sequence[str] = ()) -> None:
        super().__init__(message, hint)
        self.things = tuple(things)


class Conflict(ThalwegError):
    code = "CONFLICT"


class DeadlineExceeded(ThalwegError):
    code = "DEADLINE_EXCEEDED"


class LimitExceeded(ThalwegError):
    code = "LIMIT_EXCEEDED"


class SourceError(ThalwegError):
    code = "SOURCE_UNREADABLE"


class StoreError(ThalwegError):
    code = "STORE_ERROR"


class StoreUnavailable(StoreError):
    code = "STORE_UNAVAILABLE"


class StoreDenied(StoreError):
    code = "STORE_DENIED"


class StoreNotFound(StoreError):
    code = "STORE_NOT_FOUND"


class NotAStore(StoreError):
    code = "NOT_A_STORE"


class StoreNewer(StoreError):
    code = "STORE_NEWER"


class StoreOlder(StoreError):
    code = "STORE_OLDER"


class StoreReadOnly(StoreError):
    code = "STORE_READ_ONLY"


# -------------------------------------------------------------------------------------------------------- foreign ones

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")


def unread(error: OSError | UnicodeDecodeError) -> str:
    """Why a file cannot be read as text, as people say it."""
    if isinstance(error, UnicodeDecodeError):
        return "it is no text in UTF-8"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    if isinstance(error, FileNotFoundError):
        named = str(error.filename or "")
        return "it is an address, and a path is meant" if _ADDRESS.match(named) else "there is no such file"
    if isinstance(error, PermissionError):
        return "it may not be read by this user"
    return error.strerror or str(error)
