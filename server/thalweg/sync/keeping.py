"""Sources kept in step: each is read when it is due, and at once when somebody says that it changed.

One that fails is tried again later and later, and never keeps another from being read.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random

from thalweg.model import time
from thalweg.model.errors import StoreError, ThalwegError
from thalweg.model.facts import Caller
from thalweg.store.store import Store
from thalweg.sync import standing
from thalweg.sync.bringing import Summary, bring
from thalweg.sync.file import Planned
from thalweg.sync.importing import reading
from thalweg.sync.pauses import pause
from thalweg.sync.standing import Standing

log = logging.getLogger("thalweg.sync")

CALLER = Caller("sync")
AT_ONCE = 4
"""Passes at one time; they share one store, which writes what they bring together."""

Told = Callable[[Standing, Summary | None], None]
"""Is told how a source stands after each pass, and what the pass came to; None where it failed."""


def silent(standing: Standing, summary: Summary | None) -> None:
    """Nobody listens."""


class Keeping:
    """The sources of one file over one store. Of one event loop."""

    def __init__(
        self,
        store: Store,
        sources: Sequence[Planned],
        *,
        told: Told = silent,
        chance: Random | None = None,
        clock: Callable[[], int] = time.now,
    ) -> None:
        self._store = store
        self._sources = {source.name: source for source in sources}
        self._told = told
        self._chance = chance if chance is not None else Random()
        self._clock = clock
        self._standings: dict[str, Standing] = {}
        self._wanted = {name: asyncio.Event() for name in self._sources}
        self._slots = asyncio.Semaphore(AT_ONCE)

    @property
    def standings(self) -> tuple[Standing, ...]:
        """How each source stands, in the order of the file."""
        now = self._clock()
        return tuple(
            self._standings.get(name) or standing.planned(one, None, now) for name, one in self._sources.items()
        )

    def source(self, name: str) -> Planned | None:
        return self._sources.get(name)

    def trigger(self, name: str) -> None:
        """Has a source read at once; where it is being read just now, once more after that."""
        self._wanted[name].set()

    async def once(self) -> tuple[Standing, ...]:
        """Reads each source once, due or not."""
        await self._recall()
        async with asyncio.TaskGroup() as tasks:
            for source in self._sources.values():
                tasks.create_task(self._pass(source))
        return self.standings

    async def forever(self) -> None:
        """Reads each source whenever it is due, until it is cancelled; a pass that is under way is ended then."""
        await self._recall()
        async with asyncio.TaskGroup() as tasks:
            for source in self._sources.values():
                tasks.create_task(self._keep(source))

    async def _recall(self) -> None:
        """Begins where an earlier process left off: what is due is read, and what is not is waited for."""
        kept = await standing.kept(self._store, CALLER)
        now = self._clock()
        for name, source in self._sources.items():
            self._standings[name] = standing.planned(source, kept.get(name), now)

    async def _keep(self, source: Planned) -> None:
        wanted = self._wanted[source.name]
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._left(source) / time.SECOND):
                    await wanted.wait()
            wanted.clear()
            await self._pass(source)

    def _left(self, source: Planned) -> int:
        """Microseconds until a source is due; no more than the file says now, which may have been changed."""
        stands = self._standings[source.name]
        left = 0 if stands.due_at is None else stands.due_at - self._clock()
        return max(0, left if stands.failures else min(left, pause(source.every, 0, self._chance)))

    async def _pass(self, source: Planned) -> None:
        async with self._slots:
            before = self._standings[source.name].begun(self._clock())
            self._standings[source.name] = before
            summary: Summary | None = None
            try:
                opened = await reading(self._store, source.importer, source.location, source.name, source.options)
                summary = await bring(self._store, opened, CALLER)
                now = self._clock()
                after = before.went_well(summary, now, now + pause(source.every, 0, self._chance))
            except ThalwegError as error:
                after = self._failed(before, source, str(error))
            except Exception as error:  # whatever an importer of another package does
                log.exception("The source %s failed.", source.name)
                after = self._failed(before, source, f"{type(error).__name__}: {error}")
            self._standings[source.name] = after
            try:
                await standing.keep(self._store, after, CALLER)
            except StoreError as error:
                log.warning("How the source %s stands could not be kept: %s", source.name, error)
            self._told(after, summary)

    def _failed(self, before: Standing, source: Planned, error: str) -> Standing:
        wait = pause(source.every, before.failures, self._chance)
        return before.failed(error, self._clock() + wait)
