"""`thalweg sync`: keeps the sources of a file in step with a store, until it is stopped; or reads each once."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import asdict
from pathlib import Path

from thalweg.cli import output
from thalweg.cli.place import open_at
from thalweg.model import time
from thalweg.model.facts import Caller
from thalweg.sync import file, standing
from thalweg.sync.bringing import Summary
from thalweg.sync.keeping import Keeping
from thalweg.sync.standing import Standing


def sync(store: str | None, path: Path, once: bool, show: bool, as_json: bool) -> int:
    """once: answers 1 where a source failed. show: only how they stand."""
    sources = file.read(path)

    async def run() -> tuple[Standing, ...]:
        opened = await open_at(store, read_only=show)
        try:
            if show:
                kept, now = await standing.kept(opened, Caller("sync")), time.now()
                return tuple(standing.planned(source, kept.get(source.name), now) for source in sources)
            keeping = Keeping(opened, sources, told=_told)
            if once:
                return await keeping.once()
            await _until_stopped(keeping)
            return keeping.standings
        finally:
            await opened.close()

    standings = asyncio.run(run())
    now = time.now()
    if as_json:
        output.document([{**asdict(one), "late": one.late(now), "lag": one.lag(now)} for one in standings])
    elif show or once:
        output.write("".join(f"{output.printable(one.line(now))}\n" for one in standings))
    return int(once and any(one.failures for one in standings))


async def _until_stopped(keeping: Keeping) -> None:
    """Until SIGINT or SIGTERM: to stop is no failure. What is being written is written to its end."""
    task = asyncio.create_task(keeping.forever())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        output.note("Stopped.")


def _told(stands: Standing, summary: Summary | None) -> None:
    """A line on standard error for each pass."""
    written = "" if summary is None else f", {sum(summary.granules.values()):,} looked at"
    output.note(output.printable(stands.line(time.now()) + written))
