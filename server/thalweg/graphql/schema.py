"""The schema: what is asked and what is stated, composed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import strawberry
from graphql import DocumentNode, NameNode, parse, print_ast

from thalweg.graphql.ancestors import Ancestors
from thalweg.graphql.backtests import Backtests
from thalweg.graphql.comparisons import Comparisons
from thalweg.graphql.compose import composed
from thalweg.graphql.counts import Counts
from thalweg.graphql.identities import Identities
from thalweg.graphql.impacts import Impacts
from thalweg.graphql.lists import Lists
from thalweg.graphql.live import WhatWasLive
from thalweg.graphql.lookups import Lookups
from thalweg.graphql.orphans import StandingAlone
from thalweg.graphql.provenances import Provenances
from thalweg.graphql.questions import Questions
from thalweg.graphql.search import Searches
from thalweg.graphql.statements import Statements
from thalweg.graphql.verdicts import KeepingVerdicts, Verdicts


@strawberry.type(description="What can be asked.")
class Query(
    Lookups,
    Identities,
    Lists,
    Counts,
    Searches,
    Questions,
    Impacts,
    Backtests,
    Provenances,
    Comparisons,
    Ancestors,
    WhatWasLive,
    StandingAlone,
    Verdicts,
):
    pass


@strawberry.type(description="What can be stated.")
class Mutation(Statements, KeepingVerdicts):
    pass


SCHEMA = composed(Query, Mutation)


def sdl() -> str:
    """The schema in its definition language, sorted: what `schema/schema.graphql` holds.

    Sorted here and not by Strawberry's `sort_schema`, which turns its enums into plain ones that no longer know their
    Python members.
    """
    document = parse(SCHEMA.as_str(), no_location=True)
    return print_ast(DocumentNode(definitions=_sorted(document.definitions)))


_PARTS = ("fields", "arguments", "values", "interfaces", "types", "locations")


def _sorted(nodes: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted(map(_with_sorted_parts, nodes), key=_name))


def _name(node: Any) -> str:
    if isinstance(node, NameNode):
        return node.value
    named = getattr(node, "name", None)
    return "" if named is None else named.value


def _with_sorted_parts(node: Any) -> Any:
    inner = {part: _sorted(getattr(node, part)) for part in _PARTS if getattr(node, part, None)}
    return replace(node, **inner) if inner else node
