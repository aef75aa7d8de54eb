"""Since when a version is at its stage: MLflow tells the stage of now, and when anything of the version was changed."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import anyio
import pytest

from tests.importers.mlflow.passes import HERE, Made
from tests.importers.stores import imported
from thalweg.importers import mlflow
from thalweg.model import keys, time
from thalweg.model.facts import ANYONE, MarkKind
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

CHURN = keys.model_version(HERE, "churn", "1")


async def test_an_edit_does_not_move_a_stage_and_the_next_one_ends_it(
    mlflow_3: Made, tmp_path: Path, store: Store
) -> None:
    copy = Path(shutil.copyfile(mlflow_3.path, tmp_path / "mlflow.db"))

    async def changed(at: int, stage: str) -> None:
        """A pass in which the version was last changed then, to be at that stage now."""
        connection = sqlite3.connect(copy)
        values = (at // 1000, stage, f"Edited at {at}")
        statement = "UPDATE model_versions SET last_updated_time = ?, current_stage = ?, description = ?"
        connection.execute(f"{statement} WHERE name = 'churn' AND version = 1", values)
        connection.commit()
        connection.close()
        await imported(store, mlflow.read(copy, source="prod"))

    async def now() -> int:
        """In whole milliseconds, as MLflow has it, and later than what was before."""
        await anyio.sleep(0.002)
        at = time.now() // 1000 * 1000
        await anyio.sleep(0.002)
        return at

    first = time.parse("2026-02-01T00:00:00Z")
    await changed(first, "Staging")
    await changed(await now(), "Staging")
    moved = await now()
    await changed(moved, "Production")
    await changed(await now(), "Production")
    marks = (await store.marks([CHURN.id], ANYONE, history=True))[CHURN.id]
    stages = sorted((mark.since, mark.until, mark.name) for mark in marks if mark.kind is MarkKind.STAGE)
    assert stages == [(first, moved, "Staging"), (moved, None, "Production")]
