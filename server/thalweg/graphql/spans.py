"""Arguments that are an amount of something: bounded, and told in the unit in which they are asked."""

from __future__ import annotations

from thalweg.model import time
from thalweg.model.errors import BadInput


def days(given: int, name: str, least: int = 0) -> int:
    """Microseconds. Raises BadInput for what is out of bounds, with `name` for the argument."""
    if not least <= given <= time.LONGEST_IN_DAYS:
        raise BadInput(f"`{name}` is {given} days, and must be {least} to {time.LONGEST_IN_DAYS}.")
    return given * time.DAY


def percent(given: float, name: str) -> float:
    if not 0 <= given <= 100:
        raise BadInput(f"`{name}` is {given:g} percent, and must be 0 to 100.")
    return given
