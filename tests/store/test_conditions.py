"""Conditions of several parts, and over related entities: what each picks, in lists and in counts."""

from __future__ import annotations

import math

import pytest

from tests.facts import flow, granule, id, ids, joined, run, thing
from tests.store.asking import words
from tests.store.conftest import State
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.store.conditions import DEEPEST, FARTHEST, MOST, MOST_RELATED
from thalweg.store.questions import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Find,
    Hop,
    MetricIs,
    Not,
    NumberIs,
    Order,
    Related,
    Sort,
    Where,
)
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

AUC = {number: {"auc": number / 10} for number in (7, 8, 9)}
SLOW = {"lr": "1e-3", "n": "5"}
FRAUD, CHURN = {"team": "fraud"}, {"team": "churn"}

ESTATE = granule(
    "estate",
    thing("tx", tags=FRAUD),
    thing("clicks"),
    run("r1", "train", started_at=100, status="FINISHED", user="ada", tags=FRAUD, params={"lr": "0.1"}, metrics=AUC[9]),
    run("r2", "train", started_at=200, status="FAILED", user="bob", tags=FRAUD, params=SLOW, metrics=AUC[8]),
    run("r3", "train", started_at=300, status="FINISHED", tags=CHURN, params={"lr": "fast"}, metrics=AUC[7]),
    run("r4", "score", started_at=400, environment={"user": "ada"}, metrics={"auc": math.nan}),
    run("r5", "score", started_at=500, user='a"d\\a', gone_at=600, params={"lr": ".5"}),
    *flow("tx@1 > *r1 > fraud/1 > +fraud#1"),
    *flow("tx@2 > *r2 > fraud/2"),
    *flow("clicks@1 > *r3 > churn/1 > +churn#1"),
    *flow("tx@1 > *r3"),
    *flow("fraud/1 > *r4 > preds@1"),
    *flow("tx@1 > +churn#1"),
    *flow("repo!abc > *r1"),
    thing("+fraud#1", since=100),
    thing("+churn#1", since=100, until=200),
    thing("repo!abc", authored_at=10),
)  # fmt: skip


def related(hop: Hop, type: EdgeType | None, where: Condition = EVERYTHING, *kinds: Kind) -> Related:
    return Related(hop, type, where, kinds or None)


def reads(where: Condition, *kinds: Kind) -> Related:
    return related(Hop.IN, EdgeType.INPUT_TO, where, *kinds)


def read_by(where: Condition, *kinds: Kind) -> Related:
    return related(Hop.OUT, EdgeType.INPUT_TO, where, *kinds)


def made_by(where: Condition) -> Related:
    return related(Hop.IN, EdgeType.PRODUCED, where)


def number(key: str, compare: Compare, value: float) -> Where:
    return Where(numbers=(NumberIs(key, compare, value),))


def metric(compare: Compare, value: float) -> Where:
    return Where(metrics=(MetricIs("auc", compare, value),))


TEAM_FRAUD = Where(tags=(("team", "fraud"),))
OF_TX = Where(asset_id=id("tx"))
GOOD = metric(Compare.GE, 0.8)

