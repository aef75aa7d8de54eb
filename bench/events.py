"""OpenLineage events: how many a second are written durably, one by one and in batches, beside the bare rows.

An event reads two tables and writes one, with five facets, column lineage among them: some ten rows. Two events make a
run.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import neo4j

from bench.rates import Rate, bare, memory
from thalweg import ingest
from thalweg.importers.openlineage import heard
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE, Granule
from thalweg.model.time import rfc3339
from thalweg.store.open import open_store

CONNECTIONS = 32
BATCH = 500
BEGIN = 1_700_000_000_000_000
TABLES = 500
JOBS = 100
PRODUCER = "https://example.com/etl"
EVENTS = "OpenLineage events"


def event(number: int) -> dict[str, Any]:
    run, ends = divmod(number, 2)
    columns = [{"name": name, "type": "double"} for name in ("amount", "country", "day")]
    source = {"namespace": "s3://bench", "name": f"raw/{run % TABLES}"}
    made = {one["name"]: {"inputFields": [{**source, "field": one["name"]}]} for one in columns}
    return {
        "eventType": ("START", "COMPLETE")[ends],
        "eventTime": rfc3339(BEGIN + run * 60_000_000 + ends * 30_000_000),
        "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {
            "runId": f"01890f3e-5c1e-7c3a-b7a9-{run:012x}",
            "facets": {"processing_engine": _facet(name="spark", version="3.5.1")},
        },
        "job": {
            "namespace": "bench",
            "name": f"job-{run % JOBS}",
            "facets": {"jobType": _facet(processingType="BATCH")},
        },
        "inputs": [
            {**source, "facets": {"schema": _facet(fields=columns)}},
            {"namespace": "s3://bench", "name": f"lookup/{run % TABLES}"},
        ],
        "outputs": [
            {
                "namespace": "s3://bench",
                "name": f"made/{run % JOBS}",
                "facets": {"columnLineage": _facet(fields=made)},
                "outputFacets": {"outputStatistics": _facet(rowCount=run, size=run)},
            }
        ],
    }


def _facet(**fields: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": "https://openlineage.io/spec/facets/1-0-0/X.json", **fields}


def parts(numbers: range) -> Iterator[range]:
    return (numbers[begin : begin + BATCH] for begin in range(0, len(numbers), BATCH))


def granules(numbers: Sequence[int]) -> list[Granule]:
    return [granule for number in numbers for granule in heard(event(number)).granules]


# ----------------------------------------------------------------------------------------------------------- over HTTP


class Connection:
    """One connection that is kept open, without anything that takes time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def post(self, path: str, body: bytes) -> None:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        )
        self.writer.write(head.encode() + b"\r\n\r\n" + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        lines = answer.lower().split(b"\r\n")
        length = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
        said = await self.reader.readexactly(length)
        if not answer.startswith(b"HTTP/1.1 200") or b'"partial_success"' in said:
            raise RuntimeError(f"The server answered {answer!r} {said[:500]!r}")


@asynccontextmanager
async def connections(port: int, number: int) -> AsyncIterator[list[Connection]]:
    found = [Connection(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(number)]
    try:
        yield found
    finally:
        for one in found:
            one.writer.close()


async def posted(
    way: str, port: int, pid: int, path: str, bodies: Iterator[tuple[int, bytes]], total: int, lines: int
) -> Rate:
    """Posts each body, over so many connections; each takes the next when the one before is answered."""
    done = 0
    seen: list[float] = []

    async def work(connection: Connection) -> None:
        nonlocal done
        for events, body in bodies:
            await connection.post(path, body)
            done += events
            if not seen and done >= total / 10:
                seen.append(memory(pid))

    async with connections(port, lines) as found:
        began = time.perf_counter()
        await asyncio.gather(*(work(connection) for connection in found))
        return Rate(EVENTS, way, done, time.perf_counter() - began, (seen[0], memory(pid)))


async def over_http(port: int, pid: int, events: int) -> list[Rate]:
    """Half of the events one by one, the other half in batches."""
    half = events // 2
    single = ((1, json.dumps(event(number)).encode()) for number in range(half))
    batches = ((len(some), json.dumps([event(one) for one in some]).encode()) for some in parts(range(half, events)))
    return [
        await posted(f"posts, {CONNECTIONS} connections", port, pid, "/api/v1/lineage", single, half, CONNECTIONS),
        await posted(
            f"batches of {BATCH}, 2 connections", port, pid, "/api/v1/lineage/batch", batches, events - half, 2
        ),
    ]


# ------------------------------------------------------------------------------------------------------------ the limit


async def in_process(url: str, events: int) -> Rate:
    """The same, read and stated in this process: what HTTP does not cost."""
    store = await open_store(url)
    began = time.perf_counter()
    for numbers in parts(range(events)):
        for answer in await ingest.state(store, granules(numbers), ANYONE):
            if isinstance(answer, ThalwegError):
                raise answer
    seconds = time.perf_counter() - began
    await store.close()
    return Rate(EVENTS, "read and stated in this process", events, seconds)


async def bare_rows(events: int, driver: neo4j.AsyncDriver | None) -> Rate:
    return await bare(EVENTS, events, (granules(numbers) for numbers in parts(range(events))), driver)
