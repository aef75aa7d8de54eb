"""Entities by their ids."""

from __future__ import annotations

import pytest

from tests.facts import flow, granule, id, ids, joined, reads, run, said, thing
from tests.store.conftest import State
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import ASSET_OF, Kind
from thalweg.model.results import Entity
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


async def one(store: Store, word: str) -> Entity:
    return (await store.get([id(word)], ANYONE))[id(word)]


async def test_what_was_stated_comes_back(store: Store, state: State) -> None:
    facts = {
        "name": "nightly",
        "status": "FINISHED",
        "started_at": 100,
        "ended_at": 200,
        "params": {"lr": "0.1", "größe": "ä"},
        "tags": {"team": "fraud"},
        "owners": ["ann@example.com"],
        "environment": {"python": "3.11"},
        "dirty": False,
        "description": "a line\nanother ✓ 𝄞",
        "extra": {"deep": [1, 2.5, None, {"a": True}], "big": 2**53 + 1},
    }
    await state(granule("g", run("r1", "train", **facts)))
    entity = await one(store, "*r1")
    assert (entity.id, entity.kind, entity.key) == (id("*r1"), Kind.RUN, ("test", "r1"))
    assert (entity.namespace, entity.name) == ("test", "nightly")
    assert entity.asset_id == id("^train")
    assert (entity.at, entity.gone_at, entity.known, entity.origins) == (100, None, True, ("api",))
    assert entity.created_at == entity.updated_at
    assert entity.props == {**facts, "job": ["test", "train"]}


async def test_each_kind_has_its_key_and_its_asset(store: Store, state: State) -> None:
    words = ["tx", "tx@1", "repo!", "repo!a", "^train", "*r1", "fraud:", "fraud/3", "+fraud", "+fraud#1"]
    await state(granule("g", *(thing(word) for word in words if word != "*r1"), run("r1", "train")))
    found = await store.get(ids(*words), ANYONE)
    assert {said(id) for id in found} == set(words)
    for asset, version in zip(words[::2], words[1::2], strict=True):
        above, below = found[id(asset)], found[id(version)]
        assert ASSET_OF[below.kind] is above.kind
        assert below.asset_id == above.id
        assert above.asset_id is None
        assert above.known
        assert below.known
        if below.kind is not Kind.RUN:
            assert below.key[:-1] == above.key


async def test_an_id_nobody_knows_is_absent(store: Store, state: State) -> None:
    await state(granule("g", thing("tx@1")))
    found = await store.get([*ids("tx@1", "other@1", "tx"), "tx@1", "", "dsv_"], ANYONE)
    assert {said(id) for id in found} == {"tx@1", "tx"}
    assert await store.get([], ANYONE) == {}


async def test_an_id_asked_for_twice_comes_once(store: Store, state: State) -> None:
    await state(granule("g", thing("tx@1")))
    assert list(await store.get(ids("tx@1", "tx@1"), ANYONE)) == ids("tx@1")


async def test_thousands_at_once(store: Store, state: State) -> None:
    words = [f"d{number}" for number in range(3_000)]
    await state(granule("g", *(thing(word) for word in words)))
    assert (await store.get(ids(*words, "nothing"), ANYONE)).keys() == set(ids(*words))


async def test_the_end_of_an_edge_that_nobody_described_is_a_stub(store: Store, state: State) -> None:
    await state(granule("g", *flow("tx@1 > *r1")))
    found = await store.get(ids("tx@1", "tx", "*r1"), ANYONE)
    assert {said(id): entity.known for id, entity in found.items()} == {"tx@1": False, "tx": False, "*r1": False}
    assert found[id("*r1")].asset_id is None
    assert found[id("tx@1")].asset_id == id("tx")
    assert {(entity.origins, len(entity.props)) for entity in found.values()} == {((), 0)}
    await state(granule("h", thing("tx@1", rows=5)))
    described = await one(store, "tx@1")
    assert (described.known, described.props) == (True, {"rows": 5})


async def test_a_thing_happened_when_it_says(store: Store, state: State) -> None:
    await state(
        granule(
            "g",
            run("r1", started_at=100, created_at=50),
            run("r2", created_at=60),
            thing("+d#1", since=200, created_at=70),
            thing("repo!a", authored_at=300),
            thing("tx@1", created_at=400),
        )
    )
    found = await store.get(ids("*r1", "*r2", "+d#1", "repo!a", "tx@1", "tx"), ANYONE)
    assert {said(id): entity.at for id, entity in found.items() if said(id) != "tx"} == {
        "*r1": 100,
        "*r2": 60,
        "+d#1": 200,
        "repo!a": 300,
        "tx@1": 400,
    }
    assert found[id("tx")].at == found[id("tx")].created_at, "when it was first seen"


