"""Readers that need packages which the server itself does not: whoever wants them installs `thalweg[…]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from thalweg.model.errors import BadInput
from thalweg.model.facts import Json
from thalweg.schemas.table import Table


class NotInstalled(BadInput):
    """A file needs a package that is not there."""


def parquet(path: Path) -> list[Table]:
    with _needed(path, "pyarrow", "parquet"):
        from thalweg.schemas import columnar
    return columnar.parquet(path)


def arrow_file(path: Path) -> list[Table]:
    with _needed(path, "pyarrow", "parquet"):
        from thalweg.schemas import columnar
    return columnar.arrow_file(path)


def arrow_stream(path: Path) -> list[Table]:
    with _needed(path, "pyarrow", "parquet"):
        from thalweg.schemas import columnar
    return columnar.arrow_stream(path)


def rows(path: Path, format: str) -> int:
    """How many rows a Parquet or Arrow file has."""
    with _needed(path, "pyarrow", "parquet"):
        from thalweg.schemas import columnar
    return columnar.rows(path, format)


def checkpoint(path: Path) -> list[Mapping[str, Json]]:
    """The `metaData` actions of a checkpoint of a Delta log, which is Parquet."""
    with _needed(path, "pyarrow", "parquet"):
        from thalweg.schemas import columnar
    return columnar.checkpoint(path)


def tables(path: Path, text: str, dialect: str | None) -> list[Table]:
    with _needed(path, "sqlglot", "sql"):
        from thalweg.schemas import sql
    return sql.tables(path, text, dialect)


def statements(path: Path, text: str, dialect: str | None) -> list[Table]:
    with _needed(path, "sqlglot", "sql"):
        from thalweg.schemas import sql
    return sql.statements(path, text, dialect)


_IMPORTING = RLock()
"""One thread at a time: of two, one may see what the other failed to import, and blame the wrong module."""


@contextmanager
def _needed(path: Path, package: str, extra: str) -> Iterator[None]:
    try:
        with _IMPORTING:
            yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != package:
            raise
        what = f"{path} is read with {package}, which is not installed."
        raise NotInstalled(what, f"Install it: pip install 'thalweg[{extra}]'.") from error
