"""Of which columns a query makes its own, and by which it decides over its rows; by sqlglot, without asking a database.

    select o.day, sum(o.amount) as total from shop.orders as o where o.state = 'paid' group by o.day

    columns  day: shop.orders.day (DIRECT, IDENTITY)    total: shop.orders.amount (DIRECT, AGGREGATION)
    whole    shop.orders.state (INDIRECT, FILTER)       shop.orders.day (INDIRECT, GROUP_BY)

The words are those of OpenLineage's `columnLineage`. An answer is whole, or there is none: a query with one thing that
cannot be told is not told at all, for whoever reads the answer takes what it does not name for untouched.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlglot import Dialects, exp, parse, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope
from sqlglot.schema import MappingSchema

LONGEST = 200_000
"""Letters of a query that is read; and so many parts may it have, and so many columns behind columns:"""
MOST_PARTS = 10_000
MOST_SOURCES = 200_000

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # what it warns of is an Untold here, or does not matter

Table = tuple[str, ...]
"""A table's name in its parts, as the dialect compares them: database, schema, table, or the last ones of these."""


class Source(NamedTuple):
    """A column of a table, as the dialect compares names."""

    table: Table
    column: str


class How(NamedTuple):
    """What a column has to do with another one."""

    type: str
    subtype: str


IDENTITY, TRANSFORMATION, AGGREGATION = (How("DIRECT", how) for how in ("IDENTITY", "TRANSFORMATION", "AGGREGATION"))
CONDITIONAL, WINDOW = How("INDIRECT", "CONDITIONAL"), How("INDIRECT", "WINDOW")
JOIN, FILTER, GROUP_BY, SORT = (How("INDIRECT", how) for how in ("JOIN", "FILTER", "GROUP_BY", "SORT"))

Found = dict[Source, set[How]]


class Untold(Exception):
    """It cannot be told; the sentence says why, and goes on behind «because»."""


@dataclass(frozen=True, slots=True)
class Query:
    """columns: what each column of the result is made of, in their order. whole: what decides over all of its rows.
    tables: that are read.
    """

    columns: Mapping[str, Mapping[Source, set[How]]]
    whole: Mapping[Source, set[How]]
    tables: frozenset[Table]

    def sources(self) -> frozenset[Source]:
        return frozenset(self.whole).union(*self.columns.values())


