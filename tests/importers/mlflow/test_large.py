"""A store of a hundred thousand runs takes the memory of one of ten thousand."""

from __future__ import annotations

import shutil
import sqlite3
import tracemalloc
from pathlib import Path

import pytest

from tests.importers.mlflow.passes import Made
from thalweg.importers import mlflow


def multiplied(made: Made, path: Path, runs: int) -> Path:
    """A store in which the small run stands many times, in the schema that MLflow made."""
    shutil.copyfile(made.path, path)
    connection = sqlite3.connect(path)
    connection.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -400000"
    )
    small = made.names["small"]
    for table, key in (("runs", "run_uuid"), ("tags", "run_uuid"), ("params", "run_uuid"), ("metrics", "run_uuid"),
                       ("inputs", "destination_id"), ("input_tags", "")):  # fmt: skip
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        # Ids in no order, as MLflow's are: what hangs on a run is found by them.
        new = {key: "printf('%032x', i * 7919 % 1000003)", "input_uuid": "printf('%s-%d', t.input_uuid, i)"}
        values = ", ".join(new.get(column, f't."{column}"') for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        of = "input_uuid IN (SELECT input_uuid FROM inputs WHERE destination_id = ?)" if not key else f"{key} = ?"
        connection.execute(
            f"""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {runs})
            INSERT INTO {table}({names}) SELECT {values} FROM n, {table} t WHERE t.{of}""",
            (small,),
        )
    connection.commit()
    connection.close()
    return path


def peak(path: Path, runs: int) -> int:
    """The most that Python holds at once in a pass, in bytes."""
    tracemalloc.start()
    try:
        reading = mlflow.read(path, source="prod")
        count = sum(1 for granule in reading.granules if granule.name.startswith("run/"))
        reading.close()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        assert count > runs


def test_a_large_store_is_read_in_bounded_memory(mlflow_3: Made, tmp_path: Path) -> None:
    small = peak(multiplied(mlflow_3, tmp_path / "small.db", 10_000), 10_000)
    large = peak(multiplied(mlflow_3, tmp_path / "large.db", 100_000), 100_000)
    assert large < 1.5 * small
    assert large < 32_000_000


def test_runs_with_many_points_are_read_a_few_at_a_time(mlflow_3: Made, tmp_path: Path) -> None:
    """A window is of fewer runs where they have more to hold."""
    copy = Path(shutil.copyfile(mlflow_3.path, tmp_path / "points.db"))
    connection = sqlite3.connect(copy)
    connection.execute(
        """INSERT INTO metrics(run_uuid, key, value, timestamp, step, is_nan)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
        SELECT r.run_uuid, 'gradient', n.i, 1767225600000, n.i, 0 FROM n, runs r"""
    )
    connection.commit()
    runs = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
    connection.close()
    tracemalloc.start()
    reading = mlflow.read(copy, source="prod")
    points = [
        len(granule.entities[0].histories["gradient"])
        for granule in reading.granules
        if granule.name.startswith("run/")
    ]
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    reading.close()
    assert points == [30_000] * runs
    assert held < 30_000 * runs * 150, "less than all at once"


@pytest.mark.parametrize("size", [499, 500, 501, 1001])
def test_no_run_is_lost_between_two_windows(mlflow_3: Made, tmp_path: Path, size: int) -> None:
    path = multiplied(mlflow_3, tmp_path / "some.db", size)
    reading = mlflow.read(path, source="prod")
    names = [granule.name for granule in reading.granules]
    reading.close()
    assert len(names) == len(set(names)) == reading.total
