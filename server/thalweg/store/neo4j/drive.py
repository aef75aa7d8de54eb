"""Drives the weave: each request is answered from the rows of the database, inside one transaction."""

from __future__ import annotations

from typing import Any, TypeVar

from thalweg.model.errors import NotAStore
from thalweg.store.neo4j.applying import apply
from thalweg.store.neo4j.database import Transaction
from thalweg.store.neo4j.ledger import Ledger
from thalweg.store.neo4j.loading import LOADS
from thalweg.store.neo4j.queries import query
from thalweg.store.weave.requests import Asking, Changes

T = TypeVar("T")


async def take_place(transaction: Transaction) -> Ledger:
    """Takes the one writer's place, to the commit: everything is read after that, and events are numbered by it.

    Neo4j shows a transaction what others have committed meanwhile; so whoever computes from what it read, and writes
    the result, must be alone. Other processes wait here. Raises NotAStore when the database holds no store any more.
    """
    place = await transaction.ask(query("lock"))
    if not place:
        raise NotAStore(
            "The database holds no store any more: somebody has emptied it.",
            "Start the server again to begin a new one, or restore a backup.",
        )
    seq, now = place
    return Ledger(transaction, now, seq)


async def drive(asking: Asking[T], ledger: Ledger) -> T:
    """Runs a step of the weave to its end, and answers what it returns."""
    answer: Any = None
    try:
        while True:
            try:
                request = asking.send(answer)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]
            answer = await (
                apply(ledger, request) if isinstance(request, Changes) else LOADS[type(request)](ledger, request)
            )
    finally:
        asking.close()
