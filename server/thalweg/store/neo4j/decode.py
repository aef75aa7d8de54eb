"""Rows of the database as the answers of a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from thalweg.model.facts import NO_PROPS, Json
from thalweg.model.kinds import BY_PREFIX, Kind
from thalweg.model.results import Edge, Entity, Node
from thalweg.model.shares import at_time
from thalweg.store.neo4j.texts import TYPES

ENTITY = 10
"""How many columns `entity` takes."""


def kind_of(id: str) -> Kind:
    """The kind of what is known to be an id: `kind_of_id` would look at each letter."""
    return BY_PREFIX[id[:-27]]


def key_of(text: str) -> tuple[str, ...]:
    return tuple(orjson.loads(text))


def entity(row: Sequence[Any]) -> Entity:
    """Of `[id, key, asset, at, first_at, updated_at, gone_at, state, origins, body]`."""
    id, key, asset, at, first_at, updated_at, gone_at, state, origins, body = row
    return Entity(
        id,
        kind_of(id),
        key_of(key),
        asset,
        at,
        first_at,
        updated_at,
        gone_at,
        state != 0,
        tuple(orjson.loads(origins)) if origins is not None else (),
        orjson.loads(body) if body is not None else NO_PROPS,
    )


def node(row: Sequence[Any], distance: int) -> Node:
    """Of `[id, key, asset, at, gone_at, until, status]`."""
    id, key, asset, at, gone_at, until, status = row
    return Node(id, BY_PREFIX[id[:-27]], tuple(orjson.loads(key)), asset, at, gone_at, until, status, distance)


def edge(source: str, label: str, target: str, kept: Mapping[str, Any], as_of: int | None = None) -> Edge:
    """Of the properties of a relationship (`applying.py` says what is left out), with what it said at a time."""
    at: int = kept["at"]
    body: str | None = kept.get("body")
    props: Mapping[str, Json] = at_time(orjson.loads(body), as_of) if body is not None else NO_PROPS
    derived: int = kept.get("derived", 0)
    return Edge(
        source,
        TYPES[label],
        target,
        kept.get("role", ""),
        at,
        kept["derived_last"] if derived else at,
        derived,
        kept.get("stated", 1) > 0,
        props,
    )
