"""Two writers at once end in the same state as one, and a reader of the events misses nothing of either."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE
from typing import Any

import anyio
import pytest
from anyio.abc import Process

from tests.store.dump import dump
from tests.store.writing import RUNS, estate, share, write
from thalweg.model.facts import ANYONE
from thalweg.model.results import Event
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[2]

Wipe = Callable[[], None]


async def start(address: str, *what: str) -> Process:
    command = [sys.executable, "-m", "tests.store.writing", address, *what]
    return await anyio.open_process(command, cwd=ROOT, stdout=PIPE, stderr=PIPE)


async def finished(process: Process) -> dict[str, Any]:
    """What a process printed, when it has ended well."""
    said: dict[str, bytes] = {}

    async def read(name: str) -> None:
        said[name] = b"".join([part async for part in getattr(process, name)])

    async with process, anyio.create_task_group() as tasks:
        tasks.start_soon(read, "stdout")
        tasks.start_soon(read, "stderr")
    assert process.returncode == 0, said["stderr"].decode()
    answer: dict[str, Any] = json.loads(said["stdout"])
    return answer


async def as_by_one(store: Store, wipe: Wipe) -> None:
    """That the store holds what one writer alone would have left."""
    assert (await store.check()).findings == ()
    found = await dump(store)
    wipe()
    assert await write(store, estate()) == RUNS
    assert await dump(store) == found


def told_once(events: list[Event]) -> None:
    """Each granule changed something once, whoever came first; each thing was made once."""
    assert Counter(event.scope for event in events) == Counter(one.name for one in estate())
    cursors = [event.cursor for event in events]
    assert cursors == sorted(set(cursors))
    made = Counter(
        (change["id"], "stub" in change)
        for event in events
        for change in event.changes
        if change["change"] == "CREATED"
    )
    assert set(made.values()) == {1}


async def test_two_tasks_through_one_store(store: Store, wipe: Wipe) -> None:
    async with anyio.create_task_group() as tasks:
        for writer in (0, 1):
            tasks.start_soon(write, store, share(writer))
    told_once(list(await store.events(0, 100_000, ANYONE)))
    await as_by_one(store, wipe)


@pytest.mark.parametrize("address", [pytest.param("neo4j", marks=pytest.mark.neo4j)], indirect=True)
async def test_two_processes_and_one_that_follows_the_events(address: str, store: Store, wipe: Wipe) -> None:
    processes = [await start(address, "write", str(writer)) for writer in (0, 1)]
    followed: list[Event] = []
    taken: list[dict[str, Any]] = []

    async def wait(process: Process) -> None:
        taken.append(await finished(process))

    async with anyio.create_task_group() as tasks:
        for process in processes:
            tasks.start_soon(wait, process)
        while len(taken) < len(processes):
            followed += await store.events(followed[-1].cursor if followed else 0, 7, ANYONE)
    while page := await store.events(followed[-1].cursor if followed else 0, 100, ANYONE):
        followed += page
    assert followed == list(await store.events(0, 100_000, ANYONE))
    assert sorted(answer["taken"] for answer in taken) == sorted(len(share(writer)) for writer in (0, 1))
    told_once(followed)
    await as_by_one(store, wipe)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
async def test_a_second_process_on_one_file_reads_and_says_that_it_only_reads(address: str, store: Store) -> None:
    assert not store.read_only
    await write(store, estate()[:1])
    second = await finished(await start(address, "try"))
    assert (second["read_only"], second["answer"]) == (True, "STORE_READ_ONLY")
    assert {"*r0", "fraud/0", "hub"} <= set(second["seen"])
    await write(store, estate()[1:2])
    assert {"*r1", "fraud/1"} <= set((await finished(await start(address, "try")))["seen"])
    await store.close()
    third = await finished(await start(address, "try"))
    assert (third["read_only"], third["answer"]) == (False, "WRITTEN")
