"""Small answers of the impact engine, as `asked` gives them, and reports of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from thalweg.cli.gate.baseline import Baseline, Known
from thalweg.cli.gate.report import Asked, Report, Terms, report
from thalweg.cli.gate.waivers import Waiver, Waivers

TODAY = date(2026, 5, 2)
NO_EVIDENCE = {"readers": 0, "declared": 0, "predicates": 0, "projection": 0, "unknown": 0}
GRAVITY = ("PASS", "WARN", "INCOMPLETE", "BLOCK")


def dataset(name: str = "lake/customers") -> dict[str, Any]:
    namespace, _, path = name.rpartition("/")
    return {"id": f"ds_{path}", "kind": "DATASET", "namespace": f"s3://{namespace}", "name": path}


def finding(verdict: str = "BLOCK", asset: str = "production/fraud", **given: Any) -> dict[str, Any]:
    """A finding of the answer, about `age` being dropped where nothing else is said."""
    made = {
        "ruleId": "TW101",
        "ruleName": "column-dropped",
        "subject": "dataset:s3://lake/customers",
        "change": "drop",
        "column": "age",
        "role": None,
        "confidence": "CERTAIN",
        "reason": f"`{asset}` reads `age` of `s3://lake/customers`",
        "fix": f"Move `{asset}` first.",
        "verdict": verdict,
        "policyRule": "breaks-production" if verdict == "BLOCK" else "touches-live",
        "message": "It breaks what runs in production." if verdict == "BLOCK" else "It touches something live.",
        "would": verdict,
        "notLive": None,
    } | given
    parts = "|".join(str(made[key]) for key in ("ruleId", "subject", "column", "change"))
    return {"fingerprint": hashlib.sha256(f"{parts}|{asset}".encode(errors="replace")).hexdigest()[:16], **made}


def line(asset: str = "production/fraud", *findings: dict[str, Any], **given: Any) -> dict[str, Any]:
    """A line about a deployment."""
    namespace, _, name = asset.partition("/")
    found = findings or (finding(asset=asset),)
    return {
        "assetId": f"dep_{hashlib.sha256(asset.encode(errors='replace')).hexdigest()[:8]}",
        "kind": "DEPLOYMENT",
        "namespace": namespace,
        "name": name,
        "effect": "BREAKS",
        "confidence": "CERTAIN",
        "live": True,
        "environments": [namespace],
        "owners": ["risk"],
        "path": [{"source": "ds_customers", "type": "INPUT_TO", "target": "dep_1", "role": None}],
        "verdict": found[0]["verdict"],
        "findings": list(found),
        **given,
    }


def answer(*lines: dict[str, Any], of: Sequence[dict[str, Any]] | None = None, **given: Any) -> dict[str, Any]:
    gravest = max((one["verdict"] for one in lines), key=GRAVITY.index, default="PASS")
    return {
        "of": [dataset()] if of is None else list(of),
        "change": "columns",
        "given": {"changes": [{"drop": "age"}]},
        "at": "2026-05-02T08:00:00Z",
        "verdict": gravest,
        "incomplete": [],
        "notes": [],
        "evidence": NO_EVIDENCE,
        "total": len(lines),
        "endpoints": [
            {"namespace": one["namespace"], "name": one["name"], "effect": one["effect"], "confidence": "CERTAIN"}
            for one in lines
            if one["live"]
        ],
        "affected": list(lines),
        **given,
    }


def unknown() -> dict[str, Any]:
    """The answer about something that nobody knows."""
    return answer(of=[], verdict="INCOMPLETE", incomplete=["Nothing is known that 's3://lake/nowhere' names."])


def asked(answered: dict[str, Any], name: str = "s3://lake/customers") -> Asked:
    ways = {
        (one["assetId"], one["effect"]): [
            ("ds_customers", "dataset s3://lake/customers"),
            (one["assetId"], f"deployment {one['namespace']}/{one['name']}"),
        ]
        for one in answered["affected"]
    }
    return Asked(name, answered, ways)


def reported(*answers: dict[str, Any], **terms: Any) -> Report:
    return report([asked(one) for one in answers], Terms(**{"today": TODAY, **terms}))


def waivers(**given: Any) -> Waivers:
    """One waiver in force."""
    whole = {"until": date(2026, 6, 1), "author": "ada@example.com", "reason": "replaced next week"}
    return Waivers((("w.toml: waiver 1", Waiver.model_validate(whole | given)),))


def baseline(*findings: dict[str, Any]) -> Baseline:
    known = [
        Known.model_validate({**one, "weighed": one["verdict"], "asset": "deployment:x/y", "effect": "BREAKS"})
        for one in findings
    ]
    return Baseline("base.json", {one.fingerprint: one for one in known})


def every_case() -> Report:
    """A report with a finding of each standing, one that is new, one that is gone, a question that was not checked, and
    a warning; and names that every form must write with care.
    """
    blocks = line("production/fraud")
    warns = line("staging/a,b: 100%", finding("WARN", "staging/a,b: 100%", confidence="POSSIBLE"))
    waived = line("production/waived", finding(asset="production/waived", reason="<b>@all</b> | `x`\nline two"))
    old = line("production/old", finding(asset="production/old"))
    quiet = line(
        "test/quiet",
        finding(
            "PASS",
            "test/quiet",
            would="BLOCK",
            notLive="ended on 2026-01-01",
            policyRule="nothing-live",
            message="Nothing live is touched.",
        ),
        live=False,
    )
    passed = line("production/passed", finding("PASS", "production/passed", policyRule="ours may", message=""))
    evidence = {"readers": 14, "declared": 9, "predicates": 1, "projection": 3, "unknown": 1}
    first = answer(blocks, warns, waived, old, passed, quiet, evidence=evidence, notes=["One run belongs to no job."])
    held = waivers(asset="production/waived")
    terms = Terms(
        TODAY,
        waivers=held._replace(warnings=("w.toml: waiver 2: `until` is missing.",)),
        baseline=baseline(old["findings"][0], finding(asset="production/gone")),
    )
    made = report([asked(first), asked(unknown(), "s3://lake/nowhere")], terms)
    whole = report([asked(first)], terms)  # what is gone is told only of what was checked whole
    return replace(made, absent=whole.absent)
