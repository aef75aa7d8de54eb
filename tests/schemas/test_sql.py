"""SQL: columns out of CREATE, changes out of ALTER, in the dialects that people write."""

from __future__ import annotations

from pathlib import Path

import pytest

from thalweg.model.columns import Add, Column, ColumnChange, Drop, MayBeNull, Rename, Retype
from thalweg.model.errors import BadInput
from thalweg.model.types import parse
from thalweg.schemas import Table, compare, read

KNOWN = (Column("id", "bigint", False), Column("age", "int", True), Column("plan", "string", True))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "schema.sql"


def tables(file: Path, text: str, dialect: str | None = None) -> list[Table]:
    file.write_text(text)
    return read(file, dialect=dialect)


def columns(file: Path, text: str, dialect: str | None = None) -> tuple[Column, ...]:
    (table,) = tables(file, text, dialect)
    assert table.columns is not None
    return table.columns


# --------------------------------------------------------------------------------------------------------------- CREATE


@pytest.mark.parametrize(
    ("dialect", "text", "types"),
    [
        ("postgres", "id int8, x float, n numeric(9,2), t timestamptz, j jsonb, a text[], v vector(3)",
         "bigint, double, decimal(9,2), timestamptz, jsonb, array<string>, float[3]"),
        ("bigquery", "id INT64, x FLOAT64, n NUMERIC, b BIGNUMERIC, s STRUCT<a INT64, b ARRAY<STRING>>, t TIMESTAMP, "
         "d DATETIME, g GEOGRAPHY",
         "bigint, double, decimal(38,9), decimal(76,38), struct<a: bigint, b: array<string>>, timestamptz, timestamp, "
         "geography"),
        ("snowflake", "id NUMBER(38,0), n NUMBER, i INTEGER, f FLOAT, t TIMESTAMP_NTZ(9), l TIMESTAMP_LTZ, v VARIANT, "
         "s STRING, c VARCHAR(16777216)",
         "decimal(38,0), decimal(38,0), decimal(38,0), double, timestamp(9), timestamptz(9), variant, string, string"),
        ("spark", "id BIGINT, s STRUCT<a: INT, b: ARRAY<STRING>>, t TIMESTAMP, n TIMESTAMP_NTZ, d DECIMAL(9,2), b BYTE",
         "bigint, struct<a: int, b: array<string>>, timestamptz, timestamp, decimal(9,2), tinyint"),
        ("mysql", "id int(11) unsigned, b tinyint(1), d datetime(3), t timestamp, u bigint unsigned, m mediumtext, "
         "r double",
         "uint32, tinyint, timestamp(3), timestamptz(0), uint64, string, double"),
        ("tsql", "[id] int identity(1,1), d datetime2(3), f float, r real, n nvarchar(max), u uniqueidentifier, b bit, "
         "t tinyint, m money",
         "int, timestamp(3), float(?), float(?), string, uuid, boolean, uint8, decimal(19,4)"),
        ("duckdb", "id INTEGER, h HUGEINT, u UBIGINT, s STRUCT(a INTEGER, b VARCHAR), m MAP(VARCHAR, INTEGER), "
         "l INTEGER[], f INTEGER[3]",
         "int, int128, uint64, struct<a: int, b: string>, map<string,int>, array<int>, array<int>[3]"),
        ("trino", "id bigint, r row(a int, b varchar), t timestamp(3) with time zone, x array(double), e real",
         "bigint, struct<a: int, b: string>, timestamptz(3), array<double>, float"),
        ("clickhouse", "id Int32, n Nullable(Int64), s LowCardinality(String), u UInt8, a Array(Int32), f Float32",
         "int, bigint, string, uint8, array<int>, float"),
        ("oracle", "id NUMBER(10), v VARCHAR2(10 BYTE), d DATE", "decimal(10,0), varchar(10), timestamp(0)"),
        ("redshift", "id INT8, n NUMERIC, v VARCHAR(256)", "bigint, decimal(18,0), varchar(256)"),
        ("hive", "id BIGINT, m MAP<STRING,INT>, t TIMESTAMP", "bigint, map<string,int>, timestamp"),
        ("sqlite", "id INTEGER, x REAL, t TEXT", "bigint, double, string"),
    ],
)  # fmt: skip
def test_types_are_read_as_their_dialect_means_them(dialect: str, text: str, types: str, file: Path) -> None:
    found = columns(file, f"CREATE TABLE shop.orders ({text})", dialect)
    wanted = parse(f"struct<{', '.join(f'c{at}: {one}' for at, one in enumerate(_split(types)))}>")
    assert [parse(one.type or "") for one in found] == list(wanted.of)


