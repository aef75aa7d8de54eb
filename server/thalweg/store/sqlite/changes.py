"""Writes the changes that the weave hands over."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import orjson

from thalweg.model.edges import EdgeType
from thalweg.model.kinds import Kind
from thalweg.store.sqlite import texts
from thalweg.store.sqlite.codes import KIND_BITS, KIND_CODE, TYPE_CODE
from thalweg.store.sqlite.transaction import SQL, EdgePlace, Transaction
from thalweg.store.weave.requests import Changes
from thalweg.store.weave.rows import EdgeRow, EdgeStatement, MarkRow, MetricRow, NodeRow, NodeStatement, ScopeRow

_PARENT_OF = TYPE_CODE[EdgeType.PARENT_OF]


def apply(tx: Transaction, changes: Changes) -> list[int]:
    """Writes rows: removals first, then nodes, edges, the rest. Answers the cursors of the events."""
    _remove(tx, changes)
    if changes.nodes_new:
        _add_nodes(tx, changes.nodes_new)
    if changes.nodes_changed:
        _change_nodes(tx, changes.nodes_changed)
    if changes.edges_new:
        _add_edges(tx, changes.edges_new)
    if changes.edges_changed:
        _change_edges(tx, changes.edges_changed)
    many = tx.connection.executemany
    if changes.node_statements_put:
        many(SQL["put_node_statement"], _node_statements(tx, changes.node_statements_put))
    if changes.edge_statements_put:
        many(SQL["put_edge_statement"], _edge_statements(tx, changes.edge_statements_put))
    if changes.texts:
        texts.write(tx, changes.texts, changes.nodes_new)
    if changes.metrics:
        _write_metrics(tx, changes.metrics)
    if changes.histories_put:
        many(
            SQL["put_history"],
            [
                (one.node.handle, tx.scope(one.scope), _stated(one.stated_id, one.node), one.key, one.points)
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
        many(SQL["remove_node_statement"], [row[:3] for row in _node_statements(tx, changes.node_statements_removed)])
    if changes.edge_statements_removed:
        many(SQL["remove_edge_statement"], [row[:7] for row in _edge_statements(tx, changes.edge_statements_removed)])
    if changes.histories_removed:
        many(
            SQL["remove_history"],
            [(tx.scope(scope), node.handle, _stated(id, node)) for scope, node, id in changes.histories_removed],
        )
    if changes.edges_removed:
        _remove_edges(tx, changes.edges_removed)
    if changes.nodes_removed:
        handles = [(node.handle,) for node in changes.nodes_removed]
        _remove_metrics(tx, handles)
        texts.remove(tx.connection, handles)
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
# These run for every row that is written, hence the long tuples, and names that are bound before a loop.


def _title(node: NodeRow) -> str | None:
    """The name that was stated of a run."""
    if node.kind is Kind.RUN and b'"name":' in node.body:
        return orjson.loads(node.body).get("name") or None
    return None


@lru_cache(maxsize=1_024)
def _one_origin(origin: str, statements: int) -> str:
    return orjson.dumps({origin: statements}).decode()


def _origins(node: NodeRow) -> str | None:
    if len(node.origins) == 1:
        return _one_origin(*next(iter(node.origins.items())))
    return orjson.dumps(node.origins).decode() if node.origins else None


def _node_values(node: NodeRow) -> tuple[Any, ...]:
    origin, at = node.lead if node.lead is not None else (None, None)
    return (
        node.updated_at,
        node.gone_at,
        node.until,
        node.status,
        int(node.state),
        node.statements,
        origin,
        at,
        orjson.dumps(node.won).decode() if node.won else None,
        _origins(node),
        node.forgotten,
        node.body,
    )


def _add_nodes(tx: Transaction, nodes: Sequence[NodeRow]) -> None:
    handles, removed, kinds, counter = tx.handles, tx.ids, KIND_CODE, tx.counters.node
    for node in nodes:
        n = handles.get(node.id)
        if n is None or removed.pop(n, None) is None:
            counter += 1
            n = handles[node.id] = counter << KIND_BITS | kinds[node.kind]
        node.handle = n
        tx.nodes[node.id] = node
    tx.counters.node = counter
    rows = []
    for node in nodes:
        key, kind, asset = node.key, kinds[node.kind], node.asset
        rows.append(
            (
                node.handle,
                node.id,
                -kind if node.hidden else kind,
                key[0],
                key[1] if len(key) > 1 else None,
                key[2] if len(key) > 2 else None,
                _title(node),
                None if asset is None else handles.get(asset) or tx.handle(asset),
                node.first_at,
                node.at,
                *_node_values(node),
            )
        )
    tx.connection.executemany(SQL["add_node"], rows)


def _change_nodes(tx: Transaction, nodes: Sequence[NodeRow]) -> None:
    kept, moved = [], []
    for node in nodes:
        kind = KIND_CODE[node.kind]
        place = (-kind if node.hidden else kind, _title(node), tx.handle(node.asset), node.first_at, node.at)
        if place == tx.node_places.get(node):
            kept.append((node.handle, *_node_values(node)))
        else:
            tx.node_places[node] = place
            moved.append((node.handle, *_node_values(node), *place))
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
    known = [(node.handle,) for node, _ in metrics if node.handle <= tx.before]
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


def _node_statements(tx: Transaction, statements: Sequence[NodeStatement]) -> list[tuple[Any, ...]]:
    scopes = tx.scopes
    return [
        (
            scopes.get(scope) or tx.scope(scope),
            node.handle,
            "" if stated_id == node.id else stated_id,
            origin,
            at,
            retired,
            body,
        )
        for scope, node, stated_id, origin, at, body, retired in statements
    ]


# ------------------------------------------------------------------------------------------------------------ edges


def _edge_place(tx: Transaction, edge: EdgeRow) -> EdgePlace:
    type = TYPE_CODE[edge.type]
    above, below = edge.source.asset, edge.target.asset
    if above is None or below is None or type == _PARENT_OF:
        return (-type if edge.hidden else type, edge.at, None, None)
    handles = tx.handles
    sa, ta = handles.get(above) or tx.handle(above), handles.get(below) or tx.handle(below)
    return (-type if edge.hidden else type, edge.at, sa, ta)


def _add_edges(tx: Transaction, edges: Sequence[EdgeRow]) -> None:
    rows = []
    for edge in edges:
        type, at, sa, ta = _edge_place(tx, edge)
        edge.handle = 1
        rows.append(
            (
                edge.target.handle,
                type,
                edge.source.handle,
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


def _change_edges(tx: Transaction, edges: Sequence[EdgeRow]) -> None:
    kept, moved, back = [], [], []
    for edge in edges:
        was = _kept_place(tx, edge)
        if was is None:
            back.append(edge)  # it was removed in this transaction
            continue
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
        place = _edge_place(tx, edge)
        if place == was:
            kept.append(values)
        else:
            tx.edge_places[edge] = place
            moved.append((*values, *place))
    if kept:
        tx.connection.executemany(SQL["change_edge"], kept)
    if moved:
        tx.connection.executemany(SQL["move_edge"], moved)
    if back:
        _add_edges(tx, back)


def _kept_place(tx: Transaction, edge: EdgeRow) -> EdgePlace | None:
    """Where an edge lies; None where it is not kept. One that this transaction made is looked up."""
    known = tx.edge_places.get(edge)
    if known is None:
        place = (edge.target.handle, TYPE_CODE[edge.type], edge.source.handle, edge.role)
        known = tx.connection.execute(SQL["edge_place"], place).fetchone()
    return known


def _remove_edges(tx: Transaction, edges: Sequence[EdgeRow]) -> None:
    rows = []
    for edge in edges:
        place = _kept_place(tx, edge)
        if place is not None:
            rows.append((edge.target.handle, place[0], edge.source.handle, edge.role))
            tx.edge_places.pop(edge, None)
            edge.handle = 0
    tx.connection.executemany(SQL["remove_edge"], rows)


def _edge_statements(tx: Transaction, statements: Sequence[EdgeStatement]) -> list[tuple[Any, ...]]:
    scopes, types = tx.scopes, TYPE_CODE
    rows = []
    for scope, edge, stated_source, stated_target, origin, at, body, retired, by in statements:
        source, target = edge.source, edge.target
        rows.append(
            (
                scopes.get(scope) or tx.scope(scope),
                target.handle,
                types[edge.type],
                source.handle,
                edge.role,
                "" if stated_source == source.id else stated_source,
                "" if stated_target == target.id else stated_target,
                origin,
                at,
                retired,
                body,
                None if by is None else tx.handle(source.asset),
                by,
            )
        )
    return rows


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
