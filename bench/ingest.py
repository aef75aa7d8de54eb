"""Bulk ingest through the whole write path: rows (entities, edges, promoted metric values) a second, part by part."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import islice

from bench.estate import Size, granules
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE, Granule
from thalweg.model.results import Written
from thalweg.store.store import Store
from thalweg.sync.bringing import write

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
    """Writes the estate as an import does, in tenths; gives the rows and seconds of each, without those to make it."""
    total = sum(1 for _ in granules(size))
    stream = granules(size)
    parts: list[tuple[int, float]] = []
    for part in range(PARTS):
        some = list(islice(stream, total * (part + 1) // PARTS - total * part // PARTS))
        began = time.perf_counter()
        await write(store, iter(some), ANYONE, _must)
        parts.append((rows(some), time.perf_counter() - began))
    return parts


def _must(batch: list[Granule], answers: list[Written | ThalwegError]) -> None:
    for answer in answers:
        if isinstance(answer, ThalwegError):
            raise answer
