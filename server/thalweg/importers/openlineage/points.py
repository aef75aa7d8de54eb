"""The logged points of metrics as our own facets write them: some in each event, for an event is not to be large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from thalweg.model.facts import Json, Point

AT_ONCE = 5_000
"""Points that one event tells: some 300,000 bytes, where a door takes a megabyte of one event."""

Histories = Mapping[str, Sequence[Point]]


def split(histories: Histories) -> list[Histories]:
    """Histories in parts of so many points as one event tells. The first is there also where there is no point."""
    parts: list[dict[str, Sequence[Point]]] = [{}]
    left = AT_ONCE
    for metric, points in histories.items():
        begin = 0
        while begin < len(points):
            if left == 0:
                parts.append({})
                left = AT_ONCE
            some = parts[-1][metric] = points[begin : begin + left]
            begin += len(some)
            left -= len(some)
    return list(parts)


def written(histories: Histories) -> dict[str, list[list[Json]]]:
    return {
        metric: [[point.step, point.at, _number(point.value)] for point in points]
        for metric, points in histories.items()
    }


def _number(value: float) -> float | str:
    """JSON has no NaN; `float` reads these words."""
    if value != value:
        return "NaN"
    return value if value - value == 0 else "Infinity" if value > 0 else "-Infinity"
