"""One shortest path between two entities. The database searches from both ends at once."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

from thalweg.model.errors import LimitExceeded
from thalweg.model.keys import kind_of_id
from thalweg.model.kinds import Level
from thalweg.model.results import Edge
from thalweg.store.neo4j.aliases import canonical
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.decode import edge
from thalweg.store.neo4j.queries import query
from thalweg.store.questions import PathBetween


async def path(database: Database, asked: PathBetween) -> tuple[Edge, ...] | None:
    """The edges of a shortest path; None where there is none.

    Raises LimitExceeded where the path alone has more nodes than the search may visit: the database does not say how
    many it looked at. What bounds a search that finds nothing is its deadline.
    """
    until = monotonic() + asked.seconds
    found = await _between(database, asked, until)
    if found is None and (names := await canonical(database, {asked.source, asked.target})):
        renamed = replace(
            asked, source=names.get(asked.source, asked.source), target=names.get(asked.target, asked.target)
        )
        found = await _between(database, renamed, until)
    if found is not None and len(found) >= asked.visited:
        raise LimitExceeded(
            f"The path is longer than a search may be that visits {asked.visited} nodes.",
            "Ask for a nearer end, or allow the search to visit more.",
        )
    return found


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
    return tuple(edge(*row) for row in found[0]) if found else None


def _is_asset(id: str) -> bool:
    kind = kind_of_id(id)
    return kind is not None and kind.level is Level.ASSET
