"""One query, qualified by sqlglot, followed scope after scope down to the columns of tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from thalweg.importers.sql_lineage.answer import (
    AGGREGATION,
    FILTER,
    GROUP_BY,
    IDENTITY,
    JOIN,
    SORT,
    TRANSFORMATION,
    WINDOW,
    Found,
    How,
    Source,
    Table,
    Untold,
    both,
)
from thalweg.importers.sql_lineage.notes import BY_PLACE, BY_STAR, by_star
from thalweg.importers.sql_lineage.parts import DECIDING, below, how_used, rows


def name_of(table: exp.Table) -> Table:
    return tuple(part.name for part in table.parts)


def _windows(scope: Scope, name: str) -> list[exp.Window]:
    """What a SELECT says behind WINDOW of a name; a window may be made of another one. Raises Untold for no window."""
    found = [window for window in scope.expression.args.get("windows") or () if window.name == name]
    if not found:
        raise Untold(f"it has no window {name}")
    return found


class Reading:
    """Each scope is read once, whatever the number of those that read from it.

    tables: that were read. named: columns that stand in the text.
    """

    def __init__(self, known: Mapping[Table, Mapping[str, str]], most: int) -> None:
        """known: the columns of tables. most: so many columns may stand behind columns."""
        self.tables: set[Table] = set()
        self.named: set[Source] = set()
        self._known = known
        self._folded = {table: {column.casefold() for column in columns} for table, columns in known.items()}
        self._read: dict[int, tuple[dict[str, Found], Found]] = {}
        self._giving: dict[int, dict[str, Found]] = {}
        """By scope what it selects: the parts behind may call it by its new name."""
        self._most = self._left = most

    def all(self, scope: Scope) -> tuple[dict[str, Found], Found]:
        """What a statement gives. Also what nothing comes of is read, for it must be right for the statement to run."""
        for one in scope.traverse():
            if isinstance(one.expression, exp.Query):
                self.outputs(one)
        return self.outputs(scope)

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
        elif len(left) != len(right) or any(
            len(side) != len(one.expression.selects)
            for side, one in zip((left, right), scope.set_operation_scopes, strict=True)
            if isinstance(one.expression, exp.Select)
        ):
            raise Untold("its parts have unlike numbers of columns")
        else:
            for into, found in zip(columns.values(), right.values(), strict=True):
                self.named.update(into, found)  # with one column less a side does not fit the other
                self._merged(into, found)
        if not isinstance(operation, exp.Union) or operation.args.get("distinct"):
            for found in columns.values():
                self._decides(whole, found, GROUP_BY if isinstance(operation, exp.Union) else FILTER)
        for order in operation.args["order"].expressions if operation.args.get("order") else ():
            for column in order.find_all(exp.Column):
                if column.name not in columns:
                    raise Untold(f"it is sorted by {column.sql()}, which it does not give")
                self._decides(whole, columns[column.name], SORT)
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
            names, behind = self._names(one), defaultdict[Source, set[How]](set)
            self._follow(scope, one.unalias(), IDENTITY, behind, whole)
            for name in names:
                self._merged(columns.setdefault(name, defaultdict(set)), behind)
        self._left_out(scope, select)
        if select.meta.get(BY_PLACE):
            self.named.update(*columns.values())
        self._giving[id(scope)] = columns
        for part, how in DECIDING.items():
            if (given := select.args.get(part)) is not None:
                for each in given if isinstance(given, list) else [given]:
                    self._follow(scope, each, how, whole, whole)
        for window in select.args.get("windows") or ():  # counts where it is used, and must be right for all that
            self._follow(scope, window, WINDOW, defaultdict(set), defaultdict(set))
        for join in select.args.get("joins") or ():
            if join.args.get("match_condition") is not None:
                self._follow(scope, join.args["match_condition"], JOIN, whole, whole)
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

    def _names(self, one: exp.Expr) -> list[str]:
        """The names of what is given by one thing that is selected: a function that makes rows may give several."""
        if one.is_star:
            raise Untold(f"it selects {one.sql()}, and not all columns of its tables are known")
        names = [name.name for name in one.expressions] if isinstance(one, exp.Aliases) else [one.output_name]
        if not all(names):
            raise Untold(f"it selects {one.sql()[:60]}, and what that is called is not known")
        return names

    def _left_out(self, scope: Scope, select: exp.Select) -> None:
        """Columns that a star leaves out must be there for that."""
        for name in select.meta.get(BY_STAR, ()):
            for _, source in scope.selected_sources.values():
                if isinstance(source, exp.Table):
                    table = name_of(source)
                    self.named.update([Source(table, name)] if name in self._known.get(table, ()) else [])
                elif not source.is_udtf:
                    self.named.update(self.outputs(source)[0].get(name, ()))

    def _table(self, table: exp.Table) -> Table | None:
        """The name of a table; None for what a function of the dialect gives."""
        if isinstance(table.this, exp.Func):
            rows(table.this)
            return None
        if not all(isinstance(part, exp.Identifier) for part in table.parts):
            raise Untold(f"it reads from {table.this.sql()[:60]}, which is no name of a table")
        name = name_of(table)
        if name[-1].endswith("*"):
            raise Untold(f"it reads {name[-1]}, which stands for several tables")
        if len(name) == 1 and name not in self._known:
            raise Untold(f"it reads {name[0]} without saying in which schema that is")
        if table.args.get("alias") is not None and table.args["alias"].columns:
            raise Untold(f"it calls the columns of {name[-1]} otherwise")
        self.tables.add(name)
        return name

    # ------------------------------------------------------------------------------------------------------ columns

    def _follow(
        self, scope: Scope, part: exp.Expr, how: How, into: Found, whole: Found, bound: frozenset[str] = frozenset()
    ) -> None:
        """Adds to `into` the columns behind a part of a scope; what inner queries filter by goes to `whole`.

        bound: the parameters of the functions, written in place, that it is a part of.
        """
        if isinstance(part, exp.TableColumn) or (isinstance(part, exp.Column) and part.is_star and part.table):
            self._row(scope, part.name if isinstance(part, exp.TableColumn) else part.table, how, into)
        elif isinstance(part, exp.Column):
            self._column(scope, part, how, into)
        elif isinstance(part, exp.Query):
            inner = part.unnest()
            child = next((one for one in scope.subquery_scopes if one.expression is inner), None)
            if child is None:
                raise Untold("it has a query inside which is not understood")
            columns, deciding = self.outputs(child)
            for found in columns.values():
                self._through(into, found, how if how.type == "INDIRECT" else both(how, TRANSFORMATION))
            self._merged(whole, deciding)
        elif isinstance(part, exp.Star) and not isinstance(part.parent, exp.Count):
            raise Untold("it uses * where columns should stand")
        else:
            if isinstance(part, exp.Lambda):
                bound |= {one.name for one in part.expressions}
            for place, inside in below(part, bound):
                self._follow(scope, inside, how_used(part, place, how), into, whole, bound)
            if isinstance(part, exp.Window) and part.args.get("alias") is not None:
                for window in _windows(scope, part.args["alias"].name):
                    self._follow(scope, window, how_used(part, "alias", how), into, whole, bound)

    def _column(self, scope: Scope, column: exp.Column, how: How, into: Found) -> None:
        name = column.table
        if not name and (given := self._giving.get(id(scope), {}).get(column.name)) is not None:
            self._through(into, given, how)
            return
        source = self._source(scope, name, column)
        if isinstance(source, Scope) and source.is_udtf:
            self._follow(source, source.expression, both(how, TRANSFORMATION), into, into)
            return
        behind: Mapping[Source, set[How]] = {}
        if isinstance(source, Scope):
            columns, _ = self.outputs(source)
            if column.name not in columns:
                raise Untold(f"{name} has no column {column.name}")
            behind = columns[column.name]
        elif (table := self._table(source)) is not None:
            if table in self._folded and column.name.casefold() not in self._folded[table]:
                raise Untold(f"{table[-1]} has no column {column.name} that is known")
            behind = {Source(table, column.name): {IDENTITY}}
        if not by_star(column):
            self.named.update(behind)
        self._through(into, behind, how)

    def _row(self, scope: Scope, name: str, how: How, into: Found) -> None:
        """A row as one value is made of all columns that it has."""
        source = self._source(scope, name, None)
        how = how if how.type == "INDIRECT" else both(how, TRANSFORMATION)
        if isinstance(source, Scope) and source.is_udtf:
            self._follow(source, source.expression, how, into, into)
        elif isinstance(source, Scope):
            for found in self.outputs(source)[0].values():
                self._through(into, found, how)
        elif (table := self._table(source)) is not None:
            if table not in self._known:
                raise Untold(f"it takes {name} as one value, and not all of its columns are known")
            self._through(into, {Source(table, column): {IDENTITY} for column in self._known[table]}, how)

    def _source(self, scope: Scope, name: str, column: exp.Column | None) -> exp.Table | Scope:
        """What a part of a scope calls by a name: of its own, or of one around it."""
        holder: Scope | None = scope
        while holder is not None:
            if name in holder.sources:
                source: exp.Table | Scope = holder.sources[name]
                return source
            holder = holder.parent
        said = name if column is None else column.sql()
        raise Untold(f"{said} is of no table" if name else f"it cannot be told of which table {said} is")

    def _through(self, into: Found, found: Mapping[Source, set[How]], how: How) -> None:
        """Adds what was found behind a column that is itself used in a way."""
        self._spend(found)
        for source, hows in found.items():
            into[source].update(both(one, how) for one in hows)

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
            raise Untold(f"more than {self._most:,} columns stand behind its columns")
