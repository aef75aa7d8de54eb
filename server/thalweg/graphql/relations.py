"""Relations: what stands at the other end, what is known of it, and the fields that ask for them in batches.

(this entity)-[relation]->(node), or the other way round: a field of `related` is one relationship as one end sees it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry import field

from thalweg.graphql import enums
from thalweg.graphql.context import Context, Info
from thalweg.graphql.scalars import DateTime, Json
from thalweg.model import results
from thalweg.model.edges import Coverage, EdgeType
from thalweg.model.errors import BadInput
from thalweg.model.kinds import Kind
from thalweg.store.questions import Hop, Neighbour

T = TypeVar("T")

First = Annotated[int, strawberry.argument(description="How many at most, the newest first: 1 to 100.")]


def size(first: int, context: Context, name: str = "first") -> int:
    """How many are asked for. Raises BadInput for more than a list may be asked for at once, and for less than one."""
    most = context.limits.first
    if not 1 <= first <= most:
        raise BadInput(f"`{name}` is {first}, and must be 1 to {most}.", "Page through the rest with cursors.")
    return first


@strawberry.type
class Relation:
    """What is known of a relation, whichever way it is looked at."""

    role: str = field(
        description="What part it plays, as its source says: `train`, `features`; empty where nobody did."
    )
    at: DateTime = field(description="From when on it holds.")
    last_at: DateTime = field(description="Between assets: when the last version edge behind it began to hold.")
    version_edges: int = field(description="Between assets: how many edges between their versions stand behind it.")
    stated: bool = field(
        description="Whether somebody stated it; between assets it may also follow from versions alone."
    )
    assumed: bool = field(description="Whether one end was worked out, not stated: a read that named no version.")
    columns: list[str] | None = field(description="Of an input: the columns that are read, where that is known.")
    covers: enums.Coverage | None = field(description="Of an input: what its columns cover.")
    pinned: bool = field(description="Of an input: whether this version was asked for by its reader, not the newest.")
    path: str | None = field(description="Of code: the folder or file in the repository.")
    dirty: bool | None = field(description="Of code: whether there were changes that no commit holds.")
    traffic: float | None = field(description="Of a served model: its share of the traffic, in percent; 0 is a shadow.")
    extra: Json | None = field(description="What else its source says.")


@strawberry.type(description="One relation of an entity: what stands at its other end, and what is known of it.")
class Link(Relation, Generic[T]):
    node: T = field(description="The entity at the other end.")


@strawberry.type(description="Relations of one kind of one entity, the newest first.")
class Links(Generic[T]):
    edges: list[Link[T]] = field(description="The relations, with what is known of each.")
    nodes: list[T] = field(description="The entities at the other ends.")
    more: bool = field(description="Whether there are more than were asked for. Lists like `runs` page through all.")


@strawberry.type(description="Entities of one kind that belong to one entity, the newest first.")
class Listing(Generic[T]):
    nodes: list[T] = field(description="The entities.")
    more: bool = field(description="Whether there are more than were asked for. Lists like `runs` page through all.")


_COVERS = Coverage.__members__


def made(type: type[T], attributes: dict[str, Any]) -> T:
    """An object of the API with these attributes. Past the constructor, which costs more than all the rest of it."""
    object = type.__new__(type)
    object.__dict__ = attributes
    return object


_NOTHING_MORE: dict[str, Any] = {
    "assumed": False,
    "columns": None,
    "covers": None,
    "pinned": False,
    "path": None,
    "dirty": None,
    "traffic": None,
    "extra": None,
}


def relation(edge: results.Edge) -> dict[str, Any]:
    """The attributes of a `Relation`."""
    attributes = {
        "role": edge.role,
        "at": edge.at,
        "last_at": edge.last_at,
        "version_edges": edge.version_edges,
        "stated": edge.stated,
        **_NOTHING_MORE,
    }
    if edge.props:
        attributes.update((name, value) for name, value in edge.props.items() if name in _NOTHING_MORE)
        if attributes["covers"] not in _COVERS:
            attributes["covers"] = None
    return attributes


Shape = Callable[[results.Entity], Any]
"""Makes what the API shows of an entity of the store."""


def _link(edge: results.Edge, found: results.Entity, shape: Shape) -> Link[Any]:
    attributes = relation(edge)
    attributes["node"] = shape(found)
    return made(Link, attributes)


def links(found: results.Neighbours, shape: Shape) -> Links[Any]:
    edges = [_link(edge, other, shape) for edge, other in found.found]
    return Links(edges=edges, nodes=[edge.node for edge in edges], more=found.more)


def _listing(found: results.Neighbours, shape: Shape) -> Listing[Any]:
    return Listing(nodes=[shape(other) for _, other in found.found], more=found.more)


def _first(found: results.Neighbours, shape: Shape) -> Any:
    return shape(found.found[0][1]) if found.found else None


def related(hop: Hop, type: EdgeType, description: str, *kinds: Kind) -> Any:
    """A field of all relations of a type; `kinds` of the other end, where only some are meant."""
    if len(kinds) != 1:
        return _related_kinds(hop, type, description)

    def resolve(self: Any, info: Info, first: First = 25) -> Any:
        ask = Neighbour(hop, type, kinds, size(first, info.context))
        return info.context.loaders.neighbours(ask, links).load(self.id)

    return field(resolver=resolve, description=description)


def _related_kinds(hop: Hop, type: EdgeType, description: str) -> Any:
    def resolve(
        self: Any,
        info: Info,
        first: First = 25,
        kinds: Annotated[
            list[enums.Kind] | None, strawberry.argument(description="Only entities of these kinds.")
        ] = None,
    ) -> Any:
        only = None if kinds is None else tuple(kind.value for kind in kinds)
        ask = Neighbour(hop, type, only, size(first, info.context))
        return info.context.loaders.neighbours(ask, links).load(self.id)

    return field(resolver=resolve, description=description)


def one(hop: Hop, type: EdgeType, description: str, kind: Kind) -> Any:
    """A field of the only, or the newest, relation of a type."""
    ask = Neighbour(hop, type, (kind,), 1)

    def resolve(self: Any, info: Info) -> Any:
        return info.context.loaders.neighbours(ask, _first).load(self.id)

    return field(resolver=resolve, description=description)


def all_versions(description: str) -> Any:
    """A field of the versions of an asset."""

    def resolve(self: Any, info: Info, first: First = 25) -> Any:
        ask = Neighbour(Hop.VERSIONS, limit=size(first, info.context))
        return info.context.loaders.neighbours(ask, _listing).load(self.id)

    return field(resolver=resolve, description=description)


def fetched(id_of: Callable[[Any], str | None], description: str) -> Any:
    """A field of the entity whose id is at hand."""

    def resolve(self: Any, info: Info) -> Any:
        id = id_of(self)
        return None if id is None else info.context.loaders.entities.load(id)

    return field(resolver=resolve, description=description)


def asset(description: str) -> Any:
    """A field of the asset that a version is one of."""
    return fetched(lambda version: version.record.asset_id, description)
