"""Names that are one: which entity the facts of each hang on, and hanging them over when that changes.

Each statement keeps the id it was stated with, so a wrong join is taken back by computing again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from thalweg.model.keys import UNVERSIONED, Key
from thalweg.model.kinds import ASSET_OF, Kind
from thalweg.model.results import Change
from thalweg.store.weave import marks
from thalweg.store.weave.finish import finish
from thalweg.store.weave.loom import Loom, OpenRead, Piece
from thalweg.store.weave.merge import merge_all
from thalweg.store.weave.places import unversioned
from thalweg.store.weave.requests import (
    Aliases,
    Asking,
    Changes,
    Edges,
    EdgesOf,
    EdgeStatements,
    Histories,
    Joins,
    MarksOfModels,
    Nodes,
    NodeStatements,
    VersionsOf,
)
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
    State,
)


def resolve(loom: Loom, keys: dict[str, Key]) -> Asking[None]:
    """Fills `loom.aliases` for what is mentioned: ids joined themselves, and versions of assets that were joined."""
    known: dict[str, AliasRow] = yield Aliases(list(keys))
    loom.aliases.update((id, row.canonical) for id, row in known.items())
    yield from loom.load_nodes(loom.aliases.values())
    moved: dict[str, tuple[Key, str, Key]] = {}
    for id, key in keys.items():
        asset = key.asset
        if id in known or asset is None or asset.id not in loom.aliases:
            continue
        moved[id] = (key, asset.id, Key(key.kind, (*loom.nodes[loom.aliases[asset.id]].key, key.parts[-1])))
    further: dict[str, AliasRow] = (yield Aliases([key.id for _, _, key in moved.values()])) if moved else {}
    for id, (key, asset_id, target) in moved.items():
        canonical = further[target.id].canonical if target.id in further else target.id
        loom.keys[target.id] = target
        loom.aliases[id] = canonical
        loom.changes.aliases_put.append(AliasRow(id, key.kind, key.parts, asset_id, canonical))


@dataclass(slots=True)
class _Bodies:
    """All that hangs on some nodes: taken down, to be hung up again under other names."""

    nodes: dict[str, NodeRow] = field(default_factory=dict)
    edges: list[EdgeRow] = field(default_factory=list)
    aliases: dict[str, AliasRow] = field(default_factory=dict)
    node_statements: list[NodeStatement] = field(default_factory=list)
    edge_statements: list[EdgeStatement] = field(default_factory=list)
    histories: list[HistoryRow] = field(default_factory=list)
    marks: list[MarkRow] = field(default_factory=list)


def rejoin(old: Sequence[JoinRow], new: Sequence[JoinRow], now: int, piece: Piece) -> Asking[None]:
    """Replaces the joins that a scope states, and hangs over the facts of every name whose entity changes."""
    dropped = [row for row in old if row not in new]
    added = [row for row in new if row not in old]
    for kind in dict.fromkeys(row.kind for row in (*dropped, *added)):
        yield from _rejoin(
            [row for row in dropped if row.kind is kind], [row for row in added if row.kind is kind], now, piece
        )


def _rejoin(dropped: list[JoinRow], added: list[JoinRow], now: int, piece: Piece) -> Asking[None]:
    rows = yield from _component(dropped, added)
    after = [row for row in rows if row not in dropped] + added
    keys: dict[str, Key] = {}
    for row in (*rows, *added, *dropped):
        keys[row.alias] = Key(row.kind, row.alias_key)
        keys[row.of] = Key(row.kind, row.of_key)
    moved_keys = yield from _by_assets(keys, {})
    keys |= {key.id: key for key in moved_keys.values()}
    known: dict[str, AliasRow] = yield Aliases(list(keys))
    was = {id: known[id].canonical if id in known else id for id in keys}
    canonical = _canonical(after, moved_keys)
    moved = [id for id in keys if was[id] != canonical[id]]
    yield Changes(joins_removed=dropped, joins_put=added)
    if not moved:
        return
    hubs = sorted({was[id] for id in moved} | {canonical[id] for id in moved})
    yield from _hang_over(hubs, keys, canonical, now, piece)
    for id in sorted(moved):
        piece.note(Change.JOINED, "joined", id=id, into=canonical[id], was=was[id])


def _component(dropped: Sequence[JoinRow], added: Sequence[JoinRow]) -> Asking[list[JoinRow]]:
    """Every join that hangs together with these."""
    return (yield from _hanging_together(end for row in (*dropped, *added) for end in (row.alias, row.of)))


def _hanging_together(ids: Iterable[str]) -> Asking[list[JoinRow]]:
    """Every join in which one of the names is either side, and those that hang together with it."""
    rows: dict[JoinRow, None] = {}
    seen: set[str] = set()
    frontier = set(ids)
    while frontier:
        seen |= frontier
        found: list[JoinRow] = yield Joins(sorted(frontier))
        rows.update(dict.fromkeys(found))
        frontier = {end for row in found for end in (row.alias, row.of)} - seen
    return list(rows)


def _by_assets(keys: dict[str, Key], assets: dict[str, Key]) -> Asking[dict[str, Key]]:
    """Each name of a version by the name that its asset goes by; another name is as it is.

    assets: by what name some assets go from now on; of others it is looked up.
    """
    asked = {asset.id for key in keys.values() if (asset := key.asset) is not None} - assets.keys()
    known: dict[str, AliasRow] = (yield Aliases(sorted(asked))) if asked else {}
    rows: dict[str, NodeRow] = (yield Nodes(sorted({row.canonical for row in known.values()}))) if known else {}
    names = assets | {id: Key(rows[row.canonical].kind, rows[row.canonical].key) for id, row in known.items()}
    moved: dict[str, Key] = {}
    for id, key in keys.items():
        asset = key.asset
        name = names.get(asset.id) if asset is not None else None
        moved[id] = key if name is None else Key(key.kind, (*name.parts, key.parts[-1]))
    return moved


def _canonical(rows: Iterable[JoinRow], named: dict[str, Key]) -> dict[str, str]:
    """Which id stands for each name: of a group of names the least that nobody calls an alias, else the least.

    named: the name of each, which is another's where the assets of two versions are one.
    """
    keys = {key.id: key for key in named.values()}
    group = {id: {id} for id in keys}
    called: set[str] = set()
    for row in rows:
        alias, of = named[row.alias].id, named[row.of].id
        if alias == of:
            continue
        called.add(alias)
        union = group[alias] | group[of]
        for id in union:
            group[id] = union
    least = {
        id: min((member in called, keys[member].parts, member) for member in members)[2]
        for id, members in group.items()
    }
    return least | {id: least[key.id] for id, key in named.items()}


def _hang_over(
    hubs: Sequence[str], keys: dict[str, Key], canonical: dict[str, str], now: int, piece: Piece
) -> Asking[None]:
    kind = keys[next(iter(keys))].kind
    versions: list[str] = yield VersionsOf(hubs)
    runs = versions if kind is Kind.JOB else []
    ids = [*hubs] if kind is Kind.JOB else [*hubs, *versions]
    bodies = yield from _take_down(ids)
    named = {id: Key(row.kind, row.key) for id, row in bodies.nodes.items()}
    named |= {id: Key(row.kind, row.key) for id, row in bodies.aliases.items()}
    named |= keys
    loom = Loom(now)
    joined = {} if kind in ASSET_OF else (yield from _joined_versions(named, canonical))
    _rename(loom, named, {**canonical, **joined})
    later = [row for row in loom.changes.aliases_put if row.key[-1] == UNVERSIONED]  # which mostly has no node
    yield Changes(aliases_put=[row for row in loom.changes.aliases_put if row not in later])
    loom.changes.aliases_put = later
    for edge in bodies.edges:
        if edge.source.asset is not None and edge.target.asset is not None and not edge.hidden:
            loom.recount.add((edge.source.asset, edge.type, edge.target.asset, edge.role))
        if edge.derived:
            loom.recount.add((loom.canonical(edge.source.id), edge.type, loom.canonical(edge.target.id), edge.role))
    others = {end for edge in bodies.edges for end in (edge.source.id, edge.target.id)} - bodies.nodes.keys()
    assets = {loom.canonical(asset.id) for key in loom.keys.values() if (asset := key.asset) is not None}
    yield from loom.load_nodes([*others, *runs, *sorted(assets - bodies.nodes.keys())])
    for id in set(canonical.values()):
        loom.keys.setdefault(id, named[id])
    _hang_up(loom, bodies, piece)
    loom.loose.update(row.asset for row in bodies.nodes.values() if row.asset is not None)
    loom.columned.update(
        row.asset for row in bodies.nodes.values() if row.kind is Kind.DATASET_VERSION and row.asset is not None
    )
    for id in sorted({canonical[id] for id in keys}):
        loom.node(id, piece)
        loom.loose.add(id)  # a name that only the join knew goes with it
    for run in runs:
        row = loom.nodes[run]
        if row.asset is not None and loom.canonical(row.asset) != row.asset:
            loom.set_asset(row, loom.canonical(row.asset), piece)
        elif (job := row.props.get("job")) is not None:
            loom.set_asset(row, loom.named(Key(Kind.JOB, tuple(job))), piece)
    yield from finish(loom)
    yield loom.changes


def _joined_versions(named: dict[str, Key], canonical: dict[str, str]) -> Asking[dict[str, str]]:
    """Which id stands for each version that is joined itself, when its asset goes by another name from now on.

    `named` gets what names the joins know besides.
    """
    versions = {id: key for id, key in named.items() if key.kind in ASSET_OF}
    rows = (yield from _hanging_together(versions)) if versions else []
    keys = {
        id: Key(row.kind, parts) for row in rows for id, parts in ((row.alias, row.alias_key), (row.of, row.of_key))
    }
    if not keys:
        return {}
    moved = yield from _by_assets(keys, {id: named[target] for id, target in canonical.items()})
    found = _canonical(rows, moved)
    for key in moved.values():
        named.setdefault(key.id, key)
    return {id: target for id, target in found.items() if id in named}


def _take_down(ids: Sequence[str]) -> Asking[_Bodies]:
    """Loads all that hangs on these nodes, and removes it."""
    bodies = _Bodies()
    found: dict[str, NodeRow] = yield Nodes(ids)
    bodies.nodes = found
    rows = list(found.values())
    refs: list[EdgeRef] = yield EdgesOf(rows)
    refs = list(dict.fromkeys(refs))
    ends = sorted({end for ref in refs for end in (ref[0], ref[2])} - found.keys())
    others: dict[str, NodeRow] = (yield Nodes(ends)) if ends else {}
    bodies.edges = (yield Edges(refs, {**others, **found})) if refs else []
    bodies.node_statements = yield NodeStatements(rows)
    bodies.edge_statements = (yield EdgeStatements(bodies.edges)) if bodies.edges else []
    bodies.histories = yield Histories(rows)
    bodies.aliases = yield Aliases(ids, canonical=True)
    models = [row.id for row in rows if row.kind is Kind.MODEL]
    models += [row.asset for row in rows if row.kind is Kind.MODEL_VERSION and row.asset and row.asset not in models]
    bodies.marks = (yield MarksOfModels(list(dict.fromkeys(models)))) if models else []
    yield Changes(
        nodes_removed=rows,
        edges_removed=bodies.edges,
        node_statements_removed=bodies.node_statements,
        edge_statements_removed=bodies.edge_statements,
        histories_removed=list(dict.fromkeys((one.scope, one.node, one.stated_id) for one in bodies.histories)),
        marks_removed=bodies.marks,
        aliases_removed=list(bodies.aliases),
    )
    return bodies


def _rename(loom: Loom, named: dict[str, Key], canonical: dict[str, str]) -> None:
    """Which id each name leads to now: joined itself, or a version of what was joined."""
    loom.keys.update(named)
    for id, key in named.items():
        target = canonical.get(id)
        if target is None:
            target = id
            asset = key.asset
            if asset is not None and canonical.get(asset.id, asset.id) != asset.id:
                moved = Key(key.kind, (*named[canonical[asset.id]].parts, key.parts[-1]))
                loom.keys[moved.id] = moved
                target = canonical.get(moved.id, moved.id)
        if target != id:
            loom.aliases[id] = target
            asset = key.asset
            loom.changes.aliases_put.append(AliasRow(id, key.kind, key.parts, asset.id if asset else None, target))
    for id in canonical:
        own, moved = unversioned(named[id].parts), unversioned(named[canonical[id]].parts)
        if named[id].kind is Kind.DATASET and own.id not in named:
            loom.keys.update({own.id: own, moved.id: moved})
            if moved != own:
                loom.aliases[own.id] = moved.id
                loom.changes.aliases_put.append(AliasRow(own.id, own.kind, own.parts, id, moved.id))


def _hang_up(loom: Loom, bodies: _Bodies, piece: Piece) -> None:
    first: dict[str, int] = {}
    forgotten: set[str] = set()
    left: dict[str, NodeRow] = {}
    for id, row in bodies.nodes.items():
        target = loom.canonical(id)
        first[target] = min(first.get(target, row.first_at), row.first_at)
        if row.forgotten:
            forgotten.add(target)
        if row.state is State.LEFT:
            left[target] = row
    said: dict[str, list[NodeStatement]] = defaultdict(list)
    for one in bodies.node_statements:
        said[loom.canonical(one.stated_id)].append(one)
    for id in dict.fromkeys((*first, *said)):
        if id not in said and id not in {loom.canonical(old) for old in bodies.nodes}:
            continue
        row = loom.node(id, piece)
        row.first_at = first.get(id, loom.now)
        row.at = row.undated
        loom.loose.add(id)  # where nothing is said of it, and nothing points at it any more, it goes
        row.forgotten = id in forgotten
        row.hidden = row.hidden or row.forgotten
        living = [one._replace(node=row) for one in said[id] if not one.retired]
        for one in living:
            loom.add_node(one, piece)
        if said[id] and not living:
            retired = [one._replace(node=row) for one in said[id]]
            merge_all(row, retired)
            row.origins, row.state = {}, State.LEFT
            before = left.get(id)
            if before is not None:
                row.gone_at, row.until, row.status, row.at = before.gone_at, before.until, before.status, before.at
                row.body = before.body if len(retired) == 1 else row.body
            loom.changes.node_statements_put += retired
    for history in bodies.histories:
        node = loom.nodes[loom.canonical(history.stated_id)]
        loom.changes.histories_put.append(history._replace(node=node))
    _hang_up_edges(loom, bodies, piece)
    touched: set[marks.Name] = set()
    for mark in bodies.marks:
        if mark.version in bodies.nodes:
            mark.version = loom.node(loom.canonical(mark.stated_version), piece).id
        version = loom.keys.get(mark.version)
        model = version.asset if version is not None else None
        mark.model = model.id if model is not None else loom.canonical(mark.model)
        loom.changes.marks_put.append(mark)
        touched.add((mark.model, mark.kind, mark.name))
    together: dict[marks.Name, list[MarkRow]] = defaultdict(list)
    for mark in bodies.marks:
        together[mark.model, mark.kind, mark.name].append(mark)
    for same in together.values():
        marks.timeline(same)


def _hang_up_edges(loom: Loom, bodies: _Bodies, piece: Piece) -> None:
    first = {edge.ref: edge.first_at for edge in bodies.edges}
    said: dict[EdgeRef, list[EdgeStatement]] = defaultdict(list)
    for one in bodies.edge_statements:
        old = one.edge
        source, target = old.source.id, old.target.id  # an end elsewhere stays, by whatever name it was stated
        if target in bodies.nodes:
            target = loom.canonical(one.stated_target)
        if one.by is not None:
            loom.opened.append(_opened(loom, one, target, piece))
            continue
        if source in bodies.nodes:
            source = loom.canonical(one.stated_source)
        ref = (source, old.type, target, old.role)
        said[ref].append(one)
    for ref, statements in said.items():
        edge = loom.edge(ref, piece)
        edge.first_at = edge.at = min(first[one.edge.ref] for one in statements)
        living = [one._replace(edge=edge) for one in statements if not one.retired]
        for one in living:
            loom.add_edge(one, piece)
        if not living:
            loom.keep(edge, [one._replace(edge=edge) for one in statements])


def _opened(loom: Loom, one: EdgeStatement, run: str, piece: Piece) -> OpenRead:
    """A read that names no version, to be hung up by what the versions of its dataset are now."""
    old = one.edge
    dataset = old.source.asset
    named = loom.keys.get(one.stated_source)
    if named is not None and named.asset is not None:
        dataset = loom.canonical(named.asset.id)
    assert dataset is not None, "a version of a dataset has one"
    loom.node(run, piece)
    loom.loose.add(old.source.id)  # it may hang on another version now
    names = (one.scope, one.stated_source, one.stated_target, one.origin, one.at, one.body)
    return OpenRead(*names, dataset, run, old.role, old.first_at, piece, not one.retired)
