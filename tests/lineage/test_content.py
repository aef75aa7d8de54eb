"""A change of content: what derives from it is stale."""

from __future__ import annotations

from tests.lineage.answers import CONTENT, along, asked, line, lines
from tests.lineage.estate import estate
from thalweg.lineage.impact import Effect, Verdict
from thalweg.lineage.impact.judge import judge

PIPELINE = estate("""
    tx@1 > *features-1 > cf@1 > *train-1 > fraud/1 > +production:fraud#1 > predictions@1
    tx@2 > *features-2 > cf@2
    other@1 > *train-1
""")


def test_what_derives_is_stale_down_to_the_endpoint_and_its_predictions() -> None:
    assert lines(PIPELINE, asked(PIPELINE, CONTENT, "tx")) == {
        "^features STALE live",
        "cf STALE live",
        "^train STALE live",
        "fraud: STALE live",
        "+production:fraud STALE live",
        "predictions STALE live",
    }


def test_one_version_touches_only_what_came_of_it() -> None:
    impact = asked(PIPELINE, CONTENT, "tx@2")
    assert lines(PIPELINE, impact) == {"^features STALE live", "cf STALE live"}
    assert line(PIPELINE, impact, "cf", Effect.STALE).versions == (PIPELINE.things["cf@2"].key.id,)


def test_an_old_version_of_a_dataset_is_not_live() -> None:
    assert "cf STALE" in lines(PIPELINE, asked(PIPELINE, CONTENT, "tx@1"))


def test_the_newest_versions_alone_may_be_what_changes() -> None:
    impact = judge(CONTENT, PIPELINE.facts("tx", starts=["tx@2"]))
    assert lines(PIPELINE, impact) == {"^features STALE live", "cf STALE live"}


def test_the_explanation_is_a_shortest_path() -> None:
    two_ways = estate("""
        tx@1 > *long-1 > mid@1 > *train-1
        tx@1 > *train-1 > fraud/1
    """)
    found = line(two_ways, asked(two_ways, CONTENT, "tx"), "fraud:", Effect.STALE)
    assert along(two_ways, found) == "tx@1 > *train-1 > fraud/1"
    assert found.distance == 2


def test_what_changes_is_not_listed_for_its_own_change() -> None:
    cycle = estate("""
        tx@1 > *train-1 > fraud/1 > +production:fraud#1 > tx@2
        tx@2 > *train-2 > fraud/2
    """)
    assert not any(said.startswith("tx ") for said in lines(cycle, asked(cycle, CONTENT, "tx")))
    assert "tx STALE live" in lines(cycle, asked(cycle, CONTENT, "tx@1"))


def test_a_release_that_ended_is_stale_but_not_live() -> None:
    ended = estate("""
        tx@1 > *train-1 > fraud/1 > +production:fraud#1
        +production:fraud#1: until 2 days ago
    """)
    assert lines(ended, asked(ended, CONTENT, "tx")) == {
        "^train STALE live",
        "fraud: STALE",
        "+production:fraud STALE",
    }


def test_an_alias_makes_a_model_version_live_and_another_does_not() -> None:
    for name, expected in {"champion": "fraud: STALE live", "candidate": "fraud: STALE"}.items():
        marked = estate(f"""
            tx@1 > *train-1 > fraud/1
            fraud/1: alias {name}
        """)
        assert expected in lines(marked, asked(marked, CONTENT, "tx"))


def test_a_stage_counts_as_a_stage_only() -> None:
    marked = estate("""
        tx@1 > *train-1 > fraud/1
        tx@1 > *train-2 > churn/1
        fraud/1: stage Production
        churn/1: alias Production
    """)
    assert {"fraud: STALE live", "churn: STALE"} <= lines(marked, asked(marked, CONTENT, "tx"))


def test_a_job_is_live_while_it_is_active() -> None:
    idle = estate("""
        tx@1 > *train-1 > fraud/1
        *train-1: 91 days ago
    """)
    assert lines(idle, asked(idle, CONTENT, "tx")) == {"^train STALE", "fraud: STALE"}


def test_a_run_of_no_known_job_passes_the_change_on_and_no_line_stands_for_it() -> None:
    alone = estate("tx@1 > *alone > fraud/1")
    assert lines(alone, asked(alone, CONTENT, "tx")) == {"fraud: STALE"}


def test_derived_into_counts_as_a_run() -> None:
    copied = estate("""
        tx@1 > copy@1 > *train-1 > fraud/1
        fraud/1 > distilled/1
    """)
    assert {"copy STALE live", "fraud: STALE", "distilled: STALE"} <= lines(copied, asked(copied, CONTENT, "tx"))


def test_a_release_that_reads_the_data_live_is_stale() -> None:
    features = estate("cf@1 > +production:fraud#1")
    found = line(features, asked(features, CONTENT, "cf"), "+production:fraud", Effect.STALE)
    assert found.environments == ("production",)
    assert found.reason == "`production/fraud/1` reads `test cf@1`"


def test_the_verdict_warns_where_something_live_is_touched() -> None:
    assert asked(PIPELINE, CONTENT, "tx").verdict is Verdict.WARN
    idle = estate("""
        tx@1 > *train-1 > fraud/1
        *train-1: 91 days ago
    """)
    assert asked(idle, CONTENT, "tx").verdict is Verdict.PASS


def test_each_line_has_owners_and_a_reason() -> None:
    owned = estate("""
        tx@1 > *train-1 > fraud/1
        tx@2 > *train-2 > fraud/2
        *train-1: 5 days ago
        *train-2: 3 days ago
        fraud:: owner ann, owner ben
    """)
    impact = asked(owned, CONTENT, "tx")
    model, job = line(owned, impact, "fraud:", Effect.STALE), line(owned, impact, "^train", Effect.STALE)
    assert model.owners == ("ann", "ben")
    assert model.reason == "`fraud/2` and 1 more hold what derives from `test tx@2`, by run `train-2` of job `train`"
    assert job.reason == "2 runs of it read `test tx@2`, the last one 3 days ago"
