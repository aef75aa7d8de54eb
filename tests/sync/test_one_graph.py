"""Six systems that name the same things give one graph, in whatever order they are read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from thalweg.estate import CLUSTER, DEMAND, DEMAND_URL, LAKE, MLFLOW, REPOSITORY_URL, TRAINING, estate
from thalweg.model import keys
from thalweg.model.facts import ANYONE
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind
from thalweg.model.results import Direction
from thalweg.store.open import open_store
from thalweg.store.questions import Find, Start, Walk
from thalweg.store.store import Store
from thalweg.sync.bringing import bring
from thalweg.sync.importing import reading

pytestmark = pytest.mark.anyio

TRANSACTIONS = keys.dataset("s3://lake", "transactions")
SALES = keys.dataset(DEMAND_URL, "data/sales.csv")
SYSTEMS = ("mlflow", "openlineage", "dvc", "gto", "manifest")
"""Those that need to know nothing of the others."""


async def read(store: Store, systems: tuple[str, ...]) -> None:
    """Reads the example estate as each of the systems knows it, then what asks the store: Kubernetes and Git."""
    with estate() as files:
        places: dict[str, list[tuple[Path, str | None, dict[str, Any]]]] = {
            "mlflow": [(files.mlflow, MLFLOW, {"artifacts": files.artifacts})],
            "openlineage": [(files.events, LAKE, {})],
            "dvc": [(files.demand, DEMAND, {"url": DEMAND_URL, "all_commits": True})],
            "gto": [(files.demand, DEMAND, {"url": DEMAND_URL})],
            "manifest": [(files.deployments, None, {})],
            "kubernetes": [(files.cluster, CLUSTER, {})],
            "git": [(files.demand, DEMAND, {"url": DEMAND_URL}), (files.training, TRAINING, {"url": REPOSITORY_URL})],
        }
        for system in (*systems, "kubernetes", "git"):
            for place, source, options in places[system]:
                summary = await bring(store, await reading(store, system, str(place), source, options), ANYONE)
                assert summary.refused == 0, summary.refusals


@pytest.fixture
async def store(address: str) -> AsyncIterator[Store]:
    store = await open_store(address)
    yield store
    await store.close()


async def origins(store: Store, key: Key) -> set[str]:
    """Who says something of an entity."""
    return set((await store.get([key.id], ANYONE))[key.id].origins)


async def all_of(store: Store, kind: Kind) -> list[Key]:
    found = await store.find(Find(kind, limit=500), ANYONE)
    assert not found.has_next
    return [Key(one.kind, one.key) for one in found.entities]


async def test_what_several_systems_name_is_one_thing(store: Store) -> None:
    await read(store, SYSTEMS)
    assert await origins(store, TRANSACTIONS) == {"mlflow", "manifest"}
    known = await all_of(store, Kind.DATASET_VERSION)
    of_transactions = [await origins(store, one) for one in known if one.asset == TRANSACTIONS]
    assert set().union(*of_transactions) == {"mlflow", "openlineage"}
    versions = [one for one in known if one.asset == SALES]
    assert len(versions) == 3
    for version in versions:
        assert await origins(store, version) == {"openlineage", "dvc"}, "by the digest that both know"
    demand = [one for one in await all_of(store, Kind.MODEL_VERSION) if one.parts[:2] == (DEMAND_URL, "demand")]
    assert sorted(one.parts[2] for one in demand) == ["v1.0.0", "v2.0.0", "v3.0.0"]
    for version in demand:
        assert await origins(store, version) == {"dvc", "gto"}, "the content, by the tag that registered it"
    served = keys.release("production", "demand", "demand-predictor-00003")
    walked = await store.walk(Start((served.id,)), Walk(Direction.UPSTREAM, depth=None), ANYONE)
    assert {"openlineage", DEMAND_URL} <= {node.key[0] for node in walked.nodes if node.kind is Kind.RUN}
    assert "transactions" in {node.key[1] for node in walked.nodes if node.kind is Kind.DATASET_VERSION}
    assert {node.key[0] for node in walked.nodes if node.kind is Kind.COMMIT} == {DEMAND_URL}
    assert (await store.check()).findings == ()


async def test_the_order_in_which_they_are_read_is_no_matter(tmp_path: Path) -> None:
    graphs = []
    for number, order in enumerate(permutations(SYSTEMS)):
        if number % 24 != number // 24:
            continue  # five of the 120, that begin with each
        store = await open_store(f"sqlite:///{tmp_path}/{number}.db")
        try:
            await read(store, order)
            ids = [key.id for kind in Kind for key in await all_of(store, kind)]
            walk = Walk(Direction.UPSTREAM, depth=None, max_nodes=10_000, edges=True)
            walked = await store.walk(Start(tuple(ids)), walk, ANYONE)
            graphs.append(
                (sorted(ids), sorted((one.source, one.type.value, one.target, one.role) for one in walked.edges))
            )
        finally:
            await store.close()
    assert len(graphs) == 5
    assert all(one == graphs[0] for one in graphs)
