"""The shortest explanation between two entities."""

from __future__ import annotations

import pytest

from tests.facts import derives, flow, granule, id, ids, joined, run, thing
from tests.store.asking import path
from tests.store.conftest import State
from thalweg.model.edges import EdgeType
from thalweg.model.errors import DeadlineExceeded, LimitExceeded
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.store.questions import PathBetween
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

CHAIN = flow("tx@1 > *r1 > fraud/3 > +fraud#1 > preds@1")


async def test_a_path_follows_the_influence(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN))
    assert await path(store, "tx@1", "preds@1") == ["tx@1", "*r1", "fraud/3", "+fraud#1", "preds@1"]
    assert await path(store, "*r1", "+fraud#1") == ["*r1", "fraud/3", "+fraud#1"]
    assert await path(store, "tx@1", "*r1") == ["tx@1", "*r1"]


async def test_there_is_none_against_it(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN, *flow("other@1 > *r2")))
    assert await path(store, "preds@1", "tx@1") is None
    assert await path(store, "tx@1", "other@1") is None
    assert await path(store, "tx@1", "*r2") is None


async def test_the_edges_say_what_they_are(store: Store, state: State) -> None:
    await state(granule("g", run("r1", started_at=100, ended_at=200), *flow("tx@1 > *r1 > fraud/3", extra={"a": 1})))
    edges = await store.path(PathBetween(id("tx@1"), id("fraud/3")), ANYONE)
    assert edges is not None
    assert [(edge.type, edge.at, edge.props) for edge in edges] == [
        (EdgeType.INPUT_TO, 100, {"extra": {"a": 1}}),
        (EdgeType.PRODUCED, 200, {"extra": {"a": 1}}),
    ]


async def test_the_shortest_is_taken(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN, *flow("tx@1 > *r9 > fraud/1 > *r8 > fraud/3"), *flow("tx@1 > tx@2 > preds@1")))
    assert await path(store, "tx@1", "preds@1") == ["tx@1", "tx@2", "preds@1"]
    assert await path(store, "tx@1", "fraud/3") == ["tx@1", "*r1", "fraud/3"]


async def test_only_the_types_asked_for(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN, derives("tx@1", "preds@1")))
    types = (EdgeType.INPUT_TO, EdgeType.PRODUCED, EdgeType.SERVED_BY)
    assert await path(store, "tx@1", "preds@1", types=types) == ["tx@1", "*r1", "fraud/3", "+fraud#1", "preds@1"]
    assert await path(store, "tx@1", "preds@1", types=types[:2]) is None


async def test_as_of_takes_the_edges_that_held(store: Store, state: State) -> None:
    await state(
        granule(
            "g",
            run("r1", "train", started_at=100, ended_at=200),
            *flow("tx@1 > *r1 > tx@2"),
            *flow("tx@1 > tx@2", at=500),
        )
    )
    assert await path(store, "tx@1", "tx@2", as_of=199) is None
    assert await path(store, "tx@1", "tx@2", as_of=200) == ["tx@1", "*r1", "tx@2"]
    assert await path(store, "tx@1", "tx@2", as_of=500) == ["tx@1", "tx@2"]


async def test_to_itself_it_has_no_step(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN, *flow("preds@1 > *r2 > tx@1")))
    assert await path(store, "tx@1", "tx@1") == []
    assert await path(store, "fraud:", "fraud/3") == []


async def test_an_end_may_be_an_asset(store: Store, state: State) -> None:
    await state(
        granule("g", *CHAIN, *flow("tx@2 > *r2 > fraud/4 > *r3 > fraud/3"), run("r1", "train"), run("r2", "train"))
    )
    assert await path(store, "tx", "+fraud") == ["tx@1", "*r1", "fraud/3", "+fraud#1"]
    assert await path(store, "tx@2", "fraud:") == ["tx@2", "*r2", "fraud/4"]
    assert await path(store, "^train", "preds@1") == ["*r1", "fraud/3", "+fraud#1", "preds@1"]
    assert await path(store, "preds", "tx") is None


async def test_at_the_level_of_assets(store: Store, state: State) -> None:
    await state(
        granule("g", run("r1", "train"), *CHAIN), granule("h", run("r2", "score"), *flow("preds@2 > *r2 > kpi@1"))
    )
    assert await path(store, "tx", "preds", versions=False) == ["tx", "^train", "fraud:", "+fraud", "preds"]
    assert await path(store, "tx", "kpi", versions=False) == [
        *("tx", "^train", "fraud:", "+fraud", "preds", "^score", "kpi")
    ]
    assert await path(store, "tx@1", "kpi@1") is None, "no version came of the other"
    assert await path(store, "tx", "tx", versions=False) == []


async def test_an_end_nobody_knows_or_that_was_forgotten_has_none(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN))
    for source, target in (("tx@1", "nothing@1"), ("nothing@1", "tx@1"), ("nothing", "tx@1"), ("nothing@1",) * 2):
        assert await path(store, source, target) is None
    await store.forget(ids("fraud/3"), ANYONE)
    assert await path(store, "tx@1", "preds@1") is None
    assert await path(store, "tx@1", "fraud/3") is None
    assert await path(store, "fraud/3", "fraud/3") is None


async def test_what_is_gone_is_on_the_way(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN, thing("fraud/3", gone_at=50)))
    assert await path(store, "tx@1", "+fraud#1") == ["tx@1", "*r1", "fraud/3", "+fraud#1"]


async def test_an_old_name_is_an_end_as_well(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN), granule("join", joined("old", "tx"), joined("gone", "preds")))
    assert await path(store, "old", "gone") == ["tx@1", "*r1", "fraud/3", "+fraud#1", "preds@1"]


