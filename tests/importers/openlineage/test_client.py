"""What the real client sends, by each of its transports, can be read back from the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.importers.openlineage.conftest import Sent
from tests.importers.openlineage.events import SHA
from tests.importers.openlineage.graph import graph
from thalweg.http.app import application
from thalweg.http.settings import Settings
from thalweg.importers import openlineage
from thalweg.model import column_lineage, keys
from thalweg.model.facts import ANYONE
from thalweg.model.time import MINUTE, parse
from thalweg.store.open import open_store
from thalweg.store.store import Store
from thalweg.sync.bringing import bring

pytestmark = pytest.mark.anyio

BEGIN = parse("2026-05-02T08:00:00Z")
PARENT = "0190a3b2-0000-7000-8000-00000000da60"
RUNS = {name: f"0190a3b2-1111-7000-8000-{number:012}" for number, name in enumerate(("sync", "packed", "background"))}
RAW = ("DatasetVersion", ("s3://lake", "raw/orders", "17"))


async def served(sent: Sent) -> dict[str, Any]:
    store = await open_store(sent.store, read_only=True)
    try:
        return await graph(store)
    finally:
        await store.close()


@pytest.mark.parametrize("transport", RUNS)
async def test_each_transport_tells_of_a_run_all_that_its_events_said(sent: Sent, transport: str) -> None:
    found = await served(sent)
    entities, edges = found["entities"], found["edges"]
    begin = BEGIN + list(RUNS).index(transport) * MINUTE
    run = ("Run", ("openlineage", RUNS[transport]))
    assert {name: entities[run][name] for name in entities[run] if name != "extra"} == {
        "job": ["airflow", f"nightly.{transport}"],
        "status": "FINISHED",
        "started_at": begin,
        "ended_at": begin + 5 * MINUTE,
        "params": {"depth": "6"},
        "environment": {"TEAM": "risk"},
        "tags": {"tier": "gold"},
    }
    assert set(entities[run]["extra"]) == {"nominalTime", "parent", "processing_engine", "producer"}
    job = entities["Job", ("airflow", f"nightly.{transport}")]
    assert (job["description"], job["owners"], job["job_type"]) == ("Loads.", ["team:etl"], "TASK")
    assert job["entry_point"] == "orders.py"
    assert set(job["extra"]) == {"jobType", "ownership", "sourceCodeLocation", "sql"}
    wrote = ("DatasetVersion", ("s3://lake", f"gold/{transport}", f"run:{RUNS[transport]}"))
    model = ("ModelVersion", ("mlflow://prod", f"model-{transport}", "3"))
    of_run = {
        (source, type, target) for source, type, target, _ in edges if run in (source, target) and type != "PARENT_OF"
    }
    rates = ("DatasetVersion", ("postgres://db:5432", "shop.public.rates", keys.UNVERSIONED))
    assert of_run == {
        (RAW, "INPUT_TO", run),
        (rates, "INPUT_TO", run),
        (run, "PRODUCED", wrote),
        (run, "PRODUCED", model),
        (("Commit", ("https://git.example.com/acme/etl", SHA)), "CODE_OF", run),
    }
    assert edges[rates, "INPUT_TO", run, ""] == {"assumed": True}
    assert (("Run", ("openlineage", PARENT)), "PARENT_OF", run, "") in edges
    assert entities["Run", ("openlineage", PARENT)] == {"job": ["airflow", "nightly"]}
    version = entities[wrote]
    assert (version["rows"], version["bytes"]) == (31, 4096)
    assert version["created_at"] == begin + 5 * MINUTE
    assert version["columns"] == [{"name": "total", "type": "double"}]
    lineage = column_lineage.read(version["column_lineage"])
    assert lineage is not None
    assert {source[1:] for source in lineage.columns["total"]} == {
        ("raw/orders", "amount"),
        ("shop.public.rates", "rate"),
    }
    of_it = entities["Dataset", ("s3://lake", f"gold/{transport}")]
    assert (of_it["description"], of_it["owners"], of_it["tags"]) == (
        "Orders in gold.",
        ["team:risk"],
        {"tier": "gold"},
    )
    assert (of_it["uri"], of_it["format"]) == ("s3://lake", "parquet")
    assert set(of_it["extra"]) == {"dataSource", "lifecycleStateChange", "ownership", "storage", "tags"}
    assert entities[model]["metrics"] == {"auc": {"best": 0.93, "last": 0.93}}
    assert entities[model]["uri"] == "s3://models/fraud/3"
    assert (model, "ALIAS", "champion", begin, None) in found["marks"]


async def test_what_was_read_is_known_with_what_the_run_saw_of_it(sent: Sent) -> None:
    raw = (await served(sent))["entities"][RAW]
    assert raw["columns"] == [{"name": "id", "type": "long"}, {"name": "amount", "type": "double"}]
    assert raw["rows"] == 5
    assert set(raw["statistics"]) == {"dataQualityMetrics", "dataQualityAssertions"}


async def test_the_other_events_say_what_they_say(sent: Sent) -> None:
    found = await served(sent)
    entities, edges = found["entities"], found["edges"]
    failed = entities["Run", ("openlineage", "0190a3b2-1111-7000-8000-00000000000f")]
    assert (failed["status"], failed["error"]) == ("FAILED", "no such table")
    assert failed["extra"]["errorMessage"] == {"programmingLanguage": "PYTHON", "stackTrace": "Traceback …"}
    designed = ("Job", ("airflow", "nightly.designed"))
    assert (("Dataset", ("s3://lake", "raw/orders")), "INPUT_TO", designed, "") in edges
    assert (designed, "PRODUCED", ("Dataset", ("s3://lake", "designed")), "") in edges
    assert entities["Dataset", ("s3://lake", "raw/orders")]["description"] == "Raw orders."
    release = ("Release", ("production", "fraud", "2026-05-02T08:20:00.000000Z"))
    assert entities[release] == {"since": BEGIN + 20 * MINUTE}
    served_by = edges[("ModelVersion", ("mlflow://prod", "model-sync", "3")), "SERVED_BY", release, ""]
    assert served_by == {"traffic": 90}


async def test_another_name_of_a_table_leads_to_it(sent: Sent) -> None:
    store = await open_store(sent.store, read_only=True)
    alias = keys.dataset("hive://meta:9083", "gold.sync")
    found = (await store.get([alias.id], ANYONE))[alias.id]
    assert found.key == ("s3://lake", "gold/sync")
    await store.close()


async def post(store: Store, events: list[dict[str, Any]]) -> None:
    transport = httpx.ASGITransport(application(store, Settings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        answer = await client.post("/api/v1/lineage/batch", json=events, timeout=60)
    assert (answer.status_code, answer.json()["warned"]) == (200, 0), answer.text


async def test_posted_again_all_at_once_and_backwards_it_is_the_same_graph(sent: Sent, tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/store.db")
    await post(store, sent.posted()[::-1])
    assert await graph(store) == await served(sent)
    await store.close()


async def test_both_engines_make_the_same_graph_of_what_is_posted(sent: Sent, store: Store, tmp_path: Path) -> None:
    await post(store, sent.events["packed"])
    expected = await open_store(f"sqlite:///{tmp_path}/expected.db")
    await post(expected, sent.events["packed"][::-1])
    assert await graph(store) == await graph(expected)
    await expected.close()


@pytest.mark.parametrize("transport", ["appended", "single"])
async def test_files_of_the_client_are_read_as_what_it_would_have_sent(
    sent: Sent, transport: str, tmp_path: Path
) -> None:
    place = sent.folder / transport / ("events" if transport == "appended" else "")
    reading = openlineage.read([place], source="spool", strict=True)
    store = await open_store(f"sqlite:///{tmp_path}/store.db")
    summary = await bring(store, reading, ANYONE)
    assert (summary.refusals, summary.warnings) == ([], [])
    expected = await open_store(f"sqlite:///{tmp_path}/expected.db")
    await post(expected, sent.events[transport])
    assert await graph(store) == await graph(expected)
    await store.close()
    await expected.close()
