"""The one writer's place at a store: a lock of the operating system, which goes with the process that holds it."""

from __future__ import annotations

import os
import sys

_FAR = 1 << 30
"""Where Windows locks one byte: there a locked byte cannot be read, and the holder's number must be."""


class WriterLock:
    """Held from `take` until `release`, or until the process ends, however it ends. The file itself stays."""

    def __init__(self, store: str) -> None:
        self.path = f"{store}.lock"
        self._fd: int | None = None

    def take(self) -> bool:
        """Whether the place was free; writes the process's number there. Raises OSError where no file can be made."""
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        if not _lock(fd):
            os.close(fd)
            return False
        os.ftruncate(fd, 0)
        os.write(fd, f"{os.getpid()}\n".encode())
        self._fd = fd
        return True

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    @property
    def holder(self) -> int | None:
        """The number of the process that took the place last; None where nobody ever did, or it cannot be read."""
        try:
            with open(self.path, encoding="ascii") as file:
                return int(file.read())
        except (OSError, ValueError):
            return None


if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int) -> bool:
        os.lseek(fd, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(fd, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _lock(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
