"""A backend store in MySQL or MariaDB, by PyMySQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pymysql
from pymysql.cursors import SSCursor

from thalweg.importers.mlflow.backend import TOGETHER, Login
from thalweg.model.errors import SourceError

_OPTIONS = ("unix_socket", "ssl_ca", "ssl_cert", "ssl_key")
"""What is taken of an address, of all that is said to one driver or another."""


class MySQL:
    """A connection, and one transaction in it."""

    def __init__(self, login: Login, named: str, patience: float) -> None:
        self._named = named
        try:
            self._connection = pymysql.connect(
                host=login.host or "localhost",
                port=login.port or 3306,
                user=login.user,
                password=login.password or "",
                database=login.database,
                charset="utf8mb4",
                connect_timeout=max(int(patience), 1),
                **{name: value for name, value in login.options.items() if name in _OPTIONS},
            )
            with self._connection.cursor() as cursor:
                cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        except (pymysql.Error, OSError) as error:
            raise self._said(error) from error

    def columns(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        sql = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = database()"
        for rows in self.select(sql):
            for table, column in rows:
                found.setdefault(table, set()).add(column)
        return found

    def select(self, sql: str) -> Iterator[Sequence[Sequence[Any]]]:
        try:
            with self._connection.cursor(SSCursor) as cursor:  # which does not hold all rows at once
                cursor.execute(sql)
                while rows := cursor.fetchmany(TOGETHER):
                    yield rows
        except (pymysql.Error, OSError) as error:
            raise self._said(error) from error

    def quoted(self, name: str) -> str:
        return f"`{name}`"

    def close(self) -> None:
        if self._connection.open:
            self._connection.close()

    def _said(self, error: Exception) -> SourceError:
        said = error.args[-1] if error.args else error
        return SourceError(
            f"{self._named} cannot be read: {' '.join(str(said).split())[:300].rstrip('.')}.",
            "Check the address, and that its user may read all tables of MLflow.",
        )


def connect(login: Login, named: str, patience: float) -> MySQL:
    """Raises SourceError, which says why, where there is no way in; `named` is how the database is called then."""
    return MySQL(login, named, patience)
