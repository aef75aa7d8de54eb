"""A tracking server over REST: what it states is what its file states, but for what it does not tell."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.importers.mlflow.between import Answer, between, body, edited, status
from tests.importers.mlflow.passes import HERE, Made, Pass, plain, read
from thalweg.importers import mlflow
from thalweg.importers.mlflow import tracking
from thalweg.importers.mlflow.copied import Copy, Stop
from thalweg.model import keys
from thalweg.model.errors import SourceError
from thalweg.model.facts import ANYONE, Caller, MarkFact, MarkKind
from thalweg.store.open import open_store
from thalweg.store.store import Store
from thalweg.sync.bringing import bring


@pytest.fixture(scope="module", params=["2", "3"])
def both(request: pytest.FixtureRequest) -> tuple[Made, str]:
    """A store of each release, and the address where it is served."""
    return request.getfixturevalue(f"mlflow_{request.param}"), request.getfixturevalue(f"served_{request.param}")


def told(found: Pass) -> dict[str, Any]:
    """What was stated, without what a server does not tell: when a run was deleted."""
    document = plain(found)
    for name, granule in document.items():
        if name.startswith("run/"):
            (run,) = granule["entities"]
            if "gone_at" in run["props"]:
                run["props"]["gone_at"] = "once"
    return document


def of_file(made: Made) -> dict[str, Any]:
    """What a file states, without what no server shows: a deleted logged model that nothing names."""
    document = told(read(made.path))
    document.pop(f"logged-model/{made.names.get('nowhere model')}", None)
    return document


def test_a_server_states_what_its_file_states(both: tuple[Made, str]) -> None:
    made, address = both
    found = read(address)
    assert told(found) == of_file(made)
    assert found.reading.complete
    assert found.reading.total == len(found.granules) > 20
    assert found.props[made.run("in a deleted experiment")]["gone_at"] > 0


def test_a_page_may_be_of_one_run(mlflow_3: Made, served_3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for size in ("PAGE", "MODELS_PAGE", "TOGETHER"):
        monkeypatch.setattr(tracking, size, 1)
    assert told(read(served_3)) == of_file(mlflow_3)


def test_a_deleted_logged_model_that_a_run_names_is_stated_with_its_end(mlflow_3: Made, served_3: str) -> None:
    found = read(served_3)
    model = keys.model_version(HERE, "churn/withdrawn", mlflow_3.names["withdrawn model"])
    assert model in found.outputs(mlflow_3.run("trying"))
    assert found.props[model]["gone_at"] >= found.props[model]["created_at"] > 0
    assert found.props[model]["metrics"]["recall"]["last"] == 0.25
    assert not [key for key in found.props if mlflow_3.names["nowhere model"] in key.parts]


@pytest.mark.parametrize("code", [400, 403, 404, 405])
def test_a_deleted_logged_model_that_is_not_shown_is_left_out(mlflow_3: Made, served_3: str, code: int) -> None:
    with between(served_3, {mlflow_3.names["withdrawn model"]: status(code)}) as server:
        found = read(server.address)
    assert found.reading.complete
    assert f"logged-model/{mlflow_3.names['withdrawn model']}" not in found.names
    assert found.outputs(mlflow_3.run("trying")) == set()
    assert [said for said in found.reading.warnings if "which MLflow no longer has" in said]


def test_aliases_and_stages_mark_versions(served_3: str) -> None:
    found = read(served_3)
    marks = {(mark.version.parts[2], mark.kind, mark.name) for mark in found.marks}
    assert marks == {("2", MarkKind.ALIAS, "champion"), ("1", MarkKind.STAGE, "Staging")}
    assert MarkFact(keys.model_version(HERE, "churn", "2"), MarkKind.ALIAS, "champion") in found.marks


def test_no_run_is_asked_for_alone_but_those_that_measured_models(served_3: str) -> None:
    with between(served_3) as server:
        found = read(server.address)
    assert server.count("runs/search") == 1
    assert server.count("runs/get") == 2, "`evaluate` and `judge`"
    assert server.count("metrics/get-history") == 1, "`clock`, whose steps are too large to be asked for together"
    assert len([name for name in found.names if name.startswith("run/")]) > 15


@pytest.mark.parametrize("end", ["", "/", "/#/experiments/1", "/api/2.0/mlflow"])
def test_an_address_is_that_of_the_page(served_3: str, end: str) -> None:
    reading = mlflow.read(served_3 + end)
    assert reading.source == f"mlflow:{served_3.removeprefix('http://')}"
    reading.close()


def test_what_stands_before_the_path_is_kept(mlflow_3: Made, served_3: str) -> None:
    """As in the address of a workspace of Azure."""
    with between(served_3, prefix="/mlflow/v1.0/subscriptions/ab12/workspaces/risk") as server:
        assert told(read(server.address)) == of_file(mlflow_3)


@pytest.mark.parametrize(
    ("login", "variables", "sent"),
    [
        ("", {}, None),
        ("", {"MLFLOW_TRACKING_TOKEN": "secret"}, "Bearer secret"),
        ("", {"MLFLOW_TRACKING_USERNAME": "ada", "MLFLOW_TRACKING_PASSWORD": "secret"}, "Basic YWRhOnNlY3JldA=="),
        ("ada:secret@", {"MLFLOW_TRACKING_TOKEN": "other"}, "Basic YWRhOnNlY3JldA=="),
        ("ada:s%40cret@", {}, "Basic YWRhOnNAY3JldA=="),
    ],
)
def test_what_lets_us_in_is_sent_and_neither_kept_nor_shown(
    served_3: str, monkeypatch: pytest.MonkeyPatch, login: str, variables: dict[str, str], sent: str | None
) -> None:
    for name in ("TOKEN", "USERNAME", "PASSWORD"):
        monkeypatch.delenv(f"MLFLOW_TRACKING_{name}", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with between(served_3) as server:
        reading = mlflow.read(server.address.replace("://", f"://{login}"))
        granules = list(reading.granules)
        reading.close()
    assert {given for _, given in server.asked} == {sent}
    assert "cret" not in str((granules, reading.source, reading.warnings))


def test_a_server_without_logged_models_is_one_of_mlflow_2(served_3: str) -> None:
    with between(served_3, {"logged-models/search": status(404), "datasets/search": status(404)}) as server:
        found = read(server.address)
    assert found.reading.complete
    assert not [name for name in found.names if name.startswith("logged-model/")]
    assert keys.model_version(HERE, "churn", "2") in found.props


@pytest.mark.parametrize("path", ["registered-models/search", "model-versions/search"])
def test_a_server_without_a_registry_gives_no_whole_pass(served_2: str, path: str) -> None:
    with between(served_2, {path: status(404)}) as server:
        found = read(server.address)
    assert not found.reading.complete
    assert [said for said in found.reading.warnings if "models and their versions were not read" in said]
    assert not [name for name in found.names if name.startswith("model/")]
    assert len([name for name in found.names if name.startswith("run/")]) > 10


def test_where_logged_models_are_there_is_a_registry(served_3: str) -> None:
    lacking = {"model-versions/search": status(404)}
    with between(served_3, lacking) as server, pytest.raises(SourceError, match="There is no "):
        read(server.address)


def test_somebody_who_is_shown_nothing_retires_nothing(served_3: str) -> None:
    with between(served_3, {"experiments/search": body(b"{}")}) as server:
        found = read(server.address)
    assert not found.reading.complete
    assert found.granules == []
    (said,) = found.reading.warnings
    assert "shows no experiment at all" in said


def test_azures_own_spelling_of_an_address() -> None:
    with pytest.raises(SourceError, match=r"https://127.0.0.1:9/mlflow/v1.0/subscriptions/ab12/api/2.0/mlflow/exp"):
        mlflow.read("azureml://127.0.0.1:9/mlflow/v1.0/subscriptions/ab12", patience=0.1)


@pytest.mark.anyio
async def test_an_import_repeats_and_what_is_gone_is_gone(mlflow_3: Made, served_3: str, store: Store) -> None:
    failed = mlflow_3.run("failed")
    first = await bring(store, mlflow.read(served_3, source="prod"), Caller())
    assert first.closed
    assert not first.refused
    second = await bring(store, mlflow.read(served_3, source="prod"), Caller())
    assert second.closed
    assert {outcome.value for outcome in second.granules} == {"UNCHANGED"}

    def without(page: dict[str, Any]) -> dict[str, Any]:
        return page | {"runs": [run for run in page["runs"] if run["info"]["run_id"] != failed.parts[1]]}

    for path in ("runs/search", "logged-models/search"):
        with between(served_3, {path: status(500)}) as server, pytest.raises(SourceError, match="answers 500"):
            await bring(store, mlflow.read(server.address, source="prod", patience=0.1), Caller())
    held = await store.get([failed.id], ANYONE)
    assert held[failed.id].gone_at is None
    with between(served_3, {"runs/search": edited(without)}) as server:
        third = await bring(store, mlflow.read(server.address, source="prod"), Caller())
    assert third.counts["gone"] == 1
    held = await store.get([failed.id], ANYONE)
    assert held[failed.id].gone_at is not None


@pytest.mark.anyio
async def test_an_import_that_is_cancelled_does_not_wait_for_the_server(served_3: str, tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/store.db")
    asked, loop = asyncio.Event(), asyncio.get_running_loop()

    def later(answer: Answer) -> Answer | None:
        loop.call_soon_threadsafe(asked.set)
        return status(503, Retry_After="3600")(answer)

    with between(served_3, {"runs/search": later}) as server:
        reading = mlflow.read(server.address, source="prod", patience=7200)
        importing = asyncio.create_task(bring(store, reading, Caller()))
        await asked.wait()
        importing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await importing
    await store.close()
    assert server.count("runs/search") == 1


def test_a_disk_without_room_for_the_copy_is_said() -> None:
    copy = Copy(Stop())
    copy.change("PRAGMA max_page_count = 60", ())
    with pytest.raises(SourceError, match=r"cannot be kept in .*: database or disk is full") as refused:
        copy.add("tags", ("run_uuid", "key", "value"), (("4f1c", str(number), "x" * 1000) for number in range(1000)))
    copy.close()
    copy.close()
    assert "TMPDIR" in refused.value.hint
