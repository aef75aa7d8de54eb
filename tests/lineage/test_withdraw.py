"""A model version is withdrawn: what serves it breaks, what was made of it is stale."""

from __future__ import annotations

from tests.lineage.answers import WITHDRAW, along, asked, line, lines
from tests.lineage.estate import estate
from thalweg.lineage.impact import Effect, Verdict


def test_a_live_release_that_serves_it_breaks_and_an_ended_one_does_not() -> None:
    served = estate("""
        fraud/1 > +production:fraud#1
        fraud/1 > +staging:fraud#1
        +staging:fraud#1: until 1 day ago
    """)
    impact = asked(served, WITHDRAW, "fraud/1")
    assert lines(served, impact) == {"+production:fraud BREAKS live"}
    assert impact.verdict is Verdict.BLOCK
    found = line(served, impact, "+production:fraud", Effect.BREAKS)
    assert found.reason == "`production/fraud` serves `fraud/1`, live as release 1 since 2026-05-22"
    assert (found.rule, found.environments, found.distance) == ("breaks-production", ("production",), 1)


def test_outside_production_it_is_a_warning() -> None:
    staged = estate("fraud/1 > +staging:fraud#1")
    assert asked(staged, WITHDRAW, "fraud/1").verdict is Verdict.WARN


def test_what_it_predicted_is_stale_through_whatever_release() -> None:
    ended = estate("""
        fraud/1 > +production:fraud#1 > predictions@1 > *train-1 > fraud/2 > +production:fraud#2
        +production:fraud#1: until 2 days ago
    """)
    impact = asked(ended, WITHDRAW, "fraud/1")
    assert lines(ended, impact) == {
        "predictions STALE live",
        "^train STALE live",
        "fraud: STALE live",
        "+production:fraud STALE live",
    }
    found = line(ended, impact, "fraud:", Effect.STALE)
    assert along(ended, found) == "fraud/1 > +production:fraud#1 > predictions@1 > *train-1 > fraud/2"


def test_what_was_fine_tuned_from_it_is_stale_and_the_run_that_did_it_is_only_the_way() -> None:
    tuned = estate("""
        base/1 > *tune-1 > fraud/1 > +production:fraud#1
        base/1 > distilled/1
        base/1 > *evaluate-1
    """)
    assert lines(tuned, asked(tuned, WITHDRAW, "base/1")) == {
        "fraud: STALE live",
        "+production:fraud STALE live",
        "distilled: STALE",
    }


def test_a_run_that_used_it_is_stale_when_it_also_took_in_what_it_predicted() -> None:
    both = estate("""
        base/1 > *score-1 > scores@1 > *tune-1 > fraud/1
        base/1 > *tune-1
    """)
    impact = asked(both, WITHDRAW, "base/1")
    assert lines(both, impact) == {"scores STALE live", "^tune STALE live", "fraud: STALE"}
    assert along(both, line(both, impact, "^tune", Effect.STALE)) == "base/1 > *score-1 > scores@1 > *tune-1"
    assert along(both, line(both, impact, "fraud:", Effect.STALE)) == "base/1 > *tune-1 > fraud/1"


def test_another_version_of_the_model_is_untouched() -> None:
    two = estate("""
        fraud/1 > +production:fraud#1
        fraud/2 > +staging:fraud#1
    """)
    assert lines(two, asked(two, WITHDRAW, "fraud/2")) == {"+staging:fraud BREAKS live"}
