"""Lists by several keys, and by a metric among a few entities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.queries import SORTED_BY
from thalweg.store.neo4j.seeking import EARLIEST, LATEST, Params, Sought
from thalweg.store.neo4j.texts import LAST
from thalweg.store.positions import Place
from thalweg.store.questions import Order, Sort


async def keyed(
    database: Database, sought: Sought, order: Sequence[Order], place: Place | None, limit: int, backwards: bool
) -> list[Any]:
    """Rows of `[[rank, value] for each key, *the columns of an entity]`; backwards, the ranks are negative."""
    turn = -1 if backwards else 1
    ways = [
        {"by": _by(key), "metric": key.metric, "best": key.best, "down": key.descending != backwards} for key in order
    ]
    asked: Params = {
        "order": ways,
        "turn": turn,
        "measured": any(key.by is Sort.METRIC for key in order),
        "having": len(order) == 1,
        "place": [[turn * rank, value] for rank, value in place.values] if place is not None else None,
        "id": place.id if place is not None else "",
        "id_down": order[-1].descending != backwards,
        "limit": limit,
    }
    first = order[0].by
    if sought.name is not None or first is Sort.METRIC:
        name = f"keyed_by_{sought.name or 'kind'}"
        (rows,) = await sought.read(
            database, name, **asked, **sought.gathered, **({} if sought.name else sought.bounds)
        )
    else:
        down = bool(ways[0]["down"])
        bounds = _bounds(sought, first, down, place)
        (rows,) = await sought.read(database, "keyed", sort=first, down=down, **asked, **bounds)
    return list(rows)


def _by(key: Order) -> str:
    return "METRIC" if key.by is Sort.METRIC else SORTED_BY[key.by]


def _bounds(sought: Sought, first: Sort, down: bool, place: Place | None) -> Params:
    """What the list may hold of its first key from the place on."""
    low: Any = "" if first is Sort.NAME else EARLIEST
    high: Any = LAST if first is Sort.NAME else LATEST
    if first is Sort.AT:
        low, high = sought.bounds["low"], sought.bounds["high"]
    if place is not None:
        value = place.values[0][1]
        if down:
            high = min(high, value + "\0" if first is Sort.NAME else value + 1)
        else:
            low = max(low, value)
    return {"low": low, "high": high}
