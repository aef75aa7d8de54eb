"""Logged points come in the order that MLflow's own question gives, whatever a database holds."""

from __future__ import annotations

import math
import sqlite3
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.importers.mlflow.logged import number
from thalweg.importers.mlflow.place import micros
from thalweg.importers.mlflow.points import points
from thalweg.model.facts import Point

STEPS = st.integers(-3, 3)
TIMES = st.sampled_from((-1, 0, 1_767_225_600_000, 1_767_225_600_001, 1 << 50))
VALUES = st.sampled_from((0.5, -0.25, 0.0, 1.7976931348623157e308, -1.7976931348623157e308))
ODD: st.SearchStrategy[Any] = st.sampled_from((None, "x", "", b"y", 1.5))
MLFLOWS = st.tuples(STEPS, TIMES, VALUES, st.integers(0, 1))
ANY = st.tuples(STEPS | ODD, TIMES | ODD, VALUES | st.none(), st.integers(0, 1))


def ordered(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE point (step, at, value, is_nan)")
        connection.executemany("INSERT INTO point VALUES (?, ?, ?, ?)", rows)
        return connection.execute("SELECT * FROM point ORDER BY step, at, is_nan, value").fetchall()


def shown(found: list[Point]) -> list[str]:
    return [repr(tuple(point)) for point in found]


@given(st.lists(MLFLOWS, max_size=12) | st.lists(ANY, max_size=12))
def test_points_are_in_the_order_of_step_time_and_value(rows: list[tuple[Any, ...]]) -> None:
    by_sql = ordered(rows)
    expected = [Point(step or 0, micros(at) or 0, number(value, is_nan)) for step, at, value, is_nan in by_sql]
    assert shown(points(by_sql)) == shown(expected)
    assert shown(points(list(reversed(by_sql)))) == shown(expected), "also where they do not come by step"


@pytest.mark.parametrize(
    ("row", "point"),
    [
        ((3, 1_000, 0.5, 0), Point(3, 1_000_000, 0.5)),
        ((3, -1, 0.5, 0), Point(3, 0, 0.5)),
        ((None, 1_000, 0.5, 0), Point(0, 1_000_000, 0.5)),
        ((3, 1_000, 1.7976931348623157e308, 0), Point(3, 1_000_000, math.inf)),
        ((3, 1_000, -1.7976931348623157e308, 0), Point(3, 1_000_000, -math.inf)),
        ((3, 1 << 60, 0.5, 0), Point(3, 0, 0.5)),
    ],
)
def test_a_point_is_what_mlflow_means(row: tuple[Any, ...], point: Point) -> None:
    assert points([row]) == [point]


def test_a_nan_is_kept_as_a_flag() -> None:
    ((step, at, value),) = points([(3, 1_000, 0.0, 1)])
    assert (step, at, math.isnan(value)) == (3, 1_000_000, True)
