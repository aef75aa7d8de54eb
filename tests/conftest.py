"""Fixtures for all tests. Neo4j starts only when a test asks for it."""

from collections.abc import Iterator

import pytest

from tests.browser import find_chromium
from tests.neo4j_server import running_neo4j


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "neo4j_url" in getattr(item, "fixturenames", ()):
            item.add_marker("neo4j")  # so that `-m neo4j` picks just these


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def neo4j_url() -> Iterator[str]:
    """The address of one Neo4j for the whole run. Its content is shared: a test clears what it needs empty."""
    with running_neo4j() as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    return find_chromium()
