"""Neo4j by doors of our own: beside the store, and with a login."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.neo4j_server import running_neo4j
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.store import Neo4jStore

PASSWORD = "a-password-for-tests"


@pytest.fixture
async def store(empty_neo4j: str) -> AsyncIterator[Neo4jStore]:
    store = await Neo4jStore.open(empty_neo4j)
    yield store
    await store.close()


@pytest.fixture
async def database(neo4j_url: str) -> AsyncIterator[Database]:
    """A door as the store has one, to whatever is in the database."""
    database = connect(neo4j_url)
    yield database
    await database.close()


def connect(url: str, *, connections: int = 10) -> Database:
    return Database.connect(url, user=None, password=None, database="neo4j", connections=connections)


@pytest.fixture(scope="session")
def guarded() -> Iterator[str]:
    """The address of a Neo4j that wants the user `neo4j` and `PASSWORD`."""
    with running_neo4j(password=PASSWORD) as url:
        yield url
