"""Impact on random estates: against the oracle, and by the laws that hold whatever the estate."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.lineage.answers import CONTENT, DELETE, WITHDRAW, asked
from tests.lineage.estate import NOW, Estate, Link
from tests.lineage.examples import examples
from tests.lineage.oracle import Oracle
from thalweg.lineage.impact import Affected, Change, Confidence, Content, Effect, Impact, Verdict
from thalweg.model.edges import TYPES_BETWEEN, EdgeType
from thalweg.model.facts import MarkKind
from thalweg.model.kinds import Kind, Level
from thalweg.model.time import DAY

DATA = ("a@1", "a@2", "b@1", "b@2", "c@1", "d@1")
RUNS = ("*j-1", "*j-2", "*j-3", "*k-1", "*k-2", "*l-1", "*alone")
MODELS = ("m/1", "m/2", "n/1")
RELEASES = ("+production:e#1", "+production:e#2", "+staging:f#1")
VERSIONS = (*DATA, *RUNS, *MODELS, *RELEASES)
ASSETS = ("a", "b", "c", "d", "^j", "^k", "^l", "^stated", "m:", "n:", "+production:e", "+staging:f", "+prod:stated")


def _pairs(words: tuple[str, ...]) -> list[tuple[str, EdgeType, str]]:
    made = Estate()
    kinds = {word: made.add(word).key.kind for word in words}
    return [
        (one, type, other)
        for one, other in product(words, words)
        if one != other
        for type in TYPES_BETWEEN.get((kinds[one], kinds[other]), ())
        if type is not EdgeType.PARENT_OF
    ]


VERSION_PAIRS, ASSET_PAIRS = _pairs(VERSIONS), _pairs(ASSETS)
GROWING = [pair for pair in VERSION_PAIRS if pair[1] is not EdgeType.PRODUCED]
days = st.sampled_from((1, 5, 30, 60, 89, 91, 100, 200, 400))


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    made = Estate()
    for word in (*VERSIONS, *ASSETS):
        if word not in ("^stated", "+prod:stated"):
            made.add(word)
    some_data = st.lists(st.sampled_from(DATA), max_size=2, unique=True)
    some_models = st.lists(st.sampled_from(MODELS), max_size=1)
    for act in (*RUNS, *RELEASES):
        for word in (*draw(some_data), *draw(some_models)):
            _link(draw, made, word, act)
        for word in (*draw(some_data), *(draw(some_models) if act in RUNS else ())):
            _link(draw, made, act, word)
    for pairs in (VERSION_PAIRS, ASSET_PAIRS):
        for source, _, target in draw(st.lists(st.sampled_from(pairs), max_size=4, unique=True)):
            _link(draw, made, source, target)
    for place, thing in enumerate(made.versions()):
        if thing.key.kind in (Kind.RUN, Kind.DATASET_VERSION, Kind.MODEL_VERSION):
            thing.at = NOW - draw(days) * DAY + place  # no two at one time
        if thing.key.kind is Kind.RELEASE and draw(st.booleans()):
            thing.until = NOW - DAY
        if thing.key.kind is Kind.DATASET_VERSION and draw(st.sampled_from((False, False, True))):
            thing.gone_at = NOW - DAY
    for version in (draw(st.sampled_from(("m/1", "m/2"))), "n/1"):  # an alias is of one version of a model
        if draw(st.booleans()):
            made.marks.append((version, MarkKind.ALIAS, draw(st.sampled_from(("champion", "candidate")))))
    return made


def _link(draw: st.DrawFn, made: Estate, source: str, target: str) -> None:
    (type,) = TYPES_BETWEEN[made.add(source).key.kind, made.add(target).key.kind]
    pinned = type is EdgeType.INPUT_TO and draw(st.booleans())
    if not any((link.source, link.target) == (source, target) for link in made.links):
        made.links.append(Link(source, type, target, {"pinned": True} if pinned else {}))


@st.composite
def questions(draw: st.DrawFn) -> tuple[Change, tuple[str, ...]]:
    changes: tuple[Change, ...] = (CONTENT, DELETE, WITHDRAW)
    change = draw(st.sampled_from(changes))
    words = MODELS if change == WITHDRAW else (*DATA, "a", "b", "c", "d")
    several = st.lists(st.sampled_from(words), min_size=1, max_size=2, unique=True)
    return change, tuple(draw(several))


def answer(made: Estate, impact: Impact) -> dict[tuple[str, str], tuple[bool, bool]]:
    """By asset and effect: whether it is certain, and whether it is live."""
    word_of = {thing.key.id: thing.word for thing in made.things.values()}
    return {
        (word_of[line.asset_id], line.effect.value): (line.confidence is Confidence.CERTAIN, line.live)
        for line in impact.affected
    }


@given(made=estates(), question=questions())
@examples(250)
def test_impact_is_what_the_design_says(made: Estate, question: tuple[Change, tuple[str, ...]]) -> None:
    change, changed = question
    assert answer(made, asked(made, change, *changed)) == Oracle(made, NOW, 90 * DAY).answer(change, changed)


@given(made=estates(), question=questions())
@examples(100)
def test_each_explanation_leads_from_what_changes_to_what_is_touched(
    made: Estate, question: tuple[Change, tuple[str, ...]]
) -> None:
    change, changed = question
    facts = made.facts(*changed)
    edges = {*((edge.source, edge.target) for edge in (*facts.edges, *facts.asset_edges))}
    for line in asked(made, change, *changed).affected:
        assert len(line.path) == line.distance > 0
        assert all((edge.source, edge.target) in edges for edge in line.path)
        assert all(one.target == other.source for one, other in pairwise(line.path))
        assert line.path[0].source in facts.changed | facts.starts
        assert line.path[-1].target in {line.asset_id, *line.versions}
        assert line.reason


@given(made=estates(), question=questions(), more=st.sampled_from(GROWING))
@examples(100)
def test_another_edge_never_removes_an_effect(
    made: Estate, question: tuple[Change, tuple[str, ...]], more: tuple[str, EdgeType, str]
) -> None:
    change, changed = question
    before = answer(made, asked(made, change, *changed))
    if not any((link.source, link.target) == (more[0], more[2]) for link in made.links):
        made.links.append(Link(*more))
    assert before.keys() <= answer(made, asked(made, change, *changed)).keys()


@given(made=estates(), data=st.data())
@examples(150)
def test_the_impact_of_several_changes_is_the_union_of_theirs(made: Estate, data: Any) -> None:
    change, words = data.draw(
        st.sampled_from(((CONTENT, DATA), (CONTENT, "abcd"), (DELETE, DATA), (DELETE, "abcd"), (WITHDRAW, MODELS)))
    )
    changed = data.draw(st.lists(st.sampled_from(words), min_size=2, max_size=3, unique=True))
    together = _touched(made, asked(made, change, *changed), changed)
    apart = [_touched(made, asked(made, change, word), changed) for word in changed]
    assert together.keys() == {place for one in apart for place in one}
    for place, certain in together.items():
        united = any(one.get(place, False) for one in apart)
        # two that go, and were made of each other, cannot be made again; one of them could
        assert certain == united or (certain and place[1] is Effect.UNREPRODUCIBLE)


def _touched(made: Estate, impact: Impact, changed: list[str]) -> dict[tuple[str, Effect], bool]:
    """Assets and effects, with whether they are certain; but for what changes in the whole question."""
    word_of = {thing.key.id: thing.word for thing in made.things.values()}

    def remains(line: Affected) -> bool:
        if made.things[changed[0]].key.kind.level is Level.ASSET:
            return word_of[line.asset_id] not in changed
        return not line.versions or any(word_of[id] not in changed for id in line.versions)

    return {
        (word_of[line.asset_id], line.effect): line.confidence is Confidence.CERTAIN
        for line in impact.affected
        if remains(line)
    }


@given(made=estates(), word=st.sampled_from("abcd"))
@examples(100)
def test_a_whole_dataset_contains_each_of_its_versions(made: Estate, word: str) -> None:
    whole = answer(made, asked(made, Content(), word)).keys()
    for version in [thing.word for thing in made.versions() if thing.asset == word]:
        part = answer(made, asked(made, Content(), version)).keys()
        assert {place for place in part if place[0] != word} <= whole


@given(made=estates(), question=questions())
@examples(100)
def test_the_answer_does_not_depend_on_the_order_of_facts(
    made: Estate, question: tuple[Change, tuple[str, ...]]
) -> None:
    change, changed = question
    before = asked(made, change, *changed)
    made.links.reverse()
    made.things = dict(reversed(made.things.items()))
    assert asked(made, change, *changed) == before


@given(made=estates(), question=questions())
@examples(100)
def test_only_what_is_live_warns_and_only_production_blocks(
    made: Estate, question: tuple[Change, tuple[str, ...]]
) -> None:
    for line in asked(made, *_flat(question)).affected:
        if line.verdict is Verdict.BLOCK:
            assert line.confidence is Confidence.CERTAIN
            assert "production" in line.environments
            assert line.effect is not Effect.STALE
        else:
            assert line.verdict is (Verdict.WARN if line.live else Verdict.PASS)


def _flat(question: tuple[Change, tuple[str, ...]]) -> tuple[Any, ...]:
    return question[0], *question[1]
