"""The lines of an answer, each out of all hits of one asset by one effect, broken down by their causes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from thalweg.lineage.impact.activity import Activity
from thalweg.lineage.impact.answer import Affected, Finding, TouchedColumn
from thalweg.lineage.impact.causes import Cause, EffectRule, rule_of
from thalweg.lineage.impact.effects import Effects, Hit
from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.feeds import Feeds
from thalweg.lineage.impact.fixes import fix
from thalweg.lineage.impact.live import Live
from thalweg.lineage.impact.policy import GRAVITY, Case, Rule, Standing, decide
from thalweg.lineage.impact.reasons import reason
from thalweg.lineage.impact.words import Confidence, Effect
from thalweg.lineage.spelling import kind_of, spell
from thalweg.model.columns import fold
from thalweg.model.counting import plural
from thalweg.model.kinds import Kind
from thalweg.model.results import Entity, Node
from thalweg.model.time import DAY, rfc3339

_CONFIDENCES = tuple(Confidence)


class Lines:
    def __init__(
        self,
        facts: Facts,
        effects: Effects,
        activity: Activity,
        live: Live,
        feeds: Feeds,
        policy: Sequence[Rule],
    ) -> None:
        self._facts = facts
        self._effects = effects
        self._activity = activity
        self._live = live
        self._feeds = feeds
        self._policy = policy
        self._roles = _Roles(facts)

    def line(self, found: Sequence[Hit]) -> Affected:
        ages = self._ages(found)
        nearest = self._nearest(found, ages)
        asset, effect, kind = nearest.asset, nearest.effect, kind_of(nearest.asset)
        feeds = self._feeds.releases(asset) if effect is Effect.BREAKS and kind is Kind.JOB else []
        touched = tuple(id for _, id in sorted(zip(ages.values(), ages, strict=True)))
        standings = self._standings(found)
        findings = self._findings(found, touched, feeds, ages, standings)
        entity = self._facts.assets.get(asset)
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
            versions=touched,
            owners=_owners(entity),
            tags=entity.props.get("tags", {}) if entity else {},
            path=path,
            reason=reason(self._facts, nearest, touched, feeds, self._alike(nearest, found)),
            verdict=findings[0].verdict,
            rule=findings[0].policy_rule,
            would=max((one.would for one in findings), key=GRAVITY.__getitem__),
            findings=findings,
            columns=_columns(found) if kind is Kind.DATASET else (),
        )

    def _ages(self, found: Sequence[Hit]) -> dict[str, int]:
        """By what is touched, the newest of it first."""
        nodes = self._facts.nodes
        return {id: -nodes[id].at if id in nodes else 0 for hit in found for id in hit.touched}

    def _nearest(self, found: Sequence[Hit], ages: dict[str, int]) -> Hit:
        """The strongest, of these the nearest; of several what was touched last."""
        sure = [hit for hit in found if hit.confidence is Confidence.CERTAIN] or found
        distance = min(hit.distance for hit in sure)
        near = [hit for hit in sure if hit.distance == distance]
        return min(near, key=lambda hit: ([(ages[id], id) for id in hit.touched], hit.column, hit.causes.possible))

    def _alike(self, nearest: Hit, found: Sequence[Hit]) -> list[Cause]:
        """The causes by which it breaks in the same way; of what does not break, all that touch it."""
        if nearest.effect is not Effect.BREAKS:
            return self._causes(nearest.causes.possible)
        alike = 0
        for hit in found:
            if hit.by == nearest.by:
                alike |= hit.causes.possible
        change = self._causes(nearest.causes.possible)[0].change
        return [cause for cause in self._causes(alike) if cause.change == change]

    def _causes(self, bits: int) -> list[Cause]:
        return [cause for place, cause in enumerate(self._effects.causes) if bits >> place & 1]

    # ------------------------------------------------------------------------------------------------------- findings

    def _findings(
        self,
        found: Sequence[Hit],
        touched: tuple[str, ...],
        feeds: Sequence[str],
        ages: dict[str, int],
        all_: set[Standing],
    ) -> tuple[Finding, ...]:
        """One for each cause, the gravest first. all_: how whatever is touched stands."""
        findings: list[Finding] = []
        alone = len(self._effects.causes) == 1
        for place, cause in enumerate(self._effects.causes):
            hits = found if alone else _by(1 << place, found)
            if hits:
                nearest = self._nearest(hits, ages)
                text = reason(self._facts, nearest, touched, feeds, [cause])
                standings = all_ if alone else self._standings(hits)
                findings.append(self._finding(cause, nearest, hits, text, standings))
        findings.sort(key=lambda one: (-GRAVITY[one.verdict], _CONFIDENCES.index(one.confidence)))
        return tuple(findings)

    def _finding(self, cause: Cause, nearest: Hit, hits: Sequence[Hit], text: str, standings: set[Standing]) -> Finding:
        asset, effect, kind = nearest.asset, nearest.effect, kind_of(nearest.asset)
        entity = self._facts.assets.get(asset)
        rule, role = rule_of(effect, cause), self._roles.of(cause)
        case = Case(
            effect,
            kind,
            entity.key[0] if entity else "",
            entity.props.get("tags", {}) if entity else {},
            cause.change,
            role,
            rule.id,
        )
        as_if_live = self._as_if_live(hits)
        decided = decide(self._policy, case, standings)
        would = decide(self._policy, case, as_if_live)
        live = any(standing.live for standing in standings)
        return Finding(
            rule=rule,
            fingerprint=self._fingerprint(rule, cause, asset),
            subject_id=cause.subject,
            subject=self._spelled(cause.subject),
            change=cause.change,
            column=cause.column,
            role=role,
            confidence=nearest.confidence,
            reason=text,
            fix=fix(self._facts, nearest, cause, self._effects.old_type(cause)),
            verdict=decided.verdict,
            policy_rule=decided.name,
            message=decided.message,
            would=max(decided.verdict, would.verdict, key=GRAVITY.__getitem__),
            not_live="" if live else self._not_live(asset, hits),
        )

    def _fingerprint(self, rule: EffectRule, cause: Cause, asset: str) -> str:
        entity = self._facts.assets.get(cause.subject)
        column = fold(entity.key[0], cause.column) if entity else cause.column
        parts = (rule.id, cause.subject, column, cause.change, asset)
        return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()

    def _spelled(self, id: str) -> str:
        known: Entity | Node | None = self._facts.assets.get(id) or self._facts.nodes.get(id)
        return id if known is None else spell(known.kind, known.key)

    # ------------------------------------------------------------------------------------------------------- standing

    def _standings(self, hits: Sequence[Hit]) -> set[Standing]:
        """How each thing that hits of an asset touch stands; where one names none, how what is live of it does."""
        asset, kind = hits[0].asset, kind_of(hits[0].asset)
        if kind is Kind.JOB:
            feeds = self._feeds.releases(asset) if hits[0].effect is Effect.BREAKS else ()
            active, where = self._activity.active(asset), self._live.where(feeds)
            return {Standing(confidence, active, where) for confidence in {hit.confidence for hit in hits}}
        if kind is Kind.DATASET:  # of which only the newest version is live, and which is in no environment
            newest = self._live.of(asset, kind)
            found = {(hit.confidence, id in newest) for hit in hits for id in hit.touched or newest or ("",)}
            return {Standing(*one) for one in found}
        nodes = self._facts.nodes
        touched = {(hit.confidence, id) for hit in hits for id in hit.touched}
        standings = set[Standing]()
        for confidence in {hit.confidence for hit in hits if not hit.touched}:
            of_it = self._live.of(asset, kind)
            touched.update((confidence, id) for id in of_it)
            if not of_it:
                standings.add(Standing(confidence, False))
        for confidence, id in touched:
            if (node := nodes.get(id)) is not None:
                standings.add(Standing(confidence, self._live.version(node), self._live.environments(node)))
            else:  # the newest, or held by an alias: no more of it was fetched
                standings.add(Standing(confidence, True))
        return standings

    def _as_if_live(self, hits: Sequence[Hit]) -> set[Standing]:
        """The same, as if all of it were live, and in each environment that it ever was in."""
        asset = hits[0].asset
        if kind_of(asset) is Kind.JOB:
            feeds = self._feeds.ever(asset) if hits[0].effect is Effect.BREAKS else ()
            where = self._live.where(feeds)
            return {Standing(confidence, True, where) for confidence in {hit.confidence for hit in hits}}
        if kind_of(asset) is Kind.DATASET:
            return {Standing(confidence, True) for confidence in {hit.confidence for hit in hits}}
        nodes = self._facts.nodes
        standings = {Standing(hit.confidence, True) for hit in hits if not any(id in nodes for id in hit.touched)}
        for confidence, id in {(hit.confidence, id) for hit in hits for id in hit.touched}:
            if (node := nodes.get(id)) is not None:
                standings.add(Standing(confidence, True, self._live.environments_ever(node)))
        return standings

    def _not_live(self, asset: str, hits: Iterable[Hit]) -> str:
        """Why nothing of it is live."""
        match kind_of(asset):
            case Kind.JOB:
                days = (self._facts.at - self._activity.since(asset)) // DAY
                return f"no run in {plural(days, 'day')}"
            case Kind.DATASET:
                return "not its newest version"
            case Kind.MODEL:
                return "no live endpoint serves it, and no alias or stage that counts holds it"
            case _:
                ends = [self._facts.nodes[id].until for hit in hits for id in hit.touched if id in self._facts.nodes]
                last = max((end for end in ends if end is not None), default=None)
                return "no live release" if last is None else f"ended on {rfc3339(last)[:10]}"


class _Roles:
    """What columns are there for, as the newest version that says so has it."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._known: dict[str, dict[str, str]] = {}

    def of(self, cause: Cause) -> str:
        if not cause.column:
            return ""
        if cause.subject not in self._known:
            self._known[cause.subject] = self._of_dataset(cause.subject)
        return self._known[cause.subject].get(cause.column, "")

    def _of_dataset(self, dataset: str) -> dict[str, str]:
        nodes = self._facts.nodes
        versions = [id for id in self._facts.columns if id in nodes and nodes[id].asset_id == dataset]
        roles: dict[str, str] = {}
        for version in sorted(versions, key=lambda id: nodes[id].at):
            roles.update((column.name, column.role) for column in self._facts.columns[version] if column.role)
        return roles


def _owners(entity: Entity | None) -> tuple[str, ...]:
    return tuple(entity.props.get("owners", ())) if entity else ()


def _by(bit: int, found: Iterable[Hit]) -> list[Hit]:
    """The hits by one cause, each as sure as it is by that."""
    return [
        hit._replace(confidence=Confidence.CERTAIN if hit.causes.certain & bit else Confidence.POSSIBLE)
        for hit in found
        if hit.causes.possible & bit
    ]


def _columns(found: Iterable[Hit]) -> tuple[TouchedColumn, ...]:
    """What is touched of the versions of a dataset: each column once, as surely as it is."""
    strongest: dict[tuple[str, str], Confidence] = {}
    for hit in found:
        for version in hit.touched:
            place = (version, hit.column)
            if hit.confidence is Confidence.CERTAIN or place not in strongest:
                strongest[place] = hit.confidence
    return tuple(TouchedColumn(*place, strongest[place]) for place in sorted(strongest))