def _split(types: str) -> list[str]:
    parts = [""]
    for letter in types:
        if letter == "," and parts[-1].count("<") + parts[-1].count("(") == parts[-1].count(">") + parts[-1].count(")"):
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def test_nulls_keys_and_partitions(file: Path) -> None:
    text = "CREATE TABLE t (a INT NOT NULL, b INT PRIMARY KEY, c INT NULL, d INT) PARTITIONED BY (d)"
    assert columns(file, text, "spark") == (
        Column("a", "INT", False),
        Column("b", "INT", False, None, "KEY"),
        Column("c", "INT", True),
        Column("d", "INT", True, None, "PARTITION"),
    )
    found = columns(file, "CREATE TABLE t (a INT, b INT, c INT, PRIMARY KEY (a, b), CHECK (c > 0))")
    assert [(one.nullable, one.role) for one in found] == [(False, "KEY"), (False, "KEY"), (True, None)]
    named = columns(file, "CREATE TABLE t (a INT, CONSTRAINT pk PRIMARY KEY (a))")
    assert [one.role for one in named] == ["KEY"]
    hive = columns(file, "CREATE TABLE t (a INT) PARTITIONED BY (day STRING)", "hive")
    assert [(one.name, one.role) for one in hive] == [("a", None), ("day", "PARTITION")]
    clickhouse = columns(file, "CREATE TABLE t (a Int32, b Nullable(Int32)) ENGINE = Memory", "clickhouse")
    assert [one.nullable for one in clickhouse] == [False, True]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("CREATE OR REPLACE TABLE a.b.c (x INT)", ("a.b.c",)),
        ("create table if not exists `p.d`.`t` (x INT64)", ("p.d.t",)),
        ('CREATE TEMPORARY TABLE "Order Items" (x INT)', ("Order Items",)),
        ("CREATE TABLE [dbo].[t] (x INT)", ("dbo.t",)),
        ("CREATE EXTERNAL TABLE t (x INT) STORED AS PARQUET LOCATION 's3://lake/t'", ("t",)),
    ],
)
def test_a_table_has_the_name_that_was_written(text: str, names: tuple[str, ...], file: Path) -> None:
    (table,) = tables(file, text)
    assert table.names == names
    assert table.format == "sql"


def test_a_view_and_a_table_made_of_a_query_have_the_columns_that_it_names(file: Path) -> None:
    query = "SELECT o.id, CAST(o.n AS BIGINT) AS n, o.a + 1 AS more FROM orders AS o"
    for made in ("VIEW", "TABLE"):
        found = columns(file, f"CREATE {made} v AS {query}")
        assert found == (Column("id"), Column("n", "BIGINT"), Column("more"))
    named = columns(file, f"CREATE VIEW v (a, b, c) AS {query}")
    assert named == (Column("a"), Column("b", "BIGINT"), Column("c"))
    assert [one.name for one in columns(file, "CREATE VIEW v AS SELECT a FROM t UNION ALL SELECT b FROM u")] == ["a"]
    with_common = "CREATE VIEW v AS WITH c AS (SELECT * FROM t) SELECT c.a FROM c"
    assert columns(file, with_common) == (Column("a"),)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("CREATE VIEW v AS SELECT * FROM t", "selects *"),
        ("CREATE VIEW v AS SELECT a, b.* FROM t", "selects *"),
        ("CREATE TABLE v AS SELECT 1 + 1", "without a name"),
        ("CREATE TABLE v (LIKE t)", "LIKE another"),
        ("CREATE TABLE p PARTITION OF t FOR VALUES IN (1)", "without columns"),
        ("INSERT INTO t VALUES (1)", "says columns"),
        ("DROP TABLE t", "says columns"),
        ("CREATE TABLE (", "no SQL"),
        ("ALTER TABLE t REPLACE COLUMNS (a INT)", "not understood"),
        ("ALTER TABLE t FROBNICATE COLUMN a", "not understood"),
    ],
)
def test_what_does_not_say_columns_is_refused(text: str, what: str, file: Path) -> None:
    with pytest.raises(BadInput, match=what.replace("*", r"\*")) as error:
        tables(file, text)
    assert "schema.sql" in str(error.value)
    assert error.value.hint


