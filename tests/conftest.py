"""Fixtures for all tests: the browser, and the two engines, one after the other: a test that asks for `store` runs on
both. Neo4j starts only when a test asks for it.
"""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import neo4j
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.browser import find_chromium
from tests.neo4j_server import running_neo4j
from thalweg.store.open import open_store
from thalweg.store.store import Store

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell leaves it to what it starts in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # then Ctrl-C is heard here, and by what tests start


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-golden", action="store_true", help="write anew what importers state, and compare with it")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "neo4j_url" in getattr(item, "fixturenames", ()):
            item.add_marker("neo4j")  # so that `-m neo4j` picks just these
        assert item.get_closest_marker("neo4j") is None or "neo4j" in item.nodeid, f"call it by neo4j: {item.nodeid}"


TOGETHER = (
    "importers/mlflow/",
    "importers/gto/",
    "importers/dvc/",
    "importers/dbt/",
    "importers/sagemaker/",
    "importers/azureml/",
    "importers/openlineage/test_client",
    "tests/client/",
)
"""Folders and files whose tests share what takes long to make: what other tools write, a server."""


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each process one test after another, but all that share something to one: the largest lot first.

    Those that need Neo4j are two lots, so that two processes have about as much to do, each with a server of its own.
    """

    def _split_scope(self, nodeid: str) -> str:
        if "neo4j" in nodeid:
            return "neo4j of stores" if nodeid.startswith("tests/store/") else "neo4j"
        return next((name for name in TOGETHER if name in nodeid), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def neo4j_url() -> Iterator[str]:
    """The address of one Neo4j for the whole run. Its content is shared: a test clears what it needs empty.

    It keeps its plans: a graph that is emptied all the time would have them made anew, each in up to a second.
    """
    with running_neo4j(settings={"dbms.cypher.min_replan_interval": "1h"}) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    return find_chromium()


# ------------------------------------------------------------------------------------------------------------- engines

ENGINES = ("sqlite", pytest.param("neo4j", marks=pytest.mark.neo4j))


@pytest.fixture(params=ENGINES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return str(request.getfixturevalue("empty_neo4j"))


def quiet_driver(url: str) -> neo4j.Driver:
    """A driver that asks for no notifications: a graph of a few nodes does not have every property there can be, and
    what Neo4j says of that is no warning here. One that might warn also takes a picture of the stack for each result.
    """
    return neo4j.GraphDatabase.driver(url, notifications_min_severity="OFF", warn_notification_severity="OFF")


@pytest.fixture(scope="session")
def neo4j_driver(neo4j_url: str) -> Iterator[neo4j.Driver]:
    """A door into the tests' Neo4j that is not the store's."""
    with quiet_driver(neo4j_url) as driver:
        yield driver


@pytest.fixture
def empty_neo4j(neo4j_url: str, neo4j_driver: neo4j.Driver) -> str:
    """The address of the tests' Neo4j, emptied; its constraints and indexes stay."""
    empty(neo4j_driver)
    return neo4j_url


def empty(driver: neo4j.Driver) -> None:
    with driver.session() as session:
        session.run("MATCH (n) WHERE NOT n:Meta CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()


@pytest.fixture(scope="module", params=ENGINES)
def module_address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an empty store for all tests of a module, on each engine; none of them writes."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('module')}/store.db"
    empty(request.getfixturevalue("neo4j_driver"))
    return str(request.getfixturevalue("neo4j_url"))


@pytest.fixture
async def store(address: str) -> AsyncIterator[Store]:
    store = await open_store(address)
    yield store
    await store.close()
