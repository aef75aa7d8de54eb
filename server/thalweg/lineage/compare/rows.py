"""Rows of texts and of metrics: one for each key that any of the things has."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from thalweg.lineage.compare.answer import MetricRow, Row, Thing
from thalweg.lineage.spelling import label
from thalweg.model.kinds import Kind
from thalweg.model.properties import minimized
from thalweg.model.results import Entity
from thalweg.model.time import SECOND, rfc3339

Texts = Mapping[str, str]


def texts(things: Sequence[Texts]) -> tuple[Row, ...]:
    return tuple(_row(key, [thing.get(key) for thing in things]) for key in _keys(things))


def _row(key: str, values: Sequence[str | None]) -> Row:
    return Row(key, tuple(values), len(set(values)) > 1)


def _keys(things: Iterable[Collection[str]]) -> list[str]:
    return sorted({key for thing in things for key in thing})


def stated(thing: Thing, name: str) -> dict[str, Any]:
    """A map of a thing: that of its run, and what a model version says of itself wins."""
    if not thing.there:
        return {}
    found: dict[str, Any] = {}
    for entity in (thing.run, thing.entity):
        if entity is not None:
            found.update(entity.props.get(name) or {})
    return found


# -------------------------------------------------------------------------------------------------------------- metrics


def metrics(
    things: Sequence[Mapping[str, Mapping[str, Any]]], minimize: Collection[str], maximize: Collection[str]
) -> tuple[MetricRow, ...]:
    """Which way is better is what is told, else what the name says."""
    rows = []
    for key in _keys(things):
        less = key in minimize or (key not in maximize and minimized(key))
        last, best = ([_number(thing.get(key), part) for thing in things] for part in ("last", "best"))
        same = len({_same(value) for value in last}) == len({_same(value) for value in best}) == 1
        rows.append(MetricRow(key, less, tuple(last), tuple(best), _wins(best, less), not same))
    return tuple(rows)


def _number(metric: Mapping[str, Any] | None, part: str) -> float | None:
    """A value; the store keeps NaN and infinities by name."""
    value = None if metric is None else metric.get(part)
    return None if value is None else float(value)


def _same(value: float | None) -> float | str | None:
    """What is equal where two values are the same: of NaN that is its name."""
    return "NaN" if value is not None and math.isnan(value) else value


def _wins(values: Sequence[float | None], less: bool) -> tuple[bool, ...]:
    sound = [value for value in values if value is not None and not math.isnan(value)]
    if not sound or sum(value is not None for value in values) < 2:
        return (False,) * len(values)
    optimum = min(sound) if less else max(sound)
    return tuple(value == optimum for value in values)


# ---------------------------------------------------------------------------------------------------------------- facts


def facts(thing: Thing) -> Texts:
    """What else a thing says of itself, as texts."""
    if not thing.there:
        return {}
    found = _of_version(thing) if thing.entity.kind is Kind.DATASET_VERSION else _of_run(thing)
    return {key: value for key, value in found.items() if value is not None}


def _of_run(thing: Thing) -> dict[str, str | None]:
    run = thing.run
    props = {} if run is None else run.props
    started, ended = props.get("started_at"), props.get("ended_at")
    duration = _seconds(ended - started) if started is not None and ended is not None else None
    dirty = props.get("dirty")
    return {
        "command": props.get("command"),
        "dirty": None if dirty is None else "yes" if dirty else "no",
        "duration": duration,
        "run": None if run is None or thing.entity.kind is Kind.RUN else _named(run),
        "started": None if started is None else rfc3339(started),
        "status": props.get("status"),
        "user": props.get("user"),
    }


def _seconds(length: int) -> str | None:
    """A length of time with all its digits; None for less than none, as the clocks of two machines may say."""
    whole, rest = divmod(length, SECOND)
    return None if length < 0 else f"{whole}{f'.{rest:06}'.rstrip('0') if rest else ''} s"


def _of_version(thing: Thing) -> dict[str, str | None]:
    props = thing.entity.props
    found = {name: None if (value := props.get(name)) is None else str(value) for name in _SHOWN}
    found["run"] = None if thing.run is None else _named(thing.run)
    statistics = props.get("statistics")
    if isinstance(statistics, dict):
        found |= {f"statistics.{name}": _json(value) for name, value in statistics.items()}
    elif statistics is not None:
        found["statistics"] = _json(statistics)
    return found


_SHOWN = ("bytes", "format", "rows", "uri")


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _named(run: Entity) -> str:
    return label(run.kind, run.key)
