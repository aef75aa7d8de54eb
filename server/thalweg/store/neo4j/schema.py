"""What a database must have to be a store: constraints, indexes, and the node that says which release wrote it."""

from __future__ import annotations

import re

from thalweg import __version__
from thalweg.model.errors import NotAStore, StoreError, StoreNewer, StoreNotFound, StoreOlder
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.queries import Query, query, statements
from thalweg.store.store import SCHEMA_VERSION

OLDEST = (5, 26)
"""The Neo4j that knows all that the queries say."""


def schema() -> dict[str, Query]:
    """The statements that make the constraints and indexes, by the names of those."""
    return statements("schema")


async def begin(database: Database, *, older: bool = False, read_only: bool = False) -> int:
    """Makes an empty database a store; answers the version of the store that is there.

    Raises NotAStore where something else is in the database, StoreNewer where a later release wrote it, StoreOlder
    where it needs a migration (unless `older` is right), StoreNotFound where one is to be read and there is none.
    """
    await _require_server(database)
    held = await database.read(query("meta"))
    if not held:
        (nodes,) = await database.read(query("how_many_nodes"))
        if nodes:
            raise NotAStore(
                f"The database {database.name!r} at {database.address} holds {nodes} nodes, and no store of Thalweg.",
                "Give it a database of its own. Nothing was changed.",
            )
        if read_only:
            raise StoreNotFound(
                f"There is no store in the database {database.name!r} at {database.address}.",
                "A server, or an import, makes one.",
            )
        await create(database)
        held = await database.run(query("begin"), version=SCHEMA_VERSION, release=__version__)
    version: int = held[0]
    if version > SCHEMA_VERSION:
        raise StoreNewer(
            f"The store at {database.address} is of version {version}, written by release {held[1]}; this is "
            f"{__version__}, which knows version {SCHEMA_VERSION}.",
            f"Run release {held[1]} or a later one. Nothing was changed.",
        )
    if version < SCHEMA_VERSION and not older:
        raise StoreOlder(
            f"The store at {database.address} is of version {version}; this release needs version {SCHEMA_VERSION}.",
            "Run `thalweg store migrate`.",
        )
    return version


async def create(database: Database) -> None:
    """Makes the constraints and indexes that are missing, and waits for them."""
    (there,) = await database.read(query("schema_names"))
    missing = [statement for name, statement in schema().items() if name not in there]
    for statement in missing:
        await database.run(statement)
    if missing:
        await database.run(query("await_indexes"))


SEARCHED_SINCE = 2
"""The version with which the text of entities came: it follows from what they say, and must be worked out."""


async def prepare(database: Database) -> int:
    """Begins a migration: makes what is missing; answers the version before."""
    before = await begin(database, older=True)
    await create(database)
    return before


async def finish(database: Database) -> int:
    """Ends a migration; answers the version after."""
    (after,) = await database.run(query("migrated"), version=SCHEMA_VERSION, release=__version__)
    return int(after)


async def _require_server(database: Database) -> None:
    (said,) = await database.read(query("server"))
    numbers = re.match(r"(\d+)\.(\d+)", said)
    if numbers is not None and (int(numbers[1]), int(numbers[2])) < OLDEST:
        raise StoreError(
            f"Neo4j at {database.address} is of version {said}, which is too old.",
            "Run Neo4j 5.26 LTS, or a later one.",
        )
