"""The OpenLineage door: events are posted, and the graph has what they say."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.http.conftest import URL
from tests.importers.openlineage.events import (
    OTHER_RUN,
    RUN,
    Event,
    dataset,
    facet,
    job_event,
    run_event,
    with_,
    without,
)
from tests.importers.openlineage.graph import graph
from thalweg.http.app import application
from thalweg.http.openlineage import AT_ONCE
from thalweg.http.settings import Settings
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.store.open import open_store
from thalweg.store.questions import EVERYTHING
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

ONE, BATCH = "/api/v1/lineage", "/api/v1/lineage/batch"
JSON = {"Content-Type": "application/json"}
LOAD = run_event(inputs=[dataset("s3://lake raw")], outputs=[dataset("s3://lake tx")])


def asking(store: Store, **settings: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(application(store, Settings(**settings)))
    return httpx.AsyncClient(transport=transport, base_url=URL)


def error(answer: httpx.Response) -> dict[str, Any]:
    """The one error of an answer: its message, and what stands beside it."""
    (found,) = answer.json()["errors"]
    return {"message": found["message"], **found["extensions"]}


async def test_an_event_is_in_the_graph_when_it_is_answered(client: httpx.AsyncClient, store: Store) -> None:
    answer = await client.post(ONE, json=LOAD)
    assert answer.status_code == 200
    assert answer.json() == {"status": "success", "warned": 0, "warnings": []}
    edges = (await graph(store))["edges"]
    run, tx = ("Run", ("openlineage", RUN)), ("DatasetVersion", ("s3://lake", "tx", f"run:{RUN}"))
    assert (run, "PRODUCED", tx, "") in edges
    (source,) = await store.sources(ANYONE)
    assert source.name == "openlineage"


async def test_the_same_event_again_changes_nothing(client: httpx.AsyncClient, store: Store) -> None:
    await client.post(ONE, json=LOAD)
    events = (await store.info()).events
    assert (await client.post(ONE, json=LOAD)).status_code == 200
    assert (await client.post(BATCH, json=[LOAD, LOAD])).json()["summary"]["successful"] == 2
    assert (await store.info()).events == events


async def test_what_is_odd_is_taken_and_said(client: httpx.AsyncClient) -> None:
    answer = await client.post(ONE, json=without(LOAD, "schemaURL"))
    assert answer.status_code == 200
    assert answer.json()["warned"] == 1
    (warning,) = answer.json()["warnings"]
    assert warning == {
        "index": 0,
        "code": "NO_SCHEMA_URL",
        "field": "schemaURL",
        "value": "None",
        "expected": "must be a URI",
    }


async def test_a_strict_server_refuses_what_is_odd(store: Store) -> None:
    async with asking(store, openlineage_strict=True) as client:
        assert (await client.post(ONE, json=LOAD)).status_code == 200
        answer = await client.post(ONE, json=without(LOAD, "schemaURL"))
    assert answer.status_code == 400
    assert error(answer)["problems"] == [{"field": "schemaURL", "value": "None", "expected": "must be a URI"}]


async def test_a_refused_event_names_the_field_the_value_and_what_would_be_right(
    client: httpx.AsyncClient, store: Store
) -> None:
    answer = await client.post(ONE, json=with_(LOAD, "run.runId", "42"), headers={"X-Request-ID": "r-1"})
    assert answer.status_code == 400
    told = error(answer)
    assert told["code"] == "BAD_INPUT"
    assert told["requestId"] == "r-1"
    assert "run.runId: '42' must be a UUID" in told["message"]
    assert told["problems"][0]["field"] == "run.runId"
    assert (await graph(store))["entities"] == {}


async def test_nothing_is_kept_of_an_event_of_which_one_part_is_refused_later(
    client: httpx.AsyncClient, store: Store
) -> None:
    parent = facet(run={"runId": OTHER_RUN}, job={"namespace": "shop", "name": "nightly"})
    answer = await client.post(
        ONE, json=run_event(run={"parent": parent}, outputs=[dataset(f"s3://lake {'x' * 3_000}")])
    )
    assert answer.status_code == 400
    assert "is longer than 2000 characters" in error(answer)["problems"][0]["expected"]
    assert (await graph(store))["entities"] == {}


async def test_an_event_of_the_future_is_taken_as_of_now_and_said(client: httpx.AsyncClient, store: Store) -> None:
    answer = await client.post(ONE, json=with_(LOAD, "eventTime", "2126-01-01T00:00:00Z"))
    assert answer.status_code == 200
    assert {warning["code"] for warning in answer.json()["warnings"]} == {"FUTURE_DATE"}
    run = (await graph(store))["entities"]["Run", ("openlineage", RUN)]
    assert run["started_at"] < 4_000_000_000_000_000


# ------------------------------------------------------------------------------------------------------------- batches


def many(count: int) -> list[Event]:
    return [
        run_event(
            id=f"01890f3e-5c1e-7c3a-b7a8-{number:012}",
            name=f"job-{number % 50}",
            outputs=[dataset(f"s3://lake t{number % 50}")],
        )
        for number in range(count)
    ]


async def test_of_ten_thousand_events_three_bad_ones_are_told_and_the_others_kept(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/many.db", synchronous="NORMAL")
    events = many(10_000)
    events[17], events[4_321], events[9_999] = without(events[17], "run"), {"eventType": 7}, "no event"  # type: ignore[call-overload]
    async with asking(store) as client:
        answer = await client.post(BATCH, json=events, timeout=120)
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "partial_success"
    assert body["summary"] == {
        "received": 10_000,
        "successful": 9_997,
        "failed": 3,
        "retriable": 0,
        "non_retriable": 3,
    }
    assert [failed["index"] for failed in body["failed_events"]] == [17, 4_321, 9_999]
    assert body["failed_events"][0]["reason"].startswith("event 17: ")
    assert body["failed_events"][2]["problems"][0]["value"] == "'no event'"
    assert await store.count(Kind.RUN, EVERYTHING, ANYONE) == 9_997
    await store.close()


async def test_a_batch_of_which_nothing_can_be_taken_is_no_success(client: httpx.AsyncClient) -> None:
    answer = await client.post(BATCH, json=[{}, 3])
    assert answer.status_code == 400
    assert answer.json()["status"] == "failed"
    empty = await client.post(BATCH, json=[])
    assert (empty.status_code, empty.json()["status"]) == (200, "success")


async def test_a_design_that_is_told_twice_in_a_batch_is_the_later_one(client: httpx.AsyncClient, store: Store) -> None:
    late, early = job_event(4, inputs=[dataset("a late")]), job_event(2, inputs=[dataset("a early")])
    assert (await client.post(BATCH, json=[late, early])).status_code == 200
    assert {source[1][1] for source, _, _, _ in (await graph(store))["edges"]} == {"late"}


async def test_a_parent_of_many_is_named_by_each_and_stated_once(client: httpx.AsyncClient, store: Store) -> None:
    parent = {"parent": facet(run={"runId": OTHER_RUN}, job={"namespace": "shop", "name": "nightly"})}
    events = [with_(event, "run.facets", parent) for event in many(AT_ONCE + 5)]
    assert (await client.post(BATCH, json=events)).json()["status"] == "success"
    assert (await graph(store))["assets"]["Run", ("openlineage", OTHER_RUN)] == ("Job", ("shop", "nightly"))


TOO_LONG = dataset(f"s3://lake {'x' * 3_000}")
"""What is an event, as far as that goes, and what no store takes."""


@pytest.mark.parametrize("bad_first", [True, False])
async def test_a_bad_event_takes_nothing_of_a_good_one_that_says_the_same(
    client: httpx.AsyncClient, store: Store, bad_first: bool
) -> None:
    parent = {"parent": facet(run={"runId": OTHER_RUN}, job={"namespace": "shop", "name": "nightly"})}
    good, bad = (with_(event, "run.facets", parent) for event in many(2))
    bad["outputs"] = [TOO_LONG]
    answer = await client.post(BATCH, json=[bad, good] if bad_first else [good, bad])
    assert [failed["index"] for failed in answer.json()["failed_events"]] == [0 if bad_first else 1]
    assert (await graph(store))["assets"]["Run", ("openlineage", OTHER_RUN)] == ("Job", ("shop", "nightly"))


async def test_a_bad_event_that_stands_twice_in_a_batch_is_refused_twice(client: httpx.AsyncClient) -> None:
    bad = with_(LOAD, "outputs.0", TOO_LONG)
    answer = await client.post(BATCH, json=[bad, bad])
    assert answer.status_code == 400
    assert answer.json()["summary"]["failed"] == 2


async def test_each_bad_event_is_refused_for_what_is_wrong_with_itself(client: httpx.AsyncClient) -> None:
    parent = {"parent": facet(run={"runId": OTHER_RUN}, job={"namespace": "shop", "name": "nightly"})}
    one, other = (with_(event, "run.facets", parent) for event in many(2))
    one["outputs"], other["inputs"] = [TOO_LONG], [dataset("s3://lake half \0")]
    answer = await client.post(BATCH, json=[one, other])
    first, second = (failed["problems"][0]["expected"] for failed in answer.json()["failed_events"])
    assert "is longer than 2000 characters" in first
    assert "holds a character that is no text" in second


# ------------------------------------------------------------------------------------------------------------- the body


async def test_gzip_is_unpacked_also_of_several_members(client: httpx.AsyncClient) -> None:
    raw = json.dumps([LOAD]).encode()
    for packed in (gzip.compress(raw), gzip.compress(raw[:9]) + gzip.compress(raw[9:])):
        answer = await client.post(BATCH, content=packed, headers={**JSON, "Content-Encoding": "gzip"})
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"{", {}, 400, "BAD_REQUEST"),
        (b'"x"', {}, 400, "BAD_INPUT"),
        (b"[]", {}, 400, "BAD_REQUEST"),
        (b"{}", {"Content-Type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b"{}", {"Content-Encoding": "br"}, 415, "UNSUPPORTED_ENCODING"),
        (b"{}", {"Content-Encoding": "gzip"}, 400, "BAD_REQUEST"),
        (gzip.compress(b"{}" * 99)[:-9], {"Content-Encoding": "gzip"}, 400, "BAD_REQUEST"),
        (gzip.compress(b" " * 2_000_000), {"Content-Encoding": "gzip"}, 413, "BODY_TOO_LARGE"),
        (b" " * 1_000_001, {}, 413, "BODY_TOO_LARGE"),
    ],
    ids=["json", "text", "list", "type", "encoding", "no gzip", "cut", "bomb", "large"],
)
async def test_a_body_that_is_no_event_has_an_answer_of_its_own(
    client: httpx.AsyncClient, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await client.post(ONE, content=content, headers={**JSON, **headers})
    assert (answer.status_code, error(answer)["code"]) == (status, code)


async def test_a_batch_may_be_larger_than_an_event_and_has_a_bound_too(store: Store) -> None:
    large = with_(LOAD, "run.facets", {"custom": facet(text="x" * 4_000)})
    async with asking(store, max_body=3_000, max_events_body=9_000) as client:
        alone = await client.post(ONE, json=large)
        assert alone.status_code == 413
        assert "(THALWEG_MAX_BODY). Send it as a batch of one, to /api/v1/lineage/batch." in error(alone)["message"]
        assert (await client.post(BATCH, json=[large])).status_code == 200
        answer = await client.post(BATCH, json=[large] * 3)
    assert answer.status_code == 413
    assert "THALWEG_MAX_EVENTS_BODY" in error(answer)["message"]


async def test_events_are_sent_by_post_and_to_the_right_address(client: httpx.AsyncClient) -> None:
    assert (await client.get(ONE)).status_code == 405
    answer = await client.post(BATCH, json=LOAD)
    assert "One goes to /api/v1/lineage" in error(answer)["message"]


async def test_a_key_is_taken_and_not_logged(client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = await client.post(ONE, json=LOAD, headers={"Authorization": "Bearer hunter2"})
    assert answer.status_code == 200
    assert caplog.records
    assert not any("hunter2" in str(vars(record)) for record in caplog.records)


# --------------------------------------------------------------------------------------------------- a store that fails


@pytest.fixture
async def unreachable(tmp_path: Path) -> AsyncIterator[Store]:
    """A store that is opened for reading only, for a writer holds it."""
    writer = await open_store(f"sqlite:///{tmp_path}/held.db")
    store = await open_store(f"sqlite:///{tmp_path}/held.db", read_only=True)
    yield store
    await store.close()
    await writer.close()


async def test_a_store_that_cannot_write_asks_to_send_again(unreachable: Store) -> None:
    async with asking(unreachable) as client:
        answer = await client.post(ONE, json=LOAD)
        batch = await client.post(BATCH, json=[LOAD, {}])
    assert (answer.status_code, error(answer)["code"]) == (503, "STORE_READ_ONLY")
    assert answer.headers["Retry-After"]
    assert batch.status_code == 503
    assert [(one["index"], one["retriable"]) for one in batch.json()["failed_events"]] == [(0, True), (1, False)]
