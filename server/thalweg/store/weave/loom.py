"""One wave of the weave in memory: the rows it touches, what is added and taken back, and what that comes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from thalweg.model.edges import EdgeType
from thalweg.model.facts import Json
from thalweg.model.keys import Key, entity_id
from thalweg.model.results import Change, Notice
from thalweg.store.weave.merge import merge_edge
from thalweg.store.weave.requests import (
    Asking,
    AssetEdge,
    Changes,
    Edges,
    EdgesOf,
    Nodes,
)
from thalweg.store.weave.rows import (
    EdgeRef,
    EdgeRow,
    EdgeStatement,
    NodeRow,
    NodeStatement,
    State,
)


@dataclass(slots=True, eq=False)
class Piece:
    """One granule in a wave (or one scope that is retired): what it changed, for its answer and its event.

    at: the time of what it says. learned: when that was learned, where it is of an earlier time than what was held, for
        a source may take back what it said last; else the same.
    """

    source: str
    name: str
    at: int
    learned: int
    ids: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    changes: list[dict[str, Json]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def note(self, change: Change, what: str, **facts: Json) -> None:
        self.count(what)
        self.changes.append({"change": change.label, **facts})


@dataclass(slots=True, eq=False)
class OpenRead:
    """What a scope states of a read that names no version (`reads.py`).

    dataset: canonical, as `run` is. first_at: when it was first seen. living: whether the scope still states it.
    was: the statement as it is kept, on the version that it hangs on now; None for one that hangs nowhere yet.
    """

    scope: str
    stated_source: str
    stated_target: str
    origin: str
    at: int
    body: bytes
    dataset: str
    run: str
    role: str
    first_at: int
    piece: Piece
    living: bool = True
    was: EdgeStatement | None = None


@dataclass(slots=True)
class Before:
    """What a node looked like when the wave began."""

    state: State
    body: bytes
    at: int
    until: int | None
    gone_at: int | None
    asset: str | None
    hidden: bool
    forgotten: bool


Contribution = tuple[AssetEdge, int]
"""The asset edge that a version edge stands behind, and the time it says."""


class Loom:
    """Rows are loaded into it, statements added and dropped, then `finish` computes and hands over the changes."""

    def __init__(self, now: int, *, reading: bool = True) -> None:
        self.now = now
        self.reading = reading
        """Whether any read that is kept may name no version."""
        self.changes = Changes()
        self.aliases: dict[str, str] = {}
        self.nodes: dict[str, NodeRow] = {}
        self.edges: dict[EdgeRef, EdgeRow] = {}
        self.keys: dict[str, Key] = {}
        self.assets: dict[str, str] = {}
        self.asked: set[str] = set()
        self.before: dict[str, Before] = {}
        self.fresh: dict[str, NodeRow] = {}
        self.fresh_edges: set[EdgeRef] = set()
        self.was: dict[EdgeRef, Contribution | None] = {}
        self.edge_before: dict[EdgeRef, tuple[bytes, int, bool]] = {}
        self.cause: dict[str, Piece] = {}
        self.edge_cause: dict[EdgeRef, Piece] = {}
        self.adds: dict[str, list[NodeStatement]] = defaultdict(list)
        self.drops: dict[str, list[NodeStatement]] = defaultdict(list)
        self.edge_adds: dict[EdgeRef, list[EdgeStatement]] = defaultdict(list)
        self.edge_drops: dict[EdgeRef, list[EdgeStatement]] = defaultdict(list)
        self.touched: set[EdgeRef] = set()
        self.retracted: set[EdgeRef] = set()
        self.unsaid: set[EdgeRef] = set()
        self.opened: list[OpenRead] = []
        """What this wave states, or takes back, of reads that name no version: to be hung up."""
        self.moved: set[tuple[EdgeRef, str, str, str]] = set()
        """Edge, scope, stated source and target of the statements that leave an edge for another one."""
        self.loose: set[str] = set()
        self.recount: set[AssetEdge] = set()
        self.columned: set[str] = set()
        """Datasets whose columns, or whose own words, may have changed."""

    # ------------------------------------------------------------------------------------------------------ loading

    def load_nodes(self, ids: Iterable[str]) -> Asking[None]:
        wanted = [id for id in dict.fromkeys(ids) if id not in self.asked]
        if not wanted:
            return
        self.asked.update(wanted)
        found: dict[str, NodeRow] = yield Nodes(wanted)
        for id, row in found.items():
            self.nodes[id] = row
            self.before[id] = Before(
                row.state, row.body, row.at, row.until, row.gone_at, row.asset, row.hidden, row.forgotten
            )

    def load_edges(self, refs: Iterable[EdgeRef]) -> Asking[None]:
        """Loads the edges that exist; only those whose ends both existed before can."""
        old = self.before
        wanted = [ref for ref in dict.fromkeys(refs) if ref not in self.was and ref[0] in old and ref[2] in old]
        if not wanted:
            return
        for ref in wanted:
            self.was[ref] = None
        rows: list[EdgeRow] = yield Edges(wanted, self.nodes)
        for row in rows:
            ref = row.ref
            self.edges[ref] = row
            source, target = old[ref[0]], old[ref[2]]
            self.was[ref] = contribution(row, source.asset, target.asset)
            self.edge_before[ref] = (row.body, row.at, row.hidden)

    def load_incident(self, nodes: list[NodeRow], *, inward: bool = False) -> Asking[list[EdgeRow]]:
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
            row.at = row.undated
            self.nodes[id] = self.fresh[id] = row
            self.cause[id] = cause
            asset = self.assets.get(id)
            if asset is not None:
                self.set_asset(row, self.canonical(asset), cause)
            elif (asset_key := key.asset) is not None:
                self.set_asset(row, self.named(asset_key), cause)
        return row

    def named(self, key: Key) -> str:
        """The id that facts about this key hang on; the key is kept, for a node may have to be made of it."""
        id = self.canonical(entity_id(key))
        self.keys.setdefault(id, key)
        return id

    def set_asset(self, row: NodeRow, asset: str, cause: Piece) -> None:
        """`(asset)-[:HAS_VERSION]->(version)`"""
        above = self.node(asset, cause)  # which may have to be made, also for what is forgotten
        row.asset = asset
        row.hidden = row.forgotten or above.hidden

    def canonical(self, id: str) -> str:
        """The id that facts about this one hang on: its own, unless it was joined into another."""
        return self.aliases.get(id, id)

    def add_node(self, statement: NodeStatement, cause: Piece) -> None:
        self.adds[statement.node.id].append(statement)
        self.cause[statement.node.id] = cause

    def drop_node(self, statement: NodeStatement, cause: Piece) -> None:
        self.drops[statement.node.id].append(statement)
        self.cause[statement.node.id] = cause

    def edge(self, ref: EdgeRef, cause: Piece) -> EdgeRow:
        row = self.edges.get(ref)
        if row is None:
            source, type, target, role = ref
            row = EdgeRow(self.node(source, cause), type, self.node(target, cause), role, self.now, self.now)
            self.edges[ref] = row
            self.was[ref] = None
            self.fresh_edges.add(ref)
        return row

    def add_edge(self, statement: EdgeStatement, cause: Piece) -> None:
        ref = statement.edge.ref
        self.edge_adds[ref].append(statement)
        self.edge_cause[ref] = cause
        self.touched.add(ref)

    def drop_edge(self, statement: EdgeStatement, cause: Piece) -> None:
        ref = statement.edge.ref
        self.edge_drops[ref].append(statement)
        self.edge_cause[ref] = cause
        self.touched.add(ref)

    def keep(self, edge: EdgeRow, retired: list[EdgeStatement]) -> None:
        """An edge that nobody states any more, and that stays while an end of it is gone."""
        self.touched.add(edge.ref)
        if State.LEFT not in (edge.source.state, edge.target.state):
            self.retracted.add(edge.ref)
            return
        self.changes.edge_statements_put += retired
        edge.body = merge_edge(retired)
        if edge.source.kind.asset is None:
            edge.stated_at = edge.props.get("at", edge.first_at)


def contribution(edge: EdgeRow, source_asset: str | None, target_asset: str | None) -> Contribution | None:
    """What a version edge adds to the asset level; None for what adds nothing."""
    if edge.hidden or edge.type is EdgeType.PARENT_OF or source_asset is None or target_asset is None:
        return None
    return (source_asset, edge.type, target_asset, edge.role), edge.at
