"""MLflow: how many runs a second are imported durably, beside the bare rows of the same.

A run read one dataset and has ten parameters, four metrics of twenty points, and the commit of its code. A few of them
are made by MLflow itself; they stand many times in the store that is imported.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import neo4j

from bench.rates import Rate, bare, memory
from tests.importers.mlflow.many import multiplied
from thalweg.importers import mlflow
from thalweg.model.facts import ANYONE
from thalweg.store.open import open_store
from thalweg.sync.bringing import Summary, batches, bring

MAKE = Path(__file__).with_name("make_mlflow.py")
RUNS = "MLflow runs"


def make(folder: Path, runs: int) -> tuple[Path, int]:
    """A store of about so many runs, of a few that MLflow logged and each stands as often; and how many they are."""
    subprocess.run([Path(sys.executable).with_name("uv"), "run", "--script", MAKE, folder], check=True)
    made = json.loads((folder / "runs.json").read_text())
    times = max(runs // len(made), 2)
    return multiplied(folder / "store.db", folder / "many.db", made, times - 1), times * len(made)


async def imported(url: str, path: Path, runs: int) -> list[Rate]:
    """All of it into an empty store, as `thalweg import` does, and once more: nothing has changed then."""
    found = []
    for way in ("first import", "second import"):
        store = await open_store(url)
        seen: list[float] = []

        def progress(summary: Summary, total: int | None, seen: list[float] = seen) -> None:
            if len(seen) < 1 and summary.read * 10 > (total or 0):
                seen.append(memory())  # after a tenth

        began = time.perf_counter()
        summary = await bring(store, mlflow.read(path, source="bench"), ANYONE, progress)
        seconds = time.perf_counter() - began
        await store.close()
        if summary.refused or not summary.closed or summary.read < runs:
            raise RuntimeError(f"Not all of it was written: {summary.document()}")
        found.append(Rate(RUNS, way, runs, seconds, (seen[0], memory())))
    return found


async def bare_rows(path: Path, runs: int, driver: neo4j.AsyncDriver | None) -> Rate:
    with closing(mlflow.read(path, source="bench")) as reading:
        return await bare(RUNS, runs, batches(reading.granules), driver)
