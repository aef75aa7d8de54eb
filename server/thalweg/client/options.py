"""The options of a call, one by one: one that is wrong is left out, which is said, and the rest of the call holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from thalweg.client import naming, statements, values
from thalweg.client.notes import LeftOut
from thalweg.client.values import MOST_TEXT, clean, text, weight

G = TypeVar("G")
T = TypeVar("T")


class Options:
    """What was left out of one call."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def read(self, name: str, given: G | None, make: Callable[[G], T]) -> T | None:
        """What is made of an option; None where it is not given, and where it is wrong."""
        return None if given is None else self.made(name, given, make)

    def made(self, name: str, given: G, make: Callable[[G], T]) -> T | None:
        """As `read`, where None is no way to leave it out."""
        try:
            return make(given)
        except Exception as error:  # also what a value raises that is looked at
            self.wrong.append(f"{name}: {text(error, 1_000) or type(error).__name__}")
            return None

    def told(self, given: object = None) -> None:
        """Raises LeftOut where something was; given: what the call answers all the same."""
        if self.wrong:
            raise LeftOut(" ".join(self.wrong[:10]), given=given)

    # ----------------------------------------------------------------------------------------- what several calls take

    def part(self, name: str, given: object) -> str | None:
        return self.read(name, given, lambda one: naming.part(name, one))

    def words(self, name: str, given: object, longest: int = values.LONGEST) -> str | None:
        return self.read(name, given, lambda one: clean(str(one), longest))

    def truth(self, name: str, given: object) -> bool | None:
        return self.read(name, given, bool)

    def numbers(self, given: object) -> dict[str, float]:
        """Values of metrics, those that are numbers."""
        found: dict[str, float] = {}
        for name, one in (self.read("metrics", given, values.mapping) or {}).items():
            word = clean(str(name), 500)
            number = self.made(word, one, values.number)
            if number is not None:
                found[word] = number
        return found

    def tags(self, given: object) -> list[dict[str, str]] | None:
        found = self.read("tags", given, lambda one: values.pairs(one, {}))
        if found and sum(weight(*one) for one in found.items()) > MOST_TEXT:
            name, _ = found.popitem()
            self.wrong.append(f"tags: {name[:80]!r} and what comes after it is more than {MOST_TEXT:,} bytes.")
        return statements.pairs(found) if found else None

    def metrics(self, given: object) -> list[dict[str, Any]] | None:
        stated = self.numbers(given)
        return [{"key": key, "value": values.on_the_wire(value)} for key, value in stated.items()] or None
