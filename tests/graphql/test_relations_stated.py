"""Relationships of what is stated besides the shop, and what a page of many costs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facts import Fact, code, derives, granule, id, joined, reads, run, serves, thing, writes
from tests.graphql.conftest import Ask, State, asking
from tests.graphql.counted import Counted
from tests.graphql.shop import NOW
from thalweg.model import time
from thalweg.store.store import Store

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("shop_store")]


async def test_what_derives_by_no_known_run_is_a_relation_too(state: State, ask: Ask) -> None:
    await state(granule("derived", derives("tx@1", "copy@1"), derives("fraud/1", "small/1")))
    data = await ask(
        """{ tx: datasetVersion(name: "tx", version: "1") { derivedInto { nodes { id } } }
             copy: dataset(name: "copy") { derivedFrom { nodes { id } } }
             fraud: model(name: "fraud") { derivedInto { nodes { id } } }
             small: modelVersion(model: "small", version: "1") { derivedFrom { nodes { id } } } }"""
    )
    assert data == {
        "tx": {"derivedInto": {"nodes": [{"id": id("copy@1")}]}},
        "copy": {"derivedFrom": {"nodes": [{"id": id("tx")}]}},
        "fraud": {"derivedInto": {"nodes": [{"id": id("small:")}]}},
        "small": {"derivedFrom": {"nodes": [{"id": id("fraud/1")}]}},
    }


async def test_a_deployment_of_many_releases_still_finds_the_live_one(state: State, ask: Ask) -> None:
    long_ago = NOW - 1000 * time.DAY
    old = granule("old", thing("+busy#0", since=long_ago))
    more = [thing(f"+busy#{n}", since=long_ago + n, until=long_ago + n + 1) for n in range(1, 120)]
    await state(old, granule("busy", *more))
    data = await ask('{ deployment(name: "busy") { live { nodes { revision } more } } }')
    assert data["deployment"]["live"] == {"nodes": [{"revision": "0"}], "more": False}


async def test_the_facts_of_two_names_hang_on_one_thing(state: State, ask: Ask) -> None:
    await state(granule("join", thing("payments", format="delta"), joined("payments", "tx")))
    data = await ask("query ($id: ID!) { node(id: $id) { id ... on Dataset { name format } } }", id=id("payments"))
    assert data["node"] == {"id": id("tx"), "name": "tx", "format": "delta"}


def fifty_runs() -> list[Fact]:
    facts: list[Fact] = []
    for n in range(50):
        facts += [
            run(f"r{n}", "etl", started_at=NOW - n),
            code("repo!abcd1", f"*r{n}"),
            reads(f"in@{n}", f"*r{n}"),
            reads("tx@1", f"*r{n}"),
            writes(f"*r{n}", f"out@{n}"),
        ]
    return facts


async def test_a_page_of_fifty_runs_with_commit_inputs_and_outputs_costs_four_calls(store: Store, state: State) -> None:
    await state(granule("many", *fifty_runs()))
    counted: Any = Counted(store)
    data = await asking(counted)(
        """query ($job: String) { runs(first: 50, filter: {job: $job}) { nodes {
          id commit { sha } inputs { nodes { id } } outputs { nodes { id } }
        } } }""",
        job=id("^etl"),
    )
    nodes = data["runs"]["nodes"]
    assert len(nodes) == 50
    assert all(len(node["inputs"]["nodes"]) == 2 and node["commit"] and node["outputs"]["nodes"] for node in nodes)
    assert counted.calls == {"get": 1, "find": 1, "neighbours": 3}  # `get` looks the job of the filter up


async def test_assets_of_a_page_are_fetched_together(store: Store, state: State) -> None:
    await state(granule("many", *fifty_runs()))
    counted: Any = Counted(store)
    await asking(counted)("{ datasetVersions(first: 100) { nodes { dataset { name versions { nodes { id } } } } } }")
    assert counted.calls == {"find": 1, "get": 1, "neighbours": 1}


async def test_serving_is_a_relation_of_the_model_as_well(state: State, ask: Ask) -> None:
    await state(granule("more", serves("fraud/2", "+batch#1", role="scoring")))
    data = await ask('{ model(name: "fraud") { deployments { edges { role node { name } } } } }')
    assert {(edge["role"], edge["node"]["name"]) for edge in data["model"]["deployments"]["edges"]} == {
        ("", "fraud"),
        ("scoring", "batch"),
    }
