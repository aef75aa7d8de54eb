"""The events of runs in any order, repeated or late: the graph is the same."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.exploring import Explore, Wipe, explore, wipe
from tests.importers.openlineage.events import (
    OTHER_RUN,
    RUN,
    SHA,
    Event,
    dataset,
    dataset_event,
    facet,
    job_event,
    micros,
    run_event,
    version,
)
from tests.importers.openlineage.graph import graph
from thalweg import ingest
from thalweg.importers.openlineage import heard
from thalweg.model import keys, time
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE
from thalweg.store.open import open_store
from thalweg.store.store import Store

__all__ = ["explore", "wipe"]


@pytest.fixture
def address(tmp_path: Path) -> str:
    """What order does is a matter of what events state, not of an engine."""
    return f"sqlite:///{tmp_path}/store.db"


RAW, TX, DAY = "s3://lake raw", "s3://lake tx", "s3://lake day"
RATES, ALIAS = "s3://lake rates", "hive://meta db.rates"
FEED, JOINS = (f"01890f3e-5c1e-7c3a-b7a9-00000000000{number}" for number in (3, 4))
LINKS = {"symlinks": facet(identifiers=[{"namespace": "hive://meta", "name": "db.rates", "type": "TABLE"}])}
CODE = facet(type="git", url="https://git.example.com/a/b", repoUrl="https://git.example.com/a/b.git", version=SHA)


def made_of(name: str) -> dict[str, Any]:
    return facet(fields={"total": {"inputFields": [{"namespace": "s3://lake", "name": name, "field": "amount"}]}})


LINEAGE = made_of("raw")
PARENT = facet(run={"runId": OTHER_RUN}, job={"namespace": "shop", "name": "wrong name of the parent"})

EVENTS: list[Event] = [
    run_event("START", 1, inputs=[dataset(RAW)], run={"parent": PARENT}),
    run_event("RUNNING", 3, run={"custom": facet(of="running"), "nominalTime": facet(nominalStartTime="then")}),
    run_event(
        "COMPLETE",
        5,
        outputs=[dataset(TX, {"columnLineage": LINEAGE}, outputFacets={"outputStatistics": facet(rowCount=3)})],
        job={"sourceCodeLocation": CODE},
    ),
    run_event("RUNNING", 6, run={"custom": facet(of="a clock that is ahead")}),
    run_event("OTHER", 9, outputs=[dataset(TX, {"dataQualityMetrics": facet(bytes=10, columnMetrics={})})]),
    run_event("START", 11, id=OTHER_RUN, name="parent", inputs=[dataset(TX), dataset(DAY, version("v1"))]),
    run_event("COMPLETE", 11, id=OTHER_RUN, name="parent", outputs=[dataset(DAY, version("v2"))]),
    run_event(
        "FAIL", 12, id=OTHER_RUN, name="parent", run={"errorMessage": facet(message="no", programmingLanguage="x")}
    ),
    job_event(2, inputs=[dataset(RAW)], outputs=[dataset(TX)]),
    job_event(4, inputs=[dataset(DAY)], outputs=[dataset(TX)], facets={"documentation": facet(description="late")}),
    job_event(3, facets={"documentation": facet(description="early"), "ownership": facet(owners=[{"name": "risk"}])}),
    dataset_event(dataset(DAY, {"documentation": facet(description="A day.")}), 1),
    dataset_event(dataset(DAY, {"documentation": facet(_deleted=True)}), 7),
    dataset_event(dataset(RAW, {"lifecycleStateChange": facet(lifecycleStateChange="DROP")}), 20),
    dataset_event(dataset(RAW, {"lifecycleStateChange": facet(lifecycleStateChange="CREATE")}), 21),
    dataset_event(dataset(TX, {"lifecycleStateChange": facet(lifecycleStateChange="DROP")}), 22),
    run_event("COMPLETE", 1, id=FEED, name="feed", outputs=[dataset(RATES, {**version("v0"), **LINKS})]),
    run_event("START", 14, id=JOINS, name="joins", inputs=[dataset(RATES)]),
    run_event("RUNNING", 15, id=JOINS, name="joins", inputs=[dataset(ALIAS, version("v1"))]),
    run_event(
        "COMPLETE", 16, id=JOINS, name="joins", outputs=[dataset("s3://lake sums", {"columnLineage": made_of("rates")})]
    ),
]


async def state(store: Store, events: list[Event]) -> None:
    """One event after another, each in a write of its own."""
    for event in events:
        for answer in await ingest.state(store, heard(event).granules, ANYONE):
            assert not isinstance(answer, ThalwegError), answer


async def expected(path: Path) -> Any:
    store = await open_store(f"sqlite:///{path}/expected.db")
    try:
        await state(store, EVENTS)
        return await graph(store)
    finally:
        await store.close()


def test_events_in_any_order_and_repeated_give_the_same_graph(explore: Explore, tmp_path: Path) -> None:
    graph_of_all = asyncio.run(expected(tmp_path))

    async def check(store: Store, seed: int, repeated: list[int]) -> None:
        events = [*EVENTS, *(EVENTS[number] for number in repeated)]
        random.Random(seed).shuffle(events)
        await state(store, events)
        assert await graph(store) == graph_of_all

    explore(check, 4, seed=st.integers(0, 1 << 32), repeated=st.lists(st.integers(0, len(EVENTS) - 1), max_size=6))


NAMES = (RAW, RATES, ALIAS)
GONE = facet(_deleted=True)
FACETS: dict[str, list[dict[str, Any]]] = {
    "version": [facet(datasetVersion=name) for name in "12"],
    "symlinks": [LINKS["symlinks"]],
    "schema": [facet(fields=[{"name": "a", "description": "A"}]), facet(fields=[{"name": "b"}]), GONE],
    "documentation": [facet(description="A."), GONE],
    "ownership": [facet(owners=[{"name": "x", "type": "OWNER"}]), facet(owners=[{"name": "y"}]), GONE],
    "columnLineage": [made_of("raw"), made_of("rates"), GONE],
    "lifecycleStateChange": [facet(lifecycleStateChange=change) for change in ("DROP", "CREATE", "ALTER")] + [GONE],
}


@st.composite
def datasets(draw: st.DrawFn) -> dict[str, Any]:
    named = draw(st.lists(st.sampled_from(sorted(FACETS)), max_size=2, unique=True))
    edge = facet(columns=[draw(st.sampled_from("ab"))])
    more = {"inputFacets": {"thalweg_edge": edge}} if draw(st.booleans()) else {}
    return dataset(draw(st.sampled_from(NAMES)), {name: draw(st.sampled_from(FACETS[name])) for name in named}, **more)


SOME = st.lists(datasets(), max_size=2)
OF_RUNS = st.builds(
    lambda type, minute, id, **parts: run_event(type, minute, id=id, **parts),
    st.sampled_from(["START", "RUNNING", "COMPLETE", "FAIL"]),
    st.integers(0, 9),
    st.sampled_from([RUN, OTHER_RUN, JOINS]),
    name=st.sampled_from("jk"),
    inputs=SOME,
    outputs=SOME,
    run=st.sampled_from([{}, {"parent": PARENT}]),
)
OF_JOBS = st.builds(job_event, st.integers(0, 9), inputs=SOME, outputs=SOME)
ANY = st.lists(OF_RUNS | OF_JOBS | st.builds(dataset_event, datasets(), st.integers(0, 9)), min_size=2, max_size=7)


def test_any_events_in_any_order_give_the_same_graph(explore: Explore, wipe: Wipe) -> None:
    """One by one, or together in one write."""

    async def check(store: Store, events: list[Event], seed: int) -> None:
        await state(store, events)
        first = await graph(store)
        wipe()
        again = [*events, *events[:2]]
        random.Random(seed).shuffle(again)
        for answer in await ingest.state(store, [one for event in again for one in heard(event).granules], ANYONE):
            assert not isinstance(answer, ThalwegError), answer
        assert await graph(store) == first
        assert (await store.check()).findings == ()

    explore(check, 2, events=ANY, seed=st.integers(0, 1 << 32))


@pytest.mark.anyio
async def test_what_was_gathered_of_a_run_is_what_its_events_said(tmp_path: Path) -> None:
    found = await expected(tmp_path)
    run = found["entities"]["Run", ("openlineage", RUN)]
    assert (run["started_at"], run["ended_at"], run["status"]) == (micros(1), micros(5), "FINISHED")
    assert run["job"] == ["shop", "nightly.load"]
    assert run["extra"]["custom"]["of"] == "a clock that is ahead"
    assert run["extra"]["nominalTime"] == {"nominalStartTime": "then"}
    tx = found["entities"]["DatasetVersion", ("s3://lake", "tx", f"run:{RUN}")]
    assert (tx["rows"], tx["bytes"], tx["created_at"]) == (3, 10, micros(5))
    assert set(tx["statistics"]) == {"outputStatistics", "dataQualityMetrics"}
    other = found["entities"]["Run", ("openlineage", OTHER_RUN)]
    assert (other["started_at"], other["ended_at"], other["status"]) == (micros(11), micros(12), "FAILED")
    assert other["job"] == ["shop", "parent"], "its own events know that better than those of its children"
    job = found["entities"]["Job", ("shop", "nightly.load")]
    assert (job["description"], job["owners"]) == ("late", ["risk"])
    assert found["entities"]["Dataset", ("s3://lake", "day")]["description"] == ""
    assert "gone_at" not in found["entities"]["Dataset", ("s3://lake", "raw")]
    assert found["entities"]["Dataset", ("s3://lake", "tx")]["gone_at"] == micros(22)
    stated = {(source[1], type, target[1]) for source, type, target, _ in found["edges"]}
    assert (("s3://lake", "day"), "INPUT_TO", ("shop", "nightly.load")) in stated
    assert (("s3://lake", "raw", keys.UNVERSIONED), "INPUT_TO", ("openlineage", RUN)) in stated
    assert (("https://git.example.com/a/b", SHA), "CODE_OF", ("openlineage", RUN)) in stated
    assert (("openlineage", OTHER_RUN), "PARENT_OF", ("openlineage", RUN)) in stated


LATE_FEED = run_event("COMPLETE", 0, id=FEED, name="feed", outputs=[dataset(RATES, version("v0"))])


@pytest.mark.anyio
@pytest.mark.parametrize(
    "events",
    [
        [
            run_event("START", 1, inputs=[dataset(RATES, version("v1"))]),
            run_event("COMPLETE", 5, outputs=[dataset(TX, {"columnLineage": made_of("rates")})]),
        ],
        [
            run_event(
                inputs=[dataset(RATES, version("v1"))], outputs=[dataset(TX, {"columnLineage": made_of("rates")})]
            )
        ],
        [
            run_event("START", 1, inputs=[dataset(RATES)]),
            run_event("COMPLETE", 5, inputs=[dataset(RATES, version("v1"))]),
        ],
        [
            run_event(
                inputs=[dataset(ALIAS, {**version("v1"), "symlinks": facet(identifiers=[
                    {"namespace": "s3://lake", "name": "rates", "type": "LOCATION"}
                ])})],
                outputs=[dataset(TX, {"columnLineage": made_of("rates")})],
            )
        ],
    ],
    ids=["column lineage", "one event", "late version", "symlink"],
)  # fmt: skip
async def test_the_version_that_any_event_of_a_run_names_is_what_it_read(tmp_path: Path, events: list[Event]) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/store.db")
    await state(store, [*events, LATE_FEED])
    found = (await graph(store))["edges"]
    read = {(source[1][-1], "assumed" in props) for (source, type, target, _), props in found.items()
            if type == "INPUT_TO" and target[0] == "Run"}  # fmt: skip
    assert read == {("v1", False)}
    await store.close()


@pytest.mark.anyio
async def test_what_a_job_is_designed_to_read_is_what_its_latest_event_says(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/store.db")
    await state(store, [job_event(4, inputs=[dataset(DAY)]), job_event(2, inputs=[dataset(RAW)])])
    found = (await graph(store))["edges"]
    assert {source[1] for source, _, _, _ in found} == {("s3://lake", "day")}
    await store.close()


@pytest.mark.anyio
async def test_a_date_in_the_future_holds_only_until_something_later_is_told(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/store.db")
    later = "2099-01-01T00:00:00Z"
    dropped = dataset_event(dataset(TX, {"lifecycleStateChange": facet(lifecycleStateChange="DROP")}))
    created = dataset_event(dataset(TX, {"lifecycleStateChange": facet(lifecycleStateChange="CREATE")}))
    ahead = [job_event(inputs=[dataset(RAW)]) | {"eventTime": later}, dropped | {"eventTime": later}]
    await state(store, ahead)
    before = (await graph(store))["edges"]
    await state(store, ahead)
    assert (await graph(store))["edges"] == before
    now = {"eventTime": time.rfc3339(time.now())}
    await state(store, [job_event(inputs=[dataset(DAY)]) | now, created | now])
    found = await graph(store)
    assert {source[1] for source, _, _, _ in found["edges"]} == {("s3://lake", "day")}
    assert "gone_at" not in found["entities"]["Dataset", ("s3://lake", "tx")]
    await store.close()
