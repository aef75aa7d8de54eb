"""Bulk ingest through the whole write path: rows (entities, edges, promoted metric values) a second, part by part."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import islice

from bench.estate import Size, granules
from thalweg import ingest
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE, Granule
from thalweg.store.store import Store

BATCH = 600
"""Granules a write: about 5,000 rows."""

PARTS = 10


def rows(batch: Sequence[Granule]) -> int:
    """How many entities, edges and metric values a batch states; not the stubs and asset edges it makes."""
    return sum(
        len(granule.entities)
        + len(granule.edges)
        + sum(len(fact.props.get("metrics", ())) for fact in granule.entities)
        for granule in batch
    )


async def load(store: Store, size: Size) -> list[tuple[int, float]]:
    """Writes the estate; gives rows and seconds for each tenth of it. Making the granules is not in the seconds."""
    stream = granules(size)
    total = sum(1 for _ in granules(size))
    parts: list[tuple[int, float]] = []
    done = written = 0
    spent = 0.0
    while batch := list(islice(stream, BATCH)):
        began = time.perf_counter()
        answers = await ingest.state(store, batch, ANYONE)
        spent += time.perf_counter() - began
        for answer in answers:
            if isinstance(answer, ThalwegError):
                raise answer
        done += len(batch)
        written += rows(batch)
        if done * PARTS >= total * (len(parts) + 1):
            parts.append((written, spent))
            written, spent = 0, 0.0
    return parts
