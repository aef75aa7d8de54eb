"""A store of MLflow in which some runs stand many times, in the schema that MLflow made."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

OF_RUNS = {"runs": "run_uuid", "tags": "run_uuid", "params": "run_uuid", "metrics": "run_uuid",
           "latest_metrics": "run_uuid", "inputs": "destination_id", "input_tags": ""}  # fmt: skip
"""The tables, and the column that names the run."""


def multiplied(store: Path, path: Path, runs: Sequence[str], times: int) -> Path:
    """A copy of a store at `path`, in which each of the runs stands so many times more."""
    shutil.copyfile(store, path)
    connection = sqlite3.connect(path)
    connection.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -400000"
    )
    connection.execute("CREATE TEMP TABLE taken(id)")
    connection.executemany("INSERT INTO taken VALUES (?)", [(run,) for run in runs])
    for table, key in OF_RUNS.items():
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        # Ids in no order, as MLflow's are: what hangs on a run is found by them.
        new = {key: f"printf('%016x', n.i * 7919 % 1000003) || substr(t.{key}, 17)"}
        new["input_uuid"] = "printf('%s-%d', t.input_uuid, n.i)"
        values = ", ".join(new.get(column, f't."{column}"') for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        of = f"t.{key}" if key else "(SELECT i.destination_id FROM inputs i WHERE i.input_uuid = t.input_uuid)"
        connection.execute(
            f"""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times})
            INSERT INTO {table}({names}) SELECT {values} FROM n, {table} t WHERE {of} IN (SELECT id FROM taken)"""
        )
    connection.commit()
    connection.close()
    return path
