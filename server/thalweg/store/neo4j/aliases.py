"""Old ids: what was joined into something else is asked about by the name that stands for it now."""

from __future__ import annotations

from collections.abc import Collection

from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.queries import query


async def canonical(database: Database, ids: Collection[str]) -> dict[str, str]:
    """Where those of the ids lead that are old ones."""
    if not ids:
        return {}
    (rows,) = await database.read(query("aliases"), ids=list(ids))
    return {id: canonical for id, _, _, canonical in rows}
