"""What was odd in a store, said once: a store of a hundred thousand runs is often odd in one way."""

from __future__ import annotations

SHOWN = 3


class Notes:
    """Sentences about oddities. The first few of a sort are said as they come, the rest are counted."""

    def __init__(self, warnings: list[str]) -> None:
        self.warnings = warnings
        self._counts: dict[str, int] = {}
        self._first: dict[str, str] = {}

    def say(self, sort: str, sentence: str) -> None:
        """`sort` ends the sentence that counts the rest: `runs name a commit but no repository`."""
        self._counts[sort] = count = self._counts.get(sort, 0) + 1
        if count <= SHOWN:
            self.warnings.append(sentence)

    def count(self, sentence: str, example: str) -> None:
        """Counted alone: `sentence` has a place for the count and for the first example."""
        self._counts[sentence] = self._counts.get(sentence, 0) + 1
        self._first.setdefault(sentence, example)

    def close(self) -> None:
        for sort, count in self._counts.items():
            if sort in self._first:
                self.warnings.append(sort.format(count=count, first=self._first[sort]))
            elif count > SHOWN:
                self.warnings.append(f"{count - SHOWN} more {sort}.")
        self._counts.clear()
