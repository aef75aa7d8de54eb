"""What a batch of granules does to the graph: generators that ask for rows and hand over changes.

weave    granules -> what each came to
retire   the scopes that a pass did not see
forget, restore   what a person takes out of every answer, and back
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

import orjson

from thalweg.model.edges import EdgeType
from thalweg.model.errors import Conflict, NotFound, ThalwegError
from thalweg.model.facts import Caller, Pass
from thalweg.model.results import Change, Notice, Outcome, Written
from thalweg.store.weave import joins, marks, reads
from thalweg.store.weave.finish import finish
from thalweg.store.weave.loom import Loom, OpenRead, Piece
from thalweg.store.weave.merge import carried
from thalweg.store.weave.prepared import Batch, Prepared
from thalweg.store.weave.requests import (
    Aliases,
    Asking,
    Changes,
    EdgeStated,
    Held,
    Holds,
    JoinsOf,
    MarksOfScopes,
    NodeStated,
    Repeats,
    Scopes,
    ScopeStatements,
    UnseenScopes,
    VersionsOf,
)
from thalweg.store.weave.rows import (
    EdgeRef,
    EdgeStatement,
    EventRow,
    HistoryRow,
    JoinRow,
    MarkRow,
    NodeStatement,
    RepeatRow,
    ScopeRow,
)

RETIRED_AT_ONCE = 2_000
"""Scopes that one transaction retires; a pass that retires more is closed in several."""

Answer = Written | ThalwegError


Stated = tuple[Prepared, Batch]
"""A granule, and the batch that it came in."""


class Work(NamedTuple):
    """A granule that needs writing: its place in the wave, and what comes of it."""

    place: int
    prepared: Prepared
    piece: Piece
    batch: Batch


def weave(batches: Sequence[Batch], now: int) -> Asking[list[list[Answer]]]:
    """Writes what several callers state, as if one did; answers each of them, each granule in its place. A granule that
    cannot be written leaves the others alone.
    """
    holds: Held = yield Holds()
    joined, reading = holds
    answers: list[Answer] = []
    wave: list[Stated] = []
    scopes: set[str] = set()
    keys: set[str] = set()
    closed = False
    for prepared, batch in ((prepared, one) for one in batches for prepared in one.granules):
        # One scope at a time, and joins by themselves: what comes later builds on what they did. A scope that only no
        # longer states the joins that it stated may come with others: joins go before anything else of a wave.
        alone = bool(prepared.joins)
        if wave and (alone or closed or prepared.scope_id in scopes or prepared.idempotency_key in keys):
            answers += yield from _wave(wave, now, Held(joined, reading))
            reading = reading or _reads(wave)
            wave, scopes, keys = [], set(), set()
        closed = alone
        wave.append((prepared, batch))
        scopes.add(prepared.scope_id)
        if prepared.idempotency_key is not None:
            keys.add(prepared.idempotency_key)
        joined = joined or bool(prepared.joins)
    if wave:
        answers += yield from _wave(wave, now, Held(joined, reading))
    given = iter(answers)
    return [list(islice(given, len(batch.granules))) for batch in batches]


def _reads(wave: Sequence[Stated]) -> bool:
    """Whether any granule states a read that names no version."""
    return any(edge.open for prepared, _ in wave for edge in prepared.edges)


def _seen_at(batch: Batch, now: int) -> int:
    return max(now, batch.pass_.began_at) if batch.pass_ is not None else now


def _wave(wave: Sequence[Stated], now: int, holds: Held) -> Asking[list[Answer]]:
    answers: dict[int, Answer] = {}
    held: dict[str, ScopeRow] = yield Scopes([prepared.scope_id for prepared, _ in wave])
    repeats: dict[str, RepeatRow] = {}
    if names := [prepared.idempotency_key for prepared, _ in wave if prepared.idempotency_key is not None]:
        repeats = yield Repeats(names)
    seen: list[tuple[str, int]] = []
    work: list[Work] = []
    for place, (prepared, batch) in enumerate(wave):
        answer = _settled(prepared, held.get(prepared.scope_id), repeats)
        if answer is not None:
            answers[place] = answer
            if isinstance(answer, Written) and batch.pass_ is not None and prepared.scope_id in held:
                seen.append((prepared.scope_id, _seen_at(batch, now)))
            continue
        at = prepared.at if prepared.at is not None else now
        before = held.get(prepared.scope_id)
        back = prepared.current and before is not None and at < before.at
        piece = Piece(prepared.source, prepared.name, at, now if back else at, notices=tuple(prepared.notices))
        work.append(Work(place, prepared, piece, batch))
    if not work:
        if seen:
            yield Changes(seen=seen)
        return [answers[place] for place in range(len(wave))]

    known = [one.prepared.scope_id for one in work if one.prepared.scope_id in held]
    if holds.joins:
        yield from _rejoin(work, known, now)
    loom = Loom(now, reading=holds.reads)
    yield from _state(loom, work, known, held, holds.joins)
    yield from finish(loom)

    last = loom.changes
    last.seen = seen
    for _, prepared, piece, batch in work:
        scope = prepared.scope_id
        last.scopes_put.append(
            ScopeRow(
                scope,
                prepared.source,
                prepared.name,
                prepared.origin,
                prepared.digest,
                prepared.revision,
                piece.at,
                now,
                _seen_at(batch, now),
                batch.caller.name,
            )
        )
        piece.ids = tuple(loom.canonical(entity.id) for entity in prepared.entities)
        if prepared.idempotency_key is not None:
            result = orjson.dumps({"ids": piece.ids, "counts": piece.counts})
            last.repeats.append(RepeatRow(prepared.idempotency_key, prepared.digest, now, result))
    cursors = yield from _announce(last, [(piece, batch.caller) for _, _, piece, batch in work], now)
    for (place, prepared, piece, _), cursor in zip(work, cursors, strict=True):
        scope_row = held.get(prepared.scope_id)
        same = scope_row is not None and scope_row.digest == prepared.digest and not piece.changes
        outcome = Outcome.UNCHANGED if same else Outcome.WRITTEN  # said again, of a later time
        answers[place] = Written(outcome, piece.ids, piece.counts, piece.notices, cursor)
    return [answers[place] for place in range(len(wave))]


def _settled(prepared: Prepared, scope: ScopeRow | None, repeats: dict[str, RepeatRow]) -> Answer | None:
    """The answer for a granule that needs no writing; None for one that does."""
    repeat = repeats.get(prepared.idempotency_key) if prepared.idempotency_key is not None else None
    if repeat is not None:
        if repeat.digest != prepared.digest:
            return Conflict(
                f"The idempotency key {repeat.key!r} was used before for other facts.",
                "Use a new key for a new write; the same key only to repeat one.",
            )
        result: dict[str, Any] = orjson.loads(repeat.result)
        return Written(Outcome.REPEATED, tuple(result["ids"]), result["counts"])
    ids = tuple(entity.id for entity in prepared.entities)
    notices = tuple(prepared.notices)
    if scope is None:
        return None
    revised = prepared.at is not None and prepared.at > scope.at
    outdated = prepared.at is not None and prepared.at < scope.at and not prepared.current
    if prepared.revision is not None and scope.revision is not None:
        outdated = prepared.revision < scope.revision
        revised = prepared.revision > scope.revision or (revised and not outdated)
    if scope.digest == prepared.digest and not revised:
        return Written(Outcome.UNCHANGED, ids, warnings=notices)
    if outdated:
        notice = Notice("OUTDATED", prepared.name, "revision", "a later state of this is held; nothing was changed")
        return Written(Outcome.OUTDATED, ids, warnings=(*notices, notice))
    return None


def _rejoin(work: Sequence[Work], known: Sequence[str], now: int) -> Asking[None]:
    stated: list[JoinRow] = (yield JoinsOf(known)) if known else []
    for _, prepared, piece, _ in work:
        old = [row for row in stated if row.scope == prepared.scope_id]
        new = [
            JoinRow(
                prepared.scope_id,
                join.alias,
                join.of,
                prepared.keys[join.of].kind,
                prepared.keys[join.alias].parts,
                prepared.keys[join.of].parts,
            )
            for join in prepared.joins
        ]
        yield from joins.rejoin(old, new, now, piece)


def _state(
    loom: Loom,
    work: Sequence[Work],
    known: Sequence[str],
    held: dict[str, ScopeRow],
    joined: bool,
) -> Asking[None]:
    """Loads what the granules touch, and puts what they state in place of what their scopes stated before."""
    node_stated: list[NodeStated] = []
    edge_stated: list[EdgeStated] = []
    mark_rows: list[MarkRow] = []
    if known:
        node_stated, edge_stated = yield ScopeStatements(known)
        mark_rows = yield MarksOfScopes(known)
    for _, prepared, _, _ in work:
        loom.keys.update(prepared.keys)
        loom.assets.update(prepared.assets)
    if joined:
        yield from joins.resolve(loom, dict(loom.keys))
        for id, target in loom.aliases.items():
            loom.keys.setdefault(target, loom.keys[id])
    canonical = loom.canonical
    ids = {canonical(id) for id in loom.keys}
    ids.update(stated[1] for stated in node_stated)
    ids.update(end for stated in edge_stated for end in (stated[1][0], stated[1][2]))
    yield from loom.load_nodes(ids)
    refs = [
        (canonical(edge.source), edge.type, canonical(edge.target), edge.role)
        for _, prepared, _, _ in work
        for edge in prepared.edges
    ]
    yield from loom.load_edges((*refs, *(stated[1] for stated in edge_stated)))

    old_nodes: dict[str, dict[tuple[str, str], NodeStated]] = {}
    for node in node_stated:
        old_nodes.setdefault(node[0], {})[node[1], node[2]] = node
    old_edges: dict[str, dict[tuple[Any, str, str], EdgeStated]] = {}
    for edge in edge_stated:
        old_edges.setdefault(edge[0], {})[_name(edge), edge[2], edge[3]] = edge
    old_marks: dict[str, list[MarkRow]] = {}
    for mark in mark_rows:
        old_marks.setdefault(mark.scope, []).append(mark)

    touched: set[marks.Name] = set()
    for _, prepared, piece, batch in work:
        scope = prepared.scope_id
        _state_nodes(loom, prepared, piece, old_nodes.get(scope, {}), scope in held)
        _state_edges(loom, prepared, piece, old_edges.get(scope, {}))
        for mark_ in prepared.marks:
            loom.node(canonical(mark_.version), piece)
        touched |= marks.restate(
            loom,
            scope,
            old_marks.get(scope, ()),
            prepared.marks,
            prepared.origin,
            batch.caller.name,
            piece,
            held[scope].seen_at if scope in held else None,
        )
    yield from marks.settle(loom, touched)


def _state_nodes(
    loom: Loom, prepared: Prepared, piece: Piece, old: dict[tuple[str, str], NodeStated], known: bool
) -> None:
    scope, origin = prepared.scope_id, prepared.origin
    for entity in prepared.entities:
        id = loom.canonical(entity.id)
        row = loom.node(id, piece)
        before = old.pop((id, entity.id), None)
        if known and (entity.histories or before is not None):
            loom.changes.histories_removed.append((scope, row, entity.id))
        for key, points in entity.histories.items():
            loom.changes.histories_put.append(HistoryRow(scope, row, entity.id, key, points))
        if before is not None:
            at = prepared.at if prepared.at is not None else before[4]
            if before[3:] == (origin, at, entity.body):
                continue
            loom.drop_node(NodeStatement(scope, row, before[2], before[3], before[4], before[5]), piece)
        loom.add_node(NodeStatement(scope, row, entity.id, origin, piece.at, entity.body), piece)
    _drop_nodes(loom, old.values(), piece)


def _name(edge: EdgeStated) -> EdgeRef | str:
    """By what a statement is found again, beside the names of its ends: its edge, unless that is worked out."""
    return edge[1] if edge[-1] is None else edge[1][3]


def _state_edges(loom: Loom, prepared: Prepared, piece: Piece, old: dict[tuple[Any, str, str], EdgeStated]) -> None:
    scope, origin, canonical = prepared.scope_id, prepared.origin, loom.canonical
    refs = [(canonical(edge.source), edge.type, canonical(edge.target), edge.role) for edge in prepared.edges]
    other_role = _in_other_roles(old, set(refs))
    for edge, ref in zip(prepared.edges, refs, strict=True):
        before = old.pop((edge.role if edge.open else ref, edge.source, edge.target), None)
        body, had = edge.body, None
        if edge.type is EdgeType.SERVED_BY:
            had = before if before is not None else other_role.get((edge.source, edge.target))
            body = carried(had[6], body, piece.at) if had is not None else body
        if before is not None:
            at = prepared.at if prepared.at is not None else before[5]
            if before[4:7] == (origin, at, body):
                continue
        if edge.open:
            if before is not None:
                reads.again(loom, before, origin, piece.at, edge.body, piece)
                continue
            run = loom.node(canonical(edge.target), piece)
            names = (scope, edge.source, edge.target, origin, piece.at, edge.body)
            dataset = canonical(loom.assets[edge.source])
            loom.opened.append(OpenRead(*names, dataset, run.id, edge.role, loom.now, piece))
            continue
        row = loom.edge(ref, piece)
        if before is not None:
            loom.drop_edge(EdgeStatement(scope, row, *before[2:7]), piece)
        elif had is not None and ref in loom.fresh_edges:  # it was served since it was in its other role
            row.first_at = min(row.first_at, loom.edges[had[1]].first_at)
        loom.add_edge(EdgeStatement(scope, row, edge.source, edge.target, origin, piece.at, body), piece)
    _drop_edges(loom, old.values(), piece)


def _in_other_roles(
    old: dict[tuple[Any, str, str], EdgeStated], stated: set[EdgeRef]
) -> dict[tuple[str, str], EdgeStated]:
    """What was stated of models that are served, in roles that are stated no more: a shadow may have got a share."""
    served = (one for one in old.values() if one[1][1] is EdgeType.SERVED_BY and one[1] not in stated)
    return {(one[2], one[3]): one for one in served}


def _drop_nodes(loom: Loom, stated: Any, piece: Piece) -> None:
    for scope, id, stated_id, origin, at, body in stated:
        loom.drop_node(NodeStatement(scope, loom.nodes[id], stated_id, origin, at, body), piece)


def _drop_edges(loom: Loom, stated: Iterable[EdgeStated], piece: Piece) -> None:
    for one in stated:
        scope, ref, source, target, origin, at, body, by = one
        if by is not None:
            reads.drop(loom, one, piece)
        else:
            loom.drop_edge(EdgeStatement(scope, loom.edges[ref], source, target, origin, at, body), piece)


def _announce(last: Changes, pieces: Sequence[tuple[Piece, Caller]], now: int) -> Asking[list[int]]:
    """Writes the last changes with one event for each piece that changed something; answers a cursor for each piece."""
    for piece, caller in pieces:
        if piece.changes:
            last.events.append(
                EventRow(now, caller.name, caller.request_id, piece.source, piece.name, orjson.dumps(piece.changes))
            )
    cursors: list[int] = yield last
    given = iter(cursors)
    return [next(given) if piece.changes else 0 for piece, _ in pieces]


def retire(pass_: Pass, caller: Caller, now: int) -> Asking[tuple[Written, bool]]:
    """Takes back what the scopes state that nobody has seen since the pass began; answers whether there are more."""
    scopes: list[ScopeRow] = yield UnseenScopes(pass_.source, pass_.began_at, RETIRED_AT_ONCE)
    if not scopes:
        yield Changes(closed=[(pass_.source, now)])
        return Written(Outcome.UNCHANGED), False
    pieces = {scope.id: Piece(scope.source, scope.name, now, now) for scope in scopes}
    ids = list(pieces)
    holds: Held = yield Holds()
    stated: list[JoinRow] = (yield JoinsOf(ids)) if holds.joins else []
    for scope in scopes:
        yield from joins.rejoin([row for row in stated if row.scope == scope.id], [], now, pieces[scope.id])
    loom = Loom(now, reading=holds.reads)
    node_stated: list[NodeStated]
    edge_stated: list[EdgeStated]
    node_stated, edge_stated = yield ScopeStatements(ids)
    mark_rows: list[MarkRow] = yield MarksOfScopes(ids)
    ends = (end for one in edge_stated for end in (one[1][0], one[1][2]))
    yield from loom.load_nodes((*(one[1] for one in node_stated), *ends))
    yield from loom.load_edges(one[1] for one in edge_stated)
    for node in node_stated:
        _drop_nodes(loom, (node,), pieces[node[0]])
    for edge in edge_stated:
        _drop_edges(loom, (edge,), pieces[edge[0]])
    touched: set[marks.Name] = set()
    for scope in scopes:
        mine = [row for row in mark_rows if row.scope == scope.id]
        if mine:
            touched |= marks.restate(
                loom, scope.id, mine, (), scope.origin, caller.name, pieces[scope.id], scope.seen_at
            )
    yield from marks.settle(loom, touched)
    yield from finish(loom)
    last = loom.changes
    last.scopes_removed = ids
    more = len(scopes) == RETIRED_AT_ONCE
    if not more:
        last.closed = [(pass_.source, now)]
    cursors = yield from _announce(last, [(piece, caller) for piece in pieces.values()], now)
    counts: dict[str, int] = {}
    for piece in pieces.values():
        for what, number in piece.counts.items():
            counts[what] = counts.get(what, 0) + number
    return Written(Outcome.WRITTEN, counts=counts, cursor=max(cursors, default=0)), more


def forget(ids: Sequence[str], caller: Caller, now: int) -> Asking[Written]:
    """Takes entities out of every answer. Raises NotFound, naming the ids nobody knows."""
    return (yield from _remember(ids, caller, now, forgotten=True))


def restore(ids: Sequence[str], caller: Caller, now: int) -> Asking[Written]:
    """Undoes `forget`. Raises NotFound, naming the ids nobody knows."""
    return (yield from _remember(ids, caller, now, forgotten=False))


def _remember(ids: Sequence[str], caller: Caller, now: int, *, forgotten: bool) -> Asking[Written]:
    aliases: dict[str, Any] = yield Aliases(list(ids))
    named = list(dict.fromkeys(aliases[id].canonical if id in aliases else id for id in ids))
    loom = Loom(now)
    yield from loom.load_nodes(named)
    if unknown := [id for id in named if id not in loom.nodes]:
        raise NotFound(f"Nobody knows {', '.join(unknown)}.", "Nothing was changed. Check the ids.", unknown)
    piece = Piece("person", "forget", now, now, ids=tuple(named))
    changing = [loom.nodes[id] for id in named if loom.nodes[id].forgotten != forgotten]
    if not changing:
        return Written(Outcome.UNCHANGED, tuple(named))
    versions: list[str] = yield VersionsOf([row.id for row in changing if row.kind.asset is None])
    yield from loom.load_nodes((*versions, *(row.asset for row in changing if row.asset is not None)))
    for row in changing:
        row.forgotten = forgotten
        piece.note(
            Change.FORGOTTEN if forgotten else Change.RESTORED,
            "forgotten" if forgotten else "restored",
            id=row.id,
            kind=row.kind.value,
        )
    for row in (*changing, *(loom.nodes[id] for id in versions)):
        asset = loom.nodes.get(row.asset) if row.asset is not None else None
        row.hidden = row.forgotten or (asset is not None and asset.forgotten)
    if not forgotten:  # what nobody has stated or pointed at since was kept only to be hidden
        loom.loose.update(row.id for row in changing)
        loom.cause.update((row.id, piece) for row in changing)
    yield from finish(loom)
    cursors = yield from _announce(loom.changes, [(piece, caller)], now)
    return Written(Outcome.WRITTEN, piece.ids, piece.counts, cursor=cursors[0])


def rehang(wrong: Sequence[EdgeRef], now: int) -> Asking[int]:
    """Hangs anew the reads without a version that hang wrong; answers how many edges held some."""
    loom = Loom(now)
    yield from reads.hang(loom, wrong, Piece("store", "rebuild", now, now))
    yield from finish(loom)
    yield loom.changes
    return len(wrong)
