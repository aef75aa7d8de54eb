"""One pass of an importer into a store, and what came of it.

    begin_pass -> (read a batch -> state it)* -> close_pass, where the reading was whole

A pass is closed only when everything was read and everything was written: a granule that was refused keeps what its
scope stated before, and closing would take that for gone. So a pass with a refused granule, an interrupted one, and one
that is incomplete by nature (a shallow clone) retire nothing; the next whole one does.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from thalweg import ingest
from thalweg.importers.reading import Reading
from thalweg.model.errors import StoreError, ThalwegError
from thalweg.model.facts import Caller, Granule, Pass
from thalweg.model.results import Outcome, Written
from thalweg.store.store import Store

BATCH_ROWS = 5_000
"""Facts of one write, about: what the group commit of the stores is made for."""
BATCH_GRANULES = 1_000
BATCH_SECONDS = 5.0
"""So long a batch waits for more: of a slow source, little is lost, and an interruption is soon heard."""

KEPT = 50
"""Warnings, and refused granules, that are kept as sentences; all are counted."""


@dataclass(slots=True)
class Summary:
    """What one pass came to.

    granules: what became of each scope that was read. counts: what happened to entities and edges, as `Written` counts
    them, the closing of the pass included. complete: whether the reading saw all there is; closed: whether what it no
    longer saw was retired.
    """

    source: str
    origin: str
    granules: Counter[Outcome] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    refusals: list[str] = field(default_factory=list)
    warned: int = 0
    warnings: list[str] = field(default_factory=list)
    complete: bool = False
    closed: bool = False

    @property
    def read(self) -> int:
        """How many granules were dealt with."""
        return self.granules.total() + self.refused

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "source": self.source,
            "origin": self.origin,
            "read": self.read,
            "granules": {outcome.value.lower(): self.granules[outcome] for outcome in Outcome},
            "counts": {name: self.counts[name] for name in COUNTED},
            "refused": self.refused,
            "refusals": self.refusals,
            "warned": self.warned,
            "warnings": self.warnings,
            "complete": self.complete,
            "closed": self.closed,
        }


COUNTED = (
    "new",
    "changed",
    "back",
    "gone",
    "ended",
    "removed",
    "linked",
    "relinked",
    "retracted",
    "marked",
    "unmarked",
)
"""What `Written.counts` counts: of entities, then of edges (linked are the new ones), then of aliases and stages."""

Progress = Callable[[Summary, int | None], None]
"""Is told after each batch what the pass has come to so far, and how many granules will come, where that is known."""


def silent(summary: Summary, total: int | None) -> None:
    """A progress that nobody looks at."""


async def bring(
    store: Store, reading: Reading, caller: Caller, progress: Progress = silent, summary: Summary | None = None
) -> Summary:
    """Brings one reading into a store, and closes it; the reading is closed whatever happens.

    summary: where to keep count, for whoever wants to know how far a pass came that was interrupted.

    Raises SourceError where the source cannot be read on, or has nothing and never had, StoreError where the store
    cannot be written; what was written until then stays, nothing is retired, and the same import again goes on from
    there.
    """
    summary = summary if summary is not None else Summary(reading.source, reading.origin)
    try:
        if reading.nothing is not None:
            if reading.source not in {one.name for one in await store.sources(caller)}:
                raise reading.nothing
            reading.warnings.append(f"{reading.nothing.message} What was read there before is gone.")
        pass_ = await store.begin_pass(reading.source, caller)
        progress(summary, reading.total)

        def came(batch: list[Granule], answers: Answers) -> None:
            for granule, answer in zip(batch, answers, strict=True):
                _note(summary, granule, answer)
            progress(summary, reading.total)

        await write(store, reading.granules, caller, came, pass_, reading.stop)
        summary.refused += reading.refused
        summary.refusals += reading.refusals[: KEPT - len(summary.refusals)]
        summary.complete = reading.complete
        if summary.complete and not summary.refused:
            closed = await store.close_pass(pass_, caller)
            summary.counts.update(closed.counts)
            summary.closed = True
    finally:
        reading.close()
        # a reading says its warnings at the end, or while it is read; all of them are here now
        summary.warned += len(reading.warnings)
        summary.warnings[:0] = reading.warnings[:KEPT]
    return summary


Answers = list[Written | ThalwegError]


async def write(
    store: Store,
    granules: Iterator[Granule],
    caller: Caller,
    came: Callable[[list[Granule], Answers], None],
    pass_: Pass | None = None,
    stop: Callable[[], None] = lambda: None,
) -> None:
    """States granules batch after batch, and tells what each came to: while one is written, the next is read.

    Whatever ends it, what is under way is written to its end, and told. `stop` asks the granules to come to an end.
    """
    under_way: deque[tuple[list[Granule], asyncio.Task[Answers]]] = deque()

    async def settle() -> None:
        batch, writing = under_way[0]
        await asyncio.wait((writing,))  # which a cancelled import does not cancel
        under_way.popleft()
        came(batch, writing.result())

    stream = batches(granules)
    try:
        while (batch := await _next(stream, stop)) is not None:
            under_way.append((batch, asyncio.create_task(ingest.state(store, batch, caller, pass_=pass_))))
            await asyncio.sleep(0)  # it is validated, and waits to be written
            if len(under_way) == 2:
                await settle()
        while under_way:
            await settle()
    finally:
        for batch, writing in under_way:
            await asyncio.wait((writing,))
            if writing.exception() is None:
                came(batch, writing.result())


async def _next(stream: Iterator[list[Granule]], stop: Callable[[], None]) -> list[Granule] | None:
    """The next batch, read on a thread: whoever else asks this process is answered meanwhile.

    It is waited for also when nobody wants it any more, for what is being read cannot be closed.
    """
    reading = asyncio.create_task(asyncio.to_thread(next, stream, None))
    try:
        return await asyncio.shield(reading)
    except asyncio.CancelledError:
        stop()
        await asyncio.wait((reading,))
        reading.exception()  # that it was stopped is no news
        raise


def batches(granules: Iterator[Granule], clock: Callable[[], float] = time.monotonic) -> Iterator[list[Granule]]:
    """Granules gathered into writes of about the same size, or of what came in a while.

    Where they cannot be read on, what came until then is given first, and then the error is raised.
    """
    batch: list[Granule] = []
    rows, began = 0, clock()
    failed: Exception | None = None
    while True:
        try:
            granule = next(granules)
        except StopIteration:
            break
        except Exception as error:
            failed = error
            break
        batch.append(granule)
        rows += 1 + len(granule.entities) + len(granule.edges) + len(granule.marks) + len(granule.joins)
        if rows >= BATCH_ROWS or len(batch) >= BATCH_GRANULES or clock() - began >= BATCH_SECONDS:
            yield batch
            batch, rows, began = [], 0, clock()
    if batch:
        yield batch
    if failed is not None:
        raise failed


def _note(summary: Summary, granule: Granule, answer: Written | ThalwegError) -> None:
    if isinstance(answer, StoreError):
        raise answer
    if isinstance(answer, ThalwegError):
        summary.refused += 1
        if len(summary.refusals) < KEPT:
            problems = [str(problem) for problem in getattr(answer, "problems", ())]
            summary.refusals.append(f"{granule.name}: {'; '.join(problems) if problems else answer.message}")
        return
    summary.granules[answer.outcome] += 1
    summary.counts.update(answer.counts)
    summary.warned += len(answer.warnings)
    for notice in answer.warnings:
        if len(summary.warnings) < KEPT:
            summary.warnings.append(f"{notice.entity}: {notice.field}: {notice.message}")
