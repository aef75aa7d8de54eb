"""A tracking server on a bad day: it is asked again where that may help, and of half an answer nothing is taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any

import pytest

from tests.importers.mlflow.between import NONE, Answer, Fault, between, body, cut, edited, status, times
from tests.importers.mlflow.passes import plain, read
from thalweg.importers import mlflow
from thalweg.importers.mlflow import web
from thalweg.model.errors import SourceError
from thalweg.model.facts import Granule

LATER = formatdate(time.time() + 3 * 86_400, usegmt=True)  # less what passes until it is told: 25…… seconds
Edit = Callable[[dict[str, Any]], Any]


def take(address: str, patience: float, seen: list[Granule]) -> None:
    reading = mlflow.read(address, source="prod", patience=patience)
    try:
        seen.extend(reading.granules)
    finally:
        reading.close()


def refusal(served: str, faults: Mapping[str, Fault] = NONE, patience: float = 0.1) -> SourceError:
    """What is said when a pass fails; no granule came before."""
    with between(served, faults) as server:
        seen: list[Granule] = []
        with pytest.raises(SourceError) as refused:
            take(server.address, patience, seen)
        assert seen == []
        assert server.address in refused.value.message
    assert refused.value.message.endswith(".")
    assert refused.value.hint.endswith(".")
    return refused.value


@pytest.mark.parametrize(
    "fault",
    [
        status(500),
        status(502),
        status(503, Retry_After="0"),
        status(429, Retry_After="0"),
        status(429, Retry_After=formatdate(0, usegmt=True)),
        status(429, Retry_After="soon"),
        cut,
        body(b'{"runs": [{"info": {"run_id": "4f'),
    ],
    ids=["500", "502", "503", "429", "429 with a date", "429 with a word", "stops in a page", "broken JSON"],
)
def test_what_passes_is_asked_again(served_3: str, fault: Fault) -> None:
    with between(served_3, {"runs/search": times(2, fault)}) as server:
        found = read(server.address)
    assert server.count("runs/search") == 3
    assert plain(found) == plain(read(served_3))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (status(500), "answers 500; it was asked for 0.1 seconds"),
        (status(429), "answers 429; it was asked for 0.1 seconds"),
        (status(429, Retry_After="3600"), "answers 429 and asks to wait 3600 seconds"),
        (status(503, Retry_After=LATER), "answers 503 and asks to wait 25"),
        (cut, "stops after "),
        (body(b'{"runs": ['), "JSON that is cut short"),
    ],
)
@pytest.mark.parametrize("path", ["experiments/search", "runs/search", "logged-models/search"])
def test_what_does_not_pass_ends_the_pass(served_3: str, path: str, fault: Fault, said: str) -> None:
    assert said in refusal(served_3, {path: fault}).message


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(SourceError, match=r"cannot be read: .*refused"):
        mlflow.read("http://127.0.0.1:9", patience=0.1)
    with pytest.raises(SourceError, match="it was asked for 3 seconds"):
        mlflow.read("http://127.0.0.1:9")


def test_a_page_to_log_in_is_no_answer(served_3: str) -> None:
    page = body(b"<!doctype html><title>Sign in</title>", "text/html; charset=utf-8")
    refused = refusal(served_3, {"experiments/search": page})
    assert "it is text/html, and no JSON (a page to log in?)" in refused.message
    with between(served_3, {"runs/search": page}) as server, pytest.raises(SourceError):
        read(server.address)
    assert server.count("runs/search") == 1, "asking again would not help"


@pytest.mark.parametrize("code", [401, 403])
def test_a_server_that_lets_nobody_in(served_3: str, code: int) -> None:
    refused = refusal(served_3, {"experiments/search": status(code)})
    assert f"does not let us in ({code})" in refused.message
    assert "MLFLOW_TRACKING_TOKEN" in refused.hint


def test_an_address_that_is_no_trackings_server(served_3: str) -> None:
    refused = refusal(served_3, {"experiments/search": status(404)})
    assert "There is no " in refused.message


def test_an_error_is_said_in_the_servers_words(served_3: str) -> None:
    def bad(_: Answer) -> Answer:
        return Answer(400, body=b'{"error_code": "INVALID_PARAMETER_VALUE", "message": "Invalid \\n page token."}')

    assert "answers 400: Invalid page token." in refusal(served_3, {"runs/search": bad}).message


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_nobody_is_led_elsewhere(served_3: str, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret")
    with between(served_3) as elsewhere:
        to = elsewhere.address.replace("://", "://eve:pw@")
        refused = refusal(
            served_3, {"experiments/search": status(code, Location=f"{to}/api/2.0/mlflow/experiments/search")}
        )
    assert f"sends us to {elsewhere.address}/api" in refused.message
    assert elsewhere.asked == []
    assert "secret" not in str(refused)


def runs(edit: Callable[[list[Any]], Any]) -> Edit:
    return lambda page: page | {"runs": edit(page["runs"])}


def changed(change: Callable[[dict[str, Any]], Any]) -> Edit:
    """Changes the first run of a page."""

    def edit(found: list[Any]) -> list[Any]:
        change(found[0])
        return found

    return runs(edit)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda page: [page], "it is a list, and no object"),
        (runs(lambda found: {"1": found[0]}), "`runs` is an object, and no list"),
        (runs(lambda _: [5]), "`runs` has 5, which is no object"),
        (changed(lambda run: run.pop("info")), "`run_uuid` is missing"),
        (changed(lambda run: run["info"].update(run_id={}, run_uuid=[])), "`run_id` is an object, and no text"),
        (changed(lambda run: run["info"].update(experiment_id=None)), "`experiment_id` is missing"),
        (changed(lambda run: run["info"].update(start_time="noon")), "`start_time` is 'noon', and no whole number"),
        (changed(lambda run: run["info"].update(end_time=1 << 70)), "and no whole number"),
        (changed(lambda run: run.update(data=[])), "`data` is a list, and no object"),
        (changed(lambda run: run["data"].update(tags={"a": "b"})), "`tags` is an object, and no list"),
        (changed(lambda run: run["data"].update(metrics=[{"key": "auc", "value": "high"}])), "`value` is 'high'"),
        (
            changed(lambda run: run["data"].update(metrics=[{"key": "auc", "value": [1]}])),
            "`value` is a list, and no number",
        ),
        (
            changed(lambda run: run["data"].update(params=[{"key": "a", "value": {}}])),
            "`value` is an object, and no text",
        ),
        (changed(lambda run: run.update(inputs={"dataset_inputs": [{"dataset": {}}]})), "`name` is missing"),
        (lambda page: page | {"next_page_token": 5}, "`next_page_token` is 5"),
        (lambda page: page | {"next_page_token": "again"}, "`next_page_token` is 'again' again, which has no end"),
    ],
)
def test_an_answer_of_another_shape(served_3: str, edit: Edit, said: str) -> None:
    """Whoever answers so goes on with the same page for ever."""

    first: list[Answer] = []

    def befall(answer: Answer) -> Answer | None:
        first.append(answer)
        return edited(edit)(first[0])

    refused = refusal(served_3, {"runs/search": befall})
    assert said in refused.message
    assert "/runs/search is not as MLflow's are" in refused.message


def test_a_version_that_is_no_number(served_3: str) -> None:
    def edit(page: dict[str, Any]) -> dict[str, Any]:
        page["model_versions"][0]["version"] = "latest"
        return page

    assert "`version` is 'latest'" in refusal(served_3, {"model-versions/search": edited(edit)}).message


def test_of_a_page_that_is_too_large_a_smaller_one_is_asked_for(served_3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = plain(read(served_3))
    monkeypatch.setattr(web, "LARGEST", 20_000)
    with between(served_3) as server:
        assert plain(read(server.address)) == whole
    assert server.count("runs/search") > 3


def test_one_run_that_is_larger_than_an_answer_may_be(served_3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "LARGEST", 2_000)
    assert "has more than 2,000 bytes" in refusal(served_3).message


@pytest.mark.parametrize("address", ["http://", "https://host:port", "http://host?token=secret", "databricks://prod"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(SourceError) as refused:
        mlflow.read(address)
    assert "https://" in refused.value.hint
    assert "secret" not in str(refused.value)


def test_certificates_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_SERVER_CERT_PATH", "/no/such/file.pem")
    with pytest.raises(SourceError, match=r"The certificates at /no/such/file.pem cannot be read"):
        mlflow.read("https://mlflow.example.com")
