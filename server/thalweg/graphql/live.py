"""What was live at a time. Here is only what the answer looks like."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from strawberry import argument, field

from thalweg.graphql import cursors, pages, relations, types
from thalweg.graphql.context import Info
from thalweg.graphql.fields import answered
from thalweg.graphql.scalars import DateTime
from thalweg.lineage import live
from thalweg.lineage.name import resolve
from thalweg.model import time
from thalweg.model.kinds import Kind
from thalweg.store.questions import Where


@strawberry.type(description="A run that made a model version, with what it read and ran.")
class MadeBy:
    run: types.Run = field(description="The run.")
    data: relations.Links[types.DatasetVersion] = field(description="The dataset versions that it read, 25 at most.")
    code: relations.Links[types.Commit] = field(description="The commits that it ran, 5 at most.")


@strawberry.type(description="A model version that a release serves.")
class ServedModel(relations.Relation):
    version: types.ModelVersion = field(description="The model version.")
    made_by: list[MadeBy] = field(description="The runs that made it, the newest first, 3 at most.")
    more_runs: bool = field(description="Whether more runs made it.")


@strawberry.type(description="A release that was open, with what it served and read.")
class LiveRelease:
    environment: str = field(description="The namespace of its deployment.")
    release: types.Release = field(description="The release.")
    models: list[ServedModel] = field(description="The model versions that it served by then, 10 at most.")
    more_models: bool = field(description="Whether it served more models.")
    reads: relations.Links[types.DatasetVersion] = field(
        description="The dataset versions that it read live by then, 25 at most."
    )
    deployment_id: strawberry.Private[str]

    deployment: types.Deployment | None = relations.fetched(lambda one: one.deployment_id, "The deployment.")


@strawberry.type(description="A page of what was live at a time, by the name of the deployment.")
class LiveConnection:
    at: DateTime = field(description="The time of the question.")
    edges: list[pages.Edge[LiveRelease]] = field(description="The releases, each with its cursor.")
    nodes: list[LiveRelease] = field(description="The releases alone.")
    page_info: pages.PageInfo = field(description="Where this page lies.")
    note: str | None = field(description="Why the answer is empty, where nothing had happened yet by that time.")
    where: strawberry.Private[Where]

    @answered("How many were live in all. They are counted only when it is asked for.", cost=50)
    async def total_count(self, info: Info) -> int:
        context = info.context
        return await context.store.count(Kind.RELEASE, self.where, context.caller, seconds=context.seconds)


def _served(found: live.Served) -> ServedModel:
    attributes: dict[str, Any] = relations.relation(found.edge)
    attributes["version"] = types.entity(found.version)
    attributes["made_by"] = [
        MadeBy(
            run=types.entity(made.run),  # type: ignore[arg-type]
            data=relations.links(made.data, types.entity),
            code=relations.links(made.code, types.entity),
        )
        for made in found.made
    ]
    attributes["more_runs"] = found.more
    return relations.made(ServedModel, attributes)


def _release(found: live.LiveRelease) -> LiveRelease:
    attributes: dict[str, Any] = {
        "environment": found.release.namespace,
        "release": types.entity(found.release),
        "models": [_served(one) for one in found.served],
        "more_models": found.more,
        "reads": relations.links(found.reads, types.entity),
        "deployment_id": found.release.asset_id,
    }
    return relations.made(LiveRelease, attributes)


@strawberry.type
class WhatWasLive:
    """The part of Query that asks what was live."""

    @answered(
        "Which releases were open at a time, with the model versions they served, the data they read live, and for "
        "each model version the runs that made it and what these read and ran.",
        cost=200,
    )
    async def what_was_live(
        self,
        info: Info,
        at: Annotated[DateTime | None, argument(description="When; now when left out.")] = None,
        environment: Annotated[
            str | None, argument(description="Only in this one, exactly; `prod*` is any that begins so.")
        ] = None,
        deployment: Annotated[
            strawberry.ID | None,
            argument(description="Only releases of this deployment: its id, or a text that names it as in `entity`."),
        ] = None,
        first: pages.FirstOf = None,
        after: pages.After = None,
        last: pages.LastOf = None,
        before: pages.Before = None,
    ) -> LiveConnection:
        context = info.context
        paging = pages.Paging(first, after, last, before, context)
        of: str | None = None
        if deployment is not None:
            kinds = (Kind.DEPLOYMENT,)
            of = (await resolve(context.store, context.caller, deployment, kinds=kinds, seconds=context.seconds)).id
        where = live.where(at, environment, of)
        digest = cursors.digest(("live", where))
        found = await live.what_was_live(
            context.store,
            context.caller,
            at=at,
            environment=environment,
            deployment=of,
            first=paging.size,
            after=pages.position(after, digest, "after", (live.ORDER,)),
            before=pages.position(before, digest, "before", (live.ORDER,)),
            from_end=paging.backward and before is None,
            seconds=context.seconds,
        )
        edges = [
            pages.Edge(node=_release(one), cursor=cursors.encode(digest, place))
            for one, place in zip(found.releases, found.page.positions, strict=True)
        ]
        return LiveConnection(
            at=time.now() if at is None else at,  # type: ignore[arg-type]
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=pages.page_info([edge.cursor for edge in edges], found.page.has_next, found.page.has_previous),
            note=found.note,
            where=where,
        )
