"""Looks for what must not be in a store, and says how much is in it."""

from __future__ import annotations

from typing import Any

from thalweg.model.edges import LINEAGE, EdgeType
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Checked, Finding, StoreInfo
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.decode import key_of, kind_of
from thalweg.store.neo4j.ledger import AT_ONCE
from thalweg.store.neo4j.loading import ALL_TYPES, body_of
from thalweg.store.neo4j.queries import Query, query
from thalweg.store.neo4j.search import newest_columns
from thalweg.store.neo4j.texts import INDEXED, TYPES, edge_of
from thalweg.store.rules import IMPORT, REPORT, RULES, SHOWN, Rule, derived, hung, searched
from thalweg.store.said import text
from thalweg.store.weave.places import STATED
from thalweg.store.weave.requests import AssetEdge
from thalweg.store.weave.rows import EdgeRef

_OWN_RULES = (
    Rule("lost_details", "DANGLING", "Entities whose properties are not there", IMPORT),
    Rule("source_counts", "SCOPE_COUNT", "Sources with a wrong count of scopes", REPORT),
)

_VERSIONS = [kind.label for kind in Kind if kind.level is Level.VERSION]

PATIENCE = 600.0
"""Seconds for one rule: each looks at all there is."""


async def info(database: Database, *, read_only: bool) -> StoreInfo:
    version, release, _ = await database.read(query("meta"))
    events, sources = await database.read(query("count_events"))
    kinds = {kind: (await database.read(query("count_kind", kind=kind)))[0] for kind in Kind}
    types = {type: (await database.read(query("count_type", types=(type,))))[0] for type in EdgeType}
    return StoreInfo(
        "neo4j",
        database.address,
        version,
        release,
        read_only,
        {kind: number for kind, number in kinds.items() if number},
        {type: number for type, number in types.items() if number},
        sources,
        events,
    )


async def check(database: Database) -> Checked:
    findings: list[Finding] = []
    for rule in (*RULES, *_OWN_RULES):
        text = query(rule.query, types=ALL_TYPES)
        bounds = {"limit": SHOWN + 1, "indexed": INDEXED, "versions": _VERSIONS}
        (found,) = await database.read(text, seconds=PATIENCE, **bounds)
        if found:
            findings.append(rule.finding(found))
    findings += hung(await wrong_reads(database))
    findings += derived(await wrong_derived(database))
    findings += searched(await wrong_texts(database))
    (size,) = await database.read(query("size"))
    return Checked(tuple(findings), size)


async def wrong_texts(database: Database) -> list[str]:
    """The entities that are not searched by what they say."""

    async def ask(text: Query, **parameters: Any) -> Any:
        return (await database.read(text, seconds=PATIENCE, **parameters))[0]

    wrong: list[str] = []
    after = ""
    while rows := await ask(query("texts"), after=after, limit=AT_ONCE):
        after = rows[-1][0]
        columns = await newest_columns(ask, [row[0] for row in rows if kind_of(row[0]) is Kind.DATASET])
        wrong += [
            id
            for id, key, body, *was in rows
            if text(kind_of(id), key_of(key), body_of(body), columns.get(id, ())) != tuple(was)
        ]
    return wrong


async def wrong_reads(database: Database) -> list[EdgeRef]:
    """The edges of reads without a version that do not hang where they should."""
    (rows,) = await database.read(query("wrong_reads"), seconds=PATIENCE, stated=STATED)
    return [edge_of(fact, role) for fact, role in rows]


async def wrong_derived(database: Database) -> list[AssetEdge]:
    """The asset edges that are not what version edges give."""
    rows: list[Any] = []
    for name in ("wrong_derived", "needless_derived"):
        rows += (await database.read(query(name, types=LINEAGE), seconds=PATIENCE))[0]
    return [(source, TYPES[type], target, role) for source, type, target, role in rows]
