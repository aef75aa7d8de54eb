"""What lies in the folder of an export: projects, and of each run, model and version the parts of its file.

    data/<project>/<run>_part_0.parquet …                       files/<project>/<what was downloaded>
    model_data/<project>/models/<model>_part_0.parquet …        model_files/<project>/…
    model_data/<project>/model_versions/<version>_part_0.parquet …

What is called `<project>` or `<run>` ends with sixteen digits over its whole name. The exporter writes `….parquet.tmp`,
and takes the ending away when a thing is done: of the first part last.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import NamedTuple

FOLDERS = {"data": "files", "model_data": "model_files"}
"""Where the exporter writes if nobody says otherwise, and where it then brings files to."""

_PROJECT = re.compile(r".+-[0-9a-f]{16}")
_PART = re.compile(r"(?P<thing>.+-[0-9a-f]{16})_part_(?P<number>\d{1,9})\.parquet(?P<unfinished>\.tmp)?")


class Sort(Enum):
    """What a file tells of; the value is the folder below that of its project."""

    MODEL = "models"
    VERSION = "model_versions"
    RUN = ""


class Thing(NamedTuple):
    """A run, a model or a version. files: the folder that paths of its files are meant from, where there may be one.

    missing: what shows that it was not written to its end, as a sentence goes on.
    """

    sort: Sort
    place: Path
    parts: list[Path]
    files: Path | None
    missing: str | None


class Folder(NamedTuple):
    """The folder of a project, and that of its files, without links on the way there."""

    path: Path
    files: Path | None


def folders(place: Path, files: Path | None) -> list[Folder]:
    """Those of the projects at a place: the folder that the exporter wrote data to, one with it, or one of a project.

    files: where the exporter brought files to, if that is known.
    """
    found = _below(place, files or _beside(place))
    for name, of_files in FOLDERS.items():
        found += _below(place / name, files or place / of_files)
    if not found and _is_one(place):
        given = files or _beside(place.resolve().parent)
        found = [Folder(place, (given / place.resolve().name).resolve() if given is not None else None)]
    return found


def _beside(data: Path) -> Path | None:
    whole = data.resolve()
    return whole.parent / FOLDERS[whole.name] if whole.name in FOLDERS else None


def _below(data: Path, files: Path | None) -> list[Folder]:
    if not data.is_dir():
        return []
    return [
        Folder(one, (files / one.name).resolve() if files is not None else None)
        for one in sorted(data.iterdir())
        if _PROJECT.fullmatch(one.name) and _is_one(one)
    ]


def _is_one(folder: Path) -> bool:
    """Whether it is a project's: it, or one below it, has a part of something."""
    return any(next(_found(folder / sort.value), None) is not None for sort in Sort)


def things(folder: Folder) -> Iterator[Thing]:
    """What lies in the folder of a project: models, then versions, then runs."""
    for sort in Sort:
        parts: dict[str, dict[int, Path]] = {}
        unfinished: set[str] = set()
        for match, path in _found(folder.path / sort.value):
            numbers = parts.setdefault(match["thing"], {})
            if match["unfinished"]:
                unfinished.add(match["thing"])
            else:
                numbers[int(match["number"])] = path
        for name, numbers in sorted(parts.items()):
            missing = _missing(numbers, name in unfinished)
            yield Thing(
                sort, folder.path / sort.value / name, [numbers[one] for one in sorted(numbers)], folder.files, missing
            )


def _found(folder: Path) -> Iterator[tuple[re.Match[str], Path]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                match = _PART.fullmatch(entry.name)
                if match is not None and entry.is_file(follow_symlinks=False):
                    yield match, folder / entry.name
    except (FileNotFoundError, NotADirectoryError):
        return


def _missing(numbers: dict[int, Path], unfinished: bool) -> str | None:
    if unfinished:
        return "is being written, or was left so: a part of it ends in .tmp"
    if 0 not in numbers:
        return "was not written to its end: it has no part 0, which the exporter writes last"
    gap = next((number for number in range(max(numbers)) if number not in numbers), None)
    return f"lacks part {gap} of {max(numbers) + 1}" if gap is not None else None
