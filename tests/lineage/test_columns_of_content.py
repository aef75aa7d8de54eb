"""A change of the content of some columns: what derives from them is stale, column by column."""

from __future__ import annotations

from tests.lineage.answers import CONTENT, asked, line, lines, touched
from tests.lineage.estate import estate
from thalweg.lineage.impact import Content, Effect

AGE = Content(("age",))

PIPELINE = estate("""
    tx@1 > *etl-1 > cf@1 > *uses-1 > fraud/1 (reads total)
    cf@1 > *other-1 > churn/1 (reads plain)
    tx@1: columns id age country
    cf@1: made of total=tx.age|tx.id plain=tx.id where tx.country
""")


def test_only_the_columns_that_derive_are_stale_and_who_read_them() -> None:
    impact = asked(PIPELINE, AGE, "tx")
    assert lines(PIPELINE, impact) == {"^etl STALE live", "cf STALE live", "^uses STALE live", "fraud: STALE"}
    assert touched(PIPELINE, impact, "cf") == {"cf@1.total"}


def test_a_filter_decides_over_all_columns() -> None:
    impact = asked(PIPELINE, Content(("country",)), "tx")
    assert touched(PIPELINE, impact, "cf") == {"cf@1"}
    assert {"fraud: STALE", "churn: STALE"} <= lines(PIPELINE, impact)


def test_where_predicates_are_not_reported_the_other_columns_are_possible() -> None:
    made = estate("""
        tx@1 > *etl-1 > cf@1 > *uses-1 > fraud/1 (reads total)
        cf@1 > *other-1 > churn/1 (reads plain)
        cf@1: made of total=tx.age plain=tx.id
        tx@1: columns id age
    """)
    impact = asked(made, AGE, "tx")
    assert touched(made, impact, "cf") == {"cf@1.total", "cf@1 possible"}
    assert {"fraud: STALE", "churn: STALE possible"} <= lines(made, impact)


def test_without_lineage_a_version_is_touched_whole_and_surely_only_by_a_whole_input() -> None:
    made = estate("""
        tx@1 > *etl-1 > cf@1 > *train-1 > fraud/1 (reads age)
        tx@1: columns id age
    """)
    impact = asked(made, AGE, "tx")
    assert touched(made, impact, "cf") == {"cf@1 possible"}
    assert lines(made, impact) == {
        "^etl STALE live",
        "cf STALE possible live",
        "^train STALE possible live",
        "fraud: STALE possible",
    }
    whole = asked(made, CONTENT, "tx")
    assert touched(made, whole, "cf") == {"cf@1"}
    assert "fraud: STALE" in lines(made, whole)


def test_a_model_is_touched_whole_and_so_is_all_that_it_predicted() -> None:
    made = estate("""
        tx@1 > *train-1 > fraud/1 > +production:fraud#1 > predictions@1 (reads age)
        fraud/1 > *score-1 > scores@1
        tx@1: columns id age
        predictions@1: made of a=other.b
    """)
    impact = asked(made, AGE, "tx")
    assert touched(made, impact, "predictions") == {"predictions@1"}
    assert touched(made, impact, "scores") == {"scores@1"}
    assert lines(made, asked(made, Content(("id",)), "tx")) == set()


def test_a_release_that_reads_other_columns_is_clear() -> None:
    made = estate("""
        tx@1 > +production:a#1 (reads age)
        tx@1 > +production:b#1 (reads id)
        tx@1: columns id age
    """)
    assert lines(made, asked(made, AGE, "tx")) == {"+production:a STALE live"}


def test_each_column_is_a_cause_of_its_own() -> None:
    impact = asked(PIPELINE, Content(("age", "country")), "tx")
    assert [(one.column, one.rule.name) for one in line(PIPELINE, impact, "fraud:", Effect.STALE).findings] == [
        ("age", "content-changed"),
        ("country", "content-changed"),
    ]
    assert [one.column for one in line(PIPELINE, impact, "churn:", Effect.STALE).findings] == ["country"]
