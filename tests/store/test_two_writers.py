"""Two writers at once end in the same state as one, and a reader of the events misses nothing of either."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from subprocess import PIPE

import anyio
import pytest
from anyio.abc import Process

from tests.store.conftest import Fresh
from tests.store.dump import Dump, dump
from tests.store.writing import RUNS, estate, share, write
from thalweg.model.facts import ANYONE
from thalweg.model.results import Event
from thalweg.store.open import open_store
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[2]

async def start(address: str, *what: str) -> Process:
    command = [sys.executable, "-m", "tests.store.writing", address, *what]
    return await anyio.open_process(command, cwd=ROOT, stdout=PIPE, stderr=PIPE)


async def finished(process: Process) -> dict[str, object]:
    assert process.stdout is not None
    assert process.stderr is not None
    said = b"".join([part async for part in process.stdout])
    problem = b"".join([part async for part in process.stderr])
    assert await process.wait() == 0, problem.decode()
    answer: dict[str, object] = json.loads(said)
    return answer


async def by_one(fresh: Fresh) -> Dump:
    async with fresh() as store:
        assert await write(store, estate()) == RUNS
        return await dump(store)


@pytest.fixture
async def neo4j_store(empty_neo4j: str) -> AsyncIterator[Store]:
    store = await open_store(empty_neo4j)
    yield store
    await store.close()


async def test_two_tasks_through_one_store(fresh: Fresh) -> None:
    async with fresh() as store:
        async with anyio.create_task_group() as tasks:
            for writer in (0, 1):
                tasks.start_soon(write, store, share(writer))
        found, events = await dump(store), await store.events(0, 100_000, ANYONE)
        assert (await store.check()).findings == ()
    assert found == await by_one(fresh)
    told_once(events)


async def test_two_processes_on_neo4j_and_one_that_follows_the_events(
    empty_neo4j: str, neo4j_store: Store, fresh_neo4j: Fresh
) -> None:
    processes = [await start(empty_neo4j, "write", str(writer)) for writer in (0, 1)]
    followed: list[Event] = []
    async with anyio.create_task_group() as tasks:
        for process in processes:
            tasks.start_soon(finished, process)
        while any(process.returncode is None for process in processes):
            followed += await neo4j_store.events(followed[-1].cursor if followed else 0, 7, ANYONE)
    while page := await neo4j_store.events(followed[-1].cursor if followed else 0, 100, ANYONE):
        followed += page
    assert followed == list(await neo4j_store.events(0, 100_000, ANYONE))
    told_once(followed)
    assert (await neo4j_store.check()).findings == ()
    found = await dump(neo4j_store)
    assert found == await by_one(fresh_neo4j)


def told_once(events: list[Event] | tuple[Event, ...]) -> None:
    """Each granule changed something once, whoever came first; each thing was made once."""
    assert Counter(event.scope for event in events) == Counter(one.name for one in estate())
    cursors = [event.cursor for event in events]
    assert cursors == sorted(set(cursors))
    made = Counter(
        (change["id"], "stub" in change) for event in events for change in event.changes if change["change"] == "CREATED"
    )
    assert set(made.values()) == {1}


async def test_a_second_process_on_a_sqlite_file_reads_and_says_that_it_only_reads(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/store.db"
    first = await open_store(address)
    assert not first.read_only
    await write(first, estate()[:1])
    second = await finished(await start(address, "try"))
    assert second["read_only"] is True
    assert second["answer"] == "STORE_READ_ONLY"
    assert {"*r0", "fraud/0", "hub"} <= set(second["seen"])  # type: ignore[call-overload]
    await write(first, estate()[1:2])
    assert {"*r1", "fraud/1"} <= set((await finished(await start(address, "try")))["seen"])  # type: ignore[call-overload]
    await first.close()
    third = await finished(await start(address, "try"))
    assert (third["read_only"], third["answer"]) == (False, "WRITTEN")