class Tables:
    """The tables that are known, with their columns, in a dialect of SQL, as sqlglot names it; for None, and for one
    that it does not know, in what most of them share.
    """

    def __init__(self, dialect: str | None) -> None:
        self._dialect = dialect if dialect in Dialects._value2member_map_ else None
        self._columns: dict[Table, dict[str, str]] = {}

    def add(self, relation: str, columns: Iterable[str] | None, *, written: bool = False) -> Table:
        """Notes a table by its name as SQL has it, with the names of its columns where they are known: the true ones,
        or such as are written in SQL without quotes. Raises Untold for a name that is none.
        """
        try:
            table = normalize_identifiers(exp.to_table(relation, dialect=self._dialect), dialect=self._dialect)
        except (SqlglotError, ValueError) as error:
            raise Untold(f"{relation!r} is no name of a table") from error
        name = _name(table)
        if columns is not None:
            self._columns[name] = {self.folded(column, written=written): column for column in columns}
        return name

    def folded(self, column: str, *, written: bool = False) -> str:
        """The name of a column as the dialect compares it. written: it is not the true one, but as in SQL."""
        return normalize_identifiers(exp.to_identifier(column, quoted=not written), dialect=self._dialect).name

    def true_name(self, source: Source) -> str:
        return self._columns.get(source.table, {}).get(source.column, source.column)

    def query(self, sql: str, *, database: str | None = None, keys: Sequence[str] = ()) -> Query:
        """What a query does. Raises Untold.

        database: of tables that are named without one. keys: columns of the result by which its rows are laid over
        those that are there, or expressions of such; `*` for all of them.
        """
        try:
            return self._query(sql, database, keys)
        except RecursionError as error:
            raise Untold("it goes too deep") from error
        except SqlglotError as error:
            raise Untold(f"sqlglot cannot read it ({' '.join(str(error).split())[:160]})") from error

    def _query(self, sql: str, database: str | None, keys: Sequence[str]) -> Query:
        query = self._parsed(sql)
        if database is not None:
            database = self.folded(database)
        schema = MappingSchema(self._known(query, database), dialect=self._dialect, normalize=False)
        query = qualify(
            query,
            dialect=self._dialect,
            catalog=database,
            schema=schema,
            quote_identifiers=False,
            validate_qualify_columns=False,
        )
        scope = build_scope(query)
        if scope is None:
            raise Untold("it is no query")
        reading = _Reading(set(self._columns))
        columns, whole = reading.outputs(scope)
        for key in keys:
            for column in columns if key == "*" else self._key(key):
                if column not in columns:
                    raise Untold(f"it gives no column {column}, by which rows are laid over others")
                for source in columns[column]:
                    whole.setdefault(source, set()).add(JOIN)
        return Query(columns, whole, frozenset(reading.tables))

    def _key(self, key: str) -> set[str]:
        """The columns that a key names, which may be an expression."""
        expression = normalize_identifiers(parse_one(key, dialect=self._dialect), dialect=self._dialect)
        return {column.name for column in expression.find_all(exp.Column)}

    def _parsed(self, sql: str) -> exp.Query:
        if len(sql) > LONGEST:
            raise Untold(f"it has {len(sql):,} letters, and {LONGEST:,} are read at most")
        found = [one for one in parse(sql, dialect=self._dialect) if one is not None]
        if len(found) != 1 or not isinstance(found[0], exp.Query):
            raise Untold("it is not one query")
        query = found[0]
        for count, part in enumerate(query.walk()):
            if count > MOST_PARTS:
                raise Untold(f"it has more than {MOST_PARTS:,} parts")
            if isinstance(part, _STRANGE):
                raise Untold(f"it has a {part.key}, which is not followed")
            if isinstance(part, exp.CTE):
                inside = part.this.find_all(exp.Table)
                if any(one.name.casefold() == part.alias.casefold() and not one.db for one in inside):
                    raise Untold(f"{part.alias} is made of itself")
        return query

    def _known(self, query: exp.Query, database: str | None) -> dict[str, Any]:
        """The columns of the tables that it names, of those whose names have as many parts as most of them have: by
        database, by schema, by table.
        """
        found: dict[Table, dict[str, str]] = {}
        for table in query.find_all(exp.Table):
            name = _name(normalize_identifiers(table.copy(), dialect=self._dialect))
            name = (database, *name) if len(name) == 2 and database is not None else name
            if name in self._columns:
                found[name] = self._columns[name]
        length = max(map(len, found), default=0)
        nested: dict[str, Any] = {}
        for name, columns in found.items():
            if len(name) == length:
                level = nested
                for part in name:
                    level = level.setdefault(part, {})
                level.update(dict.fromkeys(columns, "unknown"))
        return nested


_STRANGE = (exp.Connect, exp.Into, exp.MatchRecognize, exp.Pivot, exp.PositionalColumn)


def _name(table: exp.Table) -> Table:
    return tuple(part.name for part in table.parts)


