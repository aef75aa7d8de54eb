"""The door: what goes wrong is said in our words, a deadline stops the query, and a write is done to its end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import neo4j
import pytest
from neo4j.exceptions import AuthError, ClientError, ConnectionAcquisitionTimeoutError, ServiceUnavailable

from tests.facts import granule, id, thing
from tests.store.neo4j.conftest import PASSWORD, connect
from thalweg import ingest
from thalweg.model.errors import DeadlineExceeded, StoreDenied, StoreError, StoreNotFound, StoreUnavailable
from thalweg.model.facts import ANYONE
from thalweg.store.neo4j import database as door
from thalweg.store.neo4j.database import Database, Transaction
from thalweg.store.neo4j.queries import Query
from thalweg.store.neo4j.store import Neo4jStore

pytestmark = pytest.mark.anyio

ENDLESS = Query("endless", "UNWIND range(1, 1000000) AS i UNWIND range(1, 1000000) AS j RETURN count(i + j) AS n", "")
PING = Query("ping", "RETURN 1 AS one", "")


@pytest.fixture
def nobody() -> str:
    """An address where nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"bolt://127.0.0.1:{probe.getsockname()[1]}"


async def test_where_nobody_answers(nobody: str) -> None:
    with pytest.raises(StoreUnavailable, match=f"Neo4j at {nobody} does not answer.*Check that it runs") as raised:
        await Neo4jStore.open(nobody)
    assert isinstance(raised.value.__cause__, ServiceUnavailable)


@pytest.mark.parametrize("address", ["bolt://host:port", "bolt+what://host", "neo4j://"])
async def test_what_is_no_address(address: str) -> None:
    with pytest.raises(StoreUnavailable, match="is no address of a Neo4j"):
        await Neo4jStore.open(address)


async def test_a_wrong_password_is_denied_and_the_right_one_opens(guarded: str) -> None:
    for user, password in ((None, None), ("neo4j", "wrong"), ("nobody", PASSWORD)):
        with pytest.raises(StoreDenied, match=f"{guarded} does not take this user and password.*PASSWORD") as raised:
            await Neo4jStore.open(guarded, user=user, password=password)
        assert isinstance(raised.value.__cause__, AuthError)
    store = await Neo4jStore.open(guarded, user="neo4j", password=PASSWORD)
    await store.ping()
    await store.close()
    refusals = set()
    for _ in range(9):
        with pytest.raises(StoreDenied) as raised:
            await Neo4jStore.open(guarded, user="neo4j", password="wrong")
        refusals.add(str(raised.value))
    assert [text for text in refusals if "a wrong one was given too often" in text]


async def test_a_database_that_is_not_there(neo4j_url: str) -> None:
    with pytest.raises(StoreNotFound, match="has no database 'elsewhere'") as raised:
        await Neo4jStore.open(neo4j_url, database="elsewhere")
    assert isinstance(raised.value.__cause__, ClientError)


async def test_what_the_server_refuses_is_named_by_the_query(database: Database) -> None:
    with pytest.raises(StoreError, match=r"refused the query nonsense \(Neo\.ClientError\.Statement\.SyntaxError\)"):
        await database.read(Query("nonsense", "RETURN", ""))

    async def work(transaction: Transaction) -> None:
        await transaction.ask(PING)
        await transaction.ask(Query("nonsense", "RETURN", ""))

    with pytest.raises(StoreError, match="refused the query nonsense"):
        await database.write(work)


async def test_when_no_connection_comes_free_the_store_is_overloaded(
    neo4j_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "ACQUISITION", 0.2)
    database = connect(neo4j_url, connections=1)
    taken, done = asyncio.Event(), asyncio.Event()

    async def hold(transaction: Transaction) -> None:
        await transaction.ask(PING)
        taken.set()
        await done.wait()

    holding = asyncio.create_task(database.write(hold))
    await taken.wait()
    with pytest.raises(StoreUnavailable, match="overloaded") as raised:
        await database.read(PING)
    assert isinstance(raised.value.__cause__, ConnectionAcquisitionTimeoutError)
    done.set()
    await holding
    assert await database.read(PING) == [1]
    await database.close()


