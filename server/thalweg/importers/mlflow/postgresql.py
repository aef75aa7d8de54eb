"""A backend store in PostgreSQL, by psycopg."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import psycopg

from thalweg.importers.mlflow.backend import TOGETHER, Login
from thalweg.model.errors import SourceError

_COLUMNS = """
    SELECT c.relname, a.attname
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = ANY(current_schemas(false))
    WHERE a.attnum > 0 AND NOT a.attisdropped
"""
"""Not of `information_schema`, which hides what somebody may not read: it would be taken for what a release lacks."""


class PostgreSQL:
    """A connection, and one transaction in it."""

    def __init__(self, login: Login, named: str, patience: float) -> None:
        self._named = named
        options = {"connect_timeout": str(max(int(patience), 2)), "client_encoding": "utf-8", **login.options}
        try:
            self._connection = psycopg.connect(
                host=login.host,
                port=login.port,
                user=login.user,
                password=login.password,
                dbname=login.database,
                **options,  # type: ignore[arg-type]  # those of libpq, by their names
            )
            self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            self._connection.read_only = True
        except psycopg.Error as error:
            raise self._said(error) from error

    def columns(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for rows in self.select(_COLUMNS):
            for table, column in rows:
                found.setdefault(table, set()).add(column)
        return found

    def select(self, sql: str) -> Iterator[Sequence[Sequence[Any]]]:
        try:
            # A cursor of the server's own: the rows are not held here all at once.
            with self._connection.cursor(name="thalweg") as cursor:
                cursor.execute(cast("Any", sql))
                while rows := cursor.fetchmany(TOGETHER):
                    yield rows
        except psycopg.Error as error:
            raise self._said(error) from error

    def quoted(self, name: str) -> str:
        return f'"{name}"'

    def close(self) -> None:
        self._connection.close()

    def _said(self, error: psycopg.Error) -> SourceError:
        return SourceError(
            f"{self._named} cannot be read: {' '.join(str(error).split())[:300].rstrip('.')}.",
            "Check the address, and that its user may read all tables of MLflow.",
        )


def connect(login: Login, named: str, patience: float) -> PostgreSQL:
    """Raises SourceError, which says why, where there is no way in; `named` is how the database is called then."""
    return PostgreSQL(login, named, patience)
