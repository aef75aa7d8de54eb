"""The points of a metric as bytes: what a digest is taken of, what stores are given, and what a file keeps."""

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
    stated = tuple(zip(*points, strict=True)) or ((), (), ())
    steps, times, values = array("q", stated[0]), array("q", stated[1]), array("d", stated[2])
    if sys.byteorder == "big":
        for column in (steps, times, values):
            column.byteswap()
    return steps.tobytes() + times.tobytes() + values.tobytes()


def unpack(packed: bytes) -> tuple[Point, ...]:
    return tuple(map(Point, *columns(packed)))


def columns(packed: bytes) -> tuple[array[int], array[int], array[float]]:
    """The steps, the times and the values."""
    third = len(packed) // 3
    steps, times, values = array("q"), array("q"), array("d")
    steps.frombytes(packed[:third])
    times.frombytes(packed[third : 2 * third])
    values.frombytes(packed[2 * third :])
    if sys.byteorder == "big":
        for column in (steps, times, values):
            column.byteswap()
    return steps, times, values
