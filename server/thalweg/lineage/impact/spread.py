"""How an effect spreads: a monotone fixpoint over elements, each held at two levels, certain and possible.

Every rule reads "where this is touched, that is touched, at most with this confidence". So over several paths the
strongest confidence wins, along one path the weakest, and cycles end. An element is whatever the rules speak of: the id
of a version; a process as entered from one of its inputs; one column of a dataset version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from thalweg.lineage.impact.words import Confidence
from thalweg.model.results import Edge

E = TypeVar("E", bound="tuple[str, ...] | str")


class Step(NamedTuple, Generic[E]):
    """Where touch goes next, by which edge, and how sure this step is."""

    to: E
    edge: Edge
    sure: bool = True


class Came(NamedTuple, Generic[E]):
    """How an element was first reached: after how many steps, from which element, by which edge (a seed by none)."""

    distance: int
    before: E | None
    edge: Edge | None


class Causes(NamedTuple):
    """Which of several causes touch an element, each a bit; what is certain is possible too."""

    certain: int
    possible: int


class Spread(Generic[E]):
    """What was reached, and how. An element that is certain is possible too."""

    def __init__(
        self,
        seeds: Mapping[E, Confidence],
        onward: Callable[[E], Iterable[Step[E]]],
        causes: Mapping[E, int] | None = None,
    ) -> None:
        """Runs the fixpoint. `onward` gives the steps that leave an element; it is asked once for each.

        causes: which bit each seed bears; without them all bear the first.
        """
        self._seeds = seeds
        self._bits = dict.fromkeys(seeds, 1) if causes is None else causes
        alike = set(self._bits.values())
        self._only = Causes(*alike, *alike) if len(alike) == 1 else None
        """The causes of whatever is certain, where all seeds bear the same."""
        self._steps: dict[E, list[Step[E]]] = {}
        steps = self._steps

        def leaving(element: E) -> list[Step[E]]:
            if element not in steps:
                steps[element] = list(onward(element))
            return steps[element]

        sure = [element for element, confidence in seeds.items() if confidence is Confidence.CERTAIN]
        self.certain, left_out = _layers(sure, leaving, only_sure=True)
        whole = len(sure) == len(seeds) and not left_out
        self.possible = self.certain if whole else _layers(seeds, leaving, only_sure=False)[0]

    def __iter__(self) -> Iterator[E]:
        """All that was reached, seeds included."""
        return iter(self.possible)

    def __contains__(self, element: object) -> bool:
        return element in self.possible

    def told(self) -> Iterator[tuple[E, Confidence, int, Causes]]:
        """All that was reached: how surely, after how many steps, and by which causes."""
        certain = self.certain
        for element, came in self.possible.items():
            if (surely := certain.get(element)) is not None:
                yield element, Confidence.CERTAIN, surely.distance, self.causes(element)
            else:
                yield element, Confidence.POSSIBLE, came.distance, self.causes(element)

    def confidence(self, element: E) -> Confidence:
        return Confidence.CERTAIN if element in self.certain else Confidence.POSSIBLE

    def causes(self, element: E) -> Causes:
        """The causes that touch an element."""
        if self._only is not None:
            return self._only if element in self.certain else Causes(0, self._only.possible)
        return Causes(self._certain_bits.get(element, 0), self._possible_bits[element])

    @cached_property
    def _certain_bits(self) -> dict[E, int]:
        sure = {seed: self._bits[seed] for seed, how in self._seeds.items() if how is Confidence.CERTAIN}
        return self._flooded(sure, lambda step: step.sure)

    @cached_property
    def _possible_bits(self) -> dict[E, int]:
        return self._flooded(dict(self._bits), lambda step: True)

    def _flooded(self, bits: dict[E, int], takes: Callable[[Step[E]], bool]) -> dict[E, int]:
        """Carries the bits of seeds along the steps until nothing changes."""
        waiting = list(bits)
        while waiting:
            element = waiting.pop()
            for step in self._steps[element]:
                before = bits.get(step.to, 0)
                if takes(step) and before | bits[element] != before:
                    bits[step.to] = before | bits[element]
                    waiting.append(step.to)
        return bits

    def distance(self, element: E) -> int:
        """The steps of `path`."""
        return self._how(element)[element].distance

    def path(self, element: E) -> tuple[Edge, ...]:
        """A shortest explanation with the element's own confidence; of several the one by the smallest ids."""
        how = self._how(element)
        edges: list[Edge] = []
        at: E | None = element
        while at is not None:
            came = how[at]
            if came.edge is not None:
                edges.append(came.edge)
            at = came.before
        return tuple(reversed(edges))

    def _how(self, element: E) -> Mapping[E, Came[E]]:
        return self.certain if element in self.certain else self.possible


def _layers(
    seeds: Iterable[E], leaving: Callable[[E], Iterable[Step[E]]], *, only_sure: bool
) -> tuple[dict[E, Came[E]], bool]:
    """Everything reachable, in layers, so that each element is first reached by a shortest path; and whether steps that
    are not sure were left out.

    A layer is sorted, so that which path is told does not depend on the order in which things were stored.
    """
    nothing: Any = None
    layer: list[E] = sorted(seeds)
    came: dict[E, Came[E]] = {element: Came(0, nothing, nothing) for element in layer}
    left_out = False
    distance = 0
    while layer:
        distance += 1
        beyond: list[E] = []
        for element in layer:
            for to, edge, sure in leaving(element):
                if only_sure and not sure:
                    left_out = True
                elif to not in came:
                    came[to] = Came(distance, element, edge)
                    beyond.append(to)
        beyond.sort()
        layer = beyond
    return came, left_out
