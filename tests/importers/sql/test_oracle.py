"""What a query is said not to touch, it does not touch: SQLite runs it again with other values there."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import closing
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exploring import EXAMPLES
from thalweg.importers.sql_lineage import Source, Tables

COLUMNS = {"t": ("a", "b", "c"), "u": ("a", "d", "e")}


def known() -> Tables:
    tables = Tables("sqlite")
    for table, columns in COLUMNS.items():
        tables.add(f"main.{table}", columns)
    return tables


Drawn = tuple[str, tuple[str, ...]]
"""A query, and the names of its columns."""


@st.composite
def queries(draw: st.DrawFn, depth: int = 2) -> Drawn:
    """A query over the two tables, and over queries of the same sort."""
    parts = [draw(sources(depth, alias)) for alias in ("x", "y")[: draw(st.integers(1, 2))]]
    columns = [f"{alias}.{name}" for alias, (_, names) in zip("xy", parts, strict=False) for name in names]
    column = st.sampled_from(columns)
    condition = st.builds("{} {} {}".format, column, st.sampled_from(("=", "<", "<>")), column | st.just("2"))
    text = " cross join ".join(f"{source} as {alias}" for alias, (source, _) in zip("xy", parts, strict=False))
    if len(parts) == 2 and draw(st.booleans()):
        text = text.replace("cross join", draw(st.sampled_from(("join", "left join")))) + f" on {draw(condition)}"
    if draw(st.booleans()):
        text += f" where {draw(condition)}"
    names = draw(st.lists(st.sampled_from("pqrs"), min_size=1, max_size=3, unique=True))
    aggregates = draw(st.booleans())
    if aggregates:
        by = draw(st.lists(column, max_size=2, unique=True))
        made = [*by, *(f"{draw(st.sampled_from(('sum', 'max', 'count')))}({draw(column)})" for _ in names)]
        text += f" group by {', '.join(by)}" if by else ""
    else:
        simple = column | st.builds("{} + {}".format, column, column)
        cased = st.builds("case when {} then {} else {} end".format, condition, column, column)
        ranked = st.builds("rank() over (partition by {} order by {})".format, column, column)
        made = [draw(simple | cased | ranked) for _ in names]
    selected = ", ".join(f"{one} as {name}" for one, name in zip(made, names, strict=False))
    distinct = "distinct " if not aggregates and draw(st.booleans()) else ""
    return f"select {distinct}{selected} from {text}", tuple(names)


@st.composite
def sources(draw: st.DrawFn, depth: int, alias: str) -> Drawn:
    """What stands behind FROM: a table, a query, or two of them in one."""
    if depth == 0 or draw(st.booleans()):
        table = draw(st.sampled_from(sorted(COLUMNS)))
        return f"main.{table}", COLUMNS[table]
    inner, names = draw(queries(depth - 1))
    if draw(st.booleans()):
        other, others = draw(queries(depth - 1).filter(lambda one: len(one[1]) >= len(names)))
        word = draw(st.sampled_from(("union", "union all", "except", "intersect")))
        inner = f"{inner} {word} select {', '.join(others[: len(names)])} from ({other})"
    return f"({inner})", names


def rows(random: Random) -> dict[Source, list[int]]:
    """Values of all columns, from few, so that much is equal."""
    found = {}
    for table, columns in COLUMNS.items():
        for column in columns:
            found[Source(("main", table), column)] = [random.randint(0, 3) for _ in range(6)]
    return found


def run(query: str, data: dict[Source, list[int]], dropped: Collection[Source] = ()) -> list[Sequence[Any]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for table, columns in COLUMNS.items():
            connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            values = zip(*(data[Source(("main", table), column)] for column in columns), strict=True)
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", values)
        for (_, table), column in dropped:
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        return connection.execute(query).fetchall()


@settings(max_examples=EXAMPLES or 100, derandomize=not EXAMPLES, deadline=None)
@given(queries(), st.integers(0, 1_000))
def test_a_column_that_is_not_named_has_no_part_in_a_result(drawn: Drawn, seed: int) -> None:
    text, names = drawn
    query = known().query(text)
    assert tuple(query.columns) == names
    random = Random(seed)
    before = rows(random)
    came = run(text, before)
    for place, name in enumerate(names):
        touched = {*query.columns[name], *query.whole}
        other = rows(random)
        after = {source: before[source] if source in touched else other[source] for source in before}
        again = run(text, after)
        assert Counter(row[place] for row in again) == Counter(row[place] for row in came), (name, touched)


@settings(max_examples=EXAMPLES or 100, derandomize=not EXAMPLES, deadline=None)
@given(queries(), st.integers(0, 1_000))
def test_a_query_runs_to_the_same_result_without_the_columns_that_it_is_not_said_to_read(
    drawn: Drawn, seed: int
) -> None:
    text, _ = drawn
    data = rows(Random(seed))
    unread = [source for source in data if source not in known().query(text).sources()]
    for table, columns in COLUMNS.items():
        if {source.column for source in unread if source.table[-1] == table} == set(columns):
            unread.remove(Source(("main", table), columns[0]))  # a table has a column at least
    assert Counter(run(text, data, unread)) == Counter(run(text, data))
