"""A report as JUnit, in the dialect that hosts agree on: BLOCK fails, NOT CHECKED is an error, a waiver skips."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from thalweg.cli.gate import sentences
from thalweg.cli.gate.finding import Finding, Standing
from thalweg.cli.gate.report import Check, Report
from thalweg.lineage.impact.words import Verdict

MOST = 5_000
"""Cases of a suite, the worst first; some hosts refuse a file of more than 30 MB."""

_NOT_XML = re.compile(r"[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
"""What XML 1.0 cannot hold, however it is written."""


def text(report: Report) -> str:
    suites = Element("testsuites", name="thalweg check")
    for number, check in enumerate(report.checks, 1):
        _suite(suites, check, number, report.terms.fail_on_warn)
    overall = _suite_of(suites, "thalweg check")
    _verdict(overall, report.verdict, sentences.headline(report), [*report.incomplete], report.terms.fail_on_warn)
    if report.warnings or report.absent:
        said = [f"Warning: {one}" for one in report.warnings]
        said += [f"Gone since the baseline: {sentences.gone(one)}" for one in report.absent]
        SubElement(overall, "system-out").text = _clean("\n".join(said))
    for suite in suites:
        cases = suite.findall("testcase")
        suite.set("tests", str(len(cases)))
        for what, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(what, str(sum(case.find(tag) is not None for case in cases)))
    for total in ("tests", "failures", "errors", "skipped"):
        suites.set(total, str(sum(int(suite.get(total, "0")) for suite in suites)))
    indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _suite_of(suites: Element, name: str) -> Element:
    return SubElement(suites, "testsuite", name=_clean(name))


def _suite(suites: Element, check: Check, number: int, fail_on_warn: bool) -> None:
    suite = _suite_of(suites, f"{number}: {check.change} of {check.name}")
    findings = check.findings
    for one in findings[:MOST]:
        _case(suite, one, fail_on_warn)
    said = f"{sentences.word(check.verdict)}: {check.change} of {check.name}."
    if len(findings) > MOST:
        said += f" The {MOST:,} worst of {len(findings):,} findings have a case."
    more = [*check.incomplete, *check.notes]
    if on := sentences.evidence(check):
        more.append(f"Evidence: {on}.")
    _verdict(suite, check.verdict, said, more, fail_on_warn)


def _case(suite: Element, one: Finding, fail_on_warn: bool) -> None:
    name = f"{one.title} {one.what}: {one.changed} [{one.fingerprint}]"
    case = _case_of(suite, name, f"thalweg.{one.rule_id}.{one.rule_name}")
    body = "\n".join(
        line
        for line in (
            sentences.decided(one),
            one.reason,
            sentences.lowered(one),
            f"Fix: {one.fix}" if one.fix else "",
            f"Way: {' → '.join(one.way)}" if one.way else "",
            f"Ask: {', '.join(one.owners)}" if one.owners else "",
            f"Baseline: {one.state}" if one.state else "",
        )
        if line
    )
    match one.standing:
        case Standing.WAIVED:
            SubElement(case, "skipped", message=_clean(sentences.outcome(one)))
            SubElement(case, "system-out").text = _clean(body)
        case Standing.BLOCK:
            _fails(case, "failure", one.what, one.reason, body)
        case Standing.WARN if fail_on_warn:
            _fails(case, "failure", one.what, one.reason, body)
        case _:
            SubElement(case, "system-out").text = _clean(body)
    if one.place is not None:
        case.set("file", _clean(one.place[0]))
        case.set("line", str(one.place[1]))


def _verdict(suite: Element, verdict: Verdict, said: str, more: list[str], fail_on_warn: bool) -> None:
    """The case that is always there, so that no report is empty."""
    case = _case_of(suite, "verdict", "thalweg.check")
    body = "\n".join((said, *more))
    if verdict is Verdict.INCOMPLETE:
        _fails(case, "error", "NOT CHECKED", said, body)
    elif verdict is Verdict.BLOCK or (verdict is Verdict.WARN and fail_on_warn):
        _fails(case, "failure", verdict.value, said, body)
    else:
        SubElement(case, "system-out").text = _clean(body)


def _case_of(suite: Element, name: str, classname: str) -> Element:
    return SubElement(suite, "testcase", name=_clean(name), classname=_clean(classname), time="0")


def _fails(case: Element, tag: str, type: str, message: str, body: str) -> None:
    """The reason stands inside too: some hosts show only that."""
    SubElement(case, tag, type=_clean(type), message=_clean(message)).text = _clean(body)


def _clean(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
