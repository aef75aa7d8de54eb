"""What entities are searched by: kept in step with what they say, in the transaction that changes it.

A dataset is searched by the columns of its newest version that has any, so its text follows from its versions too, and
is made after they are written.
"""

from __future__ import annotations

from collections.abc import Iterable

from thalweg.model.kinds import Kind
from thalweg.store.said import COLUMNS, speaks, text
from thalweg.store.weave.loom import Before, Loom
from thalweg.store.weave.requests import Asking, Changes, Columns
from thalweg.store.weave.rows import NodeRow


def fresh(loom: Loom, row: NodeRow) -> None:
    """Of a node that is new: what it is searched by, if anything."""
    if row.kind is Kind.DATASET_VERSION and COLUMNS in row.body and row.asset is not None:
        loom.columned.add(row.asset)
    if speaks(row.kind, row.body):
        loom.changes.texts.append((row, text(row.kind, row.key, row.body)))


def changed(loom: Loom, row: NodeRow, before: Before) -> None:
    """Of a node that was there: what it is searched by, where that may have changed."""
    if row.kind is Kind.DATASET_VERSION and (COLUMNS in row.body or COLUMNS in before.body):
        was = (before.body, before.at, before.asset, before.hidden)
        if was != (row.body, row.at, row.asset, row.hidden):
            loom.columned.update(asset for asset in (before.asset, row.asset) if asset is not None)
    if before.body == row.body or not (speaks(row.kind, row.body) or speaks(row.kind, before.body)):
        return
    if row.kind is Kind.DATASET:
        loom.columned.add(row.id)
    else:
        loom.changes.texts.append((row, text(row.kind, row.key, row.body)))


def put_off(loom: Loom) -> None:
    """What `follow` makes need not be made now."""
    if loom.columned:
        loom.changes.texts = [one for one in loom.changes.texts if one[0].id not in loom.columned]


def follow(loom: Loom) -> Asking[None]:
    """After the versions are written: of the datasets whose columns may have changed, the whole text."""
    if loom.columned:
        yield from retell(loom, sorted(loom.columned))
        loom.columned.clear()


def rebuild(ids: Iterable[str], now: int) -> Asking[None]:
    """Works out anew what nodes are searched by."""
    yield from retell(Loom(now), ids)


def retell(loom: Loom, ids: Iterable[str]) -> Asking[None]:
    """The same in the middle of a wave."""
    ids = list(ids)
    yield from loom.load_nodes(ids)
    rows = [loom.nodes[id] for id in ids if id in loom.nodes]
    datasets = [row for row in rows if row.kind is Kind.DATASET]
    columns: dict[str, tuple[str, ...]] = (yield Columns(datasets)) if datasets else {}
    again = Changes()
    again.texts = [(row, text(row.kind, row.key, row.body, columns.get(row.id, ()))) for row in rows]
    yield again
