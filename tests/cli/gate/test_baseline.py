"""Baselines are what a report in JSON wrote, and nothing else is taken for one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.gate.answers import answer, every_case, line, reported
from thalweg.cli.gate import document
from thalweg.cli.gate.baseline import read
from thalweg.lineage.impact.words import Verdict
from thalweg.model.errors import BadInput


def test_a_report_is_a_baseline_of_the_same_check(tmp_path: Path) -> None:
    file = tmp_path / "base.json"
    blocks = answer(line())
    file.write_text(document.text(reported(blocks)))
    again = reported(blocks, baseline=read(file))
    assert again.verdict is Verdict.PASS
    file.write_text(document.text(again))
    assert reported(blocks, baseline=read(file)).verdict is Verdict.PASS


def test_of_a_report_of_several_checks_all_that_blocked_or_warned_is_known(tmp_path: Path) -> None:
    report = every_case()
    file = tmp_path / "base.json"
    file.write_text(document.text(report))
    assert set(read(file).known) == {one.fingerprint for one in report.findings if one.counts}


WHOLE = document.text(reported(answer(line())))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty."),
        (" \n", "is empty."),
        (WHOLE[: len(WHOLE) // 2], "is no JSON document, or not all of one: "),
        (WHOLE.replace('"version": 1', '"version": 2'), "is of version 2; this release reads version 1."),
        ("[]", "is no report of a check: "),
        ("{}", "is no report of a check: format: "),
        (json.dumps({**json.loads(WHOLE), "checks": []}), "is no report of a check: checks: "),
        (WHOLE.replace('"fingerprint"', '"finger"'), "is no report of a check: checks.0.findings.0.fingerprint: "),
    ],
    ids=["empty", "blank", "truncated", "version", "list", "something else", "no checks", "no fingerprint"],
)
def test_what_is_no_baseline_is_an_error(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "base.json"
    file.write_text(text)
    with pytest.raises(BadInput) as error:
        read(file)
    assert f"The baseline {file} {sentence}" in str(error.value)
    assert str(error.value).endswith("Write one with `thalweg check … --format json=FILE`.")


def test_a_baseline_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read(tmp_path / "none.json")