def test_statements_about_other_things_are_passed_over(file: Path) -> None:
    text = """
    SET search_path = shop; -- a migration
    CREATE SCHEMA shop;
    DROP TABLE IF EXISTS orders;
    CREATE TABLE orders (id BIGINT);
    CREATE INDEX i ON orders (id);
    COMMENT ON COLUMN orders.id IS 'x';
    GRANT SELECT ON orders TO reader;
    INSERT INTO orders VALUES (1);
    """
    assert columns(file, text) == (Column("id", "BIGINT", True),)


def test_a_dialect_that_is_none_is_refused(file: Path) -> None:
    with pytest.raises(BadInput, match="'klingon' is no dialect"):
        tables(file, "CREATE TABLE t (a INT)", "klingon")


def test_without_a_dialect_types_keep_their_words(file: Path) -> None:
    """Whoever knows where the table lies knows what they mean."""
    (table,) = tables(file, "CREATE TABLE t (id INTEGER, x FLOAT, at TIMESTAMP)")
    assert table.native
    old = (Column("ID", "NUMBER(38,0)", True), Column("X", "FLOAT", True), Column("AT", "TIMESTAMP_NTZ(9)", True))
    assert not compare("snowflake://acme", old, table)
    assert compare("mysql://db", (Column("id", "bigint", True), *old[1:]), table).changes[0] == (
        Retype("id", "bigint", "INT")
    )


# ---------------------------------------------------------------------------------------------------------------- ALTER


@pytest.mark.parametrize(
    ("dialect", "text", "changes"),
    [
        (None, "ALTER TABLE t RENAME COLUMN age TO years", [Rename("age", "years")]),
        (None, "ALTER TABLE t DROP COLUMN age, DROP COLUMN IF EXISTS plan", [Drop("age"), Drop("plan")]),
        ("postgres", "ALTER TABLE t ALTER COLUMN age TYPE int8, ALTER id DROP NOT NULL, ADD COLUMN c int8 NOT NULL, "
         "ALTER COLUMN plan SET NOT NULL",
         [MayBeNull("id"), Retype("age", "int", "BIGINT"), Add("c", "BIGINT")]),
        ("mysql", "ALTER TABLE t CHANGE COLUMN age years BIGINT NOT NULL",
         [Rename("age", "years"), Retype("age", "int", "BIGINT")]),
        ("mysql", "ALTER TABLE t MODIFY COLUMN id BIGINT", [MayBeNull("id")]),
        ("mysql", "ALTER TABLE t ADD c INT, DROP plan", [Drop("plan"), Add("c", "INT")]),
        ("tsql", "ALTER TABLE t ALTER COLUMN age BIGINT NOT NULL", [Retype("age", "int", "BIGINT")]),
        ("snowflake", "ALTER TABLE t ADD COLUMN c VARCHAR, d VARCHAR", [Add("c", "VARCHAR"), Add("d", "VARCHAR")]),
        ("snowflake", "ALTER TABLE t DROP COLUMN age, plan", [Drop("age"), Drop("plan")]),
        ("bigquery", "ALTER TABLE `p.d.t` RENAME COLUMN age TO years, ALTER COLUMN plan SET DATA TYPE INT64",
         [Rename("age", "years"), Retype("plan", "string", "INT64")]),
        ("bigquery", "ALTER TABLE p.d.t ADD COLUMN c STRUCT<a INT64, b STRING>, DROP COLUMN IF EXISTS age, "
         "ALTER COLUMN id DROP NOT NULL",
         [MayBeNull("id"), Drop("age"), Add("c", "STRUCT<a INT64, b STRING>")]),
        ("spark", "ALTER TABLE t ADD COLUMNS (c INT, d STRUCT<a: INT>)", [Add("c", "INT"), Add("d", "STRUCT<a: INT>")]),
        ("spark", "ALTER TABLE t DROP COLUMNS (age, plan)", [Drop("age"), Drop("plan")]),
        ("spark", "ALTER TABLE t ALTER COLUMN age TYPE BIGINT", [Retype("age", "int", "BIGINT")]),
        ("hive", "ALTER TABLE t CHANGE age years BIGINT", [Rename("age", "years"), Retype("age", "int", "BIGINT")]),
        ("clickhouse", "ALTER TABLE t MODIFY COLUMN age Int64", [Retype("age", "int", "Int64")]),
        ("duckdb", "ALTER TABLE t ALTER age SET DATA TYPE BIGINT", [Retype("age", "int", "BIGINT")]),
        ("postgres", "ALTER TABLE t ADD CONSTRAINT positive CHECK (age > 0)", []),
    ],
)  # fmt: skip
def test_an_alter_states_the_changes(dialect: str | None, text: str, changes: list[ColumnChange], file: Path) -> None:
    (table,) = tables(file, text, dialect)
    assert table.columns is None
    assert list(compare("s3://lake", KNOWN, table).changes) == changes
    if "MODIFY" not in text:  # what it says of nulls depends on the dialect
        (tried,) = tables(file, text)
        assert [type(one) for one in compare("s3://lake", KNOWN, tried).changes] == [type(one) for one in changes]


