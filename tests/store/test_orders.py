"""Lists by several keys: each in its own direction, in pages that stay right while things are added."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cmp_to_key
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.exploring import Explore
from tests.facts import granule, id, run, said, thing
from tests.store.conftest import State
from tests.store.test_lists import carried, pages
from thalweg import ingest
from thalweg.model.errors import BadInput
from thalweg.model.facts import ANYONE, Granule
from thalweg.model.kinds import Kind
from thalweg.model.results import Entity
from thalweg.store.conditions import MOST_KEYS
from thalweg.store.questions import EVERYTHING, AllOf, AnyOf, Condition, Find, Not, Order, Sort, Where
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

NAN, INF = math.nan, math.inf
AUC, LOSS, BEST = (
    Order(Sort.METRIC, metric="auc"),
    Order(Sort.METRIC, False, "loss"),
    Order(Sort.METRIC, True, "auc", best=True),
)
AT, NAME, AGAIN = Order(Sort.AT), Order(Sort.NAME, False), Order(Sort.UPDATED_AT)

ORDERS: list[tuple[Order, ...]] = [
    (AUC, AT),
    (LOSS, AUC, NAME),
    (BEST, replace(LOSS, descending=True), replace(AUC, descending=False)),
    (AT, AUC),
    (replace(AT, descending=False), NAME),
    (NAME, LOSS, replace(AT, descending=False)),
    (AGAIN, replace(NAME, descending=True), AUC, AT),
    (replace(AUC, descending=False), replace(NAME, descending=True)),
]


def granules(first: int, last: int) -> list[Granule]:
    return [
        granule(
            f"g{number}",
            run(
                f"r{number:02}",
                ("train", "score")[number % 2],
                started_at=1_000 + number % 4,
                name=("b", "a", "aé", "B", "𝄞", "ﬀ")[number % 6],
                metrics={
                    **({"auc": {"last": (NAN, INF, -INF, 0.5)[number % 4], "best": number % 3}} if number % 5 else {}),
                    **({"loss": number % 2} if number % 3 else {}),
                },
            ),
        )
        for number in range(first, last)
    ]


def rank(entity: Entity, key: Order) -> tuple[int, Any]:
    """0 and the value; 1 for what is no number, 2 where there is none."""
    if key.by is not Sort.METRIC:
        name = {Sort.AT: "at", Sort.NAME: "name", Sort.UPDATED_AT: "updated_at"}[key.by]
        return 0, getattr(entity, name)
    metric = entity.props.get("metrics", {}).get(key.metric)
    if metric is None:
        return 2, 0
    value = float(metric["best" if key.best else "last"])
    return (1, 0) if math.isnan(value) else (0, value)


def compared(order: Sequence[Order]) -> Any:
    def compare(one: Entity, other: Entity) -> int:
        for key in order:
            mine, theirs = rank(one, key), rank(other, key)
            if mine[0] != theirs[0]:
                return mine[0] - theirs[0]
            if mine[1] != theirs[1]:
                return -1 if (mine[1] < theirs[1]) != key.descending else 1
        return -1 if (one.id < other.id) != order[-1].descending else 1

    return cmp_to_key(compare)


def sorted_by(entities: Sequence[Entity], order: Sequence[Order]) -> list[str]:
    return [said(entity.id) for entity in sorted(entities, key=compared(order))]


async def test_pages_are_the_list_forwards_and_backwards(store: Store, state: State) -> None:
    await state(*granules(0, 26))
    everything = (await store.find(Find(Kind.RUN, limit=100), ANYONE)).entities
    train = Where(asset_id=id("^train"))
    either: Condition = AnyOf((train, Where(name="a*")))
    for order in ORDERS:
        for where in (EVERYTHING, train, either):
            kept = [one for one in everything if where == EVERYTHING or one.asset_id == id("^train")]
            if where == either:
                kept = [one for one in everything if one.asset_id == id("^train") or one.name.startswith("a")]
            whole = sorted_by(kept, order)
            find = Find(Kind.RUN, where, order, limit=9)
            assert [word for page in await pages(store, find) for word in page] == whole, (order, where)
            backwards = await pages(store, find, backwards=True)
            assert [word for page in backwards for word in page] == whole, (order, where)


async def test_a_metric_alone_lists_what_has_it_among_few_too(store: Store, state: State) -> None:
    await state(*granules(0, 26))
    everything = (await store.find(Find(Kind.RUN, limit=100), ANYONE)).entities
    for order in (AUC, LOSS, BEST):
        for where in (Where(asset_id=id("^train")), Where(ids=tuple(one.id for one in everything[:9]))):
            found = [one for one in everything if order.metric in one.props["metrics"]]
            kept = [one for one in found if one.asset_id == where.asset_id or one.id in (where.ids or ())]
            find = Find(Kind.RUN, where, order, limit=4)
            assert [word for page in await pages(store, find) for word in page] == sorted_by(kept, (order,))
            backwards = await pages(store, find, backwards=True)
            assert [word for page in backwards for word in page] == sorted_by(kept, (order,))


VALUES = (None, NAN, INF, -INF, 0.5, 1)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    """The properties of a run."""
    metrics = {key: value for key in ("auc", "loss") if (value := draw(st.sampled_from(VALUES))) is not None}
    at, name = draw(st.sampled_from((1_000, 1_001, 1_002))), draw(st.sampled_from(("a", "aé", "B", "𝄞", "ﬀ")))
    return {"started_at": at, "name": name, "metrics": metrics}


def test_what_was_there_all_along_is_listed_once_while_more_is_added(explore: Explore) -> None:
    async def check(store: Store, first: list[Any], more: list[Any], order: tuple[Order, ...], back: bool) -> None:
        granules = [granule(f"g{number}", run(f"r{number}", **props)) for number, props in enumerate([*first, *more])]
        await ingest.state(store, granules[: len(first)], ANYONE)
        left = granules[len(first) :]
        find = Find(Kind.RUN, Not(Where(gone=True)), order, limit=3, from_end=back)
        found: list[str] = []
        while True:
            page = await store.find(find, ANYONE)
            found += [said(one.id) for one in page.entities]
            if not (page.has_previous if back else page.has_next):
                break
            await ingest.state(store, left[:1], ANYONE)
            del left[:1]
            at = carried(page.positions[0 if back else -1])
            find = replace(find, from_end=False, after=None if back else at, before=at if back else None)
        assert len(found) == len(set(found))
        assert {f"*r{number}" for number in range(len(first))} <= set(found)

    explore(
        check,
        first=st.lists(rows(), min_size=3, max_size=7),
        more=st.lists(rows(), min_size=2, max_size=2),
        order=st.sampled_from(ORDERS[:4]),
        back=st.booleans(),
    )


async def test_two_keys_of_assets_which_have_no_metrics(store: Store, state: State) -> None:
    await state(*(granule(name, thing(name)) for name in "bca"))
    page = await store.find(Find(Kind.DATASET, AllOf((Where(name="*"),)), (AUC, NAME)), ANYONE)
    assert [one.name for one in page.entities] == ["a", "b", "c"]
    assert [position[0] for position in page.positions] == ["missing"] * 3


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ((), "1 to 4 keys, not by 0"),
        ((AT, NAME, AUC, LOSS, BEST), "not by 5"),
        ((AT, replace(AT, descending=False)), "one key twice"),
    ],
)
async def test_an_order_that_makes_no_sense_is_refused(store: Store, order: tuple[Order, ...], said: str) -> None:
    assert MOST_KEYS == 4
    with pytest.raises(BadInput, match=said):
        await store.find(Find(Kind.RUN, order=order), ANYONE)


@pytest.mark.parametrize("position", [(), (1,), (1, 2), ("x", 1, "id"), (1, "x", "id"), (1, 2, 3, "id"), (1, 0.5, 7)])
async def test_a_cursor_of_another_list_is_told_apart(store: Store, position: tuple[Any, ...]) -> None:
    asked = Find(Kind.RUN, order=(AT, AUC))
    for find in (replace(asked, after=position), replace(asked, before=position)):
        with pytest.raises(BadInput, match="not of this list"):
            await store.find(find, ANYONE)
