"""The tables of a file that was migrated are those of a new one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.earlier.test_earlier import VERSIONS, unpack
from tests.store.sqlite.conftest import Inside
from thalweg.model.errors import StoreError
from thalweg.store.open import open_store
from thalweg.store.sqlite import opening
from thalweg.store.store import SCHEMA_VERSION

pytestmark = pytest.mark.anyio

TABLES = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.fixture
def earlier(file: Path, version: int) -> Path:
    """A file that an earlier version wrote, in the place of the store."""
    unpack(file, version)
    return file


def remove(file: Path) -> None:
    file.unlink()


async def migrate(file: Path) -> None:
    store = await open_store(f"sqlite:///{file}", older=True)
    try:
        await store.migrate()
    finally:
        await store.close()


async def test_the_tables_are_those_of_a_new_store(earlier: Path, file: Path, inside: Inside, version: int) -> None:
    assert inside("PRAGMA user_version") == [(version,)]
    before = inside(TABLES)
    await migrate(earlier)
    migrated, (after,) = inside(TABLES), inside("PRAGMA user_version")
    remove(file)
    await (await open_store(f"sqlite:///{file}")).close()
    assert migrated == inside(TABLES) != before
    assert after == (SCHEMA_VERSION,)
    assert inside("PRAGMA quick_check") == [("ok",)]


async def test_a_migration_that_fails_leaves_the_file_as_it_was(
    earlier: Path, inside: Inside, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = inside(TABLES)
    broken: Callable[[str], str] = lambda name: "CREATE TABLE one (x);\nCREATE TABLE node (x);\n"  # noqa: E731
    monkeypatch.setattr(opening, "script", broken)
    with pytest.raises(StoreError, match="node already exists"):
        await migrate(earlier)
    assert inside(TABLES) == before
    assert inside("PRAGMA user_version") == [(version,)]