async def test_a_long_path(store: Store, state: State) -> None:
    words = [word for number in range(120) for word in (f"d@{number}", f"*r{number}")]
    await state(granule("g", *flow(" > ".join(words))))
    assert await path(store, words[0], words[-1]) == words


async def test_a_path_through_many_diamonds(store: Store, state: State) -> None:
    steps = [s for n in range(30) for side in "lr" for s in flow(f"d@{n} > *{side}{n} > d@{n + 1}")]
    await state(granule("g", *steps))
    found = await path(store, "d@0", "d@30")
    assert found is not None
    assert len(found) == 61


async def test_a_budget_or_a_deadline_is_no_answer_that_there_is_none(store: Store, state: State) -> None:
    words = [word for number in range(60) for word in (f"d@{number}", f"*r{number}")]
    await state(granule("g", *flow(" > ".join(words))))
    with pytest.raises(DeadlineExceeded):
        await path(store, words[0], words[-1], seconds=0.0)
    with pytest.raises((LimitExceeded, DeadlineExceeded)):
        await path(store, words[0], words[-1], visited=10)


# ------------------------------------------------------------------------------------------ what it passes and avoids

DETOUR = flow("tx@1 > *r1 > fraud/3") + flow("tx@1 > *clean > cf@1 > *r2 > fraud/4 > *tune > fraud/3")


async def test_a_path_passes_what_it_must_and_is_the_shortest_that_does(store: Store, state: State) -> None:
    await state(granule("g", *DETOUR))
    far = ["tx@1", "*clean", "cf@1", "*r2", "fraud/4", "*tune", "fraud/3"]
    assert await path(store, "tx@1", "fraud/3") == ["tx@1", "*r1", "fraud/3"]
    assert await path(store, "tx@1", "fraud/3", through=(Kind.DATASET_VERSION,)) == far
    assert await path(store, "tx@1", "fraud/3", through=(id("*tune"), id("cf"))) == far
    assert await path(store, "tx@1", "fraud/3", through=(Kind.RUN,)) == ["tx@1", "*r1", "fraud/3"]
    assert await path(store, "tx@1", "fraud/3", through=(Kind.RELEASE,)) is None


async def test_a_path_avoids_what_it_must_unless_it_is_an_end(store: Store, state: State) -> None:
    await state(granule("g", *DETOUR))
    far = ["tx@1", "*clean", "cf@1", "*r2", "fraud/4", "*tune", "fraud/3"]
    assert await path(store, "tx@1", "fraud/3", avoiding=(id("*r1"),)) == far
    assert await path(store, "tx@1", "fraud/3", avoiding=(id("*r1"), id("cf"))) is None
    assert await path(store, "tx@1", "fraud/3", avoiding=(Kind.MODEL_VERSION, Kind.DATASET_VERSION)) == [
        *("tx@1", "*r1", "fraud/3")
    ]
    assert await path(store, "tx@1", "fraud/3", through=(Kind.DATASET_VERSION,), avoiding=(id("fraud:"),)) is None


async def test_where_a_cycle_is_the_only_way_a_thing_comes_twice(store: Store, state: State) -> None:
    await state(granule("g", *flow("tx@1 > *r1 > fraud/3 > +fraud#1 > preds@1 > *r1"), *flow("fraud/3 > *r2 > kpi@1")))
    assert await path(store, "tx@1", "kpi@1", through=(id("preds@1"),)) == [
        *("tx@1", "*r1", "fraud/3", "+fraud#1", "preds@1", "*r1", "fraud/3", "*r2", "kpi@1")
    ]
    assert await path(store, "tx@1", "tx@1", through=(id("*r1"),)) is None
    assert await path(store, "*r1", "*r1", through=(id("preds@1"),)) == [
        *("*r1", "fraud/3", "+fraud#1", "preds@1", "*r1")
    ]


async def test_of_two_things_to_pass_either_may_come_first(store: Store, state: State) -> None:
    await state(granule("g", *flow("a@1 > *r1 > b@1 > *r2 > c@1 > *r3 > d@1")))
    both = ["a@1", "*r1", "b@1", "*r2", "c@1", "*r3", "d@1"]
    for through in ((id("b@1"), id("c@1")), (id("c@1"), id("b@1"))):
        assert await path(store, "a@1", "d@1", through=through) == both


async def test_what_is_to_be_passed_holds_at_the_time(store: Store, state: State) -> None:
    await state(granule("g", *flow("a@1 > *r1 > b@1", at=1), *flow("a@1 > *r2 > c@1 > *r3 > b@1", at=5)))
    assert await path(store, "a@1", "b@1", through=(id("c"),), as_of=4) is None
    assert await path(store, "a@1", "b@1", avoiding=(id("*r1"),), as_of=4) is None
    assert await path(store, "a@1", "b@1", through=(id("c"),), as_of=5) == ["a@1", "*r2", "c@1", "*r3", "b@1"]


async def test_an_old_name_is_passed_and_avoided_as_well(store: Store, state: State) -> None:
    await state(granule("g", *DETOUR), granule("join", joined("old", "cf")))
    assert await path(store, "tx@1", "fraud/3", through=(id("old"),)) is not None
    assert await path(store, "tx@1", "fraud/3", through=(Kind.DATASET_VERSION,), avoiding=(id("old"),)) is None


async def test_a_search_for_what_must_be_passed_has_a_budget_and_a_deadline(store: Store, state: State) -> None:
    await state(granule("g", *flow(" > ".join(word for n in range(60) for word in (f"d@{n}", f"*r{n}")))))
    with pytest.raises(DeadlineExceeded):
        await path(store, "d@0", "*r59", through=(id("d@30"),), seconds=0.0)
    with pytest.raises(LimitExceeded):
        await path(store, "d@0", "*r59", through=(id("d@30"),), visited=10)
