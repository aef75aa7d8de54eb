"""Both stores take what a run states: once, however often it comes; what a run says no more is taken back."""

from __future__ import annotations

from typing import Any

import pytest

import thalweg
from tests.client.conftest import Kept
from tests.graphql.conftest import asking
from thalweg.client.delivery import STATE, Statement, batches
from thalweg.model import keys
from thalweg.model.facts import ANYONE
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


async def state(store: Store, statements: list[Statement]) -> list[str]:
    """What became of each."""
    ask = asking(store)
    outcomes: list[str] = []
    for batch in batches(statements):
        given = {"source": batch[0].source, "granules": [one.granule for one in batch]}
        results = (await ask(STATE, input=given))["stateBatch"]["results"]
        assert [one["errors"] for one in results if one["errors"]] == []
        outcomes += [one["outcome"] for one in results]
    return outcomes


def recorded(kept: Kept) -> list[Statement]:
    with thalweg.run("train", run_id="r-1") as run:
        run.reads("s3://lake/tx", columns=["amount"])
        run.params(lr=0.1)
        for step in range(1_500):
            run.metrics(loss=1 / (step + 1), step=step)
        run.writes("s3://lake/scores", schema={"id": "bigint"})
        run.produces_model("fraud", version="1", signature={"inputs": {"amount": "double"}})
    return kept.statements()


async def dumped(store: Store) -> dict[str, Any]:
    found = await asking(store)(
        """{ run(runId: "r-1") { status params { key value } metrics { key last best step }
             inputs { edges { columns covers assumed node { id } } } outputs { nodes { id } } } }"""
    )
    history = await store.metric_history(keys.run("python", "r-1").id, "loss", ANYONE)
    outputs = sorted(one["id"] for one in found["run"]["outputs"]["nodes"])
    return {**found["run"], "outputs": outputs, "history": [point.step for point in history]}


async def test_a_run_is_taken_once_by_each_store(store: Store, kept: Kept) -> None:
    statements = recorded(kept)
    assert set(await state(store, statements)) == {"WRITTEN"}
    first = await dumped(store)
    read = keys.dataset_version("s3://lake", "tx", keys.UNVERSIONED).id
    assert first == {
        "status": "FINISHED",
        "params": [{"key": "lr", "value": "0.1"}],
        "metrics": [{"key": "loss", "last": 1 / 1_500, "best": 1 / 1_500, "step": 1_499}],
        "inputs": {"edges": [{"columns": ["amount"], "covers": "DECLARED", "assumed": True, "node": {"id": read}}]},
        "outputs": sorted(
            [
                keys.dataset_version("s3://lake", "scores", "run:r-1").id,
                keys.model_version("python", "fraud", "1").id,
            ]
        ),
        "history": list(range(1_500)),
    }
    assert set(await state(store, statements)) <= {"REPEATED", "UNCHANGED", "OUTDATED"}
    assert await dumped(store) == first


async def test_what_a_run_says_no_more_is_taken_back(store: Store, kept: Kept) -> None:
    """A run that is recorded again under its id says anew how it goes; what it read and wrote stays."""
    await state(store, recorded(kept))
    before = len(kept.statements())
    with thalweg.run("train", run_id="r-1") as run:
        run.metrics(loss=0.5, step=1_500)
    await state(store, kept.statements()[before:])
    after = await dumped(store)
    assert after["params"] == []
    assert after["metrics"] == [{"key": "loss", "last": 0.5, "best": 0.5, "step": 1_500}]
    assert len(after["history"]) == 1_501
    assert len(after["outputs"]) == 2
