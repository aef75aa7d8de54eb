"""Search: tier by tier, as far as a page goes.

How well a question meets an entity is said once, in `store/terms.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from thalweg.model.kinds import Kind
from thalweg.model.results import Entity, Found, Tier
from thalweg.store import pages, terms
from thalweg.store.questions import Search
from thalweg.store.sqlite import texts
from thalweg.store.sqlite.codes import KIND_CODE
from thalweg.store.sqlite.conditions import end_of
from thalweg.store.sqlite.connections import Reader
from thalweg.store.sqlite.entities import SQL, as_json, entity, handles
from thalweg.store.terms import PARTS, Form, Term, Terms

COLUMNS = ("name", "tags", "text")
"""Of the full-text table, by the parts of a text."""


def search(reader: Reader, asked: Search) -> Found:
    wanted = terms.read(asked.text)
    place = pages.read(asked.after)
    rows: list[tuple[Tier, Entity]] = []
    conditions = _conditions(asked)
    for tier in pages.tiers(wanted, place):
        more = asked.limit + 1 - len(rows)
        if more <= 0:
            break
        begin = pages.beginning(place, tier)
        found = reader.connection.execute(
            SQL["search"], {**conditions, **begin, "match": match(wanted, tier), "limit": more}
        )
        rows += [(tier, entity(row[:13])) for row in found]
    return pages.found(rows, asked.limit, wanted, _columns(reader, rows))


def _conditions(asked: Search) -> dict[str, Any]:
    namespace = asked.namespace
    begins = namespace is not None and namespace.endswith("*")
    return {
        "kinds": as_json(KIND_CODE[kind] for kind in asked.kinds) if asked.kinds is not None else None,
        "namespace": None if begins else namespace,
        "namespace_from": namespace[:-1] if namespace is not None and begins else None,
        "namespace_to": end_of(namespace[:-1]) if namespace is not None and begins else None,
        "gone": asked.gone,
    }


def _columns(reader: Reader, rows: Sequence[tuple[Tier, Entity]]) -> dict[str, tuple[str, ...]]:
    """Of the datasets that may have been met by a column: their columns."""
    ids = [one.id for tier, one in rows if one.kind is Kind.DATASET and tier is Tier.TEXT]
    known = handles(reader.connection, ids) if ids else {}
    return {id: texts.newest_columns(reader.connection, n) for id, n in known.items()}


# ------------------------------------------------------------------------------------------------ the index's language


def match(wanted: Terms, tier: Tier) -> str:
    """What the index is asked for, for what is met in a tier and in none before it. Words are ASCII, and quoted."""
    here = _within(tier, wanted)
    if tier is Tier.EXACT:
        return here
    before = terms.TIERS[terms.TIERS.index(tier) - 1]
    if before is Tier.EXACT and not wanted.names:
        return here
    return f"({here}) NOT ({_within(before, wanted)})"


def _within(tier: Tier, wanted: Terms) -> str:
    columns = " ".join(COLUMNS[part] for part in PARTS[tier])
    if tier is Tier.EXACT:
        met = " OR ".join(_phrase(name) for name in terms.exact(wanted.names))
    else:
        met = " AND ".join(f"({_term(term)})" for term in wanted.terms)
    return f"{{{columns}}} : ({met})"


def _term(term: Term) -> str:
    return " OR ".join(_form(form) for form in term)


def _form(form: Form) -> str:
    pieces = ([_phrase(form.phrase)] if form.phrase else []) + ([f'"{form.prefix}" *'] if form.prefix else [])
    return f"({' AND '.join(pieces)})"


def _phrase(words: Sequence[str]) -> str:
    return f'"{" ".join(words)}"'
