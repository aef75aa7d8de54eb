"""A database becomes a store, or is refused; the published picture of it is what migrate makes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import neo4j
import pytest

import thalweg
from tests.facts import granule, thing
from thalweg import ingest
from thalweg.model.edges import EdgeType
from thalweg.model.errors import NotAStore, StoreNewer, StoreNotFound, StoreOlder, StoreReadOnly
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.store.neo4j.store import Neo4jStore
from thalweg.store.store import SCHEMA_VERSION

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def bare(neo4j_driver: neo4j.Driver) -> Iterator[None]:
    """Nothing in the database before a test, not even the node that says what the store is, nor after it."""
    empty = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
    with neo4j_driver.session() as session:
        session.run(empty).consume()
        yield
        session.run(empty).consume()


PICTURE = Path(__file__).resolve().parents[3] / "schema" / "graph.md"


async def test_the_published_constraints_and_indexes_are_those_that_are_made(
    store: Neo4jStore, neo4j_driver: neo4j.Driver
) -> None:
    records = neo4j_driver.execute_query(
        "SHOW INDEXES YIELD name, type, labelsOrTypes, properties, owningConstraint WHERE type <> 'LOOKUP' "
        "RETURN name, CASE WHEN owningConstraint IS NOT NULL THEN 'unique' "
        "WHEN type = 'FULLTEXT' THEN 'full-text index' ELSE 'range index' END AS what, "
        "labelsOrTypes[0] AS label, properties"
    ).records
    made = {
        f"| `{name}` | {what} | `:{label}` {', '.join(f'`{one}`' for one in properties)} |"
        for name, what, label, properties in records
    }
    published = PICTURE.read_text("utf-8").partition("## Constraints and indexes")[2]
    assert {line for line in published.splitlines() if line.startswith("| `")} == made


def test_the_picture_names_every_label_and_type() -> None:
    text = PICTURE.read_text("utf-8")
    for kind in Kind:
        assert f"(:Entity:{kind.label})" in text
    for type in EdgeType:
        assert f"[:{type.label}]" in text


async def test_the_picture_names_every_label_and_property_there_is(
    store: Neo4jStore, neo4j_driver: neo4j.Driver
) -> None:
    text = PICTURE.read_text("utf-8")
    words = set(re.findall(r"`:?(\w+)`|:(\w+)", text))
    named = {one for pair in words for one in pair if one}
    labels = neo4j_driver.execute_query("MATCH (n) UNWIND labels(n) AS label RETURN DISTINCT label").records
    properties = neo4j_driver.execute_query("MATCH (n:Meta) UNWIND keys(n) AS key RETURN DISTINCT key").records
    assert {record[0] for record in labels} <= named
    assert {record[0] for record in properties} - {"lock"} <= named


async def test_an_empty_database_is_made_a_store(store: Neo4jStore) -> None:
    info = await store.info()
    assert (info.engine, info.version, info.release, info.read_only) == (
        "neo4j",
        SCHEMA_VERSION,
        thalweg.__version__,
        False,
    )


async def test_two_that_open_an_empty_database_at_once_open_one_store(
    empty_neo4j: str, neo4j_driver: neo4j.Driver
) -> None:
    for name in ("entity_id", "statement_scope"):
        kind = "CONSTRAINT" if name == "entity_id" else "INDEX"
        neo4j_driver.execute_query(f"DROP {kind} {name} IF EXISTS")  # type: ignore[arg-type,unused-ignore]
    stores = await asyncio.gather(*(Neo4jStore.open(empty_neo4j) for _ in range(4)))
    try:
        assert neo4j_driver.execute_query("MATCH (m:Meta) RETURN count(m) AS n").records[0]["n"] == 1
        names = neo4j_driver.execute_query("SHOW INDEXES YIELD name RETURN collect(name) AS names").records[0]["names"]
        assert {"entity_id", "statement_scope"} <= set(names)
    finally:
        for store in stores:
            await store.close()


async def test_a_database_with_something_else_in_it_is_refused_and_left_alone(
    empty_neo4j: str, neo4j_driver: neo4j.Driver
) -> None:
    neo4j_driver.execute_query("CREATE (:Person {name: 'Ann'})")
    with pytest.raises(NotAStore, match=r"'neo4j'.* holds 1 nodes, and no store"):
        await Neo4jStore.open(empty_neo4j)
    found = neo4j_driver.execute_query("MATCH (n) RETURN collect(labels(n)) AS labels").records[0]["labels"]
    assert found == [["Person"]]


async def test_a_store_of_a_later_release_is_refused_with_its_name(
    store: Neo4jStore, empty_neo4j: str, neo4j_driver: neo4j.Driver
) -> None:
    neo4j_driver.execute_query("MATCH (m:Meta) SET m.version = 99, m.release = '9.9'")
    with pytest.raises(StoreNewer, match=r"version 99, written by release 9\.9.*Run release 9\.9 or a later"):
        await Neo4jStore.open(empty_neo4j)


async def test_an_older_store_needs_a_migration(
    store: Neo4jStore, empty_neo4j: str, neo4j_driver: neo4j.Driver
) -> None:
    neo4j_driver.execute_query("MATCH (m:Meta) SET m.version = 0, m.release = '0.0'")
    neo4j_driver.execute_query("DROP INDEX mark_scope")
    with pytest.raises(StoreOlder, match="thalweg store migrate"):
        await Neo4jStore.open(empty_neo4j)
    older = await Neo4jStore.open(empty_neo4j, older=True)
    try:
        assert await older.migrate() == (0, SCHEMA_VERSION)
        assert await older.migrate() == (SCHEMA_VERSION, SCHEMA_VERSION)
        assert (await older.info()).release == thalweg.__version__
    finally:
        await older.close()
    names = neo4j_driver.execute_query("SHOW INDEXES YIELD name RETURN collect(name) AS names").records[0]["names"]
    assert "mark_scope" in names


async def test_for_reading_there_must_be_a_store_and_nothing_is_written(
    empty_neo4j: str, neo4j_driver: neo4j.Driver
) -> None:
    with pytest.raises(StoreNotFound, match="There is no store"):
        await Neo4jStore.open(empty_neo4j, read_only=True)
    assert neo4j_driver.execute_query("MATCH (n) RETURN count(n) AS n").records[0]["n"] == 0
    first = await Neo4jStore.open(empty_neo4j)
    reader = await Neo4jStore.open(empty_neo4j, read_only=True)
    try:
        assert (reader.read_only, (await reader.info()).read_only) == (True, True)
        with pytest.raises(StoreReadOnly, match="can only be read"):
            await ingest.state(reader, [granule("g", thing("a"))], ANYONE)
    finally:
        await reader.close()
        await first.close()


async def test_a_store_that_somebody_emptied_says_so(store: Neo4jStore, neo4j_driver: neo4j.Driver) -> None:
    neo4j_driver.execute_query("MATCH (m:Meta) DELETE m")
    (answer,) = await ingest.state(store, [granule("g", thing("a"))], ANYONE)
    assert isinstance(answer, NotAStore)
    assert "somebody has emptied it" in str(answer)
