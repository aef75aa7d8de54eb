"""Columns of datasets: what they are, what may happen to them, and when two names are one.

A dataset version keeps its columns as plain objects (`name, type, nullable, field_id`); these are the same, typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from thalweg.model.facts import Json


class Column(NamedTuple):
    """A column as a version, or a file, describes it.

    type: as it was written; `types.parse` reads it. nullable: whether it may hold nulls; None where that is not known.
    field_id: what stays the same when its name changes (Iceberg, Delta, Parquet); None where there is no such thing.
    role: what it is there for (`ROLES`); None where nobody says.
    """

    name: str
    type: str | None = None
    nullable: bool | None = None
    field_id: str | None = None
    role: str | None = None


ROLES = ("KEY", "LABEL", "TIME", "PARTITION", "FEATURE")
"""What it is there for: it identifies rows, is what a model learns to say, dates rows, parts them, or is fed in."""


def columns_of(props: Mapping[str, Json]) -> tuple[Column, ...] | None:
    """The columns of a dataset version, by its properties; None where they are not known."""
    stated = props.get("columns")
    if stated is None:
        return None
    return tuple(
        Column(one["name"], one.get("type"), one.get("nullable"), one.get("field_id"), one.get("role"))
        for one in stated
    )


# --------------------------------------------------------------------------------------------------------- what changes


@dataclass(frozen=True, slots=True)
class Drop:
    """The column goes."""

    column: str


@dataclass(frozen=True, slots=True)
class Rename:
    """The column is called otherwise from now on, and its old name is gone."""

    column: str
    to: str


@dataclass(frozen=True, slots=True)
class Retype:
    """The column has another type. old: None where it is not known. inferred: a type was guessed from values."""

    column: str
    old: str | None
    new: str
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class MayBeNull:
    """The column held no nulls, and may from now on. (The other way round hurts no reader, and is no change here.)"""

    column: str


@dataclass(frozen=True, slots=True)
class Add:
    """A column comes; `type` None where it is not known."""

    column: str
    type: str | None = None


ColumnChange = Drop | Rename | Retype | MayBeNull | Add


# --------------------------------------------------------------------------------------------------------------- names

_FOLDING = frozenset(
    {
        "awsathena", "awsglue", "arn", "athena", "azurepurview", "bigquery", "clouddb", "databricks", "db2", "dbfs",
        "duckdb", "hive", "impala", "mssql", "mysql", "oracle", "postgres", "postgresql", "redshift", "snowflake",
        "spark", "sqlite", "sqlserver", "synapse", "teradata", "trino", "unitycatalog", "vertica",
    }
)  # fmt: skip
"""Schemes of namespaces whose columns are the same in capitals: SQL databases and catalogs, unless quoted."""


def folds(namespace: str) -> bool:
    """Whether the datasets of a namespace take `Age` and `age` for one column.

    Databases and catalogs do; files (`s3://…`, `gs://…`, `file://…`) and whatever is not known keep them apart.
    """
    return namespace.partition("://")[0].partition(":")[0].lower() in _FOLDING


def fold(namespace: str, column: str) -> str:
    """A column's name as it is compared with others of its dataset."""
    return column.casefold() if folds(namespace) else column


def folded(namespace: str, columns: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(namespace, column) for column in columns)
