"""The two engines, one after the other: every test that asks for `store` runs on both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from tests.facts import granule as make
from tests.facts import Fact
from thalweg import ingest
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE, Granule, Pass
from thalweg.model.results import Written
from thalweg.store.open import open_store
from thalweg.store.store import Store

ENGINES = ("sqlite", "neo4j")


@pytest.fixture(params=ENGINES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return str(request.getfixturevalue("empty_neo4j"))


@pytest.fixture
async def store(address: str) -> AsyncIterator[Store]:
    store = await open_store(address)
    yield store
    await store.close()


State = Callable[..., Awaitable[list[Written | ThalwegError]]]


@pytest.fixture
def state(store: Store) -> State:
    """States granules, each of which must be taken."""

    async def state(*granules: Granule, pass_: Pass | None = None) -> list[Written | ThalwegError]:
        answers = await ingest.state(store, granules, ANYONE, pass_=pass_)
        for answer in answers:
            if isinstance(answer, ThalwegError):
                raise answer
        return answers

    return state


def one(*facts: Fact) -> Sequence[Granule]:
    return [make("g", *facts)]
