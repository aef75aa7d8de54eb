"""From facts to an answer: lines, findings, a verdict. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from thalweg.lineage.impact.activity import Activity
from thalweg.lineage.impact.answer import Affected, Impact
from thalweg.lineage.impact.change import Change
from thalweg.lineage.impact.effects import Effects, Hit
from thalweg.lineage.impact.facts import DEFAULT_MARKS, Facts, LiveMarks
from thalweg.lineage.impact.feeds import Feeds
from thalweg.lineage.impact.lines import Lines
from thalweg.lineage.impact.live import Live
from thalweg.lineage.impact.policy import DEFAULT_POLICY, GRAVITY, Rule, verdict
from thalweg.lineage.impact.words import Confidence, Effect
from thalweg.lineage.spelling import kind_of
from thalweg.model.kinds import Kind

_EFFECTS = tuple(Effect)
_CONFIDENCES = tuple(Confidence)


def judge(
    change: Change,
    facts: Facts,
    policy: Sequence[Rule] = DEFAULT_POLICY,
    marks: LiveMarks = DEFAULT_MARKS,
    min_coverage: float = 0,
) -> Impact:
    """What the change does, as far as the facts say: one line for each asset and effect, the worst first."""
    activity = Activity(facts)
    live = Live(facts, activity, marks)
    effects = Effects(change, facts, activity, live)
    found: defaultdict[tuple[str, Effect], list[Hit]] = defaultdict(list)
    for hit in effects.hits():
        found[hit.asset, hit.effect].append(hit)
    broken = [asset for asset, effect in found if effect is Effect.BREAKS and kind_of(asset) is Kind.JOB]
    lines = Lines(facts, effects, activity, live, Feeds(facts, activity, live, broken), policy)
    affected = sorted((lines.line(hits) for hits in found.values()), key=_worst_first)
    evidence = effects.evidence()
    incomplete = list(facts.incomplete)
    if evidence.covered < min_coverage:
        incomplete.append(
            f"What is read is known of {evidence.covered:.0f} % of the readers, with filters and joins; "
            f"at least {min_coverage:g} % is asked for."
        )
    return Impact(
        of=tuple(sorted(facts.changed)),
        change=change,
        at=facts.at,
        affected=tuple(affected),
        verdict=verdict((line.verdict for line in affected), complete=not incomplete),
        evidence=evidence,
        incomplete=tuple(incomplete),
        notes=facts.notes,
    )


def _worst_first(line: Affected) -> tuple[object, ...]:
    return (
        -GRAVITY[line.verdict],
        not line.live,
        _EFFECTS.index(line.effect),
        _CONFIDENCES.index(line.confidence),
        line.distance,
        line.kind.value,
        line.key,
        line.asset_id,
    )
