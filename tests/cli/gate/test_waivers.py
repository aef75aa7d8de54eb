"""Files of waivers: what holds, what does not, and what is said of that."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.cli.gate.answers import TODAY, answer, line, reported
from thalweg.cli.gate import sentences
from thalweg.cli.gate.waivers import FILE, NO_WAIVERS, Waivers, found, read
from thalweg.lineage.impact.words import Verdict
from thalweg.model.errors import BadInput

WHOLE = 'until = 2026-06-01\nauthor = "ada@example.com"\nreason = "replaced"\n'


def written(tmp_path: Path, text: str, today: date = TODAY) -> Waivers:
    file = tmp_path / "w.toml"
    file.write_text(text, encoding="utf-8")
    held, warnings = read(file, today)
    return Waivers(held, tuple(one.replace(str(file), "w.toml") for one in warnings))


@pytest.mark.parametrize(
    "pattern",
    [
        'rule = "TW101"',
        'rule = "column-*"',
        'dataset = "s3://lake/*"',
        'dataset = "dataset:s3://lake/customers"',
        'column = "a?e"',
        'change = "drop"',
        'asset = "production/*"',
        'asset = "deployment:production/fraud"',
        'rule = "TW101"\ncolumn = "age"\nasset = "*/fraud"',
    ],
)
def test_a_pattern_matches(tmp_path: Path, pattern: str) -> None:
    held = written(tmp_path, f"[[waiver]]\n{pattern}\n{WHOLE}")
    assert reported(answer(line()), waivers=held).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "pattern",
    ['rule = "TW1"', 'column = "AGE"', 'asset = "fraud"', 'fingerprint = "f*"', 'rule = "TW101"\nchange = "rename"'],
)
def test_a_pattern_must_match_whole_and_all_of_several_must(tmp_path: Path, pattern: str) -> None:
    held = written(tmp_path, f"[[waiver]]\n{pattern}\n{WHOLE}")
    assert reported(answer(line()), waivers=held).verdict is Verdict.BLOCK


def test_the_lines_that_are_proposed_waive_exactly_what_they_are_proposed_for(tmp_path: Path) -> None:
    one, other = answer(line("production/a[1]*")), answer(line("production/b"))
    proposed = sentences.waiving(reported(one).failing(), TODAY)
    held = written(tmp_path, proposed)
    assert held.warnings == ()
    assert reported(one, waivers=held).verdict is Verdict.PASS
    assert reported(one, other, waivers=held).verdict is Verdict.BLOCK
    assert written(tmp_path, proposed, date(2026, 6, 1)).warnings == ()
    assert written(tmp_path, proposed, date(2026, 6, 2)).held == ()


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            f'[[waiver]]\nrule = "*"\n{WHOLE.replace("2026-06-01", "2026-05-01")}',
            "w.toml: waiver 1 (rule *) expired on 2026-05-01, and holds no longer. ada@example.com gave as the reason: "
            "replaced",
        ),
        (
            f'[[waiver]]\nrule = "*"\n{WHOLE.replace("2026-06-01", chr(34) + "soon" + chr(34))}',
            "w.toml: waiver 1: `until` is 'soon', which is no date; it counts as expired. Write a date, like until = "
            "2026-12-31.",
        ),
        (
            f'[[waiver]]\nrule = "*"\n{WHOLE.replace("2026-06-01", "20260601")}',
            "w.toml: waiver 1: `until` is 20260601, which is no date; it counts as expired. Write a date, like until = "
            "2026-12-31.",
        ),
        (
            '[[waiver]]\nrule = "*"\nauthor = "ada"\nreason = "why"\n',
            "w.toml: waiver 1: `until` is missing, so that it waives nothing. Write a date, like until = 2026-12-31.",
        ),
        (
            '[[waiver]]\nrule = "*"\nuntil = 2026-06-01\nreason = "why"\n',
            "w.toml: waiver 1: `author` is missing, so that it waives nothing. Write who lets it pass, like author = "
            '"ada@example.com".',
        ),
        (
            '[[waiver]]\nrule = "*"\nuntil = 2026-06-01\nauthor = "ada"\nreason = " "\n',
            "w.toml: waiver 1: `reason` is ' ', which says nothing. Write why it may pass.",
        ),
        (
            f'[[waiver]]\nrul = "*"\n{WHOLE}',
            "w.toml: waiver 1: `rul` is not known here. There are fingerprint, rule, dataset, column, change, asset, "
            "until, author and reason.",
        ),
        (
            f"[[waiver]]\n{WHOLE}",
            "w.toml: waiver 1 says of nothing that it waives it. Give a fingerprint, or patterns: rule, dataset, "
            "column, change, asset.",
        ),
        (
            f'[waiver]\nrule = "*"\n{WHOLE}',
            "w.toml: `waiver` is no list of tables. Write [[waiver]], with both brackets.",
        ),
        ("waiver = [3]\n", "w.toml: waiver 1: it is no table. Write [[waiver]], and below it a field a line."),
        ("waivers = 3\n", "w.toml: `waivers` is not known here. Write [[waiver]] tables only."),
    ],
    ids=[
        "expired",
        "no date",
        "number",
        "no until",
        "no author",
        "no reason",
        "unknown",
        "nothing",
        "one bracket",
        "no table",
        "other table",
    ],
)
def test_what_cannot_be_used_is_a_warning_and_waives_nothing(tmp_path: Path, text: str, warning: str) -> None:
    held = written(tmp_path, text)
    assert held == Waivers((), (warning,))
    assert reported(answer(line()), waivers=held).verdict is Verdict.BLOCK


def test_a_file_that_is_no_toml_is_a_warning_and_waives_nothing(tmp_path: Path) -> None:
    held, (warning,) = written(tmp_path, "[[waiver\n")
    assert held == ()
    assert warning.startswith("w.toml cannot be read, so that it waives nothing: ")


def test_one_mistake_leaves_the_other_waivers_in_force(tmp_path: Path) -> None:
    held = written(tmp_path, f'[[waiver]]\nrule = "*"\n\n[[waiver]]\nrule = "TW101"\n{WHOLE}')
    assert [place.rpartition(": ")[2] for place, _ in held.held] == ["waiver 2"]
    assert len(held.warnings) == 3  # until, author, reason of the first


def test_a_time_and_text_are_days_too(tmp_path: Path) -> None:
    for until in ("2026-06-01T12:00:00Z", '"2026-06-01"', '"2026-06-01T12:00:00Z"'):
        held = written(tmp_path, f'[[waiver]]\nrule = "*"\n{WHOLE.replace("2026-06-01", until)}')
        assert [waiver.until for _, waiver in held.held] == [date(2026, 6, 1)]


def test_the_usual_file_is_read_where_it_is_there_and_a_named_one_must_be(tmp_path: Path) -> None:
    assert found(None, tmp_path) is None
    (tmp_path / FILE).write_text("")
    assert found(None, tmp_path) == tmp_path / FILE
    assert read(tmp_path / FILE, TODAY) == NO_WAIVERS
    with pytest.raises(BadInput, match=r"The waivers .*other\.toml cannot be read: there is no such file\."):
        found(tmp_path / "other.toml", tmp_path)
