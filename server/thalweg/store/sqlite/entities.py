"""Rows as entities and edges, and ids as handles."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from thalweg.model.keys import from_text
from thalweg.model.results import Edge, Entity, Joined
from thalweg.model.shares import at_time
from thalweg.store.sqlite.codes import KIND_MASK, KINDS, TYPES
from thalweg.store.sqlite.text import load
from thalweg.store.weave.rows import NO_BODY, State

SQL = load("read.sql")
FOREVER = (1 << 63) - 1
"""As a bound for times: everything is before it."""

_STUB = int(State.STUB)
_FIRST_VERSION = 11


def as_json(values: Iterable[Any]) -> str:
    """A JSON list for `json_each`. What is no text (half of a pair) is left out: nothing has such a name."""
    values = list(values)
    try:
        return orjson.dumps(values).decode()
    except TypeError:
        return orjson.dumps([value for value in values if _sound(value)]).decode()


def _sound(value: Any) -> bool:
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


def handles(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
    """The handles of what is known and not hidden, by the ids asked for; an old id gives that of the new."""
    return dict(connection.execute(SQL["handles"], {"ids": as_json(dict.fromkeys(ids))}).fetchall())


def key_of(k1: str, k2: str | None, k3: str | None) -> tuple[str, ...]:
    return (k1,) if k2 is None else (k1, k2) if k3 is None else (k1, k2, k3)


def entity(row: Sequence[Any]) -> Entity:
    """An entity from the columns of `entity` in read.sql."""
    id, kind, k1, k2, k3, asset, at, first_at, updated_at, gone_at, state, origins, body = row
    return Entity(
        id,
        KINDS[kind],
        key_of(k1, k2, k3),
        asset,
        at,
        first_at,
        updated_at,
        gone_at,
        state != _STUB,
        tuple(orjson.loads(origins)) if origins else (),
        orjson.loads(body) if body != NO_BODY else {},
    )


def entities(connection: sqlite3.Connection, ns: Iterable[int]) -> dict[int, Entity]:
    """Entities by handle; each object is made once."""
    found = connection.execute(SQL["entities"], {"ns": as_json(ns)}).fetchall()
    return {row[0]: entity(row[1:]) for row in found}


def edge(row: Sequence[Any], ids: Mapping[int, str], as_of: int | None = None) -> Edge:
    """An edge from the columns of `edge` in read.sql, with what it said at a time."""
    src, type, dst, role, at, stated, derived, derived_last, body = row
    return Edge(
        ids[src],
        TYPES[type],
        ids[dst],
        role,
        at,
        derived_last if derived else at,
        derived,
        stated > 0 or dst & KIND_MASK >= _FIRST_VERSION,
        at_time(orjson.loads(body), as_of) if body != NO_BODY else {},
    )


def get(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, Entity]:
    found = handles(connection, ids)
    known = entities(connection, found.values())
    return {id: known[found[id]] for id in dict.fromkeys(ids) if id in found}


def joins(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, tuple[Joined, ...]]:
    found: dict[str, list[Joined]] = {id: [] for id in ids}
    for id, kind, alias, of, source, scope in connection.execute(SQL["joins"], {"ids": as_json(found)}):
        found[id].append(Joined(from_text(KINDS[kind], alias), from_text(KINDS[kind], of), source, scope))
    return {id: tuple(sorted(some)) for id, some in found.items()}


def with_column_lineage(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, Entity]:
    found = connection.execute(SQL["with_column_lineage"], {"ids": as_json(dict.fromkeys(ids))})
    return {entity.id: entity for entity in entities(connection, [n for (n,) in found]).values()}
