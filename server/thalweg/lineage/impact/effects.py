"""What each change does, by the rules of the design: facts in, touched things out.

CONTENT   STALE on what derives from the versions that change
WITHDRAW  BREAKS on the live releases that serve the model version; STALE on what was made of it, and behind
DELETE    of a dataset: BREAKS on who reads it in the active pattern, STALE behind them
          of versions: BREAKS on active jobs and live releases that are pinned to one
          of either: UNREPRODUCIBLE on what was built from the versions that go
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from thalweg.lineage.impact.activity import Activity
from thalweg.lineage.impact.answer import Confidence, Effect
from thalweg.lineage.impact.change import Change, Content, Delete, Withdraw
from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.live import Live
from thalweg.lineage.impact.makers import remakeable
from thalweg.lineage.impact.pattern import CHANGE, Pattern, Reading
from thalweg.lineage.impact.spread import E, Spread, Step
from thalweg.lineage.spelling import kind_of
from thalweg.model.edges import EdgeType
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Edge

USED = "used"
"""A run or a release that took in what is withdrawn itself."""


Trail = Callable[[], tuple[Edge, ...]]
"""Gives the explanation of a hit; it is made only for those that are told."""


class Hit(NamedTuple):
    """That something of an asset is touched: by which effect, how surely, how far away, and how it came to that.

    touched: ids of versions. reading: of who breaks in the active pattern, what it reads.
    """

    asset: str
    effect: Effect
    confidence: Confidence
    distance: int
    touched: tuple[str, ...]
    trail: Trail
    reading: Reading | None = None


def hits(change: Change, facts: Facts, activity: Activity, live: Live) -> Iterator[Hit]:
    """All that the change touches; what changes itself is never among it."""
    history = History(facts)
    match change:
        case Content():
            yield from history.stale()
        case Withdraw():
            yield from history.serving(live)
            yield from history.stale_by_use()
        case Delete():
            pattern = Pattern(facts, activity, live)
            datasets = frozenset(id for id in facts.changed if kind_of(id).level is Level.ASSET)
            yield from _in_pattern(pattern, datasets, facts, live)
            pinned = frozenset(id for id in facts.changed if kind_of(id).level is Level.VERSION)
            yield from history.pinned_to(pinned, activity, live)
            yield from history.unreproducible()


class History:
    """What already holds what changes: versions, and how they came to be."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._onward: defaultdict[str, list[Step[str]]] = defaultdict(list)
        for edge in sorted(facts.edges, key=lambda edge: (edge.source, edge.target, edge.role)):
            if edge.source in facts.nodes and edge.target in facts.nodes:
                self._onward[edge.source].append(Step(edge.target, edge))

    def _steps(self, id: str) -> list[Step[str]]:
        return self._onward.get(id, [])

    def _seeds(self) -> list[str]:
        return [start for start in self._facts.starts if start in self._facts.nodes]

    def _hit(self, id: str, effect: Effect, element: E, spread: Spread[E]) -> Hit | None:
        """None for what changes itself, and for a run whose job is not known: no asset stands for it."""
        asset = self._facts.nodes[id].asset_id
        if asset is None or id in self._facts.starts or asset in self._facts.changed:
            return None
        trail = partial(spread.path, element)
        return Hit(asset, effect, spread.confidence(element), spread.distance(element), (id,), trail)

    def stale(self) -> Iterator[Hit]:
        """Everything that derives from what changes: data, models, releases, and the runs that took it in."""
        spread = Spread(dict.fromkeys(self._seeds(), Confidence.CERTAIN), self._steps)
        for id in spread:
            if hit := self._hit(id, Effect.STALE, id, spread):
                yield hit

    def stale_by_use(self) -> Iterator[Hit]:
        """What was made of a model version, and all behind it.

        The runs and the releases that use the version itself are the way that its influence took, and not stale.
        """

        def onward(element: tuple[str, str]) -> Iterator[Step[tuple[str, str]]]:
            id, why = element
            for step in self._steps(id):
                made = why != CHANGE or step.edge.type is EdgeType.DERIVED_INTO
                yield Step((step.to, "" if made else USED), step.edge)

        spread = Spread({(id, CHANGE): Confidence.CERTAIN for id in self._seeds()}, onward)
        for id, why in spread:
            if not why and (hit := self._hit(id, Effect.STALE, (id, why), spread)):
                yield hit

    def unreproducible(self) -> Iterator[Hit]:
        """What was built from versions that go: data, models, and the releases that serve them.

        A run is not built, so it is no less a run when what it read is gone.
        """
        again = remakeable(self._facts) if self._facts.makers else self._facts.starts
        seeds = {id: Confidence.POSSIBLE if id in again else Confidence.CERTAIN for id in self._seeds()}
        spread = Spread(seeds, self._steps)
        for id in spread:
            if self._facts.nodes[id].kind is not Kind.RUN and (hit := self._hit(id, Effect.UNREPRODUCIBLE, id, spread)):
                yield hit

    def serving(self, live: Live) -> Iterator[Hit]:
        """The live releases that serve a version which is withdrawn."""
        for start in sorted(self._facts.starts):
            for edge in live.serving(start):
                deployment = live.releases[edge.target].asset_id
                if deployment is not None:
                    yield _one_step(deployment, Effect.BREAKS, edge, edge.target)

    def pinned_to(self, versions: frozenset[str], activity: Activity, live: Live) -> Iterator[Hit]:
        """The live releases, and the runs of active jobs within the window, that are pinned to a version that goes."""
        for version in sorted(versions):
            for step in self._steps(version):
                edge, reader = step.edge, self._facts.nodes[step.to]
                if edge.type is not EdgeType.INPUT_TO or not edge.props.get("pinned") or reader.asset_id is None:
                    continue
                if reader.kind is Kind.RELEASE:
                    reads = reader.id in live.releases
                else:
                    reads = activity.since(reader.asset_id) <= reader.at <= self._facts.at
                if reads:
                    yield _one_step(reader.asset_id, Effect.BREAKS, edge, reader.id)


def _one_step(asset: str, effect: Effect, edge: Edge, touched: str) -> Hit:
    return Hit(asset, effect, Confidence.CERTAIN, 1, (touched,), lambda: (edge,))


def _in_pattern(pattern: Pattern, datasets: frozenset[str], facts: Facts, live: Live) -> Iterator[Hit]:
    """BREAKS on who reads the datasets next time, STALE on what they will no longer refresh."""
    for dataset in sorted(datasets):
        for reading in pattern.readings(dataset):
            reader, edge = reading.edge.target, reading.edge
            sure = Confidence.CERTAIN if reading.sure else Confidence.POSSIBLE
            touched = tuple(act.id for act in reading.acts)
            yield Hit(reader, Effect.BREAKS, sure, 1, touched, partial(_alone, edge), reading)
    spread = Spread({(dataset, "", CHANGE): Confidence.CERTAIN for dataset in datasets}, pattern.onward)
    for element in spread:
        id, entered, why = element
        if why or id in facts.changed:
            continue
        if entered:
            touched = tuple(act.id for act in pattern.acts(id, entered))
        else:
            touched = tuple(live.of(id, kind_of(id)))
        yield Hit(
            id,
            Effect.STALE,
            spread.confidence(element),
            spread.distance(element),
            touched,
            partial(spread.path, element),
        )


def _alone(edge: Edge) -> tuple[Edge, ...]:
    return (edge,)
