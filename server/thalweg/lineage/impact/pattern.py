"""The active pattern: assets, joined by what runs within the window and live releases read and wrote.

It says what will happen next time. Its skeleton are the edges among assets; the runs and the releases behind them say
which of these still hold. Where somebody only stated that a job reads a dataset, and no run within the window shows it,
the step is possible.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from thalweg.lineage.impact.activity import Activity
from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.live import Live
from thalweg.lineage.impact.spread import Spread, Step
from thalweg.lineage.impact.words import Confidence
from thalweg.lineage.spelling import kind_of
from thalweg.model.edges import EdgeType
from thalweg.model.kinds import Kind
from thalweg.model.results import Edge, Node

CHANGE = "change"

Element = tuple[str, str, str]
"""(id, "", ""): a dataset or a model that is stale; (id, asset, ""): a job or a deployment, as entered from an asset.

(id, asset, CHANGE): a reader that breaks; (id, "", cause): a dataset that changes, by the place of a cause, in digits.
A dataset that changes may be stale by another that does.
"""

Breaking = Callable[["Reading", int], "bool | None"]
"""Whether a reader breaks by a cause: surely, possibly, or not (None)."""
Touching = Callable[[Edge, int], "bool | None"]
"""Whether what was derived from a dataset, without a run, is touched by a cause."""


class State(Enum):
    """ACTIVE: it ran within the window, or has a live release. IDLE: it did, and has, once. UNSEEN: only stated."""

    ACTIVE = "ACTIVE"
    IDLE = "IDLE"
    UNSEEN = "UNSEEN"


class Reading(NamedTuple):
    """That a job or a deployment reads an asset.

    acts: the runs within the window, or live releases, that did (of a job that is IDLE: its last run). sure: whether
    anything but a statement says so. edges: those between the assets, under each role.
    """

    edge: Edge
    state: State
    acts: tuple[Node, ...]
    sure: bool
    edges: tuple[Edge, ...] = ()


class Pattern:
    def __init__(self, facts: Facts, activity: Activity, live: Live) -> None:
        self._facts = facts
        self._activity = activity
        self._reading: defaultdict[str, defaultdict[str, list[Edge]]] = defaultdict(lambda: defaultdict(list))
        self._writing: defaultdict[str, list[Edge]] = defaultdict(list)
        self._deriving: defaultdict[str, list[Edge]] = defaultdict(list)
        processes: dict[str, Kind] = {}
        for edge in sorted(facts.asset_edges, key=lambda edge: (edge.source, edge.target, edge.role)):
            if edge.type in (EdgeType.INPUT_TO, EdgeType.SERVED_BY):
                self._reading[edge.source][edge.target].append(edge)  # under each role that it has
                processes[edge.target] = kind_of(edge.target)
            elif edge.type is EdgeType.PRODUCED:
                self._writing[edge.source].append(edge)
                processes[edge.source] = kind_of(edge.source)
            elif edge.type is EdgeType.DERIVED_INTO:
                self._deriving[edge.source].append(edge)
        released = {node.asset_id for node in facts.nodes.values() if node.kind is Kind.RELEASE and node.at <= facts.at}
        self._state: dict[str, State] = {}
        self._acts: dict[str, list[Node]] = {}
        for id, kind in processes.items():
            acts = (
                activity.recent(id) if kind is Kind.JOB else [live.releases[release] for release in live.of(id, kind)]
            )
            seen = bool(activity.last(id)) if kind is Kind.JOB else id in released
            self._state[id] = State.ACTIVE if acts else State.IDLE if seen else State.UNSEEN
            self._acts[id] = acts or (activity.last(id) if kind is Kind.JOB else [])
        reads, self._writes = self._of_acts()
        self._readers: defaultdict[tuple[str, str], list[Node]] = defaultdict(list)
        """By process and asset the acts that read it, the newest first."""
        self._written: dict[str, set[str]] = {}
        """By process what its acts wrote."""
        for process, acts in self._acts.items():
            for act in acts:
                for asset in reads[act.id]:
                    self._readers[process, asset].append(act)
            self._written[process] = {asset for act in acts for asset in self._writes[act.id]}

    def _of_acts(self) -> tuple[Mapping[str, set[str]], Mapping[str, set[str]]]:
        """Which assets each act read, and which it wrote."""
        reads: defaultdict[str, set[str]] = defaultdict(set)
        writes: defaultdict[str, set[str]] = defaultdict(set)
        nodes = self._facts.nodes
        for edge in self._facts.edges:
            if edge.type is EdgeType.PRODUCED:
                act, other, into = edge.source, edge.target, writes
            elif edge.type in (EdgeType.INPUT_TO, EdgeType.SERVED_BY):
                act, other, into = edge.target, edge.source, reads
            else:
                continue
            if other in nodes and (asset := nodes[other].asset_id) is not None:
                into[act].add(asset)
        return reads, writes

    def readings(self, asset: str) -> Iterator[Reading]:
        """Who reads an asset; a job that is not active only where its last run did, or where it is stated to."""
        for process, edges in self._reading[asset].items() if asset in self._reading else ():
            state = self._state[process]
            if state is State.IDLE and kind_of(process) is Kind.DEPLOYMENT:
                continue  # it was switched off
            acts = tuple(self.acts(process, asset))
            if acts or any(self._overlaps(edge, process) for edge in edges):
                yield Reading(edges[0], state, acts, True, tuple(edges))
            elif any(edge.stated for edge in edges):
                yield Reading(edges[0], state, acts, False, tuple(edges))

    def acts(self, process: str, asset: str) -> Sequence[Node]:
        """The acts of a job or a deployment that read an asset, the newest first."""
        return self._readers.get((process, asset), [])

    def behind(self, datasets: Iterable[str], causes: int, breaks: Breaking, touches: Touching) -> Spread[Element]:
        """What the readers that break will no longer refresh. What a job that is not active wrote, it refreshes no
        more.

        causes: how many there are; each dataset has those that `breaks` and `touches` know it by.
        """

        def onward(element: Element) -> Iterator[Step[Element]]:
            id, entered, why = element
            if entered:
                yield from self._outputs(id, entered)
                return
            for reading in self.readings(id):
                hurt = breaks(reading, int(why)) if why else reading.sure
                if reading.state is not State.IDLE and hurt is not None:
                    yield Step((reading.edge.target, id, CHANGE if why else ""), reading.edge, hurt)
            for edge, sure in self.derivations(id):
                touched = touches(edge, int(why)) if why else True
                if touched is not None:
                    yield Step((edge.target, "", ""), edge, sure and touched)

        bits: dict[Element, int] = {
            (dataset, "", str(place)): 1 << place for dataset in datasets for place in range(causes)
        }
        return Spread(dict.fromkeys(bits, Confidence.CERTAIN), onward, bits)

    def derivations(self, asset: str) -> Iterator[tuple[Edge, bool]]:
        """What is made of an asset without a run, and whether it surely is, within the window."""
        for edge in self._deriving.get(asset, ()):
            if edge.version_edges and edge.last_at >= self._facts.at - self._facts.window:
                yield edge, self._within(edge)
            elif edge.stated:
                yield edge, False

    def _outputs(self, process: str, entered: str) -> Iterator[Step[Element]]:
        """What a job or a deployment writes: surely where one run, or one release, read the one and wrote the other."""
        together = {output for act in self.acts(process, entered) for output in self._writes[act.id]}
        for edge in self._writing.get(process, ()):
            if edge.target in self._written[process] or edge.stated or self._overlaps(edge, process):
                yield Step((edge.target, "", ""), edge, edge.target in together)

    def _overlaps(self, edge: Edge, process: str) -> bool:
        """Of a job with more runs than are known here: whether some run of the window may stand behind the edge."""
        if process not in self._facts.unfinished or not edge.version_edges:
            return False
        return edge.at <= self._facts.at and edge.last_at >= self._activity.since(process)

    def _within(self, edge: Edge) -> bool:
        """Whether the first or the last of the edges behind it lies within the window; between them, who knows."""
        since = self._facts.at - self._facts.window
        return any(since <= at <= self._facts.at for at in (edge.at, edge.last_at))
