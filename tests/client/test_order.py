"""In whatever order the states of a run arrive, the graph holds the newest: a spool is sent days after."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.client.conftest import Kept
from tests.client.test_stores import dumped, recorded, state
from thalweg.store.open import open_store
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_store(f"sqlite:///{tmp_path}/store.db")
    yield store
    await store.close()


async def test_what_comes_late_changes_nothing_that_is_newer(store: Store, kept: Kept) -> None:
    statements = recorded(kept)
    await state(store, statements)
    in_order = await dumped(store)
    assert set(await state(store, statements[::-1])) <= {"REPEATED", "UNCHANGED", "OUTDATED"}
    assert await dumped(store) == in_order


async def test_states_that_come_the_other_way_round_give_the_same_graph(store: Store, kept: Kept) -> None:
    await state(store, recorded(kept)[::-1])
    assert (await dumped(store))["status"] == "FINISHED"
    assert (await dumped(store))["metrics"] == [{"key": "loss", "last": 1 / 1_500, "best": 1 / 1_500, "step": 1_499}]
    assert (await dumped(store))["history"] == list(range(1_500))
