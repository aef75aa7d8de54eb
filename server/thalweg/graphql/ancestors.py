"""Common ancestors: what several entities share. Here is only what the answer looks like."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from strawberry import argument, field

from thalweg.graphql import enums, questions, relations, types
from thalweg.graphql.context import Info
from thalweg.graphql.fields import answered
from thalweg.graphql.scalars import DateTime
from thalweg.lineage import ancestors
from thalweg.lineage.name import resolve
from thalweg.model.edges import LINEAGE
from thalweg.model.kinds import Level
from thalweg.model.results import display_name


@strawberry.type(description="An ancestor that all of several entities share.")
class CommonAncestor:
    id: strawberry.ID = field(description="The id of the entity.")
    kind: enums.Kind = field(description="What it is.")
    namespace: str = field(description="Where its name is looked up.")
    name: str = field(description="What people call it; a version bears the name of its asset.")
    version: str | None = field(description="Which version it is; null for an asset.")
    at: DateTime = field(description="When it happened; else when it was first seen.")
    gone_at: DateTime | None = field(description="When it was deleted in the world.")
    distances: list[int] = field(
        description="How many steps it is from each, in the order of `of`; 0 from the entity that it is itself."
    )
    lowest: bool = field(
        description="Whether no other common ancestor lies between it and them; those of one cycle stand side by side."
    )

    entity: types.Entity | None = relations.fetched(lambda ancestor: ancestor.id, "The entity itself.")


@strawberry.type(description="What several entities share of what they came from.")
class CommonAncestors:
    of: list[types.Entity] = field(description="The entities that were named, each once.")
    level: enums.Level = field(description="The level of them all.")
    ancestors: list[CommonAncestor] = field(
        description="The nearest first: by the sum of the distances, then by the largest, then by id."
    )
    total_count: int = field(description="How many there are, whatever `ancestors` holds.")
    truncated: bool = field(description="Whether some are missing.")
    truncated_reason: enums.Truncated | None = field(
        description="Why some are missing. Behind `VISITED` and `DEADLINE` all else is of what was seen, `lowest` too."
    )
    note: str | None = field(description="Why the answer is empty, where nothing had happened yet by that time.")


def _ancestor(found: ancestors.CommonAncestor) -> CommonAncestor:
    node = found.node
    attributes: dict[str, Any] = {
        "id": node.id,
        "kind": node.kind,
        "namespace": node.key[0],
        "name": display_name(node.kind, node.key, {}),
        "version": node.key[-1] if node.kind.level is Level.VERSION else None,
        "at": node.at,
        "gone_at": node.gone_at,
        "distances": list(found.distances),
        "lowest": found.lowest,
    }
    return relations.made(CommonAncestor, attributes)


@strawberry.type
class Ancestors:
    """The part of Query that asks what several entities share."""

    @answered("The ancestors that several entities share: what they all learned from, or were made by.", cost=100)
    async def common_ancestors(
        self,
        info: Info,
        of: Annotated[
            list[strawberry.ID],
            argument(
                description="2 to 10 entities of one level, each by its id, or a text that names it as in `entity`."
            ),
        ],
        edge_types: questions.EdgeTypes = None,
        as_of: types.AsOf = None,
        first: Annotated[int, argument(description="How many at most, the nearest: 1 to 1,000.")] = 100,
    ) -> CommonAncestors:
        context = info.context
        meant = [
            await resolve(context.store, context.caller, one, seconds=context.seconds)
            for one in of[: ancestors.MOST + 1]  # one more than may be asked about, so that it is said
        ]
        found = await ancestors.common_ancestors(
            context.store,
            context.caller,
            [one.id for one in meant],
            types=LINEAGE if edge_types is None else [one.value for one in edge_types],
            as_of=as_of,
            first=first,
            visited=context.limits.visited,
            seconds=context.seconds,
        )
        return CommonAncestors(
            of=[types.entity(one) for one in found.of],
            level=found.level,  # type: ignore[arg-type]
            ancestors=[_ancestor(one) for one in found.ancestors],
            total_count=found.total,
            truncated=found.truncated_reason is not None,
            truncated_reason=found.truncated_reason,  # type: ignore[arg-type]
            note=found.note,
        )
