"""How a store is found, named and read while MLflow goes on: nothing is written, and nothing made beside it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.importers.mlflow.passes import Made, Pass, read
from thalweg.importers import mlflow


@pytest.fixture
def copy(mlflow_3: Made, tmp_path: Path) -> Path:
    (tmp_path / "here").mkdir()
    return Path(shutil.copyfile(mlflow_3.path, tmp_path / "here" / "mlflow.db"))


@pytest.fixture
def wal(copy: Path) -> Path:
    """A store in the mode that keeps a log, as `mlflow migrate-filestore` makes it, and nobody has it open."""
    connection = sqlite3.connect(copy)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    assert os.listdir(copy.parent) == ["mlflow.db"]
    return copy


@pytest.fixture
def writer(wal: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who has written to it, and whose writes are still in the log."""
    connection = sqlite3.connect(wal, isolation_level=None)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    rename(connection, "renamed")
    yield connection
    connection.close()


def rename(connection: sqlite3.Connection, name: str) -> None:
    connection.execute("UPDATE tags SET value = ? WHERE key = 'mlflow.runName'", (name,))


def run_names(found: Pass) -> set[str]:
    return {props["name"] for key, props in found.props.items() if key.kind.value == "Run"}


def test_a_store_is_found_by_its_file_its_folder_or_its_address(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy.parent)
    for location in (copy, copy.parent, str(copy), f"sqlite:///{copy}", "sqlite:///mlflow.db", copy.as_uri(), "."):
        reading = mlflow.read(location)
        assert reading.source == "mlflow:mlflow"
        assert reading.total is not None
        assert reading.total > 20
        reading.close()


def test_a_source_is_one_name_with_or_without_its_system(copy: Path) -> None:
    for source in ("prod", "mlflow:prod"):
        reading = mlflow.read(copy, source=source)
        assert reading.source == "mlflow:prod"
        reading.close()


def test_a_name_with_characters_of_an_address_is_a_name(copy: Path) -> None:
    odd = copy.rename(copy.with_name("a #1?mode=rw%20.db"))
    assert len(read(odd).granules) > 20


def test_two_passes_state_the_same(copy: Path) -> None:
    assert read(copy).granules == read(copy).granules


def test_reading_neither_writes_nor_makes_a_file(copy: Path) -> None:
    before = copy.read_bytes(), os.stat(copy).st_mtime_ns
    copy.parent.chmod(0o555)
    read(copy)
    assert (copy.read_bytes(), os.stat(copy).st_mtime_ns) == before
    assert os.listdir(copy.parent) == ["mlflow.db"]


def test_a_log_that_nobody_has_open_is_not_begun(wal: Path) -> None:
    reading = mlflow.read(wal, source="prod")
    seen = []
    for granule in reading.granules:
        seen.append(granule)
        assert os.listdir(wal.parent) == ["mlflow.db"]
    reading.close()
    assert len(seen) > 20


def test_what_stands_in_the_log_alone_is_read(writer: sqlite3.Connection, wal: Path) -> None:
    beside = sorted(os.listdir(wal.parent))
    assert run_names(read(wal)) == {"renamed"}
    assert sorted(os.listdir(wal.parent)) == beside == ["mlflow.db", "mlflow.db-shm", "mlflow.db-wal"]


def test_the_log_of_a_server_that_died_is_read_and_left_as_it_is(
    writer: sqlite3.Connection, wal: Path, tmp_path: Path
) -> None:
    (tmp_path / "died").mkdir()
    for name in ("mlflow.db", "mlflow.db-wal"):
        shutil.copyfile(wal.parent / name, tmp_path / "died" / name)
    assert run_names(read(tmp_path / "died" / "mlflow.db")) == {"renamed"}
    assert sorted(os.listdir(tmp_path / "died")) == ["mlflow.db", "mlflow.db-wal"]


def test_a_server_that_starts_in_the_middle_of_a_pass_is_noticed(wal: Path) -> None:
    reading = mlflow.read(wal, source="prod")
    first = next(reading.granules)
    connection = sqlite3.connect(wal)
    rename(connection, "renamed")
    connection.commit()
    rest = list(reading.granules)
    reading.close()
    connection.close()
    runs = [granule for granule in rest if granule.name.startswith("run/")]
    assert len({granule.name for granule in (first, *rest)}) == len(rest) + 1, "each scope came once"
    assert {granule.entities[0].props["name"] for granule in runs} == {"renamed"}


def test_mlflow_may_write_while_it_is_read(copy: Path) -> None:
    """Nothing is locked while a granule is in somebody's hands."""
    reading = mlflow.read(copy, source="prod")
    connection = sqlite3.connect(copy, timeout=0, isolation_level=None)
    for number, _ in enumerate(reading.granules):
        rename(connection, f"at {number}")
    reading.close()
    connection.close()


def test_a_reading_may_be_closed_early_and_twice(copy: Path) -> None:
    reading = mlflow.read(copy)
    next(reading.granules)
    reading.close()
    reading.close()
    copy.unlink()
