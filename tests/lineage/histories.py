"""Histories of a small world, and what held in it when: a plain model of what the decisions say of statements and time.

A run, a release, a piece of data and the registry are each stated by a source of their own, again and again, and each
time otherwise; a source may stop, in its own words or because a pass no longer finds it; people forget and restore.
What is learned comes in order, what it says has dates of its own, earlier or later than what was learned before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.facts import Fact, alias, flow, granule, id, run, stage, thing
from thalweg import ingest
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE, Granule
from thalweg.store.store import Store

DATA = ("a@1", "a@2", "b@1")
MODELS = ("m/1", "m/2")
RUNS = ("*r1", "*r2", "*r3")
RELEASES = ("+d#1", "+d#2", "+e#1")
WORDS = (*DATA, *MODELS, *RUNS, *RELEASES)
FORGETTABLE = ("a@1", *RUNS, *RELEASES)
REGISTRY = "registry"

NOW = 1 << 62
"""Stands for the store's own clock, which is later than every date in a history."""


class MarkOf(NamedTuple):
    """An alias or a stage of a version, from some time on."""

    kind: str
    name: str
    version: str
    since: int


@dataclass(frozen=True)
class State:
    """A source says what it knows of one thing (or, the registry, of marks), and nothing else any more."""

    scope: str
    props: Mapping[str, Any] = field(default_factory=dict)
    edges: tuple[tuple[str, str], ...] = ()
    marks: tuple[MarkOf, ...] = ()

    def granule(self, at: int) -> Granule:
        facts: list[Fact] = [fact for pair in self.edges for fact in flow(" > ".join(pair))]
        if self.scope in RUNS:
            facts.append(run(self.scope[1:], "job", **self.props))
        elif self.scope != REGISTRY:
            facts.append(thing(self.scope, **self.props))
        say = {"alias": alias, "stage": stage}
        facts += [say[mark.kind](mark.version, mark.name, mark.since) for mark in self.marks]
        return granule("all", *facts, source=self.scope, at=at)


@dataclass(frozen=True)
class Drop:
    """A source no longer says anything of it: it says so itself, or a pass over it finds nothing."""

    scope: str
    by_pass: bool


@dataclass(frozen=True)
class Forget:
    word: str


@dataclass(frozen=True)
class Restore:
    word: str


Step = State | Drop | Forget | Restore


# ------------------------------------------------------------------------------------------------------ what is drawn

date = st.sampled_from(range(0, 901, 10))
"""Not integers, of which small ones are drawn more often: then little would happen in between."""


