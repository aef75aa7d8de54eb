"""What holds for every request: an id, a line in the log, headers for safety, a known name."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx
import pytest

from thalweg.http.app import application
from thalweg.http.logs import JsonLines, TextLines
from thalweg.http.requests import SAFETY
from thalweg.http.settings import Settings
from thalweg.model.errors import StoreUnavailable
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


async def test_a_sane_request_id_is_kept_and_any_other_is_made_anew(client: httpx.AsyncClient) -> None:
    for sane in ("abc-1.2_3:4", "a" * 64):
        assert (await client.get("/livez", headers={"x-request-id": sane})).headers["x-request-id"] == sane
    seen = set()
    for strange in ("", "a b", "<script>", "a" * 65, "-", "ü"):
        made = (await client.get("/livez", headers={b"x-request-id": strange.encode()})).headers["x-request-id"]
        assert made != strange
        seen.add(made)
    assert len(seen) == 6


async def test_every_answer_has_the_headers_for_safety(client: httpx.AsyncClient) -> None:
    for path in ("/livez", "/nothing", "/graphql?query={__typename}", "/graphiql/operations.json"):
        headers = (await client.get(path)).headers
        for name, value in SAFETY:
            assert headers[name] == value, (path, name)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:1"])
async def test_on_loopback_the_server_goes_by_the_names_of_this_machine(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/livez", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.test", "localhost.evil.test", "127.0.0.1.evil.test:80", "", "[::2]", "10.0.0.1"]
)
async def test_a_name_of_another_site_that_points_here_is_refused(client: httpx.AsyncClient, host: str) -> None:
    response = await client.post("/graphql", json={"query": "{ __typename }"}, headers={"host": host})
    assert response.status_code == 421
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "UNKNOWN_HOST"
    assert "THALWEG_ALLOWED_HOSTS" in error["message"]


@pytest.mark.parametrize(
    ("settings", "host", "status"),
    [
        ({"allowed_hosts": ["thalweg.test"]}, "thalweg.test:8000", 200),
        ({"allowed_hosts": ["thalweg.test"]}, "other.test", 421),
        ({"host": "0.0.0.0", "insecure": True}, "anything.test", 200),
        ({"host": "0.0.0.0", "insecure": True, "allowed_hosts": ["thalweg.test"]}, "other.test", 421),
    ],
)
async def test_other_names_are_a_setting(store: Store, settings: dict[str, Any], host: str, status: int) -> None:
    transport = httpx.ASGITransport(application(store, Settings(**settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        assert (await client.get("/livez", headers={"host": host})).status_code == status


async def test_a_request_is_one_line_in_the_log(client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "thalweg.http"):
        await client.post("/graphql", json={"query": "query secret { __typename }"}, headers={"x-request-id": "r-7"})
    (record,) = caplog.records
    line = json.loads(JsonLines().format(record))
    assert (
        line.items()
        >= {
            "level": "info",
            "logger": "thalweg.http",
            "message": "POST /graphql",
            "status": 200,
            "request_id": "r-7",
            "bytes": 31,
        }.items()
    )
    assert "request_id=r-7" in TextLines().format(record)
    assert "secret" not in TextLines().format(record)


def test_an_exception_is_part_of_its_line() -> None:
    try:
        raise ValueError("no")
    except ValueError as error:
        record = logging.makeLogRecord(
            {"msg": "it failed", "levelname": "ERROR", "exc_info": (ValueError, error, None)}
        )
    assert "ValueError: no" in json.loads(JsonLines().format(record))["exception"]
    assert TextLines().format(record).endswith("ValueError: no")


async def test_a_fault_of_ours_is_a_500_that_tells_nothing(
    store: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ping() -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr(store, "ping", ping)
    transport = httpx.ASGITransport(application(store, Settings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        with caplog.at_level(logging.ERROR, "thalweg.http"):
            response = await client.get("/readyz")
    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
    assert "hunter2" not in response.text
    assert "hunter2" in caplog.text


async def test_health_says_whether_the_process_lives_and_whether_it_may_be_asked(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = application(store, Settings())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        assert (await client.get("/readyz")).text == "ready\n"

        async def down() -> None:
            raise StoreUnavailable("Neo4j does not answer.")

        monkeypatch.setattr(store, "ping", down)
        response = await client.get("/readyz")
        assert (response.status_code, response.text) == (503, "STORE_UNAVAILABLE\n")
        monkeypatch.undo()
        app.ready = False
        response = await client.get("/readyz")
        assert (response.status_code, response.text) == (503, "stopping\n")
        assert (await client.get("/livez")).status_code == 200


async def test_nothing_is_at_other_addresses(client: httpx.AsyncClient) -> None:
    response = await client.get("/nothing")
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")
    response = await client.post("/livez")
    assert (response.status_code, set(response.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})
