"""The check finds each thing that must not be, and rebuilding mends what follows from the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.facts import alias, flow, granule, id, joined, reads, run, thing
from tests.store.sqlite.conftest import Inside
from thalweg import ingest
from thalweg.model.facts import ANYONE
from thalweg.model.results import Direction
from thalweg.store.open import open_store
from thalweg.store.questions import Start, Walk
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

ESTATE = [
    granule(
        "1",
        run("r1", "train", started_at=100, metrics={"auc": 0.9, "loss": float("nan")}),
        *flow("tx@1 > *r1 > fraud/1 > +d#1"),
        alias("fraud/1", "champion"),
    ),
    granule("2", run("r2", "train", started_at=200), *flow("tx@2 > *r2 > fraud/2"), reads("ref", "^train")),
    granule("3", joined("old", "tx"), thing("old@1")),
]


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Store]:
    store = await open_store(f"sqlite:///{file}")
    for answer in await ingest.state(store, ESTATE, ANYONE):
        assert not isinstance(answer, Exception)
    await store.close()  # so that its metrics are in order
    store = await open_store(f"sqlite:///{file}")
    yield store
    await store.close()


async def codes(store: Store) -> set[str]:
    return {finding.code for finding in (await store.check()).findings}


async def test_nothing_is_wrong_with_what_was_written(store: Store) -> None:
    checked = await store.check()
    assert checked.findings == ()
    assert checked.looked_at > 15
    assert await store.rebuild(ANYONE) == 0


@pytest.mark.parametrize(
    ("broken", "code"),
    {
        "DELETE FROM node WHERE kind = 13 AND k2 = 'r1'": "DANGLING",
        "DELETE FROM scope": "DANGLING",
        "UPDATE node SET statements = statements + 1 WHERE kind = 13": "STATEMENT_COUNT",
        "UPDATE edge SET stated = 7 WHERE type = 3": "STATEMENT_COUNT",
        "DELETE FROM edge WHERE type = 4": "DANGLING_STATEMENT",
        "UPDATE node SET kind = -kind WHERE k2 = 'r1'": "HIDDEN",
        "UPDATE edge SET type = -type WHERE type = 4": "HIDDEN",
        "UPDATE edge SET sa = NULL, ta = NULL WHERE type = 3": "ASSETS",
        "UPDATE edge SET derived = derived + 1 WHERE derived > 0": "DERIVED",
        "UPDATE edge SET derived_last = derived_last + 1 WHERE derived > 0": "DERIVED",
        "DELETE FROM edge WHERE derived > 0": "DERIVED",
        "UPDATE edge SET derived = 3 WHERE derived = 0 AND sa IS NULL": "DERIVED",
        "DELETE FROM metric_best": "METRICS",
        "DELETE FROM metric": "METRICS",
        "UPDATE alias SET canonical = 'ds_none'": "DANGLING_ALIAS",
        "UPDATE mark SET version = 'mv_none'": "DANGLING_MARK",
    }.items(),
)
async def test_each_thing_that_is_wrong_is_found(store: Store, inside: Inside, broken: str, code: str) -> None:
    inside(broken)
    assert code in await codes(store)
    for finding in (await store.check()).findings:
        assert finding.message.endswith(".")
        assert finding.hint


async def test_rebuilding_brings_the_derived_edges_back(store: Store, inside: Inside) -> None:
    walk = Walk(Direction.DOWNSTREAM)
    before = await store.walk(Start((id("tx"),)), walk, ANYONE)
    inside("DELETE FROM edge WHERE derived > 0 AND type = 1")
    inside("UPDATE edge SET derived = 9, derived_first = 1, at = 1 WHERE derived > 0 AND type = 3")
    inside("UPDATE edge SET derived = 2 WHERE derived = 0 AND type = 1 AND sa IS NULL")
    assert await codes(store) == {"DERIVED"}
    assert await store.rebuild(ANYONE) == 3
    assert await codes(store) == set()
    assert await store.rebuild(ANYONE) == 0
    after = await store.walk(Start((id("tx"),)), walk, ANYONE)
    assert after.nodes == before.nodes
    assert [edge[:7] for edge in after.edges] == [edge[:7] for edge in before.edges]
