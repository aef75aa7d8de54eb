"""Properties on both engines: an open store, and a way to try a check on many examples, each with the store empty.

`THALWEG_EXAMPLES=1000` draws that many, and others each time.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from typing import Any

import neo4j
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from thalweg.store.open import open_store

EXAMPLES = int(os.environ.get("THALWEG_EXAMPLES", "0"))

Wipe = Callable[[], None]
Explore = Callable[..., None]


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
def explore(address: str, wipe: Wipe) -> Iterator[Explore]:
    """Tries a check on examples of an estate, each time with an empty store; fewer of them where that takes longer."""
    embedded = address.startswith("sqlite")
    examples = EXAMPLES or (100 if embedded else 8)
    with asyncio.Runner() as runner:
        store = runner.run(open_store(address, synchronous="NORMAL"))

        def explore(check: Callable[..., Awaitable[None]], share: int = 1, **drawn: st.SearchStrategy[Any]) -> None:
            """share: for a check that asks much, one in so many of the examples."""

            async def example(**values: Any) -> None:
                wipe()
                await check(store, **values)

            @settings(
                max_examples=max(1, examples // share),
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
