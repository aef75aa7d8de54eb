"""Any estate, stated anyhow: both engines keep the graph that the design says, and answer as networkx does.

`THALWEG_EXAMPLES=1000 pytest tests/store/test_properties.py` draws that many, and others each time.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from tests.exploring import Explore, Wipe
from tests.facts import alias, id, joined, said
from tests.store.dump import DATED_BEFORE, Dump, dump, edges, entities
from tests.store.estates import (
    ASSETS,
    Forget,
    Pass,
    Path,
    Restore,
    State,
    Step,
    estates,
    granules,
    paths,
    walks,
)
from tests.store.oracle import CLOCK, Line, Oracle
from thalweg import ingest
from thalweg.model.facts import ANYONE, Granule, JoinFact
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Edge, Outcome, Truncated, Written
from thalweg.store.questions import PathBetween, Start, Walk
from thalweg.store.store import Store

# ------------------------------------------------------------------------------------- the graph that must be there


def test_the_graph_and_the_answers_are_what_the_design_says(explore: Explore) -> None:
    explore(
        compare,
        steps=estates(),
        walks=st.lists(walks(), min_size=1, max_size=6),
        paths=st.lists(paths(), max_size=3),
        as_of=st.none() | st.integers(0, 2_000),
    )


async def compare(
    store: Store,
    steps: list[Step],
    walks: list[tuple[Start, Walk]],
    paths: list[Path],
    as_of: int | None,
) -> None:
    oracle = Oracle()
    for step in steps:
        await take(store, oracle, step)
    await compare_entities(store, oracle)
    await compare_edges(store, oracle)
    for start, walk in walks:
        await compare_walk(store, oracle, start, walk)
    for path in paths:
        await compare_path(store, oracle, path)
    known = sorted(oracle.visible())
    assert {id: tuple(it) for id, it in (await store.degrees(known, ANYONE, as_of=as_of)).items()} == oracle.degrees(
        as_of
    )
    assert (await store.check()).findings == ()


async def take(store: Store, oracle: Oracle, step: Step) -> None:
    """One step of the estate's history, in the store and in the oracle."""
    match step:
        case State(granules):
            for granule in granules:
                await stated(store, granule)
                oracle.state(granule)
        case Pass(source, granules):
            pass_ = await store.begin_pass(source, ANYONE)
            oracle.begin(source)
            for granule in granules:
                await stated(store, granule, pass_=pass_)
                oracle.state(granule)
            await store.close_pass(pass_, ANYONE)
            oracle.close(source)
        case Forget(words):
            known = [id(word) for word in words if id(word) in oracle.everything()]
            await store.forget(known, ANYONE)
            oracle.forget(known)
        case Restore(words):
            known = [id(word) for word in words if id(word) in oracle.everything()]
            await store.restore(known, ANYONE)
            oracle.restore(known)


async def stated(store: Store, *granules: Granule, **options: Any) -> list[Outcome]:
    answers = await ingest.state(store, granules, ANYONE, **options)
    for answer in answers:
        if not isinstance(answer, Written):
            raise answer
    return [answer.outcome for answer in answers if isinstance(answer, Written)]


async def compare_entities(store: Store, oracle: Oracle) -> None:
    found = await entities(store)
    assert words(found) == words(oracle.visible())
    for known, entity in found.items():
        where = said(known)
        assert (entity.kind, entity.key) == oracle.keys[known], where
        assert entity.asset_id == oracle.asset(known), where
        assert entity.known == (known in oracle.nodes or known in oracle.gone), where
        assert clock(entity.at) == oracle.at(known), where
        if known not in oracle.gone:
            assert entity.props == oracle.nodes.get(known, {}), where
            assert entity.gone_at == entity.props.get("gone_at"), where
        elif entity.kind is Kind.RELEASE:
            assert entity.props.get("until") is not None, where
            assert {**entity.props, "until": 0} == {**oracle.gone[known], "until": 0}, where
        else:
            assert entity.gone_at is not None, where
            assert entity.props == oracle.gone[known], where


async def compare_edges(store: Store, oracle: Oracle) -> None:
    found = {(edge.source, edge.type, edge.target, edge.role): edge for edge in await edges(store, oracle.visible())}
    expected = oracle.edges()
    assert arrows(found) == arrows(expected)
    for ref, line in expected.items():
        assert like(found[ref], oracle.keys[ref[0]].kind.level) == like(line, oracle.keys[ref[0]].kind.level), arrows(
            [ref]
        )


def like(edge: Edge | Line, level: Level) -> tuple[Any, ...]:
    """What of an edge is compared: at the asset level also what it follows from."""
    version = level is Level.VERSION
    last_at = clock(edge.last_at) if edge.version_edges else None
    return (clock(edge.at), edge.props, *(() if version else (edge.version_edges, last_at, edge.stated)))


