"""The small values of entities: pairs, metrics, columns. Plain attributes, and none refers to an entity."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from thalweg.graphql.scalars import DateTime, Long, MetricValue
from thalweg.model.facts import Point


@strawberry.type(description="A key and its value: a tag, a parameter, a part of an environment.")
class KeyValue:
    key: str = strawberry.field(description="The key.")
    value: str = strawberry.field(description="Its value, as text.")


@strawberry.type(description="The last and the best value of a metric.")
class Metric:
    key: str = strawberry.field(description="The name of the metric.")
    last: MetricValue = strawberry.field(description="The value that was logged last.")
    best: MetricValue = strawberry.field(
        description="The best value that was logged: the least where less is better (a loss), else the greatest."
    )
    step: Long | None = strawberry.field(description="The step of the last value.")
    at: DateTime | None = strawberry.field(description="When the last value was logged.")


@strawberry.type(description="One logged value of a metric.")
class MetricPoint:
    step: Long = strawberry.field(description="The step that it was logged at.")
    at: DateTime = strawberry.field(description="When it was logged.")
    value: MetricValue = strawberry.field(description="The value.")


@strawberry.type(description="A column of a dataset.")
class Column:
    name: str = strawberry.field(description="Its name.")
    type: str | None = strawberry.field(description="Its type, in the words of its source.")
    nullable: bool | None = strawberry.field(description="Whether it may be empty.")
    field_id: str | None = strawberry.field(description="What stays the same when its name changes.")
    role: str | None = strawberry.field(description="What it is there for: KEY, LABEL, TIME, PARTITION, FEATURE.")
    description: str | None = strawberry.field(description="What it holds.")


def pairs(map: Mapping[str, str] | None, keys: Sequence[str] | None) -> list[KeyValue]:
    """All of a map in the order of its keys, or those of its keys that are asked for, in the order asked."""
    if not map:
        return []
    wanted = sorted(map) if keys is None else [key for key in keys if key in map]
    return [KeyValue(key=key, value=map[key]) for key in wanted]


def metrics(map: Mapping[str, Mapping[str, Any]] | None, keys: Sequence[str] | None) -> list[Metric]:
    if not map:
        return []
    wanted = sorted(map) if keys is None else [key for key in keys if key in map]
    return [
        Metric(
            key=key,
            last=metric["last"],
            best=metric["best"],
            step=_whole(metric.get("step")),
            at=_whole(metric.get("at")),
        )
        for key, metric in ((key, map[key]) for key in wanted)
    ]


def columns(listed: Sequence[Mapping[str, Any]] | None) -> list[Column] | None:
    """None where no columns are known, which is not the same as none at all."""
    if listed is None:
        return None
    return [
        Column(
            name=column["name"],
            type=_text(column.get("type")),
            nullable=value if isinstance(value := column.get("nullable"), bool) else None,
            field_id=_text(column.get("field_id")),
            role=_text(column.get("role")),
            description=_text(column.get("description")),
        )
        for column in listed
    ]


def points(logged: Sequence[Point]) -> list[MetricPoint]:
    return [
        MetricPoint(step=Long(point.step), at=DateTime(point.at), value=MetricValue(point.value)) for point in logged
    ]


def _whole(value: Any) -> Any:
    """What an importer left in a metric's step or time is not checked by the write path."""
    return int(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else str(value)
