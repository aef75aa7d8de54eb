"""One process at a time: a lock on a file, which is free again when its holder ends, however it ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAUSE = 0.05
"""Seconds between two looks at a lock that another one holds."""


@contextmanager
def alone(file: Path, patience: float) -> Iterator[None]:
    """Waits until nobody else holds the file, and holds it. Threads of one process are kept apart too.

    Raises TimeoutError where another one holds it for longer than `patience` seconds, OSError where there is no such
    file and none can be made.
    """
    lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        ends = time.monotonic() + patience
        while not _locked(lock):
            if time.monotonic() > ends:
                raise TimeoutError(f"{file} is held by another process")
            time.sleep(PAUSE)
        yield
    finally:
        os.close(lock)


if sys.platform == "win32":
    import msvcrt

    def _locked(fd: int) -> bool:
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
