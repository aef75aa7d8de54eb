"""The tables of a backend store in PostgreSQL or MySQL, copied row by row, all of one state of the database.

Which library talks to the database is a matter of `postgresql.py` and `mysql.py`; both answer the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol
from urllib.parse import SplitResult, parse_qsl, unquote

from thalweg.importers.mlflow.copied import KEYS, Copy
from thalweg.importers.mlflow.tables import INSTEAD, TABLES, check

TOGETHER = 5_000
"""Rows that are held at once."""


class Login(NamedTuple):
    """What an address of SQLAlchemy says."""

    host: str | None
    port: int | None
    user: str | None
    password: str | None
    database: str
    options: dict[str, str]

    @classmethod
    def of(cls, address: SplitResult) -> Login:
        return cls(
            address.hostname,
            address.port,
            unquote(address.username) if address.username else None,
            unquote(address.password) if address.password else None,
            unquote(address.path.lstrip("/")),
            dict(parse_qsl(address.query)),
        )


class Connection(Protocol):
    """A transaction that sees one state of the database and changes nothing.

    columns: of each table, by its name. select: the rows of a table, some thousand at a time: of each the columns that
    are named, as SQL has them. quoted: a name as that database wants it.
    """

    def columns(self) -> dict[str, set[str]]: ...

    def select(self, sql: str) -> Iterator[Sequence[Sequence[Any]]]: ...

    def quoted(self, name: str) -> str: ...

    def close(self) -> None: ...


def read(connection: Connection, named: str, copy: Copy) -> None:
    """Copies all there is. Raises SourceError for what is no store that is read; `named` says which."""
    columns = connection.columns()
    check(columns, named)
    for name, table in TABLES.items():
        if name not in columns:
            continue
        wanted = (*table.needed, *table.more)
        there = columns[name]
        parts = [connection.quoted(one) if one in there else _missing(name, one) for one in wanted]
        # Of names that stand in `TABLES`, and of nothing that was read.
        sql = f"SELECT {', '.join(parts)} FROM {connection.quoted(name)}"  # noqa: S608
        if name == "trace_info":
            sql += " LIMIT 1"  # that there are some is all that is told of them
        for rows in connection.select(sql):
            copy.add(name, wanted, rows)


def _missing(table: str, column: str) -> str:
    """What stands for a column that a release does not have; a part of a key is never NULL."""
    return INSTEAD.get(column) or ("0" if column in KEYS[table].split(", ") else "NULL")
