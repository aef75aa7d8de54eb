"""Looks for what must not be in a store, and computes again what follows from the rest."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from thalweg.model.results import Checked, Finding
from thalweg.store.sqlite.codes import TYPES
from thalweg.store.sqlite.connections import Reader
from thalweg.store.sqlite.text import load
from thalweg.store.weave.derived import count_again
from thalweg.store.weave.loom import Loom
from thalweg.store.weave.requests import Asking, AssetEdge

SQL = load("upkeep.sql")
_SHOWN = 5
"""Examples that a finding names."""


class _Rule(NamedTuple):
    query: str
    code: str
    message: str
    hint: str


_IMPORT = "Import from its sources again."
_REPORT = "This is a fault of Thalweg; please report it."
_RULES = (
    _Rule("node_counts", "STATEMENT_COUNT", "Entities with a wrong count of statements", _REPORT),
    _Rule("edge_counts", "STATEMENT_COUNT", "Edges with a wrong count of statements", _REPORT),
    _Rule("loose_statements", "DANGLING_STATEMENT", "Statements about edges that are not there", _IMPORT),
    _Rule("hidden_nodes", "HIDDEN", "Entities that are shown though forgotten, or hidden though not", _REPORT),
    _Rule("hidden_edges", "HIDDEN", "Edges that are shown though an end is forgotten, or hidden though not", _REPORT),
    _Rule("wrong_assets", "EDGE_ASSETS", "Edges that name other assets than their ends do", _REPORT),
    _Rule("metric_order", "METRIC_ORDER", "Metrics that lists do not find, or find where they are not", _REPORT),
    _Rule("lost_aliases", "DANGLING_ALIAS", "Old ids that lead to nothing", _IMPORT),
    _Rule("lost_marks", "DANGLING_MARK", "Aliases or stages of what is not there", _IMPORT),
)


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
    for rule in _RULES:
        rows = connection.execute(SQL[rule.query], {"limit": _SHOWN + 1}).fetchall()
        if rows:
            shown = ", ".join(str(row[0]) for row in rows[:_SHOWN]) + (", …" if len(rows) > _SHOWN else "")
            findings.append(Finding(rule.code, f"{rule.message}: {shown}.", rule.hint))
    wrong = wrong_derived(connection)
    if wrong:
        source, type, target, _ = wrong[0]
        findings.append(
            Finding(
                "DERIVED",
                f"{len(wrong)} edges between assets do not follow from their versions, "
                f"({source})-[:{type.value}]->({target}) for one.",
                "Run `thalweg store rebuild`.",
            )
        )
    nodes, edges = connection.execute(SQL["size"]).fetchone()
    return Checked(tuple(findings), nodes + edges)


def wrong_derived(connection: sqlite3.Connection) -> list[AssetEdge]:
    """The asset edges that are not what version edges give."""
    rows = connection.execute(SQL["wrong_derived"])
    return [(source, TYPES[type], target, role) for source, type, target, role in rows]


def rebuild(wrong: list[AssetEdge], now: int) -> Asking[int]:
    """Counts asset edges again; answers how many there were to count."""
    loom = Loom(now)
    yield from loom.load_nodes(end for edge in wrong for end in (edge[0], edge[2]))
    yield from loom.load_edges(wrong)
    loom.recount.update(wrong)
    yield from count_again(loom)
    return len(wrong)
