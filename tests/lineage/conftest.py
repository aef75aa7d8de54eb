"""Stores that hold an estate."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Protocol, TypeVar

import pytest
from hypothesis import Phase, settings

from tests.exploring import explore, wipe
from tests.lineage.estate import Estate
from tests.lineage.examples import examples
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


class Drawing(Protocol):
    """Answers by one store for all the examples of a property, which must not meet: each names its things anew."""

    settings: settings

    def __call__(self, ask: Callable[[Store], Awaitable[T]]) -> T: ...


class _Drawing:
    def __init__(self, runner: asyncio.Runner, store: Store, settings: settings) -> None:
        self.runner = runner
        self.store = store
        self.settings = settings

    def __call__(self, ask: Callable[[Store], Awaitable[T]]) -> T:
        async def answer() -> T:
            return await ask(self.store)

        return self.runner.run(answer())


@pytest.fixture
def drawing(address: str) -> Iterator[Drawing]:
    """On each engine; fewer examples where they take longer, and none made smaller where that takes minutes."""
    embedded = address.startswith("sqlite")
    tried = examples(60) if embedded else settings(examples(8), phases=(Phase.generate,))
    with asyncio.Runner() as runner:
        store = runner.run(open_store(address))
        try:
            yield _Drawing(runner, store, tried)
        finally:
            runner.run(store.close())
