"""GraphQL over HTTP beyond the audits: media types, methods, bodies, clients that go away."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import orjson
import pytest

from thalweg.http.app import application
from thalweg.http.settings import Settings
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

GRAPHQL = "application/graphql-response+json"
JSON = {"content-type": "application/json"}
OK = {"query": "{ __typename }"}


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    assert error["message"].endswith(".")
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    made: str = error["extensions"]["code"]
    return made


@pytest.mark.parametrize(
    ("accept", "type"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, application/json;q=0.9", GRAPHQL),
        (f"application/json, {GRAPHQL};q=0.5", "application/json"),
        (f"text/html, {GRAPHQL};q=0.1", GRAPHQL),
    ],
)
async def test_the_answer_is_of_the_media_type_that_is_wanted_most(
    client: httpx.AsyncClient, accept: str | None, type: str
) -> None:
    del client.headers["accept"]
    response = await client.post("/graphql", json=OK, headers={} if accept is None else {"accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{type}; charset=utf-8"
    assert response.headers["vary"] == "Accept"
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {"data": {"__typename": "Query"}}


async def test_what_cannot_be_accepted_is_a_406(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json=OK, headers={"accept": "image/png, application/json;q=0"})
    assert (response.status_code, code(response)) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(
    "type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/graphql", ""],
)
async def test_what_a_browser_may_send_to_any_server_is_a_415(client: httpx.AsyncClient, type: str) -> None:
    response = await client.post("/graphql", content=orjson.dumps(OK), headers={"content-type": type})
    assert (response.status_code, code(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert response.headers["accept-post"] == "application/json"


MUTATION = 'mutation { recordRun(input: {namespace: "a", runId: "b"}) { outcome } }'


async def test_a_query_goes_by_get_and_a_mutation_does_not(client: httpx.AsyncClient) -> None:
    query = {"query": "query ($n: Int) { runs(first: $n) { totalCount } }", "variables": '{"n": 1}'}
    assert (await client.get("/graphql", params=query)).json() == {"data": {"runs": {"totalCount": 0}}}
    response = await client.get("/graphql", params={"query": MUTATION})
    assert (response.status_code, code(response), response.headers["allow"]) == (405, "METHOD_NOT_ALLOWED", "POST")
    assert (await client.get("/graphql", params=query)).json() == {"data": {"runs": {"totalCount": 0}}}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_are_a_405_that_says_which_are_taken(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/graphql")
    assert (response.status_code, code(response)) == (405, "METHOD_NOT_ALLOWED")
    assert response.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"7",
        b'"{ __typename }"',
        b"{}",
        b'{"query": ""}',
        b'{"query": null}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "operationName": 7}',
        b'[{"query": "{ __typename }"}]',
        b'\xff\xfe{"query"}',
        b'{"query": "\\ud800"}',
        b"[" * 100_000,
    ],
)
async def test_what_is_no_request_is_a_400(client: httpx.AsyncClient, body: bytes) -> None:
    for accept in ("application/json", GRAPHQL):
        response = await client.post("/graphql", content=body, headers={**JSON, "accept": accept})
        assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("parameter", ["variables", "extensions"])
async def test_parameters_in_the_url_are_json(client: httpx.AsyncClient, parameter: str) -> None:
    response = await client.get("/graphql", params={**OK, parameter: "{"})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(1_000)) + " }", "TOO_MANY_ALIASES"),
        ("query ($n: Int!) { runs(first: $n) { totalCount } }", "BAD_INPUT"),
    ],
)
async def test_what_is_not_executed_is_a_400_in_the_new_media_type_only(
    client: httpx.AsyncClient, query: str, error: str
) -> None:
    response = await client.post("/graphql", json={"query": query}, headers={"accept": GRAPHQL})
    assert (response.status_code, code(response), "data" in response.json()) == (400, error, False)
    response = await client.post("/graphql", json={"query": query})
    assert (response.status_code, code(response), "data" in response.json()) == (200, error, False)


async def test_what_was_executed_is_a_200_with_its_errors(client: httpx.AsyncClient) -> None:
    body = {"query": "{ runs(first: 101) { totalCount } }"}
    response = await client.post("/graphql", json=body, headers={"accept": GRAPHQL})
    assert (response.status_code, code(response)) == (200, "BAD_INPUT")
    assert response.json()["data"] is None


async def test_a_body_of_3_megabytes_is_a_413(client: httpx.AsyncClient) -> None:
    body = orjson.dumps({"query": "{ __typename }", "variables": {"x": "x" * 3_000_000}})
    response = await client.post("/graphql", content=body, headers=JSON)
    assert (response.status_code, code(response)) == (413, "BODY_TOO_LARGE")
    assert f"The body has {len(body)} bytes, and may have 1000000." in response.text


async def test_a_body_of_3_megabytes_of_facts_is_taken(client: httpx.AsyncClient) -> None:
    facts = {"scope": "s", "datasets": [{"namespace": "a", "name": "b", "description": "x" * 3_000_000}]}
    query = "mutation ($g: [GranuleInput!]!) { stateBatch(input: {granules: $g}) { written } }"
    response = await client.post("/graphql", json={"query": query, "variables": {"g": [facts]}})
    assert response.json() == {"data": {"stateBatch": {"written": 1}}}


async def test_only_facts_in_bulk_may_be_large_whatever_the_body_says(client: httpx.AsyncClient) -> None:
    body = {"query": "{ __typename } # stateBatch", "variables": {"x": "x" * 1_000_001}}
    response = await client.post("/graphql", json=body)
    assert (response.status_code, code(response)) == (413, "BODY_TOO_LARGE")


async def test_of_a_body_beyond_all_limits_some_is_dropped_and_no_more(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 1_000_000

    response = await client.post("/graphql", content=endless(), headers=JSON)
    assert (response.status_code, code(response)) == (413, "BODY_TOO_LARGE")
    assert sent == 11 + 17
    announced = {**JSON, "content-length": "99000000"}
    response = await client.post("/graphql", content=b"{}", headers=announced)
    assert (response.status_code, code(response)) == (413, "BODY_TOO_LARGE")


class Slow:
    """A store whose lists wait until they are let go."""

    read_only = False

    def __init__(self, store: Store) -> None:
        self.store = store
        self.asked = asyncio.Event()
        self.let_go = asyncio.Event()
        self.given_up = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def count(self, *args: Any, **kwargs: Any) -> int:
        await self._wait()
        return await self.store.count(*args, **kwargs)

    async def write(self, *args: Any, **kwargs: Any) -> Any:
        await self._wait()
        return await self.store.write(*args, **kwargs)

    async def _wait(self) -> None:
        self.asked.set()
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.given_up.set()
            raise


async def leave(slow: Any, body: dict[str, str]) -> asyncio.Task[None]:
    """Asks, and goes away as soon as the store is asked; the task is the server's side of it."""
    app = application(slow, Settings())
    content = orjson.dumps(body)
    gone = asyncio.Event()
    messages = iter([{"type": "http.request", "body": content, "more_body": False}])

    async def receive() -> Any:
        for message in messages:
            return message
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(_message: Any) -> None:
        pass

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }
    serving = asyncio.ensure_future(app(scope, receive, send))
    await slow.asked.wait()
    gone.set()
    return serving


async def test_a_query_whose_client_goes_away_is_stopped(store: Store) -> None:
    slow = Slow(store)
    serving = await leave(slow, {"query": "{ runs { totalCount } }"})
    await serving
    assert slow.given_up.is_set()


async def test_a_mutation_whose_client_goes_away_is_finished(store: Store, client: httpx.AsyncClient) -> None:
    slow = Slow(store)
    serving = await leave(slow, {"query": MUTATION})
    slow.let_go.set()
    await serving
    assert not slow.given_up.is_set()
    response = await client.post("/graphql", json={"query": "{ runs { totalCount } }"})
    assert response.json()["data"] == {"runs": {"totalCount": 1}}


async def test_a_large_answer_is_packed_for_who_wants_it_and_a_small_one_is_not(client: httpx.AsyncClient) -> None:
    from graphql import get_introspection_query

    large = await client.post("/graphql", json={"query": get_introspection_query()})
    assert large.headers["content-encoding"] == "gzip"
    assert large.json()["data"]["__schema"]
    assert "content-encoding" not in (await client.post("/graphql", json=OK)).headers
