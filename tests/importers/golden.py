"""What an importer states, as lines that people read and a review compares; written down beside its tests.

`pytest --write-golden tests/importers` writes all of it anew; then look at what is different.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from types import MappingProxyType
from typing import Any

from thalweg.ingest import prepare
from thalweg.model import time
from thalweg.model.facts import EdgeFact, Granule, JoinFact, MarkFact, Point
from thalweg.model.time import rfc3339

TIMES = ("since", "until", "created_at", "started_at", "ended_at", "authored_at", "gone_at")
LATER = time.parse("2100-01-01T00:00:00Z")
SAME: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Golden:
    """`golden.txt` beside a test file."""

    file: Path
    writes: bool

    @property
    def lines(self) -> list[str]:
        return self.file.read_text("utf-8").splitlines()

    def holds(self, granules: Iterable[Granule], names: Mapping[str, str] = SAME) -> None:
        """These granules are as written down, and each is one that a store takes; `names` as in `lines`."""
        taken = list(granules)
        for granule in taken:
            prepare(granule, now=LATER)
        found = lines(taken, names)
        if self.writes:
            self.file.write_text("".join(f"{line}\n" for line in found), "utf-8")
        assert found == self.lines, "\n".join(
            unified_diff(self.lines, found, "written down", "found", lineterm="", n=1)
        )


def lines(granules: Iterable[Granule], names: Mapping[str, str] = SAME) -> list[str]:
    """A line for each scope, and for each entity, property, history, edge, join and mark that it states;
    what stands between things in the order of letters.

    `names`: what stands in the place of what is another each time (an id, a folder), by regular expression.
    """
    found: list[str] = []
    for granule in granules:
        found.append(granule.name if granule.at is None else f"{granule.name} as of {rfc3339(granule.at)}")
        for fact in granule.entities:
            found.append(f"  {fact.key}")
            known = {name: _shown(name, value) for name, value in fact.props.items() if value is not None}
            found += [f"    {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in known.items()]
            for name, points in fact.histories.items():
                found.append(f"    {name} over time: {', '.join(_point(point) for point in points)}")
        related = [*map(_edge, granule.edges), *map(_join, granule.joins), *map(_mark, granule.marks)]
        found += sorted(_named(line, names) for line in related)
    return [_named(line, names) for line in found]


def _named(line: str, names: Mapping[str, str]) -> str:
    for volatile, name in names.items():
        line = re.sub(volatile, name, line)
    return line


def _edge(edge: EdgeFact) -> str:
    said = " ".join([edge.role, *(f"{name}={_prop(value)}" for name, value in edge.props.items())]).strip()
    arrow = f"-[:{edge.type.value}{f' {said}' if said else ''}]->"
    return f"  ({' '.join(edge.source.parts)}){arrow}({' '.join(edge.target.parts)})"


def _join(join: JoinFact) -> str:
    return f"  {' '.join(join.alias.parts)} = {' '.join(join.of.parts)}"


def _mark(mark: MarkFact) -> str:
    since = f"since {rfc3339(mark.since)}" if mark.since is not None else "since it was first seen"
    first = f" (at first since {rfc3339(mark.first)})" if mark.first is not None else ""
    until = f" until {rfc3339(mark.until)}" if mark.until is not None else ""
    return f"  {mark.kind.value} {mark.name} of {' '.join(mark.version.parts)} {since}{first}{until}"


def _shown(name: str, value: Any) -> Any:
    return rfc3339(value) if name in TIMES else value


def _prop(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else json.dumps(value, ensure_ascii=False)


def _point(point: Point) -> str:
    return f"{point.value!r} at step {point.step} {rfc3339(point.at)}"
