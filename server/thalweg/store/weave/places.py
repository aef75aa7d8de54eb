"""On which version a read that names none belongs: one that the run is stated to have read, else the newest by the
start of the run, and before what that wrote.
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from thalweg.model.edges import EdgeType
from thalweg.model.keys import UNVERSIONED, Key
from thalweg.model.kinds import Kind
from thalweg.store.weave.loom import Loom, OpenRead, Piece
from thalweg.store.weave.requests import Asking, EdgesOf, EdgeStatements, Newest, Span
from thalweg.store.weave.rows import EdgeRef, EdgeRow, EdgeStatement, NodeRow, State

STATED = -(1 << 62)
"""By when a version was there that is stated to have been read: before all time, so that no version which comes, goes
or is dated anew concerns such a read.
"""


def unversioned(parts: Sequence[str]) -> Key:
    """The key of the reserved version of a dataset, of whose key these are the parts."""
    return Key(Kind.DATASET_VERSION, (*parts, UNVERSIONED))


def _counts(row: NodeRow) -> bool:
    """Whether a node is a version that may have been read: a name that only edges know has no time of its own."""
    return row.kind is Kind.DATASET_VERSION and row.state is not State.STUB and row.key[-1] != UNVERSIONED


@dataclass(slots=True)
class Moved:
    """The versions of a dataset that came, went, or happened at another time than was known.

    times: where each was and is. ids: of all; kept: of those that the store takes for versions where they were. now:
    where each is.
    """

    times: set[int] = field(default_factory=set)
    ids: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    now: list[tuple[int, str]] = field(default_factory=list)
    piece: Piece | None = None


def moved_versions(loom: Loom) -> dict[str, Moved]:
    """What this wave does to versions, by dataset."""
    found: dict[str, Moved] = defaultdict(Moved)
    for id, row in loom.nodes.items():
        if row.kind is not Kind.DATASET_VERSION or row.asset is None or row.key[-1] == UNVERSIONED:
            continue
        before = loom.before.get(id)
        was = before.at if before is not None and before.state is not State.STUB else None
        now = row.at if row.state is not State.STUB else None
        if was == now:
            continue
        moved = found[row.asset]
        moved.times.update(at for at in (was, now) if at is not None)
        moved.ids.append(id)
        if was is not None:
            moved.kept.append(id)
        moved.piece = loom.cause.get(id)
        if now is not None:
            moved.now.append((now, id))
    for moved in found.values():
        moved.now.sort()
    return found


def as_kept(read: OpenRead) -> tuple[str, int]:
    """On which version a read hangs, and by when that was there, as it is kept."""
    assert read.was is not None, "what hangs nowhere yet is given a place"
    assert read.was.by is not None, "it is such a read"
    return read.was.edge.source.id, read.was.by


def _afresh(reads: Sequence[OpenRead], runs: Container[str]) -> set[str]:
    """The runs of which it is worked out again which version is stated, or until when one must have been there."""
    return {read.run for read in reads if read.was is None or read.run in runs}


def _about(loom: Loom, afresh: set[str]) -> Asking[list[EdgeRef]]:
    """Which edges tell what these runs wrote, and of which versions it is stated that they read them."""
    kinds = (EdgeType.PRODUCED, EdgeType.INPUT_TO)
    found = [ref for ref in loom.edge_adds if ref[1] in kinds and {ref[0], ref[2]} & afresh]
    kept = [loom.nodes[run] for run in sorted(afresh) if run not in loom.fresh]
    if kept:
        refs: list[EdgeRef] = yield EdgesOf(kept)
        refs = [ref for ref in refs if ref[1] in kinds]
        yield from loom.load_nodes(end for ref in refs for end in (ref[0], ref[2]))
        yield from loom.load_edges(refs)
        found += [ref for ref in refs if ref in loom.edges]
    return list(dict.fromkeys(found))


def _times(loom: Loom, reads: Sequence[OpenRead], afresh: set[str], about: Sequence[EdgeRef]) -> list[int]:
    """Until when a version must have been there to be what each read was of."""
    wrote: dict[tuple[str, str], int] = {}
    for ref in about:
        if ref[1] is not EdgeType.PRODUCED or ref[0] not in afresh:
            continue
        version = loom.nodes[ref[2]]
        if version.asset is not None and _counts(version) and _stands(loom, loom.edges[ref]):
            place = (ref[0], version.asset)
            wrote[place] = min(version.at, wrote.get(place, version.at))
    found: list[int] = []
    for read in reads:
        start = loom.nodes[read.run].at
        first = wrote.get((read.run, read.dataset), start + 1)
        found.append(min(start, first - 1) if read.run in afresh else as_kept(read)[1])
    return found


def _stated(
    loom: Loom, reads: Sequence[OpenRead], afresh: set[str], about: Sequence[EdgeRef]
) -> Asking[dict[OpenRead, str]]:
    """The version that each of the reads is of because somebody states, and so knows, that the run read it.

    Of several it is the last by id, which no date changes.
    """
    wanted = {(read.run, read.dataset) for read in reads if read.run in afresh}
    refs = [
        ref
        for ref in about
        if ref[1] is EdgeType.INPUT_TO
        and loom.nodes[ref[0]].kind is Kind.DATASET_VERSION
        and (ref[2], loom.nodes[ref[0]].asset) in wanted
    ]
    there = {ref: {_said(one) for one in loom.edge_adds.get(ref, ()) if one.by is None} for ref in refs}
    if kept := [loom.edges[ref] for ref in refs if ref not in loom.fresh_edges]:
        statements: list[EdgeStatement] = yield EdgeStatements(kept)
        for one in statements:
            drops = {_said(drop) for drop in loom.edge_drops.get(one.edge.ref, ())}
            if one.by is None and not one.retired and _said(one) not in drops:
                there[one.edge.ref].add(_said(one))
    newest: dict[tuple[str, str | None], str] = {}
    for ref, names in there.items():
        if names:
            place = (ref[2], loom.nodes[ref[0]].asset)
            newest[place] = max(ref[0], newest.get(place, ""))
    found: dict[OpenRead, str] = {}
    for read in reads:
        if read.run in afresh:
            if (version := newest.get((read.run, read.dataset))) is not None:
                found[read] = version
        elif as_kept(read)[1] == STATED:
            found[read] = as_kept(read)[0]
    return found


def _said(one: EdgeStatement) -> tuple[str, str, str]:
    return one.scope, one.stated_source, one.stated_target


def _stands(loom: Loom, edge: EdgeRow) -> bool:
    """Whether an edge is still there after this wave."""
    adds, drops = loom.edge_adds.get(edge.ref, ()), loom.edge_drops.get(edge.ref, ())
    if edge.stated + len(adds) - len(drops) > 0:
        return True
    return edge.ref not in loom.retracted and State.LEFT in (edge.source.state, edge.target.state)


def places(
    loom: Loom, moved: dict[str, Moved], reads: Sequence[OpenRead], runs: Container[str]
) -> Asking[dict[OpenRead, tuple[str, int]]]:
    """On which version each read belongs, and by when that was there; on the reserved one where none was."""
    yield from loom.load_nodes(read.dataset for read in reads)
    afresh = _afresh(reads, runs)
    about = yield from _about(loom, afresh)
    stated = yield from _stated(loom, reads, afresh, about)
    there = {read: (version, STATED) for read, version in stated.items()}
    reads = [read for read in reads if read not in stated]
    times = _times(loom, reads, afresh, about)
    asked = {(read.dataset, by) for read, by in zip(reads, times, strict=True)}
    reserved: dict[str, str] = {}
    spans: list[Span] = []
    for dataset, by in sorted(asked):
        row = loom.nodes.get(dataset)
        key = unversioned(row.key if row is not None else loom.keys[dataset].parts)
        loom.keys.setdefault(key.id, key)
        reserved[dataset] = key.id
        if dataset in loom.before:
            spans.append((dataset, by, [*(moved[dataset].kept if dataset in moved else ()), key.id]))
    kept: dict[tuple[str, int], tuple[int, str]] = (yield Newest(spans)) if spans else {}
    newest: dict[tuple[str, int], str] = {}
    for dataset, by in asked:
        some = [kept[dataset, by]] if (dataset, by) in kept else []
        now = moved[dataset].now if dataset in moved else []
        if place := bisect(now, by, key=lambda one: one[0]):
            some.append(now[place - 1])
        newest[dataset, by] = max(some)[1] if some else reserved[dataset]
    return there | {read: (newest[read.dataset, by], by) for read, by in zip(reads, times, strict=True)}
