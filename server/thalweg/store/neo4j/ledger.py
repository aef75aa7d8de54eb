"""What one write transaction has seen of the graph, so that each change knows what it changes.

Rows that the weave was given are kept by how they stand in the database: it changes them in place, and hands them back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from thalweg.model.errors import StoreError
from thalweg.store.neo4j.database import Transaction
from thalweg.store.neo4j.queries import Query
from thalweg.store.weave.rows import EdgeRef

AT_ONCE = 5_000
"""Rows in one query: more are no faster, and hold more memory in the server."""


class Kept(NamedTuple):
    """How a node stands in the database. metrics: keys, last values, best values; None where it has none."""

    asset: str | None
    hidden: bool
    metrics: tuple[list[str], list[float], list[float]] | None


class Ledger:
    """One transaction that holds the writer's place.

    now: its time, later than any write before it. seq: of the last event. changed: whether anything was written yet.
    """

    def __init__(self, transaction: Transaction, now: int, seq: int) -> None:
        self._transaction = transaction
        self.now = now
        self.seq = seq
        self.changed = False
        self.nodes: dict[str, Kept] = {}
        self.edges: dict[EdgeRef, bool] = {}
        """Whether it is hidden."""
        self.scopes: dict[str, str] = {}
        """The source of each."""
        self.removed: set[str] = set()
        """Nodes that were removed in this transaction, and not made again."""

    async def ask(self, query: Query, **parameters: Any) -> list[Any]:
        """The list that a query answers: the first value of its one record."""
        values = await self._transaction.ask(query, **parameters)
        return values[0] if values else []

    async def ask_all(self, query: Query, name: str, values: Sequence[Any], **parameters: Any) -> list[Any]:
        """The same for any number of values of the parameter `name`."""
        found: list[Any] = []
        for begin in range(0, len(values), AT_ONCE):
            found += await self.ask(query, **{name: values[begin : begin + AT_ONCE]}, **parameters)
        return found

    async def change(
        self, query: Query, name: str, values: Sequence[Any], *, exactly: bool = True, **parameters: Any
    ) -> None:
        """Runs a query that changes something for each value. Raises StoreError when it did not meet each of them."""
        for begin in range(0, len(values), AT_ONCE):
            some = values[begin : begin + AT_ONCE]
            self.changed = True
            (met,) = await self._transaction.ask(query, **{name: some}, **parameters)
            if exactly and met != len(some):
                raise StoreError(
                    f"The graph is not what this write was computed from: {query.name} met {met} of {len(some)} rows.",
                    "Nothing was written. Run `thalweg store check`, and see what else writes into this database.",
                )
