"""Timing several things side by side: in turn, so that a machine that slows down slows them all."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds of one thing: the least, the median, the most."""

    least: float
    median: float
    most: float
    runs: int

    @classmethod
    def of(cls, seconds: list[float]) -> Spread:
        return cls(min(seconds), statistics.median(seconds), max(seconds), len(seconds))


async def side_by_side(
    things: Mapping[str, Callable[[], Awaitable[object]]], *, rounds: int = 15, warm: int = 3, budget: float = 60.0
) -> dict[str, Spread]:
    """Runs each in turn, round after round, until the rounds or the budget (seconds, of all) are spent."""
    taken: dict[str, list[float]] = {name: [] for name in things}
    for _ in range(warm):
        for thing in things.values():
            await thing()
    ends = time.perf_counter() + budget
    for number in range(rounds):
        if number >= 3 and time.perf_counter() > ends:
            break
        for name, thing in things.items():
            began = time.perf_counter()
            await thing()
            taken[name].append(time.perf_counter() - began)
    return {name: Spread.of(seconds) for name, seconds in taken.items()}
