"""What several statements of one fact come to.

A property follows the statement of the foremost origin (`facts.ORIGINS`), then of the latest event time, then of the
origin's name; a tie within that is broken by the value itself. So the order in which statements arrive is no matter.

Within one origin three things are not the latest's to say: when something began is what the earliest says (`BEGAN`);
a status that ends a run holds against one that does not, for clocks differ, and what has ended goes on no more; and
each key of a bag (`BAGS`) is a property by itself, for what one statement does not speak of another may: the processes
of one run log each their own. A bag of `EMPTIED` that is stated empty takes back what goes behind it of its keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import orjson

from thalweg.model.edges import Coverage
from thalweg.model.facts import origin_rank
from thalweg.model.kinds import Kind
from thalweg.model.properties import UNDER_WAY
from thalweg.model.shares import SHARES, TRAFFIC, Said, following, together
from thalweg.store.weave.rows import NO_BODY, EdgeStatement, NodeRow, NodeStatement, Rank

_COVERAGE = [coverage.value for coverage in Coverage]

BEGAN = ("started_at", "created_at")
BAGS = ("extra", "statistics", "params", "metrics", "environment")
EMPTIED = ("params", "metrics", "environment")
_IN_A_BAG = "\0"
"""Between the name of a bag and the key of what is in it, where ranks are kept; no property is called so. Without a key
behind it, that the bag was stated empty."""

Order = tuple[int, bool, int, str]


def before(kind: Kind, field: str, value: Any, rank: Rank) -> Order:
    """The order of what is stated of a property: the least is followed."""
    origin, at = rank
    under_way = field == "status" and kind is Kind.RUN and value in UNDER_WAY
    return (origin_rank(origin), under_way, at if field in BEGAN else -at, origin)


def dumps(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def merge_all(row: NodeRow, statements: Iterable[NodeStatement]) -> None:
    """Sets the body of a node, and who stated what of it, from all statements that count."""
    best: dict[str, tuple[Order, bytes, Any, Rank]] = {}
    origins: Counter[str] = Counter()
    for statement in statements:
        rank = (statement.origin, statement.at)
        origins[statement.origin] += 1
        for field, value in _spread(orjson.loads(statement.body)).items():
            candidate = (before(row.kind, field, value, rank), dumps(value), value, rank)
            if field not in best or candidate[:2] < best[field][:2]:
                best[field] = candidate
    row.origins = dict(sorted(origins.items()))
    props, ranks = {field: one[2] for field, one in best.items()}, {field: one[3] for field, one in best.items()}
    _take_back(row.kind, props, ranks)
    row.body = dumps(_gathered(props))
    _set_ranks(row, ranks)


def merge_one(row: NodeRow, statement: NodeStatement) -> None:
    """Adds one statement to a node that has others, without reading those again."""
    rank = (statement.origin, statement.at)
    row.origins[statement.origin] = row.origins.get(statement.origin, 0) + 1
    added = _spread(orjson.loads(statement.body))
    if not added:
        return
    props = _spread(row.props)
    props |= {name: True for bag in EMPTIED if (name := f"{bag}{_IN_A_BAG}") in row.won}
    ranks = {field: _rank(row, field) or rank for field in props}
    for field, value in added.items():
        if field in props:
            held = props[field]
            order = before(row.kind, field, value, rank)
            if (before(row.kind, field, held, ranks[field]), dumps(held)) <= (order, dumps(value)):
                continue
        props[field] = value
        ranks[field] = rank
    _take_back(row.kind, props, ranks)
    row.body = dumps(_gathered(props))
    _set_ranks(row, ranks)


def won_by(row: NodeRow, statement: NodeStatement) -> bool:
    """Whether a node follows this statement in anything, so that it must be computed again without it."""
    rank = (statement.origin, statement.at)
    if rank != row.lead and rank not in row.won.values():
        return False
    return any(_rank(row, field) == rank for field in _spread(orjson.loads(statement.body)))


def _rank(row: NodeRow, field: str) -> Rank | None:
    """Whom a node follows in a property. One that was written when bags went whole has a rank for the bag."""
    return row.won.get(field) or row.won.get(field.partition(_IN_A_BAG)[0]) or row.lead


def _spread(props: dict[str, Any]) -> dict[str, Any]:
    """Properties with those of each bag beside the others; a bag that is no object is a property like others."""
    for bag in BAGS:
        if isinstance(inside := props.get(bag), dict):
            del props[bag]
            props |= {f"{bag}{_IN_A_BAG}{key}": value for key, value in inside.items()}
            if not inside and bag in EMPTIED:
                props[f"{bag}{_IN_A_BAG}"] = True
    return props


def _take_back(kind: Kind, props: dict[str, Any], ranks: dict[str, Rank]) -> None:
    """Leaves out the keys of each bag that was stated empty by who goes before those who stated them."""
    for bag in EMPTIED:
        name = f"{bag}{_IN_A_BAG}"
        if name in props:
            empty = before(kind, name, True, ranks[name])
            behind = [
                field
                for field in props
                if field.startswith(name) and before(kind, field, props[field], ranks[field]) > empty
            ]
            for field in behind:
                del props[field], ranks[field]


def _gathered(props: dict[str, Any]) -> dict[str, Any]:
    """What `_spread` spread, in its bags again."""
    found: dict[str, Any] = {}
    for field, value in props.items():
        bag, inside, key = field.partition(_IN_A_BAG)
        if not inside:
            found.setdefault(field, value)
        else:
            held = found.get(bag)
            held = found[bag] = held if isinstance(held, dict) else {}
            if key:
                held[key] = value
    return found


def _set_ranks(row: NodeRow, ranks: dict[str, Rank]) -> None:
    if not ranks:
        row.lead, row.won = None, {}
        return
    row.lead = Counter(ranks.values()).most_common(1)[0][0]
    # that a bag was stated empty is known by its rank alone, once there is something in it again
    row.won = {field: rank for field, rank in sorted(ranks.items()) if rank != row.lead or field.endswith(_IN_A_BAG)}


def merge_edge(statements: Iterable[EdgeStatement]) -> bytes:
    """The body of an edge from all statements that count: columns are united, with the weakest coverage.

    What one of them states outright is not assumed. A share of the traffic comes with those that were before it.
    """
    ordered = sorted(statements, key=lambda one: (origin_rank(one.origin), -one.at, one.origin, one.body))
    if len(ordered) == 1:
        return ordered[0].body
    merged: dict[str, Any] = {}
    columns: set[str] = set()
    covers: list[str] = []
    said: list[Said] = []
    assumed = True
    for statement in ordered:
        props = orjson.loads(statement.body)
        assumed = assumed and props.get("assumed", False)
        if "columns" in props:
            columns.update(props["columns"])
            covers.append(props.get("covers", Coverage.PROJECTION.value))
        for field, value in props.items():
            merged.setdefault(field, value)
        said.append(Said(statement.origin, statement.at, props))
    if TRAFFIC in merged or SHARES in merged:
        merged = {field: value for field, value in merged.items() if field not in (TRAFFIC, SHARES)} | together(said)
    if not assumed:
        merged.pop("assumed", None)
    if covers:
        merged["columns"] = sorted(columns)
        merged["covers"] = max(covers, key=_COVERAGE.index)
    return dumps(merged) if merged else NO_BODY


_TRAFFIC = b'"traffic"'


def carried(before: bytes, after: bytes, at: int) -> bytes:
    """What a scope states of an edge from a time on, with the shares of the traffic that it stated until then."""
    if _TRAFFIC not in before:
        return after
    return dumps(following(orjson.loads(before), orjson.loads(after), at))
