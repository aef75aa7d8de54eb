"""Connections, each with a thread of its own: one that writes, and a few that read.

SQLite answers on the thread that asks it, so every question is put to a thread, and the event loop goes on. What runs
too long, or is no longer awaited, is stopped inside SQLite.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import TypeVar

from thalweg.model.errors import DeadlineExceeded
from thalweg.store.conditions import number
from thalweg.store.sqlite.errors import translated

T = TypeVar("T")

_LOOK = 20_000
"""SQLite's instructions between two looks at the clock: about a millisecond's."""
_MIB = 1 << 20


class Watch:
    """Whether what runs should stop: its time is over, or nobody waits for it any more."""

    def __init__(self, seconds: float | None = None) -> None:
        self.deadline = None if seconds is None else monotonic() + seconds
        self.unwanted = False

    @property
    def over(self) -> bool:
        return self.unwanted or (self.deadline is not None and monotonic() >= self.deadline)

    def extend(self, seconds: float) -> None:
        """Gives more time, from now on."""
        self.deadline = monotonic() + seconds

    def check(self) -> None:
        """Raises DeadlineExceeded when it is over."""
        if self.over:
            raise DeadlineExceeded(
                "The question took longer than it may.",
                "Ask for less: a narrower filter, fewer steps; or give it more time.",
            )


class Reader:
    """A connection that only reads. Each question sees the store as it was at one moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.watch = Watch()
        connection.set_progress_handler(lambda: self.watch.over, _LOOK)

    def ask(self, question: Callable[[Reader], T], watch: Watch) -> T:
        """Answers a question; raises DeadlineExceeded, or a StoreError."""
        self.watch = watch
        watch.check()
        try:
            self.connection.execute("BEGIN")
            try:
                return question(self)
            finally:
                self.watch = Watch()
                self.connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
                watch.check()
            raise translated(error, _file(self.connection)) from error


class Readers:
    """A few readers; a question waits for a free one. Its time runs from when it was asked."""

    def __init__(self, open: Callable[[], sqlite3.Connection], number: int) -> None:
        self._idle: asyncio.Queue[Reader] = asyncio.Queue()
        self._all = [Reader(open()) for _ in range(number)]
        for reader in self._all:
            self._idle.put_nowait(reader)
        self._threads = ThreadPoolExecutor(number, thread_name_prefix="thalweg-sqlite-read")

    async def ask(self, question: Callable[[Reader], T], seconds: float | None = None) -> T:
        """Answers a question. When the task is cancelled, what runs is stopped."""
        watch = Watch(seconds)
        try:
            async with asyncio.timeout(seconds):
                reader = await self._idle.get()
        except TimeoutError:
            watch.check()
            raise
        future = asyncio.get_running_loop().run_in_executor(self._threads, reader.ask, question, watch)
        # not before it has stopped: a connection answers one question at a time
        future.add_done_callback(lambda done: self._put_back(reader, done))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            watch.unwanted = True
            raise

    def _put_back(self, reader: Reader, done: asyncio.Future[T]) -> None:
        if not done.cancelled():
            done.exception()  # looked at, so that nobody is told of an error of a question that nobody awaits
        self._idle.put_nowait(reader)

    async def close(self) -> None:
        """Stops what runs, and waits until it has."""
        for reader in self._all:
            reader.watch.unwanted = True
        for _ in self._all:
            await self._idle.get()
        self._threads.shutdown()
        for reader in self._all:
            reader.connection.close()


class Writer:
    """The one connection that writes, on its one thread: what it is asked is done in turn, and never cut short."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="thalweg-sqlite-write")

    async def ask(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Does a piece of work to its end, also when the task is cancelled. Raises a StoreError for SQLite's errors."""
        future = asyncio.get_running_loop().run_in_executor(self._thread, self._do, work)
        return await asyncio.shield(future)

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return work(self.connection)
        except sqlite3.Error as error:
            raise translated(error, _file(self.connection)) from error

    async def close(self) -> None:
        await self.ask(sqlite3.Connection.close)
        self._thread.shutdown()


def _file(connection: sqlite3.Connection) -> str:
    try:
        return str(connection.execute("PRAGMA database_list").fetchone()[2])
    except sqlite3.Error:
        return "the store"


def connect(file: Path, mode: str, *, cache: int) -> sqlite3.Connection:
    """A connection. mode: SQLite's, `rwc`, `ro` or `immutable` (nobody else may write it). cache: in MiB."""
    options = "immutable=1" if mode == "immutable" else f"mode={mode}"
    connection = sqlite3.connect(
        f"{file.absolute().as_uri()}?{options}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,  # one thread at a time, which is all that SQLite asks for
        cached_statements=512,
        timeout=10.0,
    )
    try:
        connection.execute(f"PRAGMA cache_size = -{cache * 1024}")
        connection.execute(f"PRAGMA mmap_size = {2047 * _MIB}")
        connection.execute("PRAGMA temp_store = MEMORY")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reader(file: Path, mode: str, *, cache: int) -> sqlite3.Connection:
    connection = connect(file, mode, cache=cache)
    connection.execute("PRAGMA query_only = ON")
    connection.create_function("number", 1, number, deterministic=True)
    return connection


def connect_writer(file: Path, *, synchronous: str, cache: int) -> sqlite3.Connection:
    """synchronous: FULL (what is acknowledged survives a power cut) or NORMAL (it survives the end of the process)."""
    connection = connect(file, "rwc", cache=cache)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA secure_delete = OFF")
        # a page that many transactions change is brought over once: with 50,000 of them the log is of 200 MB
        connection.execute("PRAGMA wal_autocheckpoint = 50000")
        connection.execute(f"PRAGMA journal_size_limit = {256 * _MIB}")
    except BaseException:
        connection.close()
        raise
    return connection
