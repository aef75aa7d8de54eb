"""The example estate, imported as the demo does, but with every commit."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from thalweg import ingest
from thalweg.estate import CLUSTER, DEMAND, DEMAND_URL, LAKE, MLFLOW, REPOSITORY_URL, TRAINING, estate
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE
from thalweg.store.store import Store
from thalweg.sync.importing import reading


async def stated(store: Store) -> None:
    """Imports it into a store."""
    every: dict[str, Any] = {"all_commits": True}
    with estate() as files:
        for importer, place, source, options in (
            ("mlflow", files.mlflow, MLFLOW, {"artifacts": files.artifacts}),
            ("openlineage", files.events, LAKE, {}),
            ("dvc", files.demand, DEMAND, {"url": DEMAND_URL, **every}),
            ("gto", files.demand, DEMAND, {"url": DEMAND_URL}),
            ("git", files.demand, DEMAND, {"url": DEMAND_URL, **every}),
            ("git", files.training, TRAINING, {"url": REPOSITORY_URL, **every}),
            ("manifest", files.deployments, None, {}),
            ("kubernetes", files.cluster, CLUSTER, {}),
        ):
            with closing(await reading(store, importer, str(place), source, options)) as read:
                for answer in await ingest.state(store, list(read.granules), ANYONE):
                    assert not isinstance(answer, ThalwegError), answer
