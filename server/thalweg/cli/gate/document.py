"""A report as a JSON document: whole, with a version, and what a baseline is read from."""

from __future__ import annotations

import json
from typing import Any

from thalweg import __version__
from thalweg.cli.gate import sentences
from thalweg.cli.gate.baseline import FORMAT, VERSION
from thalweg.cli.gate.finding import Finding
from thalweg.cli.gate.report import Check, Report


def text(report: Report) -> str:
    return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"


def document(report: Report) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "release": __version__,
        "verdict": report.verdict.value,
        "code": report.code,
        "said": sentences.headline(report),
        "strict": report.terms.strict,
        "failOn": "warn" if report.terms.fail_on_warn else "block",
        "baseline": report.terms.baseline.file if report.terms.baseline is not None else None,
        "counts": report.counts(),
        "warnings": list(report.warnings),
        "checks": [_check(check) for check in report.checks],
        "absent": [one.model_dump(mode="json", by_alias=True) for one in report.absent],
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "of": list(check.of),
        "change": check.change,
        "given": dict(check.given),
        "at": check.at,
        "verdict": check.verdict.value,
        "answered": check.said.value,
        "incomplete": list(check.incomplete),
        "notes": list(check.notes),
        "evidence": dict(check.evidence),
        "endpoints": list(check.endpoints),
        "total": check.total,
        "place": None if check.place is None else {"file": check.place[0], "line": check.place[1]},
        "findings": [_finding(one) for one in check.findings],
    }


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "ruleId": one.rule_id,
        "ruleName": one.rule_name,
        "fingerprint": one.fingerprint,
        "standing": one.standing.value,
        "verdict": one.verdict.value,
        "weighed": one.weighed.value,
        "answered": one.said.value,
        "would": one.would.value,
        "notLive": one.not_live or None,
        "policyRule": one.policy_rule,
        "message": one.message,
        "baselineState": one.state or None,
        "waiver": one.waiver.model_dump(mode="json", exclude_none=True) if one.waiver is not None else None,
        "asset": one.asset,
        "assetId": one.asset_id,
        "kind": one.kind,
        "effect": one.effect,
        "confidence": one.confidence,
        "live": one.live,
        "environments": list(one.environments),
        "owners": list(one.owners),
        "subject": one.subject,
        "change": one.change,
        "column": one.column or None,
        "role": one.role or None,
        "reason": one.reason,
        "fix": one.fix,
        "way": list(one.way),
        "path": [dict(edge) for edge in one.path],
        "place": None if one.place is None else {"file": one.place[0], "line": one.place[1]},
    }
