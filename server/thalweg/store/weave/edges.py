"""What is stated of edges: whether they are, what they say, and from when on they hold."""

from __future__ import annotations

from collections import defaultdict

from thalweg.model.edges import EdgeType
from thalweg.model.kinds import Kind
from thalweg.store.weave.loom import Loom
from thalweg.store.weave.merge import carried, merge_edge
from thalweg.store.weave.requests import Asking, EdgeStatements
from thalweg.store.weave.rows import NO_BODY, EdgeRef, EdgeRow, EdgeStatement, NodeRow, State


def no_longer_stated(loom: Loom, edge: EdgeRow) -> bool:
    """Whether an edge that nobody states stays as it was last, for history's sake: while an end of it is gone.

    Else nothing of what was stated is left, and it goes unless it follows from version edges.
    """
    if State.LEFT in (edge.source.state, edge.target.state):
        return True
    _unsay(loom, edge)
    return False


def _unsay(loom: Loom, edge: EdgeRow) -> None:
    loom.unsaid.add(edge.ref)
    loom.touched.add(edge.ref)
    edge.body, edge.stated_at = NO_BODY, None
    if edge.derived == 0:
        loom.retracted.add(edge.ref)


def merge(loom: Loom) -> Asking[None]:
    """What the statements about each edge come to, and from when on each edge that was touched holds."""
    several: list[EdgeRow] = []
    for ref in loom.edge_adds.keys() | loom.edge_drops.keys():
        edge = loom.edges[ref]
        others = edge.stated - len(loom.edge_drops.get(ref, ()))
        if others > 0 or (edge.stated == 0 and ref not in loom.fresh_edges) or ref in loom.unsaid:
            several.append(edge)
    held: dict[EdgeRef, list[EdgeStatement]] = defaultdict(list)
    if several:
        statements: list[EdgeStatement] = yield EdgeStatements(several)
        for statement in statements:
            held[statement.edge.ref].append(statement)
    unsaid = [loom.edges[ref] for ref in loom.unsaid if ref not in held]
    if unsaid:
        statements = yield EdgeStatements(unsaid)
        loom.changes.edge_statements_removed += statements
    for ref in loom.edge_adds.keys() | loom.edge_drops.keys():
        if ref in loom.fresh_edges and len(adds := loom.edge_adds[ref]) == 1:  # most edges of most granules
            edge = loom.edges[ref]
            edge.stated, edge.body = 1, adds[0].body
            loom.changes.edge_statements_put += adds
        else:
            _merge_edge(loom, loom.edges[ref], held.get(ref, []))
    for ref in loom.touched:
        edge = loom.edges[ref]
        edge.hidden = hidden(edge)
        date(edge)


def _merge_edge(loom: Loom, edge: EdgeRow, held: list[EdgeStatement]) -> None:
    ref = edge.ref
    adds, drops = loom.edge_adds.get(ref, []), loom.edge_drops.get(ref, [])
    if edge.type is EdgeType.SERVED_BY:
        adds = _with_shares(adds, held)
    names = [(one.scope, one.stated_source, one.stated_target) for one in (*adds, *drops)]
    again = set(names[: len(adds)])
    taken_back = [d for d in drops if (d.scope, d.stated_source, d.stated_target) not in again]
    edge.stated += len(adds) - len(drops)
    loom.changes.edge_statements_put += adds
    left = [d for d in taken_back if (ref, d.scope, d.stated_source, d.stated_target) in loom.moved]
    if left:
        loom.changes.edge_statements_removed += left
        taken_back = [d for d in taken_back if d not in left]
    if edge.stated == 0:
        if not taken_back:
            _unsay(loom, edge)  # nobody took anything back: it is stated of another edge now
        elif no_longer_stated(loom, edge):
            loom.changes.edge_statements_put += [drop._replace(retired=True) for drop in taken_back]
            if left:
                edge.body = merge_edge(taken_back)
        else:
            loom.changes.edge_statements_removed += taken_back
        return
    loom.changes.edge_statements_removed += taken_back
    loom.changes.edge_statements_removed += [
        one for one in held if one.retired and (one.scope, one.stated_source, one.stated_target) not in again
    ]
    living = [one for one in held if not one.retired and (one.scope, one.stated_source, one.stated_target) not in names]
    edge.body = merge_edge([*living, *adds])
    loom.retracted.discard(ref)


def _with_shares(adds: list[EdgeStatement], held: list[EdgeStatement]) -> list[EdgeStatement]:
    """What is stated of a release that is there again, with the shares of the traffic that it had before it ended."""
    left = {(one.scope, one.stated_source, one.stated_target): one.body for one in held if one.retired}
    return [
        one._replace(body=carried(body, one.body, one.at))
        if (body := left.get((one.scope, one.stated_source, one.stated_target))) is not None
        else one
        for one in adds
    ]


def hidden(edge: EdgeRow) -> bool:
    """Whether no answer has the edge: an end of it is hidden, or its ends, two versions, were joined into one."""
    one = edge.source.id == edge.target.id and edge.source.kind.asset is not None
    return one or edge.source.hidden or edge.target.hidden


def date(edge: EdgeRow) -> None:
    """From when on the edge holds: as stated, else its run's or release's time, else when it was first seen."""
    source, target = edge.source, edge.target
    stated = edge.props.get("at") if b'"at":' in edge.body else None
    if source.kind.asset is None:
        if edge.stated:
            edge.stated_at = stated if stated is not None else edge.first_at
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


def _dated(row: NodeRow) -> int | None:
    """When a thing happened, where somebody said so."""
    return row.at if row.at != row.undated else None
