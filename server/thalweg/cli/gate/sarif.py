"""A report as SARIF 2.1.0, with what hosts ask for beyond it: every result has a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from thalweg import __version__
from thalweg.cli.gate import sentences
from thalweg.cli.gate.finding import Finding, Standing
from thalweg.cli.gate.markdown import plain
from thalweg.cli.gate.places import place
from thalweg.cli.gate.report import Report
from thalweg.cli.output import printable
from thalweg.lineage.impact.causes import NOT_CHECKED, RULES, EffectRule
from thalweg.lineage.impact.words import Verdict

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

MOST = 5_000
"""Results that hosts keep of a run, and not surely the worst: so it is cut here, worst first, and said."""

LEVELS = {
    Standing.BLOCK: "error",
    Standing.WARN: "warning",
    Standing.WAIVED: "note",
    Standing.UNCHANGED: "note",
    Standing.LISTED: "note",
}

CUT = EffectRule("TW001", "not-all-shown", "There are more findings than a host shows.")

_RULES = (*RULES, CUT)


def text(report: Report, anchor: str) -> str:
    return json.dumps(document(report, anchor), indent=2, ensure_ascii=False) + "\n"


def document(report: Report, anchor: str) -> dict[str, Any]:
    """One run. What is gone since the baseline is no result: a host would show it as one that is there."""
    found = report.findings
    rules = [*_RULES, *_later(found)]
    indexes = {rule.id: place for place, rule in enumerate(rules)}
    extra = [
        _special(
            NOT_CHECKED,
            f"{sentences.NOT_CHECKED}: {check.change} of {check.name}. {sentence}",
            anchor,
            (check.name, sentence),
        )
        for check in report.checks
        for sentence in check.incomplete
    ][: MOST // 10]
    room = MOST - len(extra)
    if len(found) > room:
        room -= 1
        said = f"The {room:,} worst of {len(found):,} findings are here; the JSON report has them all."
        extra.append(_special(CUT, said, anchor, ()))
    results = [*extra, *(_result(one, anchor) for one in found[:room])]
    for result in results:
        result["ruleIndex"] = indexes[result["ruleId"]]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(rules)},
                "automationDetails": {"id": _group(report)},
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(report)],
                "results": results,
                "properties": {
                    "verdict": report.verdict.value,
                    "said": sentences.headline(report),
                    "counts": report.counts(),
                },
            }
        ],
    }


def _later(found: list[Finding]) -> list[EffectRule]:
    """Rules that only a later server knows."""
    known = {rule.id for rule in _RULES}
    names = {one.rule_id: one.rule_name for one in found if one.rule_id not in known}
    return [EffectRule(id, name, name) for id, name in sorted(names.items())]


def _driver(rules: list[EffectRule]) -> dict[str, Any]:
    return {
        "name": "thalweg",
        "semanticVersion": __version__,
        "rules": [
            {
                "id": rule.id,
                "name": "".join(word.capitalize() for word in rule.name.split("-")),
                "shortDescription": {"text": rule.text},
                "fullDescription": {"text": rule.text},
                "help": {"text": rule.text},
                "properties": {"tags": ["lineage"]},
            }
            for rule in rules
        ],
    }


def _group(report: Report) -> str:
    """The same for each check of the same things, so that a host tells what came and what went; up to the last slash
    it is what GitHub calls the category.
    """
    names = sorted({name for check in report.checks for name in check.of})
    one = (
        quote(names[0], safe="", errors="replace")
        if len(names) == 1
        else hashlib.sha256("\0".join(names).encode(errors="replace")).hexdigest()[:12]
    )
    return f"thalweg-check/{one}/"


def _invocation(report: Report) -> dict[str, Any]:
    """Whether it was checked at all, and what is amiss with the waivers."""
    return {
        "executionSuccessful": report.verdict is not Verdict.INCOMPLETE,
        "exitCode": report.code,
        "exitCodeDescription": sentences.headline(report),
        "toolExecutionNotifications": [
            {"level": "error", "message": {"text": printable(sentence)}, "descriptor": {"id": NOT_CHECKED.id}}
            for sentence in report.incomplete
        ],
        "toolConfigurationNotifications": [
            {"level": "warning", "message": {"text": printable(sentence)}} for sentence in report.warnings
        ],
    }


def _result(one: Finding, anchor: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": one.rule_id,
        "kind": "fail",
        "level": LEVELS[one.standing],
        "message": {"text": _message(one), "markdown": _markdown(one)},
        "locations": [_location(*place(one, anchor), one.title, "resource", _subject(one))],
        "partialFingerprints": {"thalweg/v1": one.fingerprint},
        "properties": _properties(one),
    }
    if one.state:
        result["baselineState"] = one.state
    if one.standing is Standing.WAIVED:
        justification = printable(sentences.outcome(one))
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": justification}]
    return result


def _special(rule: EffectRule, said: str, anchor: str, parts: tuple[str, ...]) -> dict[str, Any]:
    """A result that is no finding: hosts show results, and nothing else."""
    digest = hashlib.sha256("\0".join((rule.id, *parts)).encode(errors="replace")).hexdigest()[:16]
    return {
        "ruleId": rule.id,
        "kind": "fail",
        "level": "error" if rule is NOT_CHECKED else "warning",
        "message": {"text": printable(said)},
        "locations": [_location(anchor, 1)],
        "partialFingerprints": {"thalweg/v1": digest},
    }


def _location(file: str, line: int, *logical: str) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(file, errors="replace")},
            "region": {"startLine": max(line, 1)},
        }
    }
    if logical:
        touched, kind, subject = logical
        location["logicalLocations"] = [
            {"fullyQualifiedName": printable(subject), "kind": kind},
            {"fullyQualifiedName": printable(touched), "kind": kind},
        ]
    return location


def _subject(one: Finding) -> str:
    return f"{one.subject}#{one.column}" if one.column else one.subject


def _message(one: Finding) -> str:
    low = sentences.lowered(one)
    parts = (f"{sentences.outcome(one)}: {one.title} {one.what}", one.reason, low, f"Fix: {one.fix}" if one.fix else "")
    return printable(". ".join(part.rstrip(".") for part in parts if part) + ".")


def _markdown(one: Finding) -> str:
    """As GitHub shows it; names come from outside and stay text."""
    way = f"\n\nWay: {plain(' → '.join(one.way))}" if len(one.way) > 1 else ""
    return f"{plain(_message(one))}{way}"


def _properties(one: Finding) -> Mapping[str, Any]:
    return {
        "standing": one.standing.value,
        "verdict": one.verdict.value,
        "weighed": one.weighed.value,
        "would": one.would.value,
        "effect": one.effect,
        "confidence": one.confidence,
        "asset": one.asset,
        "subject": one.subject,
        "change": one.change,
        "column": one.column,
        "way": list(one.way),
        "owners": list(one.owners),
        "policyRule": one.policy_rule,
    }
