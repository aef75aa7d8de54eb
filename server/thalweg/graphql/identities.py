"""Whom a name means, and why. Here is only what the answer looks like."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import argument, field

from thalweg.graphql import types
from thalweg.graphql.context import Info
from thalweg.graphql.fields import answered
from thalweg.lineage.identity import identity
from thalweg.lineage.spelling import spell


@strawberry.type(description="That somebody states two names to be one.")
class Join:
    alias: str = field(description="The other name: `dataset:glue://lake transactions`.")
    of: str = field(description="What it is a name of.")
    source: str = field(description="The source that states it. There it can be taken back.")
    scope: str = field(description="The scope under that source.")


@strawberry.type(description="Whom a name means, and why.")
class Identity:
    name: str | None = field(
        description="What the text is by the laws of names alone; null where it is the name of neither a dataset nor a "
        "repository, and for versions."
    )
    laws: list[str] = field(
        description="By which laws it was made, a sentence each; none where it was written as it is kept."
    )
    entity: types.Entity | None = field(
        description="What is known by this name; it bears another where two were joined. Null where nobody knows it."
    )
    joins: list[Join] = field(description="By which statements names lead to it, or to its asset.")


@strawberry.type
class Identities:
    """The part of Query that says whom a name means."""

    @answered(
        "Whom a name means, and why: by which laws it was made canonical, and who joined it with others.", cost=10
    )
    async def identity(
        self,
        info: Info,
        of: Annotated[str, argument(description="The name, as `entity` takes it, or as any system wrote it.")],
        source: Annotated[
            str, argument(description="The source in which it stands: a path on a disk is named under it.")
        ] = "local",
    ) -> Identity:
        context = info.context
        found = await identity(context.store, context.caller, of, source=source, seconds=context.seconds)
        return Identity(
            name=None if found.key is None else spell(found.key.kind, found.key.parts),
            laws=list(found.laws),
            entity=None if found.entity is None else types.entity(found.entity),
            joins=[
                Join(
                    alias=spell(one.alias.kind, one.alias.parts),
                    of=spell(one.of.kind, one.of.parts),
                    source=one.source,
                    scope=one.scope,
                )
                for one in found.joins
            ],
        )
