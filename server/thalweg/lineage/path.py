"""The shortest explanation of how one thing came to influence another."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from thalweg.lineage.walk import Side, require_id, require_types
from thalweg.model.edges import LINEAGE, EdgeType
from thalweg.model.errors import BadInput, NotFound
from thalweg.model.facts import Caller
from thalweg.model.kinds import Level
from thalweg.model.results import Direction, Edge, Entity
from thalweg.store.questions import PathBetween
from thalweg.store.store import Store


@dataclass(frozen=True, slots=True)
class Explained:
    """A shortest path, along the influence: `entities[i]` is joined to `entities[i + 1]` by `edges[i]`.

    direction: DOWNSTREAM where the first that was named influences the second, UPSTREAM the other way round.
    A thing explains itself with no edge.
    """

    entities: tuple[Entity, ...]
    edges: tuple[Edge, ...]
    direction: Direction


async def path(
    store: Store,
    caller: Caller,
    source: str,
    target: str,
    *,
    direction: Side = Side.BOTH,
    level: Level | None = None,
    types: Collection[EdgeType] = LINEAGE,
    as_of: int | None = None,
    visited: int = 200_000,
    seconds: float = 10.0,
) -> Explained | None:
    """The shortest path between two entities; None where neither influences the other.

    direction: as seen from `source`; BOTH tries both, and in a cycle answers with the shorter, downstream on a tie.
    level: None is ASSET between two assets, else VERSION. An asset at the level VERSION stands for any of its versions;
    a version at the level ASSET for its asset.

    Raises NotFound for an id that nobody knows, BadInput for what makes no sense, DeadlineExceeded.
    """
    require_id(source)
    require_id(target)
    require_types(types)
    known = await store.get([source, target], caller)
    for id in (source, target):
        if id not in known:
            raise NotFound(f"Nothing with the id {id} is known.", "Look it up by name, or list what there is.")
    ends = [known[source], known[target]]
    at = level or (Level.ASSET if all(end.kind.level is Level.ASSET for end in ends) else Level.VERSION)
    first, last = (_place(end, at) for end in ends)
    if first == last:
        there = await store.get([first], caller)
        return Explained((there[first],), (), Direction.DOWNSTREAM)
    best: tuple[tuple[Edge, ...], Direction] | None = None
    for way in (Direction.DOWNSTREAM, Direction.UPSTREAM):
        if direction not in (Side.BOTH, Side(way.value)):
            continue
        here, there_ = (first, last) if way is Direction.DOWNSTREAM else (last, first)
        between = PathBetween(
            here,
            there_,
            types=tuple(type for type in LINEAGE if type in types),
            as_of=as_of,
            versions=at is Level.VERSION,
            visited=visited,
            seconds=seconds,
        )
        edges = await store.path(between, caller)
        if edges is not None and (best is None or len(edges) < len(best[0])):
            best = edges, way
    if best is None:
        return None
    edges, way = best
    # no edge: a version, and the asset that stands for any of its versions
    alone = next((end.id for end in ends if end.kind.level is at), first)
    ids = [edges[0].source, *(edge.target for edge in edges)] if edges else [alone]
    along = await store.get(ids, caller)
    return Explained(tuple(along[id] for id in ids), edges, way)


def _place(end: Entity, level: Level) -> str:
    """The id that stands for an end at a level."""
    if level is Level.VERSION or end.kind.level is Level.ASSET:
        return end.id
    if end.asset_id is None:
        raise BadInput(
            f"The job of the run {end.name} is not known, so it has no place at the level of assets.",
            "Ask at the level VERSION.",
        )
    return end.asset_id
