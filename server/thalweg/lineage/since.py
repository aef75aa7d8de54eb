"""Whether anything that is known had happened by a time: an answer that is empty for that reason says so."""

from __future__ import annotations

from thalweg.model import time
from thalweg.model.facts import Caller
from thalweg.model.kinds import Kind, Level
from thalweg.store.questions import Find, Order, Sort, Where
from thalweg.store.store import Store

VERSIONS = tuple(kind for kind in Kind if kind.level is Level.VERSION)
FIRST = Order(Sort.AT, descending=False)
DATED = time.EARLIEST + 1
"""What stands for data in no known version is there from the beginning of time, and did not happen."""


async def nothing_yet(store: Store, caller: Caller, as_of: int | None, *, seconds: float) -> str | None:
    """The sentence to say where nothing had happened by then; None where something had, or no time is given."""
    if as_of is None:
        return None
    for kind in VERSIONS:
        first = Find(kind, Where(since=DATED, before=as_of + 1), FIRST, limit=1, seconds=seconds)
        if (await store.find(first, caller)).entities:
            return None
    return f"Nothing that is known had happened by {time.rfc3339(as_of).replace('.000000Z', 'Z')}."
