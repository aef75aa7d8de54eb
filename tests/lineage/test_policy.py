"""The policy: ordered rules as data, the first that matches decides, and the gravest thing decides a line."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lineage.answers import CONTENT, DELETE
from tests.lineage.estate import estate
from thalweg.lineage.impact import DEFAULT_POLICY, Confidence, Effect, LiveMarks, Rule, Verdict
from thalweg.lineage.impact.judge import judge
from thalweg.lineage.impact.policy import GRAVITY, NO_RULE, Case, Standing, decide, verdict
from thalweg.model.kinds import Kind

CERTAIN, POSSIBLE = Confidence.CERTAIN, Confidence.POSSIBLE


def case(effect: Effect) -> Case:
    """A finding of a dropped column, at an endpoint."""
    return Case(effect, Kind.DEPLOYMENT, "production", {"team": "risk"}, "drop", "LABEL", "TW101")


BREAKS = case(Effect.BREAKS)


@pytest.mark.parametrize(
    ("effect", "standing", "rule"),
    [
        (Effect.BREAKS, Standing(CERTAIN, True, ("production",)), "breaks-production"),
        (Effect.BREAKS, Standing(CERTAIN, True, ("prod-eu",)), "breaks-production"),
        (Effect.BREAKS, Standing(CERTAIN, True, ("staging", "production")), "breaks-production"),
        (Effect.BREAKS, Standing(CERTAIN, True, ("preprod",)), "touches-live"),
        (Effect.BREAKS, Standing(CERTAIN, True), "touches-live"),
        (Effect.BREAKS, Standing(POSSIBLE, True, ("production",)), "touches-live"),
        (Effect.STALE, Standing(CERTAIN, True, ("production",)), "touches-live"),
        (Effect.UNREPRODUCIBLE, Standing(CERTAIN, True, ("production",)), "unreproducible-production"),
        (Effect.UNREPRODUCIBLE, Standing(POSSIBLE, True, ("production",)), "touches-live"),
        (Effect.BREAKS, Standing(CERTAIN, False), "nothing-live"),
    ],
    ids=str,
)
def test_the_default_policy(effect: Effect, standing: Standing, rule: str) -> None:
    assert decide(DEFAULT_POLICY, case(effect), [standing]).name == rule


def test_the_first_rule_that_matches_decides() -> None:
    lenient = Rule("we-know", Verdict.PASS, effect=Effect.BREAKS)
    standing = Standing(CERTAIN, True, ("production",))
    assert decide((lenient, *DEFAULT_POLICY), BREAKS, [standing]) is lenient
    assert decide((*DEFAULT_POLICY, lenient), BREAKS, [standing]).verdict is Verdict.BLOCK
    assert decide((), BREAKS, [standing]) is NO_RULE


@pytest.mark.parametrize(
    ("conditions", "matches"),
    [
        ({"kind": Kind.DEPLOYMENT}, True),
        ({"kind": Kind.JOB}, False),
        ({"namespace": "prod*"}, True),
        ({"namespace": "staging"}, False),
        ({"tag": "team"}, True),
        ({"tag": "team=risk"}, True),
        ({"tag": "team=web"}, False),
        ({"tag": "pager"}, False),
        ({"role": "LABEL"}, True),
        ({"role": "KEY"}, False),
        ({"change": "drop"}, True),
        ({"change": "retype"}, False),
        ({"finding": "TW101"}, True),
        ({"finding": "TW102"}, False),
        ({"kind": Kind.DEPLOYMENT, "tag": "pager"}, False),
    ],
    ids=str,
)
def test_a_rule_matches_what_meets_all_its_conditions(conditions: dict[str, Any], matches: bool) -> None:
    rule = Rule("mine", Verdict.BLOCK, **conditions)
    assert (decide((rule,), BREAKS, [Standing(CERTAIN, True)]) is rule) is matches


def test_the_gravest_of_what_is_touched_decides_the_line() -> None:
    weak, strong = Standing(POSSIBLE, True), Standing(CERTAIN, True, ("production",))
    assert decide(DEFAULT_POLICY, BREAKS, [weak, strong]).verdict is Verdict.BLOCK


def test_incomplete_wins_over_all_but_a_block() -> None:
    for lines, complete, expected in [
        ([], True, Verdict.PASS),
        ([], False, Verdict.INCOMPLETE),
        ([Verdict.PASS, Verdict.WARN], True, Verdict.WARN),
        ([Verdict.PASS, Verdict.WARN], False, Verdict.INCOMPLETE),
        ([Verdict.WARN, Verdict.BLOCK], False, Verdict.BLOCK),
    ]:
        assert verdict(lines, complete) is expected
    assert GRAVITY.keys() == set(Verdict)


def test_a_question_may_bring_its_own_policy_and_marks() -> None:
    made = estate("""
        tx@1 > *train-1 > fraud/1
        fraud/1: alias shadow
        *train-1: 100 days ago
    """)
    strict = (Rule("none-stale", Verdict.BLOCK, effect=Effect.STALE),)
    assert judge(CONTENT, made.facts("tx")).verdict is Verdict.PASS
    assert judge(CONTENT, made.facts("tx"), policy=strict).verdict is Verdict.BLOCK
    shadow = LiveMarks(aliases=frozenset({"shadow"}), stages=frozenset())
    assert judge(CONTENT, made.facts("tx"), marks=shadow).verdict is Verdict.WARN
    assert judge(DELETE, made.facts("tx"), policy=()).verdict is Verdict.PASS
