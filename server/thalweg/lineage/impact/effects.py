"""What each change does, by the rules of the design: facts in, touched things out.

CONTENT   STALE on what derives from the versions that change, column by column
CODE      STALE on what the runs of it produced, and behind
WITHDRAW  BREAKS on the live releases that serve the model version; STALE on what was made of it, and behind
COLUMNS   BREAKS on who reads the columns in the active pattern, STALE behind them
DELETE    of a dataset: BREAKS on who reads it in the active pattern, STALE behind them
          of versions: BREAKS on active jobs and live releases that are pinned to one
          of either: UNREPRODUCIBLE on what was built from the versions that go
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import NamedTuple

from thalweg.lineage.impact.activity import Activity
from thalweg.lineage.impact.breaks import Break, Breaks
from thalweg.lineage.impact.causes import Cause, causes
from thalweg.lineage.impact.change import Change, Code, Columns, Content, Delete, Withdraw
from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.history import USED, Element, History
from thalweg.lineage.impact.live import Live
from thalweg.lineage.impact.makers import remakeable
from thalweg.lineage.impact.pattern import Pattern, Reading
from thalweg.lineage.impact.reads import NO_EVIDENCE, Evidence, Reads, evidence
from thalweg.lineage.impact.spread import Causes, Spread
from thalweg.lineage.impact.words import Confidence, Effect
from thalweg.lineage.spelling import kind_of
from thalweg.model.columns import Retype
from thalweg.model.edges import EdgeType
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Edge

Trail = Callable[[], tuple[Edge, ...]]
"""Gives the explanation of a hit; it is made only for those that are told."""


class Hit(NamedTuple):
    """That something of an asset is touched: by which effect, how surely, how far away, and how it came to that.

    touched: ids of versions. causes: which of the change's causes touch it. column: the one of a dataset version that
    is touched; "" for all. reading, by: of who breaks in the active pattern, what it reads, and by what it breaks.
    """

    asset: str
    effect: Effect
    confidence: Confidence
    distance: int
    touched: tuple[str, ...]
    trail: Trail
    causes: Causes
    column: str = ""
    reading: Reading | None = None
    by: Break | None = None


class Effects:
    """What a change does, and on what evidence that stands."""

    def __init__(self, change: Change, facts: Facts, activity: Activity, live: Live) -> None:
        self._change = change
        self._facts = facts
        self._activity = activity
        self._live = live
        self._reads = Reads(facts)
        self._history = History(facts, self._reads)
        self.causes = causes(change, facts)
        self._pattern = Pattern(facts, activity, live) if isinstance(change, Columns | Delete) else None

    @cached_property
    def _breaks(self) -> Breaks:
        return Breaks(self._facts, self._reads, self.causes)

    def hits(self) -> Iterator[Hit]:
        """All that the change touches; what changes itself is never among it."""
        match self._change:
            case Content():
                yield from self._stale(self._history.stale(self.causes))
            case Withdraw():
                yield from self._serving()
                yield from self._stale(self._history.stale_by_use(self._bits_of_starts()))
            case Code():
                yield from self._stale(self._history.stale_by_use(self._bits_of_starts()))
            case Columns():
                yield from self._in_pattern()
            case Delete():
                yield from self._in_pattern()
                yield from self._pinned()
                yield from self._unreproducible()

    def evidence(self) -> Evidence:
        """How it is known what is read of the datasets that change: by jobs and endpoints, each by its weakest read."""
        if not any(cause.column for cause in self.causes):
            return NO_EVIDENCE
        datasets = {cause.subject for cause in self.causes if kind_of(cause.subject) is Kind.DATASET}
        readers: dict[tuple[str, str], list[Edge]] = {}
        for edge in self._facts.edges:
            source, reader = self._facts.nodes.get(edge.source), self._facts.nodes.get(edge.target)
            if edge.type is not EdgeType.INPUT_TO or source is None or reader is None or reader.asset_id is None:
                continue
            if source.asset_id in datasets and self._counts(reader.id):
                readers.setdefault((source.asset_id or "", reader.asset_id), []).append(edge)
        return evidence(self._reads.weakest(edges) for edges in readers.values())

    def old_type(self, cause: Cause) -> str | None:
        return self._breaks.old_type(cause) if isinstance(cause.detail, Retype) else None

    # ---------------------------------------------------------------------------------------------------- what holds it

    def _bits_of_starts(self) -> Mapping[str, int]:
        """The cause of each version that is wrong itself: its own, or its repository's."""
        place = {cause.subject: 1 << at for at, cause in enumerate(self.causes)}
        return {
            start: place.get(start) or place[self._facts.nodes[start].asset_id or ""]
            for start in self._history.starts()
        }

    def _stale(self, spread: Spread[Element]) -> Iterator[Hit]:
        nodes, starts, changed = self._facts.nodes, self._facts.starts, self._facts.changed
        for element, confidence, distance, by in spread.told():
            id, via, what = element
            node = nodes[id]
            asset = node.asset_id
            # a run whose job is not known has no asset that stands for it
            if via == USED or asset is None or id in starts or asset in changed:
                continue
            column = what if node.kind is Kind.DATASET_VERSION else ""
            yield Hit(asset, Effect.STALE, confidence, distance, (id,), partial(spread.path, element), by, column)

    def _unreproducible(self) -> Iterator[Hit]:
        """What was built from versions that go: data, models, and the releases that serve them.

        A run is not built, so it is no less a run when what it read is gone.
        """
        again = remakeable(self._facts) if self._facts.makers else self._facts.starts
        starts = self._history.starts()
        seeds = {id: Confidence.POSSIBLE if id in again else Confidence.CERTAIN for id in starts}
        place = {cause.subject: 1 << at for at, cause in enumerate(self.causes)}
        bits = {id: place[self._facts.nodes[id].asset_id or ""] for id in starts}
        spread = Spread(seeds, self._history.onward, bits)
        for id in spread:
            node = self._facts.nodes[id]
            asset = node.asset_id
            if node.kind is Kind.RUN or asset is None or id in self._facts.starts or asset in self._facts.changed:
                continue
            trail = partial(spread.path, id)
            confidence, distance = spread.confidence(id), spread.distance(id)
            yield Hit(asset, Effect.UNREPRODUCIBLE, confidence, distance, (id,), trail, spread.causes(id))

    def _serving(self) -> Iterator[Hit]:
        """The live releases that serve a version which is withdrawn."""
        bits = self._bits_of_starts()
        for start in self._history.starts():
            for edge in self._live.serving(start):
                deployment = self._live.releases[edge.target].asset_id
                if deployment is not None:
                    yield _one_step(deployment, edge, bits[start])

    def _pinned(self) -> Iterator[Hit]:
        """The live releases, and the runs of active jobs within the window, that are pinned to a version that goes."""
        place = {cause.subject: 1 << at for at, cause in enumerate(self.causes)}
        for version in sorted(id for id in self._facts.changed if kind_of(id).level is Level.VERSION):
            for step in self._history.onward(version):
                reader = self._facts.nodes[step.to]
                pinned = step.edge.type is EdgeType.INPUT_TO and step.edge.props.get("pinned")
                if pinned and reader.asset_id is not None and self._counts(reader.id):
                    yield _one_step(reader.asset_id, step.edge, place[self._facts.nodes[version].asset_id or ""])

    def _counts(self, reader: str) -> bool:
        """Whether a run or a release says what will happen next time: within the window, or live."""
        node = self._facts.nodes[reader]
        if node.kind is Kind.RELEASE:
            return reader in self._live.releases
        return node.asset_id is not None and self._activity.since(node.asset_id) <= node.at <= self._facts.at

    # ---------------------------------------------------------------------------------------------- what happens next

    def _in_pattern(self) -> Iterator[Hit]:
        """BREAKS on who reads the datasets next time, STALE on what they will no longer refresh."""
        if self._pattern is None:
            return
        datasets = sorted(id for id in self._facts.changed if kind_of(id).level is Level.ASSET)
        for dataset in datasets:
            for reading in self._pattern.readings(dataset):
                for place in range(len(self.causes)):
                    if (by := self._breaks.of(reading, place)) is not None:
                        yield _broken(reading, by, 1 << place)
        spread = self._pattern.behind(datasets, len(self.causes), self._breaks.sure, self._breaks.touches)
        for element in spread:
            id, entered, why = element
            if why or id in self._facts.changed:
                continue
            if entered:
                touched = tuple(act.id for act in self._pattern.acts(id, entered))
            else:
                touched = tuple(self._live.of(id, kind_of(id)))
            trail = partial(spread.path, element)
            confidence, distance = spread.confidence(element), spread.distance(element)
            yield Hit(id, Effect.STALE, confidence, distance, touched, trail, spread.causes(element))


def _broken(reading: Reading, by: Break, bit: int) -> Hit:
    confidence = Confidence.CERTAIN if by.sure else Confidence.POSSIBLE
    touched = tuple(act.id for act in reading.acts)
    causes = Causes(bit if by.sure else 0, bit)
    trail = partial(_alone, reading.edge)
    return Hit(reading.edge.target, Effect.BREAKS, confidence, 1, touched, trail, causes, "", reading, by)


def _one_step(asset: str, edge: Edge, bit: int) -> Hit:
    return Hit(asset, Effect.BREAKS, Confidence.CERTAIN, 1, (edge.target,), partial(_alone, edge), Causes(bit, bit))


def _alone(edge: Edge) -> tuple[Edge, ...]:
    return (edge,)
