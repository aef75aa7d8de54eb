"""A policy file as the API takes its rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from thalweg.lineage.impact import Rule


def rules_of(file: Path | None) -> list[dict[str, Any]] | None:
    """The rules of a file; None for those of whoever answers. Raises BadInput for a file that is no policy."""
    if file is None:
        return None
    from thalweg.lineage.impact.policies import load

    return given(load(file))


def amiss(file: Path) -> tuple[str, ...]:
    """What of a policy file will not do what its author meant, a sentence each."""
    from thalweg.lineage.impact.policies import lint, load

    return tuple(f"{file}: rule {one.rule}, `{one.name}`, {one.message}" for one in lint(load(file)))


def given(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """Rules as PolicyRuleInput, without what they leave open."""
    found = []
    for rule in rules:
        words = {
            "name": rule.name,
            "verdict": rule.verdict.value,
            "effect": rule.effect.value if rule.effect else None,
            "confidence": rule.confidence.value if rule.confidence else None,
            "live": rule.live,
            "environment": rule.environment,
            "kind": rule.kind.name if rule.kind else None,
            "namespace": rule.namespace,
            "tag": rule.tag,
            "role": rule.role,
            "change": rule.change,
            "finding": rule.finding,
            "message": rule.message,
        }
        found.append({name: value for name, value in words.items() if value is not None})
    return found
