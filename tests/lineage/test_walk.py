"""Walks: where they begin, what both sides come to, what is cut and why."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lineage.conftest import Fresh, hold
from tests.lineage.drawn import estates, words
from tests.lineage.estate import NOW, Estate, estate, id
from tests.lineage.examples import examples
from thalweg.lineage.walk import MAX_NODES, LineageGraph, Side, lineage
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput, LimitExceeded, NotFound
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Degrees, Truncated
from thalweg.model.time import DAY
from thalweg.store.questions import NodeFilter
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

PIPELINE = estate("""
    tx@1 > *features-1 > cf@1 > *train-1 > fraud/1 > +production:fraud#1 > predictions@1
    tx@2 > *features-2 > cf@2
    tx@1 > *train-1
    *train-1: 5 days ago
    +production:fraud#1: 4 days ago
    predictions@1: 3 days ago
""")


@pytest.fixture
async def pipeline(store: Store) -> Store:
    await hold(store, PIPELINE)
    return store


def at_distances(graph: LineageGraph, made: Estate = PIPELINE) -> dict[str, int]:
    word_of = {thing.key.id: thing.word for thing in made.things.values()}
    return {word_of[node.id]: node.distance for node in graph.nodes}


def joined(graph: LineageGraph, made: Estate = PIPELINE) -> set[str]:
    word_of = {thing.key.id: thing.word for thing in made.things.values()}
    return {f"{word_of[edge.source]} > {word_of[edge.target]}" for edge in graph.edges}


async def walk(store: Store, word: str, **options: Any) -> LineageGraph:
    return await lineage(store, ANYONE, id(word), **options)


# -------------------------------------------------------------------------------------------------- where it begins


async def test_downstream_of_a_version(pipeline: Store) -> None:
    graph = await walk(pipeline, "tx@1")
    assert at_distances(graph) == {
        "tx@1": 0,
        "*features-1": 1,
        "*train-1": 1,
        "cf@1": 2,
        "fraud/1": 2,
        "+production:fraud#1": 3,
        "predictions@1": 4,
    }
    assert (graph.start.id, graph.level, graph.side) == (id("tx@1"), Level.VERSION, Side.DOWNSTREAM)
    assert (graph.truncated, graph.truncated_reason, graph.unsorted) == (False, None, False)


async def test_upstream_of_a_release(pipeline: Store) -> None:
    graph = await walk(pipeline, "+production:fraud#1", direction=Side.UPSTREAM)
    assert at_distances(graph) == {
        "+production:fraud#1": 0,
        "fraud/1": 1,
        "*train-1": 2,
        "cf@1": 3,
        "tx@1": 3,
        "*features-1": 4,
    }
    assert all(node.upstream == node.distance and node.downstream is None for node in graph.nodes)


async def test_an_asset_is_walked_among_assets_unless_versions_are_asked_for(pipeline: Store) -> None:
    assets = {"tx": 0, "^features": 1, "^train": 1, "cf": 2, "fraud:": 2, "+production:fraud": 3, "predictions": 4}
    graph = await walk(pipeline, "tx")
    assert (at_distances(graph), graph.level) == (assets, Level.ASSET)
    versions = at_distances(await walk(pipeline, "tx", level=Level.VERSION))
    assert {word for word, distance in versions.items() if distance == 0} == {"tx@1", "tx@2"}
    newest = await walk(pipeline, "tx", level=Level.VERSION, newest=1)
    assert at_distances(newest) == {"tx@2": 0, "*features-2": 1, "cf@2": 2}
    assert newest.start.id == id("tx")


async def test_a_version_at_the_level_of_assets_starts_at_its_asset(pipeline: Store) -> None:
    graph = await walk(pipeline, "cf@2", level=Level.ASSET)
    assert at_distances(graph) == {"cf": 0, "^train": 1, "fraud:": 2, "+production:fraud": 3, "predictions": 4}


# ------------------------------------------------------------------------------------------------------- both sides


async def test_both_is_upstream_plus_downstream_of_the_start(pipeline: Store) -> None:
    graph = await walk(pipeline, "cf@1", direction=Side.BOTH)
    assert at_distances(graph) == {
        "cf@1": 0,
        "*features-1": 1,
        "*train-1": 1,
        "tx@1": 2,
        "fraud/1": 2,
        "+production:fraud#1": 3,
        "predictions@1": 4,
    }
    sides = {node.id: (node.upstream, node.downstream) for node in graph.nodes}
    assert sides[id("cf@1")] == (0, 0)
    assert sides[id("tx@1")] == (2, None)
    assert sides[id("fraud/1")] == (None, 2)


async def test_edges_past_the_start_are_among_the_returned_nodes_too(pipeline: Store) -> None:
    graph = await walk(pipeline, "cf@1", direction=Side.BOTH)
    assert joined(graph) == {
        "tx@1 > *features-1",
        "*features-1 > cf@1",
        "cf@1 > *train-1",
        "tx@1 > *train-1",
        "*train-1 > fraud/1",
        "fraud/1 > +production:fraud#1",
        "+production:fraud#1 > predictions@1",
    }
    assert (await walk(pipeline, "cf@1", direction=Side.BOTH, edges=False)).edges == ()


async def test_max_nodes_counts_over_both_sides_and_keeps_the_nearest(pipeline: Store) -> None:
    graph = await walk(pipeline, "cf@1", direction=Side.BOTH, max_nodes=5)
    assert at_distances(graph).keys() == {"cf@1", "*features-1", "*train-1", "tx@1", "fraud/1"}
    assert (graph.truncated, graph.truncated_reason) == (True, Truncated.MAX_NODES)
    assert "fraud/1 > +production:fraud#1" not in joined(graph)


async def test_a_cycle_puts_a_node_on_both_sides(store: Store) -> None:
    cycle = estate("tx@1 > *train-1 > fraud/1 > +production:fraud#1 > tx@1")
    await hold(store, cycle)
    graph = await walk(store, "tx@1", direction=Side.BOTH)
    assert {node.id: (node.distance, node.upstream, node.downstream) for node in graph.nodes} == {
        id("tx@1"): (0, 0, 0),
        id("*train-1"): (1, 3, 1),
        id("fraud/1"): (2, 2, 2),
        id("+production:fraud#1"): (1, 1, 3),
    }
    assert len(graph.edges) == 4
    counted = await walk(store, "tx@1", direction=Side.BOTH, max_nodes=0)
    assert counted.counts_by_distance == {0: 1, 1: 2, 2: 2, 3: 2}


async def test_a_cut_cycle_has_all_edges_among_what_is_left(store: Store) -> None:
    cycle = estate("""
        tx@1 > *train-1 > fraud/1 > +production:fraud#1 > tx@2 > *next-1 > tx@1
        tx@1 > *one-1
        tx@1 > *two-1
        tx@1 > *three-1
        *three-1 > fraud/1
        fraud/1 > *next-1
    """)
    await hold(store, cycle)
    for most in range(1, 10):
        graph = await walk(store, "tx@1", direction=Side.BOTH, depth=None, max_nodes=most)
        words = at_distances(graph, cycle)
        assert joined(graph, cycle) == {
            f"{link.source} > {link.target}" for link in cycle.links if {link.source, link.target} <= words.keys()
        }


# ---------------------------------------------------------------------------------------------- what is cut, and counts


async def test_counts_are_of_the_whole_reach(pipeline: Store) -> None:
    graph = await walk(pipeline, "tx@1", max_nodes=2, counts=True)
    assert len(graph.nodes) == 2
    assert graph.counts_by_distance == {0: 1, 1: 2, 2: 2, 3: 1, 4: 1}
    assert graph.counts_by_kind == {
        Kind.DATASET_VERSION: 3,
        Kind.RUN: 2,
        Kind.MODEL_VERSION: 1,
        Kind.RELEASE: 1,
    }
    assert graph.counts_complete


async def test_counts_alone_fetch_no_node(pipeline: Store) -> None:
    graph = await walk(pipeline, "cf@1", direction=Side.BOTH, max_nodes=0)
    assert (graph.nodes, graph.edges) == ((), ())
    assert graph.counts_by_distance == {0: 1, 1: 2, 2: 2, 3: 1, 4: 1}


async def test_each_reason_for_a_cut(pipeline: Store) -> None:
    cases: list[tuple[dict[str, Any], Truncated | None]] = [
        ({"depth": 1}, Truncated.DEPTH),
        ({"depth": 4}, None),
        ({"depth": None}, None),
        ({"max_nodes": 2}, Truncated.MAX_NODES),
        ({"visited": 2, "max_nodes": 2}, Truncated.VISITED),
        ({"seconds": 0.0}, Truncated.DEADLINE),
    ]
    for options, reason in cases:
        graph = await walk(pipeline, "tx@1", **options)
        assert graph.truncated_reason is reason, options
        assert graph.truncated is (reason is not None)


async def test_degrees_come_when_they_are_asked_for(pipeline: Store) -> None:
    graph = await walk(pipeline, "*train-1", depth=0, degrees=True)
    assert [node.degrees for node in graph.nodes] == [Degrees(2, 1)]
    assert [node.degrees for node in (await walk(pipeline, "*train-1", depth=0)).nodes] == [None]


async def test_where_the_walk_goes_and_what_it_returns_are_two_things(pipeline: Store) -> None:
    models = await walk(pipeline, "tx@1", filter=NodeFilter(kinds=frozenset({Kind.MODEL_VERSION})))
    assert at_distances(models) == {"fraud/1": 2}
    stopped = await walk(pipeline, "tx@1", stop_at=[Kind.MODEL_VERSION])
    assert "fraud/1" in at_distances(stopped)
    assert "+production:fraud#1" not in at_distances(stopped)
    typed = await walk(pipeline, "fraud/1", types=[EdgeType.SERVED_BY])
    assert at_distances(typed) == {"fraud/1": 0, "+production:fraud#1": 1}
    then = await walk(pipeline, "tx@1", as_of=NOW - 6 * DAY)
    assert at_distances(then) == {"tx@1": 0, "*features-1": 1, "cf@1": 2}


# -------------------------------------------------------------------------------------------------------- bad input


async def test_what_makes_no_sense_is_an_error_that_says_what_would(pipeline: Store) -> None:
    cases: list[tuple[str, dict[str, Any], type[Exception], str]] = [
        (id("nobody"), {}, NotFound, f"Nothing with the id {id('nobody')} is known"),
        ("nobody", {}, BadInput, "'nobody' is not an id"),
        (id("tx@1"), {"newest": 2}, BadInput, "newest picks among the versions of an asset"),
        (id("tx"), {"newest": 2}, BadInput, "newest picks among the versions of an asset"),
        (id("tx"), {"newest": 0, "level": Level.VERSION}, BadInput, "newest is 0"),
        (id("tx"), {"depth": -1}, BadInput, "depth is -1"),
        (id("tx"), {"max_nodes": -1}, BadInput, "maxNodes is -1"),
        (id("tx"), {"max_nodes": MAX_NODES + 1}, LimitExceeded, "a walk returns at most 10000 nodes"),
        (id("tx"), {"types": []}, BadInput, "No edge type is left"),
        (id("tx"), {"types": [EdgeType.PARENT_OF]}, BadInput, "PARENT_OF is not walked"),
    ]
    for of, options, error, sentence in cases:
        with pytest.raises(error) as caught:
            await lineage(pipeline, ANYONE, of, **options)
        assert sentence in str(caught.value)


async def test_a_run_of_no_known_job_has_no_place_among_assets(store: Store) -> None:
    await hold(store, estate("tx@1 > *alone > fraud/1"))
    with pytest.raises(BadInput, match="The job of the run alone is not known"):
        await walk(store, "*alone", level=Level.ASSET)


# --------------------------------------------------------------------------------------------- against networkx


def test_both_sides_are_what_networkx_reaches(fresh: Fresh) -> None:
    @given(made=estates(), word=st.sampled_from(words(1).versions), most=st.sampled_from((1_000, 5)))
    @examples(40)
    def holds(made: Estate, word: str, most: int) -> None:
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(thing.word for thing in made.versions())
        graph.add_edges_from((link.source, link.target) for link in made.links if link.source in graph)
        below = nx.single_source_shortest_path_length(graph, word)
        above = nx.single_source_shortest_path_length(graph.reverse(), word)
        nearest = {one: min(side[one] for side in (below, above) if one in side) for one in {*below, *above}}
        found = fresh(made, lambda store: walk(store, word, direction=Side.BOTH, depth=None, max_nodes=most))
        distances = at_distances(found, made)
        if len(nearest) <= most:
            assert distances == nearest
            for node in found.nodes:
                one = next(thing.word for thing in made.versions() if thing.key.id == node.id)
                assert (node.upstream, node.downstream) == (above.get(one), below.get(one))
        else:
            assert len(distances) == most
            assert sorted(distances.values()) == sorted(nearest.values())[:most]
            assert found.truncated_reason is Truncated.MAX_NODES
        between = {f"{one} > {other}" for one, other in graph.edges if one in distances and other in distances}
        assert joined(found, made) == between
        assert list(distances.values()) == sorted(distances.values())

    holds()
