"""Shortest paths: layers from both ends, over handles, until they meet."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from thalweg.model.errors import LimitExceeded
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Direction, Edge
from thalweg.store.questions import PathBetween, Start
from thalweg.store.sqlite.codes import KIND_MASK, KINDS
from thalweg.store.sqlite.connections import Reader
from thalweg.store.sqlite.entities import FOREVER, as_json, edge, handles
from thalweg.store.sqlite.walks import SQL, Steps, starts


class _Side:
    """One end, and how far it was walked from there."""

    def __init__(self, begin: list[int], steps: Steps) -> None:
        self.layers = [begin]
        self.seen = set(begin)
        self.steps = steps

    def step(self, most: int) -> None:
        layer, whole = self.steps.beyond(self.layers[-1], self.seen, most)
        if not whole:
            raise LimitExceeded(
                "More things lie between the two than a path may look at.",
                "Ask for fewer types of edges, or raise the number of visited nodes in the settings.",
            )
        self.layers.append(layer)
        self.seen.update(layer)


def path(reader: Reader, between: PathBetween) -> tuple[Edge, ...] | None:
    """The edges of a shortest path. Raises DeadlineExceeded or LimitExceeded: neither says that there is none."""
    down = Steps(reader, Direction.DOWNSTREAM, between.types, between.as_of)
    up = Steps(reader, Direction.UPSTREAM, between.types, between.as_of)
    first = _Side(_ends(reader, between, between.source), down)
    last = _Side(_ends(reader, between, between.target), up)
    if first.seen & last.seen:
        return ()
    while first.layers[-1] and last.layers[-1]:
        side, other = (first, last) if len(first.layers[-1]) <= len(last.layers[-1]) else (last, first)
        side.step(max(0, between.visited - len(first.seen) - len(last.seen)))
        met = other.seen.intersection(side.layers[-1])
        if met:
            return _edges(reader, between, _trace(reader, between, first, last, min(met)))
    return None


def _ends(reader: Reader, between: PathBetween, id: str) -> list[int]:
    n = handles(reader.connection, [id]).get(id)
    if n is None:
        return []
    kind: Kind = KINDS[n & KIND_MASK]
    if between.versions and kind.level is Level.ASSET:
        return starts(reader.connection, Start(versions_of=id), None, between.visited)
    return [n]


def _trace(reader: Reader, between: PathBetween, first: _Side, last: _Side, met: int) -> list[int]:
    """The handles along a path through a node that both sides have reached."""
    asked: dict[str, Any] = {"types": first.steps.types, "as_of": first.steps.as_of}
    along = [met]
    for text, side in (("before", first), ("behind", last)):
        n, place = met, next(place for place, layer in enumerate(side.layers) if met in layer)
        for layer in reversed(side.layers[:place]):
            (n,) = reader.connection.execute(SQL[text], {**asked, "n": n, "among": as_json(layer)}).fetchone()
            along = [n, *along] if text == "before" else [*along, n]
    return along


def _edges(reader: Reader, between: PathBetween, along: list[int]) -> tuple[Edge, ...]:
    connection = reader.connection
    ids = dict(connection.execute(SQL["ids"], {"ns": as_json(along)}).fetchall())
    types = Steps(reader, Direction.DOWNSTREAM, between.types, between.as_of).types
    as_of = FOREVER if between.as_of is None else between.as_of
    found: list[Edge] = []
    for source, target in pairwise(along):
        asked = {"into": as_json([target]), "among": as_json([source]), "types": types, "as_of": as_of}
        rows = connection.execute(SQL["edges_probed"], asked).fetchall()
        found.append(min((edge(row, ids) for row in rows), key=lambda one: (one.type.label, one.role)))
    return tuple(found)