def running(driver: neo4j.Driver) -> list[str]:
    """The queries that run in the database, but for this one."""
    records = driver.execute_query("SHOW TRANSACTIONS YIELD currentQuery RETURN currentQuery AS text").records
    return [record["text"] for record in records if record["text"] and "SHOW TRANSACTIONS" not in record["text"]]


async def until(driver: neo4j.Driver, count: int) -> None:
    """Waits until so many of the endless queries run; a server that keeps them fails the test by its timeout."""
    while sum(text == ENDLESS.text for text in running(driver)) != count:  # noqa: ASYNC110 - no event tells of it
        await asyncio.sleep(0.01)


async def test_a_deadline_stops_the_query_in_the_database(database: Database, neo4j_driver: neo4j.Driver) -> None:
    with pytest.raises(DeadlineExceeded, match=r"stopped after 0\.3 s"):
        await database.read(ENDLESS, seconds=0.3)
    await until(neo4j_driver, 0)
    assert await database.read(PING) == [1]


async def test_a_caller_that_goes_away_stops_its_query(database: Database, neo4j_driver: neo4j.Driver) -> None:
    asking = asyncio.create_task(database.read(ENDLESS, seconds=100))
    await until(neo4j_driver, 1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await until(neo4j_driver, 0)
    assert await database.read(PING) == [1]


async def test_no_time_at_all_asks_nothing(database: Database) -> None:
    with pytest.raises(DeadlineExceeded):
        await database.read(Query("nonsense", "RETURN", ""), seconds=0)


async def test_a_write_is_done_to_its_end_though_its_caller_goes_away(store: Neo4jStore, empty_neo4j: str) -> None:
    await ingest.state(store, [granule("g", thing("a"))], ANYONE)
    writing = asyncio.create_task(ingest.state(store, [granule("h", thing("b"))], ANYONE))
    forgetting = asyncio.create_task(store.forget([id("a")], ANYONE))
    await asyncio.sleep(0)
    for task in (writing, forgetting):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await store.close()
    again = await Neo4jStore.open(empty_neo4j)
    told = {(change["change"], change["id"]) for event in await again.events(0, 10, ANYONE) for change in event.changes}
    assert told >= {("CREATED", id("a")), ("CREATED", id("b")), ("FORGOTTEN", id("a"))}
    await again.close()


Work = Callable[[Transaction], Awaitable[None]]


async def test_two_that_run_into_each_other_are_both_done(
    database: Database, empty_neo4j: str, neo4j_driver: neo4j.Driver
) -> None:
    neo4j_driver.execute_query("CREATE (:Place {name: 'a', n: 0}), (:Place {name: 'b', n: 0})")
    add = Query("add", "MATCH (p:Place {name: $name}) SET p.n = p.n + 1 RETURN p.n AS n", "")
    both = asyncio.Barrier(2)
    tries = 0

    def work(first: str, second: str) -> Work:
        meet = True

        async def work(transaction: Transaction) -> None:
            nonlocal tries, meet
            tries += 1
            await transaction.ask(add, name=first)
            if meet:
                meet = False
                await both.wait()
            await transaction.ask(add, name=second)

        return work

    await asyncio.gather(database.write(work("a", "b")), database.write(work("b", "a")))
    assert tries > 2, "one of them was tried again"
    counts = neo4j_driver.execute_query("MATCH (p:Place) RETURN collect(p.n) AS n").records[0]["n"]
    assert counts == [2, 2]


async def test_a_closed_store_says_so(store: Neo4jStore) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.ping()
    with pytest.raises(StoreError, match="closed"):
        await store.forget([id("a")], ANYONE)
