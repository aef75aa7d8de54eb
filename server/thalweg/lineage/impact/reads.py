"""What a run or a release read of a dataset version, and so whether it is hit where a column is affected.

A set of columns says what it covers. Where the client stated its reads, or the producer reports filters and joins too,
a column that is not in it was not read. Where only selected columns are reported, or nothing is, nobody can say that.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from thalweg.lineage.impact.facts import Facts
from thalweg.model.column_lineage import ColumnLineage, SourceColumn
from thalweg.model.columns import fold
from thalweg.model.edges import Coverage, EdgeType
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind
from thalweg.model.results import Edge

ALL = "*"
"""Stated as a column that is read: whatever columns there are."""

_WEAKEST_FIRST = (None, Coverage.PROJECTION, Coverage.PREDICATES, Coverage.DECLARED)
_CLEARS = (Coverage.DECLARED, Coverage.PREDICATES)


class Read(NamedTuple):
    """The columns that were read, folded, and what they cover; None where nothing is known of it."""

    columns: frozenset[str]
    covers: Coverage | None

    def hit(self, column: str) -> bool | None:
        """Whether a column, folded, is among what was read; None where that cannot be told."""
        if column in self.columns or ALL in self.columns:
            return True
        return False if self.covers in _CLEARS else None


class Made:
    """How one dataset version was made, column by column: from a source column to the columns that derive from it.

    sources: what its lineage names, as (dataset, column folded).
    """

    def __init__(
        self, lineage: ColumnLineage, namespace: str, named: Callable[[SourceColumn], tuple[str, str]]
    ) -> None:
        """`named` gives the id of the source's dataset, and the column folded as that folds."""
        self.predicates = lineage.predicates
        self._columns: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._of_dataset: defaultdict[str, set[str]] = defaultdict(set)
        for column, sources in lineage.columns.items():
            for dataset, source in map(named, sources):
                self._columns[dataset, source].add(fold(namespace, column))
                self._of_dataset[dataset].add(fold(namespace, column))
        self._whole = set(map(named, lineage.whole))
        self._whole_of = {dataset for dataset, _ in self._whole}
        self.sources = {*self._columns, *self._whole}

    def derive_from(self, dataset: str, column: str) -> Iterable[str]:
        """The columns that derive from one of a dataset, or from any of it where none is given; in order."""
        return sorted(self._columns.get((dataset, column), ()) if column else self._of_dataset.get(dataset, ()))

    def decided_by(self, dataset: str, column: str) -> bool:
        """Whether a column of a dataset, or any where none is given, decides over all columns."""
        return (dataset, column) in self._whole if column else dataset in self._whole_of


class Reads:
    """Looked up by the edge of a read: INPUT_TO, or a DERIVED_INTO, which counts as a run that declares nothing."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._datasets: dict[tuple[str, str], str] = {}
        self._made: dict[str, Made | None] = {}
        self._reads: dict[tuple[str, EdgeType, str, str], Read] = {}

    @cached_property
    def _written(self) -> Mapping[str, list[str]]:
        """What each run or release wrote."""
        written: defaultdict[str, list[str]] = defaultdict(list)
        for edge in self._facts.edges:
            if edge.type is EdgeType.PRODUCED and edge.target in self._facts.nodes:
                written[edge.source].append(edge.target)
        return written

    @cached_property
    def _namespaces(self) -> Mapping[str | None, str]:
        """Of the datasets whose versions are known."""
        nodes = self._facts.nodes.values()
        return {node.asset_id: node.key[0] for node in nodes if node.kind is Kind.DATASET_VERSION}

    def made(self, version: str) -> Made | None:
        """How a dataset version was made, where its column lineage is known."""
        if version not in self._made:
            lineage, node = self._facts.lineage.get(version), self._facts.nodes.get(version)
            self._made[version] = Made(lineage, node.key[0], self._named) if lineage and node else None
        return self._made[version]

    def _named(self, source: SourceColumn) -> tuple[str, str]:
        key = (source.namespace, source.name)
        if key not in self._datasets:
            id = Key(Kind.DATASET, key).id
            self._datasets[key] = self._facts.joined.get(id, id)
        dataset = self._datasets[key]
        return dataset, fold(self._namespaces.get(dataset, source.namespace), source.column)

    def of(self, edge: Edge) -> Read:
        """What was read along an edge from a dataset version."""
        ref = edge[:4]
        if ref not in self._reads:
            node = self._facts.nodes[edge.source]
            outputs = [edge.target] if edge.type is EdgeType.DERIVED_INTO else self._written.get(edge.target, [])
            self._reads[ref] = self._read(edge.props, node.key[0], node.asset_id or "", outputs)
        return self._reads[ref]

    def stated(self, edge: Edge) -> Read:
        """What is stated to be read of a dataset, by the edge between the assets."""
        entity = self._facts.assets.get(edge.source)
        return self._read(edge.props, entity.key[0] if entity else "", edge.source, [])

    def _read(self, props: Mapping[str, object], namespace: str, dataset: str, outputs: Iterable[str]) -> Read:
        made = [self.made(output) for output in outputs]
        named = {column for one in made if one for source, column in one.sources if source == dataset}
        columns = props.get("columns")
        if isinstance(columns, list):
            declared = {fold(namespace, column) for column in columns}
            covers = Coverage(props.get("covers", Coverage.PROJECTION.value))
            return Read(frozenset(declared | named), covers)
        if not any(made):
            return Read(frozenset(), None)
        all_predicates = all(one is not None and one.predicates for one in made)
        return Read(frozenset(named), Coverage.PREDICATES if all_predicates else Coverage.PROJECTION)

    def weakest(self, edges: Iterable[Edge]) -> Coverage | None:
        """The weakest that any of some reads covers."""
        return min((self.of(edge).covers for edge in edges), key=_WEAKEST_FIRST.index, default=None)


class Evidence(NamedTuple):
    """What is known of how the readers of what changes read it: how many readers by the weakest of their reads."""

    declared: int = 0
    predicates: int = 0
    projection: int = 0
    unknown: int = 0

    @property
    def readers(self) -> int:
        return sum(self)

    @property
    def covered(self) -> float:
        """The share of readers, in percent, that a column which they do not name does not touch."""
        return 100 * (self.declared + self.predicates) / self.readers if self.readers else 100.0


NO_EVIDENCE = Evidence()
"""Of a change that touches its readers whatever they read."""


def evidence(covers: Iterable[Coverage | None]) -> Evidence:
    count = Counter(covers)
    return Evidence(count[Coverage.DECLARED], count[Coverage.PREDICATES], count[Coverage.PROJECTION], count[None])