CONDITIONS: list[tuple[Kind, Condition, str]] = [
    # of several parts
    (Kind.RUN, AllOf(()), "*r1 *r2 *r3 *r4 *r5"),
    (Kind.RUN, AnyOf(()), ""),
    (Kind.RUN, Not(Where()), ""),
    (Kind.RUN, AnyOf((TEAM_FRAUD, Where(status=("RUNNING",)))), "*r1 *r2"),
    (Kind.RUN, AnyOf((TEAM_FRAUD, Where(gone=True))), "*r1 *r2 *r5"),
    (Kind.RUN, AllOf((TEAM_FRAUD, Where(status=("FAILED",)))), "*r2"),
    (Kind.RUN, AllOf((TEAM_FRAUD, Where(tags=(("team", "churn"),)))), ""),
    (Kind.RUN, AllOf((Where(namespace="t*"), Where(namespace="*"), Not(TEAM_FRAUD))), "*r3 *r4 *r5"),
    (Kind.RUN, Not(TEAM_FRAUD), "*r3 *r4 *r5"),
    (Kind.RUN, Not(Not(TEAM_FRAUD)), "*r1 *r2"),
    (Kind.RUN, Not(Where(status=("FINISHED",))), "*r2 *r4 *r5"),
    (Kind.RUN, Not(Where(status=("FINISHED",), tags=(("team", "fraud"),))), "*r2 *r3 *r4 *r5"),
    (Kind.RUN, Not(AnyOf((Where(gone=True), GOOD))), "*r3 *r4"),
    (Kind.RUN, AllOf((GOOD, AnyOf((Where(status=("FAILED",)), Where(user="ada"))))), "*r1 *r2"),
    (Kind.RUN, AnyOf((AllOf((GOOD, Not(AnyOf((Where(user="ada"), Where(user="eve")))))), Where(name="r5"))), "*r2 *r5"),
    (Kind.RUN, AllOf((Where(ids=tuple(ids("*r1", "*r2"))), Where(ids=tuple(ids("*r2", "*r3"))))), "*r2"),
    (Kind.RUN, AllOf((Where(asset_id=id("^train")), Not(Where(name="r*", since=150)))), "*r1"),
    (Kind.RUN, AnyOf((Where(name_contains="1"), Where(key_prefix="r2"), Where(before=301, since=300))), "*r1 *r2 *r3"),
    (Kind.RUN, AnyOf((Where(namespace="x"), Where(asset_id=id("^score")), Where(asset_id=id("^none")))), "*r4 *r5"),
    (Kind.DATASET_VERSION, Not(Where(known=True)), "tx@1 tx@2 clicks@1 preds@1"),
    (Kind.RELEASE, AnyOf((Where(live=True), Where(live=True, live_at=150))), "+fraud#1 +churn#1"),
    (Kind.RELEASE, Not(Where(live=True)), "+churn#1"),
    # who, and parameters as numbers
    (Kind.RUN, Where(user="ada"), "*r1"),
    (Kind.RUN, Where(user='a"d\\a'), "*r5"),
    (Kind.RUN, Where(user=""), ""),
    (Kind.RUN, Not(Where(user="ada")), "*r2 *r3 *r4 *r5"),
    (Kind.RUN, number("lr", Compare.LT, 0.2), "*r1 *r2"),
    (Kind.RUN, number("lr", Compare.GE, 0.1), "*r1 *r5"),
    (Kind.RUN, number("lr", Compare.EQ, 0.001), "*r2"),
    (Kind.RUN, number("lr", Compare.NE, 0.001), "*r1 *r5"),
    (Kind.RUN, number("n", Compare.GT, 4), "*r2"),
    (Kind.RUN, Not(number("lr", Compare.GT, 0)), "*r3 *r4"),
    (Kind.RUN, metric(Compare.NE, 0.9), "*r2 *r3 *r4"),
    (Kind.RUN, Not(metric(Compare.LT, 0.9)), "*r1 *r4 *r5"),
    # when it was first seen here, and last changed
    (Kind.RUN, Where(created_since=0), "*r1 *r2 *r3 *r4 *r5"),
    (Kind.RUN, AnyOf((Where(created_before=1_000), Where(updated_before=1_000))), ""),
    (Kind.RUN, Not(Where(updated_since=1_000)), ""),
    # related entities
    (Kind.RUN, reads(OF_TX), "*r1 *r2 *r3"),
    (Kind.RUN, reads(related(Hop.ASSET, None, Where(ids=(id("tx"),)))), "*r1 *r2 *r3"),
    (Kind.RUN, reads(related(Hop.ASSET, None, TEAM_FRAUD)), "*r1 *r2 *r3"),
    (Kind.RUN, reads(Where(ids=tuple(ids("tx@2", "clicks@1")))), "*r2 *r3"),
    (Kind.RUN, reads(Where(), Kind.MODEL_VERSION), "*r4"),
    (Kind.RUN, Not(reads(OF_TX)), "*r4 *r5"),
    (Kind.RUN, AllOf((reads(OF_TX), GOOD)), "*r1 *r2"),
    (Kind.RUN, AllOf((reads(OF_TX), reads(Where(asset_id=id("clicks"))))), "*r3"),
    (Kind.RUN, AllOf((reads(OF_TX), Not(reads(Where(asset_id=id("clicks")))))), "*r1 *r2"),
    (Kind.RUN, AnyOf((reads(Where(asset_id=id("clicks"))), Where(user="ada"))), "*r1 *r3"),
    (Kind.RUN, reads(Not(OF_TX)), "*r3 *r4"),
    (Kind.RUN, related(Hop.IN, EdgeType.CODE_OF, Where(key_prefix=b"abc".hex())), "*r1"),
    (Kind.RUN, related(Hop.ASSET, None, Where(name="score")), "*r4 *r5"),
    (Kind.MODEL_VERSION, made_by(AllOf((GOOD, Where(asset_id=id("^train"))))), "fraud/1 fraud/2"),
    (Kind.MODEL_VERSION, made_by(metric(Compare.GT, 0.8)), "fraud/1"),
    (Kind.MODEL_VERSION, related(Hop.OUT, EdgeType.SERVED_BY, Where(live=True)), "fraud/1"),
    (Kind.MODEL_VERSION, made_by(reads(OF_TX)), "fraud/1 fraud/2 churn/1"),
    (Kind.DATASET, related(Hop.VERSIONS, None, read_by(Where(live=False), Kind.RELEASE)), "tx"),
    (Kind.DATASET, related(Hop.VERSIONS, None, read_by(Where(live=True), Kind.RELEASE)), ""),
    (Kind.DATASET, Not(related(Hop.VERSIONS, None, read_by(Where()))), "preds"),
    (Kind.DATASET, read_by(Where(name="train"), Kind.JOB), "tx clicks"),
    (Kind.JOB, related(Hop.VERSIONS, None, Where(status=("FAILED",))), "^train"),
    (Kind.DEPLOYMENT, related(Hop.IN, EdgeType.SERVED_BY, Where(name="churn")), "+churn"),
]  # fmt: skip


