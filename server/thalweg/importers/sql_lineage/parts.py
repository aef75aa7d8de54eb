"""Which parts of a statement are understood, and how they use the columns in them.

What is listed here is what is known to read no more than the columns that stand in it. A part that is not listed makes
a statement one that cannot be told: its columns would else be missing from the answer, and missing means untouched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from sqlglot import Dialect, TokenType, exp

from thalweg.importers.sql_lineage.answer import (
    AGGREGATION,
    CONDITIONAL,
    FILTER,
    GROUP_BY,
    JOIN,
    SORT,
    TRANSFORMATION,
    WINDOW,
    How,
    Untold,
    both,
)

DECIDING = {
    "where": FILTER, "prewhere": FILTER, "having": FILTER, "qualify": FILTER, "group": GROUP_BY, "order": SORT,
    "laterals": JOIN, "limit": FILTER, "offset": FILTER, "distribute": SORT, "sort": SORT,
    "cluster": SORT,
}  # fmt: skip
"""By the part of a SELECT that decides over all its rows, how it does."""

_OF_SELECT = {*DECIDING, "with_", "kind", "expressions", "hint", "distinct", "from_", "joins", "locks", "sample"}
_OF_SELECT |= {"operation_modifiers", "options", "settings", "windows"}
_OF_JOIN = {"this", "on", "side", "kind", "using", "method", "global_", "hint", "match_condition", "directed"}
_OF_TABLE = {"this", "db", "catalog", "alias", "hints", "only", "sample", "when", "version", "system_time"}
_OF_SET = {"with_", "this", "expression", "distinct", "by_name", "side", "kind", "order", "limit", "offset"}
_OF_SUBQUERY = {"this", "alias", "with_", "sample", "limit", "offset", "order"}

_PLACES: list[tuple[type[exp.Expr], set[str]]] = [
    (exp.Select, _OF_SELECT), (exp.Join, _OF_JOIN), (exp.Table, _OF_TABLE), (exp.SetOperation, _OF_SET),
    (exp.Subquery, _OF_SUBQUERY),
]  # fmt: skip
"""What may stand in the parts that are followed by name, place by place."""


def _kinds(names: str) -> tuple[type[exp.Expr], ...]:
    """Kinds of parts by their names, of which some versions of sqlglot have fewer."""
    return tuple(getattr(exp, name) for name in names.split() if hasattr(exp, name))


_STRANGE = (exp.Connect, exp.Into, exp.MatchRecognize, exp.Pivot, exp.PositionalColumn)

_LEAVES = _kinds(
    "BitString Boolean ByteString DataType HexString JSONPath Literal National Null ObjectIdentifier PseudoType "
    "RawString SessionParameter UnicodeString"
)
"""They read no column, whatever stands in them."""

_BRANCHES = _kinds(
    "Alias Aliases AtTimeZone Cluster Condition Cube Distinct Distribute ExplodeOuter Fetch Filter FromTimeZone "
    "Group GroupingSets Having HavingMax IgnoreNulls Interval IntervalSpan JSONKeyValue Lambda Lateral Limit Offset "
    "Order Ordered PreWhere Qualify RespectNulls Rollup Slice Sort TableFromRows Tuple Values Where WindowSpec "
    "WithinGroup"
)
"""They read what the parts in them read; a Condition is any function, operator or comparison."""

_READERS = _kinds(
    "AIForecast Apply Columns DynamicIdentifier FeaturesAtTime GapFill GenerateEmbedding GenerateTable JSONTable "
    "MLForecast NextValueFor ObjectId OpenJSON Parameter Placeholder Predict ReadCSV ReadParquet ToFile "
    "VectorSearch XMLTable"
)
"""Conditions that read by a name in a string, by a place, by a pattern, from a file or from a table."""

_READING = ("cursor_to_xml", "database_to_xml", "dictget", "identifier", "query", "schema_to_xml", "table_to_xml")
"""So begin functions of the sort that sqlglot has no word for."""

_ROWS = _kinds(
    "Explode ExplodeOuter ExplodingGenerateSeries Flatten GenerateDateArray GenerateSeries GenerateTimestampArray "
    "Generator Inline Posexplode SplitToTable Stack StrtokSplitToTable Unnest"
)
"""Functions that make rows, of their arguments alone."""

_ROWS_BY_NAME = {
    "flatten", "generate_series", "inline_outer", "json_array_elements", "json_array_elements_text", "json_each",
    "json_each_text", "json_object_keys", "json_tuple", "jsonb_array_elements", "jsonb_array_elements_text",
    "jsonb_each", "jsonb_each_text", "jsonb_object_keys", "regexp_split_to_table", "string_to_table",
}  # fmt: skip

_NAMES = {
    (exp.Alias, "alias"), (exp.Aliases, "expressions"), (exp.Anonymous, "this"), (exp.Collate, "expression"),
    (exp.Dot, "expression"), (exp.Kwarg, "this"), (exp.Lambda, "expressions"), (exp.Lateral, "alias"),
    (exp.PropertyEQ, "this"), (exp.TableFromRows, "alias"), (exp.Unnest, "alias"), (exp.Unnest, "offset"),
    (exp.Values, "alias"), (exp.Window, "alias"),
}  # fmt: skip
"""Where a name stands that is given, or is of a field or a window: of no column of a table."""

_UNITS = {*Dialect.DATE_PART_MAPPING, *Dialect.DATE_PART_MAPPING.values()}
_UNITS |= {"DATE", "TIME", "ISOWEEK", "ISOYEAR", "NANOSECONDS", "TIMEZONE", "JULIAN"}
_UNITS |= {"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"}
"""Words for parts of time. sqlglot takes any name for one where a function wants a part of time, a column's too."""


