"""What cannot be read, and what is said to whoever pointed at it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.importers.mlflow.passes import Made, read
from thalweg.importers import mlflow
from thalweg.model.errors import SourceError


def refusal(location: str | Path, **options: float) -> SourceError:
    with pytest.raises(SourceError) as refused:
        read(Path(location), **options) if isinstance(location, Path) else mlflow.read(location)
    assert refused.value.message.endswith(".")
    assert refused.value.hint.endswith(".")
    return refused.value


@pytest.fixture
def copy(mlflow_3: Made, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(mlflow_3.path, tmp_path / "store.db"))


def alter(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "mlflow.db").message


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("run,auc\n1,0.9\n" * 100)
    assert "is not a SQLite database" in refusal(tmp_path / "mlflow.db").message


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").touch()
    assert "is no MLflow store" in refusal(tmp_path / "mlflow.db").message


def test_a_database_of_something_else(tmp_path: Path) -> None:
    alter(tmp_path / "other.db", "CREATE TABLE songs(title TEXT)")
    assert "is no MLflow store" in refusal(tmp_path / "other.db").message


def test_a_schema_that_lacks_a_needed_table(copy: Path) -> None:
    alter(copy, "DROP TABLE params")
    refused = refusal(copy)
    assert "has no table `params` (its schema is " in refused.message
    assert "MLflow 2 and 3 are read" in refused.hint


def test_a_schema_that_lacks_a_needed_column(copy: Path) -> None:
    alter(copy, "ALTER TABLE metrics RENAME COLUMN value TO number")
    refused = refusal(copy)
    assert "has no column `metrics.value`" in refused.message
    assert "MLflow 2 and 3 are read" in refused.hint


def test_a_schema_of_a_revision_that_nobody_knows_is_read_where_its_columns_are_there(copy: Path) -> None:
    alter(copy, "UPDATE alembic_version SET version_num = 'of the future'", "ALTER TABLE runs ADD COLUMN mood TEXT")
    assert len(read(copy).granules) > 20


def test_a_database_that_is_locked(copy: Path) -> None:
    writer = sqlite3.connect(copy, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    try:
        refused = refusal(copy, patience=0.2)
    finally:
        writer.close()
    assert "is locked: somebody wrote to it for 0.2 seconds" in refused.message
    assert len(read(copy, patience=0.2).granules) > 20


def test_a_database_that_is_locked_in_the_middle_of_a_pass(copy: Path) -> None:
    reading = mlflow.read(copy, source="prod", patience=0.2)
    next(reading.granules)
    writer = sqlite3.connect(copy, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(SourceError, match="is locked"):
            list(reading.granules)
    finally:
        writer.close()
        reading.close()


@pytest.mark.parametrize("kept", [0.03, 0.3, 0.6, 0.9])
def test_half_of_a_copy(copy: Path, kept: float) -> None:
    content = copy.read_bytes()
    copy.write_bytes(content[: int(len(content) * kept)])
    refused = refusal(copy)
    assert "is broken" in refused.message
    assert "half of a copy" in refused.hint


def test_a_write_that_was_cut_short(copy: Path) -> None:
    """A journal beside the file: it must be played back first, which is a write."""
    writer = sqlite3.connect(copy, isolation_level=None)
    writer.execute("PRAGMA cache_size = 1")
    writer.execute("BEGIN")
    writer.execute("UPDATE tags SET value = value || 'x'")
    writer.execute("UPDATE runs SET name = name || 'x'")
    died = copy.with_name("died.db")
    shutil.copyfile(copy, died)
    shutil.copyfile(f"{copy}-journal", f"{died}-journal")
    writer.close()
    assert "A write to it was cut short" in refusal(died).hint
    assert Path(f"{died}-journal").exists()


def test_a_database_that_is_rebuilt_while_it_is_read(copy: Path) -> None:
    reading = mlflow.read(copy, source="prod")
    next(reading.granules)
    alter(copy, "VACUUM")
    with pytest.raises(SourceError, match="was rebuilt while it was read"):
        list(reading.granules)
    reading.close()


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("mssql+pyodbc://mlflow:secret@db.example.com/mlflow", "SQLite, PostgreSQL and MySQL are"),
        ("oracle://mlflow:secret@db.example.com/mlflow", "SQLite, PostgreSQL and MySQL are"),
    ],
)
def test_a_server(location: str, said: str) -> None:
    refused = refusal(location)
    assert said in refused.message
    assert "secret" not in str(refused)


def test_a_folder_without_a_store(tmp_path: Path) -> None:
    assert "is a folder without an `mlflow.db`, and no file store" in refusal(tmp_path).message


def test_artifacts_that_are_no_folder(copy: Path) -> None:
    with pytest.raises(SourceError, match="is no folder"):
        mlflow.read(copy, artifacts=copy)


@pytest.mark.parametrize("name", ["", "two words", "mlflow:"])
def test_a_name_that_is_none(copy: Path, name: str) -> None:
    with pytest.raises(SourceError, match="is no name of a source"):
        mlflow.read(copy, source=name)
