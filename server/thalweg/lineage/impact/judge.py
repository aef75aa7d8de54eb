"""From facts to an answer: lines, reasons, a verdict. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from thalweg.lineage.impact.activity import Activity
from thalweg.lineage.impact.answer import Affected, Confidence, Effect, Impact
from thalweg.lineage.impact.change import Change
from thalweg.lineage.impact.effects import Hit, hits
from thalweg.lineage.impact.facts import DEFAULT_MARKS, Facts, LiveMarks
from thalweg.lineage.impact.feeds import Feeds
from thalweg.lineage.impact.live import Live
from thalweg.lineage.impact.policy import DEFAULT_POLICY, GRAVITY, Rule, Standing, decide, verdict
from thalweg.lineage.impact.reasons import reason
from thalweg.lineage.spelling import kind_of
from thalweg.model.kinds import Kind

_EFFECTS = tuple(Effect)
_CONFIDENCES = tuple(Confidence)


def judge(
    change: Change, facts: Facts, policy: Sequence[Rule] = DEFAULT_POLICY, marks: LiveMarks = DEFAULT_MARKS
) -> Impact:
    """What the change does, as far as the facts say: one line for each asset and effect, the worst first."""
    activity = Activity(facts)
    live = Live(facts, activity, marks)
    lines: defaultdict[tuple[str, Effect], list[Hit]] = defaultdict(list)
    for hit in hits(change, facts, activity, live):
        lines[hit.asset, hit.effect].append(hit)
    broken = [asset for asset, effect in lines if effect is Effect.BREAKS and kind_of(asset) is Kind.JOB]
    feeds = Feeds(facts, activity, live, broken)
    affected = [_line(facts, found, activity, live, feeds, policy) for found in lines.values()]
    affected.sort(key=_worst_first)
    return Impact(
        of=tuple(sorted(facts.changed)),
        change=change,
        at=facts.at,
        affected=tuple(affected),
        verdict=verdict((line.verdict for line in affected), complete=not facts.incomplete),
        incomplete=facts.incomplete,
        notes=facts.notes,
    )


def _line(
    facts: Facts, found: Sequence[Hit], activity: Activity, live: Live, feeds: Feeds, policy: Sequence[Rule]
) -> Affected:
    """One line out of all hits of one asset by one effect."""

    ages = {id: -facts.nodes[id].at if id in facts.nodes else 0 for hit in found for id in hit.touched}
    nearest = min(
        found,
        key=lambda hit: (_CONFIDENCES.index(hit.confidence), hit.distance, [(ages[id], id) for id in hit.touched]),
    )
    asset, effect = nearest.asset, nearest.effect
    kind = kind_of(asset)
    fed = feeds.releases(asset) if effect is Effect.BREAKS and kind is Kind.JOB else []
    if kind is Kind.JOB:
        active, where = activity.active(asset), live.where(fed)
        standings = {Standing(hit.confidence, active, where) for hit in found}
    else:
        standings = {standing for hit in found for standing in _standings(facts, hit, live)}
    touched = sorted(ages, key=lambda id: (ages[id], id))
    rule = decide(policy, effect, standings)
    entity = facts.assets.get(asset)
    path = nearest.trail()
    return Affected(
        asset_id=asset,
        kind=kind,
        key=entity.key if entity else (),
        effect=effect,
        confidence=nearest.confidence,
        distance=nearest.distance,
        live=any(standing.live for standing in standings),
        environments=tuple(sorted({name for standing in standings for name in standing.environments})),
        versions=tuple(touched),
        owners=tuple(entity.props.get("owners", ())) if entity else (),
        tags=entity.props.get("tags", {}) if entity else {},
        path=path,
        reason=reason(facts, nearest, touched, fed),
        verdict=rule.verdict,
        rule=rule.name,
    )


def _standings(facts: Facts, hit: Hit, live: Live) -> list[Standing]:
    """How each thing that a hit touches stands; where it names none, how what is live of the asset does."""
    return [
        Standing(hit.confidence, live.version(facts.nodes[id]), live.environments(facts.nodes[id]))
        if id in facts.nodes
        else Standing(hit.confidence, True)  # the newest, or held by an alias: no more of it was fetched
        for id in hit.touched or live.of(hit.asset, kind_of(hit.asset))
    ] or [Standing(hit.confidence, False)]


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