async def test_what_is_gone_is_there_with_its_date(store: Store, state: State) -> None:
    await state(granule("g", run("r1", "train", started_at=100), thing("tx@1", gone_at=70), at=1))
    await state(granule("g", thing("tx@1", gone_at=70), at=500))
    run_, data = await one(store, "*r1"), await one(store, "tx@1")
    assert (run_.gone_at, run_.at, run_.asset_id, run_.props["started_at"]) == (500, 100, id("^train"), 100)
    assert data.gone_at == 70


async def test_what_is_forgotten_is_not_there(store: Store, state: State) -> None:
    await state(granule("g", thing("tx@1"), thing("tx@2"), thing("other@1")))
    await store.forget(ids("tx", "other@1"), ANYONE)
    asked = ids("tx", "tx@1", "tx@2", "other", "other@1")
    assert {said(id) for id in await store.get(asked, ANYONE)} == {"other"}
    await store.restore(ids("tx"), ANYONE)
    assert {said(id) for id in await store.get(asked, ANYONE)} == {"other", "tx", "tx@1", "tx@2"}


async def test_an_old_id_gives_what_it_was_joined_into(store: Store, state: State) -> None:
    await state(granule("g", thing("old@1", rows=1), thing("new@1", bytes=2)), granule("join", joined("old", "new")))
    found = await store.get(ids("old", "old@1", "new@1"), ANYONE)
    assert {said(asked): said(entity.id) for asked, entity in found.items()} == {
        "old": "new",
        "old@1": "new@1",
        "new@1": "new@1",
    }
    assert found[id("old@1")] == found[id("new@1")]
    assert found[id("new@1")].props == {"rows": 1, "bytes": 2}


async def test_numbers_that_are_none_survive(store: Store, state: State) -> None:
    metrics = {"auc": 0.5, "loss": float("nan"), "up": float("inf"), "down": float("-inf"), "n": 3}
    await state(granule("g", run("r1", metrics=metrics)))
    assert (await one(store, "*r1")).props["metrics"] == {
        "auc": {"last": 0.5, "best": 0.5},
        "loss": {"last": "NaN", "best": "NaN"},
        "up": {"last": "Infinity", "best": "Infinity"},
        "down": {"last": "-Infinity", "best": "-Infinity"},
        "n": {"last": 3, "best": 3},
    }


async def test_those_who_state_it_are_named(store: Store, state: State) -> None:
    await state(
        granule("a", run("r1", "train", user="ann"), source="one", origin="mlflow"),
        granule("b", run("r1", status="FAILED"), source="two", origin="api"),
        granule("c", *flow("*r1 > m/1"), source="three", origin="git"),
    )
    entity = await one(store, "*r1")
    assert entity.origins == ("api", "mlflow")
    assert entity.props == {"user": "ann", "job": ["test", "train"], "status": "FAILED"}


async def test_degrees_count_the_edges_of_each_level(store: Store, state: State) -> None:
    await state(
        granule(
            "g",
            run("r1", "train", started_at=100, ended_at=200),
            run("r2", "train", started_at=300),
            *flow("tx@1 > *r1 > m/1"),
            *flow("tx@1 > *r2"),
            *flow("*r1 > *r2"),
            reads("tx@1", "*r1", role="validation"),
            *flow("tx@1 > tx@2", at=50),
        )
    )
    asked = ids("tx@1", "tx@2", "*r1", "m/1", "tx", "^train", "nothing")
    found = await store.degrees(asked, ANYONE)
    assert {said(id): tuple(degrees) for id, degrees in found.items() if said(id) != "nothing"} == {
        "tx@1": (0, 4),
        "tx@2": (1, 0),
        "*r1": (2, 1),
        "m/1": (1, 0),
        "tx": (1, 3),
        "^train": (2, 1),
    }
    past = await store.degrees(asked, ANYONE, as_of=150)
    assert {said(id): tuple(degrees) for id, degrees in past.items() if any(degrees)} == {
        "tx@1": (0, 3),
        "tx@2": (1, 0),
        "*r1": (2, 0),
        "tx": (1, 3),
        "^train": (2, 0),
    }
    await store.forget(ids("*r1"), ANYONE)
    hidden = await store.degrees(asked, ANYONE)
    assert tuple(hidden[id("tx@1")]) == (0, 2)
    assert tuple(hidden[id("m/1")]) == (0, 0)


async def test_those_that_say_of_which_columns_theirs_were_made(store: Store, state: State) -> None:
    made = {"fields": {"total": {"inputFields": [{"namespace": "test", "name": "tx", "field": "amount"}]}}}
    await state(
        granule("g", thing("tx@1", description='"column_lineage":'), thing("cf@1", column_lineage=made), thing("cf@2"))
    )
    found = await store.with_column_lineage(ids("tx@1", "cf@1", "cf@2", "nobody"), ANYONE)
    assert {said(id): one.props["column_lineage"] for id, one in found.items()} == {"cf@1": made}
    assert await store.with_column_lineage([], ANYONE) == {}
    await store.forget(ids("cf@1"), ANYONE)
    assert await store.with_column_lineage(ids("cf@1"), ANYONE) == {}
