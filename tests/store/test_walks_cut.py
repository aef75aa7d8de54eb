"""Walks that are cut short: what is kept, what the answer says of the rest, and which bound it was."""

from __future__ import annotations

import pytest

from tests.facts import derives, flow, granule, id, reads
from tests.store.asking import CHAIN, DISTANCES, arrows, counts, distances, down, start, up
from tests.store.conftest import State
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.model.results import Truncated
from thalweg.store.questions import CUT_LAYER, NodeFilter
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 6])
async def test_a_cut_keeps_the_nearest(store: Store, state: State, most: int) -> None:
    await state(granule("g", *CHAIN))
    walked = await store.walk(start("tx@1"), down(max_nodes=most), ANYONE)
    assert list(distances(walked)) == list(DISTANCES)[:most]
    assert len(walked.edges) == min(most, 5) - 1
    assert walked.truncated == (Truncated.MAX_NODES if most < 5 else None)


@pytest.mark.parametrize("downstream", [True, False])
async def test_a_cut_layer_is_in_the_order_of_ids(store: Store, state: State, downstream: bool) -> None:
    names = [f"*r{number}" for number in range(300)]
    pairs = [f"tx@1 > {name}" if downstream else f"{name} > tx@1" for name in names]
    await state(granule("g", *(one for pair in pairs for one in flow(pair))))
    for most in (1, 2, 50, 300, 301, 302):
        walk = down(max_nodes=most) if downstream else up(max_nodes=most)
        walked = await store.walk(start("tx@1"), walk, ANYONE)
        assert [node.id for node in walked.nodes] == [id("tx@1"), *sorted(map(id, names))[: most - 1]]
        assert walked.truncated == (Truncated.MAX_NODES if most < 301 else None)
        assert not walked.unsorted


async def test_edges_join_only_what_is_returned(store: Store, state: State) -> None:
    await state(granule("g", *flow("a@1 > *r1 > b@1 > *r2 > a@2"), derives("a@1", "b@1"), derives("a@2", "a@1")))
    walked = await store.walk(start("a@1"), down(depth=1), ANYONE)
    assert distances(walked) == {"a@1": 0, "*r1": 1, "b@1": 1}
    assert arrows(walked.edges) == ["*r1 PRODUCED b@1", "a@1 DERIVED_INTO b@1", "a@1 INPUT_TO *r1"]
    walked = await store.walk(start("a@1"), down(depth=None), ANYONE)
    assert "a@2 DERIVED_INTO a@1" in arrows(walked.edges)


async def test_counts_are_of_the_whole_reach(store: Store, state: State) -> None:
    await state(granule("g", *(one for number in range(50) for one in flow(f"tx@1 > *r{number} > m/{number % 7}"))))
    whole = {(Kind.DATASET_VERSION, 0): 1, (Kind.RUN, 1): 50, (Kind.MODEL_VERSION, 2): 7}
    for most in (0, 1, 20, 58, 1_000):
        walked = await store.walk(start("tx@1"), down(max_nodes=most, counts=True), ANYONE)
        assert counts(walked) == whole, most
        assert walked.complete
        assert len(walked.nodes) == min(most, 58)


async def test_counts_do_not_follow_the_filter(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN))
    only = NodeFilter(kinds=frozenset({Kind.RELEASE}))
    walked = await store.walk(start("tx@1"), down(filter=only, counts=True), ANYONE)
    assert sum(counts(walked).values()) == 5
    assert len(walked.nodes) == 1


async def test_counts_of_a_walk_that_stopped_early_are_flagged(store: Store, state: State) -> None:
    await state(granule("g", *(one for number in range(50) for one in flow(f"tx@1 > *r{number} > m/{number}"))))
    walked = await store.walk(start("tx@1"), down(max_nodes=10), ANYONE)
    assert walked.truncated is Truncated.MAX_NODES
    assert walked.complete == (sum(counts(walked).values()) == 101)


async def test_counts_alone_bring_no_node(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN))
    walked = await store.walk(start("tx@1"), down(max_nodes=0, counts=True), ANYONE)
    assert (walked.nodes, walked.edges) == ((), ())
    assert counts(walked) == {
        (Kind.DATASET_VERSION, 0): 1,
        (Kind.RUN, 1): 1,
        (Kind.MODEL_VERSION, 2): 1,
        (Kind.RELEASE, 3): 1,
        (Kind.DATASET_VERSION, 4): 1,
    }
    assert walked.complete


async def test_the_budget_of_visited_nodes_bounds_the_work(store: Store, state: State) -> None:
    await state(granule("g", *(one for number in range(200) for one in flow(f"tx@1 > *r{number} > m/{number}"))))
    for budget in (1, 10, 150, 300):
        for asked in (down(visited=budget), down(visited=budget, max_nodes=0, counts=True)):
            walked = await store.walk(start("tx@1"), asked, ANYONE)
            assert walked.truncated is Truncated.VISITED
            assert not walked.complete
            assert len(walked.nodes) <= budget
            assert 1 <= sum(counts(walked).values()) <= budget
    walked = await store.walk(start("tx@1"), down(visited=50, max_nodes=50), ANYONE)
    assert (walked.truncated, len(walked.nodes)) == (Truncated.VISITED, 50)
    walked = await store.walk(start("tx@1"), down(visited=401, counts=True), ANYONE)
    assert (walked.truncated, walked.complete, len(walked.nodes)) == (None, True, 401)


async def test_a_deadline_cuts_and_says_so(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN))
    walked = await store.walk(start("tx@1"), down(seconds=0.0, counts=True), ANYONE)
    assert walked.truncated is Truncated.DEADLINE
    assert not walked.complete
    assert distances(walked).items() <= DISTANCES.items()


async def test_a_cut_layer_that_is_too_wide_to_sort_says_so(store: Store, state: State) -> None:
    names = [f"*r{number}" for number in range(CUT_LAYER + 1)]
    for begin in range(0, len(names), 5_000):
        await state(granule(f"g{begin}", *(reads("tx@1", name) for name in names[begin : begin + 5_000])))
    walked = await store.walk(start("tx@1"), down(max_nodes=10), ANYONE)
    assert (walked.truncated, walked.unsorted, len(walked.nodes)) == (Truncated.MAX_NODES, True, 10)
    assert walked.nodes[0].id == id("tx@1")
    assert {node.distance for node in walked.nodes[1:]} == {1}
    walked = await store.walk(start("tx@1"), down(max_nodes=0, counts=True), ANYONE)
    assert counts(walked) == {(Kind.DATASET_VERSION, 0): 1, (Kind.RUN, 1): len(names)}
