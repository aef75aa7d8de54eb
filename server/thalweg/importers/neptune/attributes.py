"""All that an export tells of one thing, gathered from its parts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import NamedTuple

from thalweg.importers.neptune.export import Thing
from thalweg.importers.parts import Wrong
from thalweg.model import time
from thalweg.model.facts import Json, Point
from thalweg.model.properties import minimized

MILLION = 1_000_000
LISTED = 100
"""Files that are named; of more, the number is told."""

SINGLE = ("int", "float", "string", "bool", "datetime", "string_set")
FILES = ("file", "file_set", "artifact")
SILENT = ("string_series", "histogram_series", "file_series")
"""Types of which nothing is read, as the page says."""

OWN = ("sys", "source_code", "monitoring", "runtime")
"""Namespaces of Neptune's own: what is read of them has a place of its own."""

MACHINE = ("monitoring/", "runtime/")
"""Where the series are of what a machine did, and what was printed."""

_PARAMETERS = re.compile(r"(?:^|/)[^/]*(?:param|config)[^/]*/", re.IGNORECASE)
_TRACEBACK = re.compile(r"monitoring/(?:.+/)?traceback")


class Row(NamedTuple):
    """An attribute, or a point of one. step: in millionths. at, and a value that is a time: in epoch milliseconds.

    value: None where there is none, and for NaN; of a file its path.
    """

    project: str
    id: str
    path: str
    type: str
    step: int | None
    at: int | None
    value: Json


class Value(NamedTuple):
    """type: Neptune's. value: never None; a time is in epoch microseconds."""

    type: str
    value: Json


@dataclass(slots=True)
class Attributes:
    """What is known of a run, a model or a version: single values, points and files, each by the attribute's path.

    error: the last line of a traceback. passed: how many rows were of a type that is not known here, by that type.
    fractions: whether steps had some that the multiplier left.
    """

    thing: Thing
    multiplier: int
    project: str = ""
    id: str = ""
    values: dict[str, Value] = field(default_factory=dict)
    series: dict[str, list[Point]] = field(default_factory=dict)
    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    error: str | None = None
    passed: Counter[str] = field(default_factory=Counter)
    fractions: bool = False

    def take(self, rows: Iterable[Row]) -> None:
        """Raises Wrong for a row of another thing than those before it, and for a path that leads elsewhere."""
        for project, id, path, type, step, at, value in rows:
            if (project, id) != (self.project, self.id):
                self._is(project, id)
            if type == "float_series":
                if not path.startswith(MACHINE):
                    self._point(path, step, at, value)
            elif type in SINGLE:
                value = micros(value) if type == "datetime" else value
                if value is not None:  # a table of many runs has a cell for what one of them lacks
                    self.values[path] = Value(type, value)
            elif type in FILES:
                if value is not None:
                    self.files[path] = type, inside(value)
            elif type == "string_series" and _TRACEBACK.fullmatch(path):
                self.error = value or self.error
            elif type not in SILENT:
                self.passed[type] += 1

    def _is(self, project: str, id: str) -> None:
        if self.id:
            raise Wrong(("run_id",), f"{project} {id}", f"must be {self.project} {self.id}, as in the rows before it")
        self.project, self.id = project, id

    def _point(self, path: str, step: int | None, at: int | None, value: Json) -> None:
        points = self.series.setdefault(path, [])
        if step is None:
            number = len(points)
        else:
            number, rest = divmod(step * self.multiplier, MILLION)
            self.fractions |= rest != 0
        # Neptune's clients make NaN of what is no number, and the exporter writes NaN as nothing.
        points.append(Point(number, micros(at) or 0, float("nan") if value is None else value))

    def text(self, path: str) -> str | None:
        found = self.values.get(path)
        return found.value.strip() or None if found is not None and found.type == "string" else None

    def time(self, path: str) -> int | None:
        found = self.values.get(path)
        return found.value if found is not None and found.type == "datetime" else None

    def truth(self, path: str) -> bool | None:
        found = self.values.get(path)
        return found.value if found is not None and found.type == "bool" else None

    def number(self, path: str) -> float | None:
        found = self.values.get(path)
        return found.value if found is not None and found.type in ("int", "float") else None

    def words(self, path: str) -> list[str]:
        found = self.values.get(path)
        return sorted(filter(None, found.value)) if found is not None and found.type == "string_set" else []

    def tags(self) -> dict[str, str]:
        return dict.fromkeys((*self.words("sys/tags"), *self.words("sys/group_tags")), "true")

    def artifacts(self) -> Iterator[tuple[str, str]]:
        """By the attribute's path where the list of files lies."""
        yield from ((path, file) for path, (type, file) in sorted(self.files.items()) if type == "artifact")

    def own(self, *more: str) -> dict[str, Value]:
        """The single values that people logged, but for those of the namespaces that are named."""
        taken = (*OWN, *more)
        return {
            path: found
            for path, found in sorted(self.values.items())
            if not any(path == one or path.startswith(f"{one}/") for one in taken)
        }

    def measured(self, *more: str) -> tuple[dict[str, Json], dict[str, Json], dict[str, list[Point]]]:
        """Params; metrics, by their last and best value; and the points of these.

        A single number of type float is a metric, unless a namespace calls it a parameter or configuration.
        """
        params: dict[str, Json] = {}
        metrics: dict[str, Json] = {}
        for path, found in self.own(*more).items():
            if found.type == "float" and not _PARAMETERS.search(path):
                metrics[path] = {"last": found.value}
            else:
                params[path] = _shown(found)
        histories: dict[str, list[Point]] = {}
        for path, points in sorted(self.series.items()):
            histories[path] = sorted(points, key=lambda point: point[:2])
            metrics[path] = _metric(path, histories[path])
        return params, metrics, histories

    def uploaded(self, code: str = "source_code") -> dict[str, Json]:
        """The files that people uploaded, by the paths of their attributes. code: the namespace of source code."""
        found = [path for path, (type, _) in sorted(self.files.items()) if type != "artifact"]
        mine = [path for path in found if not path.startswith((f"{code}/", "source_code/"))]
        told: dict[str, Json] = {"files": mine[:LISTED]} if mine else {}
        return told | ({"files_count": len(mine)} if len(mine) > LISTED else {})


def inside(path: str) -> str:
    """A path of a file, with forward slashes. Raises Wrong for one that leads out of the folder of files."""
    plain = path.replace("\\", "/")
    parts = PurePosixPath(plain).parts
    if not parts or plain.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", plain) or "\0" in plain:
        raise Wrong(("file_value", "path"), path, "must be a path below the folder of files")
    return plain


def micros(milliseconds: int | None) -> int | None:
    """None for what is no date that there is."""
    at = milliseconds * 1_000 if milliseconds is not None else None
    return at if at is not None and time.EARLIEST <= at < _YEAR_10000 else None


_YEAR_10000 = 253_402_300_800 * time.SECOND


def _metric(path: str, points: list[Point]) -> dict[str, Json]:
    at_step, at, last = points[-1]
    sound = [point.value for point in points if point.value == point.value]
    best = (min(sound) if minimized(path) else max(sound)) if sound else last
    return {"last": last, "best": best, "step": at_step, "at": at}


def _shown(found: Value) -> str:
    """A parameter as text, as MLflow's own client would write it, but for times and sets."""
    if found.type == "datetime":
        return time.rfc3339(found.value)
    if found.type == "string_set":
        return ",".join(sorted(filter(None, found.value)))
    return str(found.value)
