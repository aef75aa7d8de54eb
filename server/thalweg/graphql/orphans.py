"""What stands alone. Here is only what the answer looks like."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import argument, field

from thalweg.graphql import cursors, enums, pages, relations, types
from thalweg.graphql.context import Info
from thalweg.graphql.fields import answered
from thalweg.lineage import orphans

SHARE = 0.8
"""Of the time that is left: what was found must still be told."""


@strawberry.type(description="A page of what stands alone, by name, and how far it was looked.")
class Orphans:
    edges: list[pages.Edge[types.Entity]] = field(description="The entities, each with its cursor.")
    nodes: list[types.Entity] = field(description="The entities alone.")
    has_next_page: bool = field(description="Whether there are candidates that were not looked at.")
    end_cursor: str | None = field(
        description="The place of the last candidate that was looked at: go on with it as `after`."
    )
    looked_at: int = field(description="How many candidates were looked at for this page.")
    undecided: list[types.Entity] = field(
        description="Candidates of which it could not be told: what lies behind one is more than the server looks at."
    )
    truncated: bool = field(description="Whether the page ended before it was full and there is more.")
    truncated_reason: enums.Truncated | None = field(
        description="Why: `VISITED` for as many candidates as one question looks at, or `DEADLINE`."
    )
    note: str | None = field(description="Why the answer is empty, where nothing had happened yet by that time.")


@strawberry.type
class StandingAlone:
    """The part of Query that asks what stands alone."""

    @answered(
        "What stands alone: live releases with no known data, data that feeds nothing live, models never deployed. "
        "Candidates are looked at page by page; an empty page may have more behind it.",
        cost=200,
    )
    async def orphans(
        self,
        info: Info,
        of: Annotated[enums.Orphan, argument(description="Which list.")],
        as_of: types.AsOf = None,
        first: relations.First = 25,
        after: Annotated[
            str | None, argument(description="The `endCursor` of an earlier page, or a cursor of it.")
        ] = None,
    ) -> Orphans:
        context = info.context
        digest = cursors.digest(("orphans", of.value, as_of))
        found = await orphans.orphans(
            context.store,
            context.caller,
            of.value,
            as_of=as_of,
            first=relations.size(first, context),
            after=pages.position(after, digest, "after", (orphans.ORDER,)),
            visited=context.limits.visited,
            seconds=SHARE * context.seconds,
        )
        edges = [
            pages.Edge(node=types.entity(one), cursor=cursors.encode(digest, place))
            for one, place in zip(found.found, found.places, strict=True)
        ]
        return Orphans(
            edges=edges,
            nodes=[edge.node for edge in edges],
            has_next_page=found.more,
            end_cursor=None if found.end is None else cursors.encode(digest, found.end),
            looked_at=found.looked_at,
            undecided=[types.entity(one) for one in found.undecided],
            truncated=found.truncated is not None,
            truncated_reason=found.truncated,  # type: ignore[arg-type]
            note=found.note,
        )
