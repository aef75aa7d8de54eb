"""A store that an earlier release wrote is brought to this one's schema, and is then as if this one had written it."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from typing import LiteralString

import neo4j
import pytest

from tests.facts import Fact, granule, reads, run, thing
from tests.store.dump import dump
from tests.store.earlier.estate import fill
from thalweg import ingest
from thalweg.model.errors import StoreOlder
from thalweg.model.facts import ANYONE
from thalweg.model.results import Found, Match
from thalweg.store.open import open_store
from thalweg.store.questions import Search
from thalweg.store.store import SCHEMA_VERSION, Store

pytestmark = pytest.mark.anyio

VERSIONS = tuple(range(1, SCHEMA_VERSION))

TAKEN_AWAY: dict[int, tuple[LiteralString, ...]] = {
    1: (
        "DROP CONSTRAINT verdict_id",
        "DROP INDEX detail_said",
        "MATCH (d:Detail) REMOVE d.said_name, d.said_tags, d.said_text",
    ),
    2: ("DROP INDEX statement_open", "DROP INDEX statement_run", "DROP CONSTRAINT note_name"),
}
"""What takes away from a Neo4j what each version had not."""


OPEN: tuple[Fact, ...] = (
    run("r5", "train", started_at=205),
    *(thing(f"card_payments@{number}", created_at=at) for number, at in ((1, 20), (3, 300))),
    reads("card_payments@unversioned", "*r5"),
)
"""A read that names no version, of data that the store knew before."""

SEARCHED = ("fraud", "payments", "amount", "risk", "fox", "rounding", "lind", "test", "merchantid", "r*")


def said_of(found: Found) -> list[tuple[str, str, tuple[Match, ...]]]:
    """What was found, but for the store's own clock."""
    return sorted((hit.entity.id, hit.tier.value, hit.matches) for hit in found.hits)


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.fixture
async def earlier(request: pytest.FixtureRequest, address: str, version: int) -> AsyncIterator[str]:
    """The address of a store as an earlier version wrote it."""
    if address.startswith("sqlite"):
        unpack(Path(address.removeprefix("sqlite:///")), version)
        yield address
        return
    driver: neo4j.Driver = request.getfixturevalue("neo4j_driver")
    store = await open_store(address)
    await fill(store)
    await store.close()
    for without in range(version, SCHEMA_VERSION):
        for text in TAKEN_AWAY[without]:
            driver.execute_query(text)
    driver.execute_query("MATCH (m:Meta) SET m.version = $version, m.release = '0.1.0'", version=version)
    yield address
    await (await migrated(address)).close()  # for the tests that come after


def unpack(file: Path, version: int) -> None:
    file.write_bytes(gzip.decompress(Path(__file__).with_name(f"version_{version}.db.gz").read_bytes()))


async def migrated(address: str) -> Store:
    older = await open_store(address, older=True)
    await older.migrate()
    await older.close()
    return await open_store(address)


@pytest.mark.parametrize("read_only", [True, False])
async def test_a_store_of_an_earlier_version_is_not_opened_but_to_be_migrated(
    earlier: str, version: int, read_only: bool
) -> None:
    with pytest.raises(StoreOlder, match=f"version {version}|schema {version}.*{SCHEMA_VERSION}") as raised:
        await open_store(earlier, read_only=read_only)
    assert "thalweg store migrate" in raised.value.hint


async def test_migrating_says_from_which_version_to_which(earlier: str, version: int) -> None:
    older = await open_store(earlier, older=True)
    assert (await older.info()).version == version
    assert await older.migrate() == (version, SCHEMA_VERSION)
    assert await older.migrate() == (SCHEMA_VERSION, SCHEMA_VERSION)
    assert (await older.info()).version == SCHEMA_VERSION
    await older.close()


async def test_a_migrated_store_is_as_if_it_had_been_written_now(earlier: str, tmp_path: Path) -> None:
    store, new = await migrated(earlier), await open_store(f"sqlite:///{tmp_path}/new.db")
    try:
        await fill(new)
        assert await dump(store) == await dump(new)
        assert (await store.check()).findings == ()
        for text in SEARCHED:
            found = await store.search(Search(text), ANYONE)
            assert found.hits
            assert said_of(found) == said_of(await new.search(Search(text), ANYONE))
        await store.keep_verdict("v", {"verdict": "PASS"}, ANYONE)
        assert await store.verdict("v", ANYONE) is not None
        await store.keep_note("n", [1], ANYONE)
        assert await store.notes("", ANYONE) == {"n": [1]}
        for one in (store, new):
            await ingest.state(one, [granule("5", *OPEN)], ANYONE)
        assert await dump(store) == await dump(new)
        assert "(card_payments@1)-[INPUT_TO ]->(*r5)" in (await dump(store))["edges"]
        assert (await store.check()).findings == ()
    finally:
        await store.close()
        await new.close()
