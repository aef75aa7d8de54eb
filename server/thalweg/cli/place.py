"""Where a command works: the options say, else the environment, by the same variables as the server's settings."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thalweg.model.errors import BadInput

if TYPE_CHECKING:
    from thalweg.store.store import Store

DEFAULT_STORE = "sqlite:///thalweg.db"


@dataclass(frozen=True, slots=True)
class Place:
    """A server, or the address of a store: exactly one of them."""

    server: str | None = None
    store: str | None = None


def place(server: str | None, store: str | None) -> Place:
    """Where to ask: what the options say, else what the environment says (the server first), else the default store."""
    if server and store:
        raise BadInput("--server and --store are both given.", "Give one: the question goes to one place.")
    if server or store:
        return Place(server, store)
    if named := os.environ.get("THALWEG_SERVER"):
        return Place(server=named)
    return Place(store=address(None))


def place_if_named(server: str | None, store: str | None) -> Place | None:
    """The same; None where nobody says where to ask, and the default store need not be there."""
    named = server or store or os.environ.get("THALWEG_SERVER") or os.environ.get("THALWEG_STORE")
    return place(server, store) if named else None


def address(store: str | None) -> str:
    """The address of the store that an option names, or the environment, or nobody."""
    return store or os.environ.get("THALWEG_STORE") or DEFAULT_STORE


async def open_at(store: str | None, *, read_only: bool = False, older: bool = False) -> Store:
    """Opens the store that an option names, or the environment, with the user and the password of the environment."""
    from thalweg.store.open import open_store

    return await open_store(
        address(store),
        read_only=read_only,
        older=older,
        user=os.environ.get("THALWEG_NEO4J_USER", "neo4j"),
        password=os.environ.get("THALWEG_NEO4J_PASSWORD"),
        database=os.environ.get("THALWEG_NEO4J_DATABASE"),
    )
