"""What the tests of the contract do to a store, on both engines."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

import neo4j
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

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


Wipe = Callable[[], None]


@pytest.fixture
def wipe(request: pytest.FixtureRequest, address: str) -> Wipe:
    """Empties the store while it is open, through a door of its own; what the store is stays."""
    if address.startswith("sqlite"):
        return lambda: wipe_sqlite(address.removeprefix("sqlite:///"))
    driver: neo4j.Driver = request.getfixturevalue("neo4j_driver")
    return lambda: wipe_neo4j(driver)


def wipe_sqlite(file: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        tables = connection.execute(
            "SELECT name FROM pragma_table_list WHERE type IN ('table', 'virtual') AND name NOT LIKE 'sqlite_%'"
        )
        for (table,) in tables.fetchall():
            if table != "meta":
                connection.execute(f"DELETE FROM {table}")


def wipe_neo4j(driver: neo4j.Driver) -> None:
    driver.execute_query("MATCH (n) WHERE NOT n:Meta DETACH DELETE n")


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


EXAMPLES = int(os.environ.get("THALWEG_EXAMPLES", "0"))

Explore = Callable[..., None]


@pytest.fixture
def explore(address: str, wipe: Wipe) -> Iterator[Explore]:
    """Tries a check on examples of an estate, each time with an empty store; fewer of them where that takes longer."""
    embedded = address.startswith("sqlite")
    examples = EXAMPLES or (100 if embedded else 15)
    with asyncio.Runner() as runner:
        store = runner.run(open_store(address, synchronous="NORMAL"))

        def explore(check: Callable[..., Awaitable[None]], **drawn: st.SearchStrategy[Any]) -> None:
            async def example(**values: Any) -> None:
                wipe()
                await check(store, **values)

            @settings(
                max_examples=examples,
                derandomize=not EXAMPLES,
                deadline=None,
                database=None,
                report_multiple_bugs=False,
                phases=tuple(Phase) if embedded or EXAMPLES else (Phase.generate,),  # to shrink takes minutes there
            )
            @given(st.fixed_dictionaries(drawn))
            def holds(values: dict[str, Any]) -> None:
                runner.run(example(**values))

            print(f"{examples} examples were asked for; THALWEG_EXAMPLES=1000 asks for more, and for others each time")
            holds()

        yield explore
        runner.run(store.close())
