"""Reads that name no version: which version each was of, and hanging it there; anew, when that changes.

`(dataset@unversioned)-[:INPUT_TO]->(run)` says that a run read a dataset, and does not say in which version. Where
somebody else says which the run read, it was that. Else it was the newest that was there by the run's start, and before
the first that the run itself wrote. The statement keeps the reserved version by which it was stated, and hangs on the
version that it was; where none was there by then, on the reserved one. That follows from what is stated of the run, and
from when versions and runs happened, so whatever changes those hangs it anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from thalweg.model.edges import EdgeType
from thalweg.model.kinds import Kind
from thalweg.store.weave.loom import Loom, OpenRead, Piece
from thalweg.store.weave.merge import merge_edge
from thalweg.store.weave.places import STATED, Moved, as_kept, moved_versions, places, unversioned
from thalweg.store.weave.requests import Asking, EdgesOf, EdgeStated, EdgeStatements, OpenReads, Span
from thalweg.store.weave.rows import EdgeRef, EdgeRow, EdgeStatement, State


def drop(loom: Loom, stated: EdgeStated, piece: Piece) -> None:
    """A scope takes such a read back."""
    loom.opened.append(_open(_statement(loom, stated), piece, living=False))


def again(loom: Loom, stated: EdgeStated, origin: str, at: int, body: bytes, piece: Piece) -> None:
    """A scope says something else of such a read."""
    read = _open(_statement(loom, stated), piece, living=True)
    read.origin, read.at, read.body = origin, at, body
    loom.opened.append(read)


def _statement(loom: Loom, stated: EdgeStated) -> EdgeStatement:
    scope, ref, source, target, origin, at, body, by = stated
    return EdgeStatement(scope, loom.edges[ref], source, target, origin, at, body, by=by)


def _open(was: EdgeStatement, piece: Piece, *, living: bool) -> OpenRead:
    edge = was.edge
    dataset = edge.source.asset
    assert dataset is not None, "a version of a dataset has one"
    return OpenRead(
        was.scope,
        was.stated_source,
        was.stated_target,
        was.origin,
        was.at,
        was.body,
        dataset,
        edge.target.id,
        edge.role,
        edge.first_at,
        piece,
        living,
        was,
    )


def hang(loom: Loom, wrong: Sequence[EdgeRef] = (), piece: Piece | None = None) -> Asking[None]:
    """Hangs up the reads that this wave states, or whose version it changes. wrong: edges of more, to be hung anew."""
    if not loom.reading and not loom.opened:
        return
    moved = moved_versions(loom)
    runs = (yield from _runs(loom, moved)) if loom.reading else {}
    runs.update((ref[2], piece) for ref in wrong)
    held = yield from _held(loom, moved, runs, wrong)
    reads = {(one.scope, one.stated_source, one.stated_target, one.role, False): one for one in loom.opened}
    anew = [one for one in loom.opened if one.was is None or one.was.edge.ref in held]
    for ref, statements in held.items():
        for one in statements:
            name = (one.scope, one.stated_source, one.stated_target, ref[3], one.retired)
            if one.by is not None and name not in reads:
                because = runs.get(ref[2]) or _because(loom, moved, one.edge.source.asset)
                was = one._replace(by=None) if ref in wrong else one  # so that it is written again in any case
                reads[name] = _open(was, because, living=not one.retired)
                anew.append(reads[name])
    where = yield from places(loom, moved, anew, runs)
    yield from loom.load_nodes(place for place, _ in where.values())
    yield from loom.load_edges(_ref(read, place) for read, (place, _) in where.items())
    late: list[tuple[OpenRead, EdgeRef | None, int]] = []
    for read in reads.values():
        place, by = where[read] if read in where else as_kept(read)
        if not read.living and STATED in (by, read.was.by if read.was is not None else by):
            if _lose(loom, read):
                late.append((read, None, by))
        elif not _hang(loom, read, _ref(read, place), by):
            late.append((read, _ref(read, place), by))
    loom.opened = []
    if late:
        yield from _keep(loom, late, held)


def _ref(read: OpenRead, place: str) -> EdgeRef:
    return (place, EdgeType.INPUT_TO, read.run, read.role)


def _because(loom: Loom, moved: dict[str, Moved], dataset: str | None) -> Piece:
    """Whose doing it is that a read hangs elsewhere."""
    found = moved[dataset].piece if dataset in moved else None
    return found or next(iter((*loom.cause.values(), *loom.edge_cause.values())))


# ------------------------------------------------------------------------------------------------ what is concerned


def _runs(loom: Loom, moved: dict[str, Moved]) -> Asking[dict[str, Piece | None]]:
    """The runs that were there and began at another time than was known, or wrote what may have been there by then, or
    of which it is stated, or no longer, that they read a version.
    """
    runs: dict[str, Piece | None] = {}
    for id, before in loom.before.items():
        row = loom.nodes[id]
        if row.kind is Kind.RUN and before.at != row.at:
            runs[id] = loom.cause.get(id)
    for ref, statements in (*loom.edge_adds.items(), *loom.edge_drops.items()):
        named = any(one.by is None for one in statements)
        if named and ref[1] is EdgeType.INPUT_TO and ref[2] in loom.before and ref[2] not in runs:
            version, run = loom.nodes[ref[0]], loom.nodes[ref[2]]
            if version.kind is Kind.DATASET_VERSION and run.kind is Kind.RUN:
                runs[run.id] = loom.edge_cause.get(ref)
    written = dict.fromkeys((*loom.edge_adds, *loom.edge_drops, *loom.retracted))
    known = [loom.nodes[id] for one in moved.values() for id in one.ids if id not in loom.fresh]
    if known:
        refs: list[EdgeRef] = yield EdgesOf(known, inward=True)
        yield from loom.load_nodes(ref[0] for ref in refs if ref[1] is EdgeType.PRODUCED)
        written.update(dict.fromkeys(refs))
    for ref in written:
        if ref[1] is not EdgeType.PRODUCED or ref[0] in loom.fresh or ref[0] in runs:
            continue
        run, version = loom.nodes[ref[0]], loom.nodes[ref[2]]
        earlier = loom.before.get(version.id)
        at = version.at if earlier is None else min(version.at, earlier.at)
        if run.kind is Kind.RUN and version.kind is Kind.DATASET_VERSION and at <= run.at:
            runs[run.id] = loom.edge_cause.get(ref) or loom.cause.get(version.id)
    return runs


def _held(
    loom: Loom, moved: dict[str, Moved], runs: Iterable[str], wrong: Sequence[EdgeRef]
) -> Asking[dict[EdgeRef, list[EdgeStatement]]]:
    """The edges that hold reads which may have to move, with all that is stated of them."""
    refs = list(wrong)
    spans: list[Span] = []
    if loom.reading:
        yield from loom.load_nodes(moved)
        for dataset, one in moved.items():
            if dataset in loom.before:
                without = [unversioned(loom.nodes[dataset].key).id]
                spans += [(dataset, at, without) for at in sorted(one.times)]
        asked = [run for run in runs if run in loom.before]
        if spans or asked:
            refs += yield OpenReads(asked, spans)
    held: dict[EdgeRef, list[EdgeStatement]] = {ref: [] for ref in refs}
    if held:
        yield from loom.load_nodes(end for ref in held for end in (ref[0], ref[2]))
        yield from loom.load_edges(held)
        statements: list[EdgeStatement] = yield EdgeStatements([loom.edges[ref] for ref in held])
        for statement in statements:
            held[statement.edge.ref].append(statement)
    return held


# ------------------------------------------------------------------------------------------------------ hanging them up


def _hang(loom: Loom, read: OpenRead, ref: EdgeRef, by: int) -> bool:
    """Hangs a statement on an edge; False for one that nobody makes any more and that is not kept there as it is."""
    was, piece = read.was, read.piece
    here = was is not None and was.edge.ref == ref
    if was is not None and not was.retired:
        kept = (was.origin, was.at, was.body, was.by)
        if here and read.living and kept == (read.origin, read.at, read.body, by):
            return True
        loom.drop_edge(was._replace(by=by), piece)
        if not here:
            loom.moved.add((was.edge.ref, was.scope, was.stated_source, was.stated_target))
    elif was is not None and here:
        return was.by == by
    if read.living:
        edge = was.edge if was is not None and here else _edge(loom, read, ref)
        loom.add_edge(_said(read, edge, by), piece)
    return here or read.living


def _lose(loom: Loom, read: OpenRead) -> bool:
    """Nothing is kept of a read that nobody makes any more where it is, or was, stated which version was read: that is
    what is kept. Answers whether the statement is to be taken from those that are kept already.
    """
    was = read.was
    if was is None or was.retired:
        return was is not None
    loom.drop_edge(was, read.piece)
    loom.moved.add((was.edge.ref, was.scope, was.stated_source, was.stated_target))
    return False


def _edge(loom: Loom, read: OpenRead, ref: EdgeRef) -> EdgeRow:
    edge = loom.edge(ref, read.piece)
    if ref in loom.fresh_edges:
        edge.first_at = min(edge.first_at, read.first_at)
    return edge


def _said(read: OpenRead, edge: EdgeRow, by: int) -> EdgeStatement:
    names = (read.stated_source, read.stated_target)
    return EdgeStatement(read.scope, edge, *names, read.origin, read.at, read.body, not read.living, by)


def _keep(
    loom: Loom, late: Sequence[tuple[OpenRead, EdgeRef | None, int]], held: dict[EdgeRef, list[EdgeStatement]]
) -> Asking[None]:
    """Hangs over what nobody states any more, and what is kept because the run, or the version, is gone; what has no
    place any more is only taken down.
    """
    for old in dict.fromkeys(read.was.edge.ref for read, *_ in late if read.was is not None and read.was.retired):
        edge = loom.edges[old]
        left = [read.was for read, *_ in late if read.was is not None and read.was.edge is edge]
        loom.changes.edge_statements_removed += left
        names = {(one.scope, one.stated_source, one.stated_target) for one in left}
        rest = [
            one for one in held[old] if one.retired and (one.scope, one.stated_source, one.stated_target) not in names
        ]
        loom.edge_cause.setdefault(old, next(read.piece for read, *_ in late if read.was in left))
        loom.touched.add(old)
        if rest:
            edge.body = merge_edge(rest) if not _living(loom, old) else edge.body
        else:
            loom.retracted.add(old)
    together: dict[EdgeRef, list[tuple[OpenRead, int]]] = defaultdict(list)
    for read, ref, by in late:
        if ref is not None:
            together[ref].append((read, by))
    for ref, reads in together.items():
        ends = [loom.nodes[end] for end in (ref[0], ref[2]) if end in loom.nodes]
        if _living(loom, ref) or State.LEFT not in [row.state for row in ends]:
            continue
        edges = [_edge(loom, read, ref) for read, _ in reads]
        retired = [_said(read, edges[0], by) for read, by in reads]
        there: list[EdgeStatement] = [] if ref in loom.fresh_edges else (yield EdgeStatements(edges[:1]))
        edges[0].body = merge_edge([*there, *retired])
        loom.changes.edge_statements_put += retired
        loom.edge_cause.setdefault(ref, reads[0][0].piece)
        loom.touched.add(ref)
        loom.retracted.discard(ref)


def _living(loom: Loom, ref: EdgeRef) -> bool:
    """Whether anybody states an edge after this wave."""
    stated = loom.edges[ref].stated if ref in loom.edges else 0
    return stated + len(loom.edge_adds.get(ref, ())) - len(loom.edge_drops.get(ref, ())) > 0
