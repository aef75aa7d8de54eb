"""Since when a package is approved: SageMaker tells what is now, and when anything of it was last changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.importers.stores import imported
from thalweg.importers import sagemaker
from thalweg.model import keys, time
from thalweg.model.facts import ANYONE
from thalweg.model.time import rfc3339
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

HERE = "arn:aws:sagemaker:eu-west-1:123456789012"
VERSION = keys.model_version(HERE, "fraud", "1")
MADE = "2026-03-01T00:00:00Z"
PENDING, APPROVED = "PendingManualApproval", "Approved"


async def bring(store: Store, folder: Path, changed: str | None, approval: str, **more: Any) -> None:
    """A pass over a dump in which the package was last changed then, to be at that status now."""
    package = {
        "ModelPackageArn": f"{HERE}:model-package/fraud/1",
        "CreationTime": MADE,
        "ModelApprovalStatus": approval,
        **({"LastModifiedTime": changed} if changed else {}),
        **more,
    }
    file = folder / "prod.jsonl"
    done = {"operation": "done"}
    file.write_text(f"{json.dumps({'operation': 'describe_model_package', 'response': package})}\n{json.dumps(done)}\n")
    await imported(store, sagemaker.read(file))


async def periods(store: Store) -> list[str]:
    """What the package was at, from when to when; the oldest first."""
    marks = (await store.marks([VERSION.id], ANYONE, history=True))[VERSION.id]
    ordered = sorted(marks, key=lambda mark: (mark.since, mark.name))
    return [f"{mark.name} {day(mark.since)} {day(mark.until) if mark.until else 'now'}" for mark in ordered]


def day(at: int) -> str:
    return rfc3339(at)[5:10]


async def test_a_package_is_at_one_status_at_a_time_and_an_edit_does_not_move_since_when(
    store: Store, tmp_path: Path
) -> None:
    await bring(store, tmp_path, None, PENDING)
    await bring(store, tmp_path, "2026-03-03T00:00:00Z", PENDING, ModelPackageDescription="What it is.")
    await bring(store, tmp_path, "2026-03-10T00:00:00Z", APPROVED)
    await bring(store, tmp_path, "2026-03-20T00:00:00Z", APPROVED, ModelPackageDescription="Better words.")
    assert await periods(store) == [f"{PENDING} 03-01 03-10", f"{APPROVED} 03-10 now"]
    held = await store.marks([VERSION.id], ANYONE, as_of=time.parse("2026-03-15T00:00:00Z"))
    assert [mark.name for mark in held[VERSION.id]] == [APPROVED]


async def test_a_status_that_comes_back_begins_anew(store: Store, tmp_path: Path) -> None:
    for date, approval in (("03-02", PENDING), ("03-10", APPROVED), ("03-12", "Rejected"), ("03-14", APPROVED)):
        await bring(store, tmp_path, f"2026-{date}T00:00:00Z", approval)
    await bring(store, tmp_path, "2026-03-16T00:00:00Z", PENDING)
    assert await periods(store) == [
        f"{PENDING} 03-01 03-10",
        f"{APPROVED} 03-10 03-12",
        "Rejected 03-12 03-14",
        f"{APPROVED} 03-14 03-16",
        f"{PENDING} 03-16 now",
    ]


async def test_a_package_that_was_approved_when_first_seen_is_so_since_its_last_change(
    store: Store, tmp_path: Path
) -> None:
    await bring(store, tmp_path, "2026-03-10T00:00:00Z", APPROVED)
    assert await periods(store) == [f"{APPROVED} 03-10 now"]


async def test_a_stage_of_its_life_is_left_alone_by_an_edit_too(store: Store, tmp_path: Path) -> None:
    staging, production = {"ModelLifeCycle": {"Stage": "Staging"}}, {"ModelLifeCycle": {"Stage": "Production"}}
    await bring(store, tmp_path, "2026-03-10T00:00:00Z", APPROVED, **staging)
    await bring(store, tmp_path, "2026-03-11T00:00:00Z", APPROVED, **staging, ModelPackageDescription="Words.")
    await bring(store, tmp_path, "2026-03-12T00:00:00Z", APPROVED, **production)
    assert await periods(store) == [f"{APPROVED} 03-10 now", "Staging 03-10 03-12", "Production 03-12 now"]
