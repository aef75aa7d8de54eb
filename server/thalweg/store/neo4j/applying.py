"""Writes what the weave changes (`weave/requests.py`, `Changes`): removals, nodes, edges, the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from thalweg.model.keys import Key, to_text
from thalweg.model.results import display_name
from thalweg.store.neo4j.decode import kind_of
from thalweg.store.neo4j.ledger import Kept, Ledger
from thalweg.store.neo4j.loading import ALL_TYPES
from thalweg.store.neo4j.queries import query
from thalweg.store.neo4j.search import PROPERTIES
from thalweg.store.neo4j.texts import chunks, edge_fact, number, short, sortable
from thalweg.store.said import NOTHING, Text
from thalweg.store.weave.requests import Changes
from thalweg.store.weave.rows import (
    NO_BODY,
    EdgeRow,
    EdgeStatement,
    EventRow,
    HistoryRow,
    JoinRow,
    MarkRow,
    MetricRow,
    NodeRow,
    NodeStatement,
    ScopeRow,
)

Params = dict[str, Any]

HIDDEN = "HIDDEN"
HIDDEN_LABEL = "Hidden"
HAS_VERSION = "HAS_VERSION"


async def apply(ledger: Ledger, changes: Changes) -> list[int]:
    """Writes the changes; answers the cursors of the events."""
    metrics = {row.id: values for row, values in changes.metrics}
    texts = {row.id: said(text) for row, text in changes.texts}
    await _remove(ledger, changes)
    await _nodes(ledger, changes, metrics, texts)
    await _edges(ledger, changes)
    await _metrics(ledger, changes, metrics)
    await _statements(ledger, changes)
    await ledger.change(query("create_histories"), "rows", [r for h in changes.histories_put for r in _history(h)])
    await _marks_and_joins(ledger, changes)
    await _scopes(ledger, changes)
    repeats = [
        {"key": short(r.key), "name": r.key, "digest": r.digest, "at": r.at, "result": r.result.decode()}
        for r in changes.repeats
    ]
    await ledger.change(query("create_repeats"), "rows", repeats)
    return await _events(ledger, changes.events)


async def _remove(ledger: Ledger, changes: Changes) -> None:
    histories = [{"scope": scope, "node": row.id, "stated": stated} for scope, row, stated in changes.histories_removed]
    await ledger.change(query("remove_histories"), "rows", histories, exactly=False)
    gone = [_node_statement_name(s) for s in changes.node_statements_removed]
    gone += [_edge_statement_name(s) for s in changes.edge_statements_removed]
    await ledger.change(query("remove_statements"), "rows", gone, exactly=False)
    await _remove_edges(ledger, changes.edges_removed)
    ids = [row.id for row in changes.nodes_removed]
    for id in ids:
        ledger.removed.add(id)
    await _forget_metrics(ledger, ids)
    await ledger.change(query("remove_nodes"), "ids", ids)
    for id in ids:
        ledger.nodes.pop(id, None)


# ------------------------------------------------------------------------------------------------------------- nodes


async def _nodes(
    ledger: Ledger, changes: Changes, metrics: Mapping[str, list[MetricRow]], texts: dict[str, Params]
) -> None:
    new = [_node(row) | _columns(metrics.get(row.id)) | texts.pop(row.id, _UNSAID) for row in changes.nodes_new]
    assets = [params for params in new if params["asset"] is None]
    versions = [params for params in new if params["asset"] is not None]
    await ledger.change(query("create_nodes"), "rows", assets)
    again = [row["id"] for row in assets if row["id"] in ledger.removed]
    await ledger.change(query("adopt_versions"), "ids", again, exactly=False)
    await ledger.change(query("create_versions"), "rows", versions)
    await ledger.change(query("change_nodes"), "rows", [_node(row) for row in changes.nodes_changed])
    await ledger.change(query("set_texts"), "rows", [{"id": id} | text for id, text in texts.items()])
    relabelled: list[Params] = []
    moved: list[NodeRow] = []
    for row in changes.nodes_changed:
        kept = ledger.nodes[row.id]
        if kept.hidden != row.hidden:
            was, label = (HIDDEN_LABEL, row.kind.label) if kept.hidden else (row.kind.label, HIDDEN_LABEL)
            relabelled.append({"id": row.id, "was": was, "label": label})
        if kept.hidden != row.hidden or kept.asset != row.asset:
            moved.append(row)
    await ledger.change(query("relabel"), "rows", relabelled)
    left = [row.id for row in moved if ledger.nodes[row.id].asset is not None]
    await ledger.change(query("take_from_assets"), "ids", left, exactly=False)
    placed = [{"id": row.id, "asset": row.asset} | _has_version(row.hidden) for row in moved if row.asset is not None]
    await ledger.change(query("put_to_assets"), "rows", placed)
    for row in changes.nodes_new:
        row.handle = 1
        ledger.removed.discard(row.id)


def _node(row: NodeRow) -> Params:
    props = orjson.loads(row.body) if row.body != NO_BODY else {}
    name = display_name(row.kind, row.key, props)
    sorted_by = sortable(name)
    last = row.key[-1]
    params: Params = {
        "id": row.id,
        "label": HIDDEN_LABEL if row.hidden else row.kind.label,
        "kind": None if row.hidden else row.kind.label,
        "key": to_text(Key(row.kind, row.key)),
        "namespace": row.key[0],
        "name": sorted_by,
        "whole_name": name if name != sorted_by else None,
        "last": last if last != name else None,
        "asset": row.asset,
        "first_at": row.first_at,
        "at": row.at,
        "updated_at": row.updated_at,
        "gone_at": row.gone_at,
        "until": row.until,
        "status": row.status,
        "state": int(row.state),
        "forgotten": row.forgotten or None,
        "body": row.body.decode() if props else None,
        "lead": orjson.dumps(row.lead).decode() if row.lead is not None else None,
        "won": orjson.dumps(row.won).decode() if row.won else None,
        "origins": orjson.dumps(row.origins).decode() if row.origins else None,
        "statements": row.statements or None,
        "tags": _pairs(props.get("tags")),
        "params": _pairs(props.get("params")),
    }
    if row.asset is not None:
        params |= _has_version(row.hidden)
    return params


def said(text: Text) -> Params:
    """What an entity is searched by."""
    return {name: part or None for name, part in zip(PROPERTIES, text, strict=True)}


_UNSAID = said(NOTHING)


def _has_version(hidden: bool) -> Params:
    return {
        "has_version": HIDDEN if hidden else HAS_VERSION,
        "hidden_type": HAS_VERSION if hidden else None,
    }


def pair(key: str, value: str) -> str:
    """A tag or a parameter as one text, by which lists are filtered."""
    return f"{key}={value}"


def _pairs(given: Mapping[str, str] | None) -> list[str] | None:
    return [pair(key, value) for key, value in given.items()] if given else None


# ----------------------------------------------------------------------------------------------------------- metrics


def _columns(rows: Sequence[MetricRow] | None) -> Params:
    if not rows:
        return {"metrics": None, "lasts": None, "bests": None}
    return {
        "metrics": [row.key for row in rows],
        "lasts": [row.last for row in rows],
        "bests": [row.best for row in rows],
    }


async def _metrics(ledger: Ledger, changes: Changes, metrics: Mapping[str, list[MetricRow]]) -> None:
    """Keeps the values that lists are sorted by equal to what stands beside the bodies; a hidden node has none."""
    fresh = {row.id for row in changes.nodes_new}
    changed = {row.id: row for row in changes.nodes_changed}
    beside: list[Params] = []
    put: list[Params] = []
    stale: list[str] = []
    for row, values in changes.metrics:
        columns = _columns(values)
        if row.id not in fresh:
            beside.append({"id": row.id} | columns)
            stale.append(row.id)
        if not row.hidden:
            put += _values(row, columns)
    for id, row in changed.items():
        kept = ledger.nodes[id]
        if id in metrics or kept.hidden == row.hidden or kept.metrics is None:
            continue
        if row.hidden:
            stale.append(id)
        else:
            put += _values(row, dict(zip(("metrics", "lasts", "bests"), kept.metrics, strict=True)))
    await _forget_metrics(ledger, stale)
    await ledger.change(query("set_metrics"), "rows", beside)
    await ledger.change(query("create_metrics"), "rows", put)
    for row in (*changes.nodes_new, *changes.nodes_changed):
        before = ledger.nodes.get(row.id)
        held = before.metrics if before is not None else None
        if row.id in metrics:
            values = metrics[row.id]
            held = ([r.key for r in values], [r.last for r in values], [r.best for r in values]) if values else None
        ledger.nodes[row.id] = Kept(row.asset, row.hidden, held)


def _values(row: NodeRow, columns: Params) -> list[Params]:
    return [
        {"kind": row.kind.label, "key": short(key), "last": number(last), "best": number(best), "id": row.id}
        for key, last, best in zip(
            columns["metrics"] or (), columns["lasts"] or (), columns["bests"] or (), strict=True
        )
    ]


async def _forget_metrics(ledger: Ledger, ids: Sequence[str]) -> None:
    """Takes what the nodes had before out of the lists."""
    rows: list[Params] = []
    for id in ids:
        kept = ledger.nodes.get(id)
        if kept is not None and kept.metrics is not None and not kept.hidden:
            rows += [
                {"kind": kind_of(id).label, "key": short(key), "last": number(last), "id": id}
                for key, last, _ in zip(*kept.metrics, strict=True)
            ]
    await ledger.change(query("remove_metrics"), "rows", rows)


# ------------------------------------------------------------------------------------------------------------- edges


async def _edges(ledger: Ledger, changes: Changes) -> None:
    await ledger.change(query("create_edges"), "rows", [_edge(row) for row in changes.edges_new])
    same: list[Params] = []
    turned: list[EdgeRow] = []
    for row in changes.edges_changed:
        if ledger.edges[row.ref] == row.hidden:
            same.append(_edge(row))
        else:
            turned.append(row)
    # The type of a relationship cannot be changed: one that is hidden, or shown again, is made anew.
    await _remove_edges(ledger, turned)
    await ledger.change(query("create_edges"), "rows", [_edge(row) for row in turned])
    await ledger.change(query("change_edges", types=ALL_TYPES), "rows", same)
    for row in (*changes.edges_new, *changes.edges_changed):
        row.handle = 1
        ledger.edges[row.ref] = row.hidden


async def _remove_edges(ledger: Ledger, rows: Sequence[EdgeRow]) -> None:
    refs = [(row.source.id, row.type.label, row.target.id, row.role) for row in rows]
    await ledger.change(query("remove_edges", types=ALL_TYPES), "refs", refs)


def _edge(row: EdgeRow) -> Params:
    """What is as it mostly is, is left out: walks read these."""
    return {
        "source": row.source.id,
        "target": row.target.id,
        "label": HIDDEN if row.hidden else row.type.label,
        "type": row.type.label if row.hidden else None,
        "role": row.role or None,
        "at": row.at,
        "first_at": row.first_at if row.first_at != row.at else None,
        "stated_at": row.stated_at,
        "stated": row.stated if row.stated != 1 else None,
        "body": row.body.decode() if row.body != NO_BODY else None,
        "derived": row.derived or None,
        "derived_first": row.derived_first if row.derived else None,
        "derived_last": row.derived_last if row.derived else None,
    }


# -------------------------------------------------------------------------------------------------------- statements


async def _statements(ledger: Ledger, changes: Changes) -> None:
    nodes = {row.id for row in changes.nodes_new}
    edges = {row.ref for row in changes.edges_new}
    # What is stated of a fact that is new takes the place of nothing.
    replaced = [_node_statement_name(s) for s in changes.node_statements_put if s.node.id not in nodes]
    replaced += [_edge_statement_name(s) for s in changes.edge_statements_put if s.edge.ref not in edges]
    await ledger.change(query("remove_statements"), "rows", replaced, exactly=False)
    put = [_node_statement_name(s) | _said(s) | _CLOSED for s in changes.node_statements_put] + [
        _edge_statement_name(s) | _said(s) | {"role": s.edge.role or None} | _open(s)
        for s in changes.edge_statements_put
    ]
    await ledger.change(query("create_statements"), "rows", put)


def _said(statement: NodeStatement | EdgeStatement) -> Params:
    return {
        "origin": statement.origin,
        "at": statement.at,
        "body": statement.body.decode() if statement.body != NO_BODY else None,
        "retired": statement.retired or None,
    }


def _open(statement: EdgeStatement) -> Params:
    """Of a read that names no version: by what it is found when the version that it was changes."""
    if statement.by is None:
        return _CLOSED
    return {"dataset": statement.edge.source.asset, "run": statement.edge.target.id, "by": statement.by}


_CLOSED: Params = {"dataset": None, "run": None, "by": None}


def _node_statement_name(statement: NodeStatement) -> Params:
    id, stated = statement.node.id, statement.stated_id
    return {"scope": statement.scope, "fact": id, "stated": stated if stated != id else None}


def _edge_statement_name(statement: EdgeStatement) -> Params:
    edge = statement.edge
    source, target = statement.stated_source, statement.stated_target
    named = f"{source} {target}" if source != edge.source.id or target != edge.target.id else None
    return {"scope": statement.scope, "fact": edge_fact(edge.ref), "stated": named}


# ---------------------------------------------------------------------------------------------------------- the rest


def _history(row: HistoryRow) -> list[Params]:
    named = {"node": row.node.id, "key": short(row.key), "name": row.key, "scope": row.scope, "stated": row.stated_id}
    return [named | part for part in chunks(row.points)]


async def _marks_and_joins(ledger: Ledger, changes: Changes) -> None:
    marks = [_mark(row) for row in (*changes.marks_removed, *changes.marks_put)]
    await ledger.change(query("remove_marks"), "rows", marks, exactly=False)
    await ledger.change(query("create_marks"), "rows", [_mark(row) for row in changes.marks_put])
    joins = [_join(row) for row in (*changes.joins_removed, *changes.joins_put)]
    await ledger.change(query("remove_joins"), "rows", joins, exactly=False)
    await ledger.change(query("create_joins"), "rows", [_join(row) for row in changes.joins_put])
    await ledger.change(query("remove_aliases"), "ids", changes.aliases_removed, exactly=False)
    aliases = {
        row.id: {
            "id": row.id,
            "key": to_text(Key(row.kind, row.key)),
            "asset": row.asset,
            "canonical": row.canonical,
        }
        for row in changes.aliases_put
    }
    await ledger.change(query("put_aliases"), "rows", list(aliases.values()))


def _mark(row: MarkRow) -> Params:
    return {
        "scope": row.scope,
        "model": row.model,
        "version": row.version,
        "stated_version": row.stated_version,
        "kind": row.kind.value,
        "name": row.name,
        "since": row.since,
        "ended": row.ended,
        "until": row.until,
        "origin": row.origin,
        "caller": row.caller,
    }


def _join(row: JoinRow) -> Params:
    return {
        "scope": row.scope,
        "alias": row.alias,
        "of": row.of,
        "alias_key": to_text(Key(row.kind, row.alias_key)),
        "of_key": to_text(Key(row.kind, row.of_key)),
    }


async def _scopes(ledger: Ledger, changes: Changes) -> None:
    new = [row for row in changes.scopes_put if row.id not in ledger.scopes]
    held = [row for row in changes.scopes_put if row.id in ledger.scopes]
    await ledger.change(query("create_scopes"), "rows", [_scope(row) for row in new])
    await ledger.change(query("change_scopes"), "rows", [_scope(row) for row in held])
    more: dict[str, int] = defaultdict(int)
    said: dict[str, tuple[str, str]] = {}
    for row in new:
        more[short(row.source)] += 1
        said[short(row.source)] = (row.source, row.origin)
        ledger.scopes[row.id] = row.source
    if changes.scopes_removed:
        ledger.changed = True
        for key, fewer in await ledger.ask_all(query("remove_scopes"), "ids", changes.scopes_removed):
            more[key] -= fewer
            said.setdefault(key, (key, ""))
    for id in changes.scopes_removed:
        ledger.scopes.pop(id, None)
    counts = [
        {"key": key, "name": said[key][0], "origin": said[key][1], "more": number} for key, number in more.items()
    ]
    await ledger.change(query("count_scopes"), "rows", counts)
    await ledger.change(query("see_scopes"), "rows", changes.seen)
    closed = [(short(source), at) for source, at in changes.closed]
    await ledger.change(query("close_sources"), "rows", closed, exactly=False)


def _scope(row: ScopeRow) -> Params:
    source = short(row.source)
    return {
        "id": row.id,
        "source": source,
        "whole_source": row.source if row.source != source else None,
        "name": row.name,
        "origin": row.origin,
        "digest": row.digest,
        "revision": row.revision,
        "at": row.at,
        "written_at": row.written_at,
        "seen_at": row.seen_at,
        "caller": row.caller,
    }


async def _events(ledger: Ledger, events: Sequence[EventRow]) -> list[int]:
    rows: list[Params] = [
        {
            "seq": ledger.seq + place,
            "at": row.at,
            "caller": row.caller,
            "request_id": row.request_id,
            "source": row.source,
            "scope": row.scope,
            "changes": row.changes.decode(),
        }
        for place, row in enumerate(events, 1)
    ]
    ledger.seq += len(rows)
    await ledger.change(query("create_events"), "rows", rows, seq=ledger.seq)
    return [row["seq"] for row in rows]
