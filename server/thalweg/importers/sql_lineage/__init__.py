"""Of which columns a query makes its own, and by which it decides over its rows; by sqlglot, without asking a database.

    select o.day, sum(o.amount) as total from shop.orders as o where o.state = 'paid' group by o.day

    columns  day: shop.orders.day (DIRECT, IDENTITY)    total: shop.orders.amount (DIRECT, AGGREGATION)
    whole    shop.orders.state (INDIRECT, FILTER)       shop.orders.day (INDIRECT, GROUP_BY)

The words are those of OpenLineage's `columnLineage`. An answer is whole, or there is none: a query with one thing that
cannot be told is not told at all, for whoever reads the answer takes what it does not name for untouched.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlglot import Dialects, exp, parse, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope
from sqlglot.schema import MappingSchema

from thalweg.importers.sql_lineage.answer import JOIN, How, Query, Source, Table, Untold
from thalweg.importers.sql_lineage.notes import note
from thalweg.importers.sql_lineage.parts import SCHEMAS, check, lost, without_schemas
from thalweg.importers.sql_lineage.reading import Reading, name_of

__all__ = ["How", "Query", "Source", "Table", "Tables", "Untold"]

LONGEST = 200_000
"""Letters of a query that is read; and so many parts may it have, and so many columns behind columns:"""
MOST_PARTS = 10_000
MOST_SOURCES = 200_000

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # what it warns of is an Untold here, or does not matter


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
        name = name_of(table)
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
        except Untold:
            raise
        except Exception as error:
            # Of SQL that it half understands sqlglot raises whatever its code comes upon: AttributeError, KeyError,
            # ValueError. Each is a statement that cannot be told, and none a reason to lose all the others.
            said = " ".join(f"{type(error).__name__}: {error}".split())[:160]
            raise Untold(f"sqlglot stumbles over it ({said})") from error

    def _query(self, sql: str, database: str | None, keys: Sequence[str]) -> Query:
        query = self._parsed(sql)
        if database is not None:
            database = self.folded(database)
        known = self._known(query, database)
        if (name := lost(sql, query, known.values(), self._dialect)) is not None:
            raise Untold(f"sqlglot keeps no word of {name} where it stands")
        schema = MappingSchema(_nested(known), dialect=self._dialect, normalize=False)
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
        reading = Reading(self._columns, MOST_SOURCES)
        columns, whole = reading.all(scope)
        for key in keys:
            for column in columns if key == "*" else self._key(key):
                if column not in columns:
                    raise Untold(f"it gives no column {column}, by which rows are laid over others")
                for source in columns[column]:
                    whole.setdefault(source, set()).add(JOIN)
        return Query(columns, whole, frozenset(reading.tables), frozenset(reading.named))

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
            check(part)
            note(part, lambda name: normalize_identifiers(name.copy(), dialect=self._dialect).name)
            if isinstance(part, exp.CTE):
                inside = part.this.find_all(exp.Table)
                if any(one.name.casefold() == part.alias.casefold() and not one.db for one in inside):
                    raise Untold(f"{part.alias} is made of itself")
        if self._dialect in SCHEMAS:
            without_schemas(query)
        return query

    def _known(self, query: exp.Query, database: str | None) -> dict[Table, dict[str, str]]:
        """The columns of the tables that it names."""
        found: dict[Table, dict[str, str]] = {}
        for table in query.find_all(exp.Table):
            name = name_of(normalize_identifiers(table.copy(), dialect=self._dialect))
            name = (database, *name) if len(name) == 2 and database is not None else name
            if name in self._columns:
                found[name] = self._columns[name]
        return found


def _nested(known: Mapping[Table, Iterable[str]]) -> dict[str, Any]:
    """The columns of tables, of those whose names have as many parts as most of them have: by database, by schema, by
    table.
    """
    length = max(map(len, known), default=0)
    nested: dict[str, Any] = {}
    for name, columns in known.items():
        if len(name) == length:
            level = nested
            for part in name:
                level = level.setdefault(part, {})
            level.update(dict.fromkeys(columns, "unknown"))
    return nested
