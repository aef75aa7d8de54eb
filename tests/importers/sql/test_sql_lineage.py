"""What a query makes of columns, and by which it decides; and that what cannot be told is not told at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.importers import sql_lineage
from thalweg.importers.sql_lineage import Query, Source, Tables, Untold

ORDERS, LINES = "shop.main.orders", "shop.main.lines"


def tables(dialect: str | None = "duckdb") -> Tables:
    """With columns as the dialect calls what is written without quotes."""
    found = Tables(dialect)
    upper = dialect == "snowflake"
    found.add(ORDERS, ["ID", "AMOUNT", "COUNTRY", "SOLD_AT"] if upper else ["id", "amount", "country", "sold_at"])
    found.add(LINES, ["ORDER_ID", "PRICE", "COUNTRY"] if upper else ["order_id", "price", "Country"])
    return found


def told(sql: str, *, dialect: str | None = "duckdb", keys: tuple[str, ...] = ()) -> dict[str, set[str]]:
    """By column `table.column SUBTYPE`; `*` for what decides over all rows."""
    return said(tables(dialect).query(sql, database="SHOP" if dialect == "snowflake" else "shop", keys=keys))


def said(query: Query) -> dict[str, set[str]]:
    parts = {**query.columns, "*": query.whole}
    return {
        name: {f"{source.table[-1]}.{source.column} {how.subtype}" for source, hows in found.items() for how in hows}
        for name, found in parts.items()
    }


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select id from orders_ as id", None),
        ("select id, amount * 2 as double from main.orders", {"id": "id IDENTITY", "double": "amount TRANSFORMATION"}),
        ("select max(amount) as top from main.orders", {"top": "amount AGGREGATION"}),
        ("select max(amount) + 1 as top from main.orders", {"top": "amount AGGREGATION"}),
        ("select count(*) as n from main.orders", {"n": ""}),
        ("select id from main.orders where amount > 3", {"id": "id IDENTITY", "*": "amount FILTER"}),
        ("select id from main.orders order by sold_at", {"id": "id IDENTITY", "*": "sold_at SORT"}),
        ("select id as x from main.orders order by x", {"x": "id IDENTITY", "*": "id SORT"}),
        (
            "select country as c, sum(amount) as s from main.orders group by 1 having s > 3",
            {"c": "country IDENTITY", "s": "amount AGGREGATION", "*": "country GROUP_BY, amount FILTER"},
        ),
        (
            "select country as c, sum(amount) as s from main.orders group by all",
            {"c": "country IDENTITY", "s": "amount AGGREGATION", "*": "country GROUP_BY"},
        ),
        ("select distinct country from main.orders", {"country": "country IDENTITY", "*": "country GROUP_BY"}),
        (
            "select case when country = 'nl' then amount end as a from main.orders",
            {"a": "country CONDITIONAL, amount TRANSFORMATION"},
        ),
        (
            "select sum(amount) filter (where id > 3) as a from main.orders",
            {"a": "id CONDITIONAL, amount AGGREGATION"},
        ),
        (
            "select sum(amount) over (partition by country order by sold_at) as a from main.orders",
            {"a": "amount AGGREGATION, country WINDOW, sold_at WINDOW"},
        ),
        (
            "select id from main.orders qualify row_number() over (partition by country order by amount) = 1",
            {"id": "id IDENTITY", "*": "country FILTER, amount FILTER"},
        ),
        (
            "select sum(amount) over w as a from main.orders window w as (partition by country)",
            {"a": "amount AGGREGATION, country WINDOW"},
        ),
        (
            "select id, sum(amount) over (w order by sold_at) + 1 as a from main.orders"
            " window w as (partition by country)",
            {"id": "id IDENTITY", "a": "amount AGGREGATION, country WINDOW, sold_at WINDOW"},
        ),
        (
            "select id, sum(amount) over v as a from main.orders"
            " window w as (partition by country), v as (w order by sold_at)",
            {"id": "id IDENTITY", "a": "amount AGGREGATION, country WINDOW, sold_at WINDOW"},
        ),
        (
            "select id from main.orders window w as (order by country) qualify row_number() over w = 1",
            {"id": "id IDENTITY", "*": "country FILTER"},
        ),
        (
            "select id from main.orders window w as (order by country) order by row_number() over w",
            {"id": "id IDENTITY", "*": "country SORT"},
        ),
        ("select id from main.orders window w as (partition by country)", {"id": "id IDENTITY"}),
        ("with orders as (select * from main.orders) select id from orders", {"id": "id IDENTITY"}),
        ("with t(a) as (select id from main.orders) select a from t", {"a": "id IDENTITY"}),
        (
            "with t as (select id, amount + 1 as a from main.orders where sold_at > '2026'), u as (select * from t)"
            " select a from u",
            {"a": "amount TRANSFORMATION", "*": "sold_at FILTER"},
        ),
        (
            "select * exclude (id, sold_at) replace (amount + 1 as amount) from main.orders",
            {"amount": "amount TRANSFORMATION", "country": "country IDENTITY"},
        ),
        ("from main.orders select id", {"id": "id IDENTITY"}),
        (
            "select u.x from main.orders as o, unnest(o.country) as u(x)",
            {"x": "country TRANSFORMATION", "*": "country JOIN"},
        ),
        ("select o.country.code as c from main.orders as o", {"c": "country TRANSFORMATION"}),
        ("select list_transform(country, x -> x + 1) as c from main.orders", {"c": "country TRANSFORMATION"}),
    ],
)
def test_of_one_table(sql: str, expected: dict[str, str] | None) -> None:
    if expected is None:
        with pytest.raises(Untold, match="without saying in which schema"):
            told(sql)
        return
    wanted = {name: {f"orders.{one}" for one in text.split(", ") if one} for name, text in expected.items()}
    assert told(sql) == {"*": set(), **wanted}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "select o.id, l.price from main.orders o left join main.lines l on l.order_id = o.id",
            {
                "id": {"orders.id IDENTITY"},
                "price": {"lines.price IDENTITY"},
                "*": {"lines.order_id JOIN", "orders.id JOIN"},
            },
        ),
        (
            "select country from main.orders join main.lines using (country)",
            {
                "country": {"orders.country TRANSFORMATION", "lines.country TRANSFORMATION"},
                "*": {"orders.country JOIN", "lines.country JOIN"},
            },
        ),
        (
            "select id from main.orders where id in (select order_id from main.lines where price > 1)",
            {"id": {"orders.id IDENTITY"}, "*": {"orders.id FILTER", "lines.order_id FILTER", "lines.price FILTER"}},
        ),
        (
            "select id from main.orders limit (select max(price) from main.lines)",
            {"id": {"orders.id IDENTITY"}, "*": {"lines.price FILTER"}},
        ),
        (
            "select (select max(price) from main.lines where order_id = o.id) as top from main.orders o",
            {"top": {"lines.price AGGREGATION"}, "*": {"lines.order_id FILTER", "orders.id FILTER"}},
        ),
        (
            "select id from main.orders union all select order_id from main.lines where price > 1",
            {"id": {"orders.id IDENTITY", "lines.order_id IDENTITY"}, "*": {"lines.price FILTER"}},
        ),
        (
            "select id from main.orders union select order_id from main.lines",
            {
                "id": {"orders.id IDENTITY", "lines.order_id IDENTITY"},
                "*": {"orders.id GROUP_BY", "lines.order_id GROUP_BY"},
            },
        ),
        (
            "select id from main.orders except select order_id from main.lines",
            {
                "id": {"orders.id IDENTITY", "lines.order_id IDENTITY"},
                "*": {"orders.id FILTER", "lines.order_id FILTER"},
            },
        ),
        (
            "select country, id from main.orders union all by name select order_id as id, country from main.lines",
            {
                "country": {"orders.country IDENTITY", "lines.country IDENTITY"},
                "id": {"orders.id IDENTITY", "lines.order_id IDENTITY"},
                "*": set(),
            },
        ),
        (
            "select o.id from main.orders o semi join main.lines l on l.order_id = o.id",
            {"id": {"orders.id IDENTITY"}, "*": {"lines.order_id JOIN", "orders.id JOIN"}},
        ),
    ],
)
def test_of_several_tables(sql: str, expected: dict[str, set[str]]) -> None:
    assert told(sql) == expected


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("select from where", "sqlglot cannot read it"),
        ("", "it is not one query"),
        ("select 1; select 2", "it is not one query"),
        ("insert into main.orders select 1", "it is not one query"),
        ("select * from main.other", "it selects \\*, and not all columns of its tables are known"),
        ("select columns(*) from main.orders", "it has COLUMNS\\(\\*\\), which may read any column"),
        ("select a from main.x, main.y", "it cannot be told of which table a is"),
        ("select x.a from main.orders", "x.a is of no table"),
        ("select x.a from main.x natural join main.y", "it joins by columns of tables that are not known"),
        ("select a from anything('x')", "it reads from the function anything, which may read anything"),
        ("with recursive r as (select 1 as a union all select a + 1 from r) select a from r", "r is made of itself"),
        ("select id, amount from main.orders union select price from main.lines", "unlike numbers of columns"),
        ("from main.orders pivot (sum(amount) for country in ('nl'))", "it has a pivot"),
        ("select #1 from main.orders", "it has a positionalcolumn"),
        ("select sum(id) over w as a from main.orders", "it has no window w"),
        ("select sum(id) over w as a from main.orders window w as (w order by id)", "it goes too deep"),
        ("select " + " + ".join(["id"] * 6_000) + " as x from main.orders", "it has more than 10,000 parts|too deep"),
        ("select " + "(" * 3_000 + "id" + ")" * 3_000 + " as x from main.orders", "it goes too deep"),
        ("select '" + "x" * 200_000 + "' as x", "it has 200,014 letters"),
    ],
)
def test_what_cannot_be_told_is_not_told_at_all(sql: str, why: str) -> None:
    with pytest.raises(Untold, match=why):
        told(sql)


def test_what_sqlglot_stumbles_over_is_not_told() -> None:
    sql = "select percentile_cont(0.5) within group (order by amount) as p from main.orders"
    with pytest.raises(Untold, match="sqlglot stumbles over it \\(AttributeError: "):
        told(sql, dialect="bigquery")


ALL = {"id", "amount", "country", "sold_at"}


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        ("postgres", "select (o).amount as x from main.orders o"),
        ("postgres", "select row_to_json(o) as x from main.orders o"),
        ("postgres", "select to_jsonb(o.*) as x from main.orders o"),
        ("postgres", "select jsonb_agg(o) as x from main.orders o"),
        ("postgres", "select count(o) as x from main.orders o"),
        ("postgres", "select md5(o::text) as x from main.orders o"),
        ("postgres", "select l.x from main.orders o, lateral (select to_jsonb(o) as x) l"),
        ("postgres", "with o as (select * from main.orders) select to_jsonb(o) as x from o"),
        ("duckdb", "select o as x from main.orders o"),
        ("duckdb", "select hash(o) as x from main.orders o"),
        ("duckdb", "select o['amount'] as x from main.orders o"),
        ("bigquery", "select to_json_string(o) as x from main.orders o"),
        ("bigquery", "select any_value(o).amount as x from main.orders o"),
        (
            "bigquery",
            "select array_agg(o order by sold_at desc limit 1)[offset(0)] as x from main.orders o group by id",
        ),
        ("bigquery", "select y.amount as x from main.orders o, unnest([o]) as y"),
    ],
)
def test_a_row_as_one_value_is_made_of_all_its_columns(dialect: str, sql: str) -> None:
    query = tables(dialect).query(sql, database="shop")
    assert {source.column for source in query.columns["x"]} == ALL


@pytest.mark.parametrize("place", ["where o is not null", "group by o", "order by o", "where o.* is not null"])
def test_a_row_decides_by_all_its_columns(place: str) -> None:
    query = tables("postgres").query(f"select 1 as x from main.orders o {place}", database="shop")
    assert {source.column for source in query.whole} == ALL


def test_a_row_whose_columns_are_not_all_known_is_not_told() -> None:
    for sql in ("select row_to_json(o) as x from main.other o", "select to_jsonb(o.*) as x from main.other o"):
        with pytest.raises(Untold):
            told(sql, dialect="postgres")


@pytest.mark.parametrize(
    ("dialect", "sql", "why"),
    [
        ("duckdb", "select columns('am.*') as x from main.orders", "it has COLUMNS\\('am.\\*'\\), which may read any"),
        ("duckdb", "select coalesce(*columns('am')) as x from main.orders", "which may read any column"),
        ("duckdb", "select country.upper() as x from main.orders", "it has country, which may read any column"),
        ("duckdb", "select x.y from main.orders as x(y)", "it calls the columns of orders otherwise"),
        ("duckdb", "select id from main.orders order by all", "it has ALL, which may read any column"),
        ("duckdb", "select [x + amount for x in country] as y from main.orders", "which may read any column"),
        ("duckdb", "select x from read_parquet('a.parquet')", "which may be anything"),
        ("duckdb", "select x from 'a.parquet'", "it reads a.parquet without saying in which schema"),
        ("duckdb", "select x from query_table('orders')", "the function query_table, which may read anything"),
        ("snowflake", "select $1 as x, id from main.orders", "it has \\$1, which may read any column"),
        ("snowflake", "select o.$1 as x from main.orders o", "which is a column by its place"),
        ("snowflake", "select identifier('ID') as x from main.orders", "which may read any column"),
        ("snowflake", "select id from identifier('main.orders')", "it reads from IDENTIFIER"),
        ("snowflake", "select id from identifier($orders)", "it reads from IDENTIFIER"),
        ("snowflake", "select id from table('main.orders')", "which may be anything"),
        ("snowflake", "select x from table(result_scan(last_query_id()))", "the function result_scan"),
        ("snowflake", "select x.a from main.orders, lateral split_all(country) x", "the function split_all"),
        ("snowflake", "select $1 as x from @stage/path", "it reads from @stage/path, which is no name"),
        ("snowflake", "select * ilike '%a%' from main.orders", "it selects columns by a pattern"),
        ("snowflake", "select hash(*) as x from main.orders", "it uses \\* where columns should stand"),
        (
            "snowflake",
            "select a from main.orders match_recognize (order by id measures id as a pattern (x) define x as id > 1)",
            "match",
        ),
        ("snowflake", "select id from main.orders changes(information => default) at(offset => -60)", "with changes"),
        ("bigquery", "select id from `shop.main.events_*`", "it reads events_\\*, which stands for several tables"),
        ("bigquery", "select as value o from main.orders o", "it selects AS VALUE"),
        ("bigquery", "select id from ml.predict(model main.m, table main.orders)", "which may be anything"),
        ("databricks", "select identifier('amount') as x from main.orders", "it calls identifier"),
        ("databricks", "select id from identifier('main.orders')", "the function identifier, which may read anything"),
        ("databricks", "select id from read_files('s3://a/b')", "the function read_files, which may read anything"),
        ("spark", "select transform(id) using 'cat' as (a, b) from main.orders", "what that is called is not known"),
        ("spark", "select id from main.orders tablesample (bucket 1 out of 3 on country)", "it samples by a column"),
        ("postgres", "select date_trunc(country, sold_at) as x from main.orders", "it has COUNTRY, which may read any"),
        ("postgres", "select query_to_xml('select id from main.orders', true, true, '') as x", "it calls query_to_xml"),
        ("postgres", "select a.id from (main.orders a join main.orders b on a.amount = b.amount)", "table with joins"),
        ("postgres", "(select id from main.orders) order by amount", "columns in ORDER of a subquery"),
        ("postgres", "select id from main.orders union select order_id from main.lines order by price", "sorted by"),
        ("spark", "select trunc(sold_at, country) as x from main.orders", "sqlglot keeps no word of country"),
        ("snowflake", "select try_parse_json(country, amount) as x from main.orders", "keeps no word of amount"),
        ("tsql", "select id from main.orders for json path", "it has a select with for"),
        ("tsql", "select country.value('x', 'int') as x from main.orders", "it has country, which may read any column"),
        ("clickhouse", "select id from main.orders array join country as x", "it has an array join"),
    ],
)
def test_columns_and_tables_that_are_not_called_by_their_names_are_not_told(dialect: str, sql: str, why: str) -> None:
    with pytest.raises(Untold, match=why):
        told(sql, dialect=dialect)


@pytest.mark.parametrize(
    ("dialect", "sql", "decides"),
    [
        ("spark", "select id from main.orders distribute by country sort by amount", {"country SORT", "amount SORT"}),
        ("spark", "select id from main.orders cluster by country", {"country SORT"}),
        ("clickhouse", "select id from main.orders prewhere amount > 1", {"amount FILTER"}),
        (
            "snowflake",
            "select a.id from main.orders a asof join main.orders b match_condition (a.sold_at >= b.amount)",
            {"sold_at JOIN", "amount JOIN"},
        ),
    ],
)
def test_what_only_some_dialects_decide_by(dialect: str, sql: str, decides: set[str]) -> None:
    found = told(sql, dialect=dialect)
    assert {one.casefold() for one in found["*"]} == {f"orders.{one}".casefold() for one in decides}


@pytest.mark.parametrize(
    ("dialect", "sql", "columns"),
    [
        ("spark", "select posexplode(amount) as (p, v) from main.orders", {"p", "v"}),
        ("databricks", "select id, stack(2, amount, amount) as (a, b) from main.orders", {"id", "a", "b"}),
    ],
)
def test_what_gives_several_columns_gives_each_its_name(dialect: str, sql: str, columns: set[str]) -> None:
    found = told(sql, dialect=dialect)
    assert set(found) - {"*"} == columns
    assert all(found[name] == {"orders.amount TRANSFORMATION"} for name in columns - {"id"})


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        (
            "snowflake",
            "select dateadd(day, 1, date_trunc('week', date)) as x from s.t where extract(year from date) > 1",
        ),
        ("snowflake", "select day:year:x::date as x, date from s.t"),
        ("postgres", "select cast(day as date) as x, date, year from s.t where date > now() - interval '1 year'"),
        ("bigquery", "select date(year, day, 1) as x, date_sub(date, interval 1 day) as y, date from s.t"),
        ("duckdb", "select year(date) as x, date::date as y, day, interval 1 day as z from s.t"),
    ],
)
def test_columns_may_be_called_as_functions_types_and_units_are(dialect: str, sql: str) -> None:
    known = Tables(dialect)
    names = ["date", "day", "year"]
    known.add("s.t", [name.upper() for name in names] if dialect == "snowflake" else names)
    query = known.query(sql)
    assert ("s.t", "date") in {(".".join(table).lower(), column.lower()) for table, column in query.sources()}


def test_functions_are_known_with_their_schemas_and_by_quoted_names() -> None:
    sql = "select lib.net(amount) as a, `shop.lib.net`(lib.host(country)) as b from main.orders"
    assert told(sql, dialect="bigquery") == {
        "a": {"orders.amount TRANSFORMATION"},
        "b": {"orders.country TRANSFORMATION"},
        "*": set(),
    }


def test_columns_behind_columns_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_lineage, "MOST_SOURCES", 20)
    with pytest.raises(Untold, match="more than 20 columns stand behind its columns"):
        told("with a as (select * from main.orders), b as (select * from a) select * from b")


def test_rows_are_laid_over_others_by_their_keys() -> None:
    sql = "select id + 1 as key, lower(country) as c from main.orders"
    assert told(sql, keys=("key",))["*"] == {"orders.id JOIN"}
    assert told(sql, keys=("concat(key, c)",))["*"] == {"orders.id JOIN", "orders.country JOIN"}
    assert told(sql, keys=("*",))["*"] == {"orders.id JOIN", "orders.country JOIN"}
    with pytest.raises(Untold, match="it gives no column id, by which rows are laid over others"):
        told(sql, keys=("id",))


@pytest.mark.parametrize(
    ("dialect", "sql", "expected"),
    [
        ("snowflake", "select ID, sold_at from Main.Orders", {"ID", "SOLD_AT"}),
        ("postgres", "select ID, Sold_At from Main.Orders", {"id", "sold_at"}),
        ("bigquery", "select `ID` from `shop.Main.orders` as o", {"id"}),
        (None, "select id from shop.main.orders", {"id"}),
        ("no such dialect", "select id from shop.main.orders", {"id"}),
    ],
)
def test_names_are_compared_as_their_dialect_does(dialect: str | None, sql: str, expected: set[str]) -> None:
    known = Tables(dialect)
    real = ["ID", "SOLD_AT"] if dialect == "snowflake" else ["id", "sold_at"]
    known.add("shop.Main.orders" if dialect == "bigquery" else "Shop.Main.orders", real)
    query = known.query(sql, database="SHOP" if dialect == "snowflake" else "shop")
    assert set(query.columns) == expected
    assert {known.true_name(source) for source in query.sources()} <= set(real)
    assert query.sources()


def test_true_names_of_columns_are_kept() -> None:
    known = tables()
    (source,) = known.query("select COUNTRY from main.lines", database="shop").sources()
    assert (source.column, known.true_name(source)) == ("country", "Country")
    assert known.true_name(Source(("elsewhere",), "X")) == "X"


def test_what_is_no_name_of_a_table() -> None:
    with pytest.raises(Untold, match="is no name of a table"):
        Tables("duckdb").add("a.'", None)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["id", "amount", "country", "sold_at"]), min_size=1, unique=True), st.integers(0, 6))
def test_the_same_query_through_any_number_of_steps_says_the_same(columns: list[str], steps: int) -> None:
    direct = told(f"select {', '.join(columns)} from main.orders where id > 1")
    ctes = ["s0 as (select * from main.orders where id > 1)"]
    ctes += [f"s{step + 1} as (select * from s{step})" for step in range(steps)]
    assert told(f"with {', '.join(ctes)} select {', '.join(columns)} from s{steps}") == direct
