"""The search for a shortest path, from both ends: what it must pass, and what it must avoid.

It goes over places: a node, and which of the things to be passed lie on the way to it. So a node is come to again where
more was passed before it. The search asks for steps and does not know who answers: both engines search alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Generic, TypeVar

from thalweg.model.errors import LimitExceeded
from thalweg.model.kinds import Kind

N = TypeVar("N", int, str)


@dataclass(frozen=True, slots=True)
class Beyond(Generic[N]):
    """Asks what one step leads to from a layer, of what was not seen; where it is more than `most`, one more."""

    layer: list[N]
    upstream: bool
    seen: set[N]
    most: int


@dataclass(frozen=True, slots=True)
class Before(Generic[N]):
    """Asks for one of some nodes from which one step leads to a node."""

    node: N
    upstream: bool
    among: list[N]


Search = Generator[Beyond[N] | Before[N], list[N], list[N] | None]


@dataclass(frozen=True, slots=True)
class Conditions(Generic[N]):
    """What a path must be like. through, avoiding: kinds, and sets of nodes of which each stands for one thing.

    The ends may be what is avoided, and are not what is passed.
    """

    first: Collection[N]
    last: Collection[N]
    through: tuple[Kind | frozenset[N], ...]
    avoiding: tuple[Kind | frozenset[N], ...]
    kind_of: Callable[[N], Kind]
    visited: int

    @property
    def whole(self) -> int:
        """All that must be passed, a bit each."""
        return (1 << len(self.through)) - 1

    def sorted(self, passed: int, found: list[N]) -> dict[int, set[N]]:
        """What was stepped on, by what lies on the way to it by then; without what is avoided."""
        if not self.through and not self.avoiding:
            return {passed: set(found)} if found else {}
        by_passed: defaultdict[int, set[N]] = defaultdict(set)
        for node in found:
            if node in self.first or node in self.last:
                by_passed[passed].add(node)
            elif not any(self._is(node, one) for one in self.avoiding):
                by_passed[passed | self.bits(node)].add(node)
        return by_passed

    def bits(self, node: N) -> int:
        """Which of the things to be passed a node is."""
        if node in self.first or node in self.last:
            return 0
        return reduce(or_, (1 << place for place, one in enumerate(self.through) if self._is(node, one)), 0)

    def _is(self, node: N, one: Kind | frozenset[N]) -> bool:
        return self.kind_of(node) is one if isinstance(one, Kind) else node in one


@dataclass(slots=True)
class _Side(Generic[N]):
    """One end, and how far was searched from there. Layers and what was reached are kept by what was passed."""

    begin: Collection[N]
    upstream: bool
    layers: list[dict[int, set[N]]] = field(default_factory=list)
    reached: defaultdict[int, set[N]] = field(default_factory=lambda: defaultdict(set))
    stepped: defaultdict[int, set[N]] = field(default_factory=lambda: defaultdict(set))
    """By what was passed before the step: what it led to."""

    def __post_init__(self) -> None:
        self.layers.append({0: set(self.begin)})
        self.reached[0].update(self.begin)
        self.stepped[0].update(self.begin)

    @property
    def width(self) -> int:
        return sum(map(len, self.layers[-1].values()))

    @property
    def visited(self) -> int:
        return sum(map(len, self.stepped.values()))

    def step(self, wanted: Conditions[N], room: int) -> Generator[Beyond[N] | Before[N], list[N], None]:
        layer: defaultdict[int, set[N]] = defaultdict(set)
        for passed, nodes in self.layers[-1].items():
            seen = self.stepped[passed]
            found = yield Beyond(list(nodes), self.upstream, seen, max(room, 0))
            room -= len(found)
            if room < 0:
                raise LimitExceeded(
                    "More things lie between the two than a path may look at.",
                    "Ask for fewer types of edges, or raise the number of visited nodes in the settings.",
                )
            seen.update(found)
            for then, some in wanted.sorted(passed, found).items():
                layer[then] |= some - self.reached[then]
        for then, some in layer.items():
            self.reached[then] |= some
        self.layers.append({then: some for then, some in layer.items() if some})

    def trace(self, wanted: Conditions[N], node: N, passed: int) -> Generator[Beyond[N] | Before[N], list[N], list[N]]:
        """The nodes from the end to this one, which was reached with so much passed."""
        place = next(place for place, layer in enumerate(self.layers) if node in layer.get(passed, ()))
        along = [node]
        for layer in reversed(self.layers[:place]):
            own = wanted.bits(node)
            before = {then: nodes for then, nodes in layer.items() if then | own == passed}
            (node,) = yield Before(node, self.upstream, sorted(set[N]().union(*before.values())))
            passed = next(then for then, nodes in before.items() if node in nodes)
            along.append(node)
        return along[::-1]


def search(wanted: Conditions[N]) -> Search[N]:
    """The nodes along a shortest path; None where there is none. Raises LimitExceeded."""
    first, last = _Side(wanted.first, upstream=False), _Side(wanted.last, upstream=True)
    met = _met(wanted, first, last)
    while met is None and first.layers[-1] and last.layers[-1]:
        side = first if first.width <= last.width else last
        yield from side.step(wanted, wanted.visited - first.visited - last.visited)
        met = _met(wanted, first, last)
    if met is None:
        return None
    node, above, below = met
    along = yield from first.trace(wanted, node, above)
    behind = yield from last.trace(wanted, node, below)
    return along + behind[-2::-1]


def _met(wanted: Conditions[N], first: _Side[N], last: _Side[N]) -> tuple[N, int, int] | None:
    """A node that both sides have reached, and which of all that must be passed lies above it, and below it.

    Whichever side stepped last, what is new is in its last layer, and all else was compared before.
    """
    new = first.layers[-1], last.layers[-1]
    for above, below in {(one, other) for one in first.reached for other in last.reached}:
        if above | below == wanted.whole:
            fresh = (new[0].get(above, set()) & last.reached[below]) | (new[1].get(below, set()) & first.reached[above])
            if fresh:
                return min(fresh), above, below
    return None


class Searching(Generic[N]):
    """A search under way. asks: what it asks next, None at its end; found: then what it found."""

    def __init__(self, search: Search[N]) -> None:
        self._search: Search[N] = search
        self.found: list[N] | None = None
        self.asks: Beyond[N] | Before[N] | None = None
        self._go(lambda: next(search))

    def answered(self, nodes: list[N]) -> None:
        self._go(lambda: self._search.send(nodes))

    def _go(self, on: Callable[[], Beyond[N] | Before[N]]) -> None:
        try:
            self.asks = on()
        except StopIteration as done:
            self.asks, self.found = None, done.value
