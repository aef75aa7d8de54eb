"""The asset edges that follow from version edges: counted up where that is simple, else counted again."""

from __future__ import annotations

from collections import Counter

from thalweg.store.weave.edges import date, hidden
from thalweg.store.weave.loom import Contribution, Loom, contribution
from thalweg.store.weave.requests import Asking, AssetEdge, Changes, Extremes
from thalweg.store.weave.rows import EdgeRow


def derive(loom: Loom) -> Asking[None]:
    """Keeps the asset edges that follow from version edges: counted up where it is simple, else counted again."""
    added: dict[AssetEdge, tuple[int, int, int]] = {}
    left: Counter[Contribution] = Counter()
    come: list[Contribution] = []
    for ref in loom.touched:
        edge = loom.edges[ref]
        was = loom.was.get(ref)
        now = None if ref in loom.retracted else contribution(edge, edge.source.asset, edge.target.asset)
        if was == now:
            continue
        if was is not None:
            left[was] += 1
        if now is not None:
            come.append(now)
    for one in come:
        if left and left[one] > 0:  # of another version, of the same asset, at the same time: nothing to count
            left[one] -= 1
            continue
        key, at = one
        count, first, last = added.get(key, (0, at, at))
        added[key] = (count + 1, min(first, at), max(last, at))
    loom.recount.update(key for (key, _), number in left.items() if number)
    yield from loom.load_nodes(end for key in (*added, *loom.recount) for end in (key[0], key[2]))
    yield from loom.load_edges((*added, *loom.recount))
    for key, (count, first, last) in added.items():
        if key in loom.recount:
            continue
        edge = _asset_edge(loom, key)
        _set_derived(
            loom,
            edge,
            edge.derived + count,
            min(edge.derived_first, first) if edge.derived else first,
            max(edge.derived_last, last) if edge.derived else last,
        )


def _asset_edge(loom: Loom, key: AssetEdge) -> EdgeRow:
    edge = loom.edges.get(key)
    if edge is None:
        edge = EdgeRow(loom.nodes[key[0]], key[1], loom.nodes[key[2]], key[3], loom.now, loom.now)
        loom.edges[key] = edge
        loom.was[key] = None
        loom.fresh_edges.add(key)
    loom.touched.add(key)
    return edge


def _set_derived(loom: Loom, edge: EdgeRow, count: int, first: int, last: int) -> None:
    edge.derived, edge.derived_first, edge.derived_last = count, first, last
    edge.hidden = hidden(edge)
    date(edge)
    if count:
        loom.retracted.discard(edge.ref)
    elif edge.stated == 0 and edge.stated_at is None:  # else it is kept, as what was stated of it last
        loom.retracted.add(edge.ref)


def count_again(loom: Loom) -> Asking[None]:
    """After the version edges are written: counts what could not be counted up."""
    if loom.recount:
        truth: dict[AssetEdge, tuple[int, int, int]] = yield Extremes(sorted(loom.recount, key=_asset_order))
        loom.fresh_edges.clear()
        again = Changes()
        for key in sorted(loom.recount, key=_asset_order):
            count, first, last = truth.get(key, (0, 0, 0))
            known = key in loom.edges
            if not known and not count:
                continue
            edge = _asset_edge(loom, key)
            _set_derived(loom, edge, count, first, last)
            if key in loom.retracted:
                again.edges_removed.append(edge)
                loom.loose.update((key[0], key[2]))
            else:
                (again.edges_changed if known else again.edges_new).append(edge)
        yield again


def rebuild(wrong: list[AssetEdge], now: int) -> Asking[int]:
    """Counts asset edges again; answers how many there were to count."""
    loom = Loom(now)
    yield from loom.load_nodes(end for edge in wrong for end in (edge[0], edge[2]))
    yield from loom.load_edges(wrong)
    loom.recount.update(wrong)
    yield from count_again(loom)
    return len(wrong)


def _asset_order(key: AssetEdge) -> tuple[str, str, str, str]:
    return (key[0], key[1].label, key[2], key[3])
