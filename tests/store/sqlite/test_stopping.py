"""What is no longer wanted is stopped inside SQLite; what is being written is not."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.facts import granule, ids, thing
from thalweg import ingest
from thalweg.model.errors import DeadlineExceeded, StoreError
from thalweg.model.facts import ANYONE
from thalweg.model.results import Written
from thalweg.store.open import open_store
from thalweg.store.sqlite.connections import Reader, Readers, connect, connect_reader, connect_writer
from thalweg.store.sqlite.store import SQLiteStore

pytestmark = pytest.mark.anyio

FOR_EVER = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"


@pytest.fixture
async def one_reader(file: Path) -> AsyncIterator[Readers]:
    """A pool of one, so that a question that went on would let no other be answered."""
    connect(file, "rwc", cache=1).close()
    readers = Readers(lambda: connect_reader(file, "ro", cache=1), 1)
    yield readers
    await readers.close()


def one(reader: Reader) -> int:
    number: int = reader.connection.execute("SELECT 1").fetchone()[0]
    return number


async def test_at_its_deadline_a_question_stops(one_reader: Readers) -> None:
    for _ in range(3):
        with pytest.raises(DeadlineExceeded):
            await one_reader.ask(lambda reader: reader.connection.execute(FOR_EVER).fetchone(), 0.02)
        assert await one_reader.ask(one) == 1


async def test_a_question_that_waits_in_vain_for_a_reader_is_told_at_its_deadline(one_reader: Readers) -> None:
    begun = threading.Event()
    first = asyncio.create_task(one_reader.ask(_forever(begun)))
    await asyncio.to_thread(begun.wait)
    with pytest.raises(DeadlineExceeded):
        await one_reader.ask(one, 0.02)
    first.cancel()
    assert await one_reader.ask(one) == 1


async def test_when_nobody_waits_any_more_it_stops(one_reader: Readers) -> None:
    for _ in range(3):
        begun = threading.Event()
        task = asyncio.create_task(one_reader.ask(_forever(begun)))
        await asyncio.to_thread(begun.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await one_reader.ask(one) == 1


async def test_closing_stops_what_runs(file: Path) -> None:
    connect(file, "rwc", cache=1).close()
    readers = Readers(lambda: connect_reader(file, "ro", cache=1), 2)
    begun = threading.Event()
    task = asyncio.create_task(readers.ask(_forever(begun)))
    await asyncio.to_thread(begun.wait)
    await readers.close()
    with pytest.raises(DeadlineExceeded):
        await task


def _forever(begun: threading.Event) -> Callable[[Reader], None]:
    def question(reader: Reader) -> None:
        begun.set()
        reader.connection.execute(FOR_EVER).fetchone()

    return question


async def test_a_reader_cannot_write(file: Path) -> None:
    connection = connect_writer(file, synchronous="FULL", cache=1)
    connection.execute("CREATE TABLE t (x)")
    readers = Readers(lambda: connect_reader(file, "ro", cache=1), 1)
    with pytest.raises(StoreError, match="cannot be written"):
        await readers.ask(lambda reader: reader.connection.execute("INSERT INTO t VALUES (1)"))
    await readers.close()
    connection.close()


async def test_a_question_sees_one_moment(file: Path) -> None:
    writer = connect_writer(file, synchronous="FULL", cache=1)
    writer.execute("CREATE TABLE t (x)")
    readers = Readers(lambda: connect_reader(file, "ro", cache=1), 1)

    def twice(reader: Reader) -> list[int]:
        counts = []
        for _ in range(2):
            counts.append(reader.connection.execute("SELECT count(*) FROM t").fetchone()[0])
            writer.execute("INSERT INTO t VALUES (1)")
        return counts

    assert await readers.ask(twice) == [0, 0]
    assert await readers.ask(twice) == [2, 2]
    await readers.close()
    writer.close()


async def test_a_write_whose_caller_has_gone_is_committed_whole(file: Path) -> None:
    store = await open_store(f"sqlite:///{file}")
    task = asyncio.create_task(
        ingest.state(store, [granule("g", *(thing(f"d{number}") for number in range(500)))], ANYONE)
    )
    await asyncio.sleep(0)  # so that it is put
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await store.close()
    store = await open_store(f"sqlite:///{file}")
    words = [f"d{number}" for number in range(500)]
    assert len(await store.get(ids(*words), ANYONE)) == 500
    await store.close()


async def test_a_full_disk_fails_the_write_and_leaves_what_was(file: Path) -> None:
    store = await SQLiteStore.open(file)
    await ingest.state(store, [granule("a", thing("a"))], ANYONE)
    assert store._writer is not None
    await store._writer.ask(_full)
    big = granule("big", *(thing(f"d{number}", description="x" * 500) for number in range(2_000)))
    full, small = await ingest.state(store, [big, granule("small", thing("small"))], ANYONE)
    assert isinstance(full, StoreError)
    assert "is full" in full.message
    assert isinstance(small, Written), "what has room is written"
    assert set(await store.get(ids("a", "small", "d1"), ANYONE)) == set(ids("a", "small"))
    assert (await store.check()).findings == ()
    await store.close()


def _full(connection: sqlite3.Connection) -> None:
    """Leaves room for a few pages, as a disk that is nearly full does: SQLite says the same of both."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 20}")
