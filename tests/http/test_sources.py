"""A server that keeps sources in step: how they stand, and who may have one read at once."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.http.conftest import URL
from thalweg.http.app import application
from thalweg.http.settings import Settings
from thalweg.model import keys, time
from thalweg.model.facts import ANYONE
from thalweg.store.store import Store
from thalweg.sync.file import Planned
from thalweg.sync.keeping import Keeping

pytestmark = pytest.mark.anyio

SECRET = "open sesame"
SIGNED = {"Authorization": f"Bearer {SECRET}"}


@pytest.fixture
def sources(tmp_path: Path) -> list[Planned]:
    file = tmp_path / "a.yaml"
    file.write_text("thalweg: 1\ndatasets: [{uri: 's3://lake/orders'}]\n")
    return [
        Planned("a", "manifest", str(file), time.HOUR, {}, SECRET),
        Planned('b"', "manifest", str(tmp_path / "nowhere.yaml"), time.HOUR, {}),
    ]


@pytest.fixture
def read() -> asyncio.Event:
    """Is set whenever a source was read."""
    return asyncio.Event()


@pytest.fixture
async def keeping(store: Store, sources: list[Planned], read: asyncio.Event) -> AsyncIterator[Keeping]:
    """Sources that were read once, and are kept."""
    keeping = Keeping(store, sources, told=lambda standing, summary: read.set())
    await keeping.once()
    read.clear()
    task = asyncio.create_task(keeping.forever())
    yield keeping
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.fixture
async def asked(store: Store, keeping: Keeping) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(store, Settings(), keeping))
    async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
        yield client


async def test_a_ready_server_says_how_its_sources_stand(asked: httpx.AsyncClient) -> None:
    answer = await asked.get("/readyz")
    assert answer.status_code == 200
    ready, a, b = answer.text.splitlines()
    assert ready == "ready"
    assert re.fullmatch(r"a: read well \d+ s ago, 1 scope", a)
    assert b.startswith('b": failed once: ')


async def test_prometheus_reads_how_they_stand(asked: httpx.AsyncClient) -> None:
    answer = await asked.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert found['thalweg_source_failures{source="a",importer="manifest"}'] == "0"
    assert found['thalweg_source_failures{source="b\\"",importer="manifest"}'] == "1"
    assert found['thalweg_source_late{source="a",importer="manifest"}'] == "0"
    assert 0 <= float(found['thalweg_source_lag_seconds{source="a",importer="manifest"}']) < 600
    assert len(found) == 8


async def test_a_signed_call_has_a_source_read_at_once(
    asked: httpx.AsyncClient, store: Store, tmp_path: Path, read: asyncio.Event
) -> None:
    (tmp_path / "a.yaml").write_text("thalweg: 1\ndatasets: [{uri: 's3://lake/returns'}]\n")
    answer = await asked.post("/api/v1/sync/a", headers=SIGNED, json={"whatever": "it says"})
    assert (answer.status_code, answer.json()) == (202, {"source": "a", "state": "triggered"})
    async with asyncio.timeout(60):
        await read.wait()
    assert await store.get([keys.dataset("s3://lake", "returns").id], ANYONE)


@pytest.mark.parametrize(
    ("name", "headers"),
    [("a", {}), ("a", {"Authorization": "Bearer wrong"}), ('b"', SIGNED), ("nobody", SIGNED), ("", SIGNED)],
)
async def test_who_cannot_sign_learns_nothing(asked: httpx.AsyncClient, name: str, headers: dict[str, str]) -> None:
    answer = await asked.post(f"/api/v1/sync/{name}", headers=headers)
    assert answer.status_code == (401 if name else 404)
    code = answer.json()["errors"][0]["extensions"]["code"]
    assert code == ("NOT_SIGNED" if name else "NOT_FOUND")


async def test_event_grid_hears_the_code_by_which_it_asks_and_nothing_is_read(asked: httpx.AsyncClient) -> None:
    event = {"eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": {"validationCode": "512d38b6"}}
    answer = await asked.post("/api/v1/sync/a", headers=SIGNED, json=[event])
    assert (answer.status_code, answer.json()) == (200, {"validationResponse": "512d38b6"})
    assert (await asked.post("/api/v1/sync/a", json=[event])).status_code == 401
    for odd in ({"eventType": event["eventType"], "data": 7}, [7], "x"):
        assert (await asked.post("/api/v1/sync/a", headers=SIGNED, content=json.dumps(odd))).status_code == 202


async def test_what_is_no_json_is_heard_and_what_is_too_large_is_not(asked: httpx.AsyncClient) -> None:
    assert (await asked.post("/api/v1/sync/a", headers=SIGNED, content=b"{")).status_code == 202
    answer = await asked.post("/api/v1/sync/a", headers=SIGNED, content=b"x" * 1_000_001)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (413, "BODY_TOO_LARGE")


async def test_a_server_without_sources_has_no_lines_of_them(client: httpx.AsyncClient) -> None:
    assert (await client.get("/readyz")).text == "ready\n"
    assert all(line.startswith("#") for line in (await client.get("/metrics")).text.splitlines())
    assert (await client.post("/api/v1/sync/a", headers=SIGNED)).status_code == 401
