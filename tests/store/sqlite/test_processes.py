"""One file, several processes: one writes, the others read and say so; what was acknowledged outlives its writer."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import PIPE
from typing import Any

import anyio
import pytest
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream

from tests.facts import granule, ids, thing
from thalweg import ingest
from thalweg.model.errors import StoreReadOnly
from thalweg.model.facts import ANYONE
from thalweg.model.results import Written
from thalweg.store.open import open_store

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[3]


class Child:
    def __init__(self, process: Process) -> None:
        assert process.stdout is not None
        self.process = process
        self._said = TextReceiveStream(process.stdout)
        self._text = ""

    async def says(self) -> Any:
        """The next line."""
        while "\n" not in self._text:
            self._text += await self._said.receive()
        line, _, self._text = self._text.partition("\n")
        return json.loads(line)

    async def end(self) -> None:
        """Lets it go its way to the end."""
        assert self.process.stdin is not None
        await self.process.stdin.aclose()
        assert await self.process.wait() == 0

    async def rest(self) -> list[Any]:
        """All that it had said when it was ended."""
        async for text in self._said:
            self._text += text
        return [json.loads(line) for line in self._text.splitlines() if line.endswith('"')]


@asynccontextmanager
async def child(file: Path, what: str) -> AsyncIterator[Child]:
    command = [sys.executable, "-m", "tests.store.sqlite.child", str(file), what]
    async with await anyio.open_process(command, stdin=PIPE, stdout=PIPE, stderr=None, cwd=ROOT) as process:
        try:
            yield Child(process)
        finally:
            if process.returncode is None:
                process.kill()


async def test_a_second_process_reads_and_is_told_who_writes(file: Path) -> None:
    store = await open_store(f"sqlite:///{file}")
    await ingest.state(store, [granule("g", thing("a"), thing("b"))], ANYONE)
    async with child(file, "hold") as other:
        assert await other.says() == {"read_only": True, "datasets": 2}
        assert f"written by process {os.getpid()}" in await other.says()
        await other.end()
    assert not store.read_only
    (written,) = await ingest.state(store, [granule("h", thing("c"))], ANYONE)
    assert isinstance(written, Written)
    await store.close()


async def test_the_place_is_free_when_its_holder_is_done(file: Path) -> None:
    async with child(file, "hold") as holder:
        assert await holder.says() == {"read_only": False, "datasets": 0}
        assert await holder.says() == "written"
        store = await open_store(f"sqlite:///{file}")
        assert store.read_only
        assert set(await store.get(ids("child"), ANYONE)) == set(ids("child"))
        with pytest.raises(StoreReadOnly, match=f"written by process {holder.process.pid}"):
            await ingest.state(store, [granule("mine", thing("mine"))], ANYONE)
        await holder.end()
        assert store.read_only, "one that was opened for reading stays so"
        await store.close()
    store = await open_store(f"sqlite:///{file}")
    assert not store.read_only
    await store.close()


async def test_two_stores_of_one_process_are_no_two_writers(file: Path) -> None:
    first = await open_store(f"sqlite:///{file}")
    second = await open_store(f"sqlite:///{file}")
    assert (first.read_only, second.read_only) == (False, True)
    await ingest.state(first, [granule("g", thing("a"))], ANYONE)
    assert set(await second.get(ids("a"), ANYONE)) == set(ids("a"))
    await second.close()
    (written,) = await ingest.state(first, [granule("h", thing("b"))], ANYONE)
    assert isinstance(written, Written)
    await first.close()


async def test_what_was_acknowledged_is_there_after_a_kill(file: Path) -> None:
    for _ in range(3):
        async with child(file, "write") as writer:
            said = [await writer.says() for _ in range(40)]
            writer.process.kill()
            said += await writer.rest()
            await writer.process.wait()
        store = await open_store(f"sqlite:///{file}")
        assert not store.read_only, "a dead process holds no place"
        assert (await store.get(ids(*said), ANYONE)).keys() == set(ids(*said))
        assert (await store.check()).findings == ()
        await store.close()
