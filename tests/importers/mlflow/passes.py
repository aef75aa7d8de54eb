"""One pass over an MLflow store, and what it stated, asked by key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from thalweg.importers import mlflow
from thalweg.importers.reading import Reading
from thalweg.ingest import prepare
from thalweg.model import keys, time
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, Granule, JoinFact, MarkFact, Point
from thalweg.model.keys import Key

HERE = "mlflow://prod"
SECOND = time.SECOND
START = time.parse("2026-01-01T00:00:00Z")
"""When the first run of a made store began; the others follow, each an hour later."""


@dataclass(frozen=True, slots=True)
class Made:
    """A store that MLflow made, and what MLflow called things there."""

    path: Path
    names: Mapping[str, Any]

    @classmethod
    def at(cls, folder: Path) -> Made:
        return cls(folder / "store.db", json.loads((folder / "made.json").read_text()))

    def run(self, nick: str) -> Key:
        return keys.run(HERE, self.names[nick])

    def digest(self, dataset: str) -> str:
        return f"mlflow:{self.names['digests'][dataset]}"


@dataclass(slots=True)
class Pass:
    """What a reading gave, put together as a store would."""

    reading: Reading
    granules: list[Granule] = field(default_factory=list)
    props: dict[Key, dict[str, Any]] = field(default_factory=dict)
    histories: dict[Key, dict[str, list[Point]]] = field(default_factory=dict)
    edges: list[EdgeFact] = field(default_factory=list)
    marks: list[MarkFact] = field(default_factory=list)
    joins: list[JoinFact] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        return {granule.name for granule in self.granules}

    def inputs(self, of: Key) -> set[tuple[Key, str]]:
        return {(edge.source, edge.role) for edge in self.edges if edge.target == of and edge.type is EdgeType.INPUT_TO}

    def outputs(self, of: Key) -> set[Key]:
        return {edge.target for edge in self.edges if edge.source == of and edge.type is EdgeType.PRODUCED}

    def code(self, of: Key) -> EdgeFact | None:
        return next((edge for edge in self.edges if edge.target == of and edge.type is EdgeType.CODE_OF), None)

    def between(self, source: Key, target: Key) -> list[EdgeType]:
        return [edge.type for edge in self.edges if (edge.source, edge.target) == (source, target)]


def read(path: Path | str, **options: Any) -> Pass:
    """A whole pass; each of its granules is one that would be written."""
    reading = mlflow.read(path, source="prod", **options)
    found = Pass(reading)
    now = time.parse("2100-01-01")
    try:
        for granule in reading.granules:
            prepare(granule, now)
            found.granules.append(granule)
            for fact in granule.entities:
                found.props.setdefault(fact.key, {}).update(fact.props)
                found.histories.setdefault(fact.key, {}).update(
                    {name: list(points) for name, points in fact.histories.items()}
                )
            found.edges += granule.edges
            found.marks += granule.marks
            found.joins += granule.joins
    finally:
        reading.close()
    return found


def plain(found: Pass) -> dict[str, Any]:
    """What was stated, by scope, as JSON has it: in no order, and so that one NaN is another."""
    return {
        granule.name: {
            "at": granule.at,
            "entities": [
                {"key": str(fact.key), "props": _plain(fact.props), "histories": _plain(fact.histories)}
                for fact in sorted(granule.entities, key=lambda fact: str(fact.key))
            ],
            **{
                name: sorted(json.dumps(_plain(fact), default=str, sort_keys=True) for fact in getattr(granule, name))
                for name in ("edges", "marks", "joins")
            },
        }
        for granule in found.granules
    }


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str), parse_constant=str)
