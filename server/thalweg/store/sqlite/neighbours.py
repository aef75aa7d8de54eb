"""The neighbours of nodes, by one relationship, with a limit for each; degrees."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from thalweg.model.edges import LINEAGE, EdgeType
from thalweg.model.results import Degrees, Edge, Entity, Neighbours
from thalweg.store.questions import Hop, Neighbour
from thalweg.store.sqlite.codes import KIND_CODE, TYPE_CODE
from thalweg.store.sqlite.connections import Reader
from thalweg.store.sqlite.entities import FOREVER, SQL, as_json, edge, entities, handles

NONE = Neighbours((), False)

Row = tuple[Any, ...]


def neighbours(reader: Reader, ids: Sequence[str], ask: Neighbour) -> dict[str, Neighbours]:
    """One statement a node and type, which reads no more of it than the limit."""
    connection = reader.connection
    known = handles(connection, ids)
    along = ask.hop in (Hop.IN, Hop.OUT)
    far = 2 if ask.hop is Hop.OUT else 0
    asked = {
        "as_of": FOREVER if ask.as_of is None else ask.as_of,
        "kinds": as_json(KIND_CODE[kind] for kind in ask.kinds) if ask.kinds is not None else None,
        "limit": ask.limit + 1,
    }
    rows: dict[int, list[Row]] = {}
    wanted: dict[int, None] = dict.fromkeys(known.values())
    for n in list(wanted):
        asked["n"] = n
        rows[n] = _along(connection, ask, asked) if along else _versions(connection, ask, asked)
        wanted.update((row[far], None) for row in rows[n][: ask.limit])
    found = entities(connection, wanted)
    ids_of = {n: one.id for n, one in found.items()}
    answer: dict[str, Neighbours] = {}
    for id in dict.fromkeys(ids):
        if id not in known:
            answer[id] = NONE
            continue
        n = known[id]
        near = [
            (
                edge(row[:-1], ids_of, ask.as_of) if along else _version(ask.hop, found[n], found[row[0]], row[1]),
                found[row[far]],
            )
            for row in rows[n][: ask.limit]
        ]
        answer[id] = Neighbours(tuple(near), len(rows[n]) > ask.limit)
    return answer


def _along(connection: sqlite3.Connection, ask: Neighbour, asked: dict[str, Any]) -> list[Row]:
    """Type by type, because each is in order by time, and all together would have to be sorted whole."""
    text = SQL["edges_in" if ask.hop is Hop.IN else "edges_out"]
    rows: list[Row] = []
    for type in LINEAGE if ask.type is None else (ask.type,):
        rows += connection.execute(text, {**asked, "type": TYPE_CODE[type]})
    if ask.type is None:
        rows.sort(key=lambda row: (-row[4], row[-1]))
    return rows[: ask.limit + 1]


def _versions(connection: sqlite3.Connection, ask: Neighbour, asked: dict[str, Any]) -> list[Row]:
    return connection.execute(SQL["versions" if ask.hop is Hop.VERSIONS else "asset"], asked).fetchall()


def _version(hop: Hop, near: Entity, far: Entity, at: int) -> Edge:
    """`(asset)-[:HAS_VERSION]->(version)` has no type of its own among edges; it is told as one that is not walked."""
    asset, version = (near, far) if hop is Hop.VERSIONS else (far, near)
    return Edge(asset.id, EdgeType.PARENT_OF, version.id, "", at, at, 0, True, {})


def degrees(reader: Reader, ids: Sequence[str], as_of: int | None) -> dict[str, Degrees]:
    known = handles(reader.connection, ids)
    asked = {"ns": as_json(dict.fromkeys(known.values())), "as_of": FOREVER if as_of is None else as_of}
    counted = {n: Degrees(*both) for n, *both in reader.connection.execute(SQL["degrees"], asked)}
    return {id: counted[n] for id, n in known.items()}
