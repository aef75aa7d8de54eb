"""Impact: what a change breaks, makes stale, or leaves unreproducible. Here is only what the answer looks like."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import strawberry
from strawberry import argument, field

from thalweg.graphql import cursors, enums, lists, questions, relations, types, values
from thalweg.graphql.context import Context, Info
from thalweg.graphql.fields import answered
from thalweg.graphql.pages import After, PageInfo, page_info
from thalweg.graphql.scalars import DateTime
from thalweg.lineage import impact as impacts
from thalweg.lineage.name import resolve
from thalweg.model import time
from thalweg.model.errors import BadInput, NotFound
from thalweg.model.keys import Key, kind_of_id
from thalweg.model.kinds import VERSION_OF, Kind
from thalweg.model.results import display_name

# --------------------------------------------------------------------------------------------------------------- change


@strawberry.input(description="The content was wrong or is replaced, in every column.")
class ContentChange:
    versions: list[str] | None = field(
        description="Only these versions of the dataset that is named; all when left out.", default=None
    )
    newest: int | None = field(description="Only its newest so many versions; all when left out.", default=None)


@strawberry.input(description="A dataset goes, with all its versions.")
class DeleteChange:
    versions: list[str] | None = field(description="Only these versions of the dataset that is named go.", default=None)


@strawberry.input(description="A model version may not be used any more.")
class WithdrawChange:
    versions: list[str] | None = field(
        description="These versions, where a model is named and not a version of one.", default=None
    )


@strawberry.input(one_of=True, description="What is going to change: one of these.")
class ChangeInput:
    content: ContentChange | None = field(
        description="Of a dataset, or a version of one: its content.", default=strawberry.UNSET
    )
    delete: DeleteChange | None = field(
        description="Of a dataset, or a version of one: it is deleted.", default=strawberry.UNSET
    )
    withdraw: WithdrawChange | None = field(
        description="Of a model version: it is withdrawn.", default=strawberry.UNSET
    )


_CHANGES: dict[str, impacts.Change] = {
    "content": impacts.Content(),
    "delete": impacts.Delete(),
    "withdraw": impacts.Withdraw(),
}


# --------------------------------------------------------------------------------------------------------------- answer


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
    line: strawberry.Private[impacts.Affected]

    asset: types.Entity | None = relations.fetched(lambda affected: affected.asset_id, "The asset.")

    @answered("Its tags.")
    def tags(self, keys: types.Keys = None) -> list[values.KeyValue]:
        return values.pairs(self.line.tags, keys)

    @answered("What of it is touched: of a job its runs, of a deployment its releases, the newest first.")
    async def versions(self, info: Info, first: relations.First = 25) -> relations.Listing[types.Entity]:
        ids = self.line.versions
        some = ids[: relations.size(first, info.context)]
        return relations.Listing(nodes=await _entities(info.context, some), more=len(ids) > len(some))


@strawberry.type(description="A page of what is affected.")
class AffectedConnection:
    edges: list[lists.Edge[Affected]] = field(description="The lines, each with its cursor.")
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
        first: lists.FirstOf = None,
        after: After = None,
        last: lists.LastOf = None,
        before: lists.Before = None,
    ) -> AffectedConnection:
        paging = lists.Paging(first, after, last, before, info.context)
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
            lists.Edge(node=_affected(line), cursor=cursors.encode(digest, (line.asset_id, line.effect.value)))
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
        "line": line,
    }
    return relations.made(Affected, attributes)


async def _entities(context: Context, ids: tuple[str, ...]) -> list[types.Entity]:
    """The entities of ids, in their order, less those that are not known."""
    loading = [context.loaders.entities.load(id) for id in ids]
    found = [await one if isinstance(one, asyncio.Future) else one for one in loading]
    return [one for one in found if one is not None]


# ---------------------------------------------------------------------------------------------------------------- query


async def _changing(
    context: Context, of: str, change: ChangeInput
) -> tuple[tuple[str, ...], impacts.Change, int | None]:
    """The ids of what changes, and how. Raises NotFound for a name that names nothing."""
    name, chosen = next((name, one) for name, one in vars(change).items() if one not in (None, strawberry.UNSET))
    newest = chosen.newest if isinstance(chosen, ContentChange) else None
    if not chosen.versions:
        if kind_of_id(of) is not None:
            return (of,), _CHANGES[name], newest
        named = await resolve(context.store, context.caller, of, seconds=context.seconds)
        return (named.id,), _CHANGES[name], newest
    assets = (Kind.MODEL,) if name == "withdraw" else (Kind.DATASET,)
    asset = await resolve(context.store, context.caller, of, kinds=assets, seconds=context.seconds)
    version = VERSION_OF[asset.kind]
    return tuple(Key(version, (*asset.key, one)).id for one in chosen.versions), _CHANGES[name], newest


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
        change: Annotated[ChangeInput, argument(description="What is going to change.")],
        as_of: types.AsOf = None,
        active_within_days: Annotated[
            int, argument(description="How far back a run still says what its job will do.")
        ] = 90,
    ) -> Impact:
        context = info.context
        try:
            ids, what, newest = await _changing(context, of, change)
        except NotFound as error:
            at = time.now() if as_of is None else as_of
            unknown = impacts.Impact((), impacts.Content(), at, (), impacts.Verdict.INCOMPLETE, (str(error),))
            return _impact(unknown, ())
        found = await impacts.impact(
            context.store,
            context.caller,
            ids,
            what,
            as_of=as_of,
            active_within=active_within_days * time.DAY,
            newest=newest,
            visited=context.limits.visited,
            seconds=context.seconds,
        )
        return _impact(found, (ids, what, as_of, active_within_days, newest))


def _impact(found: impacts.Impact, question: tuple[Any, ...]) -> Impact:
    attributes: dict[str, Any] = {
        "at": found.at,
        "verdict": found.verdict,
        "incomplete": list(found.incomplete),
        "notes": list(found.notes),
        "found": found,
        "question": question,
    }
    return relations.made(Impact, attributes)
