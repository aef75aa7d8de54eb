"""What is stated by mutations is in the graph, or is answered with what was wrong; never both."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facts import id
from tests.graphql.conftest import Ask
from tests.graphql.stated import BATCH, CAME, SHA, WELL, fraud
from thalweg.model import keys, time
from thalweg.model.facts import ANYONE
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

RECORD_RUN = (
    """mutation ($input: RecordRunInput!) { recordRun(input: $input) { ...came run {
      id runId name status startedAt endedAt job { namespace name } dirty user
      params { key value } metrics { key last best step at } environment { key value } tags { key value }
      commit { sha repository { name } } parent { runId }
      inputs { edges { role columns covers pinned node { id } } } outputs { nodes { id } }
    } } }"""
    + CAME
)

RUN: dict[str, Any] = {
    "namespace": "airflow",
    "runId": "r-1",
    "job": {"namespace": "airflow", "name": "train"},
    "name": "nightly",
    "status": "FINISHED",
    "startedAt": "2026-05-02T08:00:00+02:00",
    "endedAt": "2026-05-02T07:00:00.123456Z",
    "params": [{"key": "lr", "value": "0.1"}],
    "metrics": [
        {"key": "loss", "value": 0.5, "step": 1, "timestamp": "2026-05-02T06:30:00Z"},
        {"key": "loss", "value": 0.7, "step": 2, "timestamp": "2026-05-02T06:40:00Z"},
        {"key": "auc", "value": "NaN"},
    ],
    "environment": [{"key": "python", "value": "3.12"}],
    "tags": [{"key": "team", "value": "risk"}],
    "user": "ada",
    "parent": {"namespace": "airflow", "runId": "r-0"},
    "code": {"repository": "git@github.com:Acme/fraud.git", "sha": SHA.upper(), "path": "train.py", "dirty": False},
    "inputs": [
        {
            "dataset": {"namespace": "s3://lake", "name": "tx", "version": "1"},
            "role": "train",
            "columns": ["amount"],
            "pinned": True,
        },
        {"model": {"namespace": "mlflow", "name": "base", "version": "3"}},
    ],
    "outputs": [{"model": {"namespace": "mlflow", "name": "fraud", "version": "1"}}],
}


async def test_a_run_is_stated_with_its_code_its_inputs_and_its_outputs(ask: Ask) -> None:
    payload = (await ask(RECORD_RUN, input=RUN))["recordRun"]
    tx = keys.dataset_version("s3://lake", "tx", "1").id
    base = keys.model_version("mlflow", "base", "3").id
    run = payload.pop("run")
    inputs = sorted(run.pop("inputs")["edges"], key=lambda edge: edge["role"])
    assert payload == {"outcome": "WRITTEN", **WELL}
    assert run == {
        "id": keys.run("airflow", "r-1").id,
        "runId": "r-1",
        "name": "nightly",
        "status": "FINISHED",
        "startedAt": "2026-05-02T06:00:00.000000Z",
        "endedAt": "2026-05-02T07:00:00.123456Z",
        "job": {"namespace": "airflow", "name": "train"},
        "dirty": None,
        "user": "ada",
        "params": [{"key": "lr", "value": "0.1"}],
        "metrics": [
            {"key": "auc", "last": "NaN", "best": "NaN", "step": None, "at": None},
            {"key": "loss", "last": 0.7, "best": 0.5, "step": 2, "at": "2026-05-02T06:40:00.000000Z"},
        ],
        "environment": [{"key": "python", "value": "3.12"}],
        "tags": [{"key": "team", "value": "risk"}],
        "commit": {"sha": SHA, "repository": {"name": "https://github.com/Acme/fraud"}},
        "parent": {"runId": "r-0"},
        "outputs": {"nodes": [{"id": keys.model_version("mlflow", "fraud", "1").id}]},
    }
    assert inputs == [
        {"role": "", "columns": None, "covers": None, "pinned": False, "node": {"id": base}},
        {"role": "train", "columns": ["amount"], "covers": "DECLARED", "pinned": True, "node": {"id": tx}},
    ]


async def test_values_of_one_metric_are_its_history(ask: Ask) -> None:
    await ask(RECORD_RUN, input=RUN)
    data = await ask('{ run(runId: "r-1") { metricHistory(metric: "loss") { step at value } } }')
    assert data["run"]["metricHistory"] == [
        {"step": 1, "at": "2026-05-02T06:30:00.000000Z", "value": 0.5},
        {"step": 2, "at": "2026-05-02T06:40:00.000000Z", "value": 0.7},
    ]


async def test_a_single_value_with_a_step_is_a_history_of_one(ask: Ask) -> None:
    """One with a best is a summary: its history is stated elsewhere."""
    logged = [{"key": "auc", "value": 0.9, "step": 7}, {"key": "f1", "value": 0.8, "step": 7, "best": 0.85}]
    payload = (await ask(RECORD_RUN, input={**RUN, "metrics": logged}))["recordRun"]
    assert {(one["key"], one["last"], one["best"]) for one in payload["run"]["metrics"]} == {
        ("auc", 0.9, 0.9),
        ("f1", 0.8, 0.85),
    }
    data = await ask(
        '{ run(runId: "r-1") { auc: metricHistory(metric: "auc") { step } f1: metricHistory(metric: "f1") { step } } }'
    )
    assert data["run"] == {"auc": [{"step": 7}], "f1": []}


async def test_a_read_of_a_version_that_nobody_knows_is_assumed(ask: Ask) -> None:
    orders = {"namespace": "s3://lake", "name": "orders"}
    asked = """{ run(runId: "r-1") { inputs {
        edges { columns covers assumed node { ... on DatasetVersion { version dataset { name } } } } } } }"""
    stated = {
        "columns": ["amount"],
        "covers": "DECLARED",
        "assumed": True,
        "node": {"version": keys.UNVERSIONED, "dataset": {"name": "orders"}},
    }
    await ask(RECORD_RUN, input={**RUN, "inputs": [{"dataset": orders, "columns": ["amount"]}]})
    assert (await ask(asked))["run"]["inputs"]["edges"] == [stated]

    edge = {
        "source": {"datasetVersion": {**orders, "version": keys.UNVERSIONED}},
        "type": "INPUT_TO",
        "target": {"run": {"namespace": "airflow", "runId": "r-1"}},
        "columns": ["country"],
        "covers": "DECLARED",
        "assumed": True,
    }
    payload = (await ask(BATCH, input={"granules": [{"scope": "more", "edges": [edge]}]}))["stateBatch"]
    assert payload["written"] == 1
    assert (await ask(asked))["run"]["inputs"]["edges"] == [{**stated, "columns": ["amount", "country"]}]


async def test_a_version_that_is_empty_is_none(ask: Ask) -> None:
    read = {"dataset": {"namespace": "s3://lake", "name": "orders", "version": ""}}
    payload = (await ask(RECORD_RUN, input={**RUN, "inputs": [read]}))["recordRun"]
    assert [error["code"] for error in payload["errors"]] == ["BAD_KEY"]


async def test_the_same_statement_again_changes_nothing(ask: Ask, store: Store) -> None:
    first = (await ask(RECORD_RUN, input=RUN))["recordRun"]
    cursors = [event.cursor for event in await store.events(0, 100, ANYONE)]
    again = (await ask(RECORD_RUN, input=RUN))["recordRun"]
    assert again["outcome"] == "UNCHANGED"
    assert again["run"] == first["run"]
    assert [event.cursor for event in await store.events(0, 100, ANYONE)] == cursors


async def test_a_statement_is_the_whole_of_its_scope(ask: Ask) -> None:
    await ask(RECORD_RUN, input=RUN)
    payload = (await ask(RECORD_RUN, input={**RUN, "inputs": [], "params": None}))["recordRun"]
    assert payload["run"]["inputs"]["edges"] == []
    assert payload["run"]["params"] == []
    assert payload["run"]["outputs"]["nodes"]


async def test_the_same_idempotency_key_writes_once(ask: Ask) -> None:
    keyed = {**RUN, "idempotencyKey": "k-1"}
    assert (await ask(RECORD_RUN, input=keyed))["recordRun"]["outcome"] == "WRITTEN"
    assert (await ask(RECORD_RUN, input=keyed))["recordRun"]["outcome"] == "REPEATED"
    conflict = (await ask(RECORD_RUN, input={**keyed, "user": "bob"}))["recordRun"]
    assert [error["code"] for error in conflict["errors"]] == ["CONFLICT"]
    assert (await ask('{ run(runId: "r-1") { user } }'))["run"] == {"user": "ada"}


async def test_an_older_revision_of_the_source_is_not_written(ask: Ask) -> None:
    assert (await ask(RECORD_RUN, input={**RUN, "sourceRevision": 2}))["recordRun"]["outcome"] == "WRITTEN"
    older = {**RUN, "sourceRevision": "1", "user": "bob"}
    assert (await ask(RECORD_RUN, input=older))["recordRun"]["outcome"] == "OUTDATED"


async def test_a_dataset_version_is_stated_with_its_columns_and_where_it_came_from(ask: Ask) -> None:
    data = await ask(
        """mutation ($input: RecordDatasetVersionInput!) { recordDatasetVersion(input: $input) {
          ...came datasetVersion {
          version bytes rows statistics columnLineage extra columns { name type nullable description }
          producers { nodes { id } } derivedFrom { nodes { version } } dataset { name }
        } } }"""
        + CAME,
        input={
            "namespace": "s3://lake",
            "name": "features",
            "version": "sha256:00",
            "bytes": "9007199254740993",
            "rows": 5,
            "columns": [{"name": "a", "type": "int", "nullable": True, "description": "An a"}, {"name": "b"}],
            "columnLineage": {"fields": {"a": {"inputFields": []}}},
            "statistics": {"nested": [1, 2.5, None, {"x": True}]},
            "extra": "anything",
            "producedBy": {"namespace": "airflow", "runId": "r-1"},
            "derivedFrom": [{"namespace": "s3://lake", "name": "features", "version": "0"}],
        },
    )
    payload = data["recordDatasetVersion"]
    assert payload == {
        "outcome": "WRITTEN",
        **WELL,
        "datasetVersion": {
            "version": "sha256:00",
            "bytes": 9007199254740993,
            "rows": 5,
            "statistics": {"nested": [1, 2.5, None, {"x": True}]},
            "columnLineage": {"fields": {"a": {"inputFields": []}}},
            "extra": "anything",
            "columns": [
                {"name": "a", "type": "int", "nullable": True, "description": "An a"},
                {"name": "b", "type": None, "nullable": None, "description": None},
            ],
            "producers": {"nodes": [{"id": keys.run("airflow", "r-1").id}]},
            "derivedFrom": {"nodes": [{"version": "0"}]},
            "dataset": {"name": "features"},
        },
    }


RECORD_MODEL = (
    """mutation ($input: RecordModelVersionInput!) { recordModelVersion(input: $input) { ...came modelVersion {
      version sha256 signature producer { runId } derivedFrom { nodes { version } } model { name }
    } } }"""
    + CAME
)


async def test_a_model_version_is_stated_with_what_made_it(ask: Ask) -> None:
    stated = {
        **fraud("2"),
        "sha256": "ab",
        "signature": {"inputs": "[]"},
        "producedBy": {"namespace": "airflow", "runId": "r-1"},
        "derivedFrom": [fraud("1")],
    }
    payload = (await ask(RECORD_MODEL, input=stated))["recordModelVersion"]
    assert payload["modelVersion"] == {
        "version": "2",
        "sha256": "ab",
        "signature": {"inputs": "[]"},
        "producer": {"runId": "r-1"},
        "derivedFrom": {"nodes": [{"version": "1"}]},
        "model": {"name": "fraud"},
    }


RELEASE: dict[str, Any] = {
    "namespace": "production",
    "name": "fraud",
    "revision": "7",
    "since": "2026-05-01",
    "status": "Ready",
    "config": {"replicas": 2},
    "models": [{**fraud("2"), "traffic": 100, "role": "champion"}],
    "inputs": [{"dataset": {"namespace": "s3://lake", "name": "features", "version": "1"}}],
    "outputs": [{"dataset": {"namespace": "s3://lake", "name": "predictions", "version": "1"}}],
}
RECORD_RELEASE = (
    """mutation ($input: RecordReleaseInput!) { recordRelease(input: $input) { ...came release {
      since until live status config deployment { name }
      models { edges { traffic role node { version } } } inputs { nodes { name } } outputs { nodes { name } }
    } } }"""
    + CAME
)
END_RELEASE = (
    "mutation ($input: EndReleaseInput!) { endRelease(input: $input) { ...came release { since until live } } }" + CAME
)
THIS = {"namespace": "production", "name": "fraud", "revision": "7"}


async def test_a_release_is_stated_and_then_ended(ask: Ask) -> None:
    payload = (await ask(RECORD_RELEASE, input=RELEASE))["recordRelease"]
    assert payload["release"] == {
        "since": "2026-05-01T00:00:00.000000Z",
        "until": None,
        "live": True,
        "status": "Ready",
        "config": {"replicas": 2},
        "deployment": {"name": "fraud"},
        "models": {"edges": [{"traffic": 100.0, "role": "champion", "node": {"version": "2"}}]},
        "inputs": {"nodes": [{"name": "features"}]},
        "outputs": {"nodes": [{"name": "predictions"}]},
    }
    ended = (await ask(END_RELEASE, input={**THIS, "until": "2026-06-01"}))["endRelease"]
    assert ended["outcome"] == "WRITTEN"
    assert ended["release"] == {
        "since": "2026-05-01T00:00:00.000000Z",
        "until": "2026-06-01T00:00:00.000000Z",
        "live": False,
    }
    assert (await ask(END_RELEASE, input=THIS))["endRelease"] == {**ended, "outcome": "UNCHANGED"}


async def test_a_share_of_the_traffic_that_changes_is_still_known_of_the_time_before(ask: Ask) -> None:
    def with_share(traffic: float) -> dict[str, Any]:
        return {**RELEASE, "models": [{**fraud("2"), "traffic": traffic}]}

    await ask(RECORD_RELEASE, input=with_share(10))
    at = time.rfc3339(time.now())
    await ask(RECORD_RELEASE, input=with_share(60))
    asked = """query ($at: DateTime!) {
      then: whatWasLive(at: $at) { nodes { models { traffic } } }
      now: whatWasLive { nodes { models { traffic } } }
      release(deployment: "fraud", revision: "7") {
        models { edges { traffic } }
        were: models(asOf: $at) { edges { traffic } }
      }
    }"""
    data = await ask(asked, at=at)
    assert data["then"] == {"nodes": [{"models": [{"traffic": 10.0}]}]}
    assert data["now"] == {"nodes": [{"models": [{"traffic": 60.0}]}]}
    assert data["release"] == {"models": {"edges": [{"traffic": 60.0}]}, "were": {"edges": [{"traffic": 10.0}]}}


async def test_a_release_ends_now_when_no_time_is_given(ask: Ask) -> None:
    await ask(RECORD_RELEASE, input=RELEASE)
    before = time.now()
    release = (await ask(END_RELEASE, input=THIS))["endRelease"]["release"]
    assert before <= time.parse(release["until"]) <= time.now()


async def test_a_release_that_nobody_knows_cannot_end(ask: Ask) -> None:
    payload = (await ask(END_RELEASE, input=THIS))["endRelease"]
    assert payload["outcome"] is None
    assert payload["release"] is None
    assert payload["errors"] == [
        {
            "code": "NOT_FOUND",
            "path": ["input"],
            "message": "No Release production fraud 7 is known.",
            "expected": "State it first, with recordRelease.",
        }
    ]
    assert (await ask('{ release(deployment: "fraud", revision: "7") { id } }'))["release"] is None


SET_ALIAS = "mutation ($input: SetAliasInput!) { setAlias(input: $input) { ...came modelVersion { version } } }" + CAME
ALIASES = (
    '{ model(name: "fraud") { aliases { name version { version } } marks(history: true) { version { version } } } }'
)


async def test_an_alias_points_at_one_version_at_a_time(ask: Ask) -> None:
    for version in ("1", "2"):
        await ask(RECORD_MODEL, input=fraud(version))
    for version in ("1", "2", "1"):
        payload = (await ask(SET_ALIAS, input={**fraud(version), "alias": "champion"}))["setAlias"]
        assert payload == {"outcome": "WRITTEN", **WELL, "modelVersion": {"version": version}}
    again = (await ask(SET_ALIAS, input={**fraud("1"), "alias": "champion"}))["setAlias"]
    assert again["outcome"] == "UNCHANGED"
    model = (await ask(ALIASES))["model"]
    assert model["aliases"] == [{"name": "champion", "version": {"version": "1"}}]
    assert [mark["version"]["version"] for mark in model["marks"]] == ["1", "2", "1"]


async def test_an_alias_without_a_version_is_taken_back(ask: Ask) -> None:
    await ask(RECORD_MODEL, input=fraud("1"))
    await ask(SET_ALIAS, input={**fraud("1"), "alias": "champion"})
    gone = {"namespace": "mlflow", "name": "fraud", "alias": "champion", "version": None}
    assert (await ask(SET_ALIAS, input=gone))["setAlias"]["modelVersion"] is None
    assert (await ask(ALIASES))["model"]["aliases"] == []


async def test_an_alias_of_a_version_that_nobody_knows_is_refused(ask: Ask) -> None:
    payload = (await ask(SET_ALIAS, input={**fraud("9"), "alias": "champion"}))["setAlias"]
    assert [error["code"] for error in payload["errors"]] == ["NOT_FOUND"]


async def test_a_run_that_ends_before_it_began_is_refused(ask: Ask) -> None:
    given = {**RUN, "startedAt": "2026-05-02T08:00:00Z", "endedAt": "2026-05-02T07:59:59Z"}
    payload = (await ask(RECORD_RUN, input=given))["recordRun"]
    (error,) = payload["errors"]
    assert (payload["outcome"], error["path"]) == (None, ["input", "endedAt"])
    assert error["message"] == (
        "Run airflow r-1: endedAt: '2026-05-02T07:59:59.000000Z' lies before its start (2026-05-02T08:00:00.000000Z)"
        "; it must be the same or later."
    )
    payload = (await ask(RECORD_RUN, input={**given, "endedAt": given["startedAt"]}))["recordRun"]
    assert payload["outcome"] == "WRITTEN"


async def test_a_date_in_the_year_3000_is_a_warning(ask: Ask) -> None:
    payload = (await ask(RECORD_RUN, input={**RUN, "endedAt": None, "startedAt": "3000-01-01"}))["recordRun"]
    assert payload["outcome"] == "WRITTEN"
    (warning,) = payload["warnings"]
    assert warning["code"] == "FUTURE_DATE"
    assert warning["path"] == ["input", "startedAt"]
    assert "3000-01-01T00:00:00.000000Z lies in the future; it was taken as now" in warning["message"]
    assert time.parse(payload["run"]["startedAt"]) <= time.now()


async def test_everything_that_is_wrong_is_answered_together_and_nothing_is_written(ask: Ask) -> None:
    wrong = {
        **RUN,
        "job": {"namespace": "airflow", "name": ""},
        "code": {"repository": "https://github.com/acme/fraud", "sha": "abc"},
        "outputs": [{"dataset": {"namespace": "s3://lake", "name": "", "version": "1"}}],
    }
    payload = (await ask(RECORD_RUN, input=wrong))["recordRun"]
    assert payload["outcome"] is None
    assert payload["run"] is None
    assert {(error["code"], error["path"][-1]) for error in payload["errors"]} == {
        ("BAD_KEY", "sha"),
        ("BAD_KEY", "name"),
    }
    assert {error["expected"] for error in payload["errors"]} >= {"must be 40 hexadecimal digits in lower case"}
    assert (await ask("{ runs { totalCount } datasets { totalCount } }")) == {
        "runs": {"totalCount": 0},
        "datasets": {"totalCount": 0},
    }


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"inputs": [{}]}, ["input", "inputs", "0"]),
        ({"code": {"repository": "", "sha": SHA}}, ["input", "code", "repository"]),
    ],
)
async def test_what_cannot_be_read_is_data_as_well(ask: Ask, given: dict[str, Any], path: list[str]) -> None:
    payload = (await ask(RECORD_RUN, input={**RUN, **given}))["recordRun"]
    assert [error["path"] for error in payload["errors"]] == [path]
    assert payload["run"] is None


FORGET = """mutation ($ids: [ID!]!) { forget(ids: $ids) { entities { id } errors { code path message } } }"""
RESTORE = FORGET.replace("forget", "restore")


@pytest.mark.usefixtures("shop_store")
async def test_what_is_forgotten_is_in_no_answer_until_it_is_restored(ask: Ask) -> None:
    assert (await ask(FORGET, ids=[id("tx")]))["forget"] == {"entities": [], "errors": []}
    assert await ask('{ dataset(name: "tx") { id } datasetVersion(name: "tx", version: "1") { id } }') == {
        "dataset": None,
        "datasetVersion": None,
    }
    assert (await ask('{ run(runId: "clean") { inputs { nodes { id } } } }'))["run"]["inputs"]["nodes"] == []
    assert (await ask(RESTORE, ids=[id("tx")]))["restore"] == {"entities": [{"id": id("tx")}], "errors": []}
    assert (await ask('{ run(runId: "clean") { inputs { nodes { id } } } }'))["run"]["inputs"]["nodes"]


@pytest.mark.usefixtures("shop_store")
async def test_what_cannot_be_forgotten_is_said_and_nothing_is(ask: Ask) -> None:
    payload = (await ask(FORGET, ids=[id("tx"), "nothing"]))["forget"]
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("BAD_KEY", ["ids", "1"])]
    payload = (await ask(FORGET, ids=[id("tx"), id("*nobody")]))["forget"]
    assert [error["code"] for error in payload["errors"]] == ["NOT_FOUND"]
    assert (await ask('{ dataset(name: "tx") { id } }'))["dataset"]
    for ids in ([], [id("tx")] * 101):
        assert (await ask(FORGET, ids=ids))["forget"]["errors"][0]["code"] == "BAD_INPUT"


async def test_several_statements_of_one_request_are_made_in_order(ask: Ask) -> None:
    data = await ask(
        """mutation {
          one: recordModelVersion(input: {namespace: "m", name: "f", version: "1"}) { ...marked }
          two: setAlias(input: {namespace: "m", name: "f", alias: "a", version: "1"}) { ...moved }
        }
        fragment marked on RecordModelVersionPayload { modelVersion { marks { name } } }
        fragment moved on SetAliasPayload { modelVersion { marks { name } } }"""
    )
    assert data["one"]["modelVersion"]["marks"] == []
    assert data["two"]["modelVersion"]["marks"] == [{"name": "a"}]
