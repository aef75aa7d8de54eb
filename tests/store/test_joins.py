"""Two names that are one thing: the facts of both hang on one entity, and a wrong join is taken back."""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.facts import alias, granule, id, ids, joined, reads, run, thing, words, writes
from tests.store.conftest import State
from tests.store.dump import dump
from thalweg.model.facts import ANYONE
from thalweg.model.results import Direction
from thalweg.store.questions import Start, Walk
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

FACTS = (
    granule("r1", run("r1", "j", started_at=5, ended_at=6), reads("A@1", "*r1"), writes("*r1", "m/1"), at=1),
    granule("a", thing("A", description="a"), thing("A@1", bytes=1, created_at=2), at=3),
    granule("b", thing("B", owners=["o"]), thing("B@1", rows=2), thing("B@2", created_at=4), at=4),
    granule("r2", run("r2", "j", started_at=7, ended_at=8), reads("B@2", "*r2"), writes("*r2", "m/2"), at=9),
)
JOIN = granule("join", joined("A", "B"))


async def reached(store: Store, word: str) -> set[str]:
    walked = await store.walk(Start((id(word),)), Walk(Direction.DOWNSTREAM), ANYONE)
    return words(
        [node.id for node in walked.nodes], "A@1", "B@1", "B@2", "*r1", "*r2", "m/1", "m/2", "A", "B", "^j", "m:"
    )


async def test_facts_of_both_names_hang_on_one_entity(store: Store, state: State) -> None:
    await state(*FACTS, JOIN)
    found = await store.get(ids("A", "B", "A@1", "B@1"), ANYONE)
    assert {entity.id for entity in found.values()} == {id("B"), id("B@1")}
    assert dict(found[id("B")].props) == {"description": "a", "owners": ["o"]}
    assert {"bytes", "rows"} <= found[id("B@1")].props.keys()
    assert await reached(store, "B@1") == {"B@1", "*r1", "m/1"}
    assert await reached(store, "B") == {"B", "^j", "m:"}


async def test_an_old_id_leads_to_the_entity_it_was_joined_into(store: Store, state: State) -> None:
    await state(*FACTS, JOIN)
    found = await store.get(ids("A", "A@1"), ANYONE)
    assert found[id("A")].id == id("B")
    assert found[id("A@1")].id == id("B@1")


async def test_what_is_stated_by_the_other_name_later_joins_too(store: Store, state: State) -> None:
    await state(*FACTS, JOIN)
    await state(granule("late", thing("A@7", rows=9)))
    found = await store.get(ids("A@7"), ANYONE)
    assert found[id("A@7")].id == id("B@7")
    assert found[id("A@7")].asset_id == id("B")


async def test_the_order_of_facts_and_join_is_no_matter(store: Store, state: State) -> None:
    dumps = []
    for number, order in enumerate(permutations((*FACTS, JOIN))):
        if number % 24:
            continue  # five of the 120, spread
        for granule_ in order:
            await state(granule_)
        dumps.append(await dump(store))
        await state(granule("join"), *(granule(facts.name, at=10) for facts in FACTS))
        await store.close_pass(await store.begin_pass("test", ANYONE), ANYONE)
    assert all(one["edges"] == dumps[0]["edges"] for one in dumps)


async def test_a_join_that_is_taken_back_leaves_the_graph_as_it_was(store: Store, state: State) -> None:
    await state(*FACTS)
    before = await dump(store)
    await state(JOIN)
    assert await dump(store) != before
    await state(granule("join"))
    assert await dump(store) == before


async def test_joining_through_a_third_name_makes_all_three_one(store: Store, state: State) -> None:
    await state(*FACTS, granule("c", thing("C", url="u"), thing("C@1", format="csv")))
    await state(JOIN, granule("join2", joined("B", "C")))
    found = await store.get(ids("A", "B", "C"), ANYONE)
    assert {entity.id for entity in found.values()} == {id("C")}
    await state(granule("join"))
    found = await store.get(ids("A", "B", "C"), ANYONE)
    assert [found[one].id for one in ids("A", "B", "C")] == ids("A", "C", "C")


async def test_joined_models_share_their_marks(store: Store, state: State) -> None:
    await state(granule("m1", alias("old/1", "champion", 10)), granule("m2", alias("new/2", "champion", 20)))
    await state(granule("join", joined("old:", "new:")))
    history = (await store.marks(ids("new:"), ANYONE, history=True))[id("new:")]
    assert sorted((mark.version_id, mark.since, mark.until) for mark in history) == sorted(
        [(id("new/1"), 10, 20), (id("new/2"), 20, None)]
    )


