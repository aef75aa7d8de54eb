"""The ends that nobody writes: of the interpreter, of a process by a signal; and the other beginning, a fork."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

from thalweg.client.recorded import Status

Close = Callable[[], None]


def of_exception(error: BaseException) -> tuple[Status, BaseException | None]:
    """How a run ended that an exception left: an exit with 0 is fine, an interruption kills, all else is a failure.

    A generator that is closed has yielded all that anybody wanted of it, which is fine too.
    """
    if isinstance(error, GeneratorExit):
        return "FINISHED", None
    if isinstance(error, SystemExit):
        return ("FINISHED", None) if error.code in (None, 0) else ("FAILED", error)
    cancelled = type(error).__name__ == "CancelledError" and not isinstance(error, Exception)  # of asyncio, or trio
    if cancelled or isinstance(error, KeyboardInterrupt):
        return "KILLED", error
    return "FAILED", error


def of_interpreter() -> tuple[Status, BaseException | str]:
    """How runs ended that are open when the interpreter ends: by what it ended of, where it says."""
    last = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    if isinstance(last, BaseException) and not hasattr(sys, "ps1"):  # where somebody types, it is any earlier one
        status, _ = of_exception(last)
        return status, last
    return "UNKNOWN", "The interpreter ended before the run was ended."


def may_be_terminated() -> bool:
    """Whether this is a worker whose parent kills it when it needs no more of it, as the end of `with Pool()` does."""
    process = sys.modules.get("multiprocessing.process")
    return process is not None and bool(process.current_process().daemon)


class Ends:
    """Watches for the ends of a process while something is recorded.

    SIGTERM is what schedulers send before they kill. Without a handler the process ends at once, and its run seems to
    run for ever; with one it ends only when it is back in Python, which may take long where it computes in C. So it is
    handled where that was asked for, and only where nothing else handles it: what is open is marked as killed and sent,
    and the process dies of the signal as it would have. A handler that a script sets takes the place of this one.
    Processes that are forked have none.
    """

    def __init__(self, close: Close, killed: Close, forked: Close) -> None:
        self._killed = killed
        self._forked = forked
        self._installed = False
        self._masks = threading.local()
        self._close = close
        self._process = 0
        atexit.register(close)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._before, after_in_parent=self._after, after_in_child=self._in_child)

    def finish(self) -> None:
        """Has what is recorded sent at the end of this process, where that is a child of `multiprocessing`.

        Such a child ends without what `atexit` runs, and has a list of its own.
        """
        if self._process == os.getpid():
            return
        self._process = os.getpid()
        process = sys.modules.get("multiprocessing.process")
        if process is not None and process.parent_process() is not None:
            from multiprocessing.util import Finalize

            Finalize(None, self._close, exitpriority=0)

    def watch(self) -> None:
        """Takes SIGTERM, where it is nobody's. Only the main thread may; from another one it stays as it is."""
        if self._installed or threading.current_thread() is not threading.main_thread():
            return
        try:
            if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
                signal.signal(signal.SIGTERM, self._terminated)
                self._installed = True
        except (ValueError, OSError):
            pass

    def _terminated(self, number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        try:
            # in another thread: this one may have been stopped anywhere, with any lock in its hands
            ending = threading.Thread(target=self._killed, daemon=True)
            ending.start()
            ending.join(GRACE)
        finally:
            os.kill(os.getpid(), number)

    def _before(self) -> None:
        """Python forgets a signal that its handler took while a process was being forked: so it has to wait."""
        if self._installed:
            self._masks.held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def _after(self) -> None:
        held = getattr(self._masks, "held", None)
        if held is not None:
            self._masks.held = None
            signal.pthread_sigmask(signal.SIG_SETMASK, held)

    def _in_child(self) -> None:
        if self._installed and signal.getsignal(signal.SIGTERM) == self._terminated:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self._installed = False
        self._forked()
        self._after()


GRACE = 10.0
"""Seconds after SIGTERM within which the process dies in any case."""
