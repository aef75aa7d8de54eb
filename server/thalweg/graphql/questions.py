"""What is asked of the graph as a whole: lineage, path, impact. Here is only what an answer looks like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import strawberry
from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode
from strawberry import argument, field

from thalweg.graphql import enums, named, relations, types
from thalweg.graphql.context import Info
from thalweg.graphql.fields import answered
from thalweg.graphql.scalars import DateTime
from thalweg.lineage import path as paths
from thalweg.lineage import walk
from thalweg.lineage.name import resolve
from thalweg.model.edges import LINEAGE
from thalweg.model.errors import NotFound
from thalweg.model.keys import kind_of_id
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Edge, display_name
from thalweg.store.questions import NodeFilter

Of = Annotated[strawberry.ID, argument(description="The entity: its id, or a text that names it as in `entity`.")]


async def id_of(info: Info, of: str) -> str | None:
    """The id that is meant; None where nothing is known by that name."""
    if kind_of_id(of) is not None:
        return of
    found = await named.referred(info.context, of)
    return None if found is None else found.id


def selected(info: Info) -> set[str]:
    """The paths of the fields that are selected below this one, fragments spread out: `nodes`, `nodes.inDegree`."""
    raw = info._raw_info

    def paths(selections: SelectionSetNode | None, above: str) -> Iterator[str]:
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                yield above + node.name.value
                yield from paths(node.selection_set, f"{above}{node.name.value}.")
            elif isinstance(node, FragmentSpreadNode):
                yield from paths(raw.fragments[node.name.value].selection_set, above)
            elif isinstance(node, InlineFragmentNode):
                yield from paths(node.selection_set, above)

    return {path for node in raw.field_nodes for path in paths(node.selection_set, "")}


# -------------------------------------------------------------------------------------------------------------- lineage


@strawberry.type(description="A node of a lineage graph: what the walk itself knows; `entity` has the rest.")
class LineageNode:
    id: strawberry.ID = field(description="The id of the entity.")
    kind: enums.Kind = field(description="What it is.")
    namespace: str = field(description="Where its name is looked up.")
    name: str = field(description="What people call it; a version bears the name of its asset.")
    version: str | None = field(
        description="Which version it is: a digest, a sha, a run id, a revision; null for an asset."
    )
    asset_id: strawberry.ID | None = field(description="The id of the asset that it is a version of.")
    at: DateTime = field(description="When it happened; else when it was first seen.")
    gone_at: DateTime | None = field(description="When it was deleted in the world.")
    until: DateTime | None = field(description="Of a release: when it ended.")
    status: str | None = field(description="Of a run: how far it has come. Of others: in the words of their source.")
    distance: int = field(description="How many steps it is from the start; the smallest where there are several ways.")
    upstream_distance: int | None = field(description="How many steps upstream; null where it does not lie upstream.")
    downstream_distance: int | None = field(description="How many steps downstream; null where it does not lie there.")
    in_degree: int | None = field(description="How many lineage edges come into it, in the whole graph.")
    out_degree: int | None = field(description="How many lineage edges leave it, in the whole graph.")

    entity: types.Entity | None = relations.fetched(lambda node: node.id, "The entity itself.")


@strawberry.type(description="An edge of a lineage graph; it points the way the influence flows.")
class LineageEdge(relations.Relation):
    source: strawberry.ID = field(description="The id of the upstream end.")
    type: enums.EdgeType = field(description="How the one stands to the other.")
    target: strawberry.ID = field(description="The id of the downstream end.")


@strawberry.type(description="How many nodes lie at a distance.")
class DistanceCount:
    distance: int = field(description="Steps from the start.")
    count: int = field(description="How many nodes.")


@strawberry.type(description="How many nodes are of a kind.")
class KindCount:
    kind: enums.Kind = field(description="The kind.")
    count: int = field(description="How many nodes.")


@strawberry.type(description="What a walk along lineage edges found.")
class LineageGraph:
    start: types.Entity = field(description="The entity that it started from.")
    level: enums.Level = field(description="The level at which it was walked.")
    direction: enums.Direction = field(description="Which way it went.")
    nodes: list[LineageNode] = field(description="The nodes, each once, the nearest first.")
    edges: list[LineageEdge] = field(description="The edges between these nodes.")
    counts_by_distance: list[DistanceCount] = field(description="Of all that was reached, whatever `nodes` holds.")
    counts_by_kind: list[KindCount] = field(description="Of all that was reached, whatever `nodes` holds.")
    counts_complete: bool = field(description="Whether the counts are of everything there is.")
    truncated: bool = field(description="Whether nodes are missing.")
    truncated_reason: enums.Truncated | None = field(description="Why nodes are missing.")
    unsorted: bool = field(
        description="Whether the last layer was too large to be sorted, so that its cut is arbitrary."
    )


@strawberry.input(description="Which nodes of a walk are returned; it never changes where the walk goes.")
class LineageFilter:
    namespace: str | None = field(description="Its namespace, exactly; `prod*` is any that begins so.", default=None)
    name_contains: str | None = field(description="A part of its name.", default=None)
    gone: bool | None = field(description="Whether it was deleted in the world; either when left out.", default=None)


def lineage_node(node: walk.LineageNode) -> LineageNode:
    key = node.key
    degrees = node.degrees
    attributes: dict[str, Any] = {
        "id": node.id,
        "kind": node.kind,
        "namespace": key[0],
        "name": display_name(node.kind, key, {}),
        "version": key[-1] if node.kind.level is Level.VERSION else None,
        "asset_id": node.asset_id,
        "at": node.at,
        "gone_at": node.gone_at,
        "until": node.until,
        "status": node.status,
        "distance": node.distance,
        "upstream_distance": node.upstream,
        "downstream_distance": node.downstream,
        "in_degree": None if degrees is None else degrees.inward,
        "out_degree": None if degrees is None else degrees.outward,
    }
    return relations.made(LineageNode, attributes)


def edge(found: Edge) -> LineageEdge:
    attributes = relations.relation(found)
    attributes["source"], attributes["type"], attributes["target"] = found.source, found.type, found.target
    return relations.made(LineageEdge, attributes)


def _graph(found: walk.LineageGraph) -> LineageGraph:
    attributes: dict[str, Any] = {
        "start": types.entity(found.start),
        "level": found.level,
        "direction": found.side,
        "nodes": [lineage_node(node) for node in found.nodes],
        "edges": [edge(one) for one in found.edges],
        "counts_by_distance": [
            DistanceCount(distance=distance, count=count) for distance, count in found.counts_by_distance.items()
        ],
        "counts_by_kind": [
            KindCount(kind=kind, count=count)  # type: ignore[arg-type]
            for kind, count in found.counts_by_kind.items()
        ],
        "counts_complete": found.counts_complete,
        "truncated": found.truncated,
        "truncated_reason": found.truncated_reason,
        "unsorted": found.unsorted,
    }
    return relations.made(LineageGraph, attributes)


# ----------------------------------------------------------------------------------------------------------------- path


@strawberry.type(description="A shortest path, along the influence.")
class Path:
    entities: list[types.Entity] = field(
        description="What lies on it, from upstream to downstream, both ends included."
    )
    edges: list[LineageEdge] = field(description="What joins each to the next.")
    length: int = field(description="How many steps it has.")
    direction: enums.Direction = field(
        description="DOWNSTREAM where `from` influences `to`, UPSTREAM where it is the other way round."
    )


@strawberry.input(
    description="Things on a path: kinds, and entities. At the level of versions an asset is any of its own."
)
class OnPath:
    kinds: list[enums.Kind] | None = field(
        description="Kinds; an asset's stands for its version's there.", default=None
    )
    entities: list[strawberry.ID] | None = field(
        description="Entities, each by its id, or a text that names it as in `entity`.", default=None
    )


async def _things(info: Info, given: OnPath | None) -> list[Kind | str]:
    """The kinds and ids that are meant. Raises NotFound for a name that names nothing."""
    if given is None:
        return []
    context = info.context
    found = [await resolve(context.store, context.caller, of, seconds=context.seconds) for of in given.entities or ()]
    return [*(kind.value for kind in given.kinds or ()), *(one.id for one in found)]


# ---------------------------------------------------------------------------------------------------------------- query

LevelArgument = Annotated[
    enums.Level | None, argument(description="At which level; that of the entity itself when left out.")
]
EdgeTypes = Annotated[
    list[enums.EdgeType] | None, argument(description="Only along edges of these types; all lineage when left out.")
]


@strawberry.type
class Questions:
    """The part of Query that asks the graph."""

    @answered(
        "Walks from an entity: what it came from, and what came of it. Null where the entity is not known.", cost=50
    )
    async def lineage(
        self,
        info: Info,
        of: Of,
        direction: Annotated[enums.Direction, argument(description="Which way.")] = enums.Direction.DOWNSTREAM,
        level: LevelArgument = None,
        newest: Annotated[
            int | None,
            argument(
                description="From an asset at the level VERSION: from its newest so many versions; all when left out."
            ),
        ] = None,
        depth: Annotated[int | None, argument(description="How many steps at most; null for no limit.")] = 5,
        kinds: Annotated[
            list[enums.Kind] | None, argument(description="Which kinds are returned; the walk goes on through all.")
        ] = None,
        filter: Annotated[LineageFilter | None, argument(description="Which nodes are returned besides.")] = None,
        edge_types: EdgeTypes = None,
        stop_at: Annotated[
            list[enums.Kind] | None, argument(description="What lies behind a node of these kinds is not walked.")
        ] = None,
        as_of: types.AsOf = None,
        max_nodes: Annotated[
            int, argument(description="How many nodes are returned at most, the nearest: 0 to 10,000.")
        ] = 1000,
    ) -> LineageGraph | None:
        context = info.context
        id = await id_of(info, of)
        if id is None:
            return None
        wanted = selected(info)
        chosen = filter or LineageFilter()
        try:
            found = await walk.lineage(
                context.store,
                context.caller,
                id,
                direction=direction.value,
                level=None if level is None else level.value,
                newest=newest,
                depth=depth,
                types=LINEAGE if edge_types is None else [one.value for one in edge_types],
                filter=NodeFilter(
                    kinds=None if kinds is None else frozenset(kind.value for kind in kinds),
                    namespace=chosen.namespace,
                    name_contains=chosen.name_contains,
                    gone=chosen.gone,
                ),
                stop_at=[kind.value for kind in stop_at or ()],
                as_of=as_of,
                max_nodes=max_nodes if {"nodes", "edges"} & wanted else 0,
                counts=bool({"countsByDistance", "countsByKind", "countsComplete"} & wanted),
                degrees=bool({"nodes.inDegree", "nodes.outDegree"} & wanted),
                edges="edges" in wanted,
                visited=context.limits.visited,
                seconds=context.seconds,
            )
        except NotFound:
            return None
        return _graph(found)

    @answered(
        "The shortest explanation of how one entity came to influence another. Null where neither influences the "
        "other (by way of what it must pass, and of nothing it must avoid), or one is not known.",
        cost=100,
    )
    async def path(
        self,
        info: Info,
        source: Annotated[
            strawberry.ID, argument(name="from", description="The one: its id, or a text that names it as in `entity`.")
        ],
        target: Annotated[strawberry.ID, argument(name="to", description="The other.")],
        direction: Annotated[
            enums.Direction, argument(description="As seen from `from`; BOTH tries both and takes the shorter.")
        ] = enums.Direction.BOTH,
        level: Annotated[
            enums.Level | None,
            argument(description="At which level; ASSET between two assets, else VERSION, when left out."),
        ] = None,
        edge_types: EdgeTypes = None,
        through: Annotated[
            OnPath | None,
            argument(description="What must lie between the ends: one of each kind, and each entity; 5 at most."),
        ] = None,
        avoiding: Annotated[OnPath | None, argument(description="What must not lie between the ends.")] = None,
        as_of: types.AsOf = None,
    ) -> Path | None:
        context = info.context
        passed, avoided = await _things(info, through), await _things(info, avoiding)
        ends = [await id_of(info, source), await id_of(info, target)]
        if ends[0] is None or ends[1] is None:
            return None
        try:
            found = await paths.path(
                context.store,
                context.caller,
                ends[0],
                ends[1],
                direction=direction.value,
                level=None if level is None else level.value,
                types=LINEAGE if edge_types is None else [one.value for one in edge_types],
                through=passed,
                avoiding=avoided,
                as_of=as_of,
                visited=2 * context.limits.visited,
                seconds=context.seconds,
            )
        except NotFound:
            return None
        if found is None:
            return None
        return Path(
            entities=[types.entity(one) for one in found.entities],
            edges=[edge(one) for one in found.edges],
            length=len(found.edges),
            direction=walk.Side(found.direction.value),  # type: ignore[arg-type]
        )
