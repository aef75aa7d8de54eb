"""Which files at a place are data, by their names: all else may be anything, and is imported where somebody says so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from thalweg.importers.reading import Lies
from thalweg.model.formats import DATA


def recognised(place: Path) -> Iterator[Lies]:
    """A file of data, or a folder that holds nothing else."""
    if place.is_file():
        if (format := DATA.get(place.suffix.lower())) is not None:
            yield Lies(str(place), f"a file of data ({format})")
        return
    formats = [DATA.get(os.path.splitext(name)[1].lower()) for name in _files(place)]
    known = [format for format in formats if format is not None]
    if known and len(known) == len(formats):
        count = "1 file" if len(known) == 1 else f"{len(known):,} files"
        yield Lies(str(place), f"{count} of data ({', '.join(sorted(set(known)))})")


def _files(folder: Path) -> Iterator[str]:
    """The names of files in a folder and below it. Those that begin with `.` or `_` are marks of the tools that wrote
    the others (`_SUCCESS`), and say nothing of them.
    """
    for _, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        yield from (name for name in names if not name.startswith((".", "_")))
