"""Numbers on the command line: what is none, or out of range, is said at the option, with its range."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run

GREATEST = "2,147,483,647"
"""The greatest whole number of GraphQL; what is greater never gets so far."""
LONGEST = "36,500"
"""Days."""


@pytest.mark.parametrize("value", ["99999999999", "2147483648", "-1", "1.5", "nan", "many", ""])
@pytest.mark.parametrize(
    ("command", "option", "least", "most"),
    [
        (["impact", "s3://lake/transactions"], "--newest", 1, GREATEST),
        (["impact", "s3://lake/transactions"], "--active-within", 0, LONGEST),
        (["check", "s3://lake/transactions", "--content"], "--active-within", 0, LONGEST),
        (["policy", "try", "s3://lake/transactions"], "--newest", 1, GREATEST),
        (["policy", "backtest"], "--follow", 1, LONGEST),
        (["policy", "backtest"], "--days", 1, LONGEST),
        (["lineage", "model:fraud"], "--depth", 0, GREATEST),
        (["lineage", "model:fraud"], "--newest", 1, GREATEST),
    ],
)
def test_a_whole_number_is_within_what_a_question_may_hold(
    run: Run, command: list[str], option: str, least: int, most: str, value: str
) -> None:
    ran = run(*command, option, value, "--store", "sqlite:///none.db")
    name = " ".join(word for word in command if word in ("impact", "check", "policy", "try", "backtest", "lineage"))
    assert (ran.code, ran.out, ran.err) == (
        2,
        "",
        f"thalweg: {option} {value or repr('')} is not right: it takes a whole number from {least} to {most}. "
        f"`thalweg {name} --help` says what there is.\n",
    )


def test_the_greatest_number_is_asked(run: Run, estate_store: str) -> None:
    asked = ("impact", "s3://lake/transactions", "--newest", "2147483647", "--active-within", "36500")
    assert run(*asked, "--store", estate_store).code == 0
    assert run("lineage", "model:fraud", "--depth", "2147483647", "--store", estate_store).code == 0


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-0.1", "100.1", "all"])
def test_a_part_of_a_hundred_is_one(run: Run, value: str) -> None:
    ran = run("check", "s3://lake/transactions", "--content", "--min-coverage", value)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"thalweg: --min-coverage {value} is not right: it takes a number from 0 to 100. ")


def test_a_number_without_an_end_says_where_it_begins(run: Run) -> None:
    ran = run("list", "runs", "--limit", "0")
    assert ran.err == (
        "thalweg: --limit 0 is not right: it takes a whole number of at least 1. "
        "`thalweg list --help` says what there is.\n"
    )


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_parameter_is_compared_with_finite_numbers(run: Run, estate_store: str, value: str) -> None:
    ran = run("list", "runs", "--where", f"params.lr > {value}", "--store", estate_store)
    assert (ran.code, ran.out) == (2, "")
    assert f"'{value}' is no finite number" in ran.err
    assert run("list", "runs", "--where", f"params.lr != {value}", "--store", estate_store).code == 0  # as a text


def test_a_wrong_use_is_one_line_that_names_its_command(run: Run) -> None:
    ran = run("list")
    assert ran.err.startswith(
        "thalweg: Missing argument 'kind'. Choose from: datasets, dataset-versions, repositories,"
    )
    assert "\t" not in ran.err
    assert ran.err.count("\n") == 1
    ran = run("policy", "backtest", "--follow")
    assert ran.err == (
        "thalweg: Option '--follow' requires an argument. `thalweg policy backtest --help` says what there is.\n"
    )