class _Reading:
    """One query, scope after scope: each is read once, whatever the number of those that read from it."""

    def __init__(self, known: set[Table]) -> None:
        self.tables: set[Table] = set()
        self._known = known
        self._read: dict[int, tuple[dict[str, Found], Found]] = {}
        self._giving: dict[int, dict[str, Found]] = {}
        """By scope what it selects: the parts behind may call it by its new name."""
        self._left = MOST_SOURCES

    def outputs(self, scope: Scope) -> tuple[dict[str, Found], Found]:
        """The columns that a scope gives, and what decides over its rows."""
        if id(scope) not in self._read:
            several = isinstance(scope.expression, exp.SetOperation)
            self._read[id(scope)] = self._set(scope) if several else self._select(scope)
        return self._read[id(scope)]

    # ------------------------------------------------------------------------------------------------------- scopes

    def _set(self, scope: Scope) -> tuple[dict[str, Found], Found]:
        operation = scope.expression
        assert isinstance(operation, exp.SetOperation)
        (left, left_whole), (right, right_whole) = (self.outputs(one) for one in scope.set_operation_scopes)
        whole = self._merged(self._merged(defaultdict(set), left_whole), right_whole)
        columns = {name: self._merged(defaultdict(set), found) for name, found in left.items()}
        if operation.args.get("by_name"):
            for name, found in right.items():
                columns[name] = self._merged(columns.get(name, defaultdict(set)), found)
        elif len(left) != len(right):
            raise Untold("its parts have unlike numbers of columns")
        else:
            for into, found in zip(columns.values(), right.values(), strict=True):
                self._merged(into, found)
        if not isinstance(operation, exp.Union) or operation.args.get("distinct"):
            for found in columns.values():
                self._decides(whole, found, GROUP_BY if isinstance(operation, exp.Union) else FILTER)
        for order in operation.args["order"].expressions if operation.args.get("order") else ():
            for column in order.find_all(exp.Column):
                self._decides(whole, columns.get(column.name, {}), SORT)
        return columns, whole

    def _select(self, scope: Scope) -> tuple[dict[str, Found], Found]:
        select, whole = scope.expression, defaultdict[Source, set[How]](set)
        if not isinstance(select, exp.Select):
            raise Untold(f"it has {select.key.upper()} where a SELECT was expected")
        for _, source in scope.selected_sources.values():
            if isinstance(source, exp.Table):
                if self._table(source) is None:
                    self._follow(scope, source.this, JOIN, whole, whole)
            elif source.is_udtf:
                self._follow(source, source.expression, JOIN, whole, whole)
            else:
                self._merged(whole, self.outputs(source)[1])
        columns: dict[str, Found] = {}
        for one in select.selects:
            if one.is_star:
                raise Untold(f"it selects {one.sql()}, and not all columns of its tables are known")
            found = columns.setdefault(one.output_name or one.sql(), defaultdict(set))
            self._follow(scope, one.unalias(), IDENTITY, found, whole)
        self._giving[id(scope)] = columns
        for part, how in _DECIDING.items():
            if (given := select.args.get(part)) is not None:
                for each in given if isinstance(given, list) else [given]:
                    self._follow(scope, each, how, whole, whole)
        for join in select.args.get("joins") or ():
            if join.args.get("on") is not None:
                self._follow(scope, join.args["on"], JOIN, whole, whole)
            elif join.args.get("using") or join.method == "NATURAL":
                raise Untold("it joins by columns of tables that are not known")
        if select.args.get("group") is not None and select.args["group"].args.get("all"):
            for found in columns.values():
                if AGGREGATION not in set().union(*found.values()):
                    self._decides(whole, found, GROUP_BY)
        if select.args.get("distinct") is not None:
            self._follow(scope, select.args["distinct"], GROUP_BY, whole, whole)
            for found in columns.values():
                self._decides(whole, found, GROUP_BY)
        return columns, whole

    def _table(self, table: exp.Table) -> Table | None:
        """The name of a table; None for what a function of the dialect gives."""
        if isinstance(table.this, exp.Anonymous):
            raise Untold(f"it reads from the function {table.this.name}, which may read anything")
        if not isinstance(table.this, exp.Identifier):
            return None
        name = _name(table)
        if len(name) == 1 and name not in self._known:
            raise Untold(f"it reads {name[0]} without saying in which schema that is")
        self.tables.add(name)
        return name

    # ------------------------------------------------------------------------------------------------------ columns

    def _follow(self, scope: Scope, part: exp.Expr, how: How, into: Found, whole: Found) -> None:
        """Adds to `into` the columns behind a part of a scope; what inner queries filter by goes to `whole`."""
        if isinstance(part, exp.Column):
            self._column(scope, part, how, into)
        elif isinstance(part, exp.Query):
            inner = part.unnest()
            child = next((one for one in scope.subquery_scopes if one.expression is inner), None)
            if child is None:
                raise Untold("it has a query inside which is not understood")
            columns, deciding = self.outputs(child)
            for found in columns.values():
                self._through(into, found, how if how.type == "INDIRECT" else max(how, TRANSFORMATION, key=_RANK.index))
            self._merged(whole, deciding)
        elif isinstance(part, exp.Star) and not isinstance(part.parent, exp.Count):
            raise Untold("it uses * where columns should stand")
        else:
            for place, inside in _parts(part):
                self._follow(scope, inside, _how(part, place, how), into, whole)

    def _column(self, scope: Scope, column: exp.Column, how: How, into: Found) -> None:
        name, holder = column.table, scope
        if not name and (given := self._giving.get(id(scope), {}).get(column.name)) is not None:
            self._through(into, given, how)
            return
        while name not in holder.sources:
            if holder.parent is None:
                said = column.sql()
                raise Untold(f"it cannot be told of which table {said} is" if not name else f"{said} is of no table")
            holder = holder.parent
        source = holder.sources[name]
        if isinstance(source, exp.Table):
            if (table := self._table(source)) is not None:
                self._through(into, {Source(table, column.name): {IDENTITY}}, how)
        elif source.is_udtf:
            self._follow(source, source.expression, max(how, TRANSFORMATION, key=_RANK.index), into, into)
        else:
            columns, _ = self.outputs(source)
            if column.name not in columns:
                raise Untold(f"{name} has no column {column.name}")
            self._through(into, columns[column.name], how)

    def _through(self, into: Found, found: Mapping[Source, set[How]], how: How) -> None:
        """Adds what was found behind a column that is itself used in a way."""
        self._spend(found)
        for source, hows in found.items():
            into[source].update(max(one, how, key=_RANK.index) for one in hows)

    def _decides(self, whole: Found, found: Mapping[Source, set[How]], how: How) -> None:
        self._spend(found)
        for source in found:
            whole[source].add(how)

    def _merged(self, into: Found, found: Mapping[Source, set[How]]) -> Found:
        self._spend(found)
        for source, hows in found.items():
            into[source] |= hows
        return into

    def _spend(self, found: Mapping[Source, set[How]]) -> None:
        self._left -= len(found) + 1
        if self._left < 0:
            raise Untold(f"more than {MOST_SOURCES:,} columns stand behind its columns")


