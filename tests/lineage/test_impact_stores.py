"""Impact of random estates in a store, on both engines: against the oracle, at any time, in whatever way it came in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from random import Random
from typing import Any
from unittest.mock import patch

from hypothesis import strategies as st

from tests.exploring import Explore, Wipe
from tests.lineage.conftest import hold
from tests.lineage.drawn import estates, questions, settled, words
from tests.lineage.estate import NOW, Estate, Link, id
from tests.lineage.oracle import Oracle
from tests.lineage.test_impact_properties import answer
from thalweg import ingest
from thalweg.lineage.impact import Change, Impact, ask, impact
from thalweg.lineage.walk import Side, lineage
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE, EdgeFact, Granule
from thalweg.model.keys import Key
from thalweg.model.time import DAY
from thalweg.store.store import Store

LARGE = 5
"""Times 36 nodes."""

Question = tuple[Change, tuple[str, ...]]
times = st.sampled_from((NOW, NOW, NOW - 3 * DAY, NOW - 45 * DAY, NOW - 150 * DAY, NOW - 1_000 * DAY))


async def asked(store: Store, question: Question, as_of: int | None) -> Impact:
    change, changed = question
    return await impact(store, ANYONE, [id(word) for word in changed], change, as_of=as_of, any_column=True)


async def agrees(store: Store, made: Estate, question: Question, as_of: int) -> None:
    """Whether a store that holds an estate answers as the oracle does."""
    change, changed = question
    found = answer(made, await asked(store, question, as_of))
    assert found == Oracle(made, as_of, 90 * DAY).answer(change, changed)


def test_a_store_answers_for_any_time_what_the_design_says(explore: Explore) -> None:
    """Edges that were stated and are no longer were wrong, and count for nothing."""

    async def check(store: Store, made: Estate, wrong: list[Any], question: Question, as_of: int) -> None:
        there = {(link.source, link.target) for link in made.links}
        more = [Link(*one) for one in wrong if (one[0], one[2]) not in there]
        await hold(store, replace(made, links=[*made.links, *more]))
        await hold(store, made)
        await agrees(store, made, question, as_of)

    wrong = st.lists(st.sampled_from(words(1).pairs), max_size=5, unique=True)
    explore(check, made=estates().map(settled), wrong=wrong, question=questions(), as_of=times)


def test_a_store_answers_what_the_design_says_of_larger_estates(explore: Explore) -> None:
    async def check(store: Store, made: Estate, several: list[Question], as_of: int) -> None:
        await hold(store, made)
        for question in several:
            await agrees(store, made, question, as_of)

    several = st.lists(questions(LARGE), min_size=3, max_size=3)
    explore(check, share=10, made=estates(LARGE).map(settled), several=several, as_of=times)


def test_as_of_now_is_as_of_no_time(explore: Explore) -> None:
    async def check(store: Store, made: Estate, question: Question) -> None:
        await hold(store, made)
        with patch.object(ask, "now", lambda: NOW):
            assert await asked(store, question, None) == await asked(store, question, NOW)

    explore(check, share=2, made=estates(), question=questions())


def one_by_one(made: Estate) -> list[Granule]:
    """An estate as many sources state it: each thing with the edges that lead into it, and each mark, alone."""
    whole = made.granule()
    into = defaultdict[Key, list[EdgeFact]](list)
    for edge in whole.edges:
        into[edge.target].append(edge)
    parts = [
        replace(whole, name=thing.key.id, entities=[thing], edges=into[thing.key], marks=()) for thing in whole.entities
    ]
    marks = [
        replace(whole, name=f"mark {place}", entities=(), edges=(), marks=[mark])
        for place, mark in enumerate(whole.marks)
    ]
    return [*parts, *marks]


async def state(store: Store, granules: list[Granule]) -> None:
    for written in await ingest.state(store, granules, ANYONE):
        if isinstance(written, ThalwegError):
            raise written


def test_in_which_order_an_estate_came_in_is_no_matter(explore: Explore, wipe: Wipe) -> None:
    async def check(store: Store, made: Estate, question: Question, as_of: int, seed: int) -> None:
        await hold(store, made)
        before = await asked(store, question, as_of)
        wipe()
        granules = one_by_one(made)
        Random(seed).shuffle(granules)
        half = len(granules) // 2
        await state(store, granules[:half])
        await state(store, granules[half:])
        assert await asked(store, question, as_of) == before

    explore(check, share=3, made=estates(), question=questions(), as_of=times, seed=st.integers(0, 1_000))


def test_what_is_dropped_and_restored_leaves_no_trace(explore: Explore) -> None:
    """Forgotten and restored by people; or no longer stated, and stated again."""

    async def check(store: Store, made: Estate, question: Question, word: str) -> None:
        await hold(store, made)
        before = await asked(store, question, NOW)
        await store.forget([id(word)], ANYONE)
        await store.restore([id(word)], ANYONE)
        assert await asked(store, question, NOW) == before
        await hold(store, Estate())
        await hold(store, made)
        assert await asked(store, question, NOW) == before

    explore(check, share=3, made=estates(), question=questions(), word=st.sampled_from(words(1).versions))


def test_one_is_downstream_of_another_exactly_when_that_is_upstream_of_it(explore: Explore) -> None:
    async def check(store: Store, made: Estate, as_of: int | None) -> None:
        await hold(store, made)

        async def reached(word: str, side: Side) -> set[str]:
            graph = await lineage(store, ANYONE, id(word), direction=side, depth=None, as_of=as_of)
            assert not graph.truncated
            return {node.id for node in graph.nodes}

        some = words(1).versions[::3]
        down = {word: await reached(word, Side.DOWNSTREAM) for word in some}
        up = {word: await reached(word, Side.UPSTREAM) for word in some}
        for one in some:
            for other in some:
                assert (id(other) in down[one]) == (id(one) in up[other]), f"{one} and {other}"

    explore(check, share=5, made=estates(), as_of=st.none() | times)
