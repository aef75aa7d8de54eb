"""Since when a release ran, and until when: what was known of it stays known when Kubernetes no longer tells it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.importers.kubernetes.known import bring, period
from thalweg.model import keys
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.store.questions import Find, Where
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


def day(number: int) -> str:
    return f"2026-05-{number:02}T00:00:00Z"


def replica_set(image: str, revision: int, created: int, earlier: str = "") -> dict[str, Any]:
    annotations = {
        "deployment.kubernetes.io/revision": str(revision),
        "thalweg.io/model-uri": f"s3://models/price/{image}",
    }
    if earlier:
        annotations["deployment.kubernetes.io/revision-history"] = earlier
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"price-{image}",
            "namespace": "shop",
            "creationTimestamp": day(created),
            "annotations": annotations,
            "ownerReferences": [{"kind": "Deployment", "name": "price", "controller": True}],
        },
        "spec": {"template": {"spec": {"containers": [{"name": "server", "image": f"price:{image}"}]}}},
    }


def deployment(image: str, revision: int, rolled_out: int | None, made: int = 1) -> dict[str, Any]:
    reason = "NewReplicaSetAvailable" if rolled_out is not None else "ReplicaSetUpdated"
    progressing = {"type": "Progressing", "status": "True", "reason": reason, "lastUpdateTime": day(rolled_out or 28)}
    annotations = {
        "deployment.kubernetes.io/revision": str(revision),
        "thalweg.io/model-uri": f"s3://models/price/{image}",
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "price",
            "namespace": "shop",
            "creationTimestamp": day(made),
            "annotations": annotations,
        },
        "spec": {"template": {"spec": {"containers": [{"name": "server", "image": f"price:{image}"}]}}},
        "status": {"conditions": [progressing]},
    }


def listed(*objects: dict[str, Any]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})


FIRST = listed(deployment("a", 1, 1), replica_set("a", 1, 1))
SECOND = listed(deployment("b", 2, 2), replica_set("a", 1, 1), replica_set("b", 2, 2))
BACK = listed(deployment("a", 3, 4), replica_set("a", 3, 1, "1"), replica_set("b", 2, 2))
THIRD = listed(deployment("c", 4, 6), replica_set("a", 3, 1, "1"), replica_set("b", 2, 2), replica_set("c", 4, 5))


async def periods(store: Store) -> dict[str, tuple[str | None, str | None]]:
    return {str(n): found for n in range(1, 6) if (found := await period(store, "production", "price", str(n)))}


async def test_what_was_rolled_back_to_keeps_its_beginning_when_something_new_is_rolled_out(
    store: Store, tmp_path: Path
) -> None:
    for text in (FIRST, SECOND, BACK):
        await bring(store, text, tmp_path)
    known = {"1": (day(1), day(2)), "2": (day(2), day(4)), "3": (day(4), None)}
    assert await periods(store) == known
    await bring(store, THIRD, tmp_path)
    assert await periods(store) == known | {"3": (day(4), day(5)), "4": (day(5), None)}
    assert await bring(store, THIRD, tmp_path) == ["UNCHANGED"]


async def test_of_a_beginning_that_was_never_read_none_is_made_up(store: Store, tmp_path: Path) -> None:
    await bring(store, THIRD, tmp_path)
    assert await periods(store) == {"3": (None, day(5)), "4": (day(5), None)}
    assert await bring(store, THIRD, tmp_path) == ["UNCHANGED"]


async def test_a_rollout_that_is_done_later_again_began_when_it_was_first_done(store: Store, tmp_path: Path) -> None:
    await bring(store, BACK, tmp_path)
    for later in (None, 9):
        await bring(store, listed(deployment("a", 3, later), replica_set("a", 3, 1, "1")), tmp_path)
        assert (await periods(store))["3"] == (day(4), None)


async def test_a_deployment_that_was_made_anew_has_the_past_of_no_other(store: Store, tmp_path: Path) -> None:
    await bring(store, BACK, tmp_path)
    anew = listed(deployment("c", 4, 12, 9), replica_set("a", 3, 9, "1"), replica_set("c", 4, 12))
    await bring(store, anew, tmp_path)
    assert (await periods(store))["3"] == (None, day(12))


async def test_what_ran_between_is_served_by_the_releases_of_its_time(store: Store, tmp_path: Path) -> None:
    for text in (FIRST, SECOND, BACK, THIRD):
        await bring(store, text, tmp_path)
    version = keys.model_version("s3://models", "price/a", keys.UNVERSIONED).id
    assert (await store.degrees([version], ANYONE))[version].outward == 2


SELDON = """\
apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata: {name: churn, namespace: growth, generation: 1, creationTimestamp: "2026-05-01T00:00:00Z"}
spec: {predictors: [{name: main, replicas: 1, graph: {modelUri: s3://models/churn/1}}]}
"""


async def test_a_release_that_is_scaled_began_when_its_object_was_made(store: Store, tmp_path: Path) -> None:
    await bring(store, SELDON, tmp_path)
    await bring(store, SELDON.replace("generation: 1", "generation: 2").replace("replicas: 1", "replicas: 3"), tmp_path)
    (release,) = (await store.find(Find(Kind.RELEASE, Where()), ANYONE)).entities
    assert release.props["config"]["replicas"] == 3
    assert await period(store, *release.key) == (day(1), None)
