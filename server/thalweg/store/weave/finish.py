"""The end of a wave: what the statements come to is computed, sorted into changes, said, and written."""

from __future__ import annotations

from typing import Any

import orjson

from thalweg.model.kinds import Kind
from thalweg.model.results import Change
from thalweg.store.weave import derived, edges, nodes, reads, texts
from thalweg.store.weave.loom import Before, Loom, Piece
from thalweg.store.weave.requests import Aliases, Asking, Changes, Held, Holds, Isolated, Joins, MarksOfModels
from thalweg.store.weave.rows import NO_BODY, EdgeRef, EdgeRow, JoinRow, MarkRow, MetricRow, NodeRow, State


def finish(loom: Loom) -> Asking[None]:
    """Computes what the statements come to, and writes it; `changes` is empty afterwards, for what comes last."""
    yield from nodes.merge(loom)
    yield from nodes.set_jobs(loom)
    yield from nodes.follow(loom)
    yield from reads.hang(loom)
    yield from edges.merge(loom)
    yield from derived.derive(loom)
    _collect(loom)
    yield loom.changes
    loom.changes = Changes()
    yield from derived.count_again(loom)
    yield from texts.follow(loom)
    yield from _sweep(loom)


def _collect(loom: Loom) -> None:
    """Sorts what was computed into rows that are new, changed or removed, and says of each what happened."""
    changes = loom.changes
    for id, row in loom.fresh.items():
        changes.nodes_new.append(row)
        loom.cause[id].note(
            Change.CREATED, "new", id=id, kind=row.kind.label, **({"stub": True} if row.state is State.STUB else {})
        )
        _promote(loom, row, NO_BODY)
        texts.fresh(loom, row)
    for id, before in loom.before.items():
        _collect_node(loom, loom.nodes[id], before)
        texts.changed(loom, loom.nodes[id], before)
    changes.aliases_put = [row for row in changes.aliases_put if row.canonical in loom.nodes]  # else nothing bears it
    texts.put_off(loom)
    for ref in loom.touched:
        _collect_edge(loom, loom.edges[ref], ref)
    for rows in (changes.nodes_new, changes.nodes_changed):
        rows.sort(key=lambda row: row.id)
    for links in (changes.edges_new, changes.edges_changed, changes.edges_removed):
        links.sort(key=lambda edge: (edge.source.id, edge.target.id, edge.type.label, edge.role))


def _collect_node(loom: Loom, row: NodeRow, before: Before) -> None:
    id = row.id
    seen = (before.state, before.body, before.gone_at, before.until, before.asset) != (
        row.state,
        row.body,
        row.gone_at,
        row.until,
        row.asset,
    )
    if not seen and before.at == row.at and before.hidden == row.hidden:
        if id in loom.adds or id in loom.drops or before.forgotten != row.forgotten:
            loom.changes.nodes_changed.append(row)  # who states it changed, or why it is hidden, not what it is
        return
    loom.changes.nodes_changed.append(row)
    if not seen:
        return
    row.updated_at = loom.now
    piece = loom.cause.get(id)
    if piece is None:
        return
    if row.state is State.LEFT and before.state is not State.LEFT:
        ended = row.kind is Kind.RELEASE
        piece.note(Change.ENDED if ended else Change.GONE, "ended" if ended else "gone", id=id, kind=row.kind.label)
    elif before.state is State.LEFT:
        piece.note(Change.BACK, "back", id=id, kind=row.kind.label)
    elif before.state is State.STUB:
        piece.note(Change.CREATED, "new", id=id, kind=row.kind.label)
    else:
        old, new = orjson.loads(before.body), row.props
        fields = {name: old.get(name) for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)}
        piece.note(Change.UPDATED, "changed", id=id, kind=row.kind.label, before=fields)
    _promote(loom, row, before.body)


def _promote(loom: Loom, row: NodeRow, before: bytes) -> None:
    if b'"metrics"' not in row.body and b'"metrics"' not in before:
        return
    metrics: dict[str, dict[str, Any]] = row.props.get("metrics", {})
    if before != NO_BODY and orjson.loads(before).get("metrics", {}) == metrics:
        return
    rows = [MetricRow(key, float(metric["last"]), float(metric["best"])) for key, metric in metrics.items()]
    loom.changes.metrics.append((row, rows))


def _collect_edge(loom: Loom, edge: EdgeRow, ref: EdgeRef) -> None:
    piece = loom.edge_cause.get(ref)
    facts = {"type": ref[1].label, "source": ref[0], "target": ref[2], "role": ref[3]}
    if ref in loom.retracted:
        if ref in loom.fresh_edges:
            return
        loom.changes.edges_removed.append(edge)
        loom.loose.update((ref[0], ref[2]))
        if edge.source.kind.asset is not None or piece is not None:
            (piece or _any_piece(loom, edge)).note(Change.UNLINKED, "retracted", **facts)
        return
    if ref in loom.fresh_edges:
        loom.changes.edges_new.append(edge)
        if piece is not None:
            piece.note(Change.LINKED, "linked", **facts)
        return
    loom.changes.edges_changed.append(edge)
    body, at, hidden = loom.edge_before[ref]
    if piece is not None and (body, at, hidden) != (edge.body, edge.at, edge.hidden):
        piece.note(Change.RELINKED, "relinked", **facts, before=orjson.loads(body))


def _any_piece(loom: Loom, edge: EdgeRow) -> Piece:
    """Whose doing it is that a kept edge goes: that of the granule which brought its end back."""
    piece = loom.cause.get(edge.source.id) or loom.cause.get(edge.target.id)
    return piece if piece is not None else next(iter(loom.cause.values()))


def _sweep(loom: Loom) -> Asking[None]:
    """Removes the stubs that nothing points at any more, and their assets where those are such stubs then.

    An alias or a stage points at its version, a join at the names it joins. The other names of what goes are worked out
    again when they are next heard.
    """
    yield from loom.load_nodes(sorted(loom.loose))
    loose = [loom.nodes[id] for id in sorted(loom.loose) if id in loom.nodes]
    while loose:
        loose = [row for row in loose if row.state is State.STUB and not row.forgotten]
        isolated: set[str] = (yield Isolated(loose)) if loose else set()
        swept = [row for row in loose if row.id in isolated]
        if models := sorted({row.asset for row in swept if row.kind is Kind.MODEL_VERSION and row.asset is not None}):
            marks: list[MarkRow] = yield MarksOfModels(models)
            marked = {mark.version for mark in marks}
            swept = [row for row in swept if row.id not in marked]
        aliases: list[str] = []
        held: Held = (yield Holds()) if swept else Held(False, False)
        if held.joins:
            joined: list[JoinRow] = yield Joins([row.id for row in swept])
            named = {end for row in joined for end in (row.alias, row.of)}
            swept = [row for row in swept if row.id not in named]
            aliases = list((yield Aliases([row.id for row in swept], canonical=True)))
        if not swept:
            return
        for row in swept:
            _any(loom, row).note(Change.REMOVED, "removed", id=row.id, kind=row.kind.label)
        yield Changes(nodes_removed=swept, aliases_removed=aliases)
        assets = {row.asset for row in swept if row.asset is not None}
        yield from loom.load_nodes(sorted(assets))
        loose = [loom.nodes[id] for id in sorted(assets) if id in loom.nodes]


def _any(loom: Loom, row: NodeRow) -> Piece:
    for ref, piece in loom.edge_cause.items():
        if row.id in (ref[0], ref[2]):
            return piece
    return loom.cause.get(row.id) or next(iter((*loom.cause.values(), *loom.edge_cause.values())))
