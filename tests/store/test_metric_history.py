"""The logged points of metrics."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence

import pytest

from tests.facts import granule, id, ids, joined, key, run
from tests.store.conftest import State
from thalweg.model.facts import ANYONE, EntityFact, Point
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


def logged(word: str, histories: Mapping[str, Sequence[Point]]) -> EntityFact:
    return EntityFact(key(word), {}, histories)


async def ask(store: Store, word: str, metric: str) -> list[tuple[int, int, float]]:
    return [(point.step, point.at, point.value) for point in await store.metric_history(id(word), metric, ANYONE)]


def bits(points: Sequence[tuple[int, int, float]]) -> list[tuple[int, int, bytes]]:
    """So that NaN is itself, and 0.0 is not -0.0."""
    return [(step, at, struct.pack(">d", value)) for step, at, value in points]


async def test_points_come_by_step_and_then_by_time(store: Store, state: State) -> None:
    points = [Point(2, 20, 0.3), Point(1, 15, 0.2), Point(1, 10, 0.1), Point(-1, 99, 0.0), Point(2, 19, 0.4)]
    await state(granule("g", logged("*r1", {"loss": points, "auc": [Point(0, 1, 1.0)]})))
    assert await ask(store, "*r1", "loss") == [(-1, 99, 0.0), (1, 10, 0.1), (1, 15, 0.2), (2, 19, 0.4), (2, 20, 0.3)]
    assert await ask(store, "*r1", "auc") == [(0, 1, 1.0)]


async def test_what_was_never_logged_is_empty(store: Store, state: State) -> None:
    await state(granule("g", logged("*r1", {"loss": [Point(0, 1, 1.0)]}), run("r2", metrics={"loss": 1})))
    assert await ask(store, "*r1", "auc") == []
    assert await ask(store, "*r2", "loss") == []
    assert await ask(store, "*nothing", "loss") == []


async def test_numbers_that_are_none_and_the_odd_ones_survive(store: Store, state: State) -> None:
    values = [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308, 0.1 + 0.2]
    await state(granule("g", logged("m/1", {"odd": [Point(n, n, value) for n, value in enumerate(values)]})))
    assert bits(await ask(store, "m/1", "odd")) == bits([(n, n, value) for n, value in enumerate(values)])


async def test_many_points(store: Store, state: State) -> None:
    points = [Point(step, 1_700_000_000_000_000 + step * 1_001, math.sin(step)) for step in range(25_000)]
    await state(granule("g", logged("*r1", {"loss": points[::-1]})))
    assert await ask(store, "*r1", "loss") == [tuple(point) for point in points]


async def test_a_history_does_not_weigh_on_the_entity(store: Store, state: State) -> None:
    await state(granule("g", logged("*r1", {"loss": [Point(step, step, 0.5) for step in range(1_000)]})))
    assert (await store.get(ids("*r1"), ANYONE))[id("*r1")].props == {}


async def test_a_history_that_is_stated_again_is_replaced(store: Store, state: State) -> None:
    await state(granule("g", logged("*r1", {"loss": [Point(0, 0, 1.0), Point(1, 1, 0.5)], "f1": [Point(0, 0, 0.0)]})))
    await state(granule("g", logged("*r1", {"loss": [Point(0, 0, 1.0), Point(1, 1, 0.4), Point(2, 2, 0.3)]})))
    assert await ask(store, "*r1", "loss") == [(0, 0, 1.0), (1, 1, 0.4), (2, 2, 0.3)]
    assert await ask(store, "*r1", "f1") == []


async def test_several_scopes_log_points_of_one_metric(store: Store, state: State) -> None:
    await state(granule("a", logged("*r1", {"loss": [Point(0, 0, 1.0), Point(2, 2, 0.3)]})))
    await state(granule("b", logged("*r1", {"loss": [Point(1, 1, 0.5)]}), source="other"))
    assert await ask(store, "*r1", "loss") == [(0, 0, 1.0), (1, 1, 0.5), (2, 2, 0.3)]


async def test_the_points_of_what_is_forgotten_are_in_no_answer(store: Store, state: State) -> None:
    await state(granule("g", logged("*r1", {"loss": [Point(0, 0, 1.0)]})))
    await store.forget(ids("*r1"), ANYONE)
    assert await ask(store, "*r1", "loss") == []
    await store.restore(ids("*r1"), ANYONE)
    assert await ask(store, "*r1", "loss") == [(0, 0, 1.0)]


async def test_an_old_name_has_the_points(store: Store, state: State) -> None:
    await state(granule("g", logged("old/1", {"loss": [Point(0, 0, 1.0)]})), granule("join", joined("old:", "new:")))
    assert await ask(store, "new/1", "loss") == [(0, 0, 1.0)]
    assert await ask(store, "old/1", "loss") == [(0, 0, 1.0)]
