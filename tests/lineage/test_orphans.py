"""Orphans: what stands alone, in pages that say how far they looked."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from hypothesis import strategies as st

from tests.exploring import Explore
from tests.facts import Fact, flow, granule, id, run, said, serves, thing
from tests.store.conftest import State, state
from tests.store.estates import granules
from tests.store.oracle import CLOCK, Oracle
from thalweg import ingest
from thalweg.lineage.orphans import Orphan, Orphans, orphans
from thalweg.model.edges import EdgeType
from thalweg.model.facts import ANYONE, Granule
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Truncated
from thalweg.model.time import EARLIEST
from thalweg.store.store import Store

__all__ = ["state"]

FACTS: list[Fact] = [
    *flow("tx@1 > *r1 > cf@1 > *r2 > fraud/1 > +fraud#1", at=100),
    run("r1", "features", started_at=100, ended_at=100),
    run("r2", "train", started_at=100, ended_at=100),
    thing("+fraud#1", since=100),
    *flow("cf@1 > +bare#1", at=100),
    serves("bought/1", "+bare#1", at=100),
    thing("+bare#1", since=100),
    *flow("old@1 > *r3 > retired/1 > +retired#1", at=100),
    run("r3", "train-old", started_at=100, ended_at=100),
    thing("+retired#1", since=100, until=200),
    *flow("tx@1 > *r2 > draft/1", at=150),
    thing("lonely"),
    *(thing(f"{word}@1", created_at=100) for word in ("tx", "cf", "old")),
]


@pytest.fixture
async def shop(store: Store, state: State) -> Store:
    await state(granule("g", *FACTS))
    return store


async def alone(store: Store, kind: Orphan, **options: Any) -> Orphans:
    return await orphans(store, ANYONE, kind, **options)


def words(found: Orphans) -> list[str]:
    return [said(one.id) for one in found.found]


@pytest.mark.anyio
async def test_a_live_release_whose_models_learned_from_no_known_data_stands_alone(shop: Store) -> None:
    found = await alone(shop, Orphan.RELEASES)
    assert (words(found), found.looked_at, found.more, found.truncated) == (["+bare#1"], 2, False, None)


@pytest.mark.anyio
async def test_data_that_reaches_no_live_release_stands_alone(shop: Store) -> None:
    found = await alone(shop, Orphan.DATA)
    assert (words(found), found.looked_at, found.more) == (["lonely", "old"], 4, False)


@pytest.mark.anyio
async def test_a_model_that_was_never_served_stands_alone(shop: Store) -> None:
    assert words(await alone(shop, Orphan.MODELS)) == ["draft:"]


@pytest.mark.anyio
async def test_each_list_is_as_of_a_time(shop: Store) -> None:
    assert words(await alone(shop, Orphan.DATA, as_of=150)) == []
    assert words(await alone(shop, Orphan.DATA, as_of=200)) == ["old"], "what has no date was not there yet"
    assert words(await alone(shop, Orphan.RELEASES, as_of=150)) == ["+bare#1"]
    before = await alone(shop, Orphan.RELEASES, as_of=50)
    assert (words(before), before.looked_at) == ([], 0)
    assert before.note == "Nothing that is known had happened by 1970-01-01T00:00:00.000050Z."


@pytest.mark.anyio
async def test_what_was_forgotten_or_is_gone_is_no_candidate(shop: Store, state: State) -> None:
    await state(granule("gone", thing("lonely", gone_at=500)))
    assert words(await alone(shop, Orphan.DATA)) == ["old"]
    await shop.forget([id("old")], ANYONE)
    assert words(await alone(shop, Orphan.DATA)) == []
    await shop.restore([id("old")], ANYONE)
    assert words(await alone(shop, Orphan.DATA)) == ["old"]


@pytest.mark.anyio
async def test_pages_end_where_they_are_full_and_go_on_from_there(shop: Store) -> None:
    first = await alone(shop, Orphan.DATA, first=1)
    assert (words(first), first.looked_at, first.more, first.end) == (["lonely"], 2, True, first.places[-1])
    second = await alone(shop, Orphan.DATA, first=1, after=first.end)
    assert (words(second), second.looked_at, second.more) == (["old"], 1, True)
    third = await alone(shop, Orphan.DATA, first=1, after=second.end)
    assert (words(third), third.looked_at, third.more) == ([], 1, False)


@pytest.mark.anyio
async def test_what_one_question_does_not_get_to_is_left_for_the_next(shop: Store) -> None:
    late = await alone(shop, Orphan.DATA, seconds=0.0)
    assert (words(late), late.looked_at, late.more, late.truncated) == ([], 0, True, Truncated.DEADLINE)
    assert (late.end, late.note) == (None, None)


@pytest.mark.anyio
async def test_a_batch_that_is_too_much_for_one_walk_is_taken_in_parts(shop: Store) -> None:
    parts = await alone(shop, Orphan.DATA, visited=8)
    assert (words(parts), parts.looked_at, parts.undecided) == (["lonely", "old"], 4, [])
    some = await alone(shop, Orphan.DATA, visited=4)
    assert words(some) == ["lonely", "old"]
    assert [said(one.id) for one in some.undecided] == ["cf", "tx"]


# -------------------------------------------------------------------------------------------------------- any estate


def test_they_are_what_the_oracle_says_at_any_time_in_any_pages(explore: Explore) -> None:
    explore(
        compare,
        stated=st.lists(granules(), min_size=1, max_size=4, unique_by=lambda one: (one.source, one.name)),
        as_of=st.none() | st.integers(0, 2_000),
        first=st.integers(1, 3),
    )


async def compare(store: Store, stated: list[Granule], as_of: int | None, first: int) -> None:
    oracle = Oracle()
    for one in stated:
        await ingest.state(store, [one], ANYONE)
        oracle.state(one)
    for kind in Orphan:
        whole = await alone(store, kind, as_of=as_of, first=100)
        assert set(words(whole)) == {said(id) for id in expected(oracle, kind, as_of)}, kind
        assert (whole.more, whole.truncated, whole.undecided) == (False, None, [])
        pages, after, looked_at = [], None, 0
        while True:
            page = await alone(store, kind, as_of=as_of, first=first, after=after)
            pages += words(page)
            looked_at += page.looked_at
            after = page.end
            if not page.more:
                break
        assert (pages, looked_at) == (words(whole), whole.looked_at)


def expected(oracle: Oracle, kind: Orphan, as_of: int | None) -> set[str]:
    graph = oracle.graph(as_of=as_of)
    there = CLOCK if as_of is None else as_of
    known = {id: oracle.keys[id].kind for id in oracle.visible()}

    def live(id: str) -> bool:
        return oracle.at(id) <= there < int(oracle.props(id).get("until", CLOCK + 1))

    def stands(id: str) -> bool:
        return int(oracle.props(id).get("gone_at", CLOCK + 1)) > there and (
            oracle.at(id) <= there
            or int(graph.degree(id)) > 0
            or any(oracle.asset(one) == id and EARLIEST < oracle.at(one) <= there for one in known)
        )

    def learned(release: str) -> bool:
        models = {one for one, _, ref in graph.in_edges(release, keys=True) if ref[1] is EdgeType.SERVED_BY}
        above = {far for one in models for far in nx.ancestors(graph, one)}
        return any(known[one] is Kind.DATASET_VERSION for one in above)

    def feeds(dataset: str) -> bool:
        below = nx.descendants(graph, dataset)
        return any(known[id] is Kind.RELEASE and live(id) and oracle.asset(id) in below for id in known)

    def served(model: str) -> bool:
        return any(ref[1] is EdgeType.SERVED_BY for _, _, ref in graph.out_edges(model, keys=True))

    if kind is Orphan.RELEASES:
        return {id for id, of in known.items() if of is Kind.RELEASE and live(id) and not learned(id)}
    of, fine = (Kind.DATASET, feeds) if kind is Orphan.DATA else (Kind.MODEL, served)
    assert of.level is Level.ASSET
    return {id for id, one in known.items() if one is of and stands(id) and not fine(id)}
