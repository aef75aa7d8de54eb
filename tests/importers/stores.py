"""One pass of an importer into a store, and what the store holds as gone."""

from __future__ import annotations

from thalweg.importers.reading import Reading
from thalweg.model.facts import ANYONE
from thalweg.model.keys import Key
from thalweg.store.store import Store
from thalweg.sync.bringing import Summary, bring


async def imported(store: Store, reading: Reading) -> Summary:
    """What came of a pass of which nothing was refused."""
    summary = await bring(store, reading, ANYONE)
    assert summary.refused == 0, summary.refusals
    return summary


async def outcomes(store: Store, reading: Reading) -> tuple[list[str], bool]:
    """What became of the scopes of a pass, each outcome once, and whether it was closed."""
    summary = await bring(store, reading, ANYONE)
    assert len(summary.refusals) == reading.refused, summary.refusals
    return sorted(outcome.value for outcome in summary.granules), summary.closed


async def gone(store: Store, *keys: Key) -> set[Key]:
    """Those of them that are gone; each must be known."""
    found = await store.get([key.id for key in keys], ANYONE)
    return {key for key in keys if found[key.id].gone_at is not None}
