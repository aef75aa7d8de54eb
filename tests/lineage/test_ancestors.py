"""Common ancestors: what several things share, the nearest first, and which of it is lowest."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from hypothesis import strategies as st

from tests.exploring import Explore
from tests.facts import derives, granule, said, thing
from tests.facts import id as id_of
from tests.lineage.conftest import hold
from tests.lineage.estate import NOW, estate, id
from thalweg import ingest
from thalweg.lineage.ancestors import CommonAncestors, common_ancestors
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput, LimitExceeded, NotFound
from thalweg.model.facts import ANYONE
from thalweg.model.results import Truncated
from thalweg.model.time import DAY
from thalweg.store.store import Store

SHOP = estate("""
    tx@1 > *features-1 > cf@1 > *train-1 > fraud/1 > +production:fraud#1
    cf@1 > *train-2 > churn/1
    tx@1 > *train-2
    clicks@1 > *rank-1 > ranker/1
    *train-2: 2 days ago
""")


@pytest.fixture
async def shop(store: Store) -> Store:
    await hold(store, SHOP)
    return store


async def shared(store: Store, *words: str, **options: Any) -> CommonAncestors:
    return await common_ancestors(store, ANYONE, [id(word) for word in words], **options)


def told(found: CommonAncestors) -> list[str]:
    """Each as `cf@1 2 2`, with `lowest` where it is."""
    word_of = {thing.key.id: thing.word for thing in SHOP.things.values()}
    return [
        " ".join([word_of[one.node.id], *map(str, one.distances), *(["lowest"] if one.lowest else [])])
        for one in found.ancestors
    ]


@pytest.mark.anyio
async def test_what_two_models_share_is_told_with_the_distance_from_each(shop: Store) -> None:
    found = await shared(shop, "fraud/1", "churn/1")
    assert told(found) == ["cf@1 2 2 lowest", "*features-1 3 3", "tx@1 4 2"]
    assert (found.total, found.truncated_reason, found.note) == (3, None, None)
    assert told(await shared(shop, "churn/1", "fraud/1"))[2] == "tx@1 2 4"
    assert told(await shared(shop, "fraud/1", "churn/1", "*features-1")) == ["*features-1 3 3 0 lowest", "tx@1 4 2 1"]


@pytest.mark.anyio
async def test_of_two_of_which_one_came_of_the_other_that_one_is_shared(shop: Store) -> None:
    assert told(await shared(shop, "cf@1", "fraud/1")) == ["cf@1 0 2 lowest", "*features-1 1 3", "tx@1 2 4"]


@pytest.mark.anyio
async def test_assets_share_assets(shop: Store) -> None:
    assert told(await shared(shop, "fraud:", "churn:"))[0] == "^train 1 1 lowest"


@pytest.mark.anyio
async def test_what_shares_nothing_has_no_common_ancestor(shop: Store) -> None:
    found = await shared(shop, "fraud/1", "ranker/1")
    assert (told(found), found.total, found.truncated_reason, found.note) == ([], 0, None, None)


@pytest.mark.anyio
async def test_it_is_asked_as_of_a_time_and_along_some_edges(shop: Store) -> None:
    assert told(await shared(shop, "fraud/1", "churn/1", as_of=NOW - 3 * DAY)) == []
    assert told(await shared(shop, "fraud/1", "churn/1", types=[EdgeType.PRODUCED])) == []
    before = await shared(shop, "fraud/1", "churn/1", as_of=5 * DAY)
    assert before.note == "Nothing that is known had happened by 1970-01-06T00:00:00Z."


@pytest.mark.anyio
async def test_what_is_cut_says_why(shop: Store) -> None:
    few = await shared(shop, "fraud/1", "churn/1", first=1)
    assert (told(few), few.total, few.truncated_reason) == (["cf@1 2 2 lowest"], 3, Truncated.MAX_NODES)
    assert (await shared(shop, "fraud/1", "churn/1", visited=6)).truncated_reason is Truncated.VISITED
    assert (await shared(shop, "fraud/1", "churn/1", seconds=0.0)).truncated_reason is Truncated.DEADLINE


@pytest.mark.anyio
async def test_what_makes_no_sense_is_an_error_that_says_what_would(shop: Store) -> None:
    cases: list[tuple[list[str], dict[str, Any], type[Exception], str]] = [
        ([id("fraud/1")], {}, BadInput, "of names 1 different thing, and must name 2 or more"),
        ([id("fraud/1")] * 2, {}, BadInput, "of names 1 different thing, and must name 2 or more"),
        ([], {}, BadInput, "of names 0 different things"),
        ([id("fraud/1"), id("churn:")], {}, BadInput, "of names things of both levels: a model and a model version"),
        ([id("fraud/1"), id("nobody")], {}, NotFound, f"Nothing with the id {id('nobody')} is known"),
        ([id("fraud/1"), "nobody"], {}, BadInput, "'nobody' is not an id"),
        ([id("fraud/1")] * 11, {}, LimitExceeded, "of names more than 10 things"),
        ([id("fraud/1"), id("churn/1")], {"first": 0}, BadInput, "first is 0, and must be 1 to 1000"),
        ([id("fraud/1"), id("churn/1")], {"types": []}, BadInput, "No edge type is left"),
    ]
    for of, options, error, sentence in cases:
        with pytest.raises(error) as caught:
            await common_ancestors(shop, ANYONE, of, **options)
        assert sentence in str(caught.value)


# -------------------------------------------------------------------------------------------------------- any estate

WORDS = [f"d@{number}" for number in range(9)]
PAIRS = [(one, other) for one in WORDS for other in WORDS if one != other]


def test_they_are_what_networkx_says_in_any_estate_with_cycles_or_without(explore: Explore) -> None:
    explore(
        compare,
        edges=st.lists(st.sampled_from(PAIRS), min_size=4, max_size=16, unique=True),
        of=st.lists(st.sampled_from(WORDS), min_size=2, max_size=3, unique=True),
    )


async def compare(store: Store, edges: list[tuple[str, str]], of: list[str]) -> None:
    stated = granule("g", *map(thing, WORDS), *(derives(*pair, at=1) for pair in edges))
    await ingest.state(store, [stated], ANYONE)
    found = await common_ancestors(store, ANYONE, [id_of(word) for word in of])
    graph: nx.DiGraph[str] = nx.DiGraph(edges)
    graph.add_nodes_from(WORDS)
    far = [nx.single_source_shortest_path_length(graph.reverse(), word) for word in of]
    expected = {word: tuple(one[word] for one in far) for word in WORDS if all(word in one for one in far)}
    assert {said(one.node.id): one.distances for one in found.ancestors} == expected
    below = {word: nx.descendants(graph, word) & expected.keys() for word in expected}
    assert {said(one.node.id) for one in found.ancestors if one.lowest} == {
        word for word in expected if all(word in below[other] for other in below[word])
    }
    order = [(one.total, max(one.distances), one.node.id) for one in found.ancestors]
    assert order == sorted(order)
