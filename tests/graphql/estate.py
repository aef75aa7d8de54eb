"""The example estate, imported as the demo does."""

from __future__ import annotations

from contextlib import closing

from thalweg import ingest
from thalweg.estate import MLFLOW, REPOSITORY_URL, TRAINING, estate
from thalweg.importers import git, manifest, mlflow
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE
from thalweg.store.store import Store


async def stated(store: Store) -> None:
    """Imports it into a store."""
    with estate() as files:
        for reading in (
            mlflow.read(files.mlflow, source=MLFLOW, artifacts=files.artifacts),
            git.read(files.training, source=TRAINING, url=REPOSITORY_URL, all_commits=True),
            manifest.read(files.deployments),
        ):
            with closing(reading):
                for answer in await ingest.state(store, list(reading.granules), ANYONE):
                    assert not isinstance(answer, ThalwegError), answer
