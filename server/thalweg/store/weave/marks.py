"""Aliases and stages over time: `(model)-[:MARKS {kind, name, since, until}]->(modelVersion)`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from thalweg.model.facts import MarkKind, origin_rank
from thalweg.model.results import Change
from thalweg.store.weave.loom import Loom, Piece
from thalweg.store.weave.prepared import StatedMark
from thalweg.store.weave.requests import Asking, MarksNamed
from thalweg.store.weave.rows import MarkRow

Name = tuple[str, MarkKind, str]
_RowKey = tuple[str, str, MarkKind, str, str, str, int]


def restate(
    loom: Loom,
    scope: str,
    old: Sequence[MarkRow],
    new: Sequence[StatedMark],
    origin: str,
    caller: str,
    piece: Piece,
    seen_at: int | None,
) -> set[Name]:
    """Puts what a scope states of marks in place of what it stated; answers the names that were touched.

    A mark that is no longer stated ended when that was learned, or when the version was given another that says since
    when it must have been: its row stays, as history. One without a date keeps its beginning while it is stated.
    seen_at: when the scope was last seen; None when never.
    """
    touched: set[Name] = set()
    replaced: dict[tuple[str, str, MarkKind], int] = {}
    held = {(row.model, row.kind, row.name, row.stated_version): row for row in old}
    for mark in new:
        model, version = loom.canonical(mark.model), loom.canonical(mark.version)
        row = held.pop((model, mark.kind, mark.name, mark.version), None)
        if row is not None and mark.since in (None, row.since):
            if row.ended != mark.until:
                row.ended = mark.until
                loom.changes.marks_put.append(row)
                touched.add((model, mark.kind, mark.name))
            continue
        if row is not None:
            loom.changes.marks_removed.append(row)
        since = mark.since
        if since is None and mark.first is not None and (seen_at is None or mark.first > seen_at):
            since = replaced[model, version, mark.kind] = mark.first
        if since is None:
            since = piece.at
        fresh = MarkRow(
            scope, model, version, mark.version, mark.kind, mark.name, since, mark.until, mark.until, origin, caller
        )
        loom.changes.marks_put.append(fresh)
        touched.add((model, mark.kind, mark.name))
        piece.note(
            Change.MARKED, "marked", model=model, version=version, kind=mark.kind.value, name=mark.name, since=since
        )
    for row in held.values():
        learned = min(piece.learned, replaced.get((row.model, row.version, row.kind), piece.learned))
        row.ended = max(learned, row.since)
        loom.changes.marks_put.append(row)
        touched.add((row.model, row.kind, row.name))
        piece.note(
            Change.UNMARKED,
            "unmarked",
            model=row.model,
            version=row.version,
            kind=row.kind.value,
            name=row.name,
            until=row.ended,
        )
    return touched


def settle(loom: Loom, touched: set[Name]) -> Asking[None]:
    """Sets until when each row of the touched marks holds, those of other scopes too."""
    if not touched:
        return
    names = sorted(touched, key=lambda name: (name[0], name[1].value, name[2]))
    rows: list[MarkRow] = yield MarksNamed(names)
    put = {_key(row): row for row in loom.changes.marks_put}
    removed = {_key(row) for row in loom.changes.marks_removed}
    together: dict[Name, list[MarkRow]] = defaultdict(list)
    for row in (*put.values(), *(row for row in rows if _key(row) not in put and _key(row) not in removed)):
        together[row.model, row.kind, row.name].append(row)
    changed: list[MarkRow] = list(put.values())
    for same in together.values():
        before = [row.until for row in same]
        timeline(same)
        changed += [row for row, until in zip(same, before, strict=True) if row.until != until and _key(row) not in put]
    loom.changes.marks_put = changed


def timeline(rows: list[MarkRow]) -> None:
    """Sets `until` of all rows of one mark of one model.

    An alias points at one version at a time: it leaves a version when a later row gives it to another. A stage may be
    held by several.
    """
    rows_in_order = sorted(rows, key=lambda row: (row.since, -origin_rank(row.origin), row.scope, row.version))
    for place, row in enumerate(rows_in_order):
        row.until = row.ended
        if row.kind is not MarkKind.ALIAS:
            continue
        later = next((other for other in rows_in_order[place + 1 :] if other.version != row.version), None)
        if later is not None and (row.until is None or later.since < row.until):
            row.until = later.since


def _key(row: MarkRow) -> _RowKey:
    return (row.scope, row.model, row.kind, row.name, row.version, row.stated_version, row.since)
