"""How a source stands: when it was last read well, what went wrong since, and when it is due. Kept in the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from thalweg.model import time
from thalweg.model.counting import plural
from thalweg.model.facts import Caller
from thalweg.store.store import Store
from thalweg.sync.bringing import Summary
from thalweg.sync.file import Planned

NOTES = "sync/"
"""The beginning of the names under which standings are kept."""

LATE = 2
"""A source is late when it was not read well for so many of its intervals."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Times in epoch microseconds; None for what has not happened.

    every: of its plan. since: when it was planned. began_at: the last pass. ended_at: the last pass that went well.
    failures: how many failed since. error: the last failure, as a sentence. due_at: when it is read again. read,
    refused, warned: of the last good pass.
    """

    name: str
    importer: str
    every: int
    since: int
    began_at: int | None = None
    ended_at: int | None = None
    failures: int = 0
    error: str | None = None
    due_at: int | None = None
    read: int = 0
    refused: int = 0
    warned: int = 0

    def begun(self, now: int) -> Standing:
        return replace(self, began_at=now)

    def went_well(self, summary: Summary, now: int, due_at: int) -> Standing:
        return replace(
            self,
            ended_at=now,
            failures=0,
            error=None,
            due_at=due_at,
            read=summary.read,
            refused=summary.refused,
            warned=summary.warned,
        )

    def failed(self, error: str, due_at: int) -> Standing:
        return replace(self, failures=self.failures + 1, error=error, due_at=due_at)

    def lag(self, now: int) -> int:
        """Microseconds since it was last read well, or since it was planned."""
        return max(0, now - (self.ended_at if self.ended_at is not None else self.since))

    def late(self, now: int) -> bool:
        return self.lag(now) > LATE * self.every

    def line(self, now: int) -> str:
        """How it stands, in one line."""
        if self.failures:
            times = "once" if self.failures == 1 else f"{self.failures} times in a row"
            return f"{self.name}: failed {times}: {(self.error or '').rstrip('.')}; {_since(self.ended_at, now)}"
        refused = f", {self.refused:,} refused" if self.refused else ""
        return f"{self.name}: {_since(self.ended_at, now)}, {plural(self.read, 'scope')}{refused}"


def _since(at: int | None, now: int) -> str:
    return "never read well" if at is None else f"read well {ago(now - at)} ago"


def ago(length: int) -> str:
    """`42 s`, `7 min`, `3 h`, `5 d`."""
    for unit, word in ((time.DAY, "d"), (time.HOUR, "h"), (time.MINUTE, "min")):
        if length >= 2 * unit:
            return f"{length // unit} {word}"
    return f"{max(0, length) // time.SECOND} s"


def planned(source: Planned, kept: Mapping[str, Any] | None, now: int) -> Standing:
    """The standing of a source of the file: as it was kept, where that is of the same importer; else a new one."""
    fresh = Standing(source.name, source.importer, source.every, now)
    if kept is None or kept.get("importer") != source.importer:
        return fresh
    known = {field.name for field in fields(Standing)}
    return replace(fresh, **{name: value for name, value in kept.items() if name in known and name != "every"})


async def kept(store: Store, caller: Caller) -> dict[str, Mapping[str, Any]]:
    """The standings that the store keeps, by the name of the source."""
    return {name.removeprefix(NOTES): body for name, body in (await store.notes(NOTES, caller)).items()}


async def keep(store: Store, standing: Standing, caller: Caller) -> None:
    await store.keep_note(NOTES + standing.name, asdict(standing), caller)