def check(part: exp.Expr) -> None:
    """Raises Untold where a part of a statement, as it was written, has something about it that is not followed."""
    if isinstance(part, _STRANGE):
        raise Untold(f"it has a {part.key}, which is not followed")
    for kind, known in _PLACES:
        for place, given in part.args.items() if isinstance(part, kind) else ():
            if given and place not in known and place != "pivots":  # a part of its own, that is strange
                raise Untold(f"it has a {part.key} with {place.rstrip('_')}, which is not followed")
    if isinstance(part, exp.Join) and part.kind.upper() == "ARRAY":
        raise Untold("it has an array join, which is not followed")
    if isinstance(part, exp.Select) and str(part.args.get("kind") or "").upper() == "VALUE":
        raise Untold("it selects AS VALUE, so that its columns have no names")
    if isinstance(part, exp.Column) and not isinstance(part.this, exp.Identifier | exp.Star):
        raise Untold(f"it reads {part.table}.{_said(part.this)}, which is a column by its place")
    if isinstance(part, exp.TableSample) and part.args.get("bucket_field") is not None:
        raise Untold("it samples by a column, which is not followed")
    if isinstance(part, exp.Star) and part.args.get("ilike") is not None:
        raise Untold("it selects columns by a pattern")
    for kind, places in _WITHOUT_COLUMNS:
        for inside in (part.args.get(place) for place in places) if isinstance(part, kind) else ():
            if isinstance(inside, exp.Expr) and inside.find(exp.Column, exp.Query) is not None:
                raise Untold(f"it has columns in {inside.key.upper()} of a {part.key}, where they are not followed")


def without_schemas(query: exp.Query) -> None:
    """Takes from the names of functions where these are kept, `shop.discount(amount)`: it says nothing of columns."""
    for dot in list(query.find_all(exp.Dot)):
        if isinstance(dot.expression, exp.Func) and all(
            isinstance(one, exp.Identifier | exp.Dot) for one in dot.this.walk()
        ):
            dot.replace(dot.expression)


SCHEMAS = ("bigquery", "databricks", "postgres", "redshift", "snowflake", "spark")
"""The dialects where a name before a function's is of a schema; in others it may be of a column: `amount.abs()`."""

_WITHOUT_COLUMNS: list[tuple[type[exp.Expr], tuple[str, ...]]] = [
    (exp.Subquery, ("sample", "limit", "offset", "order")),
    (exp.SetOperation, ("limit", "offset")),
    (exp.Table, ("sample", "when", "version", "system_time")),
    (exp.Select, ("sample",)),
]


