"""Data is deleted: who reads it breaks, what it fed is refreshed no more, what was built from it cannot be again."""

from __future__ import annotations

from tests.lineage.answers import DELETE, along, asked, line, lines
from tests.lineage.estate import Estate, estate
from thalweg.lineage.impact import Effect, Verdict


def effects(made: Estate, *changed: str) -> set[str]:
    """The lines but those of UNREPRODUCIBLE: what the active pattern says."""
    return {said for said in lines(made, asked(made, DELETE, *changed)) if "UNREPRODUCIBLE" not in said}


def unbuildable(made: Estate, *changed: str) -> set[str]:
    """The lines of UNREPRODUCIBLE, without the word."""
    said = lines(made, asked(made, DELETE, *changed))
    return {one.replace(" UNREPRODUCIBLE", "") for one in said if "UNREPRODUCIBLE" in one}


# ------------------------------------------------------------------------------------------------ the active pattern


def test_who_reads_it_breaks_and_all_behind_is_stale() -> None:
    pipeline = estate("""
        tx@1 > *features-1 > cf@1 > *train-1 > fraud/1 > +production:fraud#1 > predictions@1
        tx@1 > +staging:lookup#1
    """)
    assert effects(pipeline, "tx") == {
        "^features BREAKS live",
        "+staging:lookup BREAKS live",
        "cf STALE live",
        "^train STALE live",
        "fraud: STALE live",
        "+production:fraud STALE live",
        "predictions STALE live",
    }


def test_a_job_that_feeds_production_blocks_by_any_of_its_runs() -> None:
    fed = estate("""
        tx@1 > *train-1 > fraud/1
        base@1 > *train-2 > fraud/2 > +production:fraud#1
    """)
    impact = asked(fed, DELETE, "tx")
    found = line(fed, impact, "^train", Effect.BREAKS)
    assert (found.environments, found.rule, impact.verdict) == (("production",), "breaks-production", Verdict.BLOCK)
    assert found.reason == "job `train` reads `test tx`; it last did 9 days ago; it feeds `production/fraud`"


def test_a_job_feeds_only_what_its_runs_within_the_window_lead_to() -> None:
    old = estate("""
        tx@1 > *train-1 > fraud/1 > +production:fraud#1
        tx@1 > *train-2 > fraud/2
        tx@1 > *train-3
        tx@1 > *train-4
        *train-1: 91 days ago
    """)
    impact = asked(old, DELETE, "tx")
    assert line(old, impact, "^train", Effect.BREAKS).environments == ()


def test_a_job_that_did_not_run_is_listed_by_its_last_run_and_nothing_is_followed_behind_it() -> None:
    idle = estate("""
        tx@1 > *features-1 > cf@1 > *train-1 > fraud/1
        *features-1: 200 days ago
    """)
    impact = asked(idle, DELETE, "tx")
    assert effects(idle, "tx") == {"^features BREAKS"}
    assert line(idle, impact, "^features", Effect.BREAKS).reason == (
        "job `features` read `test tx` in its last run, 200 days ago; it has not run in the last 90 days"
    )


def test_a_job_whose_last_run_read_other_data_is_not_listed() -> None:
    moved = estate("""
        tx@1 > *features-1
        other@1 > *features-2
        *features-1: 300 days ago
        *features-2: 200 days ago
    """)
    assert effects(moved, "tx") == set()


def test_an_active_job_that_no_longer_reads_it_is_not_listed() -> None:
    moved = estate("""
        tx@1 > *features-1
        other@1 > *features-2
        other@1 > *features-3
        other@1 > *features-4
        *features-1: 100 days ago
    """)
    assert effects(moved, "tx") == set()


def test_a_yearly_job_is_active_by_its_usual_interval() -> None:
    yearly = estate("""
        tx@1 > *report-1 > out@1
        tx@1 > *report-2 > out@2
        tx@1 > *report-3 > out@3
        *report-1: 930 days ago
        *report-2: 565 days ago
        *report-3: 200 days ago
    """)
    assert effects(yearly, "tx") == {"^report BREAKS live", "out STALE live"}
    once = estate("""
        tx@1 > *report-3 > out@3
        *report-3: 200 days ago
    """)
    assert effects(once, "tx") == {"^report BREAKS"}


