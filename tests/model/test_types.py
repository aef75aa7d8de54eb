"""Types of columns: how each system spells them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.model.dialects import WORDS, of
from thalweg.model.types import Base, ColumnType, parse, write

ALIKE = [
    ("decimal(6, 5)", "DECIMAL(6,5)", "numeric(6,5)", "Decimal128(6, 5)", "NUMBER(6, 5)", "decimal32(6, 5)"),
    ("decimal(38, 0)", "NUMBER(38,0)", "NUMBER(38)"),
    ("bignumeric", "BIGDECIMAL", "decimal256(76, 38)"),
    ("decimal", "numeric", "number", "decimal(?)"),
    ("tinyint", "int8", "byte", "byteint"),
    ("int", "INTEGER", "int4", "int32", " Int32 ", "INT(11)", "nullable(Int32)", "serial", "int32[pyarrow]"),
    ("bigint", "long", "int64", "BIGINT(20)", "INT64", "Int64", "serial8", "LowCardinality(Nullable(Int64))"),
    ("int(?)",),
    ("bigint unsigned", "uint64", "ubigint", "BIGINT(20) UNSIGNED", "UInt64"),
    ("halffloat", "float16"),
    ("float", "real", "float32", "float(24)", "BINARY_FLOAT"),
    ("double", "double precision", "float64", "float8", "float(53)", "FLOAT64", "Sparse[float64, nan]"),
    ("string", "text", "varchar", "character varying", "large_string", "string_view", "str", "string[python]",
     "string[pyarrow]", "VARCHAR(16777216)", "nvarchar(max)", "longtext", "dictionary<values=string, indices=int32>"),
    ("boolean", "bool", "dictionary<values=bool, indices=int32, ordered=0>", "bool[pyarrow]"),
    ("varchar(10)", "character varying(10)", "NVARCHAR(10)", "STRING(10)", "VARCHAR2(10 BYTE)"),
    ("char", "char(1)", "bpchar(1)"),
    ("date", "date32[day]", "date64[ms]"),
    ("time", "time64[us]", "time(6)", "time-micros"),
    ("time32[ms]", "time(3)", "time-millis"),
    ("timestamp", "timestamp without time zone", "timestamp_ntz", "timestamp[us]", "timestamp(6)", "datetime64[us]",
     "timestamp(6) without time zone", "DATETIME", "local-timestamp-micros", "timestamp[us][pyarrow]"),
    ("timestamptz", "timestamp with time zone", "timestamp[us, tz=UTC]", "timestamp(6) with time zone",
     "timestamp_ltz", "datetime64[us, Europe/Berlin]", "timestamp with local time zone", "timestamp-micros"),
    ("timestamp_ns", "timestamp[ns]", "datetime64[ns]", "TIMESTAMP_NTZ(9)", "DateTime64(9)"),
    ("duration[ns]", "timedelta64[ns]", "duration(9)"),
    ("array<int>", "list<item: int32>", "int[]", "large_list<element: int>", "Array(Int32)",
     "list<element: int32 not null>", "ARRAY<INT>", "list_view<item: int32>", "array<integer>"),
    ("fixed_size_list<item: float>[3]", "vector(3)", "VECTOR(FLOAT, 3)", "float[3]", "array<real>[3]"),
    ("struct<a:int,b:array<string>>", "struct<a: int32, b: list<item: string>>", "STRUCT<a INT, b ARRAY<STRING>>",
     "struct<1: a: optional int, 2: b: required list<string>>", "row(a int, b array(varchar))",
     "STRUCT(a INTEGER, b VARCHAR[])", "struct<a: int32 not null, b: list<item: string> not null>",
     "struct<`a`: int, `b`: array<string>>", 'row("a" int, "b" array(varchar))', "object<a: int, b: array<string>>"),
    ("struct<a b: bigint>", "struct<`a b` INT64>", 'row("a b" bigint)'),
    ("map<string,int>", "map<string, int32>", "MAP(VARCHAR, INTEGER)", "map<string, int32 ('entries')>"),
    ("bytes", "binary", "bytea", "blob", "large_binary", "varbinary(max)"),
    ("fixed[16]", "fixed_size_binary[16]", "binary(16)", "BYTES(16)"),
    ("null", "void", "unknown"),
    ("variant", "any"),
    ("uuid", "UNIQUEIDENTIFIER", "extension<arrow.uuid>"),
]  # fmt: skip


@pytest.mark.parametrize("texts", ALIKE, ids=lambda texts: texts[0])
def test_one_type_has_many_spellings(texts: tuple[str, ...]) -> None:
    assert {parse(text) for text in texts} == {parse(texts[0])}
    assert parse(texts[0]).base is not Base.OTHER or texts[0] == "uuid"


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
@settings(deadline=None)
def test_no_text_is_an_error(text: str) -> None:
    assert isinstance(parse(text), ColumnType)


def test_names_of_fields_keep_their_case() -> None:
    assert parse("struct<Age: int>").fields == ("Age",)
    assert parse("struct<Age: int>") != parse("struct<age: int>")


@pytest.mark.parametrize("text", ["array<int>", "x" * (1 << 18), f"vector(float, {'9' * 5000})", "(" * 5000])
def test_a_text_may_be_of_any_size(text: str) -> None:
    assert isinstance(parse(text), ColumnType)


def test_types_that_stand_in_one_another_without_end_are_not_followed() -> None:
    assert isinstance(parse("array<" * 10_000 + "int" + ">" * 10_000), ColumnType)


# ------------------------------------------------------------------------------------------------------------ dialects


@pytest.mark.parametrize(
    ("dialect", "text", "means"),
    [
        ("postgres", "int8", "bigint"),
        ("postgres", "float", "double"),
        ("postgres", "numeric", "decimal(?)"),
        ("redshift", "numeric", "decimal(18, 0)"),
        ("snowflake", "integer", "decimal(38, 0)"),
        ("snowflake", "number(9, 2)", "decimal(9, 2)"),
        ("snowflake", "float", "double"),
        ("snowflake", "timestamp_ntz(3)", "timestamp(3)"),
        ("bigquery", "timestamp", "timestamptz"),
        ("bigquery", "struct<at timestamp, n numeric>", "struct<at timestamptz, n decimal(38, 9)>"),
        ("spark", "array<timestamp>", "array<timestamptz>"),
        ("mysql", "timestamp(3)", "timestamptz(3)"),
        ("mysql", "int(11)", "int"),
        ("tsql", "tinyint", "uint8"),
        ("tsql", "datetime2(3)", "timestamp(3)"),
        ("tsql", "float(53)", "double"),
        ("oracle", "date", "timestamp(0)"),
        ("trino", "timestamp", "timestamp(3)"),
        ("tsql", "timestamp", "rowversion"),
        ("no such dialect", "int8", "tinyint"),
    ],
)
def test_a_dialect_says_what_its_words_mean(dialect: str, text: str, means: str) -> None:
    assert parse(text, dialect) == parse(means)


def test_what_a_word_means_in_a_dialect_is_known() -> None:
    meant = {text for words in WORDS.values() for text in words.values()}
    assert {text for text in meant if parse(text).base is Base.OTHER} == {"rowversion"}


@pytest.mark.parametrize(
    ("namespace", "dialect"),
    [
        ("postgres://db:5432", "postgres"),
        ("bigquery", "bigquery"),
        ("mssql://h", "tsql"),
        ("s3://lake", None),
        ("", None),
    ],
)
def test_the_dialect_of_a_database_follows_from_its_namespace(namespace: str, dialect: str | None) -> None:
    assert of(namespace) == dialect


# ------------------------------------------------------------------------------------------------------------- writing


@pytest.mark.parametrize(
    "text",
    [
        *(texts[0] for texts in ALIKE),
        "uint8",
        "uint128",
        "int128",
        "float(?)",
        "time(?)",
        "geography",
        "struct<`:`:int>",
    ],
)
def test_what_is_written_is_read_as_the_same(text: str) -> None:
    assert parse(write(parse(text))) == parse(text)


LEAVES = st.sampled_from([parse(texts[0]) for texts in ALIKE])
NAMES = st.text(min_size=1, max_size=8).filter(lambda name: name.strip() == name and " ".join(name.split()) == name)


def nested(inner: st.SearchStrategy[ColumnType]) -> st.SearchStrategy[ColumnType]:
    return (
        st.builds(lambda one, size: ColumnType(Base.LIST, size=size, of=(one,)), inner, st.none() | st.integers(1, 9))
        | st.builds(lambda key, value: ColumnType(Base.MAP, of=(key, value)), inner, inner)
        | st.dictionaries(NAMES, inner, min_size=1, max_size=3).map(
            lambda named: ColumnType(Base.STRUCT, of=tuple(named.values()), fields=tuple(named))
        )
    )


@given(st.recursive(LEAVES, nested, max_leaves=6))
@settings(deadline=None)
def test_whatever_stands_in_whatever_is_read_as_it_was_written(type: ColumnType) -> None:
    assert parse(write(type)) == type
