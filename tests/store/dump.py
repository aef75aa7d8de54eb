"""The whole graph as plain values, to be compared: what it says, without when the store learned it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.model.edges import EdgeType
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.model.results import Edge
from thalweg.store.questions import Find, Hop, Neighbour, Order, Sort
from thalweg.store.store import Store


async def dump(store: Store) -> dict[str, Any]:
    """Entities by id, edges by their ends, marks; times only where they are the world's (before the year 2000)."""
    entities = []
    for kind in Kind:
        page = await store.find(Find(kind, order=Order(Sort.NAME, descending=False), limit=10_000), ANYONE)
        entities += page.entities
    ids = [entity.id for entity in entities]
    edges = []
    for type in EdgeType:
        found = await store.neighbours(ids, Neighbour(Hop.OUT, type, limit=10_000), ANYONE)
        for around in found.values():
            edges += [edge for edge, _ in around.found]
    marks = await store.marks([entity.id for entity in entities if entity.kind is Kind.MODEL], ANYONE, history=True)
    return {
        "entities": sorted(
            (
                e.id,
                e.key,
                e.asset_id,
                e.known,
                e.gone_at is not None,
                _world(e.at),
                sorted(e.origins),
                repr(sorted(e.props.items())),
            )
            for e in entities
        ),
        "edges": sorted(
            (
                e.source,
                e.type.value,
                e.target,
                e.role,
                _world(e.at),
                _world(e.last_at),
                e.version_edges,
                e.stated,
                repr(sorted(e.props.items())),
            )
            for e in edges
        ),
        "marks": sorted((m.version_id, m.kind.value, m.name, m.since) for of in marks.values() for m in of),
    }


def _ends(edge: Edge) -> tuple[str, str, str, str]:
    return (edge.source, edge.type.value, edge.target, edge.role)


def _said(props: Mapping[str, Any]) -> str:
    return repr(sorted(props.items()))


def _world(at: int) -> int | None:
    return at if at < 946_684_800_000_000 else None
