"""A column that a statement cannot do without is told as read: SQLite drops it, and runs the statement again."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from thalweg.importers.sql_lineage import Tables, Untold

COLUMNS = {
    "orders": ("id", "amount", "country", "sold_at", "unused"),
    "lines": ("order_id", "price", "country", "text"),
}

STATEMENTS = [
    "select id from main.orders",
    "select id, amount * 2 as x from main.orders where country = 'nl'",
    "select o.id from main.orders as o order by o.sold_at limit 1",
    "select * from main.orders",
    "select o.* from main.orders as o where o.amount > 1",
    "select count(*) as n from main.orders",
    "select count(*) as n from main.orders group by country",
    "select country, sum(amount) as s from main.orders group by 1 having max(sold_at) > 1",
    "select country as c from main.orders group by c",
    "select distinct country from main.orders",
    "select case when country = 'nl' then amount else id end as x from main.orders",
    "select sum(amount) filter (where id > 1) as x from main.orders",
    "select row_number() over (partition by country order by sold_at) as x from main.orders",
    "select sum(amount) over w as x from main.orders window w as (partition by country)",
    "select sum(amount) over (w order by sold_at) as x from main.orders window w as (partition by country)",
    "select id, sum(amount) over v as x from main.orders window w as (partition by country), v as (w order by sold_at)",
    "select id from main.orders window w as (partition by country)",
    "select id from main.orders window w as (partition by country) order by sum(amount) over w",
    "select group_concat(country, ',') as x from main.orders",
    "select coalesce(amount, id) as x, cast(country as integer) as y, amount is null as z from main.orders",
    "select id from main.orders where amount between 1 and id and country in ('nl', sold_at)",
    "select id from main.orders where country like 'n%' escape '!' and not (amount <> 2)",
    "select strftime('%Y', sold_at) as x, date(sold_at, '+1 day') as y from main.orders",
    "select json_extract(country, '$.a') as x, country ->> 'b' as y from main.orders",
    "select substr(country, id, amount) as x, iif(id > 1, amount, sold_at) as y from main.orders",
    "select -amount as x, +id as y, ~sold_at as z, country || id as w from main.orders",
    "select id from (select id, amount from main.orders)",
    "select x.id from (select * from main.orders) as x",
    "select id from (select id from main.orders order by amount)",
    "with o as (select * from main.orders) select id from o",
    "with o as (select id, amount from main.orders) select id from o",
    "with o as (select * from main.orders), p as (select id, country from o) select id from p",
    "with o as (select * from main.orders), p as (select * from o where sold_at > 1) select id from p",
    "with o(a, b) as (select id, amount from main.orders) select b from o",
    "select o.id, l.price from main.orders as o join main.lines as l on l.order_id = o.id",
    "select id from main.orders left join main.lines on order_id = id",
    "select id from main.orders join main.lines using (country)",
    "select * from main.orders join main.lines using (country)",
    "select o.id from main.orders as o cross join main.lines as l where l.text = o.country",
    "select x.id from main.orders as x join main.orders as y on x.amount = y.sold_at",
    "select id from main.orders where exists (select 1 from main.lines where order_id = id and price > 1)",
    "select id from main.orders where id in (select order_id from main.lines where text = 'x')",
    "select id from main.orders where (id, amount) in (select order_id, price from main.lines)",
    "select (select max(price) from main.lines as l where l.order_id = o.id) as x from main.orders as o",
    "select (select o.amount) as x from main.orders as o",
    "select id from main.orders limit (select count(price) from main.lines)",
    "select id from main.orders union all select order_id from main.lines where price > 1",
    "select id, amount from main.orders union select order_id, price from main.lines order by amount",
    "select id from main.orders except select order_id from main.lines",
    "select country from main.orders intersect select country from main.lines",
    "select id from (select id, amount from main.orders union all select order_id, price from main.lines)",
    "select id, amount as x from main.orders order by x, country",
    "select amount as id from main.orders order by id",
    "select amount as sold_at from main.orders where sold_at > 1",
    "select max(id, amount) as x, max(sold_at) as y from main.orders",
    "select a.x from (select b.x from (select id as x, amount as y from main.orders) as b where b.y > 1) as a",
    "select id from (select * from main.orders union all select order_id, 1, 2, 3, 4 from main.lines)",
    "with o as (select * from main.orders union select *, 1 from main.lines) select amount from o",
    "with o(a, b, c, d, e) as (select * from main.orders) select a from o",
    "select id from main.orders where (id, amount, country, sold_at) in (select * from main.lines)",
    "select id from (select * from main.orders order by 5)",
    "select id from main.orders natural join main.lines",
    "select 1 as x from main.orders where 1 = 1",
    "select country collate nocase as x from main.orders order by amount collate nocase",
    "values (1)",
    "select o.country as x from main.orders as o group by o.country, o.amount having count(o.id) > 1",
    "select total(amount) over (order by id rows between 1 preceding and current row) as x from main.orders",
    "select rowid as x from main.orders",
    "select [amount] as x, `id` as y from main.orders",
    "select value as x from main.orders, json_each(main.orders.country)",
]


def told(statement: str) -> set[tuple[str, str]] | None:
    """What a statement is said to read, as (table, column); None where that cannot be told."""
    tables = Tables("sqlite")
    for table, columns in COLUMNS.items():
        tables.add(f"main.{table}", columns)
    try:
        query = tables.query(statement)
    except Untold:
        return None
    return {(source.table[-1], source.column) for source in query.sources()}


def fails(statement: str, without: tuple[str, str] | None) -> bool:
    """Whether a statement fails where a column is not there."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for table, columns in COLUMNS.items():
            connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
        if without is not None:
            connection.execute(f"ALTER TABLE {without[0]} DROP COLUMN {without[1]}")
        try:
            connection.execute(statement).fetchall()
        except sqlite3.OperationalError:
            return True
        return False


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_reads_each_column_that_it_cannot_do_without(statement: str) -> None:
    assert not fails(statement, None)
    read = told(statement)
    columns = [(table, column) for table, columns in COLUMNS.items() for column in columns]
    assert read is None or {one for one in columns if fails(statement, one)} <= read


def test_most_of_the_statements_are_told() -> None:
    untold = [statement for statement in STATEMENTS if told(statement) is None]
    assert len(untold) < len(STATEMENTS) / 10, untold


@pytest.mark.parametrize(
    ("statement", "read"),
    [
        ("with o as (select * from main.orders) select id from o", {"id"}),
        ("with o as (select id, amount from main.orders) select id from o", {"id", "amount"}),
        ("with o as (select id, amount from main.orders) select 1 as x", {"id", "amount"}),
        ("select count(*) as n from (select * from main.orders where country = 'nl')", {"country"}),
    ],
)
def test_a_column_is_read_where_it_is_named_and_not_where_a_star_takes_it_in(statement: str, read: set[str]) -> None:
    assert told(statement) == {("orders", column) for column in read}
