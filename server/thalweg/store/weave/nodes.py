"""What is stated of nodes: their properties, their jobs, and what their change does to the edges around them."""

from __future__ import annotations

from collections import defaultdict

from thalweg.model.keys import Key, entity_id
from thalweg.model.kinds import Kind
from thalweg.model.properties import HAPPENED
from thalweg.store.weave import edges
from thalweg.store.weave.loom import Loom
from thalweg.store.weave.merge import dumps, merge_all, merge_one, won_by
from thalweg.store.weave.requests import Aliases, Asking, NodeStatements
from thalweg.store.weave.rows import NO_BODY, AliasRow, NodeRow, NodeStatement, State

_WITH_PERIOD = (Kind.RUN, Kind.RELEASE)


def merge(loom: Loom) -> Asking[None]:
    """What the statements about each node come to."""
    fully: list[NodeRow] = []
    for id in loom.adds.keys() | loom.drops.keys():
        row, adds, drops = loom.nodes[id], loom.adds.get(id, ()), loom.drops.get(id, ())
        others = row.statements - len(drops)
        if row.state is State.LEFT or (others > 0 and any(won_by(row, drop) for drop in drops)):
            fully.append(row)
    statements = yield from _statements_about(loom, fully)
    for id in list(loom.adds.keys() | loom.drops.keys()):
        row = loom.nodes[id]
        adds, drops = loom.adds.get(id, []), loom.drops.get(id, [])
        if id in loom.fresh and len(adds) == 1:  # most nodes of most granules
            _follow_one(row, adds[0])
            row.statements, row.state = 1, State.STATED
            loom.changes.node_statements_put += adds
            _describe(row)
            continue
        others = row.statements - len(drops)
        replaced = {(drop.scope, drop.stated_id) for drop in drops}
        loom.changes.node_statements_put += adds
        again = {(add.scope, add.stated_id) for add in adds}
        taken_back = [drop for drop in drops if (drop.scope, drop.stated_id) not in again]
        row.statements = others + len(adds)
        if row.statements == 0:
            _leave(loom, row, taken_back)
            continue
        loom.changes.node_statements_removed += taken_back
        loom.changes.histories_removed += [(drop.scope, row, drop.stated_id) for drop in taken_back]
        if row in fully:
            held = statements.get(id, [])
            loom.changes.node_statements_removed += [
                one for one in held if one.retired and (one.scope, one.stated_id) not in again
            ]
            held = [one for one in held if not one.retired and (one.scope, one.stated_id) not in replaced]
            merge_all(row, [*held, *adds])
        elif others == 0 and len(adds) == 1:
            _follow_one(row, adds[0])
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
        _describe(row)


def _statements_about(loom: Loom, rows: list[NodeRow]) -> Asking[dict[str, list[NodeStatement]]]:
    grouped: dict[str, list[NodeStatement]] = defaultdict(list)
    if rows:
        statements: list[NodeStatement] = yield NodeStatements(rows)
        for statement in statements:
            grouped[statement.node.id].append(statement)
    return grouped


def _follow_one(row: NodeRow, statement: NodeStatement) -> None:
    row.body = statement.body
    row.lead = (statement.origin, statement.at)
    row.won = {}
    row.origins = {statement.origin: 1}


def _leave(loom: Loom, row: NodeRow, drops: list[NodeStatement]) -> None:
    """Nobody states the node any more: it is gone, or, a release, ended; what it was last is kept."""
    loom.changes.node_statements_put += [drop._replace(retired=True) for drop in drops]
    row.state = State.LEFT
    row.origins = {}
    at = loom.cause[row.id].at
    if row.kind is Kind.RELEASE:
        if row.until is None or row.until > at:  # one that was to end later ended when its source left it out
            row.until = at
            row.body = dumps({**row.props, "until": at})
    elif row.gone_at is None:
        row.gone_at = at


def _describe(row: NodeRow) -> None:
    """Sets the columns that follow from the properties."""
    props = row.props if row.body != NO_BODY else {}
    row.at = next((props[name] for name in HAPPENED[row.kind] if name in props), row.undated)
    row.gone_at = props.get("gone_at")
    row.status = props.get("status")
    row.until = props.get("ended_at" if row.kind is Kind.RUN else "until")


def set_jobs(loom: Loom) -> Asking[None]:
    """`(job)-[:HAS_VERSION]->(run)`: a run's job is what its properties say."""
    stated: dict[str, Key] = {}
    for id in loom.adds.keys() | loom.drops.keys():
        row = loom.nodes[id]
        if row.kind is Kind.RUN and row.state is State.STATED:
            job = row.props.get("job")
            if job is not None:
                stated[id] = Key(Kind.JOB, tuple(job))
            elif row.asset is not None:
                loom.loose.add(row.asset)
                row.asset = None
                row.hidden = row.forgotten
    # A job that nobody names in this wave, but an earlier statement does, may have been joined.
    unasked = sorted({entity_id(key) for key in stated.values()} - loom.keys.keys())
    if unasked:
        aliases: dict[str, AliasRow] = yield Aliases(unasked)
        loom.aliases.update((id, row.canonical) for id, row in aliases.items())
    jobs = {id: loom.named(key) for id, key in stated.items()}
    yield from loom.load_nodes(jobs.values())
    for id, job in jobs.items():
        row = loom.nodes[id]
        if row.asset != job:
            if row.asset is not None:
                loom.loose.add(row.asset)
            loom.set_asset(row, job, loom.cause[id])


def follow(loom: Loom) -> Asking[None]:
    """What a node's change does to its edges: times, assets, what was kept for its sake, what is hidden."""
    around: list[NodeRow] = []
    inward: list[NodeRow] = []
    back: list[NodeRow] = []
    for id, before in loom.before.items():
        row = loom.nodes[id]
        if before.state is State.LEFT and row.state is State.STATED:
            back.append(row)
        moved = (before.at, before.until) != (row.at, row.until)
        if before.asset != row.asset or before.hidden != row.hidden or (moved and row.kind in _WITH_PERIOD):
            around.append(row)
        elif moved and row.kind.asset is not None:
            inward.append(row)
    incident = yield from loom.load_incident([*around, *back])
    coming = yield from loom.load_incident(inward, inward=True)
    loom.touched.update(edge.ref for edge in (*incident, *coming))
    for edge in incident:
        kept = edge.stated == 0 and (edge.derived == 0 or edge.stated_at is not None)
        if kept and edge.ref not in loom.edge_adds:
            edges.no_longer_stated(loom, edge)
