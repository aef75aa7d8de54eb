"""Estates for the property tests: what several sources state of a small world, again and again, and what is asked.

The world is small, so that statements meet: three datasets, two jobs, two models, a deployment and a repository, with a
few versions of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from hypothesis import strategies as st

from tests.facts import flow, id, key, said
from thalweg.model.edges import ENDS, LINEAGE, EdgeType
from thalweg.model.facts import EdgeFact, EntityFact, Granule
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Direction
from thalweg.store.questions import Start, Walk

DATA = ("a@1", "a@2", "b@1", "b@2", "c@1")
RUNS = ("*r1", "*r2", "*r3", "*r4")
MODELS = ("m/1", "m/2", "n/1")
RELEASES = ("+d#1", "+d#2")
COMMITS = ("g!a", "g!b")
UNKNOWN = ("a@unversioned", "b@unversioned", "c@unversioned")
"""The reserved versions: a run that reads one reads the dataset, and nobody said in which version."""
VERSIONS = (*DATA, *RUNS, *MODELS, *RELEASES, *COMMITS, *UNKNOWN)
ASSETS = ("a", "b", "c", "^j", "^k", "m:", "n:", "+d", "g!")
WORDS = (*VERSIONS, *ASSETS)

ORIGIN_OF = {"one": "mlflow", "two": "api", "three": "zebra", "four": "ant"}
"""The sources, each with its origin; two of these the declared order does not name."""

SHAPES: tuple[tuple[str, ...], ...] = (
    ("a@1 > *r1 > b@1 > *r3 > c@1", "a@1 > *r2 > b@2 > *r3"),  # a diamond
    ("a@1 > *r1 > m/1 > +d#1 > a@2 > *r1", "a@2 > a@1"),  # a deployment whose predictions are learned from again
    tuple(f"b@1 > {run} > {model}" for run, model in product(RUNS, MODELS)),  # a hub
    ("a@1 > a@2", "m/1 > m/2", "*r1 > *r2 > *r3", "g!a > g!b"),  # an asset that stands to itself; parents
    ("a > ^j > m: > +d > a", "g! > ^j"),
)

at = st.integers(0, 1_000)


def _pool(words: Sequence[str]) -> list[EdgeFact]:
    """Every edge that these may have."""
    return [
        EdgeFact(key(source), type, key(target))
        for source, target, type in product(words, words, EdgeType)
        if source != target and (key(source).kind, key(target).kind) in ENDS[type]
    ]


VERSION_EDGES, ASSET_EDGES = _pool(VERSIONS), _pool(ASSETS)
OPEN_READS = [edge for edge in _pool((*UNKNOWN, *RUNS)) if edge.type is EdgeType.INPUT_TO]


@st.composite
def _edges(draw: st.DrawFn) -> list[EdgeFact]:
    facts = draw(st.lists(st.sampled_from(VERSION_EDGES), max_size=8))
    facts += draw(st.lists(st.sampled_from(ASSET_EDGES), max_size=2))
    facts += draw(st.lists(st.sampled_from(OPEN_READS), max_size=2))
    for shape in draw(st.lists(st.sampled_from(SHAPES), max_size=1)):
        facts += [one for path in shape for one in flow(path)]
    return [
        fact._replace(role=draw(st.sampled_from(("", "", "", "role"))), props=draw(_edge_props(fact)))
        for fact in {fact[:3]: fact for fact in facts}.values()
    ]


@st.composite
def _edge_props(draw: st.DrawFn, fact: EdgeFact) -> dict[str, Any]:
    props: dict[str, Any] = {}
    undated = fact.type is EdgeType.DERIVED_INTO or fact.source.kind is Kind.RELEASE
    if draw(st.booleans()) or (undated and fact.source.kind.level is Level.VERSION):
        props["at"] = draw(at)
    if fact.type is EdgeType.INPUT_TO and draw(st.booleans()):
        props["columns"] = sorted(draw(st.sets(st.sampled_from("xyz"), min_size=1)))
        props["covers"] = draw(st.sampled_from(("DECLARED", "PREDICATES", "PROJECTION")))
    return props


@st.composite
def _entity(draw: st.DrawFn) -> EntityFact:
    word = draw(st.sampled_from(WORDS))
    kind = key(word).kind
    props: dict[str, Any] = draw(
        st.fixed_dictionaries({}, optional={"description": st.sampled_from("de"), "gone_at": at, "created_at": at})
    )
    dated = draw(st.booleans())
    begin, further = draw(at), draw(at)
    if kind is Kind.RUN:
        props.pop("created_at", None)  # what a run reads and writes is dated by its start and its end
        if job := draw(st.sampled_from(("^j", "^k", ""))):
            props["job"] = list(key(job).parts)
        props |= {"started_at": begin, "ended_at": begin + further} if dated else {"user": draw(st.sampled_from("uv"))}
    elif kind is Kind.RELEASE and dated:
        props |= {"since": begin} | ({"until": begin + further} if draw(st.booleans()) else {})
    elif kind is Kind.COMMIT and dated:
        props["authored_at"] = begin
    return EntityFact(key(word), props)


@st.composite
def granules(draw: st.DrawFn) -> Granule:
    source = draw(st.sampled_from(sorted(ORIGIN_OF)))
    entities = draw(st.lists(_entity(), max_size=6, unique_by=lambda fact: fact.key))
    return Granule(
        source=source,
        name=draw(st.sampled_from(("s", "t"))),
        origin=ORIGIN_OF[source],
        entities=entities,
        edges=draw(_edges()),
        revision=draw(st.integers(1, 3)),
        at=draw(at),
    )


# ------------------------------------------------------------------------------------------------ what happens to it


@dataclass(frozen=True)
class State:
    granules: tuple[Granule, ...]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"State({spelled(self.granules)})")


@dataclass(frozen=True)
class Pass:
    """A whole pass over a source, with what it finds there."""

    source: str
    granules: tuple[Granule, ...]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"Pass({self.source!r}, {spelled(self.granules)})")


@dataclass(frozen=True)
class Forget:
    words: tuple[str, ...]


@dataclass(frozen=True)
class Restore:
    words: tuple[str, ...]


def spelled(granules: Sequence[Granule]) -> str:
    """Granules in the words of the tests, so that an example that fails can be read."""
    lines = []
    for one in granules:
        facts = [f"{said(entity.key.id)} {dict(entity.props) or ''}" for entity in one.entities]
        facts += [
            f"{said(edge.source.id)}-[{edge.type.value} {edge.role}]->{said(edge.target.id)} {dict(edge.props) or ''}"
            for edge in one.edges
        ]
        facts += [f"{mark.name} of {said(mark.version.id)} since {mark.since}" for mark in one.marks]
        facts += [f"{said(join.alias.id)} is {said(join.of.id)}" for join in one.joins]
        lines.append(
            f"\n  {one.source}/{one.name} by {one.origin}, revision {one.revision}, at {one.at}: " + "; ".join(facts)
        )
    return "".join(lines)


Step = State | Pass | Forget | Restore


@st.composite
def estates(draw: st.DrawFn) -> list[Step]:
    """A history of an estate: what is stated, replaced, closed, forgotten and restored, in order.

    Each statement has an event time of its own, so that none of them tie.
    """
    steps: list[Step] = []
    for place in range(draw(st.integers(1, 5))):
        what = draw(st.sampled_from(("state", "state", "state", "pass", "forget", "restore")))
        if what in ("forget", "restore"):
            words = tuple(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=2, unique=True)))
            steps.append(Forget(words) if what == "forget" else Restore(words))
            continue
        found = draw(st.lists(granules(), min_size=1, max_size=3, unique_by=lambda one: (one.source, one.name)))
        dated = tuple(replace(one, at=100 * (one.at or 0) + 10 * place + n) for n, one in enumerate(found))
        if what == "pass":
            source = dated[0].source
            steps.append(Pass(source, tuple(one for one in dated if one.source == source)))
        else:
            steps.append(State(dated))
    return steps


# ------------------------------------------------------------------------------------------------ what is asked of it


@st.composite
def walks(draw: st.DrawFn) -> tuple[Start, Walk]:
    words = draw(st.sampled_from((VERSIONS, ASSETS)))
    if words is ASSETS and draw(st.booleans()):
        start = Start(versions_of=id(draw(st.sampled_from(ASSETS))))
    else:
        several = draw(st.lists(st.sampled_from(words), min_size=1, max_size=3))
        start = Start(ids=tuple(id(word) for word in several))
    stops = [kind for kind in Kind if kind.level is key(words[0]).kind.level or start.versions_of]
    return start, Walk(
        draw(st.sampled_from(Direction)),
        types=draw(types),
        depth=draw(st.sampled_from((None, None, 0, 1, 2, 3, 4))),
        as_of=draw(st.none() | st.integers(0, 2_000)),
        stop_at=frozenset(draw(st.lists(st.sampled_from(stops), max_size=2))),
        max_nodes=draw(st.sampled_from((1_000, 200_000, 0, 1, 3))),
        counts=True,
    )


types = st.just(LINEAGE) | st.lists(st.sampled_from(LINEAGE), min_size=1, max_size=3, unique=True).map(tuple)


@dataclass(frozen=True)
class Path:
    """A path that is asked for, by words and kinds."""

    source: str
    target: str
    types: tuple[EdgeType, ...]
    as_of: int | None
    through: tuple[Kind | str, ...]
    avoiding: tuple[Kind | str, ...]


@st.composite
def paths(draw: st.DrawFn) -> Path:
    words = draw(st.sampled_from((VERSIONS, ASSETS)))
    source, target = draw(st.sampled_from(words)), draw(st.sampled_from(words))
    kinds = sorted({key(word).kind for word in words} - {Kind.COMMIT, Kind.REPOSITORY}, key=lambda kind: kind.value)
    things = st.sampled_from(kinds) | st.sampled_from(words)
    conditions = st.just(()) | st.lists(things, max_size=3, unique=True).map(tuple)
    as_of = draw(st.none() | st.integers(0, 2_000))
    return Path(source, target, draw(types), as_of, draw(conditions), draw(conditions))
