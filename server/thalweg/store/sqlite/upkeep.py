"""Looks for what must not be in a store."""

from __future__ import annotations

import sqlite3

from thalweg.model.edges import EdgeType
from thalweg.model.results import Checked, Finding
from thalweg.store.rules import RULES, SHOWN, derived, hung, searched
from thalweg.store.sqlite import texts
from thalweg.store.sqlite.codes import TYPES
from thalweg.store.sqlite.connections import Reader
from thalweg.store.sqlite.text import load
from thalweg.store.weave.places import STATED
from thalweg.store.weave.requests import AssetEdge
from thalweg.store.weave.rows import EdgeRef

SQL = load("upkeep.sql")


def check(reader: Reader) -> Checked:
    """All that is wrong; of a damaged file that alone, for whatever else is wrong may come of it."""
    connection = reader.connection
    try:
        damage = [message for (message,) in connection.execute(SQL["quick_check"]) if message != "ok"]
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        damage = [str(error)]
    if damage:
        found = Finding("DAMAGED", f"SQLite finds: {'; '.join(damage)}.", "Bring back a copy of the file.")
        return Checked((found,), 0)
    findings: list[Finding] = []
    dangling: dict[tuple[str, str], int] = {}
    for table, _, parent, _ in connection.execute(SQL["foreign_key_check"]):
        dangling[table, parent] = dangling.get((table, parent), 0) + 1
    for (table, parent), number in dangling.items():
        findings.append(
            Finding("DANGLING", f"{number} rows of {table} name a {parent} that is not there.", "Import again.")
        )
    for rule in RULES:
        if rows := connection.execute(SQL[rule.query], {"limit": SHOWN + 1}).fetchall():
            findings.append(rule.finding([str(row[0]) for row in rows]))
    findings += hung(wrong_reads(connection))
    findings += derived(wrong_derived(connection))
    findings += searched([id or f"row {n} of search" for n, id, _ in texts.wrong(connection)])
    nodes, edges = connection.execute(SQL["size"]).fetchone()
    return Checked(tuple(findings), nodes + edges)


def wrong_reads(connection: sqlite3.Connection) -> list[EdgeRef]:
    """The edges of reads without a version that do not hang where they should."""
    rows = connection.execute(SQL["wrong_reads"], {"stated": STATED})
    return [(source, EdgeType.INPUT_TO, target, role) for source, target, role in rows]


def wrong_derived(connection: sqlite3.Connection) -> list[AssetEdge]:
    """The asset edges that are not what version edges give."""
    rows = connection.execute(SQL["wrong_derived"])
    return [(source, TYPES[type], target, role) for source, type, target, role in rows]
