"""What one write transaction knows: the rows it made, and the handles of what is kept."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from thalweg.model.kinds import Kind
from thalweg.store.sqlite.codes import KIND_BITS, KIND_CODE
from thalweg.store.sqlite.text import load
from thalweg.store.weave.rows import EdgeRow, MarkRow, NodeRow

SQL = load("write.sql")


@dataclass(slots=True)
class Counters:
    """The last handles that were given away, and the last cursor. Only the one writer gives any.

    settled: up to this handle of a node its metrics are in the order by value; `unsettled` are not yet.
    """

    node: int
    scope: int
    metric: int
    event: int
    settled: int
    unsettled: int

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> Counters:
        return cls(*connection.execute(SQL["counters"]).fetchone())


NodePlace = tuple[int, str | None, int | None, int, int]
"""The columns of a node that lists are ordered by: kind, title, asset, first_at, at."""
EdgePlace = tuple[int, int, int | None, int | None]
"""The columns of an edge that say where it lies: type, at, and the assets of its ends."""


class Transaction:
    """Nodes and marks are made once in a transaction: what was answered before is answered by the same object.

    `node_places` and `edge_places` are of what was read.
    """

    def __init__(self, connection: sqlite3.Connection, counters: Counters) -> None:
        self.connection = connection
        self.counters = counters
        self.nodes: dict[str, NodeRow] = {}
        self.marks: dict[int, MarkRow] = {}
        self.mark_handles: dict[MarkRow, int] = {}
        self.node_places: dict[NodeRow, NodePlace] = {}
        self.edge_places: dict[EdgeRow, EdgePlace] = {}
        self.handles: dict[str, int] = {}
        """Of nodes. One that was removed keeps its handle, in case it comes back: its versions still point there."""
        self.ids: dict[int, str] = {}
        """Of the removed nodes."""
        self.before = (counters.node + 1 << KIND_BITS) - 1
        """Handles beyond this one are given away in this transaction."""
        self.scopes: dict[str, int | None] = {}
        """The handle of each scope that was asked for; None where there is no such scope."""
        self.unwritten: dict[str, int] = {}
        """Scopes that have a handle, but no row yet."""
        self.metrics: dict[tuple[Kind, str], int] = {}

    def handle(self, id: str | None) -> int | None:
        """The handle of a node; None for None. Raises LookupError when there is no such node."""
        if id is None:
            return None
        known = self.handles.get(id)
        if known is None:
            found = self.connection.execute(SQL["node_handle"], (id,)).fetchone()
            if found is None:
                raise LookupError(f"there is no node {id}")
            known = self.handles[id] = found[0]
        return known

    def scope(self, id: str) -> int:
        """The handle of a scope; a new one where it has none."""
        if id not in self.scopes:
            found = self.connection.execute(SQL["scope"], (bytes.fromhex(id),)).fetchone()
            self.scopes[id] = found[0] if found is not None else None
        known = self.scopes[id]
        if known is None:
            self.counters.scope += 1
            known = self.scopes[id] = self.unwritten[id] = self.counters.scope
        return known

    def metric(self, kind: Kind, key: str) -> int:
        """The handle of a metric of a kind; a new one where it has none."""
        known = self.metrics.get((kind, key))
        if known is None:
            found = self.connection.execute(SQL["metric_key"], (KIND_CODE[kind], key)).fetchone()
            if found is None:
                self.counters.metric += 1
                known = self.counters.metric
                self.connection.execute(SQL["add_metric_key"], (known, KIND_CODE[kind], key))
            else:
                known = found[0]
            self.metrics[kind, key] = known
        return known
