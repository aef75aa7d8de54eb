"""The share of the traffic that a served model had: it holds in time, whoever states it and in whatever order."""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.facts import edge, granule, id, serves, thing
from tests.store.conftest import State
from thalweg import ingest
from thalweg.lineage.live import what_was_live
from thalweg.model import shares, time
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput
from thalweg.model.facts import ANYONE, Granule, Json
from thalweg.model.results import Direction
from thalweg.store.questions import Hop, Neighbour, PathBetween, Start, Walk
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


def said(traffic: float | None, at: int | None = None, name: str = "dep", **more: Json) -> Granule:
    given = {} if traffic is None else {"traffic": traffic}
    return granule(name, thing("+fraud#1", since=50), serves("fraud/1", "+fraud#1", **given, **more), at=at)


async def share(store: Store, at: int | None) -> Json:
    """What share the model had at a time; now without one."""
    ask = Neighbour(Hop.IN, EdgeType.SERVED_BY, as_of=at)
    ((found, _),) = (await store.neighbours([id("+fraud#1")], ask, ANYONE))[id("+fraud#1")].found
    return found.props.get("traffic")


async def history(store: Store, *times: int | None) -> list[Json]:
    return [await share(store, at) for at in times]


async def test_a_share_holds_until_the_next_one_is_stated(store: Store, state: State) -> None:
    for traffic, at in ((10, 100), (50, 200), (100, 300)):
        await state(said(traffic, at))
    assert await history(store, 50, 199, 200, 299, 300, None) == [10, 10, 50, 50, 100, 100]


async def test_without_a_date_a_share_holds_until_the_other_was_learned(store: Store, state: State) -> None:
    await state(said(10))
    before = time.now()
    await state(said(100))
    assert await history(store, before, None) == [10, 100]


async def test_the_same_share_again_and_what_else_is_said_of_it_leave_its_past_alone(
    store: Store, state: State
) -> None:
    await state(said(10, 100))
    await state(said(90, 200))
    await state(said(90, 300, extra={"weight": 9}))
    assert await history(store, 199, 200, None) == [10, 90, 90]
    (again,) = await state(said(90, 300, extra={"weight": 9}))
    assert not isinstance(again, Exception)
    assert again.counts == {}


async def test_a_share_that_nobody_states_any_more_was_there_until_then(store: Store, state: State) -> None:
    await state(said(10, 100))
    await state(said(None, 200))
    await state(said(30, 300))
    assert await history(store, 199, 200, 299, None) == [10, None, None, 30]


async def test_a_shadow_that_gets_traffic_was_a_shadow_until_then(store: Store, state: State) -> None:
    release = thing("+fraud#1", since=50)
    shadow = edge("fraud/1", EdgeType.SERVED_BY, "+fraud#1", role="shadow", traffic=0)
    await state(granule("dep", release, shadow, at=100))
    await state(said(100, 200))
    assert await history(store, 199, 200, None) == [0, 100, 100]


async def test_a_source_that_takes_back_what_it_said_last_takes_back_its_share(store: Store, state: State) -> None:
    for traffic, at in ((10, 100), (50, 200), (100, 300)):
        await state(said(traffic, at))
    restated = said(20, 150)
    await state(granule("dep", *restated.entities, *restated.edges, at=150, current=True))
    assert await history(store, 149, 150, 200, None) == [10, 20, 20, 20]


async def test_a_release_that_is_there_again_had_the_share_that_it_had(store: Store, state: State) -> None:
    await state(said(10, 100))
    pass_ = await store.begin_pass("test", ANYONE)
    await store.close_pass(pass_, ANYONE)
    assert await share(store, None) == 10
    await state(said(70))
    assert await history(store, 100, None) == [10, 70]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_events_come_to_the_same_in_any_order(store: Store, state: State, order: tuple[int, ...]) -> None:
    events = [said(traffic, at, name=f"event-{at}") for traffic, at in ((10, 100), (50, 200), (100, 300))]
    for place in order:
        await state(events[place])
    assert await history(store, 50, 199, 200, 299, 300, None) == [10, 10, 50, 50, 100, 100]


async def test_of_several_origins_the_foremost_is_followed_with_its_past(store: Store, state: State) -> None:
    await state(said(10, 100))
    other = said(99, 150, name="other")
    await state(granule("other", *other.entities, *other.edges, at=150, origin="kubernetes"))
    await state(said(50, 200))
    assert await history(store, 120, 160, 200, None) == [10, 10, 50, 50]


async def test_what_is_live_at_a_time_has_the_share_of_that_time(store: Store, state: State) -> None:
    await state(said(10, 100), said(90, 200))
    for at, expected in ((150, 10), (250, 90), (None, 90)):
        (release,) = (await what_was_live(store, ANYONE, at=at)).releases
        assert [served.edge.props["traffic"] for served in release.served] == [expected]


async def test_walks_and_paths_at_a_time_tell_the_share_of_that_time(store: Store, state: State) -> None:
    await state(said(10, 100), said(90, 200))
    for at, expected in ((150, 10), (None, 90)):
        walked = await store.walk(Start(ids=(id("fraud/1"),)), Walk(Direction.DOWNSTREAM, as_of=at), ANYONE)
        assert [found.props["traffic"] for found in walked.edges] == [expected]
        path = await store.path(PathBetween(id("fraud/1"), id("+fraud#1"), as_of=at), ANYONE)
        assert path is not None
        assert [found.props["traffic"] for found in path] == [expected]


async def test_who_knows_former_shares_states_them(store: Store, state: State) -> None:
    await state(said(90, 400, shares=[{"until": 200, "traffic": 10}, {"until": 300}]))
    assert await history(store, 100, 250, 300) == [10, None, 90]
    await state(said(90, 500, shares=[]))
    assert await history(store, 100, 250, 300) == [90, 90, 90]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        [10],
        [{"traffic": 10}],
        [{"until": 2}, {"until": 1}],
        [{"until": 1, "traffic": 101}],
        [{"until": 1, "to": 2}],
    ],
)
async def test_former_shares_that_are_none_are_refused(store: Store, wrong: Json) -> None:
    (answer,) = await ingest.state(store, [said(90, shares=wrong)], ANYONE)
    assert isinstance(answer, BadInput)
    assert "shares: " in str(answer)
    assert "must be a list of former shares, the oldest first" in str(answer)


def test_the_oldest_of_very_many_shares_is_not_known_any_more() -> None:
    props: shares.Props = {"traffic": 0}
    for step in range(1, 300):
        props = shares.following(props, {"traffic": step % 100}, 1_000 + step)
    assert len(props["shares"]) == shares.MOST
    assert shares.at_time(props, 1_000).get("traffic") is None
    for step in (250, 299):
        assert shares.at_time(props, 1_000 + step)["traffic"] == step % 100
