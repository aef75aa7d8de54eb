"""Canaries of KServe, promoted or taken back: the other release is not cut short, and no share is made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.importers.kubernetes.known import bring, period
from thalweg.model import keys, time
from thalweg.model.edges import EdgeType
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.store.questions import Find, Hop, Neighbour, Where
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

FIRST, SECOND, THIRD = "fraud-predictor-00001", "fraud-predictor-00002", "fraud-predictor-00003"
MADE = {FIRST: "2026-05-01T00:00:00Z", SECOND: "2026-05-10T00:00:00Z", THIRD: "2026-05-20T00:00:00Z"}
PROMOTED = "2026-05-18T00:00:00Z"


def revision(name: str, unrouted: str | None = None) -> dict[str, Any]:
    labels = {
        "component": "predictor",
        "serving.kserve.io/inferenceservice": "fraud",
        "serving.knative.dev/configurationGeneration": name[-1],
        "serving.knative.dev/routingState": "reserve" if unrouted else "active",
    }
    annotations = {
        "internal.serving.kserve.io/storage-initializer-sourceuri": f"s3://models/fraud/{name[-1]}",
        "serving.knative.dev/routingStateModified": unrouted or MADE[name],
    }
    metadata = {"name": name, "namespace": "risk", "creationTimestamp": MADE[name]}
    return {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Revision",
        "metadata": metadata | {"labels": labels, "annotations": annotations},
        "spec": {"containers": [{"name": "kserve-container", "image": "server:1"}]},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


def listed(made: str, traffic: dict[str, int], *revisions: dict[str, Any]) -> str:
    predictor: dict[str, Any] = {"model": {"storageUri": f"s3://models/fraud/{made[-1]}"}}
    if len(traffic) > 1:
        predictor["canaryTrafficPercent"] = traffic[made]
    targets = [{"revisionName": name, "percent": percent} for name, percent in traffic.items()]
    status = {"latestCreatedRevision": made, "latestReadyRevision": made, "traffic": targets}
    service = {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "fraud", "namespace": "risk", "creationTimestamp": MADE[FIRST]},
        "spec": {"predictor": predictor},
        "status": {"components": {"predictor": status}},
    }
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": [service, *revisions]})


CANARY = listed(SECOND, {SECOND: 10, FIRST: 90}, revision(FIRST), revision(SECOND))


async def share(store: Store, name: str, at: int | None = None, service: str = "fraud") -> float | None:
    release = keys.release("production", service, name).id
    ask = Neighbour(Hop.IN, EdgeType.SERVED_BY, as_of=at)
    ((edge, _),) = (await store.neighbours([release], ask, ANYONE))[release].found
    value: float | None = edge.props.get("traffic")
    return value


async def test_what_a_canary_took_the_place_of_ended_when_nothing_was_routed_to_it_any_more(
    store: Store, tmp_path: Path
) -> None:
    await bring(store, CANARY, tmp_path)
    seen = time.now()
    assert await period(store, "production", "fraud", FIRST) == (MADE[FIRST], None)
    text = listed(SECOND, {SECOND: 100}, revision(FIRST, PROMOTED), revision(SECOND))
    await bring(store, text, tmp_path)
    assert await period(store, "production", "fraud", FIRST) == (MADE[FIRST], PROMOTED)
    assert await period(store, "production", "fraud", SECOND) == (MADE[SECOND], None)
    assert [await share(store, name) for name in (FIRST, SECOND)] == [90, 100]
    assert [await share(store, name, seen) for name in (FIRST, SECOND)] == [90, 10]
    assert await bring(store, text, tmp_path) == ["UNCHANGED"]


async def test_a_canary_that_was_taken_back_keeps_its_share(store: Store, tmp_path: Path) -> None:
    await bring(store, CANARY, tmp_path)
    text = listed(THIRD, {THIRD: 100}, revision(FIRST, MADE[THIRD]), revision(SECOND, MADE[THIRD]), revision(THIRD))
    await bring(store, text, tmp_path)
    assert await period(store, "production", "fraud", FIRST) == (MADE[FIRST], MADE[THIRD])
    assert await period(store, "production", "fraud", SECOND) == (MADE[SECOND], MADE[THIRD])
    assert [await share(store, name) for name in (FIRST, SECOND, THIRD)] == [90, 10, 100]
    assert await bring(store, text, tmp_path) == ["UNCHANGED"]


def unsaid(name: str) -> dict[str, Any]:
    """A Revision that does not say whether anything is routed to it."""
    found = revision(name)
    del found["metadata"]["labels"]["serving.knative.dev/routingState"]
    return found


async def test_where_no_revision_says_it_what_was_seen_beside_a_canary_ended_after_that(
    store: Store, tmp_path: Path
) -> None:
    await bring(store, CANARY, tmp_path)
    text = listed(SECOND, {SECOND: 100}, unsaid(FIRST), unsaid(SECOND))
    await bring(store, text, tmp_path)
    since, until = await period(store, "production", "fraud", FIRST) or (None, None)
    assert since == MADE[FIRST]
    assert until is not None
    assert until > MADE[SECOND]
    assert await share(store, FIRST) == 90
    assert await bring(store, text, tmp_path) == ["UNCHANGED"]
    assert await period(store, "production", "fraud", FIRST) == (since, until)


async def test_of_a_past_that_nobody_saw_the_end_is_when_the_next_one_came_and_no_share_is_known(
    store: Store, tmp_path: Path
) -> None:
    text = listed(SECOND, {SECOND: 100}, unsaid(FIRST), unsaid(SECOND))
    await bring(store, text, tmp_path)
    assert await period(store, "production", "fraud", FIRST) == (MADE[FIRST], MADE[SECOND])
    assert [await share(store, name) for name in (FIRST, SECOND)] == [None, 100]
    assert await bring(store, text, tmp_path) == ["UNCHANGED"]


async def test_a_service_that_got_ready_again_began_when_it_first_did(store: Store, tmp_path: Path) -> None:
    def alone(condition: str, status: str = "True") -> str:
        service = json.loads(listed(FIRST, {}))["items"][0]
        conditions = [{"type": "PredictorConfigurationReady", "status": status, "lastTransitionTime": condition}]
        return json.dumps(service | {"status": service["status"] | {"conditions": conditions}})

    for text in (alone(MADE[SECOND]), alone(MADE[THIRD], "False"), alone(MADE[THIRD])):
        await bring(store, text, tmp_path)
        assert await period(store, "production", "fraud", FIRST) == (MADE[SECOND], None)


async def test_shares_that_move_between_predictors_of_seldon_are_known_of_the_time_before(
    store: Store, tmp_path: Path
) -> None:
    def predictors(first: int) -> str:
        shares = {"main": first, "next": 100 - first}
        found = [
            {"name": name, "traffic": share, "graph": {"modelUri": f"s3://m/{name}/1"}}
            for name, share in shares.items()
        ]
        metadata = {"name": "churn", "namespace": "growth"}
        kind = {"apiVersion": "machinelearning.seldon.io/v1", "kind": "SeldonDeployment"}
        return json.dumps({**kind, "metadata": metadata, "spec": {"predictors": found}})

    await bring(store, predictors(90), tmp_path)
    seen = time.now()
    await bring(store, predictors(20), tmp_path)
    (main, next_) = sorted(one.key[2] for one in (await store.find(Find(Kind.RELEASE, Where()), ANYONE)).entities)
    assert [await share(store, name, seen, "churn") for name in (main, next_)] == [90, 10]
    assert [await share(store, name, None, "churn") for name in (main, next_)] == [20, 80]
