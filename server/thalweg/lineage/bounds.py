"""What a question may take: one deadline and one budget of entities over several calls of a store."""

from __future__ import annotations

from time import monotonic

from thalweg.model.errors import DeadlineExceeded


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