async def compare_walk(store: Store, oracle: Oracle, start: Start, walk: Walk) -> None:
    walked = await store.walk(start, walk, ANYONE)
    reached = oracle.walk(start, walk)
    nearest = sorted((far, id) for id, far in reached.distances.items())[: walk.max_nodes]
    assert [(node.distance, said(node.id)) for node in walked.nodes] == [(far, said(id)) for far, id in nearest]
    returned = {id for _, id in nearest}
    between = [ref for ref in reached.edges if ref[0] in returned and ref[2] in returned]
    assert arrows((edge.source, edge.type, edge.target, edge.role) for edge in walked.edges) == arrows(between)
    assert {key: number for key, number in walked.counts.items() if number} == reached.counts(oracle.keys)
    reasons: set[Truncated | None] = {Truncated.MAX_NODES} if 0 < walk.max_nodes < len(reached.distances) else set()
    reasons |= {Truncated.DEPTH} if reached.deeper else set()
    if walk.max_nodes:
        assert walked.truncated in (reasons or {None})
    assert walked.complete == (not reached.deeper)


async def compare_path(store: Store, oracle: Oracle, asked: Path) -> None:
    assets = asked.source in ASSETS
    for versions in (True, False) if assets else (True,):
        through, avoiding = (
            tuple(_meant(one, versions) for one in things) for things in (asked.through, asked.avoiding)
        )
        ends = id(asked.source), id(asked.target)
        between = PathBetween(*ends, asked.types, asked.as_of, versions, through, avoiding)
        edges = await store.path(between, ANYONE)
        assert (None if edges is None else len(edges)) == oracle.distance(between)
        if not edges:
            continue
        graph = oracle.graph(asked.types, asked.as_of)
        sources, targets = (oracle.things(id, versions) for id in ends)
        assert edges[0].source in sources
        assert edges[-1].target in targets
        for edge in edges:
            assert graph.has_edge(edge.source, edge.target, (edge.source, edge.type, edge.target, edge.role))
        assert all(one.target == other.source for one, other in pairwise(edges))
        passed = {edge.target for edge in edges[:-1]} - sources - targets
        assert all(passed & oracle.things(one, versions) for one in through)
        assert not any(passed & oracle.things(one, versions) for one in avoiding)


def _meant(one: Kind | str, versions: bool) -> Kind | str:
    """A word as an id; a kind of asset, among versions, as that of its versions."""
    return (one.version if versions and one.version else one) if isinstance(one, Kind) else id(one)


def clock(at: int) -> int:
    return at if at < DATED_BEFORE else CLOCK


def words(of: Any) -> list[str]:
    return sorted(said(one) for one in of)


def arrows(refs: Any) -> list[str]:
    return sorted(f"({said(ref[0])})-[{ref[1].value} {ref[3]}]->({said(ref[2])})" for ref in refs)


