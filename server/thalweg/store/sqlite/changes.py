"""Writes the changes that the weave hands over."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from thalweg.model.kinds import Kind
from thalweg.store.sqlite.codes import KIND_BITS, KIND_CODE, TYPE_CODE, pack
from thalweg.store.sqlite.transaction import SQL, EdgePlace, NodePlace, Transaction
from thalweg.store.weave.requests import Changes
from thalweg.store.weave.rows import EdgeRow, EdgeStatement, MarkRow, MetricRow, NodeRow, NodeStatement, ScopeRow


def apply(tx: Transaction, changes: Changes) -> list[int]:
    """Writes rows: removals first, then nodes, edges, the rest. Answers the cursors of the events."""
    _remove(tx, changes)
    _write_nodes(tx, changes.nodes_new, changes.nodes_changed)
    _write_edges(tx, changes.edges_new, changes.edges_changed)
    many = tx.connection.executemany
    if changes.node_statements_put:
        many(SQL["put_node_statement"], [_node_statement(tx, one) for one in changes.node_statements_put])
    if changes.edge_statements_put:
        many(SQL["put_edge_statement"], [_edge_statement(tx, one) for one in changes.edge_statements_put])
    if changes.metrics:
        _write_metrics(tx, changes.metrics)
    if changes.histories_put:
        many(
            SQL["put_history"],
            [
                (one.node.handle, tx.scope(one.scope), _stated(one.stated_id, one.node), one.key, pack(one.points))
                for one in changes.histories_put
            ],
        )
    for mark in changes.marks_put:
        _put_mark(tx, mark)
    many(
        SQL["put_join"],
        [
            (bytes.fromhex(one.scope), one.alias, one.of, KIND_CODE[one.kind], _key(one.alias_key), _key(one.of_key))
            for one in changes.joins_put
        ],
    )
    many(
        SQL["put_alias"],
        [(one.id, KIND_CODE[one.kind], _key(one.key), one.asset, one.canonical) for one in changes.aliases_put],
    )
    _write_scopes(tx, changes)
    many(SQL["put_repeat"], changes.repeats)
    return _announce(tx, changes)


def _key(parts: tuple[str, ...]) -> str:
    return orjson.dumps(parts).decode()


def _stated(id: str, node: NodeRow) -> str:
    """How a statement names what it is about: most name it by its own id, which need not be kept again."""
    return "" if id == node.id else id


def _remove(tx: Transaction, changes: Changes) -> None:
    many = tx.connection.executemany
    if changes.node_statements_removed:
        many(
            SQL["remove_node_statement"],
            [
                (tx.scope(one.scope), one.node.handle, _stated(one.stated_id, one.node))
                for one in changes.node_statements_removed
            ],
        )
    if changes.edge_statements_removed:
        many(SQL["remove_edge_statement"], [_edge_statement(tx, one)[:7] for one in changes.edge_statements_removed])
    if changes.histories_removed:
        many(
            SQL["remove_history"],
            [(tx.scope(scope), node.handle, _stated(id, node)) for scope, node, id in changes.histories_removed],
        )
    if changes.edges_removed:
        removed = [edge for edge in changes.edges_removed if edge in tx.edge_places]
        many(
            SQL["remove_edge"],
            [(edge.target.handle, tx.edge_places.pop(edge)[0], edge.source.handle, edge.role) for edge in removed],
        )
        for edge in removed:
            tx.edges.pop(edge.ref, None)
            edge.handle = 0
    if changes.nodes_removed:
        handles = [(node.handle,) for node in changes.nodes_removed]
        _remove_metrics(tx, handles)
        many(SQL["remove_node"], handles)
        for node in changes.nodes_removed:
            tx.nodes.pop(node.id, None)
            tx.node_places.pop(node, None)
            tx.handles[node.id] = node.handle
            tx.ids[node.handle] = node.id
            node.handle = 0
    for mark in changes.marks_removed:
        m = tx.mark_handles.pop(mark, None)
        if m is not None:
            tx.marks.pop(m, None)
            tx.connection.execute(SQL["remove_mark"], (m,))
    many(SQL["remove_join"], [(bytes.fromhex(one.scope), one.alias, one.of) for one in changes.joins_removed])
    many(SQL["remove_alias"], [(id,) for id in changes.aliases_removed])


# ------------------------------------------------------------------------------------------------------------ nodes


def _node_place(tx: Transaction, node: NodeRow) -> NodePlace:
    kind = KIND_CODE[node.kind]
    title = None
    if node.kind is Kind.RUN and b'"name":' in node.body:
        title = orjson.loads(node.body).get("name") or None
    return (-kind if node.hidden else kind, title, tx.handle(node.asset), node.first_at, node.at)


def _node_values(node: NodeRow) -> tuple[Any, ...]:
    lead = node.lead
    return (
        node.updated_at,
        node.gone_at,
        node.until,
        node.status,
        int(node.state),
        node.statements,
        *(lead if lead is not None else (None, None)),
        orjson.dumps(node.won).decode() if node.won else None,
        orjson.dumps(node.origins).decode() if node.origins else None,
        node.forgotten,
        node.body,
    )


def _write_nodes(tx: Transaction, new: Sequence[NodeRow], changed: Sequence[NodeRow]) -> None:
    if new:
        for node in new:
            n = tx.handles.get(node.id)
            if n is None or tx.ids.get(n) != node.id:
                tx.counters.node += 1
                n = tx.counters.node << KIND_BITS | KIND_CODE[node.kind]
                tx.handles[node.id] = n
                tx.fresh.add(n)
            else:
                del tx.ids[n]
            node.handle = n
            tx.nodes[node.id] = node
        rows = []
        for node in new:
            place = tx.node_places[node] = _node_place(tx, node)
            kind, title, asset, first_at, at = place
            k1, k2, k3 = (*node.key, None, None)[:3]
            rows.append((node.handle, node.id, kind, k1, k2, k3, title, asset, first_at, at, *_node_values(node)))
        tx.connection.executemany(SQL["add_node"], rows)
    kept, moved = [], []
    for node in changed:
        place, was = _node_place(tx, node), tx.node_places[node]
        if place == was:
            kept.append((node.handle, *_node_values(node)))
        else:
            kind, title, asset, first_at, at = tx.node_places[node] = place
            moved.append((node.handle, *_node_values(node), kind, title, asset, first_at, at))
    if kept:
        tx.connection.executemany(SQL["change_node"], kept)
    if moved:
        tx.connection.executemany(SQL["move_node"], moved)


def _remove_metrics(tx: Transaction, handles: list[tuple[int]]) -> None:
    settled = [handle for handle in handles if handle[0] <= tx.counters.settled]
    if settled:
        tx.connection.executemany(SQL["unsettle_last"], settled)
        tx.connection.executemany(SQL["unsettle_best"], settled)
    tx.connection.executemany(SQL["remove_metrics"], handles)


def _write_metrics(tx: Transaction, metrics: Iterable[tuple[NodeRow, list[MetricRow]]]) -> None:
    known = [(node.handle,) for node, _ in metrics if node.handle not in tx.fresh]
    if known:
        _remove_metrics(tx, known)
    rows = [
        (
            node.handle,
            tx.metric(node.kind, key),
            None if math.isnan(last) else last,
            None if math.isnan(best) else best,
        )
        for node, values in metrics
        for key, last, best in values
    ]
    tx.connection.executemany(SQL["put_metric"], rows)
    tx.counters.unsettled += len(rows)
    settled = [(n - 1, n) for (n,) in known if n <= tx.counters.settled]
    if settled:
        tx.connection.executemany(SQL["settle_last"], settled)
        tx.connection.executemany(SQL["settle_best"], settled)


def _node_statement(tx: Transaction, one: NodeStatement) -> tuple[Any, ...]:
    scope, node, stated_id, origin, at, body, retired = one
    return (tx.scope(scope), node.handle, "" if stated_id == node.id else stated_id, origin, at, retired, body)


# ------------------------------------------------------------------------------------------------------------ edges


def _edge_place(tx: Transaction, edge: EdgeRow) -> EdgePlace:
    type = TYPE_CODE[edge.type]
    sa = ta = None
    if type < 6 and edge.source.asset is not None and edge.target.asset is not None:
        sa, ta = tx.handle(edge.source.asset), tx.handle(edge.target.asset)
    return (-type if edge.hidden else type, edge.at, sa, ta)


def _write_edges(tx: Transaction, new: Sequence[EdgeRow], changed: Sequence[EdgeRow]) -> None:
    if new:
        rows = []
        for edge in new:
            type, at, sa, ta = tx.edge_places[edge] = _edge_place(tx, edge)
            edge.handle = 1
            source, target = edge.source, edge.target
            tx.edges[source.id, edge.type, target.id, edge.role] = edge
            rows.append(
                (
                    target.handle,
                    type,
                    source.handle,
                    edge.role,
                    at,
                    edge.first_at,
                    edge.stated_at,
                    edge.stated,
                    edge.derived,
                    edge.derived_first,
                    edge.derived_last,
                    sa,
                    ta,
                    edge.body,
                )
            )
        tx.connection.executemany(SQL["add_edge"], rows)
    kept, moved = [], []
    for edge in changed:
        place, was = _edge_place(tx, edge), tx.edge_places[edge]
        values = (
            edge.target.handle,
            was[0],
            edge.source.handle,
            edge.role,
            edge.first_at,
            edge.stated_at,
            edge.stated,
            edge.derived,
            edge.derived_first,
            edge.derived_last,
            edge.body,
        )
        if place == was:
            kept.append(values)
        else:
            tx.edge_places[edge] = place
            moved.append((*values, *place))
    if kept:
        tx.connection.executemany(SQL["change_edge"], kept)
    if moved:
        tx.connection.executemany(SQL["move_edge"], moved)


def _edge_statement(tx: Transaction, one: EdgeStatement) -> tuple[Any, ...]:
    scope, edge, stated_source, stated_target, origin, at, body, retired = one
    source, target = edge.source, edge.target
    return (
        tx.scope(scope),
        target.handle,
        TYPE_CODE[edge.type],
        source.handle,
        edge.role,
        "" if stated_source == source.id else stated_source,
        "" if stated_target == target.id else stated_target,
        origin,
        at,
        retired,
        body,
    )


# --------------------------------------------------------------------------------------------------- marks, scopes


def _put_mark(tx: Transaction, mark: MarkRow) -> None:
    values = (
        bytes.fromhex(mark.scope),
        mark.model,
        mark.version,
        mark.stated_version,
        mark.kind.value,
        mark.name,
        mark.since,
        mark.ended,
        mark.until,
        mark.origin,
        mark.caller,
    )
    known = tx.mark_handles.get(mark)
    if known is None:
        (m,) = tx.connection.execute(SQL["put_mark"], values).fetchone()
        tx.marks[m] = mark
        tx.mark_handles[mark] = m
    else:
        tx.connection.execute(SQL["change_mark"], (known, *values))


def _write_scopes(tx: Transaction, changes: Changes) -> None:
    execute, many = tx.connection.execute, tx.connection.executemany
    if changes.scopes_removed:
        removed = [(tx.scope(id),) for id in changes.scopes_removed]
        many(SQL["retire_scope"], removed)
        many(SQL["sweep_scope"], removed)
        for id in changes.scopes_removed:
            del tx.scopes[id]
    if changes.scopes_put:
        origins = {scope.source: scope.origin for scope in changes.scopes_put}
        sources = {name: execute(SQL["put_source"], (name, origin)).fetchone()[0] for name, origin in origins.items()}
        many(SQL["put_scope"], [_scope(tx, scope, sources[scope.source]) for scope in changes.scopes_put])
    if changes.seen:
        many(SQL["see_scope"], [(tx.scope(id), at) for id, at in changes.seen])
    many(SQL["close_source"], changes.closed)


def _scope(tx: Transaction, scope: ScopeRow, source: int) -> tuple[Any, ...]:
    s = tx.scope(scope.id)
    tx.unwritten.pop(scope.id, None)
    return (
        s,
        bytes.fromhex(scope.id),
        source,
        scope.name,
        scope.origin,
        scope.digest,
        scope.revision,
        scope.at,
        scope.written_at,
        scope.seen_at,
        scope.caller,
    )


def settle(tx: Transaction) -> None:
    """Before the commit: a scope that stated something, but was never put, gets a row as a retired one has."""
    rows = [(s, bytes.fromhex(id), None, "", "", "", None, 0, 0, 0, "") for id, s in tx.unwritten.items()]
    tx.connection.executemany(SQL["put_scope"], rows)
    tx.unwritten.clear()


def _announce(tx: Transaction, changes: Changes) -> list[int]:
    first = tx.counters.event + 1
    tx.counters.event += len(changes.events)
    cursors = list(range(first, tx.counters.event + 1))
    tx.connection.executemany(
        SQL["add_event"], [(seq, *event) for seq, event in zip(cursors, changes.events, strict=True)]
    )
    return cursors
