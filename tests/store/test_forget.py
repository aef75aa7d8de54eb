"""What a person forgets is in no answer, whatever is stated, until it is restored."""

from __future__ import annotations

import pytest

from tests.facts import derives, granule, id, ids, reads, run, serves, thing, words, writes
from tests.store.conftest import State
from tests.store.dump import dump
from thalweg.model.errors import NotFound
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.model.results import Direction, Outcome
from thalweg.store.questions import EVERYTHING, Find, Hop, Neighbour, PathBetween, Start, Walk
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

FACTS = (
    granule("r1", run("r1", "train", started_at=5, ended_at=6), reads("tx@1", "*r1"), writes("*r1", "fraud/1"), at=1),
    granule("d", thing("tx", description="t"), thing("tx@1", rows=1), at=1),
    granule("p", thing("+p#1", since=9), serves("fraud/1", "+p#1"), at=1),
)


async def test_a_forgotten_entity_is_in_no_answer(store: Store, state: State) -> None:
    await state(*FACTS)
    await store.forget(ids("*r1"), ANYONE)
    assert await store.get(ids("*r1"), ANYONE) == {}
    assert (await store.find(Find(Kind.RUN), ANYONE)).entities == ()
    assert await store.count(Kind.RUN, EVERYTHING, ANYONE) == 0
    found = await store.neighbours(ids("tx@1"), Neighbour(Hop.OUT), ANYONE)
    assert found[id("tx@1")].found == ()
    walked = await store.walk(Start((id("tx@1"),)), Walk(Direction.DOWNSTREAM), ANYONE)
    assert [node.id for node in walked.nodes] == ids("tx@1")
    assert await store.path(PathBetween(id("tx@1"), id("fraud/1")), ANYONE) is None
    walked = await store.walk(Start((id("tx"),)), Walk(Direction.DOWNSTREAM), ANYONE)
    assert [node.id for node in walked.nodes] == ids("tx")


async def test_forgetting_wins_over_whatever_is_stated_afterwards(store: Store, state: State) -> None:
    await state(*FACTS)
    await store.forget(ids("*r1"), ANYONE)
    await state(granule("r1", run("r1", "train", started_at=7), reads("tx@1", "*r1"), reads("cf@1", "*r1"), at=2))
    assert await store.get(ids("*r1"), ANYONE) == {}
    found = await store.neighbours(ids("cf@1", "tx@1"), Neighbour(Hop.OUT), ANYONE)
    assert [found[one].found for one in ids("cf@1", "tx@1")] == [(), ()]
    await store.restore(ids("*r1"), ANYONE)
    assert (await store.get(ids("*r1"), ANYONE))[id("*r1")].at == 7
    walked = await store.walk(Start((id("cf@1"),)), Walk(Direction.DOWNSTREAM), ANYONE)
    assert id("*r1") in [node.id for node in walked.nodes]


async def test_forgetting_an_asset_forgets_its_versions_also_those_to_come(store: Store, state: State) -> None:
    await state(*FACTS)
    await store.forget(ids("tx"), ANYONE)
    await state(granule("d2", thing("tx@2", rows=2)))
    assert await store.get(ids("tx", "tx@1", "tx@2"), ANYONE) == {}
    walked = await store.walk(Start((id("+p#1"),)), Walk(Direction.UPSTREAM), ANYONE)
    assert words([node.id for node in walked.nodes], "tx@1", "*r1", "fraud/1", "+p#1") == {"*r1", "fraud/1", "+p#1"}
    await store.restore(ids("tx"), ANYONE)
    assert set(await store.get(ids("tx", "tx@1", "tx@2"), ANYONE)) == set(ids("tx", "tx@1", "tx@2"))


async def test_forget_and_restore_leave_the_graph_as_it_was(store: Store, state: State) -> None:
    await state(*FACTS)
    before = await dump(store)
    for word in ("tx", "*r1", "fraud:", "^train", "+p", "tx@1"):
        await store.forget(ids(word), ANYONE)
        assert await dump(store) != before, word
        await store.restore(ids(word), ANYONE)
        assert await dump(store) == before, word


async def test_a_version_forgotten_itself_stays_so_when_its_asset_is_restored(store: Store, state: State) -> None:
    await state(*FACTS)
    await store.forget(ids("tx@1", "tx"), ANYONE)
    await store.restore(ids("tx"), ANYONE)
    assert set(await store.get(ids("tx", "tx@1"), ANYONE)) == {id("tx")}


async def test_a_version_of_a_forgotten_asset_can_be_forgotten_itself(store: Store, state: State) -> None:
    await state(*FACTS)
    await store.forget(ids("tx"), ANYONE)
    await store.forget(ids("tx@1"), ANYONE)
    await store.restore(ids("tx"), ANYONE)
    assert set(await store.get(ids("tx", "tx@1"), ANYONE)) == {id("tx")}
    await store.forget(ids("tx"), ANYONE)
    await store.restore(ids("tx@1"), ANYONE)
    await store.restore(ids("tx"), ANYONE)
    assert set(await store.get(ids("tx", "tx@1"), ANYONE)) == set(ids("tx", "tx@1"))
    assert (await store.check()).findings == ()


async def test_forgetting_twice_changes_nothing_and_an_unknown_id_is_named(store: Store, state: State) -> None:
    await state(*FACTS)
    await store.forget(ids("tx"), ANYONE)
    assert (await store.forget(ids("tx"), ANYONE)).outcome is Outcome.UNCHANGED
    with pytest.raises(NotFound, match=id("nothing")):
        await store.forget(ids("*r1", "nothing"), ANYONE)
    assert id("*r1") in await store.get(ids("*r1"), ANYONE)


async def test_forgetting_is_an_event_with_who_did_it(store: Store, state: State) -> None:
    await state(*FACTS)
    last = (await store.events(0, 100, ANYONE))[-1].cursor
    await store.forget(ids("tx"), ANYONE)
    (event,) = await store.events(last, 100, ANYONE)
    assert event.caller == "local"
    assert ("FORGOTTEN", id("tx")) in [(change["change"], change["id"]) for change in event.changes]


async def test_what_nobody_stated_any_more_while_it_was_forgotten_is_not_there_when_it_is_restored(
    store: Store, state: State
) -> None:
    await state(granule("g", derives("a@1", "a@2")))
    await store.forget([id("a@2")], ANYONE)
    await state(granule("g"))
    await store.restore([id("a@2")], ANYONE)
    assert await store.get([id("a@1"), id("a@2"), id("a")], ANYONE) == {}
    assert (await store.check()).findings == ()


async def test_a_run_that_is_forgotten_may_learn_its_job_later(store: Store, state: State) -> None:
    await state(granule("s", reads("a@1", "*r"), at=0))
    await store.forget([id("*r")], ANYONE)
    await state(granule("s", run("r", "train"), at=1))
    assert await store.get(ids("*r"), ANYONE) == {}
    assert (await store.check()).findings == ()
    await store.restore([id("*r")], ANYONE)
    assert (await store.get(ids("*r"), ANYONE))[id("*r")].asset_id == id("^train")
    assert (await store.check()).findings == ()
