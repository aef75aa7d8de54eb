"""Answers what the weave asks for (`weave/requests.py`) from the rows of the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby
from typing import Any

import orjson

from thalweg.model.edges import EdgeType
from thalweg.model.facts import MarkKind, Point
from thalweg.model.points import pack
from thalweg.store.neo4j.decode import key_of, kind_of
from thalweg.store.neo4j.ledger import Kept, Ledger
from thalweg.store.neo4j.queries import query
from thalweg.store.neo4j.search import newest_columns
from thalweg.store.neo4j.texts import ALWAYS, TYPES, edge_fact, edge_of, short
from thalweg.store.weave import requests as ask
from thalweg.store.weave.rows import (
    NO_BODY,
    AliasRow,
    EdgeRef,
    EdgeRow,
    EdgeStatement,
    HistoryRow,
    JoinRow,
    MarkRow,
    NodeRow,
    NodeStatement,
    RepeatRow,
    ScopeRow,
    State,
)

ALL_TYPES = tuple(EdgeType)
_STATES = tuple(State)
_MARKS = {kind.value: kind for kind in MarkKind}


def body_of(text: str | None) -> bytes:
    return text.encode() if text is not None else NO_BODY


# --------------------------------------------------------------------------------------------------- scopes and joins


async def scopes(ledger: Ledger, asked: ask.Scopes) -> dict[str, ScopeRow]:
    rows = await ledger.ask_all(query("scopes"), "ids", list(asked.ids))
    return {row.id: row for row in _scopes(ledger, rows)}


async def unseen_scopes(ledger: Ledger, asked: ask.UnseenScopes) -> list[ScopeRow]:
    rows = await ledger.ask(query("unseen_scopes"), source=short(asked.source), before=asked.before, limit=asked.limit)
    return _scopes(ledger, rows)


def _scopes(ledger: Ledger, rows: Sequence[Any]) -> list[ScopeRow]:
    found = [ScopeRow(*row) for row in rows]
    ledger.scopes.update((row.id, row.source) for row in found)
    return found


async def repeats(ledger: Ledger, asked: ask.Repeats) -> dict[str, RepeatRow]:
    rows = await ledger.ask_all(query("repeats"), "keys", [short(key) for key in asked.keys])
    return {name: RepeatRow(name, digest, at, result.encode()) for name, digest, at, result in rows}


async def holds(ledger: Ledger, asked: ask.Holds) -> ask.Held:
    return ask.Held(*await ledger.ask(query("holds")))


async def aliases(ledger: Ledger, asked: ask.Aliases) -> dict[str, AliasRow]:
    rows = await ledger.ask_all(query("aliases_of" if asked.canonical else "aliases"), "ids", list(asked.ids))
    return {id: AliasRow(id, kind_of(id), key_of(key), asset, canonical) for id, key, asset, canonical in rows}


async def joins(ledger: Ledger, asked: ask.Joins) -> list[JoinRow]:
    # A join between two of the ids is met from both sides.
    return list(dict.fromkeys(_joins(await ledger.ask_all(query("joins"), "ids", list(asked.ids)))))


async def joins_of(ledger: Ledger, asked: ask.JoinsOf) -> list[JoinRow]:
    return _joins(await ledger.ask_all(query("joins_of_scopes"), "ids", list(asked.scopes)))


def _joins(rows: Sequence[Any]) -> list[JoinRow]:
    return [
        JoinRow(scope, alias, of, kind_of(of), key_of(alias_key), key_of(of_key))
        for scope, alias, of, alias_key, of_key in rows
    ]


# --------------------------------------------------------------------------------------------------- nodes and edges


async def nodes(ledger: Ledger, asked: ask.Nodes) -> dict[str, NodeRow]:
    rows = await ledger.ask_all(query("nodes"), "ids", list(asked.ids))
    found: dict[str, NodeRow] = {}
    for row in rows:
        id, key, asset, first_at, at, updated_at, gone_at, until, status, state, forgotten, hidden, *detail = row
        body, lead, won, origins, statements, metrics, lasts, bests = detail
        found[id] = NodeRow(
            id,
            kind_of(id),
            key_of(key),
            asset,
            first_at,
            at,
            updated_at,
            gone_at,
            until,
            status,
            _STATES[state],
            statements or 0,
            body_of(body),
            tuple(orjson.loads(lead)) if lead is not None else None,
            {name: (origin, when) for name, (origin, when) in orjson.loads(won).items()} if won is not None else {},
            orjson.loads(origins) if origins is not None else {},
            forgotten is True,
            hidden,
            1,
        )
        ledger.nodes[id] = Kept(asset, hidden, (metrics, lasts, bests) if metrics is not None else None)
    return found


async def versions_of(ledger: Ledger, asked: ask.VersionsOf) -> list[str]:
    return await ledger.ask_all(query("versions_of"), "ids", list(asked.assets))


async def edges(ledger: Ledger, asked: ask.Edges) -> list[EdgeRow]:
    refs = [(source, type.label, target, role) for source, type, target, role in asked.refs]
    found: list[EdgeRow] = []
    for ref, at, first_at, stated_at, stated, body, derived, first, last, hidden in await ledger.ask_all(
        query("edges", types=ALL_TYPES), "refs", refs
    ):
        source, label, target, role = ref
        row = EdgeRow(
            asked.nodes[source],
            TYPES[label],
            asked.nodes[target],
            role,
            first_at if first_at is not None else at,
            at,
            stated_at,
            stated if stated is not None else 1,
            body_of(body),
            derived or 0,
            first or 0,
            last or 0,
            hidden,
            1,
        )
        ledger.edges[row.ref] = hidden
        found.append(row)
    return found


async def edges_of(ledger: Ledger, asked: ask.EdgesOf) -> list[EdgeRef]:
    ids = [row.id for row in asked.nodes]
    rows = await ledger.ask_all(query("edges_in", types=ALL_TYPES), "ids", ids)
    if not asked.inward:
        rows = rows + await ledger.ask_all(query("edges_out", types=ALL_TYPES), "ids", ids)
    # An edge between two of the nodes is met from both sides.
    return list(dict.fromkeys((source, TYPES[label], target, role) for source, label, target, role in rows))


async def open_reads(ledger: Ledger, asked: ask.OpenReads) -> list[EdgeRef]:
    rows = await ledger.ask_all(query("open_reads_of_runs"), "ids", list(asked.runs))
    rows += await ledger.ask_all(query("open_reads_between"), "rows", _spans(asked.spans), ever=ALWAYS)
    return list(dict.fromkeys(edge_of(fact, role) for fact, role in rows))


async def newest(ledger: Ledger, asked: ask.Newest) -> dict[tuple[str, int], tuple[int, str]]:
    rows = await ledger.ask_all(query("newest"), "rows", _spans(asked.spans))
    return {(dataset, by): (at, id) for dataset, by, at, id in rows}


def _spans(spans: Sequence[ask.Span]) -> list[dict[str, Any]]:
    return [{"dataset": dataset, "at": at, "without": without} for dataset, at, without in spans]


async def extremes(ledger: Ledger, asked: ask.Extremes) -> dict[ask.AssetEdge, tuple[int, int, int]]:
    """From the side that has fewer versions, for all edges of one asset and one type at once."""
    assets = sorted({end for edge in asked.edges for end in (edge[0], edge[2])})
    numbers: dict[str, int] = dict(await ledger.ask_all(query("how_many_versions"), "ids", assets))
    wanted = set(asked.edges)
    groups: dict[tuple[EdgeType, bool, str], list[str]] = defaultdict(list)
    for source, type, target, _ in dict.fromkeys(asked.edges):
        upstream = numbers.get(target, 0) < numbers.get(source, 0)
        here, there = (target, source) if upstream else (source, target)
        groups[type, upstream, here].append(there)
    found: dict[ask.AssetEdge, tuple[int, int, int]] = {}
    for (type, upstream), some in groupby(
        sorted(groups, key=lambda group: (group[0].label, group[1], group[2])), key=lambda group: group[:2]
    ):
        rows = [{"asset": group[2], "others": groups[group]} for group in some]
        text = query("extremes", types=(type,), upstream=upstream)
        for here, there, role, count, first, last in await ledger.ask_all(text, "rows", rows):
            edge = (there, type, here, role) if upstream else (here, type, there, role)
            if edge in wanted:
                found[edge] = (count, first, last)
    return found


async def isolated(ledger: Ledger, asked: ask.Isolated) -> set[str]:
    ids = [row.id for row in asked.nodes]
    return set(await ledger.ask_all(query("isolated", types=ALL_TYPES), "ids", ids))


# ------------------------------------------------------------------------------------------------------- statements


async def scope_statements(
    ledger: Ledger, asked: ask.ScopeStatements
) -> tuple[list[ask.NodeStated], list[ask.EdgeStated]]:
    of_nodes: list[ask.NodeStated] = []
    of_edges: list[ask.EdgeStated] = []
    rows = await ledger.ask_all(query("statements_of_scopes"), "ids", list(asked.scopes))
    for scope, fact, role, stated, origin, at, body, by in rows:
        if " " not in fact:
            of_nodes.append((scope, fact, stated or fact, origin, at, body_of(body)))
            continue
        ref = edge_of(fact, role)
        source, target = stated.split(" ") if stated is not None else (ref[0], ref[2])
        of_edges.append((scope, ref, source, target, origin, at, body_of(body), by))
    return of_nodes, of_edges


async def node_statements(ledger: Ledger, asked: ask.NodeStatements) -> list[NodeStatement]:
    by_id = {row.id: row for row in asked.nodes}
    rows = await ledger.ask_all(query("statements_about"), "facts", list(by_id))
    return [
        NodeStatement(scope, by_id[fact], stated or fact, origin, at, body_of(body), retired is True)
        for scope, fact, stated, origin, at, body, retired, _ in rows
    ]


async def edge_statements(ledger: Ledger, asked: ask.EdgeStatements) -> list[EdgeStatement]:
    by_fact = {edge_fact(row.ref): row for row in asked.edges}
    rows = await ledger.ask_all(query("statements_about"), "facts", list(by_fact))
    found: list[EdgeStatement] = []
    for scope, fact, stated, origin, at, body, retired, by in rows:
        edge = by_fact[fact]
        source, target = stated.split(" ") if stated is not None else (edge.source.id, edge.target.id)
        found.append(EdgeStatement(scope, edge, source, target, origin, at, body_of(body), retired is True, by))
    return found


async def columns(ledger: Ledger, asked: ask.Columns) -> dict[str, tuple[str, ...]]:
    return await newest_columns(ledger.ask, [row.id for row in asked.nodes])


# ------------------------------------------------------------------------------------------------ histories and marks


async def histories(ledger: Ledger, asked: ask.Histories) -> list[HistoryRow]:
    by_id = {row.id: row for row in asked.nodes}
    points: dict[tuple[str, str, str, str], list[Point]] = defaultdict(list)
    for scope, node, stated, name, *columns in await ledger.ask_all(query("histories"), "ids", list(by_id)):
        points[scope, node, stated, name] += map(Point, *columns)
    return [
        HistoryRow(scope, by_id[node], stated, name, pack(some)) for (scope, node, stated, name), some in points.items()
    ]


async def marks_named(ledger: Ledger, asked: ask.MarksNamed) -> list[MarkRow]:
    names = [(model, kind.value, name) for model, kind, name in asked.names]
    return _marks(await ledger.ask_all(query("marks_named"), "names", names))


async def marks_of_scopes(ledger: Ledger, asked: ask.MarksOfScopes) -> list[MarkRow]:
    return _marks(await ledger.ask_all(query("marks_of_scopes"), "ids", list(asked.scopes)))


async def marks_of_models(ledger: Ledger, asked: ask.MarksOfModels) -> list[MarkRow]:
    return _marks(await ledger.ask_all(query("marks_of_models"), "ids", list(asked.models)))


def _marks(rows: Sequence[Any]) -> list[MarkRow]:
    return [
        MarkRow(scope, model, version, stated, _MARKS[kind], name, since, ended, until, origin, caller)
        for scope, model, version, stated, kind, name, since, ended, until, origin, caller in rows
    ]


Load = Callable[[Ledger, Any], Awaitable[Any]]

LOADS: dict[type, Load] = {
    ask.Scopes: scopes,
    ask.UnseenScopes: unseen_scopes,
    ask.Repeats: repeats,
    ask.Holds: holds,
    ask.Aliases: aliases,
    ask.Joins: joins,
    ask.JoinsOf: joins_of,
    ask.Nodes: nodes,
    ask.VersionsOf: versions_of,
    ask.Edges: edges,
    ask.EdgesOf: edges_of,
    ask.OpenReads: open_reads,
    ask.Newest: newest,
    ask.ScopeStatements: scope_statements,
    ask.NodeStatements: node_statements,
    ask.EdgeStatements: edge_statements,
    ask.Histories: histories,
    ask.MarksNamed: marks_named,
    ask.MarksOfScopes: marks_of_scopes,
    ask.MarksOfModels: marks_of_models,
    ask.Extremes: extremes,
    ask.Columns: columns,
    ask.Isolated: isolated,
}
"""By the request, what answers it."""
