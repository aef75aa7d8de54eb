"""What every importer gives: one pass over a source, and whether it knows what lies at a place."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from thalweg.model.errors import SourceError
from thalweg.model.facts import Granule

Place = str | os.PathLike[str]
"""Where a source lies on a disk."""


def several(places: Place | Collection[Place]) -> list[Place]:
    """One place, or several, as several."""
    return [places] if isinstance(places, str | os.PathLike) else list(places)


@dataclass(slots=True)
class Reading:
    """One pass over a source, read as it is iterated.

    source: the parent scope of every granule, such as `mlflow:prod`.
    origin: the system (`facts.ORIGINS`).
    granules: yields each scope once, in bounded memory. Raises SourceError when the source cannot be read on.
    total: how many granules will come, where that is known beforehand, for a progress bar.
    complete: whether the pass sees all there is, so that closing it may retire what it did not see. Read it after the
        last granule: a shallow clone or a filter makes a pass incomplete.
    nothing: why there is nothing to read, where that is so of all there is. It is raised where nothing was ever read
        from this source; where something was, that is gone.
    warnings: grows while granules are read; sentences, each of which says what was taken how.
    refused, refusals: how many parts were left out because they are no such thing, and sentences about the first:
        where, what stands there, and what would be right.
    stop: asks a reading that is under way on another thread to end soon, which it does with a SourceError; for one that
        may be long in coming to its first granule. Safe to call at any time.
    close: frees what is held open; safe to call twice, and early.
    """

    source: str
    origin: str
    granules: Iterator[Granule]
    total: int | None = None
    complete: bool = True
    nothing: SourceError | None = None
    warnings: list[str] = field(default_factory=list)
    refused: int = 0
    refusals: list[str] = field(default_factory=list)
    stop: Callable[[], None] = lambda: None
    close: Callable[[], None] = lambda: None


class Lies(NamedTuple):
    """Something that an importer can read. location: what to give to it. what: what it is, as a sentence ends."""

    location: str
    what: str
