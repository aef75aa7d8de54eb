"""Verdicts are kept as they were given: once, and never changed."""

from __future__ import annotations

import asyncio

import pytest

from thalweg.model import time
from thalweg.model.errors import StoreReadOnly
from thalweg.model.facts import ANYONE, Caller
from thalweg.store.open import open_store
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

BODY = {"verdict": "BLOCK", "reasons": ["é", None, 1.5, {"at": 1_700_000_000_000_000}], "empty": {}}


async def test_a_verdict_is_kept_as_it_was_given(store: Store) -> None:
    before = time.now()
    await store.keep_verdict("v1", BODY, Caller("ann", "request-7"))
    verdict = await store.verdict("v1", ANYONE)
    assert verdict is not None
    assert (verdict.id, verdict.caller, verdict.body) == ("v1", "ann", BODY)
    assert before - 1_000_000 <= verdict.at <= time.now() + 1_000_000


async def test_of_two_under_one_id_the_first_stays(store: Store) -> None:
    await store.keep_verdict("v1", {"verdict": "PASS"}, Caller("ann"))
    first = await store.verdict("v1", ANYONE)
    await store.keep_verdict("v1", {"verdict": "BLOCK"}, Caller("bo"))
    assert await store.verdict("v1", ANYONE) == first
    await asyncio.gather(*(store.keep_verdict("v2", {"number": number}, ANYONE) for number in range(8)))
    second = await store.verdict("v2", ANYONE)
    assert second is not None
    assert second.body["number"] in range(8)


@pytest.mark.parametrize("id", ["nothing", "", "v1\0", "'; DROP TABLE verdict; --"])
async def test_one_that_nobody_gave_is_none(store: Store, id: str) -> None:
    await store.keep_verdict("v1", BODY, ANYONE)
    assert await store.verdict(id, ANYONE) is None


async def test_a_verdict_is_no_entity_and_outlives_the_store_that_took_it(store: Store, address: str) -> None:
    await store.keep_verdict("v1", BODY, ANYONE)
    assert dict((await store.info()).counts) == {}
    assert (await store.check()).findings == ()
    await store.close()
    reader = await open_store(address, read_only=True)
    try:
        kept = await reader.verdict("v1", ANYONE)
        assert kept is not None
        assert kept.body == BODY
        with pytest.raises(StoreReadOnly, match="can only be read"):
            await reader.keep_verdict("v2", BODY, ANYONE)
        assert await reader.verdict("v2", ANYONE) is None
    finally:
        await reader.close()
