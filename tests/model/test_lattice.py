"""Types of columns compared: which are one, and which keep every value of which."""

from __future__ import annotations

from itertools import product

import pytest

from thalweg.model.lattice import keeps, same
from thalweg.model.types import Base, ColumnType, parse

KEPT = """
int8: int16 int32 int64 float16 float32 float64 decimal(3,0) decimal(5,2)
int16: int32 int64 float32 float64 decimal(5,0)
int32: int64 float64 decimal(10,0) decimal(12,2)
int64: decimal(19,0) decimal(21,2)
uint8: int16 int32 int64 uint16 uint32 uint64 float16 float32 float64
uint16: int32 int64 uint32 uint64 float32 float64
uint32: int64 uint64 float64
uint64: decimal(20,0)
float16: float32 float64
float32: float64
decimal(6,2): decimal(8,2) decimal(8,4) decimal(7,2)
varchar(5): varchar(6) text
date: timestamp timestamp_ns
timestamp[ms]: timestamp timestamp_ns
timestamp[s,tz=UTC]: timestamptz
string: large_string
int[]: bigint[] double[]
fixed_size_list<item:float>[8]: array<double>
struct<a:int,b:date>: struct<a:bigint,b:timestamp> struct<b:date,c:int,a:int>
duration[s]: duration[ns]
time(3): time(6)
fixed[16]: binary(20) binary
null: int string timestamptz array<int> variant
string: variant
"""
LOST = """
int64: float32 float64 int32 uint64 decimal(18,0) string
int32: float32 int16 uint32 decimal(9,0) decimal(10,1) boolean
int8: uint8 uint16
uint64: int64 float64
float64: float32 decimal(38,10)
decimal(6,2): decimal(6,3) decimal(5,2) double
text: varchar(5) binary
varchar(6): varchar(5)
char(3): varchar(3) char(4)
binary: string
int64: timestamp
timestamp: timestamptz date timestamp[ms] bigint
timestamptz: timestamp
date: string timestamptz
array<float>: fixed_size_list<item:float>[8]
fixed_size_list<item:float>[8]: fixed_size_list<item:float>[9]
struct<a:int>: struct<b:int>
map<string,bigint>: map<string,int>
any: int
int: null
duration[ns]: duration[s] bigint
struct<a:int,b:int>: struct<a:int>
"""


def pairs(table: str) -> list[tuple[str, str]]:
    """The pairs of a table: a type, then those that it becomes; what stands in brackets is not divided."""
    lines = [line.split(": ") for line in table.strip().splitlines()]
    return [(one, other) for one, others in lines for other in others.split(" ")]


@pytest.mark.parametrize(("old", "new"), pairs(KEPT))
def test_a_lossless_promotion_keeps_every_value(old: str, new: str) -> None:
    assert keeps(parse(old), parse(new)) is True


@pytest.mark.parametrize(("old", "new"), pairs(LOST))
def test_what_some_system_allows_and_loses_values_is_no_promotion(old: str, new: str) -> None:
    assert keeps(parse(old), parse(new)) is False


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("geography", "int"),
        ("int", "geography"),
        ("decimal", "decimal(9,2)"),
        ("int(?)", "bigint"),
        ("array<geography>", "array<int>"),
    ],
)
def test_what_is_not_known_is_said_to_be_not_known(old: str, new: str) -> None:
    assert keeps(parse(old), parse(new)) is None


MANTISSA = {16: 11, 32: 24, 64: 53}
NUMBERS = [parse(f"{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64)]
NUMBERS += [parse(f"float{bits}") for bits in MANTISSA]


def least_and_most(type: ColumnType) -> tuple[int, int]:
    assert type.width is not None
    return (0, 2**type.width - 1) if type.base is Base.UINT else (-(2 ** (type.width - 1)), 2 ** (type.width - 1) - 1)


def test_the_numbers_are_kept_where_their_ranges_say_so() -> None:
    for old, new in product(NUMBERS, NUMBERS):
        assert old.width is not None
        assert new.width is not None
        if Base.FLOAT in (old.base, new.base):
            if old.base is new.base:
                kept = old.width <= new.width
            else:  # every whole number up to two to the mantissa is a float, and the next one is not
                kept = new.base is Base.FLOAT and max(map(abs, least_and_most(old))) <= 2 ** MANTISSA[new.width]
        else:
            (low, high), (least, most) = least_and_most(old), least_and_most(new)
            kept = least <= low and high <= most
        assert keeps(old, new) is kept, (old, new)


EVERY = sorted({text for pair in (*pairs(KEPT), *pairs(LOST)) for text in pair})


def test_to_keep_is_an_order() -> None:
    types = [parse(text) for text in EVERY]
    assert all(keeps(one, one) for one in types)
    for one, other, third in product(types, types, types):
        if keeps(one, other) and keeps(other, third):
            assert keeps(one, third), (one, other, third)


# --------------------------------------------------------------------------------------------------------- same or not


@pytest.mark.parametrize(("one", "other"), [("struct<a:int,b:date>", "struct<b date, a int>"), ("int[]", "array<int>")])
def test_one_type_written_twice_is_the_same(one: str, other: str) -> None:
    assert same(parse(one), parse(other)) is True


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int(?)", "bigint"),
        ("number", "decimal(9,2)"),
        ("array<int(?)>", "array<int>"),
        ("timestamptz(?)", "timestamptz"),
    ],
)
def test_two_types_may_be_one_where_something_is_not_said(one: str, other: str) -> None:
    assert same(parse(one), parse(other)) is None
    assert same(parse(other), parse(one)) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int(?)", "double"), ("int", "bigint"), ("varchar(5)", "text"), ("struct<a:int>", "struct<a:int,b:int>"),
        ("array<int>", "array<bigint>"), ("geography", "geometry"),
        ("struct<a:int(?),b:int>", "struct<a:int,b:bigint>"),
    ],
)  # fmt: skip
def test_types_that_differ_are_not_the_same(one: str, other: str) -> None:
    assert same(parse(one), parse(other)) is False
