"""Looks for what must not be in a store, and computes again what follows from the rest."""

from __future__ import annotations

from typing import Any, NamedTuple

from thalweg.model.edges import LINEAGE, EdgeType
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Checked, Finding, StoreInfo
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.loading import ALL_TYPES
from thalweg.store.neo4j.queries import query
from thalweg.store.neo4j.texts import INDEXED, TYPES
from thalweg.store.weave.derived import count_again
from thalweg.store.weave.loom import Loom
from thalweg.store.weave.requests import Asking, AssetEdge

SHOWN = 5
"""Examples that a finding names."""

_VERSIONS = [kind.label for kind in Kind if kind.level is Level.VERSION]

PATIENCE = 600.0
"""Seconds for one rule: each looks at all there is."""


class _Rule(NamedTuple):
    query: str
    code: str
    message: str
    hint: str


_IMPORT = "Import from its sources again."
_REPORT = "This is a fault of Thalweg, or of what else writes into this database; please report it."
_RULES = (
    _Rule("lost_details", "DANGLING", "Entities whose properties are not there", _IMPORT),
    _Rule("node_counts", "STATEMENT_COUNT", "Entities with a wrong count of statements", _REPORT),
    _Rule("edge_counts", "STATEMENT_COUNT", "Edges with a wrong count of statements", _REPORT),
    _Rule("loose_statements", "DANGLING_STATEMENT", "Statements about what is not there", _IMPORT),
    _Rule("hidden_nodes", "HIDDEN", "Entities that are shown though forgotten, or hidden though not", _REPORT),
    _Rule("hidden_edges", "HIDDEN", "Edges that are shown though an end is forgotten, or hidden though not", _REPORT),
    _Rule("wrong_assets", "ASSETS", "Versions that do not hang on their assets", _REPORT),
    _Rule("wrong_metrics", "METRICS", "Metrics in the order of lists that are not those of the entity", _IMPORT),
    _Rule("lost_aliases", "DANGLING_ALIAS", "Old ids that lead to nothing", _IMPORT),
    _Rule("lost_marks", "DANGLING_MARK", "Aliases or stages of what is not there", _IMPORT),
    _Rule("source_counts", "SCOPE_COUNT", "Sources with a wrong count of scopes", _REPORT),
)


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
    for rule in _RULES:
        text = query(rule.query, types=ALL_TYPES)
        bounds = {"limit": SHOWN + 1, "indexed": INDEXED, "versions": _VERSIONS}
        (found,) = await database.read(text, seconds=PATIENCE, **bounds)
        if found:
            shown = ", ".join(found[:SHOWN]) + (", …" if len(found) > SHOWN else "")
            findings.append(Finding(rule.code, f"{rule.message}: {shown}.", rule.hint))
    wrong = await wrong_derived(database)
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
    (size,) = await database.read(query("size"))
    return Checked(tuple(findings), size)


async def wrong_derived(database: Database) -> list[AssetEdge]:
    """The asset edges that are not what version edges give."""
    rows: list[Any] = []
    for name in ("wrong_derived", "needless_derived"):
        rows += (await database.read(query(name, types=LINEAGE), seconds=PATIENCE))[0]
    return [(source, TYPES[type], target, role) for source, type, target, role in rows]


def rebuild(wrong: list[AssetEdge], now: int) -> Asking[int]:
    """Counts asset edges again; answers how many there were to count."""
    loom = Loom(now)
    yield from loom.load_nodes(end for edge in wrong for end in (edge[0], edge[2]))
    yield from loom.load_edges(wrong)
    loom.recount.update(wrong)
    yield from count_again(loom)
    return len(wrong)
