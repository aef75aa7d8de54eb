"""What several statements of one fact come to.

A property follows the statement of the foremost origin (`facts.ORIGINS`), then of the latest event time, then of the
origin's name; a tie within that is broken by the value itself. So the order in which statements arrive is no matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import orjson

from thalweg.model.edges import Coverage
from thalweg.model.facts import origin_rank
from thalweg.store.weave.rows import NO_BODY, EdgeStatement, NodeRow, NodeStatement, Rank

_COVERAGE = [coverage.value for coverage in Coverage]


def before(rank: Rank) -> tuple[int, int, str]:
    """The order of ranks: the least is followed."""
    return (origin_rank(rank[0]), -rank[1], rank[0])


def dumps(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def merge_all(row: NodeRow, statements: Iterable[NodeStatement]) -> None:
    """Sets the body of a node, and who stated what of it, from all statements that count."""
    best: dict[str, tuple[tuple[int, int, str], bytes, Any, Rank]] = {}
    origins: Counter[str] = Counter()
    for statement in statements:
        rank = (statement.origin, statement.at)
        order = before(rank)
        origins[statement.origin] += 1
        for field, value in orjson.loads(statement.body).items():
            candidate = (order, dumps(value), value, rank)
            if field not in best or candidate[:2] < best[field][:2]:
                best[field] = candidate
    row.origins = dict(sorted(origins.items()))
    row.body = dumps({field: winner[2] for field, winner in best.items()})
    _set_ranks(row, {field: winner[3] for field, winner in best.items()})


def merge_one(row: NodeRow, statement: NodeStatement) -> None:
    """Adds one statement to a node that has others, without reading those again."""
    rank = (statement.origin, statement.at)
    row.origins[statement.origin] = row.origins.get(statement.origin, 0) + 1
    added = orjson.loads(statement.body)
    if not added:
        return
    props = row.props
    ranks = {field: row.won.get(field) or row.lead or rank for field in props}
    for field, value in added.items():
        if field in props:
            held = ranks[field]
            if (before(held), dumps(props[field])) <= (before(rank), dumps(value)):
                continue
        props[field] = value
        ranks[field] = rank
    row.body = dumps(props)
    _set_ranks(row, ranks)


def won_by(row: NodeRow, statement: NodeStatement) -> bool:
    """Whether a node follows this statement in anything, so that it must be computed again without it."""
    rank = (statement.origin, statement.at)
    if rank != row.lead and rank not in row.won.values():
        return False
    return any((row.won.get(field) or row.lead) == rank for field in orjson.loads(statement.body))


def _set_ranks(row: NodeRow, ranks: dict[str, Rank]) -> None:
    if not ranks:
        row.lead, row.won = None, {}
        return
    row.lead = Counter(ranks.values()).most_common(1)[0][0]
    row.won = {field: rank for field, rank in sorted(ranks.items()) if rank != row.lead}


def merge_edge(statements: Iterable[EdgeStatement]) -> bytes:
    """The body of an edge from all statements that count: columns are united, with the weakest coverage.

    What one of them states outright is not assumed.
    """
    ordered = sorted(statements, key=lambda one: (before((one.origin, one.at)), one.body))
    if len(ordered) == 1:
        return ordered[0].body
    merged: dict[str, Any] = {}
    columns: set[str] = set()
    covers: list[str] = []
    assumed = True
    for statement in ordered:
        props = orjson.loads(statement.body)
        assumed = assumed and props.get("assumed", False)
        if "columns" in props:
            columns.update(props["columns"])
            covers.append(props.get("covers", Coverage.PROJECTION.value))
        for field, value in props.items():
            merged.setdefault(field, value)
    if not assumed:
        merged.pop("assumed", None)
    if covers:
        merged["columns"] = sorted(columns)
        merged["covers"] = max(covers, key=_COVERAGE.index)
    return dumps(merged) if merged else NO_BODY
