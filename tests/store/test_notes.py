"""Notes are kept under names, one each, and are found by how their names begin."""

from __future__ import annotations

import pytest

from thalweg.model.errors import StoreReadOnly
from thalweg.model.facts import ANYONE
from thalweg.store.open import open_store
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


async def test_the_last_note_under_a_name_stays(store: Store) -> None:
    assert await store.notes("", ANYONE) == {}
    await store.keep_note("sync/prod", {"failures": 1, "error": "\u00fcber"}, ANYONE)
    await store.keep_note("sync/prod", {"failures": 0, "at": 1_700_000_000_000_000, "error": None}, ANYONE)
    assert await store.notes("sync/", ANYONE) == {
        "sync/prod": {"failures": 0, "at": 1_700_000_000_000_000, "error": None}
    }


async def test_notes_are_found_by_how_their_names_begin_in_their_order(store: Store) -> None:
    for name in ("sync/b", "sync/a", "sync", "sync0", "other/sync/a", "sync/%"):
        await store.keep_note(name, name, ANYONE)
    assert list(await store.notes("sync/", ANYONE)) == ["sync/%", "sync/a", "sync/b"]
    assert list(await store.notes("sync", ANYONE)) == ["sync", "sync/%", "sync/a", "sync/b", "sync0"]
    assert await store.notes("nothing", ANYONE) == {}
    assert len(await store.notes("", ANYONE)) == 6


async def test_a_note_is_no_entity_and_is_there_for_a_reader(store: Store, address: str) -> None:
    await store.keep_note("n", [1, 2.5, None], ANYONE)
    assert dict((await store.info()).counts) == {}
    assert (await store.check()).findings == ()
    await store.close()
    reader = await open_store(address, read_only=True)
    try:
        assert await reader.notes("n", ANYONE) == {"n": [1, 2.5, None]}
        with pytest.raises(StoreReadOnly, match="can only be read"):
            await reader.keep_note("n", 1, ANYONE)
    finally:
        await reader.close()
