"""Provenance and compare through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facts import edge, granule, id, ids, run, thing, writes
from tests.graphql.conftest import Ask, Refuse, State, asking
from tests.graphql.counted import Counted
from tests.graphql.shop import NOW
from thalweg.model import time
from thalweg.model.edges import EdgeType
from thalweg.store.store import Store

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("shop_store")]

PROVENANCE = """query ($of: ID!, $asOf: DateTime) { provenance(of: $of, asOf: $asOf) {
  of { id } at producers parent { id } incomplete notes reproduce
  step {
    run { id params { key value } } job { id } makes { id } unversioned { id }
    code { more edges { dirty path node { sha message } } }
    data { more edges { role assumed pinned node { id uri columns { name } } } }
    models { nodes { id } }
  }
  derivedFrom { nodes { id } } remade { run { id } makes { id } }
  ancestors { id kind distance upstreamDistance entity { id } }
  gaps { kind sentence closes entity { id } }
} }"""


async def account(ask: Ask, of: str, **given: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await ask(PROVENANCE, of=of, **given))["provenance"]
    return found


async def test_a_model_version_tells_what_it_was_made_of_and_what_is_not_known(ask: Ask) -> None:
    found = await account(ask, "model:fraud@champion")
    assert (found["of"], found["at"], found["producers"]) == ({"id": id("fraud/2")}, None, 1)
    step = found["step"]
    assert (step["run"]["id"], step["job"]) == (id("*train2"), {"id": id("^train")})
    assert step["run"]["params"] == [{"key": "depth", "value": "2"}, {"key": "lr", "value": "0.1"}]
    assert [edge["node"]["sha"] for edge in step["code"]["edges"]] == [b"abcd2".hex().ljust(40, "0")]
    (read,) = step["data"]["edges"]
    assert (read["role"], read["assumed"], read["node"]["id"]) == ("train", False, id("features@1"))
    assert found["parent"] == {"id": id("*train1")}
    assert [node["id"] for node in found["ancestors"]][:1] == ids("*train2")
    assert {node["id"] for node in found["ancestors"]} >= set(ids("features@1", "*clean", "tx@1"))
    assert all(node["entity"] == {"id": node["id"]} for node in found["ancestors"])
    assert {gap["kind"] for gap in found["gaps"]} >= {"NO_COMMAND", "NO_ENVIRONMENT", "INPUT_WITHOUT_URI"}
    assert found["reproduce"].startswith("#!/bin/sh\n")
    assert found["incomplete"] == found["notes"] == []


async def test_before_a_model_version_was_made_its_account_is_empty_and_says_so(ask: Ask) -> None:
    found = await account(ask, id("fraud/2"), asOf="2020-01-01")
    assert (found["step"], found["ancestors"], found["gaps"]) == (None, [], [])
    assert found["at"] == "2020-01-01T00:00:00.000000Z"
    (note,) = found["notes"]
    assert note.startswith("On 2020-01-01T00:00:00.000000Z nothing was known of fraud/2")


async def test_a_gone_input_names_the_run_that_makes_it_again(ask: Ask, state: State) -> None:
    await state(granule("gone", thing("features@1", gone_at=NOW - time.DAY)))
    found = await account(ask, id("fraud/2"))
    assert found["remade"] == [{"run": {"id": id("*clean")}, "makes": [{"id": id("features@1")}]}]
    assert "INPUT_GONE" in {gap["kind"] for gap in found["gaps"]}


async def test_a_dataset_that_is_read_in_no_known_version_is_told(ask: Ask, state: State) -> None:
    await state(granule("job", edge("labels", EdgeType.INPUT_TO, "^train")))
    assert (await account(ask, id("fraud/2")))["step"]["unversioned"] == [{"id": id("labels")}]


@pytest.mark.parametrize("of", [id("fraud/404"), "model:nobody", "nobody"])
async def test_provenance_of_what_nobody_knows_is_null(ask: Ask, of: str) -> None:
    assert await account(ask, of) is None


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ('provenance(of: "model:fraud") { at }', "fraud is a model. Name a model version of it: model:test fraud/2, "),
        ('provenance(of: "dataset:tx@1") { at }', "tx@1 is a dataset version. Name a model version."),
        ('provenance(of: "model:fraud/1") { gaps(first: 0) { kind } }', "`first` is 0"),
        ('provenance(of: "model:fraud/1") { ancestors(maxNodes: 1001) { id } }', "maxNodes is 1001"),
        ('compare(things: ["model:fraud/1"]) { kind }', "1 thing is named, and 2 to 10 can be compared."),
        ('compare(things: ["model:fraud/1", "run:train1"]) { kind }', "Compare things of one kind."),
        ('compare(things: ["model:fraud/1", "model:fraud"]) { kind }', "Name a model version of it: "),
        (f"compare(things: [{', '.join(['1'] * 11)}]) {{ kind }}", "11 things are named"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(refuse: Refuse, question: str, said: str) -> None:
    error = await refuse(f"{{ {question} }}")
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert said in error["message"]


async def test_a_name_that_nothing_bears_is_an_error_of_a_comparison_that_suggests_the_near_ones(
    refuse: Refuse,
) -> None:
    error = await refuse('{ compare(things: ["model:fraud/1", "model:frued"]) { kind } }')
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert "'model:frued'" in error["message"]
    assert "model:test fraud" in error["message"]


COMPARE = """query ($things: [ID!]!, $differingOnly: Boolean, $maximize: [String!]) {
  compare(things: $things, differingOnly: $differingOnly, maximize: $maximize) {
    kind at incomplete notes
    things { there entity { id } run { id } }
    facts { key values differs } params { key values differs } environment { key values differs }
    metrics { key minimized last best wins differs }
    data { assetId namespace name differs versions { nodes { id } } }
    code { url dirty differs commits { nodes { sha } }
           ranges { base head aheadCount behindCount complete ahead { message } behind { sha } } }
    columns { name differs columns { name type nullable } steps { base head kind keeps } }
  }
}"""


async def compared(ask: Ask, *things: str, **given: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await ask(COMPARE, things=list(things), **given))["compare"]
    return found


async def test_two_model_versions_side_by_side(ask: Ask) -> None:
    found = await compared(ask, "model:fraud/1", "model:fraud@champion")
    assert found["kind"] == "MODEL_VERSION"
    assert found["things"] == [
        {"there": True, "entity": {"id": id(f"fraud/{n}")}, "run": {"id": id(f"*train{n}")}} for n in (1, 2)
    ]
    assert found["params"] == [
        {"key": "depth", "values": ["1", "2"], "differs": True},
        {"key": "lr", "values": ["0.1", "0.1"], "differs": False},
    ]
    assert [row["differs"] for row in found["data"]] == [False]
    assert found["data"][0]["versions"] == [{"nodes": [{"id": id("features@1")}]}] * 2
    (code,) = found["code"]
    assert code["ranges"] == [
        {"base": 0, "head": 1, "aheadCount": 0, "behindCount": 0, "complete": True, "ahead": [], "behind": []}
    ]
    assert found["columns"] == []
    differing = await compared(ask, "model:fraud/1", "model:fraud/2", differingOnly=True)
    assert [row["key"] for row in differing["params"]] == ["depth"]
    assert differing["data"] == differing["code"] == []


async def test_columns_of_two_dataset_versions(ask: Ask, state: State) -> None:
    columns = [{"name": "amount", "type": "int", "nullable": True}]
    await state(granule("more", thing("tx@2", created_at=NOW, columns=columns), run("load"), writes("*load", "tx@2")))
    found = await compared(ask, id("tx@1"), id("tx@2"))
    rows = {row["name"]: row for row in found["columns"]}
    assert rows["amount"]["columns"][1] == {"name": "amount", "type": "int", "nullable": True}
    assert [(step["kind"], step["keeps"]) for step in rows["amount"]["steps"]] == [
        ("RETYPED", False),
        ("NULLABLE", None),
    ]
    assert rows["card"]["columns"][1] is None
    assert found["things"][1]["run"] == {"id": id("*load")}


async def test_a_comparison_of_parameters_alone_fetches_no_inputs_and_no_code(shop_store: Store) -> None:
    counted: Any = Counted(shop_store)
    things = ids("*train1", "*train2")
    await asking(counted)("query ($things: [ID!]!) { compare(things: $things) { params { key } } }", things=things)
    assert counted.calls["neighbours"] == counted.calls["walk"] == 0
