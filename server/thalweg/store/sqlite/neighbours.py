"""The neighbours of nodes, by one relationship, with a limit for each; degrees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from thalweg.model.edges import LINEAGE, EdgeType
from thalweg.model.results import Degrees, Edge, Entity, Neighbours
from thalweg.store.questions import Hop, Neighbour
from thalweg.store.sqlite.codes import KIND_CODE, TYPE_CODE
from thalweg.store.sqlite.connections import Reader
from thalweg.store.sqlite.entities import FOREVER, SQL, as_json, edge, entities, handles

NONE = Neighbours((), False)

_LINEAGE = as_json(TYPE_CODE[type] for type in LINEAGE)
_TEXT = {Hop.IN: "edges_in", Hop.OUT: "edges_out", Hop.VERSIONS: "versions", Hop.ASSET: "asset"}


def neighbours(reader: Reader, ids: Sequence[str], ask: Neighbour) -> dict[str, Neighbours]:
    """One statement a node, which reads no more of it than its limit."""
    connection = reader.connection
    known = handles(connection, ids)
    along = ask.hop in (Hop.IN, Hop.OUT)
    text = _TEXT[ask.hop]
    asked: dict[str, Any] = {
        "as_of": FOREVER if ask.as_of is None else ask.as_of,
        "kinds": as_json(KIND_CODE[kind] for kind in ask.kinds) if ask.kinds is not None else None,
        "limit": ask.limit + 1,
    }
    if along and ask.type is not None:
        text += "_of_type"
        asked["type"] = TYPE_CODE[ask.type]
    elif along:
        asked["types"] = _LINEAGE
    rows: dict[int, list[Any]] = {}
    wanted: dict[int, None] = dict.fromkeys(known.values())
    far = 2 if ask.hop is Hop.OUT else 0
    for n in list(wanted):
        rows[n] = connection.execute(SQL[text], {**asked, "n": n}).fetchall()
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
            (edge(row, ids_of) if along else _version(ask.hop, found[n], found[row[0]], row[1]), found[row[far]])
            for row in rows[n][: ask.limit]
        ]
        answer[id] = Neighbours(tuple(near), len(rows[n]) > ask.limit)
    return answer


def _version(hop: Hop, near: Entity, far: Entity, at: int) -> Edge:
    """`(asset)-[:HAS_VERSION]->(version)` has no type of its own among edges; it is told as one that is not walked."""
    asset, version = (near, far) if hop is Hop.VERSIONS else (far, near)
    return Edge(asset.id, EdgeType.PARENT_OF, version.id, "", at, at, 0, True, {})


def degrees(reader: Reader, ids: Sequence[str], as_of: int | None) -> dict[str, Degrees]:
    known = handles(reader.connection, ids)
    asked = {"ns": as_json(dict.fromkeys(known.values())), "as_of": FOREVER if as_of is None else as_of}
    counted = {n: Degrees(*both) for n, *both in reader.connection.execute(SQL["degrees"], asked)}
    return {id: counted[n] for id, n in known.items()}