def test_actions_after_which_readers_find_the_same_columns_change_nothing(file: Path) -> None:
    """As `pg_dump` writes them."""
    text = """
    ALTER TABLE public.t OWNER TO shop;
    ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);
    ALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT nextval('t_id_seq'::regclass);
    ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;
    ALTER TABLE t ALTER COLUMN id SET STATISTICS 3, ALTER COLUMN age SET NOT NULL, ADD COLUMN c INT;
    """
    found = tables(file, text, "postgres")
    assert [compare("postgres://db", KNOWN, one).changes for one in found] == [(), (Add("c", "INT"),)]


def test_several_statements_come_to_what_is_left_of_them(file: Path) -> None:
    text = "ALTER TABLE t RENAME COLUMN age TO x; ALTER TABLE t RENAME COLUMN x TO years; ALTER TABLE t ADD y INT;"
    (table,) = tables(file, text + "ALTER TABLE t DROP COLUMN y;")
    assert compare("s3://lake", KNOWN, table).changes == (Rename("age", "years"),)


def test_an_old_name_that_a_computed_column_keeps_is_no_break(file: Path) -> None:
    rename = "ALTER TABLE t RENAME COLUMN age TO years;"
    (kept,) = tables(file, f"{rename} ALTER TABLE t ADD COLUMN age INT GENERATED ALWAYS AS (years) STORED;", "postgres")
    assert kept.kept == {"age"}
    assert compare("postgres://db", KNOWN, kept).changes == (Add("years", "int"),)
    (other,) = tables(file, f"{rename} ALTER TABLE t ADD COLUMN age INT;", "postgres")
    assert compare("postgres://db", KNOWN, other).content == ("age",)


def test_a_table_that_is_made_and_altered_has_the_columns_of_the_end(file: Path) -> None:
    text = """
    CREATE TABLE t (a INT NOT NULL, b INT, c INT);
    ALTER TABLE t RENAME COLUMN b TO d;
    ALTER TABLE t ALTER COLUMN a TYPE BIGINT;
    ALTER TABLE t ADD COLUMN e VARCHAR NOT NULL;
    ALTER TABLE t DROP COLUMN c;
    """
    assert columns(file, text) == (
        Column("a", "BIGINT", False), Column("d", "INT", True), Column("e", "VARCHAR", False),
    )  # fmt: skip


def test_a_table_that_is_renamed_goes_by_both_names(file: Path) -> None:
    (table,) = tables(file, "ALTER TABLE t RENAME TO u; ALTER TABLE t DROP COLUMN a")
    assert table.names == ("t", "u")
