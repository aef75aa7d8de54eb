"""All that a store answers with, in one value: two stores that hold the same graph have the same dump."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from tests.facts import said
from thalweg.model.edges import EdgeType
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.model.results import Edge, Entity
from thalweg.store.questions import Find, Hop, Neighbour
from thalweg.store.store import Store

DATED_BEFORE = 1_000_000_000_000
"""Any date in the tests lies before it, the store's own clock behind it."""

Dump = dict[str, dict[str, Any]]


async def entities(store: Store) -> dict[str, Entity]:
    """Every entity, by id."""
    pages = await asyncio.gather(*(store.find(Find(kind, limit=100_000), ANYONE) for kind in Kind))
    return {entity.id: entity for page in pages for entity in page.entities}


async def edges(store: Store, ids: Iterable[str]) -> list[Edge]:
    """Every edge between these, at both levels, and the parents."""
    of = list(ids)
    types = (None, EdgeType.PARENT_OF)  # None is all of lineage, which a parent of a run is not
    asked = await asyncio.gather(
        *(store.neighbours(of, Neighbour(Hop.OUT, type, limit=100_000), ANYONE) for type in types)
    )
    return [edge for near in asked for found in near.values() for edge, _ in found.found]


async def dump(store: Store) -> Dump:
    """The graph in words; a time that is of the store's own clock is only said to be one."""
    known = await entities(store)
    models = [id for id, entity in known.items() if entity.kind is Kind.MODEL]
    marks = await store.marks(models, ANYONE, history=True)
    return {
        "entities": {
            said(entity.id): (
                said(entity.asset_id) if entity.asset_id else None,
                dated(entity.at),
                dated(entity.gone_at),
                entity.known,
                entity.origins,
                entity.props,
            )
            for entity in known.values()
        },
        "edges": {
            f"({said(edge.source)})-[{edge.type.value} {edge.role}]->({said(edge.target)})": (
                dated(edge.at),
                dated(edge.last_at),
                edge.version_edges,
                edge.stated,
                edge.props,
            )
            for edge in await edges(store, known)
        },
        "marks": {
            said(model): sorted(
                (mark.name, said(mark.version_id), mark.since, mark.until or 0, mark.origin) for mark in held
            )
            for model, held in marks.items()
            if held
        },
    }


def dated(at: int | None) -> int | str | None:
    return at if at is None or at < DATED_BEFORE else "the store's clock"
