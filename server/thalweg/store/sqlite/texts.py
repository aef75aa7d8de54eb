"""What nodes are searched by, as the full-text table keeps it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from thalweg.store.said import NOTHING, Text, columns_of, text
from thalweg.store.sqlite.codes import KINDS
from thalweg.store.sqlite.entities import key_of
from thalweg.store.sqlite.text import load
from thalweg.store.sqlite.transaction import SQL, Transaction
from thalweg.store.weave import requests as ask
from thalweg.store.weave.rows import NodeRow

UPKEEP = load("upkeep.sql")


def write(tx: Transaction, texts: Iterable[tuple[NodeRow, Text]], new: Iterable[NodeRow]) -> None:
    """Those of nodes that are new take the place of nothing; the others are written where they changed."""
    made = {node.handle for node in new}
    stale, put = [], []
    for node, said in texts:
        if node.handle not in made:
            was = tx.connection.execute(SQL["text"], (node.handle,)).fetchone()
            if was is not None and said == was:
                continue
            if was is not None:
                stale.append((node.handle,))
        if said != NOTHING:
            put.append((node.handle, *said))
    remove(tx.connection, stale)
    tx.connection.executemany(SQL["put_text"], put)


def remove(connection: sqlite3.Connection, handles: Iterable[tuple[int]]) -> None:
    connection.executemany(SQL["remove_text"], handles)


def columns(tx: Transaction, request: ask.Columns) -> dict[str, tuple[str, ...]]:
    return {node.id: newest_columns(tx.connection, node.handle) for node in request.nodes}


def newest_columns(connection: sqlite3.Connection, n: int) -> tuple[str, ...]:
    """The columns of the newest version of a dataset that has any."""
    for (body,) in connection.execute(SQL["columned"], (n,)):
        if found := columns_of(body):
            return found
    return ()


def wrong(connection: sqlite3.Connection) -> Iterator[tuple[int, str | None, Text]]:
    """The nodes that are not searched by what they say: handle, id (None where there is no such node), what it is."""
    for n, id, kind, k1, k2, k3, body, *was in connection.execute(UPKEEP["texts"]):
        said = text(KINDS[kind], key_of(k1, k2, k3), body, newest_columns(connection, n) if kind in _DATASETS else ())
        if said != (NOTHING if was[0] is None else tuple(was)):
            yield n, id, said
    for (n,) in connection.execute(UPKEEP["loose_texts"]):
        yield n, None, NOTHING


_DATASETS = (1, -1)


def fill(connection: sqlite3.Connection) -> None:
    """Of a store that has none: what every node is searched by."""
    connection.executemany(SQL["put_text"], [(n, *said) for n, _, said in wrong(connection)])


def mend(connection: sqlite3.Connection) -> int:
    """Makes every node searched by what it says; answers how many were not."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = list(wrong(connection))
        remove(connection, [(n,) for n, _, _ in found])
        connection.executemany(SQL["put_text"], [(n, *said) for n, id, said in found if said != NOTHING])
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return len(found)
