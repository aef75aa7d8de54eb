"""How a sentence names things: quoted, and so that a reader knows what they are."""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.spelling import WORDS, kind_of, label
from thalweg.model.kinds import Kind
from thalweg.model.time import DAY

_HOUR = DAY // 24
_MINUTE = _HOUR // 60


def named(facts: Facts, id: str) -> str:
    """An asset or a version, quoted: `fraud/3`."""
    if id in facts.nodes:
        return f"`{label(facts.nodes[id].kind, facts.nodes[id].key)}`"
    if id in facts.assets:
        return f"`{label(facts.assets[id].kind, facts.assets[id].key)}`"
    return f"`{id}`"


def called(facts: Facts, id: str) -> str:
    """With its kind where the name alone does not show it: job `train`; a run by its job."""
    kind = kind_of(id)
    if kind is Kind.RUN:
        job = facts.nodes[id].asset_id
        return f"run {named(facts, id)}" + (f" of job {named(facts, job)}" if job else "")
    if kind in (Kind.DATASET_VERSION, Kind.MODEL_VERSION, Kind.DEPLOYMENT, Kind.RELEASE):
        return named(facts, id)
    return f"{WORDS[kind]} {named(facts, id)}"


def ago(facts: Facts, at: int) -> str:
    """`3 days ago`, counted from the time of the question."""
    passed = max(0, facts.at - at)
    for unit, word in ((DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if passed >= unit:
            count = passed // unit
            return f"{count} {word}{'s' if count > 1 else ''} ago"
    return "just now"


def deployment_of(facts: Facts, release: str) -> str:
    node = facts.nodes[release]
    return f"`{label(Kind.DEPLOYMENT, node.key[:2])}`"


def listed(names: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(names))
    if len(distinct) <= 3:
        return ", ".join(distinct)
    return f"{', '.join(distinct[:3])} and {len(distinct) - 3} more"
