"""The two engines, one after the other: every test that asks for `store` runs on both."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import neo4j
import pytest
from neo4j import NotificationDisabledClassification

from tests.facts import Fact
from tests.facts import granule as make
from tests.store.gaps import mark_gaps
from thalweg import ingest
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE, Granule, Pass
from thalweg.model.results import Written
from thalweg.store.open import open_store
from thalweg.store.store import Store


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark_gaps(items)


ENGINES = ("sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j))


@pytest.fixture(params=ENGINES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return str(request.getfixturevalue("empty_neo4j"))


UNRECOGNIZED = (NotificationDisabledClassification.UNRECOGNIZED,)
"""A graph of a few nodes does not have every property there can be; what Neo4j says of that is no warning here."""


@pytest.fixture(scope="session")
def neo4j_driver(neo4j_url: str) -> Iterator[neo4j.Driver]:
    """A door into the tests' Neo4j that is not the store's."""
    with neo4j.GraphDatabase.driver(neo4j_url, notifications_disabled_classifications=UNRECOGNIZED) as driver:
        yield driver


@pytest.fixture
def empty_neo4j(neo4j_url: str, neo4j_driver: neo4j.Driver) -> str:
    """The address of the tests' Neo4j, emptied; its constraints and indexes stay."""
    with neo4j_driver.session() as session:
        session.run("MATCH (n) WHERE NOT n:Meta CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()
    return neo4j_url


@pytest.fixture
async def store(address: str) -> AsyncIterator[Store]:
    store = await open_store(address)
    yield store
    await store.close()


@pytest.fixture
def wipe(request: pytest.FixtureRequest, address: str) -> Callable[[], None]:
    """Empties the store while it is open, through a door of its own; what the store is stays."""
    if address.startswith("sqlite"):
        return lambda: wipe_sqlite(address.removeprefix("sqlite:///"))
    driver: neo4j.Driver = request.getfixturevalue("neo4j_driver")
    return lambda: wipe_neo4j(driver)


def wipe_sqlite(file: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        for (table,) in tables.fetchall():
            if table != "meta":
                connection.execute(f"DELETE FROM {table}")


def wipe_neo4j(driver: neo4j.Driver) -> None:
    driver.execute_query("MATCH (n) WHERE NOT n:Meta DETACH DELETE n")


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
