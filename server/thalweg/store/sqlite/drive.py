"""Drives a step of the weave: answers each of its requests from rows, inside one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from thalweg.store.sqlite import rows, texts
from thalweg.store.sqlite.changes import apply, settle
from thalweg.store.sqlite.codes import KIND_BITS
from thalweg.store.sqlite.transaction import SQL, Counters, Transaction
from thalweg.store.weave import requests as ask

T = TypeVar("T")

MOST_UNSETTLED = 150_000
"""Metric values that may wait for their place in the order by value: until then lists look through them."""

_ANSWER: dict[type, Callable[[Transaction, Any], Any]] = {
    ask.Scopes: rows.scopes,
    ask.UnseenScopes: rows.unseen_scopes,
    ask.Repeats: rows.repeats,
    ask.Holds: rows.holds,
    ask.Aliases: rows.aliases,
    ask.Joins: rows.joins,
    ask.JoinsOf: rows.joins_of,
    ask.Nodes: rows.nodes,
    ask.VersionsOf: rows.versions_of,
    ask.Edges: rows.edges,
    ask.EdgesOf: rows.edges_of,
    ask.OpenReads: rows.open_reads,
    ask.Newest: rows.newest,
    ask.ScopeStatements: rows.scope_statements,
    ask.NodeStatements: rows.node_statements,
    ask.EdgeStatements: rows.edge_statements,
    ask.Histories: rows.histories,
    ask.MarksNamed: rows.marks_named,
    ask.MarksOfScopes: rows.marks_of_scopes,
    ask.MarksOfModels: rows.marks_of_models,
    ask.Extremes: rows.extremes,
    ask.Columns: texts.columns,
    ask.Isolated: rows.isolated,
    ask.Changes: apply,
}


class Driver:
    """The writer's side of a store: one connection, one thread, one transaction at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.counters = Counters.of(connection)

    def drive(self, step: Callable[[], ask.Asking[T]]) -> T:
        """Runs a step of the weave in one transaction: all of it is committed, or nothing is."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            tx = Transaction(self.connection, self.counters)
            result = _run(tx, step())
            settle(tx)
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            self.counters = Counters.of(self.connection)
            raise
        if self.counters.unsettled >= MOST_UNSETTLED:
            self.settle()
        return result

    def settle(self) -> None:
        """Brings the metrics of the youngest nodes into the order by value."""
        counters = self.counters
        if not counters.unsettled:
            return
        last = (counters.node + 1 << KIND_BITS) - 1
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            self.connection.execute(SQL["settle_last"], (counters.settled, last))
            self.connection.execute(SQL["settle_best"], (counters.settled, last))
            self.connection.execute(SQL["settled"], (last,))
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        counters.settled, counters.unsettled = last, 0


def _run(tx: Transaction, asking: ask.Asking[T]) -> T:
    answer: Any = None
    try:
        while True:
            request = asking.send(answer)
            answer = _ANSWER[type(request)](tx, request)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        asking.close()
