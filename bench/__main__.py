"""`make bench`: every case on both engines and at each size, side by side in one run; prints a table, writes JSON."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import neo4j

from bench import cases, command, events, lineage, runs
from bench.case import Case, Doors
from bench.estate import Size
from bench.ingest import load
from bench.report import Report
from bench.server import serving
from bench.timing import side_by_side
from tests.neo4j_server import running_neo4j
from thalweg.cli.main import COLLECTED
from thalweg.store.open import open_store

SIZES = (100_000, 1_000_000)
EVENTS = 200_000
RUNS = 100_000
ENGINES = ("sqlite", "neo4j")


@contextmanager
def address(engine: str) -> Iterator[str]:
    """The address of an empty store, whose content is gone afterwards."""
    if engine == "neo4j":
        with running_neo4j() as url:
            yield url
        return
    with TemporaryDirectory(prefix="thalweg-bench-") as folder:
        yield f"sqlite:///{folder}/bench.db"


def raw_driver(url: str) -> neo4j.AsyncDriver:
    """What nothing over Neo4j is faster than: it hears of nothing but its rows, as the store's own driver."""
    return neo4j.AsyncGraphDatabase.driver(
        url, notifications_min_severity="OFF", warn_notification_severity="OFF", telemetry_disabled=True
    )


@asynccontextmanager
async def bare_driver(engine: str, url: str) -> AsyncIterator[neo4j.AsyncDriver | None]:
    """That of a Neo4j; SQLite's needs none."""
    if engine != "neo4j":
        yield None
        return
    async with raw_driver(url) as driver:
        yield driver


async def measure(report: Report, engine: str, size: Size, url: str) -> None:
    async def all_of(some: list[Case]) -> None:
        for case in some:
            print(f"{engine}, {size.entities:,} entities: {case.name}", flush=True)
            report.spreads(case.name, engine, size.entities, await side_by_side(case.ways))

    store = await open_store(url)
    print(f"{engine}, {size.entities:,} entities: loading", flush=True)
    report.ingest(engine, size.entities, await load(store, size))
    await all_of([*cases.of_store(store), *lineage.of_store(store), *lineage.stopped(store)])
    await store.close()
    if engine == "sqlite":
        await all_of(command.of_file(url))
    with serving(url) as (client, _):
        driver = raw_driver(url) if engine == "neo4j" else None
        session = driver.session() if driver is not None else None
        doors = Doors(client, session)
        await all_of([*cases.over_http(doors), *lineage.over_http(doors)])
        if session is not None and driver is not None:
            await session.close()
            await driver.close()


async def write_events(report: Report, engine: str, number: int) -> None:
    """OpenLineage events into empty stores, and the bare rows of the same beside them."""
    print(f"{engine}, {number:,} OpenLineage events", flush=True)
    with address(engine) as url:
        report.rate(engine, await events.in_process(url, number // 4))
        async with bare_driver(engine, url) as driver:
            report.rate(engine, await events.bare_rows(number // 4, driver))
    with address(engine) as url, serving(url, read_only=False) as (client, pid):
        for rate in await events.over_http(client.port, pid, number):
            report.rate(engine, rate)


async def import_runs(report: Report, engine: str, path: Path, number: int) -> None:
    """The runs of an MLflow into an empty store, and the bare rows of the same beside them."""
    print(f"{engine}, {number:,} MLflow runs", flush=True)
    with address(engine) as url:
        for rate in await runs.imported(url, path, number):
            report.rate(engine, rate)
        async with bare_driver(engine, url) as driver:
            report.rate(engine, await runs.bare_rows(path, number, driver))


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument("--entities", type=int, nargs="*", default=SIZES, help="sizes of the estate")
    words.add_argument("--events", type=int, default=EVENTS, help="OpenLineage events; 0 for none")
    words.add_argument("--runs", type=int, default=RUNS, help="MLflow runs; 0 for none")
    words.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    words.add_argument("--json", type=Path, default=Path("bench.json"), help="where the numbers are written")
    asked = words.parse_args()
    gc.set_threshold(*COLLECTED)  # as `thalweg import` does
    os.environ.pop("PYTHONNEO4JDEBUG", None)  # the tests' own, from whom Neo4j comes: a server must not have it
    os.environ.setdefault("THALWEG_LOG_LEVEL", "warning")
    report = Report()
    try:
        for engine in asked.engines if asked.events else ():
            asyncio.run(write_events(report, engine, asked.events))
        if asked.runs:
            with TemporaryDirectory(prefix="thalweg-bench-") as folder:
                made, number = runs.make(Path(folder), asked.runs)
                for engine in asked.engines:
                    asyncio.run(import_runs(report, engine, made, number))
        for entities in asked.entities:
            for engine in asked.engines:
                with address(engine) as url:
                    asyncio.run(measure(report, engine, Size(entities), url))
    finally:
        report.show()
        report.write(asked.json)


if __name__ == "__main__":
    main()
