"""A store of twenty thousand runs takes the memory of one of two thousand."""

from __future__ import annotations

import shutil
import sqlite3
import tracemalloc
from pathlib import Path

import pytest

from tests.importers.mlflow.many import multiplied
from tests.importers.mlflow.passes import Made
from thalweg.importers import mlflow


def many(made: Made, path: Path, runs: int) -> Path:
    """A store in which the small run stands many times."""
    return multiplied(made.path, path, [made.names["small"]], runs)


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
    small = peak(many(mlflow_3, tmp_path / "small.db", 2_000), 2_000)
    large = peak(many(mlflow_3, tmp_path / "large.db", 20_000), 20_000)
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
    path = many(mlflow_3, tmp_path / "some.db", size)
    reading = mlflow.read(path, source="prod")
    names = [granule.name for granule in reading.granules]
    reading.close()
    assert len(names) == len(set(names)) == reading.total
