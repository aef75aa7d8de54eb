"""Impact: what a change breaks, makes stale, or leaves unreproducible. Here is only what the answer looks like."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import strawberry
from strawberry import argument, field

from thalweg.graphql import changes, cursors, enums, pages, questions, relations, spans, types, values
from thalweg.graphql.context import Context, Info
from thalweg.graphql.fields import answered
from thalweg.graphql.pages import After, PageInfo, page_info
from thalweg.graphql.scalars import DateTime
from thalweg.lineage import impact as impacts
from thalweg.model import time
from thalweg.model.errors import BadInput, NotFound
from thalweg.model.kinds import Kind
from thalweg.model.results import display_name

# --------------------------------------------------------------------------------------------------------------- answer


@strawberry.type(description="One cause of a line: what changes, and how it touches the asset.")
class Finding:
    rule_id: str = field(description="The rule that the effect follows, by an id that stays.")
    rule_name: str = field(description="What that rule is called.")
    rule_text: str = field(description="What it means.")
    fingerprint: str = field(description="The same for the same finding, however it is worded, and whenever.")
    subject: str = field(description="What changes: a dataset, a repository or a model version.")
    change: str = field(description="What happens to it, in a word: content, drop, rename, retype, delete, …")
    column: str | None = field(description="The column that it happens to.")
    role: str | None = field(description="What the column is there for, where that is known: KEY, LABEL, …")
    confidence: enums.Confidence = field(description="How sure the effect is by this cause alone.")
    reason: str = field(description="Why, as a sentence.")
    fix: str = field(description="What helps.")
    verdict: enums.Verdict = field(description="What the policy says of it.")
    policy_rule: str = field(description="The rule of the policy that says so.")
    message: str = field(description="The message of that rule.")
    would: enums.Verdict = field(description="What it would say if all that is touched were live.")
    not_live: str | None = field(description="Why nothing that is touched is live, where that is so.")


@strawberry.type(description="What of a dataset version is touched.")
class TouchedColumn:
    version_id: strawberry.ID = field(description="The id of the version.")
    column: str | None = field(description="The column; null for all of the version.")
    confidence: enums.Confidence = field(description="How sure that is.")


@strawberry.type(
    description="How it is known what is read of what changes: the number of readers by the weakest of their reads."
)
class Evidence:
    readers: int = field(description="Jobs and endpoints that read it, within the window and live.")
    declared: int = field(description="Those that state what they read.")
    predicates: int = field(description="Those whose lineage reports filters and joins too.")
    projection: int = field(description="Those whose lineage reports selected columns only.")
    unknown: int = field(description="Those of which nothing is known.")


@strawberry.type(description="One line of the answer: what happens to one asset.")
class Affected:
    asset_id: strawberry.ID = field(description="The id of the asset.")
    kind: enums.Kind = field(description="What the asset is.")
    namespace: str = field(description="Where its name is looked up.")
    name: str = field(description="What people call it.")
    effect: enums.Effect = field(description="What happens to it.")
    confidence: enums.Confidence = field(description="How sure that is.")
    distance: int = field(description="How many steps `path` has.")
    live: bool = field(description="Whether something that is touched is live; it never changes the effect.")
    environments: list[str] = field(description="Where it is live: the namespaces of the releases that it reaches.")
    owners: list[str] = field(description="Who answers for it.")
    reason: str = field(description="Why, as a sentence.")
    path: list[questions.LineageEdge] = field(description="A shortest explanation, from what changes to it.")
    version_count: int = field(description="How many of its versions are touched.")
    verdict: enums.Verdict = field(description="What the policy says of this line.")
    rule: str = field(description="The rule of the policy that says so.")
    would: enums.Verdict = field(description="What it would say if all that is touched were live.")
    line: strawberry.Private[impacts.Affected]

    asset: types.Entity | None = relations.fetched(lambda affected: affected.asset_id, "The asset.")

    @answered("Its tags.")
    def tags(self, keys: types.Keys = None) -> list[values.KeyValue]:
        return values.pairs(self.line.tags, keys)

    @answered("Its causes, the gravest first.")
    def findings(self) -> list[Finding]:
        return [_finding(one) for one in self.line.findings]

    @answered("Of a dataset: what of its versions is touched, column by column.")
    def columns(self, first: relations.First = 100) -> list[TouchedColumn]:
        made = relations.made
        return [
            made(TouchedColumn, {"version_id": id, "column": column or None, "confidence": confidence})
            for id, column, confidence in self.line.columns[:first]
        ]

    @answered("What of it is touched: of a job its runs, of a deployment its releases, the newest first.")
    async def versions(self, info: Info, first: relations.First = 25) -> relations.Listing[types.Entity]:
        ids = self.line.versions
        some = ids[: relations.size(first, info.context)]
        return relations.Listing(nodes=await _entities(info.context, some), more=len(ids) > len(some))


@strawberry.type(description="A page of what is affected.")
class AffectedConnection:
    edges: list[pages.Edge[Affected]] = field(description="The lines, each with its cursor.")
    nodes: list[Affected] = field(description="The lines alone.")
    page_info: PageInfo = field(description="Where this page lies.")
    total_count: int = field(description="How many lines there are on all pages.")


Effects = Annotated[list[enums.Effect] | None, argument(description="Only these effects.")]
Kinds = Annotated[list[enums.Kind] | None, argument(description="Only assets of these kinds.")]
Live = Annotated[bool | None, argument(description="Only what is live, or only what is not.")]


@strawberry.type(description="What a change does, at a time.")
class Impact:
    at: DateTime = field(description="The time of the question.")
    verdict: enums.Verdict = field(description="Whether the change may go ahead, by the policy.")
    incomplete: list[str] = field(description="Why this may not be all, a sentence each.")
    notes: list[str] = field(description="What a reader should know besides.")
    evidence: Evidence = field(description="How it is known what is read of what changes, where columns decide.")
    found: strawberry.Private[impacts.Impact]
    question: strawberry.Private[tuple[Any, ...]]

    @answered("What changes.")
    async def of(self, info: Info) -> list[types.Entity]:
        return await _entities(info.context, self.found.of)

    @answered("What is affected, the worst first.")
    def affected(
        self,
        info: Info,
        effects: Effects = None,
        kinds: Kinds = None,
        live: Live = None,
        first: pages.FirstOf = None,
        after: After = None,
        last: pages.LastOf = None,
        before: pages.Before = None,
    ) -> AffectedConnection:
        paging = pages.Paging(first, after, last, before, info.context)
        chosen = (
            None if effects is None else {one.value for one in effects},
            None if kinds is None else {one.value for one in kinds},
            live,
        )
        lines = [line for line in self.found.affected if _matches(line, *chosen)]
        digest = cursors.digest((self.question, effects, kinds, live))
        places = {(line.asset_id, line.effect.value): place for place, line in enumerate(lines)}
        start, end = 0, len(lines)
        if after is not None:
            start = _place(after, digest, "after", places) + 1
        if before is not None:
            end = _place(before, digest, "before", places)
        if paging.backward:
            start = max(start, end - paging.size)
        else:
            end = min(end, start + paging.size)
        edges = [
            pages.Edge(node=_affected(line), cursor=cursors.encode(digest, (line.asset_id, line.effect.value)))
            for line in lines[start:end]
        ]
        return AffectedConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info([edge.cursor for edge in edges], end < len(lines), start > 0),
            total_count=len(lines),
        )


def _matches(
    line: impacts.Affected, effects: set[impacts.Effect] | None, kinds: set[Kind] | None, live: bool | None
) -> bool:
    return (
        (effects is None or line.effect in effects)
        and (kinds is None or line.kind in kinds)
        and (live is None or line.live is live)
    )


def _place(cursor: str, digest: str, name: str, places: dict[tuple[str, str], int]) -> int:
    place = places.get(cursors.decode(cursor, digest, name))
    if place is None:
        raise BadInput(f"What `{name}` points at is no longer affected.", "Begin again from the first page.")
    return place


def _affected(line: impacts.Affected) -> Affected:
    attributes: dict[str, Any] = {
        "asset_id": line.asset_id,
        "kind": line.kind,
        "namespace": line.key[0],
        "name": display_name(line.kind, line.key, {}),
        "effect": line.effect,
        "confidence": line.confidence,
        "distance": line.distance,
        "live": line.live,
        "environments": list(line.environments),
        "owners": list(line.owners),
        "reason": line.reason,
        "path": [questions.edge(edge) for edge in line.path],
        "version_count": len(line.versions),
        "verdict": line.verdict,
        "rule": line.rule,
        "would": line.would,
        "line": line,
    }
    return relations.made(Affected, attributes)


def _finding(one: impacts.Finding) -> Finding:
    attributes: dict[str, Any] = {
        "rule_id": one.rule.id,
        "rule_name": one.rule.name,
        "rule_text": one.rule.text,
        "fingerprint": one.fingerprint,
        "subject": one.subject,
        "change": one.change,
        "column": one.column or None,
        "role": one.role or None,
        "confidence": one.confidence,
        "reason": one.reason,
        "fix": one.fix,
        "verdict": one.verdict,
        "policy_rule": one.policy_rule,
        "message": one.message,
        "would": one.would,
        "not_live": one.not_live or None,
    }
    return relations.made(Finding, attributes)


async def _entities(context: Context, ids: tuple[str, ...]) -> list[types.Entity]:
    """The entities of ids, in their order, less those that are not known."""
    loading = [context.loaders.entities.load(id) for id in ids]
    found = [await one if isinstance(one, asyncio.Future) else one for one in loading]
    return [one for one in found if one is not None]


# ---------------------------------------------------------------------------------------------------------------- query


@strawberry.type
class Impacts:
    """The part of Query that asks what a change does."""

    @answered(
        "What a change does: which assets break, go stale, or can no longer be rebuilt, and whether it may go ahead. "
        "What nobody knows, and what was cut, makes the verdict INCOMPLETE; it is no error.",
        cost=200,
    )
    async def impact(
        self,
        info: Info,
        of: questions.Of,
        change: Annotated[changes.ChangeInput, argument(description="What is going to change.")],
        as_of: types.AsOf = None,
        active_within_days: Annotated[
            int, argument(description="How far back a run still says what its job will do: 0 to 36,500 days.")
        ] = 90,
        policy: Annotated[
            list[changes.PolicyRuleInput] | None,
            argument(description="Rules, the first that matches decides; those of the server when left out."),
        ] = None,
        min_coverage: Annotated[
            float,
            argument(
                description="Of how many readers, in percent, it must be known what they read, filters and joins "
                "included; of fewer the verdict is INCOMPLETE."
            ),
        ] = 0.0,
        allow_unknown_column: Annotated[
            bool, argument(description="Take a column also where the dataset is not known ever to have had it.")
        ] = False,
    ) -> Impact:
        context = info.context
        active_within = spans.days(active_within_days, "activeWithinDays")
        spans.percent(min_coverage, "minCoverage")
        chosen = changes.given(change)
        try:
            called, what, newest = await changes.read(context, of, chosen)
        except NotFound as error:
            at = time.now() if as_of is None else as_of
            nothing = impacts.Impact(
                of=(),
                change=impacts.Content(),
                at=at,
                affected=(),
                verdict=impacts.Verdict.INCOMPLETE,
                incomplete=(str(error),),
            )
            return _impact(nothing, ())
        ids = tuple(called)
        rules = changes.policy(policy)
        found = await impacts.impact(
            context.store,
            context.caller,
            ids,
            what,
            as_of=as_of,
            active_within=active_within,
            newest=newest,
            live_marks=context.judging.marks,
            policy=context.judging.policy if rules is None else rules,
            min_coverage=min_coverage,
            any_column=allow_unknown_column,
            called=called,
            visited=context.limits.visited,
            seconds=context.seconds,
        )
        return _impact(found, (ids, what, as_of, active_within_days, newest, rules, min_coverage))


def _impact(found: impacts.Impact, question: tuple[Any, ...]) -> Impact:
    attributes: dict[str, Any] = {
        "at": found.at,
        "verdict": found.verdict,
        "incomplete": list(found.incomplete),
        "notes": list(found.notes),
        "evidence": relations.made(Evidence, {"readers": found.evidence.readers, **found.evidence._asdict()}),
        "found": found,
        "question": question,
    }
    return relations.made(Impact, attributes)
