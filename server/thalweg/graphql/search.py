"""Search: what a text meets, the best first, with what it met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import strawberry
from strawberry import field

from thalweg.graphql import cursors, enums, relations, types
from thalweg.graphql.context import Info
from thalweg.graphql.fields import answered
from thalweg.graphql.pages import DEFAULT_SIZE, After, PageInfo, page_info
from thalweg.model import results
from thalweg.store.questions import Search

COST = 25
"""Points of a search by itself: it may look at much to find the best."""


@strawberry.type(description="A place in a snippet, in characters (Unicode code points).")
class TextRange:
    offset: int = field(description="Where it begins; 0 is the beginning of the snippet.")
    length: int = field(description="How many characters it has.")


@strawberry.type(name="SearchMatch", description="A text of an entity that a search met.")
class Match:
    snippet: str = field(
        description="The text, or the part of it that was met, with `…` where it was cut. It is plain text, whatever "
        "it looks like: never put it into a page as HTML."
    )
    ranges: list[TextRange] = field(description="Where in the snippet what was met is, in order.")
    field: enums.SearchField = field(description="What of the entity it is.")  # the last: it hides the function


@strawberry.type(name="SearchEdge", description="Something that a search found.")
class Hit:
    node: types.Entity = field(description="The entity.")
    cursor: str = field(description="Its place: of use as `after` with the same search.")
    tier: enums.SearchTier = field(description="How well it was met.")
    matches: list[Match] = field(description="The texts that were met, the weightiest first; five at most.")


@strawberry.type(name="SearchConnection", description="A page of what a search found, the best first.")
class Found:
    edges: list[Hit] = field(description="What was found, each with how it was met.")
    nodes: list[types.Entity] = field(description="The entities alone.")
    page_info: PageInfo = field(description="Where this page lies.")


def _match(match: results.Match) -> Match:
    ranges = [TextRange(offset=offset, length=length) for offset, length in match.ranges]
    return Match(field=match.field, snippet=match.snippet, ranges=ranges)  # type: ignore[arg-type]


def _found(found: results.Found, digest: str, after: str | None) -> Found:
    edges = [
        Hit(
            node=types.entity(hit.entity),
            cursor=cursors.encode(digest, hit.position),
            tier=hit.tier,  # type: ignore[arg-type]
            matches=[_match(match) for match in hit.matches],
        )
        for hit in found.hits
    ]
    shown: Sequence[str] = [edge.cursor for edge in edges]
    return Found(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=page_info(shown, found.has_next, after is not None),
    )


@strawberry.type
class Searches:
    """The part of Query that searches."""

    @answered(
        'What a text meets: `fraud` (a word), `fra*` (a word that begins so), `"card payments"` (words one behind the '
        "other), `customer_features` (the same). Every word must be met: in names, tags, owners, descriptions, the "
        "first lines and authors of commits, or the columns of a dataset. Capitals and accents make no difference, and "
        "there is no other syntax: whatever is typed is a question.",
        cost=COST,
    )
    async def search(
        self,
        info: Info,
        text: Annotated[str, strawberry.argument(description="What is searched for: at most 400 characters.")],
        kinds: Annotated[
            list[enums.Kind] | None, strawberry.argument(description="Only these kinds; all when left out.")
        ] = None,
        namespace: Annotated[
            str | None,
            strawberry.argument(description="Only of this namespace, exactly; `prod*` is any that begins so."),
        ] = None,
        gone: Annotated[
            bool | None,
            strawberry.argument(
                description="Only what was deleted in the world, or only what was not; when left out, that comes last."
            ),
        ] = None,
        first: Annotated[int, strawberry.argument(description="How many at most: 1 to 100.")] = DEFAULT_SIZE,
        after: After = None,
    ) -> Found:
        context = info.context
        wanted = frozenset(kind.value for kind in kinds) if kinds is not None else None
        of = sorted(kind.value for kind in wanted) if wanted is not None else None
        digest = cursors.digest(("search", text, of, namespace, gone))
        asked = Search(
            text,
            wanted,
            namespace,
            gone,
            limit=relations.size(first, context),
            after=cursors.decode(after, digest, "after") if after is not None else None,
            seconds=context.seconds,
        )
        return _found(await context.store.search(asked, context.caller), digest, after)
