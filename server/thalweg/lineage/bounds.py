"""What a question may take: one deadline and one budget of entities over several calls of a store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from time import monotonic
from typing import TypeVar

from thalweg.model.errors import DeadlineExceeded

T = TypeVar("T")


async def until(ends: float, asked: Awaitable[T]) -> T:
    """What a store answers to a call that has no deadline of its own. ends: by the clock `monotonic`.

    Raises DeadlineExceeded; the call is cancelled then, and the store stops what it had begun.
    """
    try:
        async with asyncio.timeout(ends - monotonic()):
            return await asked
    except TimeoutError:
        raise DeadlineExceeded("The question took longer than it may and was stopped.") from None


class Bounds:
    """Counts down; `cuts` says in sentences what was left out."""

    def __init__(self, visited: int, seconds: float) -> None:
        self._seconds = seconds
        self._until = monotonic() + seconds
        self._visited = visited
        self.left = visited
        self.cuts: list[str] = []

    @property
    def seconds(self) -> float:
        """What is left of the time; never nothing, so that the store itself says that it is over."""
        return max(0.001, self._until - monotonic())

    async def within(self, asked: Awaitable[T], otherwise: T) -> T:
        """What a store answers; where the time is over before, that is a cut, and `otherwise` stands for it."""
        try:
            return await until(self._until, asked)
        except DeadlineExceeded:
            self.cut(self.too_late())
            return otherwise

    def open(self) -> bool:
        """Whether there is time and budget for more; where there is not, that is a cut."""
        if monotonic() >= self._until:
            self.cut(self.too_late())
        elif self.left < 1:
            self.cut(f"The question was cut after {self._visited} entities; ask with a larger budget, or of less.")
        else:
            return True
        return False

    def require(self) -> None:
        """Raises DeadlineExceeded where the time is over and there is nothing yet to answer with."""
        if monotonic() >= self._until:
            raise DeadlineExceeded(f"The question took longer than {self._seconds:g} seconds and was stopped.")

    def cut(self, sentence: str) -> None:
        if sentence not in self.cuts:
            self.cuts.append(sentence)

    def too_late(self) -> str:
        return f"The question was cut after {self._seconds:g} seconds; ask with more time, or of less."