def test_the_interval_is_the_median_and_reaches_back_twice() -> None:
    for last, expected in {119: {"^report BREAKS live"}, 121: {"^report BREAKS"}}.items():
        made = estate(f"""
            tx@1 > *report-4
            tx@1 > *report-3
            tx@1 > *report-2
            tx@1 > *report-1
            *report-4: {last} days ago
            *report-3: {last + 60} days ago
            *report-2: {last + 120} days ago
            *report-1: {last + 1000} days ago
        """)
        assert effects(made, "tx") == expected


def test_a_step_through_a_job_is_certain_only_where_one_run_had_both() -> None:
    two_sided = estate("""
        tx@1 > *etl-1 > a@1
        other@1 > *etl-2 > b@1
    """)
    assert effects(two_sided, "tx") == {"^etl BREAKS live", "a STALE live", "b STALE possible live"}


def test_over_several_paths_the_strongest_wins_and_it_is_what_is_told() -> None:
    two_sided = estate("""
        tx@1 > *etl-1 > a@1 > *join-1 > b@1
        other@1 > *etl-2 > b@1
    """)
    found = line(two_sided, asked(two_sided, DELETE, "tx"), "b", Effect.STALE)
    assert along(two_sided, found) == "tx > ^etl > a > ^join > b"
    assert found.reason == "dataset `test b` will no longer be refreshed by job `join` without `test tx`"


def test_an_ended_release_reads_nothing_any_more() -> None:
    ended = estate("""
        tx@1 > +production:fraud#1 > predictions@1
        +production:fraud#1: until 1 day ago
    """)
    assert effects(ended, "tx") == set()


def test_what_is_only_stated_of_a_job_is_possible() -> None:
    stated = estate("""
        tx@1 > *etl-1
        tx > ^report
        ^report > summary
        tx > ^audit
        other@1 > *audit-1
        tx > ^retired
        other@1 > *retired-1
        ^retired > archive
        *retired-1: 200 days ago
    """)
    assert effects(stated, "tx") == {
        "^etl BREAKS live",
        "^report BREAKS possible",
        "summary STALE possible",
        "^audit BREAKS possible live",
        "^retired BREAKS possible",
    }


def test_what_is_stated_of_a_deployment_is_possible_unless_it_was_switched_off() -> None:
    stated = estate("""
        tx > +production:fraud
        other@1 > +production:fraud#1
        tx > +production:planned
        tx > +production:off
        other@1 > +production:off#1
        +production:off#1: until 1 day ago
    """)
    impact = asked(stated, DELETE, "tx")
    assert effects(stated, "tx") == {
        "+production:fraud BREAKS possible live",
        "+production:planned BREAKS possible",
    }
    assert impact.verdict is Verdict.WARN


def test_what_is_stated_to_derive_is_possibly_stale() -> None:
    stated = estate("tx > copy")
    assert effects(stated, "tx") == {"copy STALE possible"}


def test_behind_derived_into_data_is_stale_while_it_happened_within_the_window() -> None:
    for days, expected in {5: {"copy STALE live"}, 95: set()}.items():
        copied = estate(f"""
            tx@1 > copy@1
            tx@1: 99 days ago
            copy@1: {days} days ago
        """)
        assert effects(copied, "tx") == expected


def test_a_model_is_stale_by_its_live_versions() -> None:
    served = estate("""
        tx@1 > *train-1 > fraud/2
        fraud/1 > +production:fraud#1
    """)
    found = line(served, asked(served, DELETE, "tx"), "fraud:", Effect.STALE)
    assert found.live
    assert found.versions == (served.things["fraud/1"].key.id,)
    assert found.environments == ("production",)


# -------------------------------------------------------------------------------------------------------- of versions


def test_of_versions_those_break_that_are_pinned_to_one() -> None:
    pinned = estate("""
        tx@1 > *train-1 (pinned)
        tx@1 > *floating-1
        tx@1 > +production:fraud#1 (pinned)
        tx@1 > +production:old#1 (pinned)
        tx@1 > *idle-1 (pinned)
        tx@2 > *other-1 (pinned)
        +production:old#1: until 1 day ago
        *idle-1: 200 days ago
    """)
    impact = asked(pinned, DELETE, "tx@1")
    assert effects(pinned, "tx@1") == {"^train BREAKS live", "+production:fraud BREAKS live"}
    assert line(pinned, impact, "^train", Effect.BREAKS).reason == (
        "job `train` reads the version `test tx@1`, pinned; it last did 9 days ago"
    )
    assert line(pinned, impact, "+production:fraud", Effect.BREAKS).reason == (
        "`production/fraud` reads `test tx@1`, pinned, live as release 1 since 2026-05-22"
    )


