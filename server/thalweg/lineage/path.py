"""The shortest explanation of how one thing came to influence another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from time import monotonic

from thalweg.lineage.spelling import WORDS, spell
from thalweg.lineage.walk import Side, require_id, require_types
from thalweg.model.edges import ENDS, LINEAGE, EdgeType
from thalweg.model.errors import BadInput, LimitExceeded, NotFound
from thalweg.model.facts import Caller
from thalweg.model.kinds import ASSET_OF, VERSION_OF, Kind, Level
from thalweg.model.results import Direction, Edge, Entity
from thalweg.store.questions import PathBetween
from thalweg.store.store import Store

MOST_PASSED = 5
"""So many things a path may have to pass: each doubles what the search may have to look at."""


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
    through: Collection[Kind | str] = (),
    avoiding: Collection[Kind | str] = (),
    as_of: int | None = None,
    visited: int = 200_000,
    seconds: float = 10.0,
) -> Explained | None:
    """The shortest path between two entities; None where neither influences the other.

    direction: as seen from `source`; BOTH tries both, and in a cycle answers with the shorter, downstream on a tie.
    level: None is ASSET between two assets, else VERSION. An asset at the level VERSION stands for any of its versions;
    a version at the level ASSET for its asset; a kind likewise for that of the level.
    through: kinds, and ids of entities: one of each must lie between the ends, in whatever order. Where a cycle is the
    only way, a thing may come twice. avoiding: none of these may lie between the ends; the ends themselves may be.

    Raises NotFound for an id that nobody knows, BadInput for what makes no sense, LimitExceeded for more than
    `MOST_PASSED`, DeadlineExceeded.
    """
    named = [one for one in (source, target, *through, *avoiding) if isinstance(one, str)]
    for id in named:
        require_id(id)
    require_types(types)
    until = monotonic() + seconds
    known = await store.get(named, caller)
    for id in named:
        if id not in known:
            raise NotFound(f"Nothing with the id {id} is known.", "Look it up by name, or list what there is.")
    ends = [known[source], known[target]]
    at = level or (Level.ASSET if all(end.kind.level is Level.ASSET for end in ends) else Level.VERSION)
    first, last = (_place(end, at) for end in ends)
    passed = tuple(dict.fromkeys(_passed(one, at, known) for one in through))
    avoided = tuple(dict.fromkeys(_passed(one, at, known) for one in avoiding))
    _require_passable([known[one] if isinstance(one, str) else one for one in through], at, avoided, ends, types)
    if first == last and not passed:
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
            through=passed,
            avoiding=avoided,
            visited=visited,
            seconds=max(0.0, until - monotonic()),
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


def _passed(one: Kind | str, level: Level, known: Mapping[str, Entity]) -> Kind | str:
    """What stands at a level for a kind, or for an entity: a kind of that level, or an id."""
    return _place(known[one], level) if isinstance(one, str) else _of_level(one, level)


def _of_level(kind: Kind, level: Level) -> Kind:
    return VERSION_OF.get(kind, kind) if level is Level.VERSION else ASSET_OF.get(kind, kind)


def _require_passable(
    through: Collection[Kind | Entity],
    level: Level,
    avoided: Collection[Kind | str],
    ends: Collection[Entity],
    types: Collection[EdgeType],
) -> None:
    """Raises BadInput for what no path between the ends can pass, LimitExceeded for too much."""
    if len(through) > MOST_PASSED:
        raise LimitExceeded(
            f"through holds {len(through)} kinds and entities, and may hold {MOST_PASSED}.",
            "Leave out what lies on the way anyhow.",
        )
    joined = [pair for type in types for pair in ENDS[type]]
    between = {source for source, _ in joined} & {target for _, target in joined}
    for one in through:
        kind = one if isinstance(one, Kind) else one.kind
        told = f"a {WORDS[kind]}" if isinstance(one, Kind) else spell(kind, one.key)
        if isinstance(one, Entity):
            stands = {one.id, one.asset_id if level is Level.VERSION else _place(one, level)}
            if stands & {_place(end, level) for end in ends}:
                raise BadInput(
                    f"{told} is an end of the path, and through says what lies between the ends.",
                    "Leave it out of through.",
                )
        kind = VERSION_OF.get(kind, kind)
        if kind not in between:
            passable = ", ".join(WORDS[kind] for kind in Kind if kind in between and kind.level is Level.VERSION)
            raise BadInput(
                f"No path can pass {told}: no edges that are walked lead into one and on from it.",
                f"What a path may pass: {passable}; or their assets." if passable else "Allow more types of edges.",
            )
        stands_for = _place(one, level) if isinstance(one, Entity) else None
        if not {stands_for, _of_level(kind, level)}.isdisjoint(avoided):
            raise BadInput(f"A path cannot pass {told} and avoid it.", "Take it out of through, or out of avoiding.")
