"""What a later facet takes back, or no longer says, of what an earlier one said: in whatever order they come."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.importers.openlineage.events import RUN as RUN_ID
from tests.importers.openlineage.events import SHA, Event, dataset, dataset_event, facet, job_event, run_event
from tests.importers.openlineage.graph import graph
from tests.importers.openlineage.test_order import state
from thalweg.store.open import open_store

pytestmark = pytest.mark.anyio

TX = "s3://lake tx"
DATASET, DATA = ("Dataset", ("s3://lake", "tx")), ("DatasetVersion", ("s3://lake", "tx", "unversioned"))
JOB, RUN = ("Job", ("shop", "nightly.load")), ("Run", ("openlineage", RUN_ID))
GONE = facet(_deleted=True)
SOURCE = {"namespace": "s3://lake", "name": "raw", "field": "amount"}


def of_dataset(**facets: Any) -> dict[str, Any]:
    return dataset_event(dataset(TX, facets))


async def became(folder: Path, *events: Event) -> dict[str, Any]:
    """The graph of events of one minute after another, which it is in whatever order they come."""
    timed = [event | {"eventTime": f"2026-05-02T08:{minute:02}:00Z"} for minute, event in enumerate(events)]
    found = []
    for number, order in enumerate(permutations(timed)):
        store = await open_store(f"sqlite:///{folder}/{number}.db")
        await state(store, list(order))
        found.append(await graph(store))
        await store.close()
    assert all(one == found[0] for one in found)
    return found[0]


@pytest.mark.parametrize(
    ("name", "told", "what", "left"),
    [
        ("documentation", {"description": "d"}, DATASET, {"description": ""}),
        ("storage", {"storageLayer": "iceberg", "fileFormat": "parquet"}, DATASET,
         {"format": "", "extra": {"storage": None}}),
        ("dataSource", {"name": "n", "uri": "s3://x/y"}, DATASET, {"uri": "", "extra": {"dataSource": None}}),
        ("ownership", {"owners": [{"name": "x", "type": "OWNER"}]}, DATASET,
         {"owners": [], "extra": {"ownership": None}}),
        ("tags", {"tags": [{"key": "k", "value": "v"}, {"key": "pii", "field": "a"}]}, DATASET,
         {"tags": {}, "extra": {"tags": None}}),
        ("lifecycleStateChange", {"lifecycleStateChange": "DROP"}, DATASET,
         {"extra": {"lifecycleStateChange": None}}),
        ("schema", {"fields": [{"name": "a", "type": "struct", "fields": [{"name": "b"}]}]}, DATA, {"columns": []}),
        ("columnLineage", {"fields": {"total": {"inputFields": [SOURCE]}}}, DATA, {"column_lineage": {}}),
        ("lineage", {"inputs": [], "fields": {"total": {"inputs": [SOURCE]}}}, DATA,
         {"column_lineage": {}, "extra": {"lineage": None}}),
        ("dataQualityAssertions", {"assertions": []}, DATA, {"statistics": {"dataQualityAssertions": None}}),
        ("custom", {"x": 1}, DATA, {"extra": {"custom": None}}),
    ],
)  # fmt: skip
async def test_what_a_facet_of_a_dataset_said_is_taken_back(
    tmp_path: Path, name: str, told: dict[str, Any], what: Any, left: dict[str, Any]
) -> None:
    found = await became(tmp_path, of_dataset(**{name: facet(**told)}), of_dataset(**{name: GONE}))
    assert found["entities"][what] == left


@pytest.mark.parametrize(
    ("name", "told", "left"),
    [
        ("documentation", {"description": "d"}, {"description": ""}),
        ("ownership", {"owners": [{"name": "x", "type": "OWNER"}]}, {"owners": [], "extra": {"ownership": None}}),
        ("jobType", {"processingType": "BATCH", "integration": "SPARK", "jobType": "QUERY"},
         {"job_type": "", "extra": {"jobType": None}}),
        ("sourceCodeLocation", {"type": "git", "url": f"https://g.example/a/b/blob/{SHA}/x.py"},
         {"url": "", "entry_point": "", "extra": {"sourceCodeLocation": None}}),
        ("sql", {"query": "SELECT 1"}, {"extra": {"sql": None}}),
    ],
)  # fmt: skip
async def test_what_a_facet_of_a_job_said_is_taken_back(
    tmp_path: Path, name: str, told: dict[str, Any], left: dict[str, Any]
) -> None:
    found = await became(tmp_path, job_event(facets={name: facet(**told)}), job_event(facets={name: GONE}))
    assert found["entities"][JOB] == left
    assert found["edges"] == {}


async def test_what_a_facet_of_a_run_said_is_taken_back(tmp_path: Path) -> None:
    error = facet(message="no such table", programmingLanguage="JAVA", stackTrace="at …")
    told = run_event(None, run={"errorMessage": error, "executionParameters": facet(parameters=[{"key": "a"}])})
    found = await became(tmp_path, told, run_event(None, run={"errorMessage": GONE, "executionParameters": GONE}))
    run = found["entities"][RUN]
    assert (run["error"], run["params"], run["extra"]["errorMessage"]) == ("", {}, None)


async def test_numbers_stay_as_they_were_told_last(tmp_path: Path) -> None:
    told = of_dataset(dataQualityMetrics=facet(rowCount=5, bytes=7, columnMetrics={}))
    found = await became(tmp_path, told, of_dataset(dataQualityMetrics=GONE))
    assert found["entities"][DATA] == {"rows": 5, "bytes": 7, "statistics": {"dataQualityMetrics": None}}


async def test_what_a_later_facet_no_longer_says_is_gone(tmp_path: Path) -> None:
    nested = {"name": "a", "type": "struct", "fields": [{"name": "b", "type": "int"}]}
    first = of_dataset(
        schema=facet(fields=[nested]),
        ownership=facet(owners=[{"name": "x", "type": "OWNER"}]),
        tags=facet(tags=[{"key": "pii", "value": "1", "field": "a"}]),
        dataSource=facet(name="n", uri="s3://x/y"),
    )
    second = of_dataset(
        schema=facet(fields=[{"name": "z", "type": "int", "ordinal_position": 1, "description": None, "fields": []}]),
        ownership=facet(owners=[{"name": "y"}]),
        tags=facet(tags=[{"key": "k", "value": "v"}]),
        dataSource=facet(uri="s3://x/z"),
    )
    found = (await became(tmp_path, first, second))["entities"]
    assert found[DATA] == {"columns": [{"name": "z", "type": "int"}]}
    assert found[DATASET] == {
        "owners": ["y"],
        "tags": {"k": "v"},
        "uri": "s3://x/z",
        "extra": {"ownership": None, "tags": None, "dataSource": None},
    }


async def test_a_drop_that_is_taken_back_may_be_followed_by_another(tmp_path: Path) -> None:
    drop = of_dataset(lifecycleStateChange=facet(lifecycleStateChange="DROP"))
    found = await became(tmp_path, drop, of_dataset(lifecycleStateChange=GONE), drop)
    assert "gone_at" in found["entities"][DATASET]


async def test_an_event_about_the_code_of_a_job_says_nothing_of_its_design(tmp_path: Path) -> None:
    code = {"sourceCodeLocation": facet(type="git", url="https://g.example/a/b", repoUrl="https://g.example/a/b")}
    found = await became(tmp_path, job_event(inputs=[dataset(TX)]), job_event(facets=code))
    assert {(source[0], type) for source, type, _, _ in found["edges"]} == {
        ("Dataset", "INPUT_TO"),
        ("Repository", "CODE_OF"),
    }


async def test_an_owner_for_two_reasons_is_one_owner(tmp_path: Path) -> None:
    owners = [{"name": "x", "type": "OWNER"}, {"name": "x", "type": "STEWARD"}, {"name": "y", "type": "OWNER"}]
    found = await became(tmp_path, of_dataset(ownership=facet(owners=owners)))
    assert found["entities"][DATASET] == {
        "owners": ["x", "y"],
        "extra": {"ownership": {"x": ["OWNER", "STEWARD"], "y": "OWNER"}},
    }
