"""Where a list is looked for: from which index, or among which few entities; and under which conditions."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from thalweg.model.kinds import Kind, Level
from thalweg.store.beginnings import Beginning, beginnings, split
from thalweg.store.questions import AllOf, Condition, Hop, Order, Sort, Where
from thalweg.store.sqlite.codes import KIND_CODE
from thalweg.store.sqlite.conditions import SQL, Conditions, Parameters, end_of, reached
from thalweg.store.sqlite.entities import as_json, handles

COLUMN = {Sort.AT: "at", Sort.NAME: "name", Sort.CREATED_AT: "first", Sort.UPDATED_AT: "updated"}

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """name: of the piece that says from where; conditions: pieces that follow it; where: what it was chosen by.

    gathered: whether that is a few entities, in no order.
    """

    name: str
    where: Where
    conditions: tuple[str, ...]
    asked: Parameters
    gathered: bool = False


def sought(connection: sqlite3.Connection, kind: Kind, condition: Condition, order: Sequence[Order]) -> Sought | None:
    """None where the list is sure to be empty. order: its keys; none for a count."""
    where, rest = split(condition)
    asked: Parameters = {"kind": KIND_CODE[kind]}
    by = order[0].by if order else None
    alone = by is Sort.METRIC and len(order) == 1
    name, left, gathered = "", where, False
    if where.ids is not None:
        name, left, gathered = "from_ids", replace(where, ids=None), True
        asked["ids"] = as_json(dict.fromkeys(where.ids))
    else:
        ns = _few(connection, where, rest, by is Sort.METRIC or len(order) > 1)
        if ns is not None:
            name, gathered, asked["ns"] = "from_ns", True, as_json(ns)
    if gathered:
        pass
    elif alone:
        found = connection.execute(SQL["metric_key"], {"kind": KIND_CODE[kind], "key": order[0].metric}).fetchone()
        if found is None:
            return None
        asked["metric"] = found[0]
        asked["settled"] = connection.execute(SQL["settled"]).fetchone()[0]
        name = "best" if order[0].best else "last"
    elif where.asset_id is not None:
        asset = handles(connection, [where.asset_id]).get(where.asset_id)
        if asset is None:
            return None
        name, left, asked["of_asset"] = "from_asset", replace(where, asset_id=None), asset
    elif kind is Kind.COMMIT and where.key_prefix:
        name = "from_sha"
        asked["sha_from"], asked["sha_to"] = where.key_prefix, end_of(where.key_prefix)
    elif kind.level is Level.ASSET and where.name is not None and where.name != "*":
        name = "from_name"
        begin = where.name.removesuffix("*")
        asked["name_from"] = begin
        asked["name_to"] = end_of(begin) if where.name.endswith("*") else f"{begin}\0"
    elif where.status is not None and by is Sort.AT and len(order) == 1:
        name, left = "from_status", replace(where, status=None)
    else:
        name = "from_asset_kind" if kind.level is Level.ASSET and by is Sort.NAME else "from_kind"
    conditions = Conditions(connection, kind)
    text = conditions.text(AllOf((left, *rest)))
    return Sought(name, where, (f"AND {text}",) if text != "1" else (), asked | conditions.parameters, gathered)


def _few(connection: sqlite3.Connection, where: Where, rest: tuple[Condition, ...], of_asset: bool) -> list[int] | None:
    """The fewest that a condition leads to from its far end; None where no condition leads to few.

    of_asset: whether the versions of an asset are gathered too, which have no index in the order that is asked for.
    """
    begin = list(beginnings(rest))
    if of_asset and where.asset_id is not None:
        begin.append(Beginning((where.asset_id,), ((Hop.VERSIONS, None),)))
    found = [reached(connection, one) for one in begin]
    return min((one for one in found if one is not None), key=len, default=None)
