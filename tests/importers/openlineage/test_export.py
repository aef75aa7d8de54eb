"""The graph as events, and the events as the graph again."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.importers.openlineage.events import OTHER_RUN, dataset, facet, job_event, run_event, version
from tests.importers.openlineage.graph import graph
from tests.importers.openlineage.test_models import SCHEMAS, conforms
from tests.importers.openlineage.test_order import EVENTS, state
from tests.store.dump import entities
from thalweg import ingest
from thalweg.cli.commands.demo import bring_estate
from thalweg.cli.commands.exports import events
from thalweg.cli.main import main
from thalweg.importers import manifest, openlineage
from thalweg.importers.openlineage import points
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE, EdgeFact, EntityFact, Granule, Point
from thalweg.model.kinds import Kind
from thalweg.store.open import open_store
from thalweg.store.store import Store
from thalweg.sync.bringing import bring

pytestmark = pytest.mark.anyio

ODD = """
thalweg: 1
datasets:
  - {namespace: file, name: /not/canonical, versions: [{version: "1", description: ""}]}
  - uri: s3://lake/made
    versions:
      - {version: "2", derived_from: [{dataset: "s3://lake/raw", version: "1"}], columns: [{name: a, nullable: false}]}
edges:
  - from: {kind: DatasetVersion, uri: s3://lake/raw, version: "1"}
    to: {kind: Run, namespace: nowhere, run_id: without-a-job}
    columns: [a]
  - from: {kind: Run, namespace: nowhere, run_id: without-a-job}
    to: {kind: DatasetVersion, uri: s3://lake/made, version: "2"}
  - {from: {kind: Model, namespace: reg, name: base}, to: {kind: Job, namespace: cron, name: nightly}}
jobs:
  - namespace: cron
    name: nightly
    inputs: [{dataset: "s3://lake/raw", columns: [a], role: lookup}]
    outputs: [{dataset: "s3://lake/made"}]
    code: {repository: "https://git.example.com/acme/x", path: nightly.sql}
    runs:
      - run_id: r1
        status: FINISHED
        started_at: 2026-05-01T03:00:00Z
        ended_at: 2026-05-01T03:42:00Z
        metrics: {auc: .nan, loss: 0.5}
        histories: {loss: [{step: 1, at: 2026-05-01T03:10:00Z, value: .inf}]}
        code:
          repository: https://git.example.com/acme/x
          commit: 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567
          dirty: true
        inputs: [{dataset: "s3://lake/raw", version: "1", columns: [a], pinned: true, role: training}]
      - {run_id: r2, parent: r1}
deployments:
  - namespace: production
    name: ads
    releases:
      - {since: 2026-05-02T08:00:00Z, until: 2026-05-03, reads: [{dataset: "s3://lake/raw", version: "1"}]}
      - {revision: "9", since: 2026-05-04, reads: [{dataset: "s3://lake/raw"}]}
"""


async def fill(store: Store, tmp_path: Path) -> None:
    """The example estate, events, and what neither has."""
    await bring_estate(store)
    await state(store, EVENTS)
    file = tmp_path / "odd.yaml"
    file.write_text(ODD)
    assert not (await bring(store, manifest.read(file), ANYONE)).refused


async def test_what_is_exported_imports_again_into_the_same_graph(tmp_path: Path) -> None:
    source = await open_store(f"sqlite:///{tmp_path}/source.db")
    await fill(source, tmp_path)
    expected = await again(source, tmp_path)
    assert len(expected["entities"]) > 150
    assert len(expected["marks"]) > 3


async def again(source: Store, tmp_path: Path) -> Any:
    """Exports a graph, closes it, imports it elsewhere, and answers what it was, which it is there."""
    store = await open_store(f"sqlite:///{tmp_path}/again.db")
    file = tmp_path / "graph.ndjson"
    with file.open("wb") as stream:
        async for event in events(source):
            stream.write(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE))
    expected = await graph(source) | await names(source)
    await source.close()
    summary = await bring(store, openlineage.read([file], strict=True), ANYONE)
    assert (summary.refusals, summary.warnings) == ([], [])
    found = await graph(store) | await names(store)
    for part in expected:
        assert _less(found[part], expected[part]) == [], f"{part} that were not there"
        assert _less(expected[part], found[part]) == [], f"{part} that are missing, or otherwise"
    await store.close()
    return expected


async def names(store: Store) -> dict[str, Any]:
    """What else each thing is called, and which are known only as the end of an edge."""
    held = await entities(store)
    joins = await store.joins(list(held), ANYONE)
    return {
        "joins": {(join.alias, join.of) for found in joins.values() for join in found},
        "known": {(entity.kind, entity.key): entity.known for entity in held.values()},
    }


def _less(one: Any, other: Any) -> list[Any]:
    """What one has that the other has not, or has otherwise."""
    if isinstance(one, set):
        return sorted(one - other, key=str)
    return [(name, value, other.get(name)) for name, value in one.items() if other.get(name, ...) != value]


async def test_the_shares_that_a_model_had_are_exported(tmp_path: Path) -> None:
    source = await open_store(f"sqlite:///{tmp_path}/source.db")
    release, version_ = keys.release("production", "fraud", "1"), keys.model_version("mlflow://shop", "fraud", "3")
    for traffic, at in ((10, 100), (50, 200)):
        edge = EdgeFact(version_, EdgeType.SERVED_BY, release, "", {"traffic": traffic})
        entities_ = [
            EntityFact(keys.deployment("production", "fraud")),
            EntityFact(release, {"since": 50}),
            EntityFact(version_),
        ]
        await ingest.state(source, [Granule("test", "g", "api", entities_, [edge], at=at)], ANYONE)
    expected = await again(source, tmp_path)
    assert {"traffic": 50, "shares": [{"traffic": 10, "until": 200}]} in list(expected["edges"].values())


async def test_the_other_names_of_things_are_exported(tmp_path: Path) -> None:
    source = await open_store(f"sqlite:///{tmp_path}/source.db")
    links = {"symlinks": facet(identifiers=[{"namespace": "hive://h", "name": "db.a", "type": "TABLE"}])}
    chained = {"symlinks": facet(identifiers=[{"namespace": "file", "name": "/a", "type": "LOCATION"}])}
    read = [dataset("s3://lake a", {**version("1"), **links}), dataset("hive://h db.a", chained)]
    await state(source, [run_event(inputs=read), run_event("COMPLETE", 12, id=OTHER_RUN, outputs=[read[1]])])
    expected = await again(source, tmp_path)
    assert {alias.parts for alias, _ in expected["joins"]} == {("hive://h", "db.a"), ("file://openlineage", "/a")}
    assert expected["known"][Kind.DATASET, ("s3://lake", "a")] is False


async def test_what_only_edges_name_is_exported_as_that(tmp_path: Path) -> None:
    source = await open_store(f"sqlite:///{tmp_path}/source.db")
    columns = {"schema": facet(fields=[{"name": "a"}])}
    await state(
        source, [job_event(inputs=[dataset("s3://lake a")]), run_event(inputs=[dataset("s3://lake b", columns)])]
    )
    expected = await again(source, tmp_path)
    assert {name: known for (kind, name), known in expected["known"].items() if kind is Kind.DATASET} == {
        ("s3://lake", "a"): False,
        ("s3://lake", "b"): False,
    }


TRAIN, RUN_1 = keys.job("python", "train"), keys.run("python", "train-1")


async def test_long_histories_and_large_properties_are_exported_too(tmp_path: Path) -> None:
    source = await open_store(f"sqlite:///{tmp_path}/source.db")
    long = [Point(step, 1_700_000_000_000_000 + step, step / 3) for step in range(2 * points.AT_ONCE + 1)]
    metrics = {"loss": {"last": long[-1].value}, "auc": {"last": 0.9}}
    props = {"job": list(TRAIN.parts), "started_at": 1_700_000_000_000_000, "metrics": metrics, "command": "train.py"}
    props |= {"params": {f"p{number}": "x" * 400 for number in range(1_300)}, "tags": {"tier": "gold"}}
    columns = [{"name": f"column {number}", "type": "a type of some length"} for number in range(9_000)]
    facts = [
        EntityFact(RUN_1, props, {"loss": long, "auc": long[:3]}),
        EntityFact(keys.model_version("reg", "m", "1"), {"metrics": {"loss": 0.1}}, {"loss": long}),
        EntityFact(keys.dataset_version("s3://lake", "wide", "1"), {"columns": columns}),
    ]
    (done,) = await ingest.state(source, [Granule("python", "train-1", "sdk", facts)], ANYONE)
    assert not isinstance(done, ThalwegError), done
    sizes = [len(orjson.dumps(event)) async for event in events(source)]
    expected = await again(source, tmp_path)
    assert expected["entities"]["Run", RUN_1.parts]["command"] == "train.py"
    assert max(sizes) < 1_000_000, "what a door takes of one event"


async def test_each_exported_event_is_what_the_schemas_say(tmp_path: Path) -> None:
    source = await open_store(f"sqlite:///{tmp_path}/source.db")
    await fill(source, tmp_path)
    seen: set[str] = set()
    async for event in events(source):
        for facets in _facets(event):
            for name, one in facets.items():
                assert {"_producer", "_schemaURL"} <= one.keys(), event
                if name in SCHEMAS:
                    seen.add(name)
                    conforms(name, json.loads(orjson.dumps(one)))
    assert seen == set(SCHEMAS)
    await source.close()


def _facets(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        here = [value[name] for name in ("facets", "inputFacets", "outputFacets") if name in value]
        return here + [found for name, one in value.items() if "acets" not in name for found in _facets(one)]
    return [found for one in value for found in _facets(one)] if isinstance(value, list) else []


def test_the_command_writes_a_file_that_the_other_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd.yaml").write_text(ODD)
    assert main(["import", "manifest", "odd.yaml", "--store", "sqlite:///a.db"]) == 0
    assert main(["export", "openlineage", "--output", "graph.ndjson.gz", "--store", "sqlite:///a.db"]) == 0
    lines = gzip.decompress((tmp_path / "graph.ndjson.gz").read_bytes()).splitlines()
    assert b"events" in capfdbinary.readouterr().out
    assert main(["export", "openlineage", "--store", "sqlite:///a.db"]) == 0
    assert capfdbinary.readouterr().out.splitlines() == lines
    assert main(["import", "openlineage", "graph.ndjson.gz", "--store", "sqlite:///b.db", "--strict"]) == 0
    assert b"refused" not in capfdbinary.readouterr().out
    assert main(["export", "openlineage", "--output", "nowhere/x", "--store", "sqlite:///a.db"]) == 2
    assert b"nowhere/x cannot be written" in capfdbinary.readouterr().err
    assert not list(tmp_path.glob("*.part"))