def test_what_reads_the_next_version_is_not_stale_by_the_loss_of_one() -> None:
    pinned = estate("tx@1 > *train-1 > fraud/1 (pinned)")
    assert effects(pinned, "tx@1") == {"^train BREAKS live"}


# ------------------------------------------------------------------------------------------------------ unreproducible


def test_what_nothing_could_make_again_leaves_all_it_built_unreproducible() -> None:
    pipeline = estate("tx@1 > *features-1 > cf@1 > *train-1 > fraud/1 > +production:fraud#1 > predictions@1")
    assert unbuildable(pipeline, "tx") == {
        "cf live",
        "fraud: live",
        "+production:fraud live",
        "predictions live",
    }
    impact = asked(pipeline, DELETE, "tx@1")
    assert impact.verdict is Verdict.BLOCK
    found = line(pipeline, impact, "fraud:", Effect.UNREPRODUCIBLE)
    assert found.rule == "unreproducible-production"
    assert found.reason == "`fraud/1` cannot be rebuilt without `test tx@1`, which nothing known could make again"


def test_it_is_possible_where_a_run_made_it_whose_inputs_are_still_there() -> None:
    pipeline = estate("raw@1 > *ingest-1 > tx@1 > *train-1 > fraud/1")
    assert unbuildable(pipeline, "tx") == {"fraud: possible"}


def test_an_input_that_is_gone_is_not_there() -> None:
    pipeline = estate("""
        raw@1 > *ingest-1 > tx@1 > *train-1 > fraud/1
        raw@1: gone
    """)
    assert unbuildable(pipeline, "tx") == {"fraud:"}


def test_an_input_that_is_gone_will_do_where_it_can_be_made_again() -> None:
    collected = estate("""
        raw@1 > *ingest-1 > tx@1 > *features-1 > cf@1 > *train-1 > fraud/1
        tx@1: gone
    """)
    assert unbuildable(collected, "cf") == {"fraud: possible"}


def test_an_input_that_goes_too_will_do_where_it_can_be_made_again() -> None:
    pipeline = estate("raw@1 > *ingest-1 > tx@1 > *features-1 > cf@1 > *train-1 > fraud/1")
    assert unbuildable(pipeline, "tx", "cf") == {"fraud: possible"}
    assert unbuildable(pipeline, "raw", "tx", "cf") == {"fraud:"}


def test_one_run_that_has_all_it_needs_is_enough() -> None:
    twice = estate("""
        raw@1 > *ingest-1 > tx@1 > *train-1 > fraud/1
        lost@1 > *ingest-2 > tx@1
        lost@1: gone
    """)
    assert unbuildable(twice, "tx") == {"fraud: possible"}
    needs_both = estate("""
        raw@1 > *ingest-1 > tx@1 > *train-1 > fraud/1
        lost@1 > *ingest-1
        lost@1: gone
    """)
    assert unbuildable(needs_both, "tx") == {"fraud:"}


def test_a_run_without_known_inputs_and_a_release_make_nothing_again() -> None:
    assert unbuildable(estate("*ingest-1 > tx@1 > *train-1 > fraud/1"), "tx") == {"fraud:"}
    logged = estate("old/1 > +production:old#1 > tx@1 > *train-1 > fraud/1")
    assert unbuildable(logged, "tx") == {"fraud:"}


def test_two_that_were_made_of_each_other_cannot_be_made_again() -> None:
    circle = estate("""
        a@1 > *one-1 > b@1 > *two-1 > a@1
        b@1 > *train-1 > fraud/1
    """)
    assert unbuildable(circle, "a", "b") == {"fraud:"}
    assert unbuildable(circle, "b") == {"a possible live", "fraud: possible"}


def test_a_live_version_weighs_by_its_own_confidence() -> None:
    mixed = estate("""
        raw@1 > *ingest-1 > tx@1 > *train-1 > fraud/1 > +production:fraud#1
        tx@2 > *train-2 > fraud/2
    """)
    impact = asked(mixed, DELETE, "tx@1", "tx@2")
    model = line(mixed, impact, "fraud:", Effect.UNREPRODUCIBLE)
    assert (model.confidence.value, model.live, model.verdict) == ("CERTAIN", True, Verdict.WARN)
