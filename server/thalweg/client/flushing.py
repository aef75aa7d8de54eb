"""Sends what waits in a spool. What was sent before is known again by its key, so that sending twice writes once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from thalweg.client import spool
from thalweg.client.delivery import MOST_BREAKS, Ask, Refusal, Statement, batches, deliver
from thalweg.client.graphql import BrokeOff
from thalweg.model.errors import SourceError, ThalwegError

KEPT = 50
"""Sentences that are kept; all are counted."""


@dataclass(slots=True)
class Flushed:
    """What came of the files of a spool.

    files: those that were sent to their end, and are gone. sent: statements that the server took; repeated: of them
    those that it had already, or newer ones. refused: those that it never will take; they are kept beside, with the
    error. broken: lines that are no statement, like the half of one. busy: files that somebody else is sending.
    stopped: why the rest was left for another time. breaks: requests in a row that were broken off whole.
    """

    files: int = 0
    sent: int = 0
    repeated: int = 0
    refused: int = 0
    broken: int = 0
    busy: int = 0
    refusals: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    stopped: ThalwegError | None = None
    breaks: int = 0


Told = Callable[[Path, Flushed], None]
"""Is told after each batch what was sent so far, and of which file the last was."""


def silent(path: Path, so_far: Flushed) -> None:
    """For whoever does not look."""


def flush(folder: Path, ask: Ask, told: Told = silent, so_far: Flushed | None = None) -> Flushed:
    """Sends all that waits in a folder, file after file, the oldest first.

    A file is removed when all of it was sent; what was refused is kept beside it first. Where the server stops
    answering it is over: the file stays whole, and is sent again from its beginning. Raises SourceError where the
    folder cannot be read or written.
    """
    came = so_far if so_far is not None else Flushed()
    try:
        for path in spool.waiting(folder):
            if not send(path, ask, told, came):
                break
    except OSError as error:
        raise SourceError(
            f"{error.filename or folder} cannot be read or written: {error.strerror or error}.",
            "Give the folder of a spool whose files are yours.",
        ) from error
    return came


def send(path: Path, ask: Ask, told: Told, came: Flushed) -> bool:
    """Sends one file, unless somebody else does. False where the server stopped answering. Raises OSError."""
    with spool.taken(path) as ours:
        if ours is None:
            came.busy += path.exists()
            return True
        return _sent(ours, ask, told, came)


def _sent(path: Path, ask: Ask, told: Told, came: Flushed) -> bool:
    kept: list[Refusal] = []
    whole = True
    for batch in batches(_statements(path, came)):
        answer = deliver(ask, batch)
        came.sent += answer.taken
        came.repeated += answer.repeated
        kept += answer.refused
        came.breaks = 0 if answer.taken or answer.refused else came.breaks + 1
        if answer.reason is not None:
            came.stopped = answer.reason
            if not isinstance(answer.reason, BrokeOff) or came.breaks >= MOST_BREAKS:
                return False
            whole = False
        told(path, came)
    if not whole:  # what breaks off is not sent, and what comes behind it was: all of it is known when it comes again
        return True
    spool.refuse(path, kept)
    came.refused += len(kept)
    came.refusals += [f"{one.granule['scope']}: {error}" for one, error in kept][: KEPT - len(came.refusals)]
    os.unlink(path)
    came.files += 1
    return True


def _statements(path: Path, came: Flushed) -> Iterator[Statement]:
    for number, one in enumerate(spool.read(path), 1):
        if one is not None:
            yield one
            continue
        came.broken += 1
        if len(came.warnings) < KEPT:
            came.warnings.append(
                f"{path.name}: line {number} is no statement, and was passed over; a process that is killed while it "
                "writes leaves half a line."
            )
