"""Many granules in one mutation: each is stated whole or not at all, and answered in its place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graphql.conftest import Ask, Refuse, asking
from tests.graphql.counted import Counted
from tests.graphql.stated import BATCH, SHA, WELL, fraud
from thalweg.model import keys
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


async def test_a_batch_states_everything_there_is(ask: Ask) -> None:
    tx = {"namespace": "s3://lake", "name": "tx"}
    granule = {
        "scope": "all",
        "at": "2026-05-01",
        "datasets": [{**tx, "description": "Payments"}],
        "datasetVersions": [{**tx, "version": "1", "rows": 3}],
        "repositories": [{"repository": "https://github.com/acme/fraud.git", "defaultBranch": "main"}],
        "commits": [{"repository": "https://github.com/acme/fraud", "sha": SHA, "gitTags": ["v1"]}],
        "jobs": [{"namespace": "airflow", "name": "train", "jobType": "BATCH"}],
        "runs": [{"namespace": "airflow", "runId": "r", "job": {"namespace": "airflow", "name": "train"}}],
        "models": [{"namespace": "mlflow", "name": "fraud"}],
        "modelVersions": [{**fraud("1"), "format": "onnx"}],
        "deployments": [{"namespace": "production", "name": "fraud", "platform": "kserve"}],
        "releases": [{"namespace": "production", "name": "fraud", "revision": "1", "since": "2026-05-01"}],
        "edges": [
            {
                "source": {"datasetVersion": {**tx, "version": "1"}},
                "type": "INPUT_TO",
                "target": {"run": {"namespace": "airflow", "runId": "r"}},
                "role": "train",
                "columns": ["a"],
                "covers": "PREDICATES",
            },
            {
                "source": {"modelVersion": fraud("1")},
                "type": "SERVED_BY",
                "target": {"release": {"namespace": "production", "name": "fraud", "revision": "1"}},
                "traffic": 5.5,
            },
        ],
        "marks": [{"version": fraud("1"), "kind": "STAGE", "name": "Production", "since": "2026-05-01"}],
        "joins": [{"alias": {"dataset": {"namespace": "old", "name": "tx"}}, "of": {"dataset": tx}}],
    }
    payload = (await ask(BATCH, input={"source": "ci", "granules": [granule]}))["stateBatch"]
    assert payload == {
        "written": 1,
        "failed": 0,
        "errors": [],
        "results": [{"scope": "all", "outcome": "WRITTEN", **WELL}],
    }
    data = await ask(
        """query ($sha: String!) { dataset(namespace: "old", name: "tx") { description versions { nodes {
               rows consumers { edges { role covers columns node { id } } } } } }
             commit(sha: $sha) { gitTags repository { defaultBranch } }
             job(name: "train") { jobType }
             model(name: "fraud") { stages { name } }
             deployment(name: "fraud") { platform live { nodes { models { edges { traffic } } } } } }""",
        sha=SHA,
    )
    run = keys.run("airflow", "r").id
    reading = {"role": "train", "covers": "PREDICATES", "columns": ["a"], "node": {"id": run}}
    assert data == {
        "dataset": {
            "description": "Payments",
            "versions": {"nodes": [{"rows": 3, "consumers": {"edges": [reading]}}]},
        },
        "commit": {"gitTags": ["v1"], "repository": {"defaultBranch": "main"}},
        "job": {"jobType": "BATCH"},
        "model": {"stages": [{"name": "Production"}]},
        "deployment": {"platform": "kserve", "live": {"nodes": [{"models": {"edges": [{"traffic": 5.5}]}}]}},
    }


async def test_a_granule_that_fails_does_not_take_its_neighbours_along(ask: Ask) -> None:
    job = {"dataset": {"namespace": "a", "name": "b"}}
    granules = [
        {"scope": "good", "datasets": [{"namespace": "a", "name": "one"}]},
        {"scope": "bad", "datasets": [{"namespace": "a", "name": ""}]},
        {"scope": "unreadable", "repositories": [{"repository": " "}]},
        {"scope": "ends", "edges": [{"source": job, "type": "INPUT_TO", "target": job}]},
        {"scope": "fine", "datasets": [{"namespace": "a", "name": "two"}]},
    ]
    payload = (await ask(BATCH, input={"granules": granules}))["stateBatch"]
    assert (payload["written"], payload["failed"]) == (2, 3)
    assert [one["outcome"] for one in payload["results"]] == ["WRITTEN", None, None, None, "WRITTEN"]
    assert [one["errors"][0]["path"][:3] for one in payload["results"] if one["errors"]] == [
        ["input", "granules", "1"],
        ["input", "granules", "2"],
        ["input", "granules", "3"],
    ]
    assert [one["errors"][0]["code"] for one in payload["results"] if one["errors"]] == [
        "BAD_KEY",
        "BAD_KEY",
        "WRONG_ENDS",
    ]
    assert (await ask("{ datasets { totalCount } }"))["datasets"]["totalCount"] == 2


async def test_a_large_batch_is_handed_on_in_parts_and_answered_in_order(store: Store) -> None:
    counted: Any = Counted(store)
    granules = [
        {"scope": str(n), "datasets": [{"namespace": "a", "name": "" if n == 7 else str(n)}]} for n in range(250)
    ]
    payload = (await asking(counted)(BATCH, input={"granules": granules}))["stateBatch"]
    assert counted.calls == {"write": 3}
    assert (payload["written"], payload["failed"]) == (249, 1)
    assert [one["scope"] for one in payload["results"]] == [str(n) for n in range(250)]
    assert [one["scope"] for one in payload["results"] if one["errors"]] == ["7"]


async def test_a_batch_of_too_many_granules_is_refused_whole(ask: Ask) -> None:
    granules = [{"scope": str(n)} for n in range(1_001)]
    payload = (await ask(BATCH, input={"granules": granules}))["stateBatch"]
    assert payload["results"] == []
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("BAD_INPUT", ["input", "granules"])]


async def test_a_key_of_any_kind_names_one_thing(refuse: Refuse) -> None:
    two = {"dataset": {"namespace": "a", "name": "b"}, "job": {"namespace": "a", "name": "b"}}
    edge = {"source": two, "type": "INPUT_TO", "target": {"job": two["job"]}}
    error = await refuse(BATCH, input={"granules": [{"scope": "s", "edges": [edge]}]})
    assert error["extensions"]["code"] == "BAD_INPUT"


async def test_in_a_batch_a_release_that_ends_before_it_began_is_refused_alone(ask: Ask) -> None:
    release = {
        "namespace": "production",
        "name": "fraud",
        "revision": "1",
        "since": "2026-05-02",
        "until": "2026-05-01",
    }
    granules = [
        {"scope": "bad", "releases": [release]},
        {"scope": "good", "releases": [{**release, "until": None}]},
    ]
    bad, good = (await ask(BATCH, input={"granules": granules}))["stateBatch"]["results"]
    assert "lies before its start (2026-05-02T00:00:00.000000Z)" in bad["errors"][0]["message"]
    assert (good["outcome"], good["errors"]) == ("WRITTEN", [])