async def test_joined_jobs_have_each_others_runs(store: Store, state: State) -> None:
    await state(*FACTS, granule("r3", run("r3", "k", started_at=9), reads("A@1", "*r3")))
    await state(granule("join", joined("^k", "^j")))
    assert (await store.get(ids("*r3"), ANYONE))[id("*r3")].asset_id == id("^j")
    walked = await store.walk(Start((id("A"),)), Walk(Direction.DOWNSTREAM, depth=1), ANYONE)
    assert [(edge.target, edge.version_edges) for edge in walked.edges] == [(id("^j"), 2)]


async def test_versions_are_joined_by_themselves_and_their_assets_stay_two(store: Store, state: State) -> None:
    await state(granule("old", thing("logged/1", bytes=3)), granule("r", run("r1", "j"), writes("*r1", "fraud/9")))
    await state(granule("new", thing("fraud:"), thing("fraud/1", format="onnx"), joined("logged/1", "fraud/1")))
    found = await store.get(ids("logged/1", "logged:", "fraud:"), ANYONE)
    assert found[id("logged/1")].id == id("fraud/1")
    assert found[id("logged/1")].asset_id == id("fraud:")
    assert dict(found[id("logged/1")].props) == {"bytes": 3, "format": "onnx"}
    assert set(found) == set(ids("logged/1", "fraud:"))  # the asset of a name that nothing bears any more is swept


async def test_versions_that_are_joined_stay_so_when_their_assets_are_joined_too(store: Store, state: State) -> None:
    versions = granule("versions", joined("A@1", "A@2"))
    facts = (granule("a", thing("A@1", bytes=1), thing("A@2", rows=2)), granule("b", thing("B@7", rows=7)))
    dumps = []
    for order in permutations((*facts, JOIN, versions)):
        await state(*order)
        found = await store.get(ids("A@1", "A@2", "B@1", "B@2"), ANYONE)
        assert {one.id for one in found.values()} == {id("B@2")}, [one.name for one in order]
        assert {"bytes", "rows"} <= found[id("A@1")].props.keys()
        assert (await store.check()).findings == ()
        dumps.append((await dump(store))["edges"])
        await state(granule("join"))
        apart = await store.get(ids("A@1", "A@2", "B@1"), ANYONE)
        assert {one.id for one in apart.values()} == {id("A@2")}
        await state(*(granule(one.name) for one in order))
        assert (await store.check()).findings == ()
    assert all(one == dumps[0] for one in dumps)


async def test_a_join_of_versions_that_is_taken_back_leaves_that_of_their_assets(store: Store, state: State) -> None:
    await state(*FACTS, JOIN)
    before = await dump(store)
    await state(granule("versions", joined("A@1", "B@2")))
    assert (await store.get(ids("A@1"), ANYONE))[id("A@1")].id == id("B@2")
    assert (await store.get(ids("B@1"), ANYONE))[id("B@1")].id == id("B@2")
    await state(granule("versions"))
    assert await dump(store) == before
    assert (await store.check()).findings == ()


# ------------------------------------------------------------------------------------------------- who joined them


async def joins(store: Store, *names: str) -> list[list[str]]:
    """Of each name the joins that lead to it, as `A = B (source/scope)`."""
    found = await store.joins(ids(*names), ANYONE)
    assert list(found) == list(dict.fromkeys(ids(*names)))
    return [
        [f"{one.alias.parts[1]} = {one.of.parts[1]} ({one.source}/{one.scope})" for one in found[id(name)]]
        for name in names
    ]


async def test_who_joined_two_names_is_known_by_either_of_them(store: Store, state: State) -> None:
    await state(*FACTS, JOIN, granule("again", joined("A", "B"), source="other"))
    both = ["A = B (other/again)", "A = B (test/join)"]
    assert await joins(store, "A", "B", "m:", "nobody") == [both, both, [], []]


async def test_of_a_chain_of_names_every_join_is_told(store: Store, state: State) -> None:
    await state(
        *FACTS, granule("one", joined("A", "B")), granule("two", joined("C", "B")), granule("three", joined("D", "C"))
    )
    whole = ["A = B (test/one)", "C = B (test/two)", "D = C (test/three)"]
    assert await joins(store, "B", "D") == [whole, whole]
    await state(granule("two"))
    assert await joins(store, "B", "D") == [["A = B (test/one)"], ["D = C (test/three)"]]
