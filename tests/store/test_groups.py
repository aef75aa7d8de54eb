"""Groups of a list: their keys, counts and spreads, in order and in pages."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from tests.facts import flow, granule, id, ids, run, thing
from tests.store.conftest import State
from thalweg.model import time
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput, DeadlineExceeded
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.model.results import Grouping, Spread
from thalweg.store.questions import AnyOf, Condition, GroupBy, Groups, Hop, Not, Related, Where
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

MAY, JUNE, OLD = time.parse("2026-05-31T23:59:59Z"), time.parse("2026-06-01"), time.parse("1969-12-31T12:00:00Z")
LOW, HIGH, NONE = ({"auc": {"last": last, "best": 0.9}} for last in (0.25, 0.75, math.nan))

ESTATE = granule(
    "estate",
    run("r1", "train", started_at=MAY, status="FINISHED", user="ada", tags={"team": "fraud"}, metrics=LOW),
    run("r2", "train", started_at=JUNE, status="FINISHED", user='a"\\b', params={"lr": "0.1"}, metrics=HIGH),
    run("r3", "score", started_at=JUNE, status="FAILED", user="ada", tags={"team": "churn"}, metrics=NONE),
    run("r4", "score", started_at=JUNE + time.DAY, environment={"user": "eve"}, params={"lr": "0.1", "n": "5"}),
    run("r5", started_at=OLD, tags={"user": "eve"}, params={"lr": "0.2"}),
    *flow("tx@1 > *r1"),
    *flow("tx@1 > *r2"),
    thing("tx", tags={"team": "fraud"}),
    thing("other"),
)


def runs(by: GroupBy, key: str = "", **more: object) -> Groups:
    return replace(Groups(Kind.RUN, by, key=key), **more)  # type: ignore[arg-type]


async def counted(store: Store, asked: Groups) -> list[tuple[str | None, int]]:
    """Every group, in pages of two as in one; each place as a cursor carries it."""
    whole = await store.group(replace(asked, limit=100), ANYONE)
    found: list[Grouping] = []
    page = await store.group(replace(asked, limit=2), ANYONE)
    found += page.groups
    while page.has_next:
        after = tuple(json.loads(json.dumps(page.positions[-1])))
        page = await store.group(replace(asked, limit=2, after=after), ANYONE)
        found += page.groups
    assert tuple(found) == whole.groups
    assert not whole.has_next
    return [(one.key, one.count) for one in found]


async def test_each_group_is_counted(store: Store, state: State) -> None:
    await state(ESTATE)
    for asked, expected in [
        (runs(GroupBy.STATUS), [("FINISHED", 2), (None, 2), ("FAILED", 1)]),
        (runs(GroupBy.STATUS, descending=False), [("FAILED", 1), ("FINISHED", 2), (None, 2)]),
        (runs(GroupBy.STATUS, by_count=False), [("FINISHED", 2), ("FAILED", 1), (None, 2)]),
        (runs(GroupBy.STATUS, by_count=False, descending=False), [("FAILED", 1), ("FINISHED", 2), (None, 2)]),
        (runs(GroupBy.NAMESPACE), [("test", 5)]),
        (runs(GroupBy.ASSET), [(key, 2) for key in sorted(ids("^train", "^score"))] + [(None, 1)]),
        (runs(GroupBy.USER, by_count=False, descending=False), [('a"\\b', 1), ("ada", 2), (None, 2)]),
        (runs(GroupBy.TAG, "team"), [(None, 3), ("churn", 1), ("fraud", 1)]),
        (runs(GroupBy.TAG, "tea"), [(None, 5)]),
        (runs(GroupBy.PARAM, "lr"), [("0.1", 2), (None, 2), ("0.2", 1)]),
        (runs(GroupBy.MONTH, by_count=False), [("2026-06", 3), ("2026-05", 1), ("1969-12", 1)]),
        (runs(GroupBy.DAY), [("2026-06-01", 2), ("1969-12-31", 1), ("2026-05-31", 1), ("2026-06-02", 1)]),
        (Groups(Kind.DATASET, GroupBy.TAG, key="team"), [("fraud", 1), (None, 1)]),
        (Groups(Kind.MODEL, GroupBy.NAMESPACE), []),
    ]:
        assert await counted(store, asked) == expected, asked


async def test_groups_are_of_what_the_condition_picks(store: Store, state: State) -> None:
    await state(ESTATE)
    conditions: dict[Condition, list[tuple[str | None, int]]] = {
        Where(status=("FINISHED",)): [(id("^train"), 2)],
        Where(asset_id=id("^train")): [(id("^train"), 2)],
        Where(ids=tuple(ids("*r1", "*r3", "tx"))): sorted([(id("^score"), 1), (id("^train"), 1)]),
        Where(asset_id=id("^none")): [],
        Related(Hop.IN, EdgeType.INPUT_TO, Where(asset_id=id("tx"))): [(id("^train"), 2)],
        AnyOf((Where(user="ada"), Where(since=JUNE + 1))): [(id("^score"), 2), (id("^train"), 1)],
        Not(Related(Hop.ASSET)): [(None, 1)],
    }
    for where, expected in conditions.items():
        assert await counted(store, replace(runs(GroupBy.ASSET), where=where)) == expected, where


async def test_the_spread_of_a_metric_leaves_out_what_is_no_number(store: Store, state: State) -> None:
    await state(ESTATE)
    found = await store.group(runs(GroupBy.STATUS, metrics=("auc", "loss")), ANYONE)
    nothing = Spread(0, None, None, None)
    assert {one.key: one.spreads for one in found.groups} == {
        "FINISHED": {"auc": Spread(2, 0.25, 0.75, 0.5), "loss": nothing},
        "FAILED": {"auc": nothing, "loss": nothing},
        None: {"auc": nothing, "loss": nothing},
    }
    best = await store.group(runs(GroupBy.STATUS, metrics=("auc",), best=True), ANYONE)
    assert best.groups[0].spreads == {"auc": Spread(2, 0.9, 0.9, 0.9)}


async def test_groups_by_key_stay_in_place_when_more_is_added(store: Store, state: State) -> None:
    await state(ESTATE)
    asked = runs(GroupBy.DAY, by_count=False, descending=False, limit=2)
    first = await store.group(asked, ANYONE)
    await state(
        granule("more", run("r6", started_at=OLD), run("r7", started_at=OLD + time.DAY), run("r8", started_at=MAY))
    )
    second = await store.group(replace(asked, after=first.positions[-1]), ANYONE)
    assert [one.key for one in (*first.groups, *second.groups)] == [
        "1969-12-31",
        "2026-05-31",
        "2026-06-01",
        "2026-06-02",
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Groups(Kind.DATASET, GroupBy.STATUS), "A Dataset has no STATUS to be grouped by. Group by one of NAMESPACE"),
        (Groups(Kind.DATASET, GroupBy.ASSET), "A Dataset has no ASSET"),
        (Groups(Kind.RELEASE, GroupBy.PARAM, key="lr"), "A Release has no PARAM"),
        (Groups(Kind.RUN, GroupBy.TAG), "the key is needed"),
        (Groups(Kind.RUN, GroupBy.STATUS, metrics=tuple("abcdef")), "6 metrics are asked for. Ask for up to 5"),
        (Groups(Kind.RUN, GroupBy.STATUS, metrics=("a", "a")), "each once"),
        (Groups(Kind.RUN, GroupBy.STATUS, after=("a", "b")), "This cursor is not of these groups."),
        (Groups(Kind.RUN, GroupBy.STATUS, after=(1,)), "This cursor is not of these groups."),
    ],
)
async def test_groups_that_make_no_sense_are_refused(store: Store, asked: Groups, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        await store.group(asked, ANYONE)


async def test_groups_that_are_not_ready_in_time_say_so(store: Store, state: State) -> None:
    await state(ESTATE)
    with pytest.raises(DeadlineExceeded):
        await store.group(runs(GroupBy.STATUS, seconds=0.0), ANYONE)
