"""Shortest paths: the search (`passing.py`) over handles."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Direction, Edge
from thalweg.store.passing import Before, Beyond, Conditions, Searching, search
from thalweg.store.questions import PathBetween, Start
from thalweg.store.sqlite.codes import KIND_MASK, KINDS
from thalweg.store.sqlite.connections import Reader
from thalweg.store.sqlite.entities import FOREVER, as_json, edge, handles
from thalweg.store.sqlite.walks import SQL, Steps, starts


def path(reader: Reader, between: PathBetween) -> tuple[Edge, ...] | None:
    """The edges of a shortest path. Raises DeadlineExceeded or LimitExceeded: neither says that there is none."""
    wanted = Conditions(
        frozenset(_nodes(reader, between, between.source)),
        frozenset(_nodes(reader, between, between.target)),
        tuple(_thing(reader, between, one) for one in between.through),
        tuple(_thing(reader, between, one) for one in between.avoiding),
        lambda n: KINDS[n & KIND_MASK],
        between.visited,
    )
    steps = {
        False: Steps(reader, Direction.DOWNSTREAM, between.types, between.as_of),
        True: Steps(reader, Direction.UPSTREAM, between.types, between.as_of),
    }
    searching = Searching(search(wanted))
    while searching.asks is not None:
        searching.answered(_answer(reader, steps, searching.asks))
    along = searching.found
    return None if along is None else _edges(reader, between, along)


def _answer(reader: Reader, steps: dict[bool, Steps], asked: Beyond[int] | Before[int]) -> list[int]:
    step = steps[asked.upstream]
    if isinstance(asked, Beyond):
        return step.beyond(asked.layer, asked.seen, asked.most)[0]
    given: dict[str, Any] = {"types": step.types, "as_of": step.as_of, "n": asked.node, "among": as_json(asked.among)}
    return list(reader.connection.execute(SQL["behind" if asked.upstream else "before"], given).fetchone())


def _thing(reader: Reader, between: PathBetween, one: Kind | str) -> Kind | frozenset[int]:
    return one if isinstance(one, Kind) else frozenset(_nodes(reader, between, one))


def _nodes(reader: Reader, between: PathBetween, id: str) -> list[int]:
    """What an id stands for: itself, or the versions of an asset."""
    n = handles(reader.connection, [id]).get(id)
    if n is None:
        return []
    kind: Kind = KINDS[n & KIND_MASK]
    if between.versions and kind.level is Level.ASSET:
        return starts(reader.connection, Start(versions_of=id), None, between.visited)
    return [n]


def _edges(reader: Reader, between: PathBetween, along: list[int]) -> tuple[Edge, ...]:
    connection = reader.connection
    ids = dict(connection.execute(SQL["ids"], {"ns": as_json(along)}).fetchall())
    types = Steps(reader, Direction.DOWNSTREAM, between.types, between.as_of).types
    as_of = FOREVER if between.as_of is None else between.as_of
    found: list[Edge] = []
    for source, target in pairwise(along):
        asked = {"into": as_json([target]), "among": as_json([source]), "types": types, "as_of": as_of}
        rows = connection.execute(SQL["edges_probed"], asked).fetchall()
        found.append(min((edge(row, ids, between.as_of) for row in rows), key=lambda one: (one.type.label, one.role)))
    return tuple(found)
