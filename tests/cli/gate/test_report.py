"""What a report makes of answers: verdicts, exit codes, waivers, baselines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.gate.answers import answer, baseline, finding, line, reported, unknown, waivers
from thalweg.cli.gate.finding import Standing
from thalweg.lineage.impact.words import Verdict

BLOCK = answer(line())
WARN = answer(line("staging/fraud", finding("WARN", "staging/fraud")))
PASS = answer(line("test/fraud", finding("PASS", "test/fraud"), live=False))


@pytest.mark.parametrize(
    ("answers", "terms", "verdict", "code"),
    [
        ([PASS], {}, Verdict.PASS, 0),
        ([answer()], {}, Verdict.PASS, 0),
        ([WARN], {}, Verdict.WARN, 0),
        ([WARN], {"fail_on_warn": True}, Verdict.WARN, 1),
        ([BLOCK], {}, Verdict.BLOCK, 1),
        ([unknown()], {}, Verdict.INCOMPLETE, 2),
        ([unknown()], {"fail_on_warn": True}, Verdict.INCOMPLETE, 2),
        ([PASS, WARN, unknown()], {}, Verdict.INCOMPLETE, 2),
        ([unknown(), BLOCK], {}, Verdict.BLOCK, 1),
        ([], {}, Verdict.INCOMPLETE, 2),
    ],
    ids=["pass", "nothing", "warn", "fail", "block", "unknown", "unknown fails", "several", "block wins", "none"],
)
def test_the_gravest_decides_and_the_exit_code_says_it(
    answers: list[dict[str, Any]], terms: dict[str, Any], verdict: Verdict, code: int
) -> None:
    found = reported(*answers, **terms)
    assert (found.verdict, found.code) == (verdict, code)


def test_strict_weighs_as_if_all_were_live_and_says_what_it_was() -> None:
    quiet = answer(line("test/fraud", finding("PASS", "test/fraud", would="BLOCK", notLive="no run"), live=False))
    assert reported(quiet).verdict is Verdict.PASS
    strict = reported(quiet, strict=True)
    assert strict.verdict is Verdict.BLOCK
    (one,) = strict.findings
    assert (one.said, one.weighed, one.standing) == (Verdict.PASS, Verdict.BLOCK, Standing.BLOCK)


def test_the_same_finding_is_told_once() -> None:
    found = reported(BLOCK, BLOCK)
    assert len(found.findings) == 1
    assert found.verdict is Verdict.BLOCK


def test_the_worst_come_first() -> None:
    lines = [PASS["affected"][0], WARN["affected"][0], BLOCK["affected"][0]]
    found = reported(answer(*lines))
    assert [one.standing for one in found.findings] == [Standing.BLOCK, Standing.WARN, Standing.LISTED]


# ----------------------------------------------------------------------------------------------------------- incomplete


def test_an_answer_of_which_not_all_was_read_is_never_a_pass() -> None:
    found = reported({**PASS, "total": 2})
    assert (found.verdict, found.code) == (Verdict.INCOMPLETE, 2)
    assert found.incomplete == ["Only the 1 worst of 2 lines were read; what is in the others was not weighed."]


def test_a_verdict_that_nobody_here_knows_is_never_a_pass() -> None:
    assert reported(answer(line("a/b", finding("QUARANTINE", "a/b"), verdict="PASS"))).code == 2
    assert reported(answer(verdict="QUARANTINE")).code == 2


def test_a_verdict_that_no_finding_bears_out_is_never_a_pass() -> None:
    assert reported({**PASS, "verdict": "BLOCK"}).code == 2


def test_a_waiver_does_not_make_an_incomplete_answer_whole() -> None:
    partial = {**BLOCK, "incomplete": ["The question was cut."]}
    assert reported(partial).verdict is Verdict.BLOCK
    waived = reported(partial, waivers=waivers(asset="*"))
    assert (waived.verdict, waived.code) == (Verdict.INCOMPLETE, 2)


# -------------------------------------------------------------------------------------------------------------- waivers


def test_a_waived_finding_passes_and_is_still_there() -> None:
    found = reported(BLOCK, waivers=waivers(asset="production/*"))
    assert found.verdict is Verdict.PASS
    (one,) = found.findings
    assert (one.standing, one.weighed, one.verdict) == (Standing.WAIVED, Verdict.BLOCK, Verdict.PASS)
    assert one.waiver is not None
    assert found.warnings == ()


def test_what_passes_anyway_needs_no_waiver() -> None:
    found = reported(PASS, waivers=waivers(asset="*"))
    assert [one.standing for one in found.findings] == [Standing.LISTED]
    assert found.warnings == ("w.toml: waiver 1 (asset *) matches nothing here; take it out when it is done with.",)


def test_a_waiver_of_something_else_than_what_is_asked_is_no_warning() -> None:
    assert reported(PASS, waivers=waivers(dataset="s3://lake/other")).warnings == ()
    assert reported(PASS, waivers=waivers(dataset="s3://lake/customers")).warnings != ()


def test_what_was_not_checked_says_nothing_of_unused_waivers() -> None:
    assert reported(unknown(), waivers=waivers(asset="*")).warnings == ()


# ------------------------------------------------------------------------------------------------------------- baseline


def test_only_what_is_new_since_the_baseline_blocks() -> None:
    old = finding(asset="production/old")
    two = answer(line("production/old", old), line("production/new"))
    found = reported(two, baseline=baseline(old))
    assert {one.title: one.state for one in found.findings} == {
        "deployment production/old": "unchanged",
        "deployment production/new": "new",
    }
    assert found.verdict is Verdict.BLOCK
    assert reported(answer(line("production/old", old)), baseline=baseline(old)).verdict is Verdict.PASS


def test_what_became_worse_since_the_baseline_is_new() -> None:
    found = reported(BLOCK, baseline=baseline(finding("WARN")))
    assert [one.state for one in found.findings] == ["new"]
    assert found.verdict is Verdict.BLOCK


def test_what_the_baseline_has_and_is_no_more_is_told_as_gone() -> None:
    found = reported(PASS, baseline=baseline(finding()))
    assert [one.fingerprint for one in found.absent] == [finding()["fingerprint"]]
    assert reported(unknown(), baseline=baseline(finding())).absent == ()


def test_without_a_baseline_nothing_is_new() -> None:
    assert [one.state for one in reported(BLOCK).findings] == [""]
