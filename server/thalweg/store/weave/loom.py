"""One wave of the weave in memory: the rows it touches, what is added and taken back, and what that comes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from thalweg.model.edges import EdgeType
from thalweg.model.facts import Json
from thalweg.model.keys import Key, entity_id
from thalweg.model.kinds import Kind
from thalweg.model.properties import HAPPENED
from thalweg.model.results import Change, Notice
from thalweg.store.weave.merge import dumps, merge_all, merge_edge, merge_one, won_by
from thalweg.store.weave.requests import (
    Asking,
    AssetEdge,
    Changes,
    Edges,
    EdgesOf,
    EdgeStatements,
    Extremes,
    Isolated,
    Nodes,
    NodeStatements,
)
from thalweg.store.weave.rows import (
    NO_BODY,
    EdgeRef,
    EdgeRow,
    EdgeStatement,
    MetricRow,
    NodeRow,
    NodeStatement,
    State,
)

_WITH_PERIOD = (Kind.RUN, Kind.RELEASE)


@dataclass(slots=True, eq=False)
class Piece:
    """One granule in a wave (or one scope that is retired): what it changed, for its answer and its event."""

    source: str
    name: str
    at: int
    ids: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    changes: list[dict[str, Json]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def note(self, change: Change, what: str, **facts: Json) -> None:
        self.count(what)
        self.changes.append({"change": change.value, **facts})


@dataclass(slots=True)
class _Before:
    """What a node looked like when the wave began."""

    state: State
    body: bytes
    at: int
    until: int | None
    gone_at: int | None
    asset: str | None
    hidden: bool


Contribution = tuple[AssetEdge, int]
"""The asset edge that a version edge stands behind, and the time it says."""


class Loom:
    """Rows are loaded into it, statements added and dropped, then `finish` computes and hands over the changes."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.changes = Changes()
        self.aliases: dict[str, str] = {}
        self.nodes: dict[str, NodeRow] = {}
        self.edges: dict[EdgeRef, EdgeRow] = {}
        self.keys: dict[str, Key] = {}
        self._asked: set[str] = set()
        self._before: dict[str, _Before] = {}
        self._fresh: dict[str, NodeRow] = {}
        self._fresh_edges: set[EdgeRef] = set()
        self._was: dict[EdgeRef, Contribution | None] = {}
        self._edge_before: dict[EdgeRef, tuple[bytes, int, bool]] = {}
        self._cause: dict[str, Piece] = {}
        self._edge_cause: dict[EdgeRef, Piece] = {}
        self._adds: dict[str, list[NodeStatement]] = defaultdict(list)
        self._drops: dict[str, list[NodeStatement]] = defaultdict(list)
        self._edge_adds: dict[EdgeRef, list[EdgeStatement]] = defaultdict(list)
        self._edge_drops: dict[EdgeRef, list[EdgeStatement]] = defaultdict(list)
        self._touched: set[EdgeRef] = set()
        self._retracted: set[EdgeRef] = set()
        self._loose: set[str] = set()
        self.recount: set[AssetEdge] = set()

    # ------------------------------------------------------------------------------------------------------ loading

    def load_nodes(self, ids: Iterable[str]) -> Asking[None]:
        wanted = [id for id in dict.fromkeys(ids) if id not in self._asked]
        if not wanted:
            return
        self._asked.update(wanted)
        found: dict[str, NodeRow] = yield Nodes(wanted)
        for id, row in found.items():
            self.nodes[id] = row
            self._before[id] = _Before(row.state, row.body, row.at, row.until, row.gone_at, row.asset, row.hidden)

    def load_edges(self, refs: Iterable[EdgeRef]) -> Asking[None]:
        """Loads the edges that exist; only those whose ends both existed before can."""
        old = self._before
        wanted = [ref for ref in dict.fromkeys(refs) if ref not in self._was and ref[0] in old and ref[2] in old]
        if not wanted:
            return
        for ref in wanted:
            self._was[ref] = None
        rows: list[EdgeRow] = yield Edges(wanted, self.nodes)
        for row in rows:
            ref = row.ref
            self.edges[ref] = row
            source, target = old[ref[0]], old[ref[2]]
            self._was[ref] = _contribution(row, source.asset, target.asset)
            self._edge_before[ref] = (row.body, row.at, row.hidden)

    def _load_incident(self, nodes: list[NodeRow], *, inward: bool = False) -> Asking[list[EdgeRow]]:
        """The edges of nodes, those among them that this wave makes as well."""
        if not nodes:
            return []
        refs: list[EdgeRef] = yield EdgesOf(nodes, inward)
        yield from self.load_nodes(end for ref in refs for end in (ref[0], ref[2]))
        yield from self.load_edges(refs)
        return [self.edges[ref] for ref in refs if ref in self.edges]

    # ------------------------------------------------------------------------------------------------------- stating

    def node(self, id: str, cause: Piece) -> NodeRow:
        """The row of a node; one that does not exist is made as a stub, with its asset."""
        row = self.nodes.get(id)
        if row is None:
            key = self.keys[id]
            row = NodeRow(id, key.kind, key.parts, None, self.now, self.now, self.now)
            self.nodes[id] = self._fresh[id] = row
            self._cause[id] = cause
            asset = key.asset
            if asset is not None:
                self.set_asset(row, asset, cause)
        return row

    def set_asset(self, row: NodeRow, asset: Key, cause: Piece) -> None:
        asset_id = self.canonical(entity_id(asset))
        self.keys.setdefault(asset_id, asset)
        row.asset = asset_id
        row.hidden = row.forgotten or self.node(asset_id, cause).hidden

    def canonical(self, id: str) -> str:
        """The id that facts about this one hang on: its own, unless it was joined into another."""
        return self.aliases.get(id, id)

    def add_node(self, statement: NodeStatement, cause: Piece) -> None:
        self._adds[statement.node.id].append(statement)
        self._cause[statement.node.id] = cause

    def drop_node(self, statement: NodeStatement, cause: Piece) -> None:
        self._drops[statement.node.id].append(statement)
        self._cause[statement.node.id] = cause

    def edge(self, ref: EdgeRef, cause: Piece) -> EdgeRow:
        row = self.edges.get(ref)
        if row is None:
            source, type, target, role = ref
            row = EdgeRow(self.node(source, cause), type, self.node(target, cause), role, self.now, self.now)
            self.edges[ref] = row
            self._was[ref] = None
            self._fresh_edges.add(ref)
        return row

    def add_edge(self, statement: EdgeStatement, cause: Piece) -> None:
        ref = statement.edge.ref
        self._edge_adds[ref].append(statement)
        self._edge_cause[ref] = cause
        self._touched.add(ref)

    def drop_edge(self, statement: EdgeStatement, cause: Piece) -> None:
        ref = statement.edge.ref
        self._edge_drops[ref].append(statement)
        self._edge_cause[ref] = cause
        self._touched.add(ref)

    def keep(self, edge: EdgeRow, retired: list[EdgeStatement]) -> None:
        """An edge that nobody states any more, and that stays while an end of it is gone."""
        self._touched.add(edge.ref)
        if State.LEFT in (edge.source.state, edge.target.state):
            self.changes.edge_statements_put += retired
        else:
            self._retracted.add(edge.ref)

    # ----------------------------------------------------------------------------------------------------- finishing

    def finish(self) -> Asking[None]:
        """Computes what the statements come to, and writes it; `changes` is empty afterwards, for what comes last."""
        yield from self._merge_nodes()
        yield from self._set_jobs()
        yield from self._follow_nodes()
        yield from self._merge_edges()
        yield from self._derive()
        self._collect()
        yield self.changes
        self.changes = Changes()
        yield from self._settle()

    def _merge_nodes(self) -> Asking[None]:
        fully: list[NodeRow] = []
        for id in self._adds.keys() | self._drops.keys():
            row, adds, drops = self.nodes[id], self._adds.get(id, ()), self._drops.get(id, ())
            others = row.statements - len(drops)
            if row.state is State.LEFT or (others > 0 and any(won_by(row, drop) for drop in drops)):
                fully.append(row)
        statements = yield from self._statements_about(fully)
        for id in list(self._adds.keys() | self._drops.keys()):
            row = self.nodes[id]
            adds, drops = self._adds.get(id, []), self._drops.get(id, [])
            others = row.statements - len(drops)
            replaced = {(drop.scope, drop.stated_id) for drop in drops}
            self.changes.node_statements_put += adds
            again = {(add.scope, add.stated_id) for add in adds}
            taken_back = [drop for drop in drops if (drop.scope, drop.stated_id) not in again]
            row.statements = others + len(adds)
            if row.statements == 0:
                self._leave(row, taken_back)
                continue
            self.changes.node_statements_removed += taken_back
            self.changes.histories_removed += [(drop.scope, row, drop.stated_id) for drop in taken_back]
            if row in fully:
                held = statements.get(id, [])
                self.changes.node_statements_removed += [
                    one for one in held if one.retired and (one.scope, one.stated_id) not in again
                ]
                held = [one for one in held if not one.retired and (one.scope, one.stated_id) not in replaced]
                merge_all(row, [*held, *adds])
            elif others == 0 and len(adds) == 1:
                self._follow_one(row, adds[0])
            elif others == 0:
                merge_all(row, adds)
            else:
                for drop in drops:
                    row.origins[drop.origin] -= 1
                    if not row.origins[drop.origin]:
                        del row.origins[drop.origin]
                for add in adds:
                    merge_one(row, add)
                row.origins = dict(sorted(row.origins.items()))
            row.state = State.STATED
            self._describe(row)

    def _statements_about(self, rows: list[NodeRow]) -> Asking[dict[str, list[NodeStatement]]]:
        grouped: dict[str, list[NodeStatement]] = defaultdict(list)
        if rows:
            statements: list[NodeStatement] = yield NodeStatements(rows)
            for statement in statements:
                grouped[statement.node.id].append(statement)
        return grouped

    @staticmethod
    def _follow_one(row: NodeRow, statement: NodeStatement) -> None:
        row.body = statement.body
        row.lead = (statement.origin, statement.at)
        row.won = {}
        row.origins = {statement.origin: 1}

    def _leave(self, row: NodeRow, drops: list[NodeStatement]) -> None:
        """Nobody states the node any more: it is gone, or, a release, ended; what it was last is kept."""
        self.changes.node_statements_put += [drop._replace(retired=True) for drop in drops]
        row.state = State.LEFT
        row.origins = {}
        at = self._cause[row.id].at
        if row.kind is Kind.RELEASE:
            if row.until is None:
                row.until = at
                row.body = dumps({**row.props, "until": at})
        elif row.gone_at is None:
            row.gone_at = at

    def _describe(self, row: NodeRow) -> None:
        """Sets the columns that follow from the properties."""
        props = row.props if row.body != NO_BODY else {}
        row.at = next((props[name] for name in HAPPENED[row.kind] if name in props), row.first_at)
        row.gone_at = props.get("gone_at")
        row.status = props.get("status")
        row.until = props.get("ended_at" if row.kind is Kind.RUN else "until")

    def _set_jobs(self) -> Asking[None]:
        """`(job)-[:HAS_VERSION]->(run)`: a run's job is what its properties say."""
        jobs: dict[str, Key] = {}
        for id in self._adds.keys() | self._drops.keys():
            row = self.nodes[id]
            if row.kind is Kind.RUN and row.state is State.STATED:
                job = row.props.get("job")
                if job is not None:
                    jobs[id] = Key(Kind.JOB, tuple(job))
                elif row.asset is not None:
                    self._loose.add(row.asset)
                    row.asset = None
                    row.hidden = row.forgotten
        yield from self.load_nodes(self.canonical(entity_id(job)) for job in jobs.values())
        for id, job in jobs.items():
            row = self.nodes[id]
            if row.asset != self.canonical(entity_id(job)):
                if row.asset is not None:
                    self._loose.add(row.asset)
                self.set_asset(row, job, self._cause[id])

    def _follow_nodes(self) -> Asking[None]:
        """What a node's change does to its edges: times, assets, what was kept for its sake, what is hidden."""
        around: list[NodeRow] = []
        inward: list[NodeRow] = []
        back: list[NodeRow] = []
        for id, before in self._before.items():
            row = self.nodes[id]
            if before.state is State.LEFT and row.state is State.STATED:
                back.append(row)
            moved = (before.at, before.until) != (row.at, row.until)
            if before.asset != row.asset or before.hidden != row.hidden or (moved and row.kind in _WITH_PERIOD):
                around.append(row)
            elif moved and row.kind.asset is not None:
                inward.append(row)
        incident = yield from self._load_incident([*around, *back])
        coming = yield from self._load_incident(inward, inward=True)
        self._touched.update(edge.ref for edge in (*incident, *coming))
        for edge in incident:
            if edge.stated == 0 and edge.derived == 0 and edge.ref not in self._edge_adds:
                self._retract_unless_kept(edge)

    def _retract_unless_kept(self, edge: EdgeRow) -> bool:
        """Whether an edge nobody states goes: it stays for history's sake while an end of it is gone."""
        if State.LEFT in (edge.source.state, edge.target.state):
            return False
        self._retracted.add(edge.ref)
        self._touched.add(edge.ref)
        return True

    def _merge_edges(self) -> Asking[None]:
        several: list[EdgeRow] = []
        for ref in self._edge_adds.keys() | self._edge_drops.keys():
            edge = self.edges[ref]
            others = edge.stated - len(self._edge_drops.get(ref, ()))
            if others > 0 or (edge.stated == 0 and ref not in self._fresh_edges) or ref in self._retracted:
                several.append(edge)
        held: dict[EdgeRef, list[EdgeStatement]] = defaultdict(list)
        if several:
            statements: list[EdgeStatement] = yield EdgeStatements(several)
            for statement in statements:
                held[statement.edge.ref].append(statement)
        gone = [self.edges[ref] for ref in self._retracted if ref not in held]
        if gone:
            statements = yield EdgeStatements(gone)
            self.changes.edge_statements_removed += statements
        for ref in self._edge_adds.keys() | self._edge_drops.keys():
            self._merge_edge(self.edges[ref], held.get(ref, []))
        for ref in self._touched:
            edge = self.edges[ref]
            edge.hidden = edge.source.hidden or edge.target.hidden
            self._date(edge)

    def _merge_edge(self, edge: EdgeRow, held: list[EdgeStatement]) -> None:
        ref = edge.ref
        adds, drops = self._edge_adds.get(ref, []), self._edge_drops.get(ref, [])
        names = [(one.scope, one.stated_source, one.stated_target) for one in (*adds, *drops)]
        again = set(names[: len(adds)])
        taken_back = [d for d in drops if (d.scope, d.stated_source, d.stated_target) not in again]
        edge.stated += len(adds) - len(drops)
        self.changes.edge_statements_put += adds
        if edge.stated == 0:
            # What was derived stays whether or not it was stated too; what was only stated goes, or is kept.
            if edge.derived == 0 and not self._retract_unless_kept(edge):
                self.changes.edge_statements_put += [drop._replace(retired=True) for drop in taken_back]
                return
            self.changes.edge_statements_removed += taken_back
            edge.body = NO_BODY
            return
        self.changes.edge_statements_removed += taken_back
        self.changes.edge_statements_removed += [
            one for one in held if one.retired and (one.scope, one.stated_source, one.stated_target) not in again
        ]
        living = [
            one for one in held if not one.retired and (one.scope, one.stated_source, one.stated_target) not in names
        ]
        edge.body = merge_edge([*living, *adds])
        self._retracted.discard(ref)

    @staticmethod
    def _date(edge: EdgeRow) -> None:
        """From when on the edge holds: as stated, else its run's or release's time, else when it was first seen."""
        source, target = edge.source, edge.target
        stated = edge.props.get("at") if b'"at":' in edge.body else None
        if source.kind.asset is None:
            if not edge.stated and not edge.derived:
                return  # kept for history's sake, with the time it had
            edge.stated_at = (stated if stated is not None else edge.first_at) if edge.stated else None
            times = [at for at in (edge.stated_at, edge.derived_first if edge.derived else None) if at is not None]
            edge.at = min(times, default=edge.first_at)
            return
        if stated is None and edge.type is EdgeType.PRODUCED:
            if source.kind is Kind.RUN:
                stated = source.until if source.until is not None else _dated(source)
            else:
                stated = _dated(target)
                stated = stated if stated is not None else _dated(source)
        elif stated is None:
            stated = _dated(target)
        edge.at = stated if stated is not None else edge.first_at

    def _derive(self) -> Asking[None]:
        """Keeps the asset edges that follow from version edges: counted up where it is simple, else counted again."""
        added: dict[AssetEdge, tuple[int, int, int]] = {}
        for ref in self._touched:
            edge = self.edges[ref]
            was = self._was.get(ref)
            now = None if ref in self._retracted else _contribution(edge, edge.source.asset, edge.target.asset)
            if was == now:
                continue
            if was is not None:
                self.recount.add(was[0])
            if now is not None:
                if was is not None:
                    self.recount.add(now[0])
                count, first, last = added.get(now[0], (0, now[1], now[1]))
                added[now[0]] = (count + 1, min(first, now[1]), max(last, now[1]))
        yield from self.load_nodes(end for key in (*added, *self.recount) for end in (key[0], key[2]))
        yield from self.load_edges((*added, *self.recount))
        for key, (count, first, last) in added.items():
            if key in self.recount:
                continue
            edge = self._asset_edge(key)
            self._set_derived(
                edge,
                edge.derived + count,
                min(edge.derived_first, first) if edge.derived else first,
                max(edge.derived_last, last) if edge.derived else last,
            )

    def _asset_edge(self, key: AssetEdge) -> EdgeRow:
        edge = self.edges.get(key)
        if edge is None:
            edge = EdgeRow(self.nodes[key[0]], key[1], self.nodes[key[2]], key[3], self.now, self.now)
            self.edges[key] = edge
            self._was[key] = None
            self._fresh_edges.add(key)
        self._touched.add(key)
        return edge

    def _set_derived(self, edge: EdgeRow, count: int, first: int, last: int) -> None:
        edge.derived, edge.derived_first, edge.derived_last = count, first, last
        edge.hidden = edge.source.hidden or edge.target.hidden
        self._date(edge)
        if count:
            self._retracted.discard(edge.ref)
        elif edge.stated == 0:
            self._retracted.add(edge.ref)

    # ------------------------------------------------------------------------------------------- rows, and the answer

    def _collect(self) -> None:
        """Sorts what was computed into rows that are new, changed or removed, and says of each what happened."""
        changes = self.changes
        for id, row in self._fresh.items():
            changes.nodes_new.append(row)
            self._cause[id].note(
                Change.CREATED, "new", id=id, kind=row.kind.value, **({"stub": True} if row.state is State.STUB else {})
            )
            self._promote(row, NO_BODY)
        for id, before in self._before.items():
            self._collect_node(self.nodes[id], before)
        for ref in self._touched:
            self._collect_edge(self.edges[ref], ref)
        for rows in (changes.nodes_new, changes.nodes_changed):
            rows.sort(key=lambda row: row.id)
        for edges in (changes.edges_new, changes.edges_changed, changes.edges_removed):
            edges.sort(key=lambda edge: (edge.source.id, edge.target.id, edge.type.value, edge.role))

    def _collect_node(self, row: NodeRow, before: _Before) -> None:
        id = row.id
        seen = (before.state, before.body, before.gone_at, before.until, before.asset) != (
            row.state,
            row.body,
            row.gone_at,
            row.until,
            row.asset,
        )
        if not seen and before.at == row.at and before.hidden == row.hidden:
            if id in self._adds or id in self._drops:
                self.changes.nodes_changed.append(row)  # who states it changed, not what it is
            return
        self.changes.nodes_changed.append(row)
        if not seen:
            return
        row.updated_at = self.now
        piece = self._cause.get(id)
        if piece is None:
            return
        if row.state is State.LEFT and before.state is not State.LEFT:
            ended = row.kind is Kind.RELEASE
            piece.note(Change.ENDED if ended else Change.GONE, "ended" if ended else "gone", id=id, kind=row.kind.value)
        elif before.state is State.LEFT:
            piece.note(Change.BACK, "back", id=id, kind=row.kind.value)
        elif before.state is State.STUB:
            piece.note(Change.CREATED, "new", id=id, kind=row.kind.value)
        else:
            old, new = orjson.loads(before.body), row.props
            fields = {name: old.get(name) for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)}
            piece.note(Change.UPDATED, "changed", id=id, kind=row.kind.value, before=fields)
        self._promote(row, before.body)

    def _promote(self, row: NodeRow, before: bytes) -> None:
        if b'"metrics"' not in row.body and b'"metrics"' not in before:
            return
        metrics: dict[str, dict[str, Any]] = row.props.get("metrics", {})
        if before != NO_BODY and orjson.loads(before).get("metrics", {}) == metrics:
            return
        rows = [MetricRow(key, float(metric["last"]), float(metric["best"])) for key, metric in metrics.items()]
        self.changes.metrics.append((row, rows))

    def _collect_edge(self, edge: EdgeRow, ref: EdgeRef) -> None:
        piece = self._edge_cause.get(ref)
        facts = {"type": ref[1].value, "source": ref[0], "target": ref[2], "role": ref[3]}
        if ref in self._retracted:
            if ref in self._fresh_edges:
                return
            self.changes.edges_removed.append(edge)
            self._loose.update((ref[0], ref[2]))
            if edge.source.kind.asset is not None or piece is not None:
                (piece or self._any_piece(edge)).note(Change.UNLINKED, "retracted", **facts)
            return
        if ref in self._fresh_edges:
            self.changes.edges_new.append(edge)
            if piece is not None:
                piece.note(Change.LINKED, "linked", **facts)
            return
        self.changes.edges_changed.append(edge)
        body, at, hidden = self._edge_before[ref]
        if piece is not None and (body, at, hidden) != (edge.body, edge.at, edge.hidden):
            piece.note(Change.RELINKED, "relinked", **facts, before=orjson.loads(body))

    def _any_piece(self, edge: EdgeRow) -> Piece:
        """Whose doing it is that a kept edge goes: that of the granule which brought its end back."""
        piece = self._cause.get(edge.source.id) or self._cause.get(edge.target.id)
        return piece if piece is not None else next(iter(self._cause.values()))

    def _settle(self) -> Asking[None]:
        """After the rows are written: counts again what could not be counted up, and sweeps stubs nothing points at."""
        if self.recount:
            truth: dict[AssetEdge, tuple[int, int, int]] = yield Extremes(sorted(self.recount, key=_asset_order))
            self._fresh_edges.clear()
            again = Changes()
            for key in sorted(self.recount, key=_asset_order):
                count, first, last = truth.get(key, (0, 0, 0))
                known = key in self.edges
                if not known and not count:
                    continue
                edge = self._asset_edge(key)
                self._set_derived(edge, count, first, last)
                if key in self._retracted:
                    again.edges_removed.append(edge)
                    self._loose.update((key[0], key[2]))
                else:
                    (again.edges_changed if known else again.edges_new).append(edge)
            yield again
        loose = [self.nodes[id] for id in sorted(self._loose) if id in self.nodes]
        while loose:
            loose = [row for row in loose if row.state is State.STUB and not row.forgotten]
            isolated: set[str] = (yield Isolated(loose)) if loose else set()
            swept = [row for row in loose if row.id in isolated]
            if not swept:
                return
            for row in swept:
                self._any(row).note(Change.REMOVED, "removed", id=row.id, kind=row.kind.value)
            yield Changes(nodes_removed=swept)
            assets = {row.asset for row in swept if row.asset is not None}
            yield from self.load_nodes(sorted(assets))
            loose = [self.nodes[id] for id in sorted(assets) if id in self.nodes]

    def _any(self, row: NodeRow) -> Piece:
        for ref, piece in self._edge_cause.items():
            if row.id in (ref[0], ref[2]):
                return piece
        return self._cause.get(row.id) or next(iter((*self._cause.values(), *self._edge_cause.values())))


def _contribution(edge: EdgeRow, source_asset: str | None, target_asset: str | None) -> Contribution | None:
    """What a version edge adds to the asset level; None for what adds nothing."""
    if edge.hidden or edge.type is EdgeType.PARENT_OF or source_asset is None or target_asset is None:
        return None
    return (source_asset, edge.type, target_asset, edge.role), edge.at


def _dated(row: NodeRow) -> int | None:
    """When a thing happened, where somebody said so."""
    return row.at if row.at != row.first_at else None


def _asset_order(key: AssetEdge) -> tuple[str, str, str, str]:
    return (key[0], key[1].value, key[2], key[3])
