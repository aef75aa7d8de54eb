"""Stores that hold an estate."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from tests.exploring import explore, wipe
from tests.lineage.estate import Estate
from thalweg import ingest
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE
from thalweg.store.open import open_store
from thalweg.store.store import Store

__all__ = ["explore", "wipe"]

T = TypeVar("T")


async def hold(store: Store, estate: Estate) -> None:
    """States an estate to a store; all of it must be taken."""
    for written in await ingest.state(store, [estate.granule()], ANYONE):
        if isinstance(written, ThalwegError):
            raise written


class Fresh(Protocol):
    """What a question is answered with by a store that holds only this estate; for examples, which come one by one."""

    def __call__(self, estate: Estate, ask: Callable[[Store], Awaitable[T]]) -> T: ...


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Fresh]:
    numbers = count()

    async def answer(estate: Estate, ask: Callable[[Store], Awaitable[T]]) -> T:
        store = await open_store(f"sqlite:///{tmp_path}/{next(numbers)}.db", synchronous="NORMAL")
        try:
            await hold(store, estate)
            return await ask(store)
        finally:
            await store.close()

    with asyncio.Runner() as runner:
        yield lambda estate, ask: runner.run(answer(estate, ask))
