"""What the tests of the contract do to a store, on both engines."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing

import neo4j
import pytest

from tests.exploring import explore, wipe
from tests.facts import Fact
from tests.facts import granule as make
from tests.store.gaps import mark_gaps
from thalweg import ingest
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE, Granule, Pass
from thalweg.model.results import Written
from thalweg.store.store import Store

__all__ = ["explore", "wipe"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark_gaps(items)


@pytest.fixture
def spoil(request: pytest.FixtureRequest, address: str) -> Callable[[], None]:
    """Takes away what models are searched by, and changes that of datasets, by a door of its own."""
    if address.startswith("sqlite"):
        return lambda: spoil_sqlite(address.removeprefix("sqlite:///"))
    driver: neo4j.Driver = request.getfixturevalue("neo4j_driver")
    return lambda: spoil_neo4j(driver)


def spoil_sqlite(file: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM search WHERE rowid IN (SELECT n FROM node WHERE kind = 4)")
        connection.execute("UPDATE search SET name = '_ x _' WHERE rowid IN (SELECT n FROM node WHERE kind = 1)")


def spoil_neo4j(driver: neo4j.Driver) -> None:
    driver.execute_query("MATCH (n:Model) MATCH (d:Detail {id: n.id}) REMOVE d.said_name, d.said_tags, d.said_text")
    driver.execute_query("MATCH (n:Dataset) MATCH (d:Detail {id: n.id}) SET d.said_name = '_ x _'")


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
