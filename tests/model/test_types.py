"""Types of columns: how each system spells them, and which keep every value of which."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.model.types import Base, ColumnType, keeps, parse

ALIKE = [
    ("decimal(6, 5)", "DECIMAL(6,5)", "numeric(6,5)", "Decimal128(6, 5)"),
    ("int", "INTEGER", "int4", "int32", " Int32 ", "INT(11)", "nullable(Int32)"),
    ("bigint", "long", "int64", "BIGINT(20)"),
    ("bigint unsigned", "uint64", "ubigint", "BIGINT(20) UNSIGNED"),
    ("double", "double precision", "float64", "float8", "float(53)"),
    ("float", "real", "float32", "float(24)"),
    ("string", "text", "varchar", "character varying", "large_string"),
    ("boolean", "bool", "dictionary<values=bool, indices=int32, ordered=0>"),
    ("varchar(10)", "character varying(10)", "NVARCHAR(10)"),
    ("timestamp", "timestamp without time zone", "timestamp_ntz", "timestamp[us]", "timestamp(6)", "datetime64[us]"),
    ("timestamptz", "timestamp with time zone", "timestamp[us, tz=UTC]", "timestamp(6) with time zone"),
    ("timestamp_ns", "timestamp[ns]", "datetime64[ns]"),
    ("array<int>", "list<item: int32>", "int[]", "large_list<element: int>", "Array(Int32)"),
    ("struct<a:int,b:array<string>>", "struct<a: int32, b: list<item: string>>"),
    ("map<string,int>", "map<string, int32>"),
    ("bytes", "binary", "bytea", "blob"),
    ("null", "void", "unknown"),
]


@pytest.mark.parametrize("texts", ALIKE, ids=lambda texts: texts[0])
def test_one_type_has_many_spellings(texts: tuple[str, ...]) -> None:
    assert {parse(text) for text in texts} == {parse(texts[0])}
    assert parse(texts[0]).base is not Base.OTHER


def test_types_that_differ_are_not_one() -> None:
    assert len({parse(texts[0]) for texts in ALIKE}) == len(ALIKE)


def test_what_is_inside_is_parsed_too() -> None:
    assert parse("array<struct<id:bigint, tags:map<string,array<decimal(5,2)>>>>") == ColumnType(
        Base.LIST,
        of=(
            ColumnType(
                Base.STRUCT,
                fields=("id", "tags"),
                of=(
                    ColumnType(Base.INT, 64),
                    ColumnType(
                        Base.MAP,
                        of=(ColumnType(Base.TEXT), ColumnType(Base.LIST, of=(ColumnType(Base.DECIMAL, 5, 2),))),
                    ),
                ),
            ),
        ),
    )
    embedding = ColumnType(Base.LIST, size=128, of=(ColumnType(Base.FLOAT, 32),))
    assert parse("fixed_size_list<item: float>[128]") == embedding


@pytest.mark.parametrize("text", ["geography", "vector(3", "array<int", "struct<", "decimal(x)", "", "<>", "map<int>"])
def test_what_is_not_known_is_a_type_of_its_own(text: str) -> None:
    assert parse(text).base is Base.OTHER
    assert parse(text) == parse(f" {text.upper()} ")
    assert parse(text) != parse(f"{text}x")


@given(st.text() | st.text("array<int>,()[]: 0123", max_size=40))
def test_no_text_is_an_error(text: str) -> None:
    assert isinstance(parse(text), ColumnType)


def test_types_that_stand_in_one_another_without_end_are_not_followed() -> None:
    assert isinstance(parse("array<" * 10_000 + "int" + ">" * 10_000), ColumnType)


# ----------------------------------------------------------------------------------------------------------- comparing

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
struct<a:int,b:date>: struct<a:bigint,b:timestamp>
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


@pytest.mark.parametrize(("old", "new"), [("geography", "int"), ("int", "geography"), ("decimal", "decimal(9,2)")])
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
