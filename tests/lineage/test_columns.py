"""A change of columns: who reads them breaks, what these write is not refreshed; by what is known of each read."""

from __future__ import annotations

import pytest

from tests.lineage.answers import add, asked, drop, finding, line, lines, nullable, rename, retype
from tests.lineage.estate import estate
from thalweg.lineage.impact import Columns, Effect, Verdict

READERS = estate("""
    tx@1 > *declares-1 > a@1 (reads age)
    tx@1 > *declares-not-1 > b@1 (reads id)
    tx@1 > *reports-1 > c@1 (filters age)
    tx@1 > *reports-not-1 > d@1 (filters id)
    tx@1 > *selects-1 > e@1 (selects age)
    tx@1 > *selects-not-1 > f@1 (selects id)
    tx@1 > *silent-1 > g@1
    tx@1 > *everything-1 > h@1 (reads *)
    tx@1: columns id age country
""")


def test_a_hit_is_certain_and_a_miss_clears_only_where_filters_and_joins_are_known() -> None:
    assert lines(READERS, asked(READERS, drop("age"), "tx")) == {
        "^declares BREAKS live",
        "a STALE live",
        "^reports BREAKS live",
        "c STALE live",
        "^selects BREAKS live",
        "e STALE live",
        "^selects-not BREAKS possible live",
        "f STALE possible live",
        "^silent BREAKS possible live",
        "g STALE possible live",
        "^everything BREAKS live",
        "h STALE live",
    }


def test_each_reason_says_by_what_it_is_known() -> None:
    impact = asked(READERS, drop("age"), "tx")
    said = {word: line(READERS, impact, word, Effect.BREAKS).reason for word in ("^declares", "^selects", "^reports")}
    assert said == {
        "^declares": "job `declares` reads `age` of `test tx` (declared); it last did 9 days ago",
        "^selects": "job `selects` reads `age` of `test tx` (by its lineage); it last did 9 days ago",
        "^reports": "job `reports` reads `age` of `test tx` (by its lineage, which reports filters and joins); "
        "it last did 9 days ago",
    }
    assert line(READERS, impact, "^selects-not", Effect.BREAKS).reason == (
        "job `selects-not` reads `test tx`; it last did 9 days ago; its lineage names selected columns only, "
        "so a filter or a join on `age` cannot be ruled out"
    )
    assert line(READERS, impact, "^silent", Effect.BREAKS).reason == (
        "job `silent` reads `test tx`; it last did 9 days ago; which columns it reads is not known, "
        "so `age` may be among them"
    )
    assert line(READERS, impact, "a", Effect.STALE).reason == (
        "dataset `test a` will no longer be refreshed by job `declares` when `age` of `test tx` is dropped"
    )


def test_the_answer_says_on_what_evidence_it_stands() -> None:
    impact = asked(READERS, drop("age"), "tx")
    assert impact.evidence == (3, 2, 2, 1)
    assert impact.evidence.covered == 62.5


def test_the_columns_that_the_lineage_of_its_outputs_names_belong_to_what_a_run_read() -> None:
    derived = estate("""
        tx@1 > *etl-1 > cf@1
        tx@1 > *sql-1 > agg@1
        tx@1 > *spark-1 > big@1
        tx@1 > *both-1 > one@1 (reads id)
        tx@1: columns id age country
        cf@1: made of total=tx.age
        agg@1: made of total=tx.id
        big@1: made of total=tx.id where tx.country
        one@1: made of total=tx.age
    """)
    assert {said for said in lines(derived, asked(derived, drop("age"), "tx")) if "BREAKS" in said} == {
        "^etl BREAKS live",
        "^sql BREAKS possible live",
        "^both BREAKS live",
    }
    assert "^spark BREAKS live" in lines(derived, asked(derived, drop("country"), "tx"))


def test_what_a_job_reads_is_the_union_over_its_runs_within_the_window() -> None:
    changed_its_mind = estate("""
        tx@1 > *etl-1 > a@1 (reads age)
        tx@1 > *etl-2 > a@2 (reads id)
        tx@1 > *etl-3 > a@3 (reads id)
        tx@1: columns id age
        *etl-1: 80 days ago
    """)
    assert "^etl BREAKS live" in lines(changed_its_mind, asked(changed_its_mind, drop("age"), "tx"))
    changed_its_mind.things["*etl-1"].at -= 20 * 86_400_000_000
    assert lines(changed_its_mind, asked(changed_its_mind, drop("age"), "tx")) == set()