async def test_each_condition_picks_what_it_says(store: Store, state: State) -> None:
    await state(ESTATE)
    for kind, where, expected in CONDITIONS:
        page = await store.find(Find(kind, where, limit=100), ANYONE)
        assert sorted(words(page)) == sorted(expected.split()), (kind, where)


async def test_as_many_are_counted_as_are_picked(store: Store, state: State) -> None:
    await state(ESTATE)
    for kind, where, expected in CONDITIONS[::4]:  # each is planned anew
        assert await store.count(kind, where, ANYONE) == len(expected.split()), (kind, where)


async def test_a_condition_picks_the_same_in_every_order(store: Store, state: State) -> None:
    await state(ESTATE)
    for order in (Order(), Order(Sort.NAME, descending=False), Order(Sort.METRIC, metric="auc")):
        for where in (AllOf((reads(OF_TX), GOOD)), AnyOf((Where(user="ada"), Where(user="bob")))):
            assert sorted(words(await store.find(Find(Kind.RUN, where, order), ANYONE))) == ["*r1", "*r2"], order


async def test_what_is_forgotten_relates_to_nothing(store: Store, state: State) -> None:
    await state(ESTATE)
    await store.forget(ids("clicks", "fraud/1"), ANYONE)
    for where in (reads(Where(asset_id=id("clicks"))), reads(Where(), Kind.MODEL_VERSION)):
        assert words(await store.find(Find(Kind.RUN, where), ANYONE)) == []
        assert await store.count(Kind.RUN, Not(where), ANYONE) == 5


async def test_an_old_name_of_an_asset_is_understood_in_every_part(store: Store, state: State) -> None:
    await state(granule("g", joined("old", "tx"), *flow("tx@1 > *r1")))
    for where in (reads(Where(asset_id=id("old"))), AnyOf((reads(Where(asset_id=id("old"))), Where(user="eve")))):
        assert words(await store.find(Find(Kind.RUN, where), ANYONE)) == ["*r1"]
        assert await store.count(Kind.RUN, where, ANYONE) == 1


def deep(times: int) -> Condition:
    where: Condition = Where(gone=True)
    for _ in range(times):
        where = AnyOf((where,))
    return where


def far(times: int) -> Condition:
    where: Condition = Where()
    for left in reversed(range(times)):
        where = made_by(where) if left % 2 else reads(where)
    return where


@pytest.mark.parametrize(
    ("kind", "where", "said"),
    [
        (Kind.RUN, deep(DEEPEST + 1), "nested deeper"),
        (Kind.RUN, far(FARTHEST + 1), "relationships one behind the other"),
        (Kind.RUN, AnyOf((Where(gone=True),) * (MOST + 1)), "parts"),
        (Kind.RUN, AnyOf((reads(Where()),) * (MOST_RELATED + 1)), "relationships"),
        (Kind.DATASET, related(Hop.IN, EdgeType.SERVED_BY), "A Dataset has no relationship SERVED_BY (IN)."),
        (Kind.RUN, reads(Where(), Kind.JOB), "with a Job"),
        (Kind.RUN, related(Hop.VERSIONS, None), "A Run has no relationship VERSIONS"),
    ],
)
async def test_what_is_too_large_or_leads_nowhere_is_refused(
    store: Store, kind: Kind, where: Condition, said: str
) -> None:
    for asking in (store.find(Find(kind, where), ANYONE), store.count(kind, where, ANYONE)):
        with pytest.raises(BadInput, match=said.replace("(", r"\(").replace(")", r"\)")):
            await asking


async def test_what_is_just_not_too_large_is_answered(store: Store, state: State) -> None:
    await state(ESTATE)
    for where in (deep(DEEPEST), AnyOf((Where(gone=True),) * MOST)):
        assert words(await store.find(Find(Kind.RUN, where), ANYONE)) == ["*r5"]
    assert words(await store.find(Find(Kind.RUN, far(FARTHEST)), ANYONE)) == ["*r4"]
