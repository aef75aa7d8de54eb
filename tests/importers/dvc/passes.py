"""One pass over a repository with DVC, and what it stated, asked by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.importers.git.repositories import FIRST_SECOND
from thalweg.importers import dvc
from thalweg.importers.reading import Reading
from thalweg.ingest import prepare
from thalweg.model import keys, time
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, Granule, JoinFact
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind

URL = "https://git.example.com/acme/churn"
BEGIN = FIRST_SECOND * time.SECOND
HOUR = 3_600 * time.SECOND


@dataclass
class Pass:
    """What a reading gave, put together as a store would."""

    reading: Reading
    granules: dict[str, Granule] = field(default_factory=dict)
    props: dict[Key, dict[str, Any]] = field(default_factory=dict)
    edges: list[EdgeFact] = field(default_factory=list)
    joins: set[JoinFact] = field(default_factory=set)

    def runs(self, job: str) -> list[Key]:
        """The runs of a stage, the earlier ones first."""
        found = [key for key, props in self.props.items() if key.kind is Kind.RUN and props["name"] == job]
        return sorted(found, key=lambda key: int(self.props[key]["created_at"]))

    def inputs(self, of: Key) -> set[tuple[str, ...]]:
        """Without the namespace, where that is the repository."""
        return {_short(edge.source) for edge in self._of(EdgeType.INPUT_TO) if edge.target == of}

    def outputs(self, of: Key) -> set[tuple[str, ...]]:
        return {_short(edge.target) for edge in self._of(EdgeType.PRODUCED) if edge.source == of}

    def code(self, of: Key) -> EdgeFact:
        (found,) = [edge for edge in self._of(EdgeType.CODE_OF) if edge.target == of]
        return found

    def derived(self) -> dict[tuple[tuple[str, ...], tuple[str, ...]], Mapping[str, Any]]:
        return {(_short(one.source), _short(one.target)): one.props for one in self._of(EdgeType.DERIVED_INTO)}

    def versions(self, path: str) -> dict[str, dict[str, Any]]:
        """Of a dataset of the repository, by version."""
        return {
            key.parts[2]: props
            for key, props in self.props.items()
            if key.kind is Kind.DATASET_VERSION and key.parts[:2] == (self.url, path)
        }

    @property
    def url(self) -> str:
        (url,) = {key.parts[0] for key in self.props if key.kind is Kind.RUN} or {URL}
        return url

    def _of(self, type: EdgeType) -> list[EdgeFact]:
        return [edge for edge in self.edges if edge.type is type]


def _short(key: Key) -> tuple[str, ...]:
    return key.parts[1:] if key.parts[0] == URL else key.parts


def read(location: Path, **options: Any) -> Pass:
    """A whole pass; each of its granules is one that would be written, and none comes twice."""
    reading = dvc.read(location, **options)
    found = Pass(reading)
    try:
        for granule in reading.granules:
            prepare(granule, now=time.parse("2100-01-01"))
            assert granule.name not in found.granules, granule.name
            found.granules[granule.name] = granule
            for fact in granule.entities:
                assert fact.key not in found.props, fact.key
                found.props[fact.key] = dict(fact.props)
            found.edges += granule.edges
            found.joins |= set(granule.joins)
    finally:
        reading.close()
    return found


def run(name: str) -> Key:
    return keys.run(URL, name)
