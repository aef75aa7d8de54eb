"""Where statements wait that could not be sent: a folder of files, a line of JSON for each statement.

    <time>-<process>-<word>.jsonl            one process writes it, and nobody else
    <time>-<process>-<word>.jsonl.sending    `thalweg flush` is sending it, or was when it was stopped
    <time>-<process>-<word>.refused.jsonl    what a server refused, each line with the error

A line is written whole and is on the disk when the call returns. A process that is killed while it writes leaves half
of its last line; whoever reads passes that over, and says so.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from thalweg.client.delivery import Refusal, Statement

try:
    import fcntl
except ImportError:  # Windows, where nobody renames a file that is open
    fcntl = None  # type: ignore[assignment]

ENDING = ".jsonl"
SENDING = ".sending"
REFUSED = ".refused"

LARGEST = 1 << 30
"""Bytes of a file: a disk that others need is not filled up by a server that is away for weeks."""


class Full(OSError):
    """The file may not grow any more."""


class Spool:
    """The files of this process in a folder, which are made when there is something to write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        self.path = folder / f"{stamp}-{os.getpid()}-{secrets.token_hex(4)}{ENDING}"

    def keep(self, statements: Iterable[Statement]) -> None:
        """Raises OSError where the disk does not take them; then none of them is there."""
        append(self.path, ({"source": one.source, "granule": one.granule} for one in statements))

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        refuse(self.path, refusals)


def refuse(path: Path, refusals: Iterable[Refusal]) -> None:
    """Keeps what was refused beside a file. Raises OSError as `keep` does."""
    name = path.name.removesuffix(SENDING).removesuffix(ENDING)
    lines = ({"source": one.source, "granule": one.granule, "error": error} for one, error in refusals)
    append(path.with_name(f"{name}{REFUSED}{ENDING}"), lines)


def append(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    """Adds lines to a file, all of them or none; they are on the disk when it returns. Raises OSError."""
    written = "".join(f"{json.dumps(line, separators=(',', ':'), allow_nan=False)}\n" for line in lines).encode()
    if not written:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _mine(path) as file:
        before = os.fstat(file).st_size
        if before + len(written) > LARGEST:
            raise Full(f"{path} has {before:,} bytes, and may have {LARGEST:,}")
        try:
            rest = memoryview(written)
            while rest:
                rest = rest[os.write(file, rest) :]
            os.fsync(file)
        except OSError:
            with suppress(OSError):
                os.ftruncate(file, before)
            raise


@contextmanager
def _mine(path: Path) -> Iterator[int]:
    """The file, open for writing at its end, and still under its name: nobody took it away to send it."""
    while True:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            _lock(file, wait=True)
            if _is_at(file, path):
                yield file
                return
        finally:
            os.close(file)


def _lock(file: int, *, wait: bool) -> bool:
    """False where somebody else has it, and this may not wait."""
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _is_at(file: int, path: Path) -> bool:
    try:
        there, here = os.stat(path), os.fstat(file)
    except FileNotFoundError:
        return False
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


# ------------------------------------------------------------------------------------------------------------- reading


def waiting(folder: Path) -> list[Path]:
    """The files that wait to be sent, the oldest first."""
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return []
    found = [name for name in names if name.removesuffix(SENDING).endswith(ENDING)]
    return [folder / name for name in found if not name.removesuffix(SENDING).endswith(f"{REFUSED}{ENDING}")]


@contextmanager
def taken(path: Path) -> Iterator[Path | None]:
    """The file under a name that its process does not write to any more; None where somebody else is sending it."""
    ours = path if path.name.endswith(SENDING) else path.with_name(f"{path.name}{SENDING}")
    try:
        if ours != path:
            if ours.exists():  # what an earlier flush left is sent under its own name, before this
                ours = path.with_name(f"{path.name}.{secrets.token_hex(4)}{ENDING}{SENDING}")
            path.rename(ours)
        file = os.open(ours, os.O_RDWR)
    except (FileNotFoundError, PermissionError):
        yield None
        return
    try:
        # its process may be in the middle of a line; whoever sends it already takes long
        free = _lock(file, wait=ours != path) and _is_at(file, ours)
        yield ours if free else None
    finally:
        os.close(file)


def read(path: Path) -> Iterator[Statement | None]:
    """The statements of a file; None for each line that is none, like the half of one."""
    with path.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield _statement(line)


def _statement(line: bytes) -> Statement | None:
    try:
        held = json.loads(line)
        source, granule = held["source"], held["granule"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    sound = isinstance(source, str) and isinstance(granule, dict) and isinstance(granule.get("scope"), str)
    return Statement(source, granule) if sound else None