def lost(sql: str, query: exp.Expr, known: Iterable[Iterable[str]], dialect: str | None) -> str | None:
    """A name of a known column that stands in a statement more often than in what sqlglot made of it; None for none.

    Of some functions it keeps fewer arguments than are written, or takes a column for a word: `trunc(sold_at, unit)`.
    """
    names = {column.casefold() for columns in known for column in columns}
    tokens = Dialect.get_or_raise(dialect).tokenize(sql)
    called = [after.token_type is TokenType.L_PAREN for after in tokens[1:]] + [False]
    written = Counter(
        token.text.casefold()
        for token, function in zip(tokens, called, strict=True)
        if token.token_type in (TokenType.VAR, TokenType.IDENTIFIER) and not function
    )
    kept = Counter(part.name.casefold() for part in query.find_all(exp.Identifier, exp.JSONPathKey, exp.Var))
    return next((name for name in sorted(names) if written[name] > kept[name]), None)


def below(part: exp.Expr, bound: Collection[str]) -> Iterator[tuple[str, exp.Expr]]:
    """The parts of one, by their places, that may read columns. bound: names of the functions' parameters around it.

    Raises Untold where it may read columns that stand in none of its parts.
    """
    if isinstance(part, _LEAVES) or (isinstance(part, exp.Identifier) and part.name in bound):
        return
    if isinstance(part, exp.Var) and part.name.upper() in _UNITS:
        return
    if isinstance(part, exp.Parameter) and not isinstance(part.this, exp.Literal):
        return  # a variable of the session; a number counts columns
    if isinstance(part, exp.Star) and isinstance(part.parent, exp.Count):
        return
    if isinstance(part, _READERS) or not isinstance(part, _BRANCHES):
        raise Untold(f"it has {_said(part)}, which may read any column")
    if isinstance(part, exp.Anonymous) and part.name.casefold().startswith(_READING):
        raise Untold(f"it calls {part.name}, which may read any column")
    if isinstance(part, exp.Lateral | exp.TableFromRows):
        rows(part.this)
    for place, given in part.args.items():
        for child in given if isinstance(given, list) else [given]:
            if isinstance(child, exp.Expr) and not _is_name(part, place, child):
                yield place, child


def _is_name(part: exp.Expr, place: str, child: exp.Expr) -> bool:
    if not isinstance(child, exp.Identifier | exp.TableAlias | exp.Var):
        return False
    if isinstance(part, exp.Window) and place == "this":
        return True  # of a window that is named behind, in WINDOW
    return any(isinstance(part, kind) and place == at for kind, at in _NAMES)


def rows(function: exp.Expr) -> None:
    """Raises Untold where a function that stands as a table may read from elsewhere than its arguments."""
    if isinstance(function, exp.Anonymous) and function.name.casefold() not in _ROWS_BY_NAME:
        raise Untold(f"it reads from the function {function.name}, which may read anything")
    if not isinstance(function, (*_ROWS, exp.Anonymous, exp.Query)):
        raise Untold(f"it reads from {_said(function)}, which may be anything")


def _said(part: exp.Expr) -> str:
    if isinstance(part, exp.DynamicIdentifier):
        text = f"IDENTIFIER({part.this.sql()})"
    else:
        text = f"${part.name}" if isinstance(part, exp.Parameter) else part.sql()
    return text if len(text) <= 60 else f"{text[:60]}…"


def how_used(part: exp.Expr, place: str, how: How) -> How:
    """How a part of an expression is used, that is used in a way itself."""
    if how.type == "INDIRECT" or isinstance(part, exp.Alias | exp.Paren):
        return how
    if (isinstance(part, exp.If | exp.Case) and place == "this") or (isinstance(part, exp.Filter) and place != "this"):
        return CONDITIONAL
    if isinstance(part, exp.Window) and place != "this":
        return WINDOW
    return AGGREGATION if isinstance(part, exp.AggFunc) else both(how, TRANSFORMATION)
