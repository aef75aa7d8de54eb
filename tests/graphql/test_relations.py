"""Every relationship is a field in both directions, and costs one call of the store for a whole page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facts import id, ids
from tests.graphql.conftest import Ask, asking
from tests.graphql.counted import Counted
from tests.graphql.shop import NOW, shop
from thalweg.model import time
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


@pytest.fixture
def store(standing_shop: Store) -> Store:
    return standing_shop


NODES = "{ nodes { id } more }"

VERSIONS: list[tuple[str, str, list[str]]] = [
    ('datasetVersion(name: "tx", version: "1")', f"consumers {NODES}", ["*clean"]),
    ('datasetVersion(name: "features", version: "1")', f"producers {NODES}", ["*clean"]),
    (
        'datasetVersion(name: "features", version: "1")',
        f"consumers(kinds: [RUN]) {NODES}",
        ["*train1", "*train2"],
    ),
    ('datasetVersion(name: "features", version: "1")', f"servedTo {NODES}", ["+fraud#2"]),
    ('datasetVersion(name: "predictions", version: "1")', f"producers {NODES}", ["+fraud#2"]),
    ('commit(sha: "6162636431")', f"runs {NODES}", ["*clean"]),
    ('commit(sha: "6162636431")', f"children {NODES}", ["repo!abcd2"]),
    ('commit(sha: "6162636432")', f"parents {NODES}", ["repo!abcd1"]),
    ('run(runId: "clean")', f"inputs {NODES}", ["tx@1"]),
    ('run(runId: "clean")', f"outputs {NODES}", ["features@1"]),
    ('run(runId: "clean")', f"code {NODES}", ["repo!abcd1"]),
    ('run(runId: "train1")', f"children {NODES}", ["*train2"]),
    ('modelVersion(model: "fraud", version: "2")', f"releases {NODES}", ["+fraud#2"]),
    ('release(deployment: "fraud", revision: "2")', f"models {NODES}", ["fraud/2"]),
    ('release(deployment: "fraud", revision: "2")', f"inputs {NODES}", ["features@1"]),
    ('release(deployment: "fraud", revision: "2")', f"outputs {NODES}", ["predictions@1"]),
    ('deployment(name: "fraud")', f"live {NODES}", ["+fraud#2"]),
]

ASSETS: list[tuple[str, str, list[str]]] = [
    ('dataset(name: "tx")', f"versions {NODES}", ["tx@1"]),
    ('dataset(name: "tx")', f"consumers {NODES}", ["^clean"]),
    ('dataset(name: "features")', f"producers {NODES}", ["^clean"]),
    ('dataset(name: "features")', f"consumers {NODES}", ["^train", "+fraud"]),
    ('repository(url: "https://git.test/repo")', f"commits {NODES}", ["repo!abcd1", "repo!abcd2"]),
    ('repository(url: "https://git.test/repo")', f"jobs {NODES}", ["^clean", "^train"]),
    ('job(name: "train")', f"runs {NODES}", ["*train1", "*train2"]),
    ('job(name: "train")', f"inputs {NODES}", ["features"]),
    ('job(name: "train")', f"outputs {NODES}", ["fraud:"]),
    ('job(name: "train")', f"repositories {NODES}", ["repo!"]),
    ('model(name: "fraud")', f"versions {NODES}", ["fraud/1", "fraud/2"]),
    ('model(name: "fraud")', f"producers {NODES}", ["^train"]),
    ('model(name: "fraud")', f"deployments {NODES}", ["+fraud"]),
    ('deployment(name: "fraud")', f"releases {NODES}", ["+fraud#1", "+fraud#2"]),
    ('deployment(name: "fraud")', f"models {NODES}", ["fraud:"]),
    ('deployment(name: "fraud")', f"inputs {NODES}", ["features"]),
    ('deployment(name: "fraud")', f"outputs {NODES}", ["predictions"]),
]


@pytest.mark.parametrize(("of", "field", "words"), VERSIONS + ASSETS, ids=[f"{a}.{b}" for a, b, _ in VERSIONS + ASSETS])
async def test_a_relationship_is_a_field_at_both_of_its_ends(ask: Ask, of: str, field: str, words: list[str]) -> None:
    ((_, entity),) = (await ask(f"{{ {of} {{ {field} }} }}")).items()
    ((_, links),) = entity.items()
    assert {node["id"] for node in links["nodes"]} == set(ids(*words))
    assert links["more"] is False


SINGLE: list[tuple[str, str, str]] = [
    ('datasetVersion(name: "tx", version: "1")', "dataset", "tx"),
    ('commit(sha: "6162636431")', "repository", "repo!"),
    ('run(runId: "clean")', "job", "^clean"),
    ('run(runId: "clean")', "commit", "repo!abcd1"),
    ('run(runId: "train2")', "parent", "*train1"),
    ('modelVersion(model: "fraud", version: "2")', "model", "fraud:"),
    ('modelVersion(model: "fraud", version: "2")', "producer", "*train2"),
    ('release(deployment: "fraud", revision: "2")', "deployment", "+fraud"),
]


@pytest.mark.parametrize(("of", "field", "word"), SINGLE, ids=[f"{a}.{b}" for a, b, _ in SINGLE])
async def test_a_relation_to_one_thing_is_that_thing(ask: Ask, of: str, field: str, word: str) -> None:
    ((_, entity),) = (await ask(f"{{ {of} {{ {field} {{ id }} }} }}")).items()
    assert entity == {field: {"id": id(word)}}


async def test_a_relation_to_nothing_is_null(ask: Ask) -> None:
    data = await ask('{ run(runId: "clean") { parent { id } } }')
    assert data == {"run": {"parent": None}}


async def test_a_relation_tells_what_is_known_of_it(ask: Ask) -> None:
    data = await ask(
        """{ run(runId: "clean") {
          inputs { edges { role columns covers pinned assumed node { id } } }
          code { edges { path dirty } }
        } release(deployment: "fraud", revision: "2") { models { edges { traffic } } } }"""
    )
    assert data["run"]["inputs"]["edges"] == [
        {
            "role": "raw",
            "columns": ["amount"],
            "covers": "DECLARED",
            "pinned": False,
            "assumed": False,
            "node": {"id": id("tx@1")},
        }
    ]
    assert data["run"]["code"]["edges"] == [{"path": "clean.py", "dirty": True}]
    assert data["release"]["models"]["edges"] == [{"traffic": 90.5}]


async def test_a_relation_between_assets_tells_what_stands_behind_it(ask: Ask) -> None:
    data = await ask('{ job(name: "train") { inputs { edges { stated versionEdges } } } }')
    assert data["job"]["inputs"]["edges"] == [{"stated": False, "versionEdges": 2}]


async def test_more_says_when_a_relation_goes_on(ask: Ask) -> None:
    data = await ask('{ job(name: "train") { runs(first: 1) { nodes { id } more } } }')
    assert data["job"]["runs"] == {"nodes": [{"id": id("*train2")}], "more": True}


async def test_marks_say_since_when_and_what_they_said_before(ask: Ask) -> None:
    data = await ask(
        """{ model(name: "fraud") {
          aliases { name version { id } }
          stages { name version { id } }
          marks(history: true) { kind name until version { version } model { id } }
        } modelVersion(model: "fraud", version: "1") { marks { name } all: marks(history: true) { name } } }"""
    )
    assert data["model"]["aliases"] == [{"name": "champion", "version": {"id": id("fraud/2")}}]
    assert data["model"]["stages"] == [{"name": "Production", "version": {"id": id("fraud/2")}}]
    marks = data["model"]["marks"]
    assert {(mark["kind"], mark["name"], mark["version"]["version"], mark["until"] is None) for mark in marks} == {
        ("ALIAS", "champion", "1", False),
        ("ALIAS", "champion", "2", True),
        ("STAGE", "Production", "2", True),
    }
    assert data["modelVersion"] == {"marks": [], "all": [{"name": "champion"}]}


async def test_what_was_live_at_a_time_is_answered_by_the_periods(ask: Ask) -> None:
    query = 'query ($t: DateTime) { deployment(name: "fraud") { live(asOf: $t) { nodes { revision live until } } } }'
    now = (await ask(query))["deployment"]["live"]["nodes"]
    assert now == [{"revision": "2", "live": True, "until": None}]
    before = (await ask(query, t=time.rfc3339(NOW - 8 * time.DAY)))["deployment"]["live"]["nodes"]
    assert [(release["revision"], release["live"]) for release in before] == [("1", False)]


async def test_seven_hops_cost_seven_calls(store: Store) -> None:
    counted: Any = Counted(store)
    data = await asking(counted)(
        """{ dataset(namespace: "test", name: "tx") { versions(first: 1) { nodes {
          consumers(first: 1) { nodes { ... on Run { outputs(first: 1) { nodes { ... on DatasetVersion {
            consumers(first: 2, kinds: [RUN]) { nodes { ... on Run { outputs(first: 2) { nodes { ... on ModelVersion {
              releases(first: 2) { nodes { revision } }
            } } } } } }
          } } } } } }
        } } } }"""
    )
    assert "{'revision': '2'}" in str(data)
    assert counted.calls == {"get": 1, "neighbours": 6}


async def test_the_shop_is_stated_in_granules() -> None:
    assert len({one.name for one in shop()}) == 6
