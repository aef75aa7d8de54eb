"""Lists: what each condition picks, in which order, and in pages that miss nothing and repeat nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.facts import alias, flow, granule, id, ids, run, said, thing
from tests.store.asking import words
from tests.store.conftest import State
from thalweg.model import time
from thalweg.model.errors import DeadlineExceeded
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.model.results import Entity
from thalweg.store.questions import Compare, Find, MetricIs, Order, Sort, Where
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

NAN, INF = math.nan, math.inf
FRAUD, CHURN = {"team": "fraud"}, {"team": "churn"}

ESTATE = granule(
    "estate",
    run("r1", "train", started_at=100, status="FINISHED", tags=FRAUD, params={"lr": "0.1"}, metrics={"auc": 0.9}),
    run("r2", "train", started_at=200, status="FAILED", tags=FRAUD | {"tier": "1"}, params={"lr": "0.1", "n": "5"}),
    run("r3", "train", started_at=300, status="FINISHED", tags=CHURN, params={"lr": "0.2"}, metrics={"auc": 0.7}),
    run("r4", "score", started_at=400, status="RUNNING", name="nightly scoring", gone_at=450, metrics={"auc": NAN}),
    run("r5", "score", started_at=500, name="Nightly_50%", metrics={"auc": {"last": 0.1, "best": 0.95}, "loss": -INF}),
    *flow("tx@1 > *r1"),
    *flow("tx@1 > *stub"),
    thing("tx", description="transactions", tags=FRAUD),
    thing("tx@2"),
    thing("repo!abc", authored_at=10),
    thing("repo!abd", authored_at=20),
    thing("fraud/3", created_at=50),
    thing("+fraud#1", since=100, until=200),
    thing("+fraud#2", since=200),
    thing("+fraud#3", since=300, until=200_000_000_000_000_000),
    thing("+churn#1", since=250, until=400, tags=CHURN),
)  # fmt: skip


def is_(key: str, compare: Compare, value: float, best: bool = False) -> Where:
    return Where(metrics=(MetricIs(key, compare, value, best),))


CONDITIONS: list[tuple[Kind, Where, str]] = [
    (Kind.RUN, Where(), "*r1 *r2 *r3 *r4 *r5 *stub"),
    (Kind.DATASET, Where(), "tx"),
    (Kind.DATASET_VERSION, Where(), "tx@1 tx@2"),
    (Kind.REPOSITORY, Where(), "repo!"),
    (Kind.DEPLOYMENT, Where(), "+fraud +churn"),
    # ids
    (Kind.RUN, Where(ids=tuple(ids("*r1", "*r3", "*r9"))), "*r1 *r3"),
    (Kind.RUN, Where(ids=()), ""),
    (Kind.RUN, Where(ids=tuple(ids("tx", "*r2")), status=("FAILED",)), "*r2"),
    # names
    (Kind.RUN, Where(namespace="test"), "*r1 *r2 *r3 *r4 *r5 *stub"),
    (Kind.RUN, Where(namespace="te*"), "*r1 *r2 *r3 *r4 *r5 *stub"),
    (Kind.RUN, Where(namespace="te"), ""),
    (Kind.RUN, Where(namespace="*st"), ""),
    (Kind.REPOSITORY, Where(namespace="https://git.test/*"), "repo!"),
    (Kind.RUN, Where(name="r1"), "*r1"),
    (Kind.RUN, Where(name="r*"), "*r1 *r2 *r3"),
    (Kind.RUN, Where(name="nightly scoring"), "*r4"),
    (Kind.RUN, Where(name="r4"), ""),
    (Kind.RELEASE, Where(name="fraud"), "+fraud#1 +fraud#2 +fraud#3"),
    (Kind.RUN, Where(name_contains="ightly"), "*r4 *r5"),
    (Kind.RUN, Where(name_contains="nightly"), "*r4"),
    (Kind.RUN, Where(name_contains="_50%"), "*r5"),
    (Kind.RUN, Where(name_contains="%"), "*r5"),
    (Kind.RUN, Where(name_contains="t_5"), ""),
    (Kind.RUN, Where(name_contains="' OR 1=1 --"), ""),
    (Kind.COMMIT, Where(key_prefix=b"ab".hex()), "repo!abc repo!abd"),
    (Kind.COMMIT, Where(key_prefix=b"abd".hex()), "repo!abd"),
    (Kind.COMMIT, Where(key_prefix="f"), ""),
    (Kind.RUN, Where(key_prefix="r4"), "*r4"),
    (Kind.MODEL_VERSION, Where(key_prefix="3"), "fraud/3"),
    # the rest of what stands beside it
    (Kind.RUN, Where(asset_id=id("^train")), "*r1 *r2 *r3"),
    (Kind.DATASET_VERSION, Where(asset_id=id("tx")), "tx@1 tx@2"),
    (Kind.RUN, Where(asset_id=id("^none")), ""),
    (Kind.RUN, Where(status=("FINISHED",)), "*r1 *r3"),
    (Kind.RUN, Where(status=("FAILED", "RUNNING")), "*r2 *r4"),
    (Kind.RUN, Where(status=()), ""),
    (Kind.RUN, Where(tags=(("team", "fraud"),)), "*r1 *r2"),
    (Kind.RUN, Where(tags=(("team", "fraud"), ("tier", "1"))), "*r2"),
    (Kind.RUN, Where(tags=(("tier", "fraud"),)), ""),
    (Kind.RUN, Where(tags=(("te\"am", "fraud"),)), ""),
    (Kind.DATASET, Where(tags=(("team", "fraud"),)), "tx"),
    (Kind.RUN, Where(params=(("lr", "0.1"),)), "*r1 *r2"),
    (Kind.RUN, Where(params=(("lr", "0.1"), ("n", "5"))), "*r2"),
    (Kind.RUN, Where(params=(("lr", "0.3"),)), ""),
    # when
    (Kind.RUN, Where(since=200, before=400), "*r2 *r3"),
    (Kind.RUN, Where(before=100), ""),
    (Kind.RUN, Where(before=101), "*r1"),
    (Kind.RUN, Where(since=401), "*r5 *stub"),
    # what became of it
    (Kind.RUN, Where(gone=True), "*r4"),
    (Kind.RUN, Where(gone=False), "*r1 *r2 *r3 *r5 *stub"),
    (Kind.RUN, Where(known=True), "*r1 *r2 *r3 *r4 *r5"),
    (Kind.RUN, Where(known=False), "*stub"),
    (Kind.DATASET_VERSION, Where(known=False), "tx@1"),
    (Kind.RELEASE, Where(live=True), "+fraud#2 +fraud#3"),
    (Kind.RELEASE, Where(live=False), "+fraud#1 +churn#1"),
    (Kind.RELEASE, Where(live=True, live_at=99), ""),
    (Kind.RELEASE, Where(live=True, live_at=100), "+fraud#1"),
    (Kind.RELEASE, Where(live=True, live_at=199), "+fraud#1"),
    (Kind.RELEASE, Where(live=True, live_at=200), "+fraud#2"),
    (Kind.RELEASE, Where(live=True, live_at=399), "+fraud#2 +fraud#3 +churn#1"),
    (Kind.RELEASE, Where(live=False, live_at=399), "+fraud#1"),
    (Kind.RELEASE, Where(live=True, live_at=350, tags=(("team", "churn"),)), "+churn#1"),
    (Kind.RELEASE, Where(live=True, live_at=350, asset_id=id("+fraud")), "+fraud#2 +fraud#3"),
    # metrics
    (Kind.RUN, is_("auc", Compare.GT, 0.7), "*r1"),
    (Kind.RUN, is_("auc", Compare.GE, 0.7), "*r1 *r3"),
    (Kind.RUN, is_("auc", Compare.LT, 0.7), "*r5"),
    (Kind.RUN, is_("auc", Compare.LE, 0.7), "*r3 *r5"),
    (Kind.RUN, is_("auc", Compare.EQ, 0.7), "*r3"),
    (Kind.RUN, is_("auc", Compare.NE, 0.7), "*r1 *r4 *r5"),
    (Kind.RUN, is_("auc", Compare.GE, 0.9, best=True), "*r1 *r5"),
    (Kind.RUN, is_("auc", Compare.GT, -INF), "*r1 *r3 *r5"),
    (Kind.RUN, is_("loss", Compare.LT, -1e308), "*r5"),
    (Kind.RUN, is_("loss", Compare.EQ, -INF), "*r5"),
    (Kind.RUN, is_("rmse", Compare.LT, 5), ""),
    (Kind.RUN, Where(metrics=(MetricIs("auc", Compare.LT, 1), MetricIs("loss", Compare.LT, 0))), "*r5"),
    (Kind.RUN, Where(metrics=(MetricIs("auc", Compare.GT, 0.6), MetricIs("auc", Compare.LT, 0.8))), "*r3"),
    # several at once
    (Kind.RUN, Where(status=("FINISHED",), tags=(("team", "fraud"),), params=(("lr", "0.1"),), since=50), "*r1"),
    (Kind.RUN, Where(asset_id=id("^score"), gone=False, name_contains="50"), "*r5"),
]  # fmt: skip


async def test_each_condition_picks_what_it_says(store: Store, state: State) -> None:
    await state(ESTATE)
    for kind, where, expected in CONDITIONS:
        page = await store.find(Find(kind, where, limit=100), ANYONE)
        assert sorted(words(page)) == sorted(expected.split()), (kind, where)
        assert (page.has_next, page.has_previous) == (False, False)
        assert await store.count(kind, where, ANYONE) == len(expected.split()), (kind, where)


async def test_a_condition_picks_the_same_in_every_order(store: Store, state: State) -> None:
    await state(ESTATE)
    for where, expected in {
        Where(tags=(("team", "fraud"),), known=True): "*r1 *r2",
        Where(asset_id=id("^train"), status=("FINISHED",)): "*r1 *r3",
        Where(ids=tuple(ids("*r1", "*r5", "*stub")), gone=False): "*r1 *r5 *stub",
        Where(name="r*", metrics=(MetricIs("auc", Compare.LT, 0.8),)): "*r3",
    }.items():
        for order in (Order(), Order(Sort.NAME, descending=False), Order(Sort.UPDATED_AT), Order(Sort.CREATED_AT)):
            assert sorted(words(await store.find(Find(Kind.RUN, where, order), ANYONE))) == expected.split(), order
        having = Find(Kind.RUN, where, Order(Sort.METRIC, metric="auc"))
        assert {*words(await store.find(having, ANYONE))} == {*expected.split()} - {"*r2", "*stub"}


async def test_a_list_and_get_say_the_same(store: Store, state: State) -> None:
    await state(ESTATE)
    for kind in Kind:
        page = await store.find(Find(kind, limit=100), ANYONE)
        got = await store.get([entity.id for entity in page.entities], ANYONE)
        assert {entity.id: entity for entity in page.entities} == got


async def test_what_is_forgotten_is_in_no_list(store: Store, state: State) -> None:
    await state(ESTATE)
    await store.forget(ids("^train", "*r5"), ANYONE)
    assert sorted(words(await store.find(Find(Kind.RUN), ANYONE))) == ["*r4", "*stub"]
    assert words(await store.find(Find(Kind.JOB), ANYONE)) == ["^score"]
    assert await store.count(Kind.RUN, Where(), ANYONE) == 2
    assert await store.count(Kind.RUN, is_("auc", Compare.GT, 0), ANYONE) == 0
    by_metric = Find(Kind.RUN, order=Order(Sort.METRIC, metric="auc"))
    assert words(await store.find(by_metric, ANYONE)) == ["*r4"]


async def test_an_old_name_of_an_asset_lists_its_versions(store: Store, state: State) -> None:
    await state(granule("g", thing("tx@1"), thing("tx@2"), alias("fraud/3", "champion")))
    assert words(await store.find(Find(Kind.MODEL_VERSION), ANYONE)) == ["fraud/3"]
    assert sorted(words(await store.find(Find(Kind.DATASET_VERSION, Where(asset_id=id("tx"))), ANYONE))) == [
        "tx@1",
        "tx@2",
    ]


# ------------------------------------------------------------------------------------------------ order and pages

SPREAD = [
    granule(
        f"g{number}",
        run(
            f"r{number:02}",
            "train",
            started_at=1_000 + number // 3,
            name=("b", "a", "aé", "B", "a b", "𝄞", "ﬀ")[number % 7] + str(number // 14),
            metrics={
                **({"auc": (NAN, INF, -INF, 0.5, 0.5, -1, 2, 1e300)[number % 8]} if number % 5 else {}),
                "loss": {"last": number % 4, "best": -number},
            },
        ),
    )
    for number in range(40)
]

ORDERS = [
    Order(Sort.AT),
    Order(Sort.NAME),
    Order(Sort.CREATED_AT),
    Order(Sort.UPDATED_AT),
    Order(Sort.METRIC, metric="auc"),
    Order(Sort.METRIC, metric="loss"),
    Order(Sort.METRIC, metric="loss", best=True),
]


def value(entity: Entity, order: Order) -> Any:
    """What an entity is sorted by."""
    if order.by is Sort.METRIC:
        return float(entity.props["metrics"][order.metric]["best" if order.best else "last"])
    return {
        Sort.AT: entity.at,
        Sort.NAME: entity.name,
        Sort.CREATED_AT: entity.created_at,
        Sort.UPDATED_AT: entity.updated_at,
    }[order.by]


def is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def in_order(entities: Sequence[Entity], order: Order) -> list[str]:
    """The order that the list must be in: by value, then by id, both the same way round; NaN last either way."""
    sound = [entity for entity in entities if not is_nan(value(entity, order))]
    others = [entity for entity in entities if is_nan(value(entity, order))]
    sound.sort(key=lambda entity: (value(entity, order), entity.id), reverse=order.descending)
    others.sort(key=lambda entity: entity.id, reverse=order.descending)
    return [said(entity.id) for entity in (*sound, *others)]


def carried(position: tuple[Any, ...]) -> tuple[Any, ...]:
    """A position as a cursor carries it: through JSON as the standard has it, in which there is no NaN."""
    return tuple(json.loads(json.dumps(position, allow_nan=False)))


async def pages(store: Store, find: Find, *, backwards: bool = False) -> list[list[str]]:
    """Every page of a list, from its beginning or from its end; what each says of the others is looked at."""
    found: list[list[str]] = []
    find = replace(find, from_end=backwards)
    while True:
        page = await store.find(find, ANYONE)
        assert len(page.entities) == len(page.positions) <= find.limit
        before = page.has_next if backwards else page.has_previous
        further = page.has_previous if backwards else page.has_next
        assert before == bool(found)
        found.append(words(page))
        if not further:
            return found[::-1] if backwards else found
        assert len(page.entities) == find.limit
        if backwards:
            find = replace(find, from_end=False, before=carried(page.positions[0]))
        else:
            find = replace(find, after=carried(page.positions[-1]))


@pytest.mark.parametrize("descending", [True, False], ids=["descending", "ascending"])
async def test_pages_are_the_list_forwards_and_backwards(store: Store, state: State, descending: bool) -> None:
    await state(*SPREAD)
    everything = (await store.find(Find(Kind.RUN, limit=1_000), ANYONE)).entities
    for order in (replace(order, descending=descending) for order in ORDERS):
        listed = [e for e in everything if order.by is not Sort.METRIC or order.metric in e.props["metrics"]]
        whole = in_order(listed, order)
        for where in (Where(), Where(ids=tuple(ids(*whole[:20]))), Where(namespace="t*")):
            kept = [word for word in whole if where.ids is None or id(word) in where.ids]
            assert [kept] == await pages(store, Find(Kind.RUN, where, order, limit=1_000)), order
            for limit in (1 if where.ids else 5, len(kept)):
                find = Find(Kind.RUN, where, order, limit=limit)
                forwards = await pages(store, find)
                backwards = await pages(store, find, backwards=True)
                assert [word for page in forwards for word in page] == kept, (order, where, limit)
                assert [word for page in backwards for word in page] == kept, (order, where, limit)


async def test_both_directions_from_the_middle(store: Store, state: State) -> None:
    await state(*SPREAD)
    for order in ORDERS:
        page = await store.find(Find(Kind.RUN, order=order, limit=1_000), ANYONE)
        whole = words(page)
        for place in (0, 1, len(whole) // 2, len(whole) - 1):
            at = carried(page.positions[place])
            after = await store.find(Find(Kind.RUN, order=order, limit=3, after=at), ANYONE)
            assert words(after) == whole[place + 1 : place + 4]
            assert (after.has_previous, after.has_next) == (True, place + 4 < len(whole))
            before = await store.find(Find(Kind.RUN, order=order, limit=3, before=at), ANYONE)
            assert words(before) == whole[max(0, place - 3) : place]
            assert (before.has_previous, before.has_next) == (place > 3, True)
            assert carried(page.positions[place]) == at


async def test_a_page_past_the_end_is_empty(store: Store, state: State) -> None:
    await state(granule("g", thing("a"), thing("b")))
    page = await store.find(Find(Kind.DATASET, order=Order(Sort.NAME, descending=False)), ANYONE)
    assert words(page) == ["a", "b"]
    after = await store.find(
        Find(Kind.DATASET, order=Order(Sort.NAME, descending=False), after=page.positions[1]), ANYONE
    )
    assert (after.entities, after.positions, after.has_next) == ((), (), False)
    nothing = await store.find(Find(Kind.MODEL, from_end=True), ANYONE)
    assert (nothing.entities, nothing.has_next, nothing.has_previous) == ((), False, False)


async def test_a_page_stays_in_place_when_its_neighbours_leave(store: Store, state: State) -> None:
    await state(*(granule(name, thing(name)) for name in "abcdef"))
    order = Order(Sort.NAME, descending=False)
    first = await store.find(Find(Kind.DATASET, order=order, limit=2), ANYONE)
    await store.forget(ids("b", "c"), ANYONE)
    await state(granule("new", thing("aa"), thing("bb")))
    second = await store.find(Find(Kind.DATASET, order=order, limit=2, after=carried(first.positions[-1])), ANYONE)
    assert words(second) == ["bb", "d"]


async def test_a_metric_lists_only_what_has_it(store: Store, state: State) -> None:
    await state(ESTATE)
    for order, expected in {
        Order(Sort.METRIC, metric="auc"): "*r1 *r3 *r5 *r4",
        Order(Sort.METRIC, metric="auc", descending=False): "*r5 *r3 *r1 *r4",
        Order(Sort.METRIC, metric="auc", best=True): "*r5 *r1 *r3 *r4",
        Order(Sort.METRIC, metric="loss"): "*r5",
        Order(Sort.METRIC, metric="rmse"): "",
    }.items():
        assert words(await store.find(Find(Kind.RUN, order=order), ANYONE)) == expected.split(), order


async def test_a_metric_that_changed_is_sorted_anew(store: Store, state: State) -> None:
    order = Order(Sort.METRIC, metric="auc")
    await state(granule("a", run("a", metrics={"auc": 1})), granule("b", run("b", metrics={"auc": 2})))
    assert words(await store.find(Find(Kind.RUN, order=order), ANYONE)) == ["*b", "*a"]
    await state(granule("a", run("a", metrics={"auc": 3, "f1": 1})))
    assert words(await store.find(Find(Kind.RUN, order=order), ANYONE)) == ["*a", "*b"]
    await state(granule("a", run("a", metrics={"f1": 1})))
    assert words(await store.find(Find(Kind.RUN, order=order), ANYONE)) == ["*b"]


async def test_what_changed_last_comes_first(store: Store, state: State) -> None:
    for name in "abc":
        await state(granule(name, thing(name)))
    await state(granule("a", thing("a", description="changed")))
    found = await store.find(Find(Kind.DATASET, order=Order(Sort.UPDATED_AT)), ANYONE)
    assert words(found)[0] == "a"
    made = await store.find(Find(Kind.DATASET, order=Order(Sort.CREATED_AT, descending=False)), ANYONE)
    assert words(made)[0] == "a"


async def test_live_is_asked_of_now(store: Store, state: State) -> None:
    now = time.now()
    await state(
        granule("g", thing("+d#1", since=1, until=now + time.DAY), thing("+d#2", since=1, until=now), thing("+d#3"))
    )
    assert sorted(words(await store.find(Find(Kind.RELEASE, Where(live=True)), ANYONE))) == ["+d#1", "+d#3"]
    assert words(await store.find(Find(Kind.RELEASE, Where(live=False)), ANYONE)) == ["+d#2"]


async def test_a_list_that_is_not_ready_in_time_says_so(store: Store, state: State) -> None:
    await state(ESTATE)
    with pytest.raises(DeadlineExceeded):
        await store.find(Find(Kind.RUN, seconds=0.0), ANYONE)
    with pytest.raises(DeadlineExceeded):
        await store.count(Kind.RUN, Where(), ANYONE, seconds=0.0)
