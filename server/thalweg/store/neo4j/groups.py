"""Groups of a list: how many each holds, and the spread of metrics over it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import orjson

from thalweg.model.results import Grouped, Grouping, Spread
from thalweg.store.conditions import check_groups
from thalweg.store.neo4j.applying import pair
from thalweg.store.neo4j.conditions import renamed
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.seeking import seek
from thalweg.store.questions import GroupBy, Groups

LETTERS = {GroupBy.MONTH: 7, GroupBy.DAY: 10}
"""Of a date."""
_BESIDE = (GroupBy.TAG, GroupBy.PARAM, GroupBy.USER)
"""What stands on the side node."""


async def group(database: Database, asked: Groups) -> Grouped:
    """Reads one group more than the page holds, to know whether there are more."""
    check_groups(asked)
    asked = replace(asked, where=await renamed(database, asked.where))
    sought = await seek(database, asked.kind, asked.where, (), asked.seconds)
    if asked.limit < 1:
        return Grouped((), (), False)
    (rows,) = await sought.read(
        database,
        f"groups_by_{sought.name or 'kind'}",
        **sought.gathered,
        **({} if sought.name else sought.bounds),
        by=asked.by.value,
        begin=pair(asked.key, ""),
        letters=LETTERS.get(asked.by, 0),
        metrics=list(asked.metrics),
        best=asked.best,
        measured=bool(asked.metrics) or asked.by in _BESIDE,
        by_count=asked.by_count,
        descending=asked.descending,
        place=list(asked.after) if asked.after is not None else None,
        limit=asked.limit + 1,
    )
    page = rows[: asked.limit]
    return Grouped(
        tuple(Grouping(_key(asked.by, key), number, _spreads(asked.metrics, spreads)) for key, number, spreads in page),
        tuple((number, key) for key, number, _ in page),
        len(rows) > asked.limit,
    )


def _key(by: GroupBy, key: str | None) -> str | None:
    """A user is read off a body, and is written as in JSON."""
    if by is GroupBy.USER and key is not None:
        return str(orjson.loads(f'"{key}"'))
    return key


def _spreads(metrics: tuple[str, ...], values: list[list[Any]]) -> dict[str, Spread]:
    return {metric: _spread(*one) for metric, one in zip(metrics, values, strict=False)}


def _spread(count: int, least: float | None, greatest: float | None, mean: float | None) -> Spread:
    return Spread(count, least, greatest, None if mean is None or math.isnan(mean) else mean)
