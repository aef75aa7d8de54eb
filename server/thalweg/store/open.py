"""Opens the store that an address names."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from thalweg.model.errors import BadInput
from thalweg.store.sqlite.store import SQLiteStore
from thalweg.store.store import Store

_NEO4J = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
_FILES = (".db", ".sqlite", ".sqlite3")
_KNOWN = "sqlite:///thalweg.db, a path that ends in .db or .sqlite, neo4j://host:7687, neo4j+s://host, bolt://host:7687"


async def open_store(
    address: str,
    *,
    read_only: bool = False,
    older: bool = False,
    user: str | None = None,
    password: str | None = None,
    database: str | None = None,
    synchronous: Literal["FULL", "NORMAL"] = "FULL",
    readers: int = 4,
) -> Store:
    """Opens a store; the embedded one is made where there is none, unless it is opened for reading.

    older: also one of an earlier schema, which only `migrate` is good for. user, password, database: of a server.
    synchronous, readers: of the embedded store; FULL survives a power cut, NORMAL the end of the process.

    Raises BadInput for an address that names no store, and a StoreError for one that cannot be opened.
    """
    file = _file(address)
    if file is not None:
        return await SQLiteStore.open(file, read_only=read_only, older=older, synchronous=synchronous, readers=readers)
    if address.partition("://")[0].lower() in _NEO4J:
        from thalweg.store.neo4j.store import Neo4jStore  # the driver is heavy, and most have no server

        return await Neo4jStore.open(
            address, user=user, password=password, database=database, read_only=read_only, older=older
        )
    raise BadInput(f"{address!r} is not the address of a store.", f"Addresses look like these: {_KNOWN}.")


def _file(address: str) -> Path | None:
    """The file that an address names: `sqlite:///relative.db`, `sqlite:////absolute.db`, or a path."""
    scheme, separator, rest = address.partition("://")
    if not separator:
        return Path(address) if address.endswith(_FILES) else None
    if scheme.lower() != "sqlite":
        return None
    if not rest.startswith("/") or rest in ("/", "//"):
        raise BadInput(
            f"{address!r} names no file.",
            "Write sqlite:///thalweg.db for one in the current folder, sqlite:////srv/thalweg.db for one elsewhere.",
        )
    return Path(rest[1:])
