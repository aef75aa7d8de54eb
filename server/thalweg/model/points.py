"""The points of a metric as bytes: what a digest is taken of, and what a file keeps."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence

from thalweg.model.facts import Point


def pack(points: Sequence[Point]) -> bytes:
    """All steps, then all times, then all values: eight little-endian bytes each.

    Raises OverflowError or TypeError for a step or a time that is no whole number of 64 bits, and for a value that is
    no number.
    """
    steps = array("q", [point.step for point in points])
    times = array("q", [point.at for point in points])
    values = array("d", [point.value for point in points])
    if sys.byteorder == "big":
        for column in (steps, times, values):
            column.byteswap()
    return steps.tobytes() + times.tobytes() + values.tobytes()


def unpack(packed: bytes) -> tuple[Point, ...]:
    third = len(packed) // 3
    steps, times, values = array("q"), array("q"), array("d")
    steps.frombytes(packed[:third])
    times.frombytes(packed[third : 2 * third])
    values.frombytes(packed[2 * third :])
    if sys.byteorder == "big":
        for column in (steps, times, values):
            column.byteswap()
    return tuple(map(Point, steps, times, values))
