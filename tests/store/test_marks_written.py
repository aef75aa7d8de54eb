"""Aliases and stages are intervals, whatever order they are learned in."""

from __future__ import annotations

from itertools import permutations

import anyio
import pytest

from tests.facts import alias, granule, id, ids, stage
from tests.store.conftest import State
from thalweg.model import time
from thalweg.model.facts import ANYONE
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


async def intervals(store: Store, word: str = "f:") -> list[tuple[str, str, int, int | None]]:
    """Version, mark, since, until; oldest first."""
    names = {id(f"f/{number}"): f"f/{number}" for number in range(9)}
    marks = (await store.marks(ids(word), ANYONE, history=True))[id(word)]
    return sorted((names[mark.version_id], mark.name, mark.since, mark.until) for mark in marks)


async def test_an_alias_points_at_one_version_at_a_time_in_whatever_order_it_is_learned(
    store: Store, state: State
) -> None:
    moves = [granule(f"m{n}", alias(f"f/{n}", "champion", n * 10)) for n in (1, 2, 3)]
    for order in permutations(moves):
        for move in order:
            await state(move)
        assert await intervals(store) == [
            ("f/1", "champion", 10, 20),
            ("f/2", "champion", 20, 30),
            ("f/3", "champion", 30, None),
        ]
        for number in (1, 2, 3):
            await state(granule(f"m{number}"))
        await store.close_pass(await store.begin_pass("test", ANYONE), ANYONE)


async def test_a_source_that_knows_only_the_present_leaves_a_history_all_the_same(store: Store, state: State) -> None:
    await state(granule("model", alias("f/1", "champion"), at=10))
    await state(granule("model", alias("f/2", "champion"), at=20))
    await state(granule("model", at=30))
    assert await intervals(store) == [("f/1", "champion", 10, 20), ("f/2", "champion", 20, 30)]


async def test_the_same_mark_again_keeps_its_beginning(store: Store, state: State) -> None:
    await state(granule("model", alias("f/1", "champion"), at=10))
    await state(granule("model", alias("f/1", "champion"), stage("f/1", "Production", 12), at=20))
    assert await intervals(store) == [("f/1", "Production", 12, None), ("f/1", "champion", 10, None)]


async def test_a_mark_that_was_there_before_it_was_seen_is_since_then_for_the_first_time_alone(
    store: Store, state: State
) -> None:
    pending = stage("f/1", "Pending", first=5)
    await state(granule("g", pending, at=10))
    await state(granule("g", pending, at=20))
    assert await intervals(store) == [("f/1", "Pending", 5, None)]
    await state(granule("g", stage("f/1", "Approved"), at=30))
    await state(granule("g", pending, at=40))
    assert await intervals(store) == [
        ("f/1", "Approved", 30, 40),
        ("f/1", "Pending", 5, 30),
        ("f/1", "Pending", 40, None),
    ]


async def test_a_mark_that_came_after_its_scope_was_seen_is_since_it_must_have_been_and_ends_the_one_before(
    store: Store, state: State
) -> None:
    await state(granule("g", stage("f/1", "Staging", first=5), stage("f/2", "Staging", first=6)))
    await anyio.sleep(0.002)
    moved = time.now()
    await anyio.sleep(0.002)
    await state(granule("g", stage("f/1", "Production", first=moved), stage("f/2", "Staging", first=moved)))
    assert await intervals(store) == [
        ("f/1", "Production", moved, None),
        ("f/1", "Staging", 5, moved),
        ("f/2", "Staging", 6, None),
    ]


async def test_several_versions_may_hold_a_stage(store: Store, state: State) -> None:
    await state(granule("g", stage("f/1", "Production", 10), stage("f/2", "Production", 20, 25)))
    assert await intervals(store) == [("f/1", "Production", 10, None), ("f/2", "Production", 20, 25)]


async def test_what_holds_at_a_time_is_answered_by_the_intervals(store: Store, state: State) -> None:
    await state(granule("a", alias("f/1", "champion", 10)), granule("b", alias("f/2", "champion", 20)))

    async def champion(at: int | None) -> list[str]:
        return [mark.version_id for mark in (await store.marks(ids("f:"), ANYONE, as_of=at))[id("f:")]]

    assert [await champion(at) for at in (9, 10, 19, 20, None)] == [[], ids("f/1"), ids("f/1"), ids("f/2"), ids("f/2")]
    by_version = await store.marks(ids("f/1", "f/2"), ANYONE)
    assert [len(by_version[one]) for one in ids("f/1", "f/2")] == [0, 1]
