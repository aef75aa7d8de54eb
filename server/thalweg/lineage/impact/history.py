"""What already holds what changes: versions, and how they came to be, column by column.

An element is (id, via, what):

    (version, "", column)     one column of a dataset version; or all of it, where no column is given (`WHOLE`)
    (run, dataset, column)    a run, hit through a column of a dataset that it read
    (run, "", WHOLE)          a run that was hit through a model; or through all of a dataset version, where nothing is
                              known of where its columns came from; likewise a release, a model version
    (id, USED, WHOLE)         a run or a release that used what is wrong itself: the way, and not what is stale
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from thalweg.lineage.impact.causes import Cause
from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.reads import Reads
from thalweg.lineage.impact.spread import Spread, Step
from thalweg.lineage.impact.words import Confidence
from thalweg.model.columns import fold
from thalweg.model.edges import EdgeType
from thalweg.model.kinds import Kind

WHOLE = ""
USED = "used"

Element = tuple[str, str, str]


class History:
    def __init__(self, facts: Facts, reads: Reads) -> None:
        self._facts = facts
        self._reads = reads
        self._columned = {
            edge.source for edge in facts.edges if edge.type is EdgeType.PRODUCED and edge.target in facts.lineage
        }
        self._onward: defaultdict[str, list[Step[str]]] = defaultdict(list)
        nodes = facts.nodes
        for edge in facts.edges:
            source, type, target, *_ = edge
            if type is not EdgeType.PARENT_OF and source in nodes and target in nodes:
                self._onward[source].append(Step(target, edge))
        for steps in self._onward.values():
            if len(steps) > 1:
                steps.sort(key=lambda step: (step.to, step.edge.role))

    def onward(self, id: str) -> list[Step[str]]:
        """The edges that leave a version, whatever the columns."""
        return self._onward.get(id, [])

    def starts(self) -> list[str]:
        """The versions that change, as far as they are known."""
        return [start for start in self._facts.starts if start in self._facts.nodes]

    def stale(self, causes: Sequence[Cause]) -> Spread[Element]:
        """Everything that derives from columns of the versions that change (`WHOLE`: any); each bears its causes."""
        bits: dict[Element, int] = {}
        for start in self.starts():
            node = self._facts.nodes[start]
            for place, cause in enumerate(causes):
                if cause.subject == node.asset_id:
                    seed = (start, "", fold(node.key[0], cause.column))
                    bits[seed] = bits.get(seed, 0) | 1 << place
        return Spread(dict.fromkeys(bits, Confidence.CERTAIN), self._steps, bits)

    def stale_by_use(self, bits: Mapping[str, int]) -> Spread[Element]:
        """What was made of the model versions, or by the code, that are wrong, and all behind it."""
        seeds = {(start, USED, WHOLE): bits[start] for start in self.starts()}
        return Spread(dict.fromkeys(seeds, Confidence.CERTAIN), self._steps, seeds)

    def _steps(self, element: Element) -> Iterable[Step[Element]]:
        id, via, what = element
        if what == WHOLE and via == "" and self._facts.nodes[id].kind is not Kind.DATASET_VERSION:
            return [Step((to, "", WHOLE), edge) for to, edge, _ in self.onward(id)]
        return self._steps_by_column(id, via, what)

    def _steps_by_column(self, id: str, via: str, what: str) -> Iterator[Step[Element]]:
        match self._facts.nodes[id].kind:
            case Kind.DATASET_VERSION:
                yield from self._read(id, what)
            case Kind.RUN if via not in ("", USED):
                for step in self.onward(id):
                    for column, sure in self._derived(step.to, via, what):
                        yield Step((step.to, "", column), step.edge, sure)
            case Kind.RUN | Kind.RELEASE:
                for step in self.onward(id):
                    yield Step((step.to, "", WHOLE), step.edge)
            case _:  # a model version, or a commit
                for step in self.onward(id):
                    taken_in = step.edge.type is not EdgeType.DERIVED_INTO
                    yield Step((step.to, via if taken_in else "", WHOLE), step.edge)

    def _read(self, version: str, column: str) -> Iterator[Step[Element]]:
        """Who read a column of a dataset version, or any of it."""
        dataset = self._facts.nodes[version].asset_id or ""
        for step in self.onward(version):
            hit = True if column == WHOLE else self._reads.of(step.edge).hit(column)
            if hit is False:
                continue
            if step.edge.type is EdgeType.DERIVED_INTO:
                for derived, sure in self._derived(step.to, dataset, column):
                    yield Step((step.to, "", derived), step.edge, sure and hit is True)
            elif self._facts.nodes[step.to].kind is Kind.RUN and (column != WHOLE or step.to in self._columned):
                yield Step((step.to, dataset, column), step.edge, hit is True)
            else:
                yield Step((step.to, "", WHOLE), step.edge, hit is True)

    def _derived(self, output: str, dataset: str, column: str) -> Iterator[tuple[str, bool]]:
        """What of an output is touched where its maker was hit by a column of a dataset, and whether surely so."""
        if self._facts.nodes[output].kind is not Kind.DATASET_VERSION:
            yield WHOLE, True
            return
        made = self._reads.made(output)
        if made is None:
            yield WHOLE, column == WHOLE
            return
        for derived in made.derive_from(dataset, column):
            yield derived, True
        if made.decided_by(dataset, column):
            yield WHOLE, True
        elif not made.predicates:
            yield WHOLE, False