def test_a_reader_that_is_pinned_is_untouched_by_what_comes_next() -> None:
    pinned = estate("""
        tx@1 > *train-1 > fraud/1 (reads age) (pinned)
        tx@1 > *train-2 > fraud/2 (pinned)
        tx@1: columns age
    """)
    assert lines(pinned, asked(pinned, drop("age"), "tx")) == set()


def test_a_job_that_does_not_run_is_listed_and_nothing_is_followed_behind_it() -> None:
    idle = estate("""
        tx@1 > *old-1 > a@1 (reads age)
        tx@1: columns age
        *old-1: 200 days ago
    """)
    impact = asked(idle, drop("age"), "tx")
    assert lines(idle, impact) == {"^old BREAKS"}
    assert finding(idle, impact, "^old", Effect.BREAKS).not_live == "no run in 90 days"


def test_what_is_only_stated_is_possible_and_may_declare_that_it_does_not_read_it() -> None:
    stated = estate("""
        tx > ^report
        tx > ^declared (reads age)
        tx > ^cleared (reads id)
        tx@1: columns age id
    """)
    assert lines(stated, asked(stated, drop("age"), "tx")) == {"^report BREAKS possible", "^declared BREAKS possible"}


def test_what_was_made_of_it_without_a_run_counts_as_a_run_that_declares_nothing() -> None:
    copied = estate("""
        tx@1 > copy@1
        tx@1 > made@1
        tx@1 > other@1
        tx@1: columns age id
        made@1: made of total=tx.age
        other@1: made of total=tx.id where tx.id
    """)
    assert lines(copied, asked(copied, drop("age"), "tx")) == {"copy STALE possible live", "made STALE live"}


# ------------------------------------------------------------------------------------------------------- what changes


@pytest.mark.parametrize(
    ("change", "said", "reason"),
    [
        (rename("age", "years"), "BREAKS live", ""),
        (retype("age", "varchar"), "BREAKS live", "; as `varchar`, not every value is kept as it is"),
        (retype("age", "smallint"), "BREAKS live", "; as `smallint`, not every value is kept as it is"),
        (retype("age", "BIGINT"), "BREAKS possible live", "; as `BIGINT`, whether it takes that type is not known"),
        (retype("age", "geometry"), "BREAKS possible live", "; as `geometry`, whether it takes that type is not known"),
        (
            retype("age", "varchar", inferred=True),
            "BREAKS possible live",
            "; as `varchar`, whether it takes that type is not known",
        ),
        (nullable("age"), "BREAKS possible live", "; whether it takes nulls is not known"),
    ],
    ids=str,
)
def test_a_type_is_judged_by_its_values(change: Columns, said: str, reason: str) -> None:
    made = estate("""
        tx@1 > *train-1 > fraud/1 (reads age)
        tx@1: columns age:int
    """)
    impact = asked(made, change, "tx")
    assert f"^train {said}" in lines(made, impact)
    assert line(made, impact, "^train", Effect.BREAKS).reason == (
        f"job `train` reads `age` of `test tx` (declared); it last did 9 days ago{reason}"
    )


def test_a_column_that_is_added_touches_only_who_takes_exactly_what_there_is() -> None:
    made = estate("""
        tx@1 > *open-1 > a@1 (reads age)
        tx@1 > *star-1 > b@1 (reads *)
        tx@1 > *exact-1 > c@1 (exact)
        tx@1 > +production:tensor#1
        tensor/1 > +production:tensor#1
        tx@1: columns age
    """)
    made.things["tensor/1"].props["signature"] = {
        "inputs": [{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 1]}}]
    }
    impact = asked(made, add("income"), "tx")
    assert {said for said in lines(made, impact) if "BREAKS" in said} == {
        "^star BREAKS possible live",
        "^exact BREAKS possible live",
        "+production:tensor BREAKS possible live",
    }
    assert impact.verdict is Verdict.WARN
    assert "takes exactly the columns that there are" in line(made, impact, "^star", Effect.BREAKS).reason


# --------------------------------------------------------------------------------------------- a reader's own type rule

SERVED = estate("""
    tx@1 > *train-1 > fraud/1 > +production:fraud#1 (reads age income)
    tx@1 > +production:fraud#1
    tx@1: columns age:int! income:double country:string
    fraud/1: signature age:integer income:double?
""")