@st.composite
def runs(draw: st.DrawFn) -> State:
    word, begin = draw(st.sampled_from(RUNS)), draw(date)
    read = draw(st.lists(st.sampled_from((*DATA, *MODELS)), max_size=3, unique=True))
    written = draw(st.lists(st.sampled_from((*MODELS, *DATA)), max_size=2, unique=True))
    props = {"started_at": begin, "ended_at": begin + draw(date) // 4}
    return State(word, props, (*((one, word) for one in read), *((word, one) for one in written)))


@st.composite
def releases(draw: st.DrawFn) -> State:
    word, begin = draw(st.sampled_from(RELEASES)), draw(date)
    read = draw(st.lists(st.sampled_from((*MODELS, *DATA)), min_size=1, max_size=3, unique=True))
    end = draw(st.none() | date)
    props = {"since": begin} | ({} if end is None else {"until": begin + end + 1})
    return State(word, props, tuple((one, word) for one in read))


MARKS = [("alias", "best"), ("alias", "next"), ("stage", "Production")]


@st.composite
def registries(draw: st.DrawFn) -> State:
    """Marks, of which no two begin at one time."""
    places = [(kind, name, version) for kind, name in MARKS for version in MODELS]
    chosen = draw(st.lists(st.sampled_from(range(len(places))), max_size=4, unique=True))
    marks = tuple(MarkOf(*places[one], 100 * draw(st.sampled_from(range(10))) + one) for one in chosen)
    return State(REGISTRY, marks=marks)


data = st.builds(lambda word, at: State(word, {"created_at": at}), st.just("a@1"), date)
states = st.one_of(runs(), runs(), releases(), releases(), registries(), data)


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """What was stated before is what is dropped, forgotten and restored."""
    steps: list[Step] = [draw(states)]
    for _ in range(draw(st.sampled_from(range(2, 10)))):
        known = sorted({step.scope for step in steps if isinstance(step, State)})
        what = draw(st.sampled_from(("state", "state", "drop", "drop", "forget", "restore")))
        people = [word for word in known if word in FORGETTABLE]
        if what == "state" or (what != "drop" and not people):
            steps.append(draw(states))
        elif what == "drop":
            steps.append(Drop(draw(st.sampled_from(known)), draw(st.booleans())))
        else:
            word = draw(st.sampled_from(people))
            steps.append(Forget(word) if what == "forget" else Restore(word))
    return steps


# ---------------------------------------------------------------------------------------------------------- the model


@dataclass
class Row:
    mark: MarkOf
    ended: int = NOW + 1


@dataclass
class World:
    """What is stated, and what was."""

    said: dict[str, State] = field(default_factory=dict)
    props: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """What was last said of a thing."""
    left: dict[str, int] = field(default_factory=dict)
    """Since when nobody states a thing any more that somebody stated."""
    edges: set[tuple[str, str]] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)
    """Marks, those that ended too."""

    def state(self, state: State, at: int) -> None:
        self.said[state.scope] = state
        if state.scope == REGISTRY:
            self._mark(state.marks, at)
        else:
            self.props[state.scope] = state.props
            self.left.pop(state.scope, None)
        self._settle()

    def drop(self, scope: str, at: int) -> None:
        if self.said.pop(scope, None) is None:
            return
        if scope == REGISTRY:
            self._mark((), at)
        else:
            self.left[scope] = at
        self._settle()

    def _settle(self) -> None:
        """An edge that is no longer stated was wrong, unless one of its ends is gone: then it is history."""
        stated = {edge for state in self.said.values() for edge in state.edges}
        self.edges = stated | {edge for edge in self.edges if self.left.keys() & set(edge)}

    def _mark(self, marks: tuple[MarkOf, ...], at: int) -> None:
        """A mark that is no longer stated ended when that was learned; one with another date began at another."""
        before = [row for row in self.rows if row.ended > NOW]
        for row in before:
            if row.mark in marks:
                continue
            if any(one[:3] == row.mark[:3] for one in marks):
                self.rows.remove(row)
            else:
                row.ended = max(at, row.mark.since)
        held = {row.mark for row in before}
        self.rows += [Row(mark) for mark in marks if mark not in held]

    # ------------------------------------------------------------------------------------------------------- at a time

    def moments(self) -> list[int]:
        """When something of releases and marks began or ended."""
        dates = {date for word in RELEASES for date in self.props.get(word, {}).values()}
        dates |= {*self.left.values(), *(row.ended for row in self.rows), *(row.mark.since for row in self.rows)}
        return sorted(date for date in dates if date < NOW)

    def held_from(self, edge: tuple[str, str]) -> int:
        """What is read holds from the beginning of what reads it; what is written, from the end of the run."""
        source, target = edge
        if target in RELEASES:
            return int(self.props[target]["since"])
        return int(self.props[target]["started_at"] if target in RUNS else self.props[source]["ended_at"])

    def held(self, at: int) -> Iterator[tuple[str, str]]:
        for edge in self.edges:
            if self.held_from(edge) <= at and not self.hidden & set(edge):
                yield edge

    def reached(self, start: str, at: int, upstream: bool) -> dict[str, int]:
        """By thing: the steps from the start."""
        found, layer = {start: 0}, {start}
        held = [edge[::-1] if upstream else edge for edge in self.held(at)]
        while layer:
            layer = {target for source, target in held if source in layer and target not in found}
            found |= dict.fromkeys(layer, max(found.values()) + 1)
        return found

    def live(self, at: int) -> dict[str, set[str]]:
        """The releases that are open, each with what it serves and reads."""
        found: dict[str, set[str]] = {}
        for word in RELEASES:
            if word not in self.props or word in self.hidden:
                continue
            ends = min(self.props[word].get("until", NOW + 1), self.left.get(word, NOW + 1))
            if self.props[word]["since"] <= at < ends:
                found[word] = {source for source, target in self.held(at) if target == word}
        return found

    def marks(self, at: int) -> set[tuple[str, str, str]]:
        """Kind, name and version of what holds. An alias leaves its version when it is given to another."""
        found = set()
        for row in self.rows:
            others = [
                one.mark.since
                for one in self.rows
                if one.mark[:2] == row.mark[:2] and one.mark.version != row.mark.version
            ]
            moved = [since for since in others if since > row.mark.since] if row.mark.kind == "alias" else []
            if row.mark.since <= at < min([row.ended, *moved]):
                found.add(row.mark[:3])
        return found


# ------------------------------------------------------------------------------------------------------- in the store


async def take(store: Store, world: World, number: int, step: Step) -> None:
    """One step of a history, in the store and in the model; what is learned is learned at 100, 200, and so on."""
    at = 100 * (number + 1)
    match step:
        case State():
            await _state(store, step.granule(at))
            world.state(step, at)
        case Drop(scope, by_pass=True):
            pass_ = await store.begin_pass(scope, ANYONE)
            await store.close_pass(pass_, ANYONE)
            world.drop(scope, NOW)
        case Drop(scope):
            await _state(store, granule("all", source=scope, at=at))
            world.drop(scope, at)
        case Forget(word) if word in world.props:
            await store.forget([id(word)], ANYONE)
            world.hidden.add(word)
        case Restore(word) if word in world.props:
            await store.restore([id(word)], ANYONE)
            world.hidden.discard(word)


async def _state(store: Store, granule: Granule) -> None:
    for answer in await ingest.state(store, [granule], ANYONE):
        if isinstance(answer, ThalwegError):
            raise answer
