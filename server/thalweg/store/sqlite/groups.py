"""Groups of a list: how many each holds, and the spread of metrics over it."""

from __future__ import annotations

from typing import Any

from thalweg.model.results import Grouped, Grouping, Spread
from thalweg.store.conditions import check_groups
from thalweg.store.questions import Groups
from thalweg.store.sqlite.codes import KIND_CODE
from thalweg.store.sqlite.conditions import SQL
from thalweg.store.sqlite.connections import Reader
from thalweg.store.sqlite.sought import sought


def group(reader: Reader, asked: Groups) -> Grouped:
    """Reads one group more than the page holds, to know whether there are more."""
    check_groups(asked)
    source = sought(reader.connection, asked.kind, asked.where, ())
    if source is None or asked.limit < 1:
        return Grouped((), (), False)
    parameters: dict[str, Any] = {**source.asked, "of": asked.key, "limit": asked.limit + 1}
    spreads, values = [], []
    for number, metric in enumerate(asked.metrics):
        key = {"kind": KIND_CODE[asked.kind], "key": metric}
        found = reader.connection.execute(SQL["metric_key"], key).fetchone()
        parameters[f"metric{number}"] = found[0] if found is not None else None
        spreads.append(SQL["spread"].replace("#", str(number)))
        values.append(SQL["spread_best" if asked.best else "spread_last"].replace("#", str(number)))
    order = f"{'count' if asked.by_count else 'key'}_{'down' if asked.descending else 'up'}"
    after = []
    if asked.after is not None:
        parameters["number"], parameters["g"] = asked.after
        after.append(SQL[f"after_{order}"])
    text = "\n".join(
        (
            SQL["groups"],
            *spreads,
            SQL["grouped"],
            SQL[f"group_{asked.by.value.lower()}"],
            *values,
            SQL[source.name],
            *source.conditions,
            SQL["in_groups"],
            *after,
            SQL[f"by_{order}"],
        )
    )
    rows = reader.connection.execute(text, parameters).fetchall()
    page = rows[: asked.limit]
    return Grouped(
        tuple(Grouping(key, number, _spreads(asked.metrics, rest)) for key, number, *rest in page),
        tuple((number, key) for key, number, *_ in page),
        len(rows) > asked.limit,
    )


def _spreads(metrics: tuple[str, ...], values: list[Any]) -> dict[str, Spread]:
    return {metric: Spread(*values[4 * place : 4 * place + 4]) for place, metric in enumerate(metrics)}