_RANK = [IDENTITY, TRANSFORMATION, AGGREGATION, CONDITIONAL, WINDOW, SORT, GROUP_BY, JOIN, FILTER]
"""Of two ways, one behind the other, the later one here is what they come to."""

_DECIDING = {
    "where": FILTER, "having": FILTER, "qualify": FILTER, "group": GROUP_BY, "order": SORT, "windows": WINDOW,
    "laterals": JOIN, "limit": FILTER, "offset": FILTER,
}  # fmt: skip
"""By the part of a SELECT that decides over all its rows, how it does."""


def _parts(part: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    for place, given in part.args.items():
        for child in given if isinstance(given, list) else [given]:
            if isinstance(child, exp.Expr):
                yield place, child


def _how(part: exp.Expr, place: str, how: How) -> How:
    """How a part of an expression is used, that is used in a way itself."""
    if how.type == "INDIRECT" or isinstance(part, exp.Alias | exp.Paren):
        return how
    if (isinstance(part, exp.If | exp.Case) and place == "this") or (isinstance(part, exp.Filter) and place != "this"):
        return CONDITIONAL
    if isinstance(part, exp.Window) and place != "this":
        return WINDOW
    return AGGREGATION if isinstance(part, exp.AggFunc) else max(how, TRANSFORMATION, key=_RANK.index)
