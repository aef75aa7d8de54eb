"""Time: whatever happened, every question answers for a time as what held then says, on both engines."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.exploring import Explore, Wipe
from tests.facts import id, said
from tests.lineage.histories import NOW, WORDS, State, Step, World, histories, states, take
from thalweg.lineage.ancestors import common_ancestors
from thalweg.lineage.live import what_was_live
from thalweg.lineage.orphans import Orphan, orphans
from thalweg.lineage.path import path
from thalweg.lineage.walk import Side, lineage
from thalweg.model import time
from thalweg.model.errors import NotFound
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Level
from thalweg.store.store import Store

times = st.sampled_from((None, *range(0, 1_200, 25)))


async def reached(store: Store, word: str, as_of: int | None, direction: Side) -> dict[str, int] | None:
    """What a walk says, without the distance on each side; None where the start is not known."""
    try:
        graph = await lineage(store, ANYONE, id(word), direction=direction, depth=None, as_of=as_of)
    except NotFound:
        return None
    return {said(node.id): node.distance for node in graph.nodes}


async def live(store: Store, at: int | None) -> dict[str, set[str]]:
    found = (await what_was_live(store, ANYONE, at=at)).releases
    return {
        said(one.release.id): {said(other.version.id) for other in one.served}
        | {said(other.id) for _, other in one.reads.found}
        for one in found
    }


async def marks(store: Store, as_of: int | None) -> set[tuple[str, str, str]]:
    found = await store.marks([id("m:")], ANYONE, as_of=as_of)
    return {(mark.kind.value.lower(), mark.name, said(mark.version_id)) for mark in found.get(id("m:"), ())}


# ---------------------------------------------------------------------------------------------------- what held when


def test_walks_releases_aliases_and_stages_answer_for_a_time_as_the_history_says(explore: Explore) -> None:
    explore(
        compare,
        steps=histories(),
        as_of=times,
        chosen=st.lists(st.sampled_from(range(60)), min_size=4, max_size=4),
        word=st.sampled_from(WORDS),
    )


async def compare(store: Store, steps: list[Step], as_of: int | None, chosen: list[int], word: str) -> None:
    world = World()
    for number, step in enumerate(steps):
        await take(store, world, number, step)
    starts = sorted({end for edge in world.edges for end in edge} - world.hidden)
    start = starts[WORDS.index(word) % len(starts)] if starts else None
    moments = world.moments() or [0]
    for at in {None, *(moments[one % len(moments)] for one in chosen)}:
        then = NOW if at is None else at
        assert await live(store, at) == world.live(then)
        assert await marks(store, at) == world.marks(then)
    if start is not None:
        then = NOW if as_of is None else as_of
        assert await reached(store, start, as_of, Side.UPSTREAM) == world.reached(start, then, True)
        assert await reached(store, start, as_of, Side.DOWNSTREAM) == world.reached(start, then, False)


def test_as_of_now_is_as_of_no_time(explore: Explore) -> None:
    explore(now, share=5, steps=histories(), word=st.sampled_from(WORDS), other=st.sampled_from(WORDS))


async def now(store: Store, steps: list[Step], word: str, other: str) -> None:
    world = World()
    for number, step in enumerate(steps):
        await take(store, world, number, step)
    assert await everything(store, None, word, other) == await everything(store, time.now(), word, other)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[tuple[int, State]], list[tuple[int, State]]]:
    """What several sources say, each once and at its own time, in two orders."""
    said = draw(st.lists(states, min_size=2, max_size=5, unique_by=lambda state: state.scope))
    dated = list(enumerate(said))
    return dated, draw(st.permutations(dated))


def test_in_which_order_dated_facts_come_is_no_matter(explore: Explore, wipe: Wipe) -> None:
    async def check(store: Store, both: Any, as_of: int, word: str, other: str) -> None:
        answers = []
        for delivery in both:
            wipe()
            for number, state in delivery:
                await take(store, World(), number, state)
            answers.append([await everything(store, at, word, other) for at in (as_of, None)])
        assert answers[0] == answers[1]

    words = st.sampled_from(WORDS)
    explore(check, share=5, both=deliveries(), as_of=st.sampled_from(range(0, 1_200, 25)), word=words, other=words)


async def everything(store: Store, as_of: int | None, word: str, other: str) -> dict[str, Any]:
    """The answers to all questions; for what is not known, that."""
    answers: dict[str, Any] = {"walk": await reached(store, word, as_of, Side.BOTH)}
    answers["live"], answers["marks"] = await live(store, as_of), await marks(store, as_of)
    for kind in Orphan:
        answers[kind.value] = [said(one.id) for one in (await orphans(store, ANYONE, kind, as_of=as_of)).found]
    if word == other:
        return answers
    try:
        found = await path(store, ANYONE, id(word), id(other), as_of=as_of)
        answers["path"] = None if found is None else len(found.edges)
        among = await path(store, ANYONE, id(word), id(other), level=Level.ASSET, as_of=as_of)
        answers["path among assets"] = None if among is None else len(among.edges)
        shared = await common_ancestors(store, ANYONE, [id(word), id(other)], as_of=as_of)
        answers["shared"] = {said(one.node.id): (one.distances, one.lowest) for one in shared.ancestors}
    except NotFound:
        answers["path"] = "not known"
    return answers
