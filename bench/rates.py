"""How many things a second are written, and what nothing is faster than: the bare rows of the same."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import neo4j

from thalweg.model.facts import Granule


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of something were written in how many seconds.

    memory: the MB that the process held for itself after a tenth of them, and after all.
    """

    what: str
    way: str
    number: int
    seconds: float
    memory: tuple[float, float] | None = None

    @property
    def a_second(self) -> float:
        return self.number / self.seconds


def memory(pid: int | str = "self") -> float:
    """MB that a process holds for itself, without the files that it looks into (a store is one), where the system tells
    it; 0 elsewhere.
    """
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    return next(int(line.split()[1]) / 1_000 for line in status.read_text().splitlines() if line.startswith("RssAnon"))


Batches = Iterable[list[Granule]]


async def bare(what: str, number: int, batches: Batches, driver: neo4j.AsyncDriver | None) -> Rate:
    """The rows that granules state, an id and a text for each entity and edge, a batch at a time by nothing but the
    driver: Neo4j's, or that of SQLite without one.
    """
    if driver is not None:
        return await _written(what, number, batches, lambda rows: _into_neo4j(driver, rows))
    with TemporaryDirectory(prefix="thalweg-bench-") as folder:
        connection = sqlite3.connect(f"{folder}/bare.db")
        connection.executescript("PRAGMA journal_mode = WAL; CREATE TABLE row(id TEXT PRIMARY KEY, body TEXT);")
        rate = await _written(what, number, batches, lambda rows: _into_sqlite(connection, rows))
        connection.close()
    return rate


Rows = list[tuple[str, str]]


async def _written(what: str, number: int, batches: Batches, write: Callable[[Rows], Awaitable[None]]) -> Rate:
    numbered = count()
    seconds = 0.0
    for stated in batches:
        rows = [(f"{next(numbered)}", str(fact)) for granule in stated for fact in (*granule.entities, *granule.edges)]
        began = time.perf_counter()
        await write(rows)
        seconds += time.perf_counter() - began
    return Rate(what, "bare rows by the driver", number, seconds)


async def _into_sqlite(connection: sqlite3.Connection, rows: Rows) -> None:
    with connection:
        connection.executemany("INSERT INTO row VALUES (?, ?)", rows)


async def _into_neo4j(driver: neo4j.AsyncDriver, rows: Rows) -> None:
    await driver.execute_query("UNWIND $rows AS row CREATE (:Bare {id: row[0], body: row[1]})", rows=rows)
