"""What was live: which releases were open, what they served, and what that had come from."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facts import alias, code, granule, id, reads, run, said, serves, thing, writes
from tests.store.conftest import State, state
from thalweg.lineage.live import Live, what_was_live
from thalweg.model.errors import DeadlineExceeded
from thalweg.model.facts import ANYONE
from thalweg.store.store import Store

__all__ = ["state"]

pytestmark = pytest.mark.anyio

FACTS = (
    run("r1", "train", started_at=100, ended_at=110),
    reads("cf@1", "*r1"),
    code("repo!a", "*r1"),
    writes("*r1", "fraud/1"),
    run("r2", "train", started_at=200, ended_at=210),
    reads("cf@2", "*r2"),
    writes("*r2", "fraud/2"),
    thing("+fraud#1", since=300, until=400),
    serves("fraud/1", "+fraud#1", traffic=100),
    thing("+fraud#2", since=400),
    serves("fraud/1", "+fraud#2", traffic=90),
    serves("fraud/2", "+fraud#2", traffic=0),
    reads("cf@2", "+fraud#2"),
    thing("+churn#1", since=350),
)


@pytest.fixture
async def shop(store: Store, state: State) -> Store:
    await state(granule("g", *FACTS))
    return store


async def live(store: Store, **options: Any) -> Live:
    return await what_was_live(store, ANYONE, **options)


def releases(found: Live) -> list[str]:
    return [said(one.release.id) for one in found.releases]


async def test_a_period_is_open_from_its_beginning_until_before_its_end(shop: Store) -> None:
    assert releases(await live(shop, at=299)) == []
    assert releases(await live(shop, at=300)) == ["+fraud#1"]
    assert releases(await live(shop, at=399)) == ["+churn#1", "+fraud#1"]
    assert releases(await live(shop, at=400)) == releases(await live(shop)) == ["+churn#1", "+fraud#2"]


async def test_each_tells_what_it_serves_with_the_traffic_and_what_made_that(shop: Store) -> None:
    (release,) = (await live(shop, at=400, deployment=id("+fraud"))).releases
    served = {said(one.version.id): one for one in release.served}
    assert {word: one.edge.props["traffic"] for word, one in served.items()} == {"fraud/1": 90, "fraud/2": 0}
    (made,) = served["fraud/1"].made
    assert (said(made.run.id), [said(one.id) for _, one in made.data.found]) == ("*r1", ["cf@1"])
    assert [said(one.id) for _, one in made.code.found] == ["repo!a"]
    assert [said(one.id) for _, one in release.reads.found] == ["cf@2"]
    assert (release.more, served["fraud/1"].more, release.reads.more) == (False, False, False)


async def test_a_release_of_which_nothing_more_is_known_is_told_alone(shop: Store) -> None:
    (release,) = (await live(shop, deployment=id("+churn"))).releases
    assert (release.served, release.reads.found) == ((), ())


async def test_it_is_of_an_environment_or_of_those_that_begin_so(shop: Store) -> None:
    assert releases(await live(shop, environment="test")) == ["+churn#1", "+fraud#2"]
    assert releases(await live(shop, environment="te*")) == ["+churn#1", "+fraud#2"]
    nowhere = await live(shop, environment="production")
    assert (nowhere.releases, nowhere.note) == ((), None)


async def test_before_anything_happened_a_note_says_so(shop: Store) -> None:
    assert (await live(shop, at=50)).note == "Nothing that is known had happened by 1970-01-01T00:00:00.000050Z."
    assert (await live(shop, at=150)).note is None


async def test_what_is_stated_later_of_an_earlier_time_is_in_the_answer(shop: Store, state: State) -> None:
    late = granule("late", thing("+rank#1", since=250), serves("fraud/2", "+rank#1"), alias("fraud/2", "best"))
    await state(late)
    (release,) = (await live(shop, at=299)).releases
    assert [said(one.version.id) for one in release.served] == ["fraud/2"]


async def test_a_release_that_is_no_longer_listed_ended_then_though_it_was_to_end_later(
    store: Store, state: State
) -> None:
    await state(granule("planned", thing("+fraud#1", since=0, until=900), at=50))
    assert releases(await live(store, at=200)) == ["+fraud#1"]
    await state(granule("planned", at=100))
    assert releases(await live(store, at=99)) == ["+fraud#1"]
    assert releases(await live(store, at=100)) == []
    await state(granule("planned", thing("+fraud#1", since=0, until=900), at=150))
    assert releases(await live(store, at=200)) == ["+fraud#1"], "it was listed again"


async def test_pages_go_by_places_in_the_list_both_ways(shop: Store) -> None:
    first = await live(shop, first=1)
    assert (releases(first), first.page.has_next) == (["+churn#1"], True)
    second = await live(shop, first=1, after=first.page.positions[-1])
    assert (releases(second), second.page.has_next) == (["+fraud#2"], False)
    assert releases(await live(shop, first=1, before=second.page.positions[0])) == ["+churn#1"]
    assert releases(await live(shop, first=1, from_end=True)) == ["+fraud#2"]


async def test_more_models_than_are_told_are_said_to_be_more(store: Store, state: State) -> None:
    await state(granule("g", *(serves(f"m/{number}", "+many#1") for number in range(11))))
    (release,) = (await live(store)).releases
    assert (len(release.served), release.more) == (10, True)


async def test_a_question_whose_time_is_over_says_so(shop: Store) -> None:
    with pytest.raises(DeadlineExceeded):
        await live(shop, seconds=0.0)
