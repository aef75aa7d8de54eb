"""thalweg policy: policies are shown, checked, and tried; and a question may bring one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from thalweg.lineage.impact import DEFAULT_POLICY
from thalweg.lineage.impact.policies import read

DAY = "2026-11-01"
DROP = ["s3://features/customer_features", "--drop-column", "age", "--as-of", DAY]


@pytest.fixture
def policy(tmp_path: Path) -> str:
    file = tmp_path / "policy.toml"
    file.write_text('[[rule]]\nname = "never"\nverdict = "BLOCK"\neffect = "STALE"\nmessage = "No."\n')
    return str(file)


def test_the_default_policy_is_shown_as_a_file_that_reads_back(run: Run) -> None:
    ran = run("policy", "show")
    assert (ran.code, read(ran.out)) == (0, DEFAULT_POLICY)
    shown = json.loads(run("policy", "show", "--json").out)
    assert [rule["name"] for rule in shown] == [rule.name for rule in DEFAULT_POLICY]


def test_a_policy_with_something_wrong_exits_with_1_and_says_what(
    run: Run, policy: str, estate_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = run("policy", "check", policy)
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("rule 1, `never`, is the last rule, and not for everything")
    Path(policy).write_text(
        '[[rule]]\nname = "eu"\nverdict = "BLOCK"\nenvironment = "eu*"\n[[rule]]\nname = "x"\nverdict = "PASS"\n'
    )
    assert run("policy", "check", policy).code == 0
    ran = run("policy", "check", policy, "--store", estate_store, "--json")
    assert ran.code == 1
    assert json.loads(ran.out) == [
        {"rule": 1, "name": "eu", "message": "matches no environment: `eu*`; there are production, staging."}
    ]
    monkeypatch.setenv("THALWEG_STORE", estate_store)
    assert run("policy", "check", policy, "--json") == ran


def test_a_policy_without_anything_wrong_exits_with_0(run: Run, tmp_path: Path, estate_store: str) -> None:
    file = tmp_path / "default.toml"
    file.write_text(run("policy", "show").out)
    ran = run("policy", "check", str(file), "--store", estate_store)
    assert (ran.code, ran.out) == (0, "4 rules, and nothing wrong with them.\n")


def test_a_policy_that_is_none_is_an_error(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("[[rule]]\nname = 'a'\nverdict = 'NO'\n")
    for arguments in (["policy", "check", str(file)], ["check", "x", "--delete", "--policy", str(file)]):
        ran = run(*arguments)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == (f"thalweg: The policy {file}, rule 1: `verdict` is 'NO'. It may be PASS, WARN, BLOCK.\n")


def test_a_dry_run_shows_which_rule_decides_each_finding(run: Run, policy: str, where: list[str]) -> None:
    ran = run("policy", "try", *DROP, "--policy", policy, "--json", *where)
    decided = json.loads(ran.out)
    assert ran.code == 0
    assert {(one["effect"], one["policyRule"], one["verdict"]) for one in decided} == {
        ("BREAKS", "no-rule", "PASS"),
        ("STALE", "never", "BLOCK"),
    }
    text = run("policy", "try", *DROP, "--policy", policy, *where).out
    assert "BLOCK  never: model fraud STALE  by drop of age (TW202)" in text


def test_a_question_is_judged_by_the_policy_that_it_brings(
    run: Run, policy: str, estate_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = ["check", "s3://lake/transactions", "--content", "--as-of", DAY, "--store", estate_store, "--json"]
    assert json.loads(run(*content).out)["verdict"] == "WARN"
    ran = run(*content, "--policy", policy)
    assert (ran.code, json.loads(ran.out)["verdict"]) == (1, "BLOCK")
    monkeypatch.setenv("THALWEG_POLICY", policy)
    assert run(*content).code == 1


def test_a_policy_is_replayed_over_the_changes_that_were_seen(run: Run, where: list[str]) -> None:
    ran = run("policy", "backtest", "--since", "2026-06-01", "--until", DAY, *where)
    assert (ran.code, ran.err) == (0, "")
    first, *lines = ran.out.splitlines()
    assert first.startswith(
        "BLOCK  2026-07-13  dataset s3://features/customer_features: `tenure_months` became integer"
    )
    assert "       job fraud/train.py was said to break, and did not" in lines
    assert lines[-1] == (
        "This policy would have blocked 1 of 1 change in 153 days, 0 of which broke something; "
        "0 more broke something and would not have been blocked."
    )
    found = json.loads(run("policy", "backtest", "--since", "2026-06-01", "--until", DAY, "--json", *where).out)
    assert (found["seen"], found["blocked"], found["precision"], found["recall"]) == (1, 1, 0.0, None)


def test_a_period_that_ends_before_it_begins_is_an_error(run: Run, estate_store: str) -> None:
    ran = run("policy", "backtest", "--since", DAY, "--until", "2026-06-01", "--store", estate_store)
    assert (ran.code, ran.out) == (2, "")
    assert "ends before it begins" in ran.err
