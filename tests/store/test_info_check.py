"""What a store says of itself; and that a damage to what it keeps is found, and mended where it can be."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import neo4j
import pytest

import thalweg
from tests.facts import alias, flow, granule, id, ids, joined, reads, run, thing
from tests.store.conftest import State
from tests.store.dump import dump
from thalweg.model.edges import EdgeType
from thalweg.model.facts import ANYONE, Source
from thalweg.model.kinds import Kind
from thalweg.store.open import open_store
from thalweg.store.store import SCHEMA_VERSION, Store

pytestmark = pytest.mark.anyio

ESTATE = [
    granule(
        "jobs", reads("tx", "^train", at=50), reads("ref", "^train", at=60), source="manifest", origin="manifest", at=10
    ),
    granule(
        "1", run("r1", "train", started_at=100, ended_at=150), *flow("tx@1 > *r1 > fraud/1 > +fraud#1 > preds@1"), at=10
    ),
    granule(
        "2", run("r2", "train", started_at=200, ended_at=250), *flow("tx@2 > *r2 > fraud/2"), *flow("*r1 > *r2"), at=10
    ),
    granule(
        "3",
        alias("fraud/2", "champion", since=300),
        joined("transactions", "tx"),
        *flow("transactions@1 > tx@2"),
        at=10,
    ),
]


async def test_a_store_says_what_it_is_and_how_much_is_in_it(store: Store, state: State, address: str) -> None:
    empty = await store.info()
    assert (dict(empty.counts), dict(empty.edges), empty.sources, empty.events) == ({}, {}, 0, 0)
    await state(*ESTATE)
    info = await store.info()
    assert info.engine == address.partition(":")[0].replace("bolt", "neo4j")
    assert info.address.endswith(address.partition("://")[2].lstrip("/"))
    assert (info.version, info.release, info.read_only) == (SCHEMA_VERSION, thalweg.__version__, False)
    assert dict(info.counts) == {
        Kind.DATASET: 3,
        Kind.DATASET_VERSION: 3,
        Kind.JOB: 1,
        Kind.RUN: 2,
        Kind.MODEL: 1,
        Kind.MODEL_VERSION: 2,
        Kind.DEPLOYMENT: 1,
        Kind.RELEASE: 1,
    }
    assert dict(info.edges) == {
        EdgeType.INPUT_TO: 2 + 2,
        EdgeType.PRODUCED: 3 + 2,
        EdgeType.SERVED_BY: 1 + 1,
        EdgeType.DERIVED_INTO: 1 + 1,
        EdgeType.PARENT_OF: 1,
    }
    assert (info.sources, info.events) == (2, 4)
    await store.ping()


async def test_the_sources_and_when_they_were_last_read_whole(store: Store, state: State) -> None:
    assert await store.sources(ANYONE) == ()
    await state(*ESTATE)
    pass_ = await store.begin_pass("manifest", ANYONE)
    await store.close_pass(pass_, ANYONE)
    await state(ESTATE[0])
    by_name = {source.name: source for source in await store.sources(ANYONE)}
    closed_at = by_name["manifest"].closed_at
    assert by_name == {
        "manifest": Source("manifest", "manifest", 1, closed_at),
        "test": Source("test", "api", 3, None),
    }
    assert closed_at is not None
    assert closed_at >= pass_.began_at


async def test_what_is_forgotten_is_not_counted(store: Store, state: State) -> None:
    await state(*ESTATE)
    await store.forget(ids("fraud:"), ANYONE)
    info = await store.info()
    assert Kind.MODEL not in info.counts
    assert Kind.MODEL_VERSION not in info.counts
    assert info.edges.get(EdgeType.SERVED_BY, 0) == 0


async def test_a_sound_store_has_no_findings(store: Store, state: State) -> None:
    assert (await store.check()).findings == ()
    await state(*ESTATE)
    checked = await store.check()
    assert checked.findings == ()
    assert checked.looked_at >= 14 + 14
    await store.forget(ids("^train"), ANYONE)
    await state(granule("2", at=300), granule("3", at=300))
    assert (await store.check()).findings == ()


# --------------------------------------------------------------------------------------- damages, and what mends them

BETWEEN = "src = (SELECT n FROM node WHERE id = :source) AND dst = (SELECT n FROM node WHERE id = :target)"
MATCH = "MATCH (a:Entity {id: $source})-[e:INPUT_TO|PRODUCED]->(b:Entity {id: $target})"

DERIVED = {
    "an edge that is missing": (f"DELETE FROM edge WHERE {BETWEEN}", f"{MATCH} DELETE e"),
    "a count too high": (
        f"UPDATE edge SET derived = derived + 1 WHERE {BETWEEN}",
        f"{MATCH} SET e.derived = e.derived + 1",
    ),
    "a first date too early": (
        f"UPDATE edge SET derived_first = derived_first - 1 WHERE {BETWEEN}",
        f"{MATCH} SET e.derived_first = e.derived_first - 1",
    ),
    "a last date too early": (
        f"UPDATE edge SET derived_last = derived_last - 1 WHERE {BETWEEN}",
        f"{MATCH} SET e.derived_last = e.derived_last - 1",
    ),
    "an edge that follows from nothing": (
        """
        INSERT INTO edge (dst, type, src, role, at, first_at, stated, derived, derived_first, derived_last, body)
        SELECT a.n, 3, b.n, '', 1, 1, 0, 1, 1, 1, x'7b7d' FROM node AS a, node AS b
        WHERE a.id = :source AND b.id = :target
        """,
        """
        MATCH (a:Entity {id: $source}) MATCH (b:Entity {id: $target})
        CREATE (b)-[:PRODUCED {at: 1, first_at: 1, stated: 0, derived: 1, derived_first: 1, derived_last: 1}]->(a)
        """,
    ),
}
"""What is done to an asset edge that follows from versions; in SQL, and in Cypher."""

OTHERS = {
    "a statement that is lost": (
        "DELETE FROM node_statement WHERE n = (SELECT n FROM node WHERE id = :target)",
        "MATCH (s:Statement {fact: $target}) DELETE s",
    ),
    "an entity that is shown though its asset is forgotten": (
        "UPDATE node SET forgotten = 1 WHERE id = :source",
        "MATCH (a:Entity {id: $source}) SET a.forgotten = true",
    ),
    "a mark of what is not there": (
        "UPDATE mark SET version = 'mv_nothing'",
        "MATCH (m:Mark) SET m.version = 'mv_nothing'",
    ),
    "a text that is lost": (
        "DELETE FROM search WHERE rowid = (SELECT n FROM node WHERE id = :source)",
        "MATCH (d:Detail {id: $source}) REMOVE d.said_name",
    ),
    "an old id that leads to nothing": (
        "UPDATE alias SET canonical = 'ds_nothing'",
        "MATCH (a:Alias) SET a.canonical = 'ds_nothing'",
    ),
}

Damage = Callable[[tuple[str, str], str, str], None]


@pytest.fixture
def damage(request: pytest.FixtureRequest, address: str) -> Damage:
    """Does something to what a store keeps, by a door of its own."""

    def damage(texts: tuple[str, str], source: str, target: str) -> None:
        named = {"source": id(source), "target": id(target)}
        if address.startswith("sqlite"):
            with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as connection, connection:
                assert connection.execute(texts[0], named).rowcount > 0
        else:
            driver: neo4j.Driver = request.getfixturevalue("neo4j_driver")
            assert driver.execute_query(texts[1], named).summary.counters.contains_updates

    return damage


@pytest.mark.parametrize("what", DERIVED)
async def test_derived_edges_that_were_damaged_are_found_and_mended(
    store: Store, state: State, damage: Damage, what: str
) -> None:
    await state(*ESTATE)
    before, info = await dump(store), await store.info()
    damage(DERIVED[what], "^train", "fraud:")
    assert {finding.code for finding in (await store.check()).findings} == {"DERIVED"}
    assert await store.rebuild(ANYONE) == 1
    assert await dump(store) == before
    assert (await store.check()).findings == ()
    assert await store.rebuild(ANYONE) == 0
    assert await store.info() == info


HUNG = {
    "a read on another version": (
        "UPDATE edge_statement SET by = by - 101 WHERE by IS NOT NULL",
        "MATCH (s:Statement) WHERE s.by IS NOT NULL SET s.by = s.by - 101",
    ),
    "a read of another dataset": (
        "UPDATE edge_statement SET dataset = dataset + 1 WHERE by IS NOT NULL",
        "MATCH (s:Statement) WHERE s.by IS NOT NULL SET s.dataset = 'ds_other'",
    ),
    "a version that came by another way": (
        "UPDATE node SET at = 110 WHERE id = :source",
        "MATCH (v:Entity {id: $source}) SET v.at = 110",
    ),
    "a version that went by another way": (
        "UPDATE node SET at = 190 WHERE id = :target",
        "MATCH (v:Entity {id: $target}) SET v.at = 190",
    ),
    "a run that began by another way": (
        "UPDATE node SET at = 60 WHERE title = 'open'",
        "MATCH (v:Run {name: 'open'}) SET v.at = 60",
    ),
}
"""What is done to what a read that names no version follows; in SQL, and in Cypher."""


@pytest.mark.parametrize("what", HUNG)
async def test_reads_that_hang_wrong_are_found_and_hung_anew(
    store: Store, state: State, damage: Damage, what: str
) -> None:
    versions = [thing("tx@7", created_at=50), thing("tx@8", created_at=100), thing("tx@9", created_at=150)]
    facts = (run("r", "train", started_at=120, name="open"), reads("tx@unversioned", "*r"))
    await state(granule("v", *versions), granule("r", *facts))
    before = await dump(store)
    damage(HUNG[what], "tx@9", "tx@8")
    (finding,) = (await store.check()).findings
    assert (finding.code, finding.hint) == ("READS", "Run `thalweg store rebuild`.")
    assert await store.rebuild(ANYONE) == 1
    assert (await store.check()).findings == ()
    now = {line for line in (await dump(store))["edges"] if line.endswith("(*r)")}
    moved = {"came": "(tx@9)", "went": "(tx@7)", "began": "(tx@7)"}
    (where,) = [there for word, there in moved.items() if word in what] or ["(tx@8)"]
    assert now == {f"{where}-[INPUT_TO ]->(*r)"}
    assert where != "(tx@8)" or await dump(store) == before


async def test_reads_that_hang_beside_a_stated_version_are_found_and_hung_anew(
    store: Store, state: State, damage: Damage
) -> None:
    versions = [thing("tx@7", created_at=50), thing("tx@8", created_at=100)]
    facts = (run("r", "train", started_at=120), reads("tx@unversioned", "*r"), reads("tx@7", "*r"))
    await state(granule("v", *versions), granule("r", *facts))
    before = await dump(store)
    damage(HUNG["a read on another version"], "tx@7", "tx@8")
    assert [finding.code for finding in (await store.check()).findings] == ["READS"]
    assert await store.rebuild(ANYONE) == 1
    assert (await store.check()).findings == ()
    assert await dump(store) == before


async def test_what_was_stated_stays_when_the_rest_is_mended(store: Store, state: State, damage: Damage) -> None:
    await state(*ESTATE)
    before = await dump(store)
    damage(DERIVED["a count too high"], "tx", "^train")
    damage(DERIVED["a first date too early"], "^train", "fraud:")
    assert await store.rebuild(ANYONE) == 2
    assert await dump(store) == before
    assert (await store.check()).findings == ()


@pytest.mark.parametrize("what", OTHERS)
async def test_other_damages_are_found_and_named(store: Store, state: State, damage: Damage, what: str) -> None:
    await state(*ESTATE)
    damage(OTHERS[what], "tx", "*r2")
    findings = (await store.check()).findings
    assert findings
    assert all(finding.code and finding.message and finding.hint for finding in findings)


async def test_a_store_that_is_opened_again_is_as_it_was(store: Store, state: State, address: str) -> None:
    await state(*ESTATE)
    await store.forget(ids("ref"), ANYONE)
    before, info = await dump(store), await store.info()
    await store.close()
    again = await open_store(address)
    try:
        assert await dump(again) == before
        assert await again.info() == info
        assert await again.migrate() == (SCHEMA_VERSION, SCHEMA_VERSION)
        assert await again.rebuild(ANYONE) == 0
        await again.restore(ids("ref"), ANYONE)
    finally:
        await again.close()
