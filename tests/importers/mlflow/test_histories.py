"""All points of metrics, over REST: of many runs together, one by one, page by page, and where they are not told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.importers.mlflow.between import Answer, Fault, between, body, edited, status, times
from tests.importers.mlflow.passes import Made, Pass, read
from tests.importers.mlflow.test_bad_server import refusal
from thalweg.cli.main import main
from thalweg.importers.mlflow import histories, web

TOGETHER = "metrics/get-history-bulk-interval"
ALONE = "metrics/get-history"
GONE = Answer(404, body=b'{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "Run not found"}')


@pytest.fixture(scope="module", params=["2", "3"])
def both(request: pytest.FixtureRequest) -> tuple[Made, str]:
    return request.getfixturevalue(f"mlflow_{request.param}"), request.getfixturevalue(f"served_{request.param}")


def measured(found: Pass) -> dict[str, str]:
    """What was stated of metrics of runs, as text, so that one NaN is another."""
    return {
        str(key): str((props["metrics"], found.histories[key])) for key, props in found.props.items()
        if "metrics" in props
    }  # fmt: skip


def test_histories_come_of_many_runs_together(both: tuple[Made, str]) -> None:
    made, address = both
    with between(address) as server:
        found = read(server.address)
    assert measured(found) == measured(read(made.path))
    assert [point.step for point in found.histories[made.run("reader")]["clock"]] == [-3, 0, 2, 1 << 40]
    metrics = {key for props in found.props.values() for key in props.get("metrics", {}) if " on " not in key}
    assert server.count(TOGETHER) == len(metrics), "a question for each metric"
    assert server.count(ALONE) == 1, "`clock`, whose steps are too large to be asked for together"


def test_what_is_thinned_out_is_asked_for_alone(both: tuple[Made, str], monkeypatch: pytest.MonkeyPatch) -> None:
    made, address = both
    monkeypatch.setattr(histories, "MOST", 2)
    with between(address) as server:
        found = read(server.address)
    assert measured(found) == measured(read(made.path))
    assert 1 < server.count(ALONE) < 10


def test_a_server_that_knows_no_better_is_asked_one_by_one(
    both: tuple[Made, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """MLflow 2 gives all points in whatever page."""
    made, address = both
    monkeypatch.setattr(histories, "PAGE", 2)
    with between(address, {TOGETHER: status(404)}) as server:
        found = read(server.address)
    assert measured(found) == measured(read(made.path))
    assert server.count(TOGETHER) == 1


def last_alone(found: Pass) -> None:
    assert found.reading.complete
    assert not any(found.histories.values())
    runs = [props["metrics"] for key, props in found.props.items() if key.kind.value == "Run" and "metrics" in props]
    assert [set(metric) for metrics in runs for metric in metrics.values()].count({"last", "step", "at"}) > 5
    assert not [metric for metrics in runs for metric in metrics.values() if "best" in metric]


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ({TOGETHER: status(404)}, "and has 11, which are too many"),
        ({TOGETHER: status(400), ALONE: status(405)}, "There is no "),
        ({TOGETHER: status(403), ALONE: status(403)}, "does not let us in (403)"),
    ],
)
def test_where_histories_are_not_told_the_last_values_are(
    served_3: str, monkeypatch: pytest.MonkeyPatch, faults: dict[str, Fault], said: str
) -> None:
    if len(faults) == 1:
        monkeypatch.setattr(histories, "ALONE", 10)
    with between(served_3, faults) as server:
        found = read(server.address)
    last_alone(found)
    (warning,) = [one for one in found.reading.warnings if "of metrics the last value is stated" in one]
    assert said in warning


def test_histories_that_nobody_wants_are_not_asked_for(served_3: str, mlflow_3: Made, tmp_path: Path) -> None:
    with between(served_3) as server:
        last_alone(read(server.address, histories=False))
        command = ("import", "mlflow", server.address, "--store", f"sqlite:///{tmp_path}/store.db")
        assert main((*command, "--no-histories")) == 0
        assert server.count(TOGETHER) == 0
        assert main(command) == 0
    assert server.count(TOGETHER) > 0
    last_alone(read(mlflow_3.path, histories=False))


def only(runs: int) -> Fault:
    """A server whose answers are too large where they are of more runs."""

    def befall(answer: Answer) -> Answer | None:
        of = {point.get("run_id") for point in json.loads(answer.body).get("metrics", [])}
        return Answer(body=b" " * 30_000) if len(of) > runs else None

    return befall


def test_of_an_answer_that_is_too_large_a_part_is_asked_for(
    mlflow_3: Made, served_3: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "LARGEST", 25_000)
    with between(served_3, {TOGETHER: only(1)}) as server:
        found = read(server.address)
    assert measured(found) == measured(read(mlflow_3.path))
    with between(served_3, {TOGETHER: only(0)}) as server:
        assert measured(read(server.address)) == measured(found)
    assert server.count(ALONE) == 11


def test_a_history_that_is_too_large_for_any_answer_is_said(
    mlflow_3: Made, served_3: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "LARGEST", 25_000)
    with between(served_3, {ALONE: body(b" " * 30_000)}) as server:
        found = read(server.address)
    assert server.count(ALONE) == 1
    (said,) = [one for one in found.reading.warnings if "cannot tell all points" in one]
    reader = mlflow_3.run("reader")
    assert f"all points of clock of run {reader.parts[1]}: " in said
    assert [point.step for point in found.histories[reader]["clock"]] == [-3, 0, 2, 1 << 40]


def test_a_server_that_is_not_well_when_it_comes_to_histories_ends_the_pass(served_3: str) -> None:
    assert "answers 500" in refusal(served_3, {TOGETHER: status(500)}).message


def test_a_run_that_is_removed_meanwhile_keeps_what_was_told(served_3: str) -> None:
    with between(served_3, {TOGETHER: status(404), ALONE: lambda _: GONE}) as server:
        found = read(server.address)
    assert not [one for one in found.reading.warnings if "points" in one or "last value" in one]
    assert {len(points) for of in found.histories.values() for points in of.values()} == {1}


def test_of_runs_of_which_one_is_removed_meanwhile_the_others_are_asked_for(mlflow_3: Made, served_3: str) -> None:
    with between(served_3, {TOGETHER: times(1, lambda _: GONE)}) as server:
        found = read(server.address)
    assert measured(found) == measured(read(mlflow_3.path))
    assert server.count(TOGETHER) > 1, "the server knows the question"


@pytest.mark.parametrize(
    ("path", "metrics", "said"),
    [
        (TOGETHER, [{"key": "auc", "value": 1}], "`run_id` is missing"),
        (TOGETHER, {}, "`metrics` is an object, and no list"),
        (TOGETHER, [{"run_id": "a", "key": "auc", "step": "soon"}], "`step` is 'soon', and no whole number"),
        (ALONE, [{"key": "clock", "value": "high"}], "`value` is 'high', and no number"),
        (ALONE, [{"value": 1}], "`key` is missing"),
    ],
)
def test_a_history_of_another_shape(served_3: str, path: str, metrics: object, said: str) -> None:
    def edit(answer: dict[str, object]) -> dict[str, object]:
        return answer | {"metrics": metrics}

    assert said in refusal(served_3, {path: edited(edit)}).message
