"""SQL, by sqlglot: what CREATE TABLE and CREATE VIEW say of columns, and what ALTER TABLE changes."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sqlglot
from sqlglot import TokenType, exp
from sqlglot.errors import SqlglotError

from thalweg.model.columns import Add, Column, ColumnChange, Drop, MayBeNull, Rename, Retype
from thalweg.model.errors import BadInput
from thalweg.model.types import plain
from thalweg.schemas.altering import alter
from thalweg.schemas.statements import hidden, of_no_column, prepared
from thalweg.schemas.table import Table, wrong

TRIED = (
    None, "postgres", "snowflake", "bigquery", "databricks", "mysql", "tsql", "duckdb", "clickhouse", "trino", "oracle",
    "redshift", "hive", "sqlite",
)  # fmt: skip
"""Dialects that are tried one after the other, where none is given; None is what most of them share."""

RIGHT = "Give statements CREATE TABLE, CREATE VIEW or ALTER TABLE, and the dialect that they are in."
NAMED = "Name all columns of the table."

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of statements that it leaves alone, as we do


def tables(path: Path, text: str, dialect: str | None) -> list[Table]:
    """A table for each that is made or altered, and not dropped. Raises BadInput where there is none, and where one has
    columns that are not said.
    """
    found = [one for one in statements(path, text, dialect) if not one.dropped]
    for one in found:
        if one.unclear:
            raise BadInput(one.unclear, NAMED)
    if not found:
        raise wrong(path, "no statement in it says columns", RIGHT)
    return found


def statements(path: Path, text: str, dialect: str | None) -> list[Table]:
    """A table for each that is made, altered or dropped; statements about anything else are passed over.

    dialect: as sqlglot names it. Without one the first that understands all is taken for the grammar, and types keep
    their words, for whoever knows where the table lies.
    """
    if dialect is not None and dialect not in sqlglot.Dialects._value2member_map_:
        known = ", ".join(one for one in TRIED if one)
        raise BadInput(f"{dialect!r} is no dialect of SQL that is known.", f"Give one, such as {known}.")
    errors: list[BadInput] = []
    for one in TRIED if dialect is None else (dialect,):
        try:
            return _Reading(path, one, named=dialect is not None).tables(text)
        except BadInput as error:
            errors.append(error)
    raise errors[0]


@dataclass(slots=True)
class _Made:
    """A table, as far as the statements have come. new: it was not there before them."""

    names: tuple[str, ...]
    columns: list[Column] | None = None
    changes: list[ColumnChange] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    line: int | None = None
    new: bool = False
    dropped: bool = False
    unclear: str = ""


_HEAD = re.compile(
    r"ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(?:`[^`]+`|\"[^\"]+\"|\[[^\]]+\]|[^\s`\"\[])+\s", re.IGNORECASE
)
_OF_NO_COLUMNS = (
    exp.AddConstraint, exp.AddPartition, exp.AlterDistStyle, exp.AlterSet, exp.AlterSortKey, exp.ClusterProperty,
    exp.Drop, exp.DropPartition, exp.DropPrimaryKey,
)  # fmt: skip
_OPEN = (TokenType.L_PAREN, TokenType.LT)
_CLOSED = (TokenType.R_PAREN, TokenType.GT)


class _Reading:
    def __init__(self, path: Path, dialect: str | None, *, named: bool) -> None:
        self._path = path
        self._dialect = dialect
        self._named = named
        self._made: dict[str, _Made] = {}

    def tables(self, text: str) -> list[Table]:
        for statement in self._parsed(text):
            if isinstance(statement, exp.Create):
                self._create(statement)
            elif isinstance(statement, exp.Alter) and statement.args.get("kind") in ("TABLE", "VIEW"):
                self._alter(statement)
            elif isinstance(statement, exp.Command) and self._is_ours(statement):
                for one in self._apart(statement):
                    self._alter(one)
            elif isinstance(statement, exp.Drop) and statement.args.get("kind") in ("TABLE", "VIEW"):
                for name in statement.args.get("tables") or ():
                    self._drop(name)
            elif statement is not None and _speaks_of_tables(statement, said := statement.sql(dialect=self._dialect)):
                raise self._strange(said)
        return [
            Table(
                "sql",
                one.names,
                None if one.columns is None else tuple(one.columns),
                tuple(one.changes),
                frozenset(one.kept),
                native=not self._named,
                line=one.line,
                dropped=one.dropped,
                renamed=one.names[-1] if len(one.names) > 1 else "",
                unclear=one.unclear,
            )
            for one in self._made.values()
        ]

    def _parsed(self, text: str) -> list[exp.Expr | None]:
        try:
            return list(sqlglot.parse(prepared(text), dialect=self._dialect))
        except (SqlglotError, RecursionError) as error:
            reason = re.sub(r"\x1b\[[0-9;]*m", "", str(error).partition("\n")[0])
            where = f" as {self._dialect} has it" if self._dialect else ""
            raise wrong(self._path, f"it is no SQL{where}", RIGHT, ValueError(reason)) from error

    # ---------------------------------------------------------------------------------------------------- CREATE

    def _create(self, statement: exp.Create) -> None:
        if statement.args.get("kind") not in ("TABLE", "VIEW"):
            return
        target, query = statement.this, statement.args.get("expression")
        schema = target if isinstance(target, exp.Schema) else None
        name = _name(schema.this if schema is not None else target)
        former = self._made.get(name.casefold())
        sure = not (statement.args.get("exists") or statement.args.get("replace"))
        made = _Made((name,), line=_line(statement), new=sure if former is None else former.new)
        self._made[name.casefold()] = made
        try:
            self._fill(made, statement, name, schema, query)
        except _Unclear as error:
            made.columns, made.unclear = None, str(error)

    def _fill(
        self, made: _Made, statement: exp.Create, name: str, schema: exp.Schema | None, query: exp.Expr | None
    ) -> None:
        if schema is not None and schema.find(exp.LikeProperty):
            raise self._unclear(name, "is made LIKE another")
        if schema is None and query is not None and (source := self._mirrored(query)) is not None:
            made.columns = None if source.columns is None else list(source.columns)
            made.changes, made.kept = list(source.changes), set(source.kept)
            return
        columns = [] if schema is None else list(self._columns(schema))
        if query is not None:
            selected = list(self._selected(name, query)) if not columns or self._untyped(columns) else []
            if columns and selected and len(columns) == len(selected):
                columns = [one._replace(type=other.type) for one, other in zip(columns, selected, strict=True)]
            columns = columns or selected
        if not columns:
            raise self._unclear(name, "is made without columns")
        for property in statement.find_all(exp.PartitionedByProperty):
            columns = list(self._partitioned(columns, property))
        made.columns = columns

    def _mirrored(self, query: exp.Expr) -> _Made | None:
        """The table of these statements whose columns a query selects, just as they are: all of them."""
        sources = list(query.find_all(exp.Table))
        if not isinstance(query, exp.Select) or len(sources) != 1 or [one.sql() for one in query.selects] != ["*"]:
            return None
        return self._made.get(_name(sources[0]).casefold())

    def _drop(self, table: exp.Expr) -> None:
        """What was made here, and is not there any more, was never there."""
        name = _name(table)
        former = self._made.pop(name.casefold(), None)
        if former is None or not former.new:
            line = _line(table)
            self._made[name.casefold()] = _Made(former.names[:1] if former else (name,), line=line, dropped=True)

    def _unclear(self, name: str, what: str) -> _Unclear:
        return _Unclear(f"{self._path}: {name} {what}, which does not say its columns.")

    def _untyped(self, columns: list[Column]) -> bool:
        return all(one.type is None for one in columns)

    def _columns(self, schema: exp.Schema) -> Iterator[Column]:
        keys = {
            one.name.casefold()
            for constraint in schema.expressions
            for key in [constraint.find(exp.PrimaryKey)]
            if key is not None
            for one in key.expressions
        }
        for one in schema.expressions:
            if isinstance(one, exp.ColumnDef):
                yield self._column(one, keys)
            elif isinstance(one, exp.Identifier):
                yield Column(one.name)

    def _column(self, one: exp.ColumnDef, keys: Collection[str] = ()) -> Column:
        rules = [each.kind for each in one.find_all(exp.ColumnConstraint)]
        key = one.name.casefold() in keys or any(isinstance(rule, exp.PrimaryKeyColumnConstraint) for rule in rules)
        text = self._type(one.args.get("kind"))
        no_nulls = any(
            isinstance(rule, exp.NotNullColumnConstraint) and not rule.args.get("allow_null") for rule in rules
        )
        nullable = not (key or no_nulls)
        if self._dialect == "clickhouse":
            nullable = bool(text and text.lower().startswith("nullable("))
        return Column(one.name, text, nullable, None, "KEY" if key else None)

    def _type(self, kind: exp.Expr | None) -> str | None:
        if kind is None:
            return None
        if self._dialect == "tsql" and kind.this is exp.DType.FLOAT and not kind.expressions:
            return "float(?)"  # REAL and FLOAT are one to sqlglot, and not to the server
        if self._named:
            return plain(kind.sql(dialect=self._dialect), self._dialect)
        text = kind.sql(dialect=self._dialect if self._dialect == "clickhouse" else None)
        return re.sub(r"\bFLOAT\b(?!\()", "float(?)", text)  # some mean four bytes by it, some eight

    def _selected(self, name: str, query: exp.Expr) -> Iterator[Column]:
        """The columns of a query, where it names them all; types where it casts."""
        for one in query.selects if isinstance(query, exp.Query) else ():
            if one.is_star or not one.output_name:
                raise self._unclear(name, "is made AS a query that selects * or something without a name")
            inner = one.unalias()
            yield Column(one.output_name, self._type(inner.to) if isinstance(inner, exp.Cast) else None)

    def _partitioned(self, columns: list[Column], property: exp.PartitionedByProperty) -> Iterator[Column]:
        """Hive states the columns that it parts by there, and nowhere else."""
        parts = {one.name.casefold() for one in property.this.expressions if one.name}
        for one in columns:
            yield one._replace(role="PARTITION") if one.name.casefold() in parts else one
        for new in property.this.expressions:
            if isinstance(new, exp.ColumnDef):
                yield self._column(new)._replace(role="PARTITION")

    # ----------------------------------------------------------------------------------------------------- ALTER

    def _is_ours(self, statement: exp.Command) -> bool:
        return statement.this.upper() == "ALTER" and bool(re.match(r"\s*TABLE\b", _rest(statement), re.IGNORECASE))

    def _apart(self, statement: exp.Command) -> Iterator[exp.Alter]:
        """The actions of an ALTER that was not understood as one, each as an ALTER of its own."""
        text = f"ALTER {_rest(statement).strip()}"
        match = _HEAD.match(text)
        head = match[0] if match else ""
        bounds, depth = [len(head)], 0
        for token in sqlglot.tokenize(text, dialect=self._dialect):
            depth += (token.token_type in _OPEN) - (token.token_type in _CLOSED)
            if token.token_type is TokenType.COMMA and depth == 0 and token.start >= len(head):
                bounds.append(token.end + 1)
        actions = [text[one:other].strip(" ,\n\t;") for one, other in zip(bounds, [*bounds[1:], None], strict=True)]
        for action in actions:
            if match and of_no_column(action):
                continue
            found = self._parsed(head + action) if len(actions) > 1 else []
            if len(found) != 1 or not isinstance(found[0], exp.Alter):
                raise self._strange(text)
            yield found[0]

    def _strange(self, text: str) -> BadInput:
        return wrong(self._path, f"this is not understood: {' '.join(text.split())[:120]}", RIGHT)

    def _alter(self, statement: exp.Alter) -> None:
        name = _name(statement.this)
        former = (key for key, one in self._made.items() if name in one.names[:-1])  # that went by this name before
        name = name if name.casefold() in self._made else next(former, name)
        made = self._made.setdefault(name.casefold(), _Made((name,)))
        made.line = made.line or _line(statement)
        for action in statement.args.get("actions") or ():
            if isinstance(action, exp.AlterRename):
                del self._made[name.casefold()]
                old, name = name, _beside(_name(action.this), name)
                made.names = (name,) if made.new else (*made.names[:1], name)
                if name.casefold() in self._made and not made.new:  # another one takes the name of one that was there
                    self._made[f"{old} → {name}".casefold()] = made
                    unclear = str(self._unclear(name, f"becomes what {old} was"))
                    made = _Made((name,), line=_line(statement), unclear=unclear)
                self._made[name.casefold()] = made
                continue
            added = list(self._added(action))
            changes: list[ColumnChange] = [Add(column.name, column.type) for column, _ in added]
            changes = changes or list(self._changes(statement, action))
            if made.columns is None:
                made.changes += changes
                made.kept |= {column.name for column, repeats in added if repeats}
            else:
                after, _ = alter("sql", made.columns, changes)
                full = {column.name: column for column, _ in added}
                made.columns = [full.get(one.now.name, one.now) for one in after]

    def _added(self, action: exp.Expr) -> Iterator[tuple[Column, bool]]:
        """The columns that an action adds, and whether each only repeats another one."""
        for one in action.expressions if isinstance(action, exp.Schema) else [action]:
            if isinstance(one, exp.ColumnDef):
                rules = [each.kind for each in one.find_all(exp.ColumnConstraint)]
                sources = [
                    rule.this if isinstance(rule, exp.ComputedColumnConstraint) else rule.args.get("expression")
                    for rule in rules
                    if isinstance(rule, exp.ComputedColumnConstraint | exp.GeneratedAsIdentityColumnConstraint)
                ]
                yield self._column(one), any(isinstance(_bare(source), exp.Column) for source in sources)

    def _changes(self, statement: exp.Alter, action: exp.Expr) -> Iterator[ColumnChange]:
        if isinstance(action, exp.RenameColumn):
            yield Rename(action.this.name, action.args["to"].name)
        elif isinstance(action, exp.Drop) and str(action.args.get("kind")).startswith("COLUMN"):
            for one in action.args.get("tables") or ():
                inside = one.expressions if isinstance(one, exp.Schema) else [one]
                yield from (Drop(each.name) for each in inside)
        elif isinstance(action, exp.AlterColumn):
            yield from self._altered(action)
        elif isinstance(action, exp.ModifyColumn):
            yield from self._modified(action)
        elif isinstance(action, exp.Command):
            if not of_no_column(action.sql()):
                raise self._strange(f"{statement.this.sql()} {action.sql()}")
        elif not isinstance(action, _OF_NO_COLUMNS):
            raise self._strange(statement.sql(dialect=self._dialect))

    def _altered(self, action: exp.AlterColumn) -> Iterator[ColumnChange]:
        name = action.this.name
        if action.args.get("dtype") is not None:
            yield Retype(name, None, self._type(action.args["dtype"]) or "")
        if action.args.get("drop") and action.args.get("allow_null"):
            yield MayBeNull(name)
        if action.args.get("rename_to") is not None and action.args["rename_to"].name != name:
            yield Rename(name, action.args["rename_to"].name)

    def _modified(self, action: exp.ModifyColumn) -> Iterator[ColumnChange]:
        """MySQL states such a column anew: without NOT NULL it may hold nulls."""
        column = self._column(action.this)
        before = action.args.get("rename_from")
        name = before.name if before is not None else column.name
        if column.type is not None:
            yield Retype(name, None, column.type)
        if column.nullable:
            yield MayBeNull(name)
        if name != column.name:
            yield Rename(name, column.name)


def _speaks_of_tables(statement: exp.Expr, text: str) -> bool:
    """Whether a statement that is not taken for one about tables does something to some all the same: it stands in a
    block, or is in words that the parser does not know. What a routine would do when it is called does not count.
    """
    if isinstance(statement, exp.Drop):
        return statement.args.get("kind") in ("SCHEMA", "DATABASE")
    known = (
        exp.Create | exp.Alter | exp.Query | exp.Insert | exp.Update | exp.Delete | exp.Merge | exp.Comment | exp.Grant
    )
    if isinstance(statement, known):
        return False
    return hidden(text)


class _Unclear(Exception):
    """A table is made, and nothing says its columns."""


def _line(statement: exp.Expr) -> int | None:
    lines = [one.meta["line"] for one in statement.find_all(exp.Identifier) if "line" in one.meta]
    return min(lines, default=None)


def _beside(name: str, other: str) -> str:
    """A name that an ALTER gives to another one's table: it stays where that was, where it does not say more."""
    return name if "." in name else f"{other.rpartition('.')[0]}.{name}".lstrip(".")


def _bare(source: exp.Expr | None) -> exp.Expr | None:
    return source.unnest() if source is not None else None


def _rest(command: exp.Command) -> str:
    rest = command.args.get("expression")
    return rest if isinstance(rest, str) else rest.name if rest is not None else ""


def _name(table: exp.Expr) -> str:
    """A table's name, its parts divided by dots, without quotes."""
    return ".".join(one.name for one in table.parts) if isinstance(table, exp.Table) else table.name
