"""Granules as lines, so that what an importer comes to can be read, and compared with what is written down."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from thalweg.model.facts import Granule
from thalweg.model.time import rfc3339

TIMES = ("since", "until", "created_at", "started_at", "ended_at")


def lines(granules: Iterable[Granule]) -> list[str]:
    """A line for each scope, and for each property, edge, join and mark that it states."""
    found: list[str] = []
    for granule in granules:
        found.append(granule.name)
        for fact in granule.entities:
            known = {name: _shown(name, value) for name, value in fact.props.items() if value is not None}
            found += [f"  {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in known.items()]
        for edge in granule.edges:
            said = " ".join([edge.role, *(f"{name}={_prop(value)}" for name, value in edge.props.items())]).strip()
            arrow = f"-[:{edge.type.value}{f' {said}' if said else ''}]->"
            found.append(f"  ({' '.join(edge.source.parts)}){arrow}({' '.join(edge.target.parts)})")
        found += [f"  {' '.join(join.alias.parts)} = {' '.join(join.of.parts)}" for join in granule.joins]
        for mark in granule.marks:
            period = f"since {rfc3339(mark.since)}" if mark.since is not None else "since it was first seen"
            period += f" (at first since {rfc3339(mark.first)})" if mark.first is not None else ""
            until = f" until {rfc3339(mark.until)}" if mark.until is not None else ""
            found.append(f"  {mark.kind.value} {mark.name} {period}{until}")
    return found


def _shown(name: str, value: Any) -> Any:
    return rfc3339(value) if name in TIMES else value


def _prop(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else json.dumps(value, ensure_ascii=False)
