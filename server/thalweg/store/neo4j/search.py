"""Search: tier by tier, as far as a page goes; and the columns by which datasets are found.

How well a question meets an entity is said once, in `store/terms.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Any

from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Entity, Found, Tier
from thalweg.store import pages, terms
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.decode import entity
from thalweg.store.neo4j.queries import Query, query
from thalweg.store.questions import Search
from thalweg.store.said import columns_of
from thalweg.store.terms import PARTS, Form, Term, Terms

Params = dict[str, Any]

PROPERTIES = ("said_name", "said_tags", "said_text")
"""Of a side node, by the parts of a text."""

_ASSETS = [kind.label for kind in Kind if kind.level is Level.ASSET]


async def search(database: Database, asked: Search) -> Found:
    until = monotonic() + asked.seconds
    wanted = terms.read(asked.text)
    place = pages.read(asked.after)
    rows: list[tuple[Tier, Entity]] = []
    for tier in pages.tiers(wanted, place):
        more = asked.limit + 1 - len(rows)
        if more <= 0:
            break
        (found,) = await database.read(
            query("search"),
            seconds=until - monotonic(),
            match=match(wanted, tier),
            kept=kept(asked) | dict(pages.beginning(place, tier)),
            limit=more,
        )
        rows += [(tier, entity(row)) for row in found]
    datasets = [one.id for tier, one in rows if one.kind is Kind.DATASET and tier is Tier.TEXT]

    async def ask(text: Query, **parameters: Any) -> Any:
        return (await database.read(text, seconds=until - monotonic(), **parameters))[0]

    return pages.found(rows, asked.limit, wanted, await newest_columns(ask, datasets))


def kept(asked: Search) -> Params:
    """Which entities are wanted, as one parameter."""
    namespace = asked.namespace
    begins = namespace is not None and namespace.endswith("*")
    return {
        "kinds": [kind.label for kind in asked.kinds] if asked.kinds is not None else None,
        "namespace": None if begins else namespace,
        "namespace_begins": namespace[:-1] if namespace is not None and begins else None,
        "gone": asked.gone,
        "assets": _ASSETS,
    }


FEW = 3
"""Versions of a dataset that are looked at first; nearly always the newest has columns."""


async def newest_columns(ask: Callable[..., Awaitable[Any]], ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The columns of the newest version that has any, of each dataset."""
    found: dict[str, tuple[str, ...]] = {}
    wanted, skip, limit = list(ids), 0, FEW
    while wanted:
        further: list[str] = []
        for id, bodies in await ask(query("columned"), ids=wanted, skip=skip, limit=limit):
            columns = next((some for body in bodies if (some := columns_of(body.encode()))), ())
            if columns:
                found[id] = columns
            elif len(bodies) == limit:
                further.append(id)
        wanted, skip, limit = further, skip + limit, limit * 10
    return found


# ------------------------------------------------------------------------------------------------ the index's language


def match(wanted: Terms, tier: Tier) -> str:
    """What the index is asked for, for what is met in a tier and in none before it.

    It is Lucene's language, in which `+` is a must and `-` a must not; words are lower letters, digits and `_`.
    """
    here = _within(tier, wanted)
    if tier is Tier.EXACT:
        return here
    before = terms.TIERS[terms.TIERS.index(tier) - 1]
    if before is Tier.EXACT and not wanted.names:
        return here
    return f"+({here}) -({_within(before, wanted)})"


def _within(tier: Tier, wanted: Terms) -> str:
    properties = [PROPERTIES[part] for part in PARTS[tier]]
    if tier is Tier.EXACT:
        return " ".join(_phrase(name, properties) for name in terms.exact(wanted.names))
    return " ".join(f"+({_term(term, properties)})" for term in wanted.terms)


def _term(term: Term, properties: Sequence[str]) -> str:
    return " ".join(_form(form, properties) for form in term)


def _form(form: Form, properties: Sequence[str]) -> str:
    pieces = [_phrase(form.phrase, properties)] if form.phrase else []
    if form.prefix:
        pieces.append(f"({' '.join(f'{one}:{form.prefix}*' for one in properties)})")
    return f"({' '.join(f'+{piece}' for piece in pieces)})"


def _phrase(words: Sequence[str], properties: Sequence[str]) -> str:
    quoted = f'"{" ".join(words)}"'
    return f"({' '.join(f'{one}:{quoted}' for one in properties)})"
