"""`thalweg check --self-test`: does the gate close, and does it open? A canary tells, before somebody relies on it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from thalweg.cli import output
from thalweg.cli.changes import Flags
from thalweg.cli.commands import sources
from thalweg.cli.commands.check import answered
from thalweg.cli.commands.impact import Question
from thalweg.cli.gate.report import Report, Terms, report
from thalweg.cli.graph import opened
from thalweg.cli.place import Place
from thalweg.importers import manifest
from thalweg.lineage.impact.words import Verdict
from thalweg.model.facts import Caller
from thalweg.store.open import open_store
from thalweg.sync.bringing import bring

DATASET = "canary://mine/air"
CASES = (
    ("A column that an endpoint in production reads is renamed", Flags(rename=["methane=ch4"]), Verdict.BLOCK, 1),
    ("Its repair, the new name beside the old one", Flags(add=["ch4"]), Verdict.PASS, 0),
)
"""What is asked of the canary's estate, what it must be answered with, and with which exit code."""


def self_test() -> int:
    """Asks a small estate of its own, in a store that is gone afterwards, in the way that every check is asked."""
    passed = True
    with TemporaryDirectory(prefix="thalweg-self-test-") as folder:
        address = f"sqlite:///{folder}/canary.db"
        asyncio.run(_filled(address, Path(folder)))
        for what, flags, verdict, code in CASES:
            found = _checked(address, flags)
            right = (found.verdict, found.code) == (verdict, code)
            passed = passed and right
            said = "as it must be" if right else f"but it must be {verdict.value} with exit code {code}"
            output.write(f"{what}: {found.verdict.value} with exit code {found.code}, {said}.\n")
    output.write(
        "The gate works: it closes, and it opens.\n"
        if passed
        else "The gate does NOT work; do not rely on it. Report this with the lines above.\n"
    )
    return 0 if passed else 1


def _checked(address: str, flags: Flags) -> Report:
    with opened(Place(store=address)) as graph:
        question = Question(flags.change(DATASET), as_of=None, active_within=90)
        return report(answered(graph, sources.of(question)), Terms(datetime.now(UTC).date()))


async def _filled(address: str, folder: Path) -> None:
    file = folder / "canary.json"
    file.write_text(json.dumps(estate(datetime.now(UTC) - timedelta(days=1))), encoding="utf-8")
    store = await open_store(address)
    try:
        await bring(store, manifest.read(file), Caller())
    finally:
        await store.close()


def estate(day: datetime) -> dict[str, Any]:
    """A dataset, a job that trained on two of its columns, and an endpoint in production that serves what came of it;
    all of it of one day.
    """
    at = day.isoformat()
    version = {"dataset": DATASET, "version": "1"}
    model = {"model": "canary", "namespace": "canary://models", "version": "1"}
    columns = ["methane", "oxygen"]
    return {
        "thalweg": 1,
        "source": "canary",
        "datasets": [
            {
                "uri": DATASET,
                "versions": [
                    {
                        "version": "1",
                        "created_at": at,
                        "columns": [*({"name": name, "type": "double"} for name in columns), "pressure"],
                    }
                ],
            }
        ],
        "jobs": [
            {
                "namespace": "canary",
                "name": "train",
                "runs": [
                    {
                        "run_id": "1",
                        "status": "FINISHED",
                        "started_at": at,
                        "ended_at": at,
                        "inputs": [{**version, "columns": columns}],
                        "outputs": [model],
                    }
                ],
            }
        ],
        "deployments": [
            {
                "namespace": "production",
                "name": "canary",
                "releases": [
                    {
                        "since": at,
                        "serves": [{**model, "traffic": 100}],
                        "reads": [{**version, "columns": ["methane"]}],
                    }
                ],
            }
        ],
    }
