"""Where a list is looked for: from which index, or among which few entities; and under which conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from thalweg.model import time
from thalweg.model.kinds import Kind
from thalweg.store.beginnings import Beginning, beginnings, split
from thalweg.store.neo4j.applying import pair
from thalweg.store.neo4j.conditions import Rest
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.queries import query
from thalweg.store.neo4j.texts import sortable
from thalweg.store.questions import EVERYTHING, Condition, Hop, Order, Sort, Where

Params = dict[str, Any]

EARLIEST, LATEST = -(1 << 62), 1 << 62

FEW = 10_000
"""So many entities are gathered and sorted; where there are more, a list is read in its order."""


@dataclass(frozen=True, slots=True)
class Sought:
    """name: by which condition few entities are gathered, if by any; gathered: what that asks for.

    where: what it was chosen by. kept: the parameters of the part `kept`. rest: for `REST`. until: the deadline.
    """

    kind: Kind
    name: str | None
    gathered: Params
    where: Where
    kept: Params
    rest: Rest
    until: float

    @property
    def bounds(self) -> Params:
        """When what the list holds happened: from, and up to."""
        since, before = self.where.since, self.where.before
        return {
            "low": since if since is not None else EARLIEST,
            "high": before if before is not None else LATEST,
        }

    async def read(
        self, database: Database, name: str, *, sort: Sort | None = None, down: bool = False, **more: Any
    ) -> Any:
        """The values of the record of a query over what is sought."""
        text = query(name, sort=sort, descending=down, rest=self.rest.text)
        seconds = max(0.0, self.until - monotonic())
        return await database.read(text, seconds=seconds, **self.kept, kind=self.kind.label, **more)


async def seek(database: Database, kind: Kind, condition: Condition, order: Sequence[Order], seconds: float) -> Sought:
    """order: its keys; none for a count."""
    until = monotonic() + seconds
    where, conditions = split(condition)
    by = order[0].by if order else None
    seldom = _seldom(where)
    rest = Rest(kind, (seldom, *conditions) if seldom != EVERYTHING else conditions)
    ids = where.ids
    if ids is None:
        ids = await _few(database, where, conditions, by is Sort.METRIC or len(order) > 1, seconds)
    left = replace(where, ids=None)
    name: str | None = None
    gathered: Params = {}
    if ids is not None:
        name, gathered = "ids", {"ids": list(dict.fromkeys(ids))}
    elif where.asset_id is not None:
        name, gathered = "asset", {"asset": where.asset_id}
    elif where.name is not None and where.name != "*" and by is not Sort.NAME:
        # Of a name that is longer than the index holds, the beginning finds it.
        name, gathered = "name", {"name_start": sortable(where.name.removesuffix("*"))}
    conditions_kept = kept(left)
    conditions_kept["kept"].update(rest.values)
    return Sought(kind, name, gathered, where, conditions_kept, rest, until)


async def _few(
    database: Database, where: Where, rest: tuple[Condition, ...], of_asset: bool, seconds: float
) -> tuple[str, ...] | None:
    """The fewest that a condition leads to from its far end; None where no condition leads to few.

    of_asset: whether the versions of an asset are gathered too, which have no index in the order that is asked for.
    """
    begin = list(beginnings(rest))
    if of_asset and where.asset_id is not None:
        begin.append(Beginning((where.asset_id,), ((Hop.VERSIONS, None),)))
    few: tuple[str, ...] | None = None
    for ids, steps in begin:
        (found,) = await database.read(query("reached", steps=steps), seconds=seconds, starts=list(ids), limit=FEW + 1)
        if len(found) <= FEW and (few is None or len(found) < len(few)):
            few = tuple(found)
    return few


def _seldom(where: Where) -> Where:
    """What of it the part `kept` does not look at."""
    return replace(
        EVERYTHING,
        user=where.user,
        numbers=where.numbers,
        created_since=where.created_since,
        created_before=where.created_before,
        updated_since=where.updated_since,
        updated_before=where.updated_before,
    )


def kept(where: Where) -> Params:
    """The parameter of the part `kept`."""
    metrics = [
        {"key": one.key, "compare": one.compare.value, "value": float(one.value), "best": one.best}
        for one in where.metrics
    ]
    conditions = {
        **_exact_or_begins("namespace", where.namespace),
        **_exact_or_begins("name", where.name),
        "name_contains": where.name_contains,
        "key_begins": where.key_prefix,
        "asset": where.asset_id,
        "ids": list(where.ids) if where.ids is not None else None,
        "status": list(where.status) if where.status is not None else None,
        "since": where.since,
        "before": where.before,
        "gone": where.gone,
        "known": where.known,
        "live": where.live,
        "live_at": where.live_at if where.live_at is not None else time.now(),
        "within": bool(where.tags or where.params or metrics),
        "tags": [pair(*one) for one in where.tags],
        "params": [pair(*one) for one in where.params],
        "metrics": metrics,
    }
    return {"kept": conditions}


def _exact_or_begins(name: str, value: str | None) -> Params:
    begins = value is not None and value.endswith("*")
    return {name: None if begins else value, f"{name}_begins": value[:-1] if value is not None and begins else None}
