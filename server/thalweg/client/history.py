"""What was logged of metrics: the last and the best of each, and all points, in pages.

A page is a scope of its own, so that a run of a million steps never states a million points again and again.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any, NamedTuple

from thalweg.client.values import MOST_TEXT, on_the_wire, weight
from thalweg.model import time
from thalweg.model.properties import minimized

PAGE = 1_000
"""Points of a page."""

MOST_WAITING = 200
"""Pages that wait to be stated; a script that logs faster than anybody can take it loses points, and is told."""

MOST_METRICS = 10_000


class Logged(NamedTuple):
    """A value of a metric that was logged, as it stands in a page."""

    name: str
    step: int
    at: int
    value: float

    def document(self) -> dict[str, Any]:
        return {
            "key": self.name,
            "value": on_the_wire(self.value),
            "step": self.step,
            "timestamp": time.rfc3339(self.at),
        }


class History:
    """All that was logged of the metrics of one run, by one process. Not safe to use from several threads at once."""

    def __init__(self) -> None:
        self._last: dict[str, Logged] = {}
        self._best: dict[str, float] = {}
        self._next: Counter[str] = Counter()
        self._page: list[Logged] = []
        self._number = 0
        self._size = 0
        self._changed = False
        self._full: list[tuple[int, list[Logged]]] = []
        self.lost = 0

    def add(self, name: str, value: float, step: int | None, at: int) -> bool:
        """Logs a value; without a step it is the one behind the last. False where it is one metric too many."""
        if name not in self._last:
            size = self._size + weight(name, "")
            if len(self._last) >= MOST_METRICS or size > MOST_TEXT:
                return False
            self._size = size
        point = Logged(name, self._next[name] if step is None else step, at, value)
        self._next[name] = min(max(self._next[name], point.step + 1), (1 << 63) - 1)
        if name not in self._last or (point.step, point.at) >= self._last[name][1:3]:
            self._last[name] = point
        held = self._best.get(name, math.nan)
        better = value < held if minimized(name) else value > held
        if better or math.isnan(held):
            self._best[name] = value
        if len(self._full) >= MOST_WAITING:
            self.lost += 1
            return True
        self._page.append(point)
        self._changed = True
        if len(self._page) >= PAGE:
            self._turn()
        return True

    def _turn(self) -> None:
        self._full.append((self._number, self._page))
        self._number, self._page, self._changed = self._number + 1, [], False

    def metrics(self) -> list[dict[str, Any]]:
        """The last and the best of each, as a run has them."""
        return [point.document() | {"best": on_the_wire(self._best[name])} for name, point in self._last.items()]

    def take(self, *, turn: bool = False) -> list[tuple[int, list[dict[str, Any]]]]:
        """The pages that changed since they were taken last, by number; full ones are given up with it.

        turn: whether the last one counts as full: for where it could not be written anew when it grows.
        """
        if turn and self._changed:
            self._turn()
        taken, self._full = self._full, []
        if self._changed:
            taken.append((self._number, self._page))
            self._changed = False
        return [(number, [point.document() for point in page]) for number, page in taken]
