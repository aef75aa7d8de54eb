"""One shortest path between two entities. The database searches from both ends at once; a path that must pass some
things, or avoid some, is searched step by step (`passing.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from time import monotonic
from typing import Any

from thalweg.model.errors import LimitExceeded
from thalweg.model.keys import kind_of_id
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Edge
from thalweg.store.neo4j.aliases import canonical
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.decode import edge, kind_of
from thalweg.store.neo4j.queries import Query, query
from thalweg.store.neo4j.texts import ALWAYS
from thalweg.store.neo4j.walk import AT_ONCE, fits
from thalweg.store.passing import Before, Beyond, Conditions, Searching, search
from thalweg.store.questions import ALL_NODES, PathBetween


async def path(database: Database, asked: PathBetween) -> tuple[Edge, ...] | None:
    """The edges of a shortest path; None where there is none.

    Raises LimitExceeded where the path alone has more nodes than the search may visit: the database does not say how
    many it looked at. What bounds a search that finds nothing is its deadline. A search step by step has the budget.
    """
    until = monotonic() + asked.seconds
    if asked.through or asked.avoiding:
        return await _Steps(database, _renamed(asked, await canonical(database, _named(asked))), until).path()
    found = await _between(database, asked, until)
    if found is None and (names := await canonical(database, _named(asked))):
        found = await _between(database, _renamed(asked, names), until)
    if found is not None and len(found) >= asked.visited:
        raise LimitExceeded(
            f"The path is longer than a search may be that visits {asked.visited} nodes.",
            "Ask for a nearer end, or allow the search to visit more.",
        )
    return found


def _named(asked: PathBetween) -> list[str]:
    things = (asked.source, asked.target, *asked.through, *asked.avoiding)
    return [one for one in things if isinstance(one, str)]


def _renamed(asked: PathBetween, names: dict[str, str]) -> PathBetween:
    def now(things: tuple[Kind | str, ...]) -> tuple[Kind | str, ...]:
        return tuple(names.get(one, one) if isinstance(one, str) else one for one in things)

    source, target = names.get(asked.source, asked.source), names.get(asked.target, asked.target)
    return replace(asked, source=source, target=target, through=now(asked.through), avoiding=now(asked.avoiding))


async def _between(database: Database, asked: PathBetween, until: float) -> tuple[Edge, ...] | None:
    from_asset, to_asset = (asked.versions and _is_asset(end) for end in (asked.source, asked.target))
    seconds = max(0.0, until - monotonic())
    if asked.source == asked.target:
        there = await database.read(query("is_there"), seconds=seconds, id=asked.source, versions=from_asset)
        return () if there else None
    name = {
        (False, False): "path",
        (True, False): "path_from_versions",
        (False, True): "path_to_versions",
        (True, True): "path_between_versions",
    }[from_asset, to_asset]
    found = await database.read(
        query(name, types=asked.types), seconds=seconds, source=asked.source, target=asked.target, as_of=asked.as_of
    )
    return (
        tuple(edge(source, label, target, kept, asked.as_of) for source, label, target, kept in found[0])
        if found
        else None
    )


def _is_asset(id: str) -> bool:
    kind = kind_of_id(id)
    return kind is not None and kind.level is Level.ASSET


class _Steps:
    """A search step by step."""

    def __init__(self, database: Database, asked: PathBetween, until: float) -> None:
        self.database = database
        self.asked = asked
        self.until = until

    async def path(self) -> tuple[Edge, ...] | None:
        asked = self.asked
        wanted = Conditions(
            await self.nodes(asked.source),
            await self.nodes(asked.target),
            tuple([await self.thing(one) for one in asked.through]),
            tuple([await self.thing(one) for one in asked.avoiding]),
            kind_of,
            asked.visited,
        )
        searching = Searching(search(wanted))
        while searching.asks is not None:
            searching.answered(await self.answer(searching.asks))
        along = searching.found
        return None if along is None else await self.edges(along)

    async def thing(self, one: Kind | str) -> Kind | frozenset[str]:
        return one if isinstance(one, Kind) else await self.nodes(one)

    async def nodes(self, id: str) -> frozenset[str]:
        """What an id stands for: itself, or the versions of an asset."""
        if self.asked.versions and _is_asset(id):
            about = {"id": id, "as_of": ALWAYS, "limit": self.asked.visited}
            (rows,) = await self.read(query("newest_versions"), **about, **fits(ALL_NODES))
        else:
            (rows,) = await self.read(query("visible"), ids=[id], **fits(ALL_NODES))
        return frozenset(found for found, _ in rows)

    async def answer(self, step: Beyond[str] | Before[str]) -> list[str]:
        asked = self.asked
        if isinstance(step, Before):
            text = query("before", types=asked.types, upstream=step.upstream)
            return await self.read(text, id=step.node, among=step.among, as_of=asked.as_of)
        text = query("step", types=asked.types, upstream=step.upstream)
        found: dict[str, None] = {}
        for begin in range(0, len(step.layer), AT_ONCE):
            some = step.layer[begin : begin + AT_ONCE]
            limit = len(step.seen) + step.most + 1  # so many of them may have been seen before
            (rows,) = await self.read(text, ids=some, as_of=asked.as_of, limit=limit, **fits(ALL_NODES))
            found.update((id, None) for id, _ in rows if id not in step.seen)
            if len(found) > step.most:
                break
        return list(found)

    async def edges(self, along: Sequence[str]) -> tuple[Edge, ...]:
        """One edge for each step, the same one each time where there are several."""
        asked = self.asked
        steps = [list(step) for step in pairwise(along)]
        (rows,) = await self.read(query("edges_along", types=asked.types), steps=steps, as_of=asked.as_of)
        found = [edge(source, label, target, kept, asked.as_of) for source, label, target, kept in rows]
        return tuple(
            min(
                (one for one in found if one.source == source and one.target == target),
                key=lambda one: (one.type.label, one.role),
            )
            for source, target in pairwise(along)
        )

    async def read(self, text: Query, **parameters: Any) -> list[Any]:
        return await self.database.read(text, seconds=max(0.0, self.until - monotonic()), **parameters)