# ----------------------------------------------------------------------------- the same statements, sent in other ways


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[State]]:
    """The same granules twice: one by one, and in another order, split otherwise, some of them again."""
    found = draw(st.lists(granules(), min_size=2, max_size=6, unique_by=lambda one: (one.source, one.name)))
    dated = [complete(draw, one, place) for place, one in enumerate(found)]
    sent = draw(st.permutations([*dated, *draw(st.lists(st.sampled_from(dated), max_size=3))]))
    cuts = sorted(draw(st.sets(st.integers(1, len(sent) - 1), max_size=4)))
    otherwise = [sent[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    return [[State((one,)) for one in dated], [State(tuple(several)) for several in otherwise]]


JOINS = [joined(*pair) for pair in (("b", "a"), ("c", "a"), ("c", "b"), ("n:", "m:"), ("^k", "^j"))]


@st.composite
def joinings(draw: st.DrawFn) -> tuple[State, int, list[JoinFact]]:
    """Granules, and joins that are stated after some of them."""
    found = draw(st.lists(granules(), min_size=1, max_size=5, unique_by=lambda one: (one.source, one.name)))
    dated = [complete(draw, one, place) for place, one in enumerate(found)]
    joins = draw(st.lists(st.sampled_from(JOINS), min_size=1, max_size=2, unique=True))
    return State(tuple(replace(one, joins=()) for one in dated)), draw(st.integers(0, len(dated))), joins


def complete(draw: st.DrawFn, granule: Granule, place: int) -> Granule:
    """The granule at an event time of its own, and with marks and joins."""
    at = 100 * (granule.at or 0) + place
    granule = with_dates(draw, granule)
    versions = draw(st.lists(st.sampled_from(("m/1", "m/2", "n/1")), max_size=2, unique=True))
    marks = [alias(word, "best", since=draw(st.integers(0, 1_000)) * 100 + place) for word in versions]
    return replace(granule, at=at, marks=marks, joins=draw(st.lists(st.sampled_from(JOINS), max_size=1)))


def with_dates(draw: st.DrawFn, granule: Granule) -> Granule:
    """The granule, with a date for each version of a dataset: what is first seen when is no fact of the estate."""
    entities = [
        fact._replace(props={"created_at": draw(st.integers(0, 1_000)), **fact.props})
        if fact.key.kind is Kind.DATASET_VERSION
        else fact
        for fact in granule.entities
    ]
    return replace(granule, entities=entities)


def test_the_same_dated_facts_give_the_same_graph_in_whatever_way_they_come(explore: Explore, wipe: Wipe) -> None:
    async def check(store: Store, deliveries: list[list[State]]) -> None:
        one_by_one, otherwise = deliveries
        for step in one_by_one:
            await stated(store, *step.granules)
        first = await dump(store)
        assert (await store.check()).findings == ()
        wipe()
        for step in otherwise:
            await stated(store, *step.granules)
        assert await dump(store) == first
        assert (await store.check()).findings == ()

    explore(check, deliveries=deliveries())


def test_a_join_that_is_taken_back_leaves_no_trace(explore: Explore, wipe: Wipe) -> None:
    async def check(store: Store, history: tuple[State, int, list[JoinFact]]) -> None:
        stating, place, joins = history
        join = Granule("person", "joins", "manifest", joins=joins, at=7, revision=1)
        granules = list(stating.granules)
        await stated(store, *granules)
        first = await dump(store)
        wipe()
        for granule in (*granules[:place], join, *granules[place:]):
            await stated(store, granule)
        await stated(store, replace(join, joins=(), revision=2))
        assert await dump(store) == first
        assert (await store.check()).findings == ()

    explore(check, history=joinings())


def test_what_is_sent_twice_changes_nothing(explore: Explore) -> None:
    async def check(store: Store, steps: list[Step]) -> None:
        oracle = Oracle()
        for step in steps:
            await take(store, oracle, step)
        before, times = await dump(store), await updated(store)
        last = await store.events(0, 10_000, ANYONE)
        held = list(oracle.scopes.values())
        assert set(await stated(store, *held)) <= {Outcome.UNCHANGED}
        for granule in held:
            assert await stated(store, granule) == [Outcome.UNCHANGED]
        assert await dump(store) == before
        assert await updated(store) == times
        assert await store.events(0, 10_000, ANYONE) == last

    explore(check, steps=estates())


@st.composite
def revisions(draw: st.DrawFn) -> list[Granule]:
    """States of one scope, each of a time of its own, some of which say the same; and what another source says."""
    bodies = draw(st.lists(granules(), min_size=1, max_size=2))
    bodies = [with_dates(draw, one) for one in bodies]
    states = [
        replace(
            draw(st.sampled_from(bodies)), source="one", name="s", origin="mlflow", revision=number, at=1_000 * number
        )
        for number in range(1, 4)
    ]
    other = with_dates(draw, draw(granules()))
    return [*states, replace(other, source="two", name="t", origin="mlflow", at=1_500)]


def test_the_latest_state_of_a_scope_counts_in_whatever_order_they_come(explore: Explore, wipe: Wipe) -> None:
    async def check(store: Store, drawn: list[Granule], sent: list[int]) -> None:
        latest, other = drawn[2], drawn[3]
        await stated(store, latest, other)
        first = await dump(store)
        wipe()
        await stated(store, latest)
        for place in sent:
            await stated(store, drawn[place])
        assert await dump(store) == first

    explore(check, drawn=revisions(), sent=st.permutations(range(4)))


def test_a_later_state_that_says_the_same_is_a_later_state(explore: Explore, wipe: Wipe) -> None:
    """So the order of the first two, of which the later one says nothing new, is no matter either."""

    async def check(store: Store, drawn: list[Granule]) -> None:
        early, _, late, other = drawn
        early = replace(late, revision=1, at=early.at)
        await stated(store, late, other)
        first = await dump(store)
        for order in ([early, other, late], [early, late, other], [other, late, early]):
            wipe()
            for granule in order:
                await stated(store, granule)
            assert await stated(store, replace(drawn[1], revision=2, at=2_500)) in (
                [Outcome.OUTDATED],
                [Outcome.UNCHANGED],
            )
            assert await dump(store) == first

    explore(check, drawn=revisions())


def test_rebuilt_equals_kept(explore: Explore) -> None:
    async def check(store: Store, steps: list[Step]) -> None:
        oracle = Oracle()
        for step in steps:
            await take(store, oracle, step)
        before: Dump = await dump(store)
        assert await store.rebuild(ANYONE) == 0
        assert await dump(store) == before

    explore(check, steps=estates())


async def updated(store: Store) -> dict[str, int]:
    return {said(id): entity.updated_at for id, entity in (await entities(store)).items()}
