"""The forms of a report: what each holds, and what hosts ask of it."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.gate.answers import TODAY, answer, asked, every_case, finding, line, reported, unknown, waivers
from tests.cli.gate.golden import file, written
from thalweg.cli import output
from thalweg.cli.gate import document, github, gitlab, junit, markdown, sarif, sentences
from thalweg.cli.gate.formats import FORMATS, WRITTEN, Form, forms
from thalweg.cli.gate.places import ANCHOR, anchor
from thalweg.cli.gate.report import Report, Terms, report
from thalweg.cli.gate.text import drawn
from thalweg.cli.gate.waivers import Waiver, Waivers
from thalweg.lineage.impact.causes import RULES
from thalweg.model.errors import BadInput


@pytest.mark.parametrize("form", FORMATS)
def test_every_case_is_written_as_it_is_kept(form: str) -> None:
    assert written(form) == file(form).read_text("utf-8")


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_says_what_was_not_checked(form: str) -> None:
    text = written(form)
    assert "NOT CHECKED" in text
    assert "Nothing is known that" in text


@pytest.mark.parametrize("form", ["text", "markdown", "junit"])
def test_what_the_policy_lets_pass_is_there_with_the_rule_and_why(form: str) -> None:
    passed = finding("PASS", "test/a", policyRule="ours", message="It is a test.")
    quiet = finding("PASS", "test/b", policyRule="theirs", message="", would="WARN", notLive="ended on 2026-01-01")
    found = reported(answer(line("test/a", passed), line("test/b", quiet, live=False)))
    text = output.plain(*drawn(found)) if form == "text" else WRITTEN[form](found, ANCHOR)
    assert "PASS: 2 findings: 2 let pass" in text
    assert "deployment test/a BREAKS" in text.replace("  BREAKS", " BREAKS")
    assert "PASS by ours: It is a test." in text
    assert "PASS by theirs" in text
    assert "PASS by theirs:" not in text
    assert "BREAKS, not live: ended on 2026-01-01; would WARN" in text
    assert ".;" not in text


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_of_many_that_pass_those_that_would_be_graver_stand_first(form: str) -> None:
    names = [f"test/e{number}" for number in range(500)]
    lines = [line(name, finding("PASS", name, policyRule="p" * 300), live=False) for name in names]
    quiet = finding("PASS", "test/b", would="WARN", notLive="ended on 2026-01-01")
    blocks = line("production/a")
    found = reported(answer(blocks, *lines, line("test/b", quiet, live=False), notes=["A note."]))
    text = output.plain(*drawn(found)) if form == "text" else WRITTEN[form](found, ANCHOR)
    listed = [one for one in text.splitlines() if "PASS by" in one]
    assert "would WARN" in listed[0]
    (more,) = re.findall(r"and ([\d,]+) more", text)
    assert int(more) + len(listed) == 501
    assert "[[waiver]]" in text  # what passes takes the room of nothing that fails


def many(count: int, reason: str = "because") -> Report:
    names = [f"production/e{number}" for number in range(count)]
    return reported(answer(*(line(name, finding(asset=name, reason=reason)) for name in names)))


# ------------------------------------------------------------------------------------------------------------- markdown


def test_markdown_stays_under_what_hosts_take_and_says_how_many_more_there_are() -> None:
    text = markdown.text(many(300, reason="ü" * 900))
    assert len(text) < 65_000
    assert len(text.encode()) <= 65_000
    (more,) = re.findall(r"… and ([\d,]+) more; the JSON report has them all", text)
    assert int(more) + text.count("**BLOCK**") == 300
    assert text.count("<details>") == text.count("</details>") == 1
    assert "[[waiver]]" in text


def test_markdown_is_under_the_limit_whatever_is_long() -> None:
    notes: dict[str, Any] = {"notes": ["@" * 5_000] * 100, "incomplete": ["<" * 5_000] * 100}
    text = markdown.text(reported(*(answer(line(f"a/{n}"), **notes) for n in range(50))))
    assert len(text.encode()) <= 65_000
    assert text.startswith(f"{markdown.MARK}\n### ⛔ BLOCK: ")


def test_markdown_lets_no_name_become_markup_or_a_mention() -> None:
    name = "production/<img>@all *x* `y [l](u)"
    text = markdown.text(reported(answer(line(name, finding(asset=name)))))
    for piece in ("<img>", "@all", "*x*", "[l](u)"):
        assert piece not in re.sub(r"`[^`\n]*`", "", text.partition("```toml")[0])


# ---------------------------------------------------------------------------------------------------------------- junit


def test_junit_is_never_empty_and_its_verdict_says_what_the_exit_code_does() -> None:
    for answers, tag in ((answer(), None), (answer(line()), "failure"), (unknown(), "error")):
        (case,) = ElementTree.fromstring(junit.text(reported(answers))).findall(
            "testsuite[@name='thalweg check']/testcase[@name='verdict']"
        )
        assert [child.tag for child in case] == [tag or "system-out"]


def test_junit_counts_its_cases_and_names_each_once() -> None:
    suites = ElementTree.fromstring(junit.text(every_case()))
    for suite in suites:
        cases = suite.findall("testcase")
        names = [(case.get("classname"), case.get("name")) for case in cases]
        assert len(set(names)) == len(names) == int(suite.get("tests", ""))
    assert (suites.get("failures"), suites.get("errors"), suites.get("skipped")) == ("3", "1", "1")


def test_junit_says_the_reason_inside_the_failure() -> None:
    failure = ElementTree.fromstring(junit.text(reported(answer(line())))).find(".//failure")
    assert failure is not None
    assert "reads `age`" in (failure.text or "")


def test_junit_holds_names_that_xml_cannot() -> None:
    name = "production/a\x00\x1b\ud800]]>&<"
    text = junit.text(reported(answer(line(name, finding(asset=name, reason=name)))))
    failure = ElementTree.fromstring(text.encode()).find(".//failure")
    assert failure is not None
    assert "production/a\ufffd\ufffd\ufffd]]>&<" in (failure.text or "")


def test_junit_fails_for_a_warning_where_that_fails_the_check() -> None:
    warns = answer(line("a/b", finding("WARN", "a/b")))
    assert "<failure" not in junit.text(reported(warns))
    assert junit.text(reported(warns, fail_on_warn=True)).count("<failure") == 3  # itself, its suite, the whole


# ---------------------------------------------------------------------------------------------------------------- sarif


def run_of(found: Report, where: str = ANCHOR) -> dict[str, Any]:
    log = sarif.document(found, where)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return dict(run)


@pytest.mark.parametrize("found", [every_case(), reported(unknown()), reported(answer()), many(30)])
def test_sarif_keeps_the_rules_that_hosts_have(found: Report) -> None:
    run = run_of(found)
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["kind"] == "fail"
        assert result["level"] in ("error", "warning", "note")
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert uri
        assert not uri.startswith("/")
        assert "//" not in uri
        assert location["physicalLocation"]["region"]["startLine"] >= 1
        assert result["message"]["text"]
        assert result["partialFingerprints"]["thalweg/v1"]
        assert result.get("baselineState", "new") in ("new", "unchanged", "updated", "absent")
        for one in result.get("suppressions", ()):
            assert (one["kind"], one["status"]) == ("external", "accepted")
    fingerprints = [result["partialFingerprints"]["thalweg/v1"] for result in run["results"]]
    assert len(set(fingerprints)) == len(fingerprints)


def test_sarif_says_by_levels_what_stands_where() -> None:
    results = run_of(every_case())["results"]
    levels = {result["properties"]["standing"]: result["level"] for result in results if "properties" in result}
    assert levels == {"block": "error", "warn": "warning", "waived": "note", "unchanged": "note", "listed": "note"}
    (waived,) = [result for result in results if "suppressions" in result]
    assert "ada@example.com" in waived["suppressions"][0]["justification"]


def test_sarif_has_a_result_and_a_notification_for_what_was_not_checked() -> None:
    run = run_of(reported(unknown()))
    (invocation,) = run["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    assert len(invocation["toolExecutionNotifications"]) == 1
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [("TW000", "error")]
    (good,) = run_of(reported(answer()))["invocations"]
    assert (good["executionSuccessful"], good["exitCode"]) == (True, 0)


def test_sarif_is_cut_where_hosts_would_and_says_so() -> None:
    results = run_of(many(5_001))["results"]
    assert len(results) == 5_000
    assert [result["message"]["text"] for result in results if result["ruleId"] == "TW001"] == [
        "The 4,999 worst of 5,001 findings are here; the JSON report has them all."
    ]


def test_sarif_has_every_rule_of_the_engine() -> None:
    ids = [rule["id"] for rule in run_of(reported(answer()))["tool"]["driver"]["rules"]]
    assert set(ids) == {rule.id for rule in RULES} | {"TW001"}


def test_sarif_has_the_category_of_what_is_asked() -> None:
    one, again = run_of(reported(answer(line()))), run_of(reported(answer()))
    assert one["automationDetails"]["id"] == "thalweg-check/dataset%3As3%3A%2F%2Flake%2Fcustomers/"
    assert again["automationDetails"] == one["automationDetails"]
    assert run_of(reported(unknown()))["automationDetails"] != one["automationDetails"]


# ---------------------------------------------------------------------------------------------------- github and gitlab


def test_github_escapes_what_would_be_a_command_of_its_own() -> None:
    name = "production/a,b:c%\n::error::x"
    text = github.text(reported(answer(line(name, finding(asset=name, reason="50%\r\n::warning::y")))), ANCHOR)
    assert all(re.fullmatch(r"::(error|warning|notice) [^\n\r]*", one) for one in text.splitlines())
    assert len(text.splitlines()) == 2
    assert "title=TW101 deployment production/a%2Cb%3Ac%25 %3A%3Aerror%3A%3Ax BREAKS::" in text
    assert "50%25%0D%0A::warning::y" in text


def test_github_annotates_no_more_than_is_shown_and_says_so() -> None:
    lines = github.text(many(40), ANCHOR).splitlines()
    assert lines[0].startswith("::error title=thalweg%3A BLOCK::BLOCK: 40 findings: 40 block; ")
    assert lines[-1] == "::error title=thalweg::and 32 more like these; the report has them all."
    assert len(lines) == 10


def test_github_makes_errors_of_warnings_where_these_fail_the_check() -> None:
    warns = answer(line("a/b", finding("WARN", "a/b")))
    assert "::error" not in github.text(reported(warns), ANCHOR)
    assert github.text(reported(warns, fail_on_warn=True), ANCHOR).count("::error") == 2


def test_gitlab_has_a_place_and_a_fingerprint_of_its_own_for_each() -> None:
    issues = json.loads(gitlab.text(every_case(), ANCHOR))
    assert [issue["severity"] for issue in issues] == ["blocker", "blocker", "major", "info", "info"]
    assert len({issue["fingerprint"] for issue in issues}) == 5
    assert all(issue["location"] == {"path": ANCHOR, "lines": {"begin": 1}} for issue in issues)
    assert json.loads(gitlab.text(reported(answer()), ANCHOR)) == []


def test_a_finding_is_shown_where_its_change_is_made() -> None:
    placed = placed_at("contracts/my customers.sql", 7)
    (result,) = run_of(placed)["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "contracts/my%20customers.sql"},
        "region": {"startLine": 7},
    }
    assert "file=contracts/my customers.sql,line=7" in github.text(placed, ANCHOR)
    (issue,) = json.loads(gitlab.text(placed, ANCHOR))
    assert issue["location"] == {"path": "contracts/my customers.sql", "lines": {"begin": 7}}
    (found,) = document.document(placed)["checks"][0]["findings"]
    assert found["place"] == {"file": "contracts/my customers.sql", "line": 7}


def placed_at(file: str, line_number: int) -> Report:
    return report(
        [replace(asked(answer(line())), places={"age": (file, line_number), "": ("other.sql", 1)})], Terms(TODAY)
    )


# ------------------------------------------------------------------------------------------------------------ any names


@given(name=st.text(min_size=1, max_size=40), reason=st.text(max_size=200))
@settings(max_examples=50, deadline=None)
def test_whatever_things_are_called_each_form_stays_what_it_is(name: str, reason: str) -> None:
    found = reported(answer(line(f"production/{name}", finding(asset=name, reason=reason))))
    assert len(ElementTree.fromstring(junit.text(found).encode()).findall(".//failure")) == 3
    assert len(markdown.text(found).encode(errors="replace")) <= 65_000
    assert len(re.findall(r"(?m)^::", github.text(found, ANCHOR))) == len(github.text(found, ANCHOR).splitlines()) == 2
    assert json.loads(sarif.text(found, ANCHOR))["runs"][0]["results"][0]["ruleId"] == "TW101"
    (waiver,) = tomllib.loads(sentences.waiving(found.failing(), TODAY))["waiver"]
    assert Waivers((("w", Waiver.model_validate(waiver)),)).of(found.findings[0]) is not None


# ----------------------------------------------------------------------------------------------------------- which form


@pytest.mark.parametrize(
    ("asked", "as_json", "expected"),
    [
        ([], False, [Form("text", None)]),
        ([], True, [Form("json", None)]),
        (["json"], True, [Form("json", None)]),
        (["sarif=o.sarif"], False, [Form("sarif", Path("o.sarif")), Form("text", None)]),
        (["github", "junit=a=b.xml"], False, [Form("junit", Path("a=b.xml")), Form("github", None)]),
        (["markdown=-"], False, [Form("markdown", None)]),
    ],
)
def test_each_form_goes_where_it_is_sent_and_text_to_where_nothing_else_does(
    asked: list[str], as_json: bool, expected: list[Form]
) -> None:
    assert forms(asked, as_json) == expected


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (["xml"], "--format 'xml' is not known. There are text, json, markdown, junit, sarif, github, gitlab; and "
         "WORD=FILE for each."),
        (["sarif="], "--format 'sarif=' names no file. Write sarif=FILE, or sarif for standard output."),
        (["json", "github"], "json and github cannot both go to standard output. Give all but one a file: --format "
         "github=FILE."),
        (["json=o", "sarif=o"], "Two forms go to o. Give each a file of its own."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_an_error(asked: list[str], sentence: str) -> None:
    with pytest.raises(BadInput) as error:
        forms(asked)
    assert str(error.value) == sentence


@pytest.mark.parametrize("path", ["/etc/passwd", "../up.sql", "C:\\x.sql", "."])
def test_an_anchor_is_inside_the_repository(path: str) -> None:
    with pytest.raises(BadInput, match="is no path inside the repository"):
        anchor(path)


def test_an_anchor_is_a_path_with_slashes() -> None:
    assert [anchor(None), anchor("./a/b.sql"), anchor("a\\b.sql")] == [ANCHOR, "a/b.sql", "a/b.sql"]


def test_a_waiver_shows_in_every_form() -> None:
    found = reported(answer(line()), waivers=waivers(asset="*"))
    for form, write in WRITTEN.items():
        assert "replaced next week" in write(found, ANCHOR), form
