"""Old ids: what was joined into something else is asked about by the name that stands for it now."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from thalweg.model.keys import from_text, kind_of_id
from thalweg.model.results import Joined
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.queries import query


async def canonical(database: Database, ids: Collection[str]) -> dict[str, str]:
    """Where those of the ids lead that are old ones."""
    if not ids:
        return {}
    (rows,) = await database.read(query("aliases"), ids=list(ids))
    return {id: canonical for id, _, _, canonical in rows}


async def joins(database: Database, ids: Sequence[str]) -> dict[str, tuple[Joined, ...]]:
    """By which statements other names lead to entities."""
    known = await canonical(database, ids)
    names = {id: {known.get(id, id)} for id in ids}
    (rows,) = await database.read(query("aliases_of"), ids=sorted(set().union(*names.values())))
    others: dict[str, set[str]] = {}
    for alias, _, _, of in rows:
        others.setdefault(of, set()).add(alias)
    for some in names.values():
        some |= {alias for name in some for alias in others.get(name, ())}
    (rows,) = await database.read(query("joins"), ids=sorted(set().union(*names.values())))
    (scopes,) = await database.read(query("scopes"), ids=sorted({row[0] for row in rows}))
    stated = {id: (source, name) for id, source, name, *_ in scopes}
    found: dict[str, list[Joined]] = {id: [] for id in ids}
    for scope, alias, _, alias_key, of_key in rows:
        kind = kind_of_id(alias)
        assert kind is not None
        join = Joined(from_text(kind, alias_key), from_text(kind, of_key), *stated[scope])
        for id in ids:
            if alias in names[id]:
                found[id].append(join)
    return {id: tuple(sorted(some)) for id, some in found.items()}
