"""The embedded store: one SQLite file, written by one process, read by any number."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

import orjson

from thalweg.model import time
from thalweg.model.errors import (
    DeadlineExceeded,
    StoreDenied,
    StoreError,
    StoreNotFound,
    StoreReadOnly,
    StoreUnavailable,
    ThalwegError,
)
from thalweg.model.facts import Caller, Json, MarkKind, Pass, Point, Source
from thalweg.model.kinds import Kind
from thalweg.model.points import unpack
from thalweg.model.results import (
    Checked,
    Degrees,
    Edge,
    Entity,
    Event,
    Found,
    Grouped,
    Joined,
    Mark,
    Neighbours,
    Outcome,
    Page,
    StoreInfo,
    Verdict,
    Walked,
    Written,
)
from thalweg.store.questions import Condition, Find, Groups, Neighbour, PathBetween, Search, Start, Walk
from thalweg.store.queue import Answer, Queue
from thalweg.store.sqlite import entities, groups, lists, neighbours, opening, paths, texts, upkeep, walks
from thalweg.store.sqlite.codes import KINDS, TYPES
from thalweg.store.sqlite.conditions import end_of
from thalweg.store.sqlite.connections import Reader, Readers, Writer, connect, connect_reader, connect_writer
from thalweg.store.sqlite.drive import Driver
from thalweg.store.sqlite.errors import translated
from thalweg.store.sqlite.lock import WriterLock
from thalweg.store.sqlite.search import search
from thalweg.store.sqlite.transaction import SQL
from thalweg.store.store import SCHEMA_VERSION
from thalweg.store.weave import weave
from thalweg.store.weave.derived import rebuild
from thalweg.store.weave.prepared import Batch, Prepared
from thalweg.store.weave.requests import Asking

T = TypeVar("T")
Synchronous = Literal["FULL", "NORMAL"]

WRITER_CACHE = 128
READER_CACHE = 32
"""MiB, at most."""
QUIET = 1.0
"""Seconds without a write after which metrics are put in order."""


class SQLiteStore:
    """Fulfils `store.Store`. Open it with `open`."""

    def __init__(
        self, file: Path, readers: Readers, writer: Writer | None, lock: WriterLock | None, read_only_because: str
    ) -> None:
        self._file = file
        self._readers = readers
        self._writer = writer
        self._lock = lock
        self._read_only_because = read_only_because
        self._driver: Driver | None = None
        self._quiet: asyncio.TimerHandle | None = None
        self._settling: asyncio.Task[None] | None = None
        self._queue = Queue(self._commit)
        self._closed = False

    @classmethod
    async def open(
        cls,
        file: Path,
        *,
        read_only: bool = False,
        older: bool = False,
        synchronous: Synchronous = "FULL",
        readers: int = 4,
    ) -> SQLiteStore:
        """Opens a store, or makes one where there is no file, or an empty one.

        Where another process has the writer's place, or the file or its folder cannot be written, it is opened for
        reading, and `read_only` says so. older: also a store of an earlier schema, which only `migrate` is good for.
        """
        return await asyncio.to_thread(_open, file, read_only, older, synchronous, readers)

    @property
    def read_only(self) -> bool:
        return self._writer is None

    # ------------------------------------------------------------------------------------------------------- writing

    async def write(
        self, granules: Sequence[Prepared], caller: Caller, *, pass_: Pass | None = None
    ) -> list[Written | ThalwegError]:
        self._require_writer()
        return await self._queue.put(Batch(granules, caller, pass_)) if granules else []

    async def _commit(self, batches: Sequence[Batch]) -> list[list[Answer]]:
        answers = await self._drive(partial(weave.weave, batches, time.now()))
        self._settle_soon()
        return answers

    async def _drive(self, step: Callable[[], Asking[T]]) -> T:
        def work(connection: sqlite3.Connection) -> T:
            return self._driver_of(connection).drive(step)

        assert self._writer is not None, "what writes has asked for the writer's place"
        return await self._writer.ask(work)

    def _driver_of(self, connection: sqlite3.Connection) -> Driver:
        if self._driver is None:
            self._driver = Driver(connection)
        return self._driver

    def _settle_soon(self) -> None:
        """When nothing was written for a while: metrics take their place in the order by value, the log is emptied."""

        def begin() -> None:
            self._settling = asyncio.create_task(self._settle(), name="thalweg-settle")

        if self._quiet is not None:
            self._quiet.cancel()
        self._quiet = asyncio.get_running_loop().call_later(QUIET, begin)

    async def _settle(self) -> None:
        if self._writer is not None:
            with suppress(StoreError):  # it can wait
                await self._writer.ask(lambda connection: self._driver_of(connection).settle())
                await self._writer.ask(lambda connection: connection.execute("PRAGMA wal_checkpoint(PASSIVE)").close())

    def _require_writer(self) -> Writer:
        if self._closed:
            raise StoreError("The store is closed.", "Open it again.")
        if self._writer is None:
            raise StoreReadOnly(f"{self._read_only_because}; here it can only be read.", "Write through that process.")
        return self._writer

    async def begin_pass(self, source: str, caller: Caller) -> Pass:
        self._require_writer()
        return Pass(source, time.now())

    async def close_pass(self, pass_: Pass, caller: Caller) -> Written:
        self._require_writer()
        counts: dict[str, int] = {}
        outcome, cursor, more = Outcome.UNCHANGED, 0, True
        while more:
            written, more = await self._drive(partial(weave.retire, pass_, caller, time.now()))
            if written.outcome is Outcome.WRITTEN:
                outcome, cursor = Outcome.WRITTEN, max(cursor, written.cursor)
            for what, number in written.counts.items():
                counts[what] = counts.get(what, 0) + number
        return Written(outcome, counts=counts, cursor=cursor)

    async def forget(self, ids: Sequence[str], caller: Caller) -> Written:
        self._require_writer()
        return await self._drive(partial(weave.forget, ids, caller, time.now()))

    async def restore(self, ids: Sequence[str], caller: Caller) -> Written:
        self._require_writer()
        return await self._drive(partial(weave.restore, ids, caller, time.now()))

    async def keep_note(self, name: str, body: Json, caller: Caller) -> None:
        note = (name, orjson.dumps(body))
        await self._require_writer().ask(lambda connection: connection.execute(SQL["keep_note"], note).close())

    async def keep_verdict(self, id: str, body: Json, caller: Caller) -> None:
        verdict = (id, time.now(), caller.name, orjson.dumps(body))
        await self._require_writer().ask(lambda connection: connection.execute(SQL["keep_verdict"], verdict).close())

    # ------------------------------------------------------------------------------------------------------- reading

    async def get(self, ids: Sequence[str], caller: Caller) -> Mapping[str, Entity]:
        return await self._ask(lambda reader: entities.get(reader.connection, ids))

    async def with_column_lineage(self, ids: Sequence[str], caller: Caller) -> Mapping[str, Entity]:
        return await self._ask(lambda reader: entities.with_column_lineage(reader.connection, ids))

    async def find(self, find: Find, caller: Caller) -> Page:
        return await self._ask(lambda reader: lists.find(reader, find), find.seconds)

    async def count(self, kind: Kind, where: Condition, caller: Caller, *, seconds: float = 10.0) -> int:
        return await self._ask(lambda reader: lists.count(reader, kind, where), seconds)

    async def group(self, asked: Groups, caller: Caller) -> Grouped:
        return await self._ask(lambda reader: groups.group(reader, asked), asked.seconds)

    async def search(self, search_: Search, caller: Caller) -> Found:
        return await self._ask(lambda reader: search(reader, search_), search_.seconds)

    async def neighbours(self, ids: Sequence[str], ask: Neighbour, caller: Caller) -> Mapping[str, Neighbours]:
        return await self._ask(lambda reader: neighbours.neighbours(reader, ids, ask))

    async def walk(self, start: Start, walk: Walk, caller: Caller) -> Walked:
        try:
            return await self._ask(lambda reader: walks.walk(reader, start, walk), walk.seconds)
        except DeadlineExceeded:
            return walks.TOO_LATE

    async def path(self, between: PathBetween, caller: Caller) -> tuple[Edge, ...] | None:
        return await self._ask(lambda reader: paths.path(reader, between), between.seconds)

    async def degrees(self, ids: Sequence[str], caller: Caller, *, as_of: int | None = None) -> Mapping[str, Degrees]:
        return await self._ask(lambda reader: neighbours.degrees(reader, ids, as_of))

    async def marks(
        self, ids: Sequence[str], caller: Caller, *, as_of: int | None = None, history: bool = False
    ) -> Mapping[str, tuple[Mark, ...]]:
        at = time.now() if as_of is None else as_of
        period = {"first": -entities.FOREVER, "last": entities.FOREVER} if history else {"first": at, "last": at}

        def marks(reader: Reader) -> dict[str, tuple[Mark, ...]]:
            found: dict[str, list[Mark]] = {id: [] for id in ids}
            asked = {"ids": entities.as_json(found), **period}
            for id, model, version, kind, *rest in reader.connection.execute(entities.SQL["marks"], asked):
                found[id].append(Mark(model, version, MarkKind(kind), *rest))
            return {id: tuple(marks) for id, marks in found.items()}

        return await self._ask(marks)

    async def metric_history(self, id: str, metric: str, caller: Caller) -> tuple[Point, ...]:
        def points(reader: Reader) -> tuple[Point, ...]:
            n = entities.handles(reader.connection, [id]).get(id)
            rows = reader.connection.execute(entities.SQL["metric_history"], {"n": n, "key": metric}).fetchall()
            # two scopes may state the same point; `repr`, because NaN is not itself
            several = {(p.step, p.at, repr(p.value)): p for (packed,) in rows for p in unpack(packed)}
            return tuple(sorted(several.values(), key=lambda point: (point.step, point.at)))

        return await self._ask(points)

    async def events(self, after: int, limit: int, caller: Caller) -> tuple[Event, ...]:
        def events(reader: Reader) -> tuple[Event, ...]:
            rows = reader.connection.execute(entities.SQL["events"], {"after": after, "limit": limit})
            return tuple(
                Event(seq, at, who, request_id, source, scope, tuple(orjson.loads(changes)))
                for seq, at, who, request_id, source, scope, changes in rows
            )

        return await self._ask(events)

    async def joins(self, ids: Sequence[str], caller: Caller) -> dict[str, tuple[Joined, ...]]:
        return await self._ask(lambda reader: entities.joins(reader.connection, ids))

    async def notes(self, begin: str, caller: Caller) -> dict[str, Json]:
        def notes(reader: Reader) -> dict[str, Json]:
            asked = {"begin": begin, "end": end_of(begin)}
            return {name: orjson.loads(body) for name, body in reader.connection.execute(entities.SQL["notes"], asked)}

        return await self._ask(notes)

    async def verdict(self, id: str, caller: Caller) -> Verdict | None:
        def verdict(reader: Reader) -> Verdict | None:
            row = reader.connection.execute(entities.SQL["verdict"], (id,)).fetchone()
            if row is None:
                return None
            known, at, who, body = row
            return Verdict(known, at, who, orjson.loads(body))

        return await self._ask(verdict)

    async def sources(self, caller: Caller) -> tuple[Source, ...]:
        def sources(reader: Reader) -> tuple[Source, ...]:
            return tuple(Source(*row) for row in reader.connection.execute(entities.SQL["sources"]))

        return await self._ask(sources)

    async def _ask(self, question: Callable[[Reader], T], seconds: float | None = None) -> T:
        if self._closed:
            raise StoreError("The store is closed.", "Open it again.")
        return await self._readers.ask(question, seconds)

    # -------------------------------------------------------------------------------------------------------- upkeep

    async def info(self) -> StoreInfo:
        def info(reader: Reader) -> StoreInfo:
            execute = reader.connection.execute
            sources, events, release = execute(entities.SQL["totals"]).fetchone()
            return StoreInfo(
                "sqlite",
                f"sqlite:///{self._file}",
                opening.version(reader.connection, self._file) or 0,
                release,
                self.read_only,
                {KINDS[kind]: number for kind, number in execute(entities.SQL["kinds"])},
                {TYPES[type]: number for type, number in execute(entities.SQL["types"])},
                sources,
                events,
            )

        return await self._ask(info)

    async def check(self) -> Checked:
        return await self._ask(upkeep.check)

    async def rebuild(self, caller: Caller) -> int:
        self._require_writer()
        hung = await self._ask(lambda reader: upkeep.wrong_reads(reader.connection))
        mended = await self._drive(partial(weave.rehang, hung, time.now())) if hung else 0
        wrong = await self._ask(lambda reader: upkeep.wrong_derived(reader.connection))
        mended += await self._drive(partial(rebuild, wrong, time.now())) if wrong else 0
        return mended + await self._require_writer().ask(texts.mend)

    async def migrate(self) -> tuple[int, int]:
        def migrate(connection: sqlite3.Connection) -> tuple[int, int]:
            return opening.migrate(connection, self._file), SCHEMA_VERSION

        return await self._require_writer().ask(migrate)

    async def ping(self) -> None:
        await self._ask(lambda reader: reader.connection.execute("SELECT 1 FROM meta").fetchone(), 5.0)

    async def close(self) -> None:
        """Commits what waits, then lets go of the file. Closing twice is closing once."""
        if self._closed:
            return
        self._closed = True
        await self._queue.close()
        if self._quiet is not None:
            self._quiet.cancel()
            await (self._settling or self._settle())
        await self._readers.close()
        if self._writer is not None:
            await self._writer.close()
        if self._lock is not None:
            self._lock.release()


def _open(file: Path, read_only: bool, older: bool, synchronous: Synchronous, readers: int) -> SQLiteStore:
    there = opening.look(file)
    lock, because = None, f"{file} was opened for reading"
    if not read_only:
        lock, because = _writers_place(file, there)
    writer: sqlite3.Connection | None = None
    try:
        if lock is not None:
            writer = _writer(file, older, synchronous)
            if writer is None:
                lock.release()
                lock, because = None, f"{file} cannot be written"
        elif not there:
            raise StoreNotFound(f"There is no store at {file}.", "A server, or an import, makes one.")
        mode = opening.reading_mode(file)
        if writer is None:
            with closing(connect(file, mode, cache=1)) as connection:
                opening.require(connection, file, older=older)
        pool = Readers(partial(connect_reader, file, mode, cache=READER_CACHE), readers)
    except BaseException as error:
        if writer is not None:
            writer.close()
        if lock is not None:
            lock.release()
        if isinstance(error, sqlite3.Error):
            raise translated(error, str(file)) from error
        raise
    return SQLiteStore(file, pool, Writer(writer) if writer is not None else None, lock, because)


def _writers_place(file: Path, there: bool) -> tuple[WriterLock | None, str]:
    """The writer's place, or why it cannot be had."""
    lock = WriterLock(str(file))
    try:
        if lock.take():
            return lock, ""
    except OSError as error:
        if not there:
            raise StoreDenied(
                f"{file} cannot be made: its folder cannot be written ({error.strerror}).", "Check its permissions."
            ) from error
        return None, f"The folder of {file} cannot be written ({error.strerror})"
    holder = f"process {lock.holder}" if lock.holder is not None else "another process"
    if not there:
        raise StoreUnavailable(f"{file} is just being made by {holder}.", "Try again.")
    return None, f"{file} is written by {holder}"


def _writer(file: Path, older: bool, synchronous: Synchronous) -> sqlite3.Connection | None:
    """The connection that writes; makes a store where there is none. None where the file may not be written."""
    with closing(connect(file, "rwc", cache=1)) as connection:
        found = opening.version(connection, file)
        if found is not None:
            opening.require(connection, file, older=older)
            if not opening.writable(connection):
                return None
    connection = connect_writer(file, synchronous=synchronous, cache=WRITER_CACHE)
    try:
        if found is None:
            opening.create(connection)
    except BaseException:
        connection.close()
        raise
    return connection
