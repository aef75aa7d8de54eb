"""A cluster that is kept in step: it is asked once a pass, and told which versions the store knows to lie where."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.kubernetes.api_server import Cluster
from tests.importers.kubernetes.conftest import Kubeconfig
from thalweg import ingest
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput
from thalweg.model.facts import ANYONE, EntityFact, Granule
from thalweg.store.open import open_store
from thalweg.sync.importing import reading

pytestmark = pytest.mark.anyio

VERSION = keys.model_version("mlflow://shop", "fraud", "12")


async def test_a_cluster_is_asked_once_and_serves_what_the_store_knows(
    cluster: Cluster, kubeconfig: Kubeconfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig()))
    store = await open_store(f"sqlite:///{tmp_path}/store.db")
    known = Granule("mlflow:shop", "model/fraud", "mlflow", [EntityFact(VERSION, {"uri": "s3://models/fraud/2"})])
    await ingest.state(store, [known], ANYONE)
    found = await reading(store, "kubernetes", "context:prod", None, {"environment": "production growth=staging"})
    assert found.source == "kubernetes:prod"
    served = [edge for one in found.granules for edge in one.edges if edge.type is EdgeType.SERVED_BY]
    assert [edge.target.parts for edge in served if edge.source == VERSION] == [
        ("production", "fraud", "fraud-predictor-00002")
    ]
    assert cluster.asked.count("/apis") == 1
    with pytest.raises(BadInput, match=r"takes no option enviroment. It takes namespace, environment, models\."):
        await reading(store, "kubernetes", "context:prod", None, {"enviroment": "x"})
    await store.close()
