"""All that a store holds, by natural keys, without what is of the store's own clock."""

from __future__ import annotations

from typing import Any

from tests.store.dump import edges, entities
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.store.store import Store

Named = tuple[str, tuple[str, ...]]


async def graph(store: Store) -> dict[str, Any]:
    """`entities`: properties by kind and key; `edges`: properties by both ends, the type and the role; `marks`."""
    known = await entities(store)
    names: dict[str, Named] = {id: (entity.kind.value, entity.key) for id, entity in known.items()}
    models = [id for id, entity in known.items() if entity.kind is Kind.MODEL]
    marks = await store.marks(models, ANYONE, history=True)
    measured = [(id, metric) for id, entity in known.items() for metric in entity.props.get("metrics", {})]
    return {
        "histories": {
            (names[id], metric): str(await store.metric_history(id, metric, ANYONE)) for id, metric in measured
        },
        "entities": {names[id]: dict(entity.props) for id, entity in known.items()},
        "assets": {names[id]: names[entity.asset_id] for id, entity in known.items() if entity.asset_id},
        "edges": {
            (names[edge.source], edge.type.value, names[edge.target], edge.role): dict(edge.props)
            for edge in await edges(store, known)
        },
        "marks": {
            (names[mark.version_id], mark.kind.value, mark.name, mark.since, mark.until)
            for held in marks.values()
            for mark in held
        },
    }
