"""Types that were guessed from values, as CSV and JSON Lines state none: the one that several of them are of."""

from __future__ import annotations

from collections.abc import Iterable

DEEPER = "…"
"""The type of what is not known: too deep, or of several kinds that no type takes."""

_WIDER = (({"int(?)", "double"}, "double"), ({"date", "timestamp(?)"}, "timestamp(?)"))


def widened(kinds: Iterable[str]) -> str | None:
    """The one type of all of them; None where there is none of them. A text takes every plain kind."""
    several = set(kinds)
    for one, wider in _WIDER:
        if several == one:
            return wider
    if len(several) > 1:
        return DEEPER if DEEPER in several or any("<" in kind for kind in several) else "string"
    return next(iter(several), None)