def test_a_live_signature_rejects_a_type_that_keeps_every_value() -> None:
    impact = asked(SERVED, retype("age", "bigint"), "tx")
    found = line(SERVED, impact, "+production:fraud", Effect.BREAKS)
    assert found.confidence.value == "CERTAIN"
    assert found.reason == (
        "`production/fraud` reads `age` of `test tx`, live as release 1 since 2026-05-22; "
        "the signature of `fraud/1` takes `age` as `integer`, which `bigint` is not"
    )
    assert impact.verdict is Verdict.BLOCK
    assert found.findings[0].fix.startswith("Train a version of `fraud/1` on the new type and promote it")


def test_a_live_signature_rejects_nulls() -> None:
    impact = asked(SERVED, nullable("age"), "tx")
    assert "which null is not" in line(SERVED, impact, "+production:fraud", Effect.BREAKS).reason
    assert impact.verdict is Verdict.BLOCK


def test_a_signature_that_requires_a_column_makes_the_hit_certain_and_an_optional_one_does_not() -> None:
    assert "+production:fraud BREAKS live" in lines(SERVED, asked(SERVED, drop("age"), "tx"))
    assert "+production:fraud BREAKS possible live" in lines(SERVED, asked(SERVED, drop("income"), "tx"))


def test_a_signature_never_clears() -> None:
    """It does not name the country; and it takes a smallint, but not every value that was there is one."""
    assert "+production:fraud BREAKS possible live" in lines(SERVED, asked(SERVED, drop("country"), "tx"))
    assert "+production:fraud BREAKS live" in lines(SERVED, asked(SERVED, retype("age", "smallint"), "tx"))


def test_a_signature_says_nothing_of_a_column_that_another_input_may_have() -> None:
    two = estate("""
        tx@1 > +production:fraud#1
        other@1 > +production:fraud#1
        fraud/1 > +production:fraud#1
        tx@1: columns age:int
        fraud/1: signature age:integer
    """)
    assert "+production:fraud BREAKS possible live" in lines(two, asked(two, drop("age"), "tx"))
    two.things["other@1"].props["columns"] = [{"name": "id"}]
    assert "+production:fraud BREAKS live" in lines(two, asked(two, drop("age"), "tx"))


def test_the_model_that_a_run_made_shows_what_it_read() -> None:
    trained = estate("""
        tx@1 > *train-1 > fraud/1
        tx@1: columns age:int id:int
        fraud/1: signature age:integer
    """)
    impact = asked(trained, drop("age"), "tx")
    assert lines(trained, impact) == {"^train BREAKS live", "fraud: STALE"}
    assert line(trained, impact, "^train", Effect.BREAKS).reason == (
        "job `train` reads `age` of `test tx`; it last did 9 days ago; the signature of `fraud/1` requires `age`"
    )
    assert "^train BREAKS possible live" in lines(trained, asked(trained, drop("id"), "tx"))


# --------------------------------------------------------------------------------------------------------- several


def test_several_changes_are_told_apart_in_findings() -> None:
    made = estate("""
        tx@1 > *train-1 > fraud/1 > +production:fraud#1 (reads age income)
        tx@1: columns age:int income:double id
    """)
    change = Columns((*drop("age").changes, *retype("income", "float").changes, *add("new").changes))
    impact = asked(made, change, "tx")
    found = line(made, impact, "^train", Effect.BREAKS)
    assert [(one.rule.id, one.column, one.change, one.confidence.value) for one in found.findings] == [
        ("TW101", "age", "drop", "CERTAIN"),
        ("TW103", "income", "retype", "CERTAIN"),
    ]
    assert {one.subject for one in found.findings} == {"dataset:test tx"}
    assert len({one.fingerprint for one in found.findings}) == 2
    behind = line(made, impact, "+production:fraud", Effect.STALE)
    assert [(one.rule.id, one.column) for one in behind.findings] == [("TW202", "age"), ("TW202", "income")]


def test_a_fingerprint_leaves_out_how_it_is_said_and_when() -> None:
    later = estate("""
        tx@1 > *train-1 > fraud/1 (reads age)
        tx@2 > *train-2 > fraud/2 (selects age)
        tx@1: columns age
    """)
    now = asked(READERS, drop("age"), "tx")
    then = asked(later, drop("age"), "tx")
    other = asked(later, rename("age", "years"), "tx")
    one = finding(later, then, "^train", Effect.BREAKS)
    assert one.fingerprint != finding(READERS, now, "^declares", Effect.BREAKS).fingerprint
    assert one.fingerprint != finding(later, other, "^train", Effect.BREAKS).fingerprint
    later.links = later.links[2:]
    assert finding(later, asked(later, drop("age"), "tx"), "^train", Effect.BREAKS).fingerprint == one.fingerprint
