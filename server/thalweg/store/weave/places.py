"""On which version a read that names none belongs: the newest by the start of its run, and before what that wrote."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from thalweg.model.edges import EdgeType
from thalweg.model.keys import UNVERSIONED, Key
from thalweg.model.kinds import Kind
from thalweg.store.weave.loom import Loom, OpenRead, Piece
from thalweg.store.weave.requests import Asking, EdgesOf, Newest, Span
from thalweg.store.weave.rows import EdgeRef, EdgeRow, NodeRow, State


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


def _times(loom: Loom, reads: Sequence[OpenRead], runs: Container[str]) -> Asking[list[int]]:
    """Until when a version must have been there to be what each read was of."""
    afresh = {read.run for read in reads if read.was is None or read.run in runs}
    wrote: dict[tuple[str, str], int] = {}
    written = [ref for ref in loom.edge_adds if ref[1] is EdgeType.PRODUCED and ref[0] in afresh]
    kept = [loom.nodes[run] for run in sorted(afresh) if run not in loom.fresh]
    if kept:
        refs: list[EdgeRef] = yield EdgesOf(kept)
        refs = [ref for ref in refs if ref[1] is EdgeType.PRODUCED and ref[0] in afresh]
        yield from loom.load_nodes(ref[2] for ref in refs)
        yield from loom.load_edges(refs)
        written += refs
    for ref in written:
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
    times = yield from _times(loom, reads, runs)
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
    return {read: (newest[read.dataset, by], by) for read, by in zip(reads, times, strict=True)}
