"""`make bench`: every case on both engines and at each size, side by side in one run; prints a table, writes JSON."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import neo4j

from bench import cases, command, events, lineage
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
    return neo4j.AsyncGraphDatabase.driver(url, notifications_min_severity="OFF", telemetry_disabled=True)


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
        if engine == "neo4j":
            async with raw_driver(url) as driver:
                report.rate(engine, await events.bare_neo4j(driver, number // 4))
        else:
            report.rate(engine, await events.bare_sqlite(number // 4))
    with address(engine) as url, serving(url, read_only=False) as (client, pid):
        for rate in await events.over_http(client.port, pid, number):
            report.rate(engine, rate)


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument("--entities", type=int, nargs="*", default=SIZES, help="sizes of the estate")
    words.add_argument("--events", type=int, default=EVENTS, help="OpenLineage events; 0 for none")
    words.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    words.add_argument("--json", type=Path, default=Path("bench.json"), help="where the numbers are written")
    asked = words.parse_args()
    gc.set_threshold(*COLLECTED)  # as `thalweg import` does
    os.environ.setdefault("THALWEG_LOG_LEVEL", "warning")
    report = Report()
    try:
        for engine in asked.engines if asked.events else ():
            asyncio.run(write_events(report, engine, asked.events))
        for entities in asked.entities:
            for engine in asked.engines:
                with address(engine) as url:
                    asyncio.run(measure(report, engine, Size(entities), url))
    finally:
        report.show()
        report.write(asked.json)


if __name__ == "__main__":
    main()
