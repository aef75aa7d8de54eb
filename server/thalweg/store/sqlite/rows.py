"""Answers the questions of the weave from rows. What each is answered with is said in `weave/requests.py`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from thalweg.model.edges import EdgeType
from thalweg.model.facts import MarkKind
from thalweg.store.sqlite.codes import KINDS, STATES, TYPE_CODE, TYPES
from thalweg.store.sqlite.transaction import SQL, Transaction
from thalweg.store.weave import requests as ask
from thalweg.store.weave.rows import (
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
)


def _json(values: Iterable[Any]) -> str:
    return orjson.dumps(list(values)).decode()


# ------------------------------------------------------------------------------------------- scopes, repeats, aliases


def _scope_row(row: tuple[Any, ...]) -> ScopeRow:
    return ScopeRow(row[1].hex(), *row[2:])


def scopes(tx: Transaction, request: ask.Scopes) -> dict[str, ScopeRow]:
    found: dict[str, ScopeRow] = {}
    for id in request.ids:
        row = tx.connection.execute(SQL["scope"], (bytes.fromhex(id),)).fetchone()
        if row is None:
            tx.scopes.setdefault(id, None)
            continue
        tx.scopes[id] = row[0]
        if row[2] is not None:
            found[id] = _scope_row(row)
    return found


def unseen_scopes(tx: Transaction, request: ask.UnseenScopes) -> list[ScopeRow]:
    found = []
    for row in tx.connection.execute(SQL["unseen_scopes"], (request.source, request.before, request.limit)):
        tx.scopes[row[1].hex()] = row[0]
        found.append(_scope_row(row))
    return found


def repeats(tx: Transaction, request: ask.Repeats) -> dict[str, RepeatRow]:
    rows = tx.connection.execute(SQL["repeats"], (_json(request.keys),))
    return {row[0]: RepeatRow(*row) for row in rows}


def holds(tx: Transaction, _: ask.Holds) -> ask.Held:
    joins, reads = tx.connection.execute(SQL["holds"]).fetchone()
    return ask.Held(bool(joins), bool(reads))


def aliases(tx: Transaction, request: ask.Aliases) -> dict[str, AliasRow]:
    text = SQL["aliases_into" if request.canonical else "aliases"]
    return {
        id: AliasRow(id, KINDS[kind], tuple(orjson.loads(key)), asset, canonical)
        for id, kind, key, asset, canonical in tx.connection.execute(text, (_json(request.ids),))
    }


def _join_row(row: tuple[Any, ...]) -> JoinRow:
    scope, alias, of, kind, alias_key, of_key = row
    return JoinRow(scope.hex(), alias, of, KINDS[kind], tuple(orjson.loads(alias_key)), tuple(orjson.loads(of_key)))


def joins(tx: Transaction, request: ask.Joins) -> list[JoinRow]:
    return [_join_row(row) for row in tx.connection.execute(SQL["joins"], (_json(request.ids),))]


def joins_of(tx: Transaction, request: ask.JoinsOf) -> list[JoinRow]:
    execute = tx.connection.execute
    return [_join_row(row) for id in request.scopes for row in execute(SQL["joins_of"], (bytes.fromhex(id),))]


# -------------------------------------------------------------------------------------------------- nodes and edges


def _ranks(text: str | None) -> dict[str, tuple[str, int]]:
    return {name: (origin, at) for name, (origin, at) in orjson.loads(text).items()} if text else {}


def nodes(tx: Transaction, request: ask.Nodes) -> dict[str, NodeRow]:
    found: dict[str, NodeRow] = {}
    wanted: list[str] = []
    for id in request.ids:
        known = tx.nodes.get(id)
        if known is None:
            wanted.append(id)
        else:
            found[id] = known
    if not wanted:
        return found
    for row in tx.connection.execute(SQL["nodes"], (_json(wanted),)):
        (n, id, kind, k1, k2, k3, title, asset, asset_id, first_at, at, updated_at, gone_at, until, status) = row[:15]
        state, statements, body, lead, lead_at, won, origins, forgotten = row[15:]
        if asset_id is not None:
            tx.handles[asset_id] = asset
        elif asset is not None:
            asset_id = tx.ids.get(asset)  # removed in this transaction, and as a rule about to come back
        node = NodeRow(
            id,
            KINDS[kind],
            (k1,) if k2 is None else (k1, k2) if k3 is None else (k1, k2, k3),
            asset_id,
            first_at,
            at,
            updated_at,
            gone_at,
            until,
            status,
            STATES[state],
            statements,
            body,
            (lead, lead_at) if lead is not None else None,
            _ranks(won),
            orjson.loads(origins) if origins else {},
            bool(forgotten),
            kind < 0,
            n,
        )
        tx.handles[id] = n
        tx.nodes[id] = found[id] = node
        tx.node_places[node] = (kind, title, asset, first_at, at)
    return found


def versions_of(tx: Transaction, request: ask.VersionsOf) -> list[str]:
    return [id for (id,) in tx.connection.execute(SQL["versions_of"], (_json(request.assets),))]


def edges(tx: Transaction, request: ask.Edges) -> list[EdgeRow]:
    found: list[EdgeRow] = []
    text, execute = SQL["edge"], tx.connection.execute
    for ref in request.refs:
        source, target = request.nodes[ref[0]], request.nodes[ref[2]]
        if not source.handle or not target.handle:
            continue
        row = execute(text, (target.handle, TYPE_CODE[ref[1]], source.handle, ref[3])).fetchone()
        if row is None:
            continue
        type, at, first_at, stated_at, stated, derived, derived_first, derived_last, sa, ta, body = row
        edge = EdgeRow(
            source,
            ref[1],
            target,
            ref[3],
            first_at,
            at,
            stated_at,
            stated,
            body,
            derived,
            derived_first,
            derived_last,
            type < 0,
            1,
        )
        tx.edge_places[edge] = (type, at, sa, ta)
        found.append(edge)
    return found


def edges_of(tx: Transaction, request: ask.EdgesOf) -> list[EdgeRef]:
    kept = {row.handle: row.id for row in request.nodes if row.handle}
    if not kept:
        return []
    asked = (_json(kept),)
    refs: dict[EdgeRef, None] = {}
    for n, type, other, role in tx.connection.execute(SQL["edges_into"], asked):
        refs[other, TYPES[type], kept[n], role] = None
    if not request.inward:
        for n, type, other, role in tx.connection.execute(SQL["edges_out_of"], asked):
            refs[kept[n], TYPES[type], other, role] = None
    return list(refs)


def open_reads(tx: Transaction, request: ask.OpenReads) -> list[EdgeRef]:
    refs: dict[EdgeRef, None] = {}
    execute = tx.connection.execute
    for run in request.runs:
        for source, role in execute(SQL["open_reads_of_run"], (tx.handle(run),)):
            refs[source, EdgeType.INPUT_TO, run, role] = None
    for dataset, at, without in request.spans:
        for source, target, role in execute(SQL["open_reads_between"], (tx.handle(dataset), at, _json(without))):
            refs[source, EdgeType.INPUT_TO, target, role] = None
    return list(refs)


def newest(tx: Transaction, request: ask.Newest) -> dict[tuple[str, int], tuple[int, str]]:
    found: dict[tuple[str, int], tuple[int, str]] = {}
    for dataset, at, without in request.spans:
        row = tx.connection.execute(SQL["newest"], (tx.handle(dataset), at, _json(without))).fetchone()
        if row is not None:
            found[dataset, at] = row
    return found


def extremes(tx: Transaction, request: ask.Extremes) -> dict[ask.AssetEdge, tuple[int, int, int]]:
    found: dict[ask.AssetEdge, tuple[int, int, int]] = {}
    for edge in request.edges:
        source, type, target, role = edge
        try:
            behind = (tx.handle(source), TYPE_CODE[type], tx.handle(target), role)
        except LookupError:
            continue
        row = tx.connection.execute(SQL["extremes"], behind).fetchone()
        if row[0]:
            found[edge] = row
    return found


def isolated(tx: Transaction, request: ask.Isolated) -> set[str]:
    kept = {row.handle: row.id for row in request.nodes}
    return {kept[n] for (n,) in tx.connection.execute(SQL["isolated"], (_json(kept),))}


# ------------------------------------------------------------------------------------------------------- statements


def scope_statements(
    tx: Transaction, request: ask.ScopeStatements
) -> tuple[list[ask.NodeStated], list[ask.EdgeStated]]:
    ids = {tx.scope(id): id for id in request.scopes}
    asked = (_json(ids),)
    of_nodes: list[ask.NodeStated] = [
        (ids[s], id, stated or id, origin, at, body)
        for s, id, stated, origin, at, body in tx.connection.execute(SQL["nodes_stated"], asked)
    ]
    of_edges: list[ask.EdgeStated] = [
        (ids[s], (source, TYPES[type], target, role), from_ or source, to or target, origin, at, body, by)
        for s, source, type, target, role, from_, to, origin, at, body, by in tx.connection.execute(
            SQL["edges_stated"], asked
        )
    ]
    return of_nodes, of_edges


def node_statements(tx: Transaction, request: ask.NodeStatements) -> list[NodeStatement]:
    kept = {row.handle: row for row in request.nodes if row.handle}
    found = []
    for n, s, scope, stated, origin, at, body, retired in tx.connection.execute(SQL["node_statements"], (_json(kept),)):
        node, scope = kept[n], scope.hex()
        tx.scopes[scope] = s
        found.append(NodeStatement(scope, node, stated or node.id, origin, at, body, bool(retired)))
    return found


def edge_statements(tx: Transaction, request: ask.EdgeStatements) -> list[EdgeStatement]:
    found = []
    for edge in request.edges:
        source, target = edge.source, edge.target
        place = (target.handle, TYPE_CODE[edge.type], source.handle, edge.role)
        for s, scope, from_, to, origin, at, body, retired, by in tx.connection.execute(SQL["edge_statements"], place):
            scope = scope.hex()
            tx.scopes[scope] = s
            found.append(
                EdgeStatement(scope, edge, from_ or source.id, to or target.id, origin, at, body, bool(retired), by)
            )
    return found


def histories(tx: Transaction, request: ask.Histories) -> list[HistoryRow]:
    kept = {row.handle: row for row in request.nodes if row.handle}
    found = []
    for n, s, scope, stated, key, points in tx.connection.execute(SQL["histories"], (_json(kept),)):
        scope = scope.hex()
        tx.scopes[scope] = s
        found.append(HistoryRow(scope, kept[n], stated or kept[n].id, key, points))
    return found


# ------------------------------------------------------------------------------------------------------------ marks


def _mark_row(tx: Transaction, row: tuple[Any, ...]) -> MarkRow:
    m, scope, model, version, stated_version, kind, name, since, ended, until, origin, caller = row
    known = tx.marks.get(m)
    if known is None:
        known = MarkRow(
            scope.hex(), model, version, stated_version, MarkKind(kind), name, since, ended, until, origin, caller
        )
        tx.marks[m] = known
        tx.mark_handles[known] = m
    return known


def marks_named(tx: Transaction, request: ask.MarksNamed) -> list[MarkRow]:
    execute, text = tx.connection.execute, SQL["marks_named"]
    return [
        _mark_row(tx, row) for model, kind, name in request.names for row in execute(text, (model, kind.value, name))
    ]


def marks_of_scopes(tx: Transaction, request: ask.MarksOfScopes) -> list[MarkRow]:
    execute, text = tx.connection.execute, SQL["marks_of_scope"]
    return [_mark_row(tx, row) for id in request.scopes for row in execute(text, (bytes.fromhex(id),))]


def marks_of_models(tx: Transaction, request: ask.MarksOfModels) -> list[MarkRow]:
    execute, text = tx.connection.execute, SQL["marks_of_model"]
    return [_mark_row(tx, row) for model in request.models for row in execute(text, (model,))]
