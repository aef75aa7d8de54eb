"""Lists that are put together from several ordered places: nothing is missed, repeated or out of order."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from tests.facts import granule, id, run, said
from thalweg import ingest
from thalweg.model.facts import ANYONE, Granule
from thalweg.model.kinds import Kind
from thalweg.store.open import open_store
from thalweg.store.questions import Find, Order, Sort, Where
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

VALUES = (0.5, math.nan, 0.25, math.inf, 0.5, -math.inf, -1.0, 0.75)
METRIC = (
    Order(Sort.METRIC, metric="auc"),
    Order(Sort.METRIC, metric="auc", descending=False),
    Order(Sort.METRIC, metric="auc", best=True),
)


def runs(first: int, last: int, shift: int = 0) -> list[Granule]:
    return [
        granule(
            f"g{number}",
            run(
                f"r{number}",
                started_at=1_000 + number // 2,
                status=("FINISHED", "FAILED", "RUNNING", "KILLED")[number * 7 % 4],
                metrics={"auc": {"last": VALUES[(number + shift) % 8], "best": VALUES[number % 5]}},
            ),
        )
        for number in range(first, last)
    ]


async def state(store: Store, granules: list[Granule]) -> None:
    for answer in await ingest.state(store, granules, ANYONE):
        assert not isinstance(answer, Exception)


async def reopened(store: Store, file: Path) -> Store:
    """Closing puts the metrics in order."""
    await store.close()
    return await open_store(f"sqlite:///{file}")


async def listed(store: Store, find: Find) -> list[str]:
    """The whole list: as one page, in small ones, and in small ones from its end, which must be the same."""
    whole = [said(one.id) for one in (await store.find(replace(find, limit=1_000), ANYONE)).entities]
    forwards: list[str] = []
    page = await store.find(find, ANYONE)
    forwards += [said(one.id) for one in page.entities]
    while page.has_next:
        page = await store.find(replace(find, after=page.positions[-1]), ANYONE)
        forwards += [said(one.id) for one in page.entities]
    page = await store.find(replace(find, from_end=True), ANYONE)
    backwards = [said(one.id) for one in page.entities]
    while page.has_previous:
        page = await store.find(replace(find, before=page.positions[0]), ANYONE)
        backwards = [said(one.id) for one in page.entities] + backwards
    assert forwards == whole
    assert backwards == whole
    return whole


def expected(order: Order, last: dict[int, float], best: dict[int, float]) -> list[str]:
    values = best if order.best else last
    sound = [(values[n], id(f"*r{n}"), n) for n in values if not math.isnan(values[n])]
    others = [(id(f"*r{n}"), n) for n in values if math.isnan(values[n])]
    return [f"*r{one[-1]}" for group in (sound, others) for one in sorted(group, reverse=order.descending)]


async def test_a_list_by_a_metric_is_the_same_before_its_values_are_in_order_and_after(file: Path) -> None:
    store = await open_store(f"sqlite:///{file}")
    await state(store, runs(0, 40))
    last = {n: VALUES[n % 8] for n in range(40)}
    best = {n: VALUES[n % 5] for n in range(40)}
    for _ in range(2):
        for order in METRIC:
            assert await listed(store, Find(Kind.RUN, order=order, limit=7)) == expected(order, last, best)
        store = await reopened(store, file)
    await state(store, runs(40, 60))  # young ones beside those that are in order
    await state(store, runs(10, 20, shift=3))  # some of those change
    last |= {n: VALUES[n % 8] for n in range(40, 60)} | {n: VALUES[(n + 3) % 8] for n in range(10, 20)}
    best |= {n: VALUES[n % 5] for n in range(40, 60)}
    await state(
        store, [granule("g5", run("r5")), granule("g50")]
    )  # one has none any more; one is gone, and still listed
    del last[5], best[5]
    for _ in range(2):
        for order in METRIC:
            assert await listed(store, Find(Kind.RUN, order=order, limit=7)) == expected(order, last, best)
        assert (await store.check()).findings == ()
        store = await reopened(store, file)
    await store.close()


async def test_a_new_node_is_found_by_its_metric_whatever_was_removed_before(file: Path) -> None:
    store = await open_store(f"sqlite:///{file}")
    await state(store, runs(0, 3))
    store = await reopened(store, file)
    await state(store, runs(3, 4))
    find = Find(Kind.RUN, order=METRIC[0])
    assert sorted(await listed(store, find)) == ["*r0", "*r1", "*r2", "*r3"]
    await store.close()


@pytest.mark.parametrize("descending", [True, False])
async def test_several_statuses_are_one_list(file: Path, descending: bool) -> None:
    store = await open_store(f"sqlite:///{file}")
    await state(store, runs(0, 40))
    order = Order(descending=descending)
    everything = await listed(store, Find(Kind.RUN, order=order, limit=7))
    for statuses in (("FAILED",), ("FAILED", "RUNNING"), ("KILLED", "FINISHED", "FAILED"), ("UNKNOWN", "FAILED"), ()):
        found = await listed(store, Find(Kind.RUN, Where(status=statuses), order, limit=7))
        got = await store.get([id(word) for word in everything], ANYONE)
        assert found == [word for word in everything if got[id(word)].props["status"] in statuses]
    await store.close()
