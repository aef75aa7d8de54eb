"""A report as a code quality report of GitLab, which shows it in a merge request."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from thalweg.cli.gate import sentences
from thalweg.cli.gate.finding import Finding, Standing
from thalweg.cli.gate.places import Place, place
from thalweg.cli.gate.report import Report
from thalweg.cli.output import printable
from thalweg.lineage.impact.causes import NOT_CHECKED

SEVERITIES = {
    Standing.BLOCK: "blocker",
    Standing.WARN: "major",
    Standing.WAIVED: "info",
    Standing.UNCHANGED: "info",
    Standing.LISTED: "info",
}


def text(report: Report, anchor: str) -> str:
    """What the policy lets pass is left out: a merge request would show all of it."""
    not_checked = [
        _issue(
            f"{sentences.NOT_CHECKED}: {check.change} of {check.name}: {sentence}",
            NOT_CHECKED.id,
            "blocker",
            hashlib.sha256(f"{check.name}\0{sentence}".encode(errors="replace")).hexdigest()[:16],
            Place(anchor, 1),
        )
        for check in report.checks
        for sentence in check.incomplete
    ]
    found = [one for one in report.findings if one.standing is not Standing.LISTED]
    issues = [*not_checked, *(_finding(one, anchor) for one in found)]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"


def _finding(one: Finding, anchor: str) -> dict[str, Any]:
    said = f"{sentences.outcome(one)}: {one.title} {one.what}: {one.reason}"
    return _issue(said, one.rule_id, SEVERITIES[one.standing], one.fingerprint, place(one, anchor))


def _issue(description: str, name: str, severity: str, fingerprint: str, where: Place) -> dict[str, Any]:
    return {
        "description": printable(description),
        "check_name": name,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": where.file, "lines": {"begin": max(where.line, 1)}},
    }
