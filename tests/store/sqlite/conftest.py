"""Stores in files of their own."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

NOBODY = 65534


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user can go into."""
    with TemporaryDirectory(prefix="thalweg-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path
        path.chmod(0o755)


@pytest.fixture
def powerless() -> Callable[[], AbstractContextManager[None]]:
    """Within it permissions hold for this process, though it may be root."""

    @contextmanager
    def powerless() -> Iterator[None]:
        if sys.platform != "win32" and os.geteuid() == 0:
            os.seteuid(NOBODY)
            try:
                yield
            finally:
                os.seteuid(0)
        else:
            yield

    return powerless


Inside = Callable[..., list[Any]]


@pytest.fixture
def inside(file: Path) -> Inside:
    """Looks into the file, or breaks it, by a door of its own: every statement is committed by itself."""

    def inside(text: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            return connection.execute(text, values).fetchall()

    return inside
