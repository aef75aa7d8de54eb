"""The two engines, one after the other: every test that asks for `store` runs on both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import cast

import neo4j
import pytest

from tests.facts import Fact
from tests.facts import granule as make
from thalweg import ingest
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE, Granule, Pass
from thalweg.model.results import Written
from thalweg.store.open import open_store
from thalweg.store.store import Store

ENGINES = ("sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j))


@pytest.fixture(params=ENGINES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return str(request.getfixturevalue("empty_neo4j"))


@pytest.fixture(scope="session")
def neo4j_driver(neo4j_url: str) -> Iterator[neo4j.Driver]:
    """A door into the tests' Neo4j that is not the store's."""
    with neo4j.GraphDatabase.driver(neo4j_url) as driver:
        yield driver


@pytest.fixture
def empty_neo4j(neo4j_url: str, neo4j_driver: neo4j.Driver) -> str:
    """The address of the tests' Neo4j, emptied; its constraints and indexes stay."""
    empty(neo4j_driver)
    return neo4j_url


def empty(driver: neo4j.Driver) -> None:
    with driver.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()


@pytest.fixture
async def store(address: str) -> AsyncIterator[Store]:
    store = await open_store(address)
    yield store
    await store.close()


Fresh = Callable[[], AbstractAsyncContextManager[Store]]


@pytest.fixture
def fresh(request: pytest.FixtureRequest, address: str, tmp_path: Path) -> Fresh:
    """Gives an empty store on each engine, as often as it is asked for one."""
    if address.startswith("sqlite"):
        numbers = count()
        return lambda: _opened(f"sqlite:///{tmp_path}/{next(numbers)}.db")
    return cast(Fresh, request.getfixturevalue("fresh_neo4j"))


@pytest.fixture
def fresh_neo4j(neo4j_url: str, neo4j_driver: neo4j.Driver) -> Fresh:
    """The same on Neo4j alone; there each empties what the one before it left."""

    def emptied() -> AbstractAsyncContextManager[Store]:
        empty(neo4j_driver)
        return _opened(neo4j_url)

    return emptied


@asynccontextmanager
async def _opened(address: str) -> AsyncIterator[Store]:
    store = await open_store(address)
    try:
        yield store
    finally:
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
