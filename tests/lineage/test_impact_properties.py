"""Impact on random estates: against the oracle, and by the laws that hold whatever the estate."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.lineage.answers import CONTENT, DELETE, WITHDRAW, asked
from tests.lineage.drawn import DATA, DATA_KINDS, GROWING, MODELS, column_changes, estates, questions
from tests.lineage.estate import NOW, Estate, Link
from tests.lineage.examples import examples
from tests.lineage.oracle import Oracle
from thalweg.lineage.impact import (
    Affected,
    Change,
    Columns,
    Confidence,
    Content,
    Effect,
    Impact,
    Verdict,
)
from thalweg.model.columns import Add, ColumnChange
from thalweg.model.edges import EdgeType
from thalweg.model.kinds import Level
from thalweg.model.time import DAY


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

    def certain(line: Affected) -> bool:
        others = [one.confidence for one in line.columns if word_of[one.version_id] not in changed]
        return Confidence.CERTAIN in (others or [line.confidence])

    return {(word_of[line.asset_id], line.effect): certain(line) for line in impact.affected if remains(line)}


@given(made=estates(), word=st.sampled_from("abcd"))
@examples(100)
def test_a_whole_dataset_contains_each_of_its_versions(made: Estate, word: str) -> None:
    whole = answer(made, asked(made, Content(), word)).keys()
    for version in [thing.word for thing in made.versions() if thing.asset == word]:
        part = answer(made, asked(made, Content(), version)).keys()
        assert {place for place in part if place[0] != word} <= whole


@given(made=estates(), words=st.lists(st.sampled_from("abcd"), min_size=1, max_size=2, unique=True), data=st.data())
@examples(100)
def test_the_impact_of_several_columns_is_the_union_of_theirs(made: Estate, words: list[str], data: Any) -> None:
    several = data.draw(st.lists(column_changes, min_size=2, max_size=3, unique_by=lambda one: one.column))
    columns = tuple(one.column for one in several if not isinstance(one, Add))
    contents = [Content((column,)) for column in columns]
    cases: list[tuple[Change, list[Change]]] = [(Columns(tuple(several)), [Columns((one,)) for one in several])]
    if columns:
        cases.append((Content(columns), list(contents)))
    for together, apart in cases:
        united: dict[tuple[str, str], bool] = {}
        for one in apart:
            for place, (certain, _) in answer(made, asked(made, one, *words)).items():
                united[place] = united.get(place, False) or certain
        whole = asked(made, together, *words)
        assert {place: certain for place, (certain, _) in answer(made, whole).items()} == united
        for line in whole.affected:
            assert {one.column for one in line.findings} <= {one.column for one in several}
            assert any(one.confidence is line.confidence for one in line.findings)


@given(made=estates(), word=st.sampled_from("abcd"), change=column_changes)
@examples(100)
def test_a_whole_dataset_contains_each_of_its_columns(made: Estate, word: str, change: ColumnChange) -> None:
    for whole, part in ((Content(), Content((change.column,))), (DELETE, Columns((change,)))):
        contained, containing = answer(made, asked(made, part, word)), answer(made, asked(made, whole, word))
        assert contained.keys() <= containing.keys()
        assert all(containing[place][0] for place, (certain, _) in contained.items() if certain)


@given(made=estates(), question=questions(), data=st.data())
@examples(100)
def test_declaring_reads_that_miss_the_change_never_adds_an_effect(
    made: Estate, question: tuple[Change, tuple[str, ...]], data: Any
) -> None:
    change, changed = question
    before = answer(made, asked(made, change, *changed))
    for link in made.links:
        if (
            link.type is EdgeType.INPUT_TO
            and made.things[link.source].key.kind in DATA_KINDS
            and data.draw(st.booleans())
        ):
            link.props = {**link.props, "columns": ["another"], "covers": "DECLARED"}
    after = answer(made, asked(made, change, *changed))
    assert after.keys() <= before.keys()
    assert all(before[place][0] for place, (certain, _) in after.items() if certain)


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
