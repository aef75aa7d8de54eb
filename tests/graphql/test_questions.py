"""Lineage, path and impact: what the graph is for, through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facts import derives, granule, id, ids
from tests.graphql.conftest import Ask, Refuse, asking
from tests.graphql.counted import Counted
from tests.graphql.shop import NOW
from thalweg import ingest
from thalweg.model import time
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def store(standing_shop: Store) -> Store:
    """The shop, and an island that nothing leads to."""
    (answer,) = await ingest.state(standing_shop, [granule("island", derives("a@1", "b@1"))], ANYONE)
    assert not isinstance(answer, ThalwegError), answer
    return standing_shop


LINEAGE = """query ($of: ID!, $direction: Direction!, $depth: Int, $kinds: [Kind!], $stopAt: [Kind!], $level: Level,
               $newest: Int, $edgeTypes: [EdgeType!], $asOf: DateTime, $maxNodes: Int!, $filter: LineageFilter) {
  lineage(of: $of, direction: $direction, depth: $depth, kinds: $kinds, stopAt: $stopAt, level: $level, newest: $newest
          edgeTypes: $edgeTypes, asOf: $asOf, maxNodes: $maxNodes, filter: $filter) {
    start { id } level direction truncated truncatedReason unsorted countsComplete
    nodes { id kind namespace name version assetId distance upstreamDistance downstreamDistance until status
            inDegree outDegree entity { id } }
    edges { source type target role columns covers traffic }
    countsByDistance { distance count } countsByKind { kind count }
  }
}"""


async def walked(ask: Ask, of: str, **given: Any) -> dict[str, Any]:
    given = {"direction": "DOWNSTREAM", "depth": None, "maxNodes": 1000, **given}
    graph: dict[str, Any] = (await ask(LINEAGE, of=of, **given))["lineage"]
    return graph


def found(graph: dict[str, Any]) -> set[str]:
    return {node["id"] for node in graph["nodes"]}


async def test_downstream_of_the_raw_data_are_the_models_that_learned_from_it_and_where_they_run(ask: Ask) -> None:
    graph = await walked(ask, id("tx@1"))
    assert [node["distance"] for node in graph["nodes"]] == sorted(node["distance"] for node in graph["nodes"])
    assert found(graph) == set(
        ids(
            "tx@1",
            "*clean",
            "features@1",
            "*train1",
            "*train2",
            "fraud/1",
            "fraud/2",
            "+fraud#1",
            "+fraud#2",
            "predictions@1",
        )
    )
    assert all(node["entity"] == {"id": node["id"]} for node in graph["nodes"])
    assert (graph["truncated"], graph["truncatedReason"], graph["countsComplete"]) == (False, None, True)
    assert {"source": id("tx@1"), "target": id("*clean"), "type": "INPUT_TO", "role": "raw"}.items() <= next(
        edge for edge in graph["edges"] if edge["source"] == id("tx@1")
    ).items()
    assert sum(one["count"] for one in graph["countsByKind"]) == len(graph["nodes"])
    assert graph["countsByDistance"][0] == {"distance": 0, "count": 1}


async def test_a_node_says_what_the_walk_knows_of_it(ask: Ask) -> None:
    graph = await walked(ask, id("fraud/1"))
    ended = next(node for node in graph["nodes"] if node["id"] == id("+fraud#1"))
    assert ended == {
        "id": id("+fraud#1"),
        "kind": "RELEASE",
        "namespace": "test",
        "name": "fraud",
        "version": "1",
        "assetId": id("+fraud"),
        "distance": 1,
        "upstreamDistance": None,
        "downstreamDistance": 1,
        "until": time.rfc3339(NOW - 7 * time.DAY),
        "status": None,
        "inDegree": 1,
        "outDegree": 0,
        "entity": {"id": id("+fraud#1")},
    }


async def test_a_walk_goes_as_it_is_told(ask: Ask) -> None:
    assert found(await walked(ask, id("fraud/2"), direction="UPSTREAM", depth=1)) == set(ids("fraud/2", "*train2"))
    both = await walked(ask, id("features@1"), direction="BOTH", depth=1)
    assert found(both) == set(ids("*clean", "features@1", "*train1", "*train2", "+fraud#2"))
    kinds = await walked(ask, id("tx@1"), kinds=["MODEL_VERSION"])
    assert found(kinds) == set(ids("fraud/1", "fraud/2"))
    stopped = await walked(ask, id("tx@1"), stopAt=["DATASET_VERSION"])
    assert found(stopped) == set(ids("tx@1", "*clean", "features@1"))
    served = await walked(ask, id("fraud/2"), edgeTypes=["SERVED_BY"])
    assert found(served) == set(ids("fraud/2", "+fraud#2"))
    named = await walked(ask, id("tx@1"), filter={"nameContains": "predict"})
    assert found(named) == set(ids("predictions@1"))
    assert found(await walked(ask, id("fraud/1"), asOf="2000-01-01")) == set(ids("fraud/1"))


async def test_a_walk_of_assets_is_the_picture_of_the_estate(ask: Ask) -> None:
    graph = await walked(ask, id("tx"))
    assert graph["level"] == "ASSET"
    assert found(graph) == set(ids("tx", "^clean", "features", "^train", "fraud:", "+fraud", "predictions"))
    versions = await walked(ask, id("fraud:"), level="VERSION", newest=1)
    assert found(versions) == set(ids("fraud/2", "+fraud#2", "predictions@1"))
    assert versions["start"] == {"id": id("fraud:")}


async def test_what_is_cut_says_so_and_why(ask: Ask) -> None:
    few = await walked(ask, id("tx@1"), maxNodes=3)
    assert [node["distance"] for node in few["nodes"]] == [0, 1, 2]
    assert (few["truncated"], few["truncatedReason"]) == (True, "MAX_NODES")
    assert sum(one["count"] for one in few["countsByKind"]) == 10
    near = await walked(ask, id("tx@1"), depth=2)
    assert (near["truncated"], near["truncatedReason"]) == (True, "DEPTH")


async def test_counts_alone_fetch_no_node(store: Store, ask: Ask) -> None:
    counted: Any = Counted(store)
    data = await asking(counted)(
        "query ($of: ID!) { lineage(of: $of, depth: null) { countsByKind { kind count } truncated } }", of=id("tx@1")
    )
    assert sum(one["count"] for one in data["lineage"]["countsByKind"]) == 10
    assert counted.calls == {"get": 1, "walk": 1}


async def test_a_name_will_do_for_an_id(ask: Ask) -> None:
    assert (await walked(ask, "dataset:tx"))["start"] == {"id": id("tx")}
    assert (await walked(ask, "model:fraud@champion"))["start"] == {"id": id("fraud/2")}


@pytest.mark.parametrize("of", [id("tx@404"), "dataset:nobody", "nobody"])
async def test_lineage_of_what_nobody_knows_is_null(ask: Ask, of: str) -> None:
    assert await ask("query ($of: ID!) { lineage(of: $of) { truncated } }", of=of) == {"lineage": None}


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ("depth: -1", "BAD_INPUT", "depth is -1"),
        ("maxNodes: -1", "BAD_INPUT", "maxNodes is -1"),
        ("edgeTypes: [PARENT_OF]", "BAD_INPUT", "PARENT_OF is not walked"),
        ("edgeTypes: []", "BAD_INPUT", "No edge type is left to walk"),
        ("newest: 1, level: ASSET", "BAD_INPUT", "newest picks among the versions"),
    ],
)
async def test_a_walk_that_makes_no_sense_is_refused(refuse: Refuse, given: str, code: str, said: str) -> None:
    error = await refuse(f'{{ lineage(of: "{id("tx")}", {given}) {{ nodes {{ id }} }} }}')
    assert error["extensions"]["code"] == code
    assert said in error["message"]


PATH = """query ($from: ID!, $to: ID!, $level: Level) { path(from: $from, to: $to, level: $level) {
  entities { id } edges { source type target } length direction
} }"""


async def test_a_path_explains_how_one_came_to_influence_the_other(ask: Ask) -> None:
    path = (await ask(PATH, **{"from": id("tx@1"), "to": id("fraud/1")}))["path"]
    assert [entity["id"] for entity in path["entities"]] == ids("tx@1", "*clean", "features@1", "*train1", "fraud/1")
    assert [edge["type"] for edge in path["edges"]] == ["INPUT_TO", "PRODUCED", "INPUT_TO", "PRODUCED"]
    assert (path["length"], path["direction"]) == (4, "DOWNSTREAM")
    back = (await ask(PATH, **{"from": id("fraud/1"), "to": id("tx@1")}))["path"]
    assert back == {**path, "direction": "UPSTREAM"}


async def test_a_path_between_a_dataset_and_a_deployment_is_one_of_assets(ask: Ask) -> None:
    path = (await ask(PATH, **{"from": "dataset:tx", "to": "deployment:test/fraud"}))["path"]
    assert path["entities"][0] == {"id": id("tx")}
    assert path["entities"][-1] == {"id": id("+fraud")}


async def test_a_path_passes_and_avoids_what_it_is_told(ask: Ask) -> None:
    query = """query ($through: OnPath, $avoiding: OnPath) {
      path(from: "dataset:tx", to: "deployment:test/fraud", through: $through, avoiding: $avoiding, level: VERSION) {
        entities { id }
      }
    }"""
    path = (await ask(query, through={"kinds": ["MODEL"]}, avoiding={"entities": ["model:fraud/1"]}))["path"]
    assert [entity["id"] for entity in path["entities"]] == ids(
        "tx@1", "*clean", "features@1", "*train2", "fraud/2", "+fraud#2"
    )
    assert (await ask(query, through={"kinds": ["MODEL"], "entities": ["run:train1"]}))["path"]["entities"][-1] == {
        "id": id("+fraud#1")
    }
    assert await ask(query, avoiding={"kinds": ["RUN"]}) == {"path": None}


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ('through: {entities: ["model:nobody"]}', "NOT_FOUND", "No model is known that 'model:nobody' names"),
        (f'avoiding: {{entities: ["{id("nobody")}"]}}', "NOT_FOUND", f"Nothing with the id {id('nobody')} is known"),
        ("through: {kinds: [REPOSITORY]}", "BAD_INPUT", "No path can pass a repository"),
        ("through: {kinds: [RUN]}, avoiding: {kinds: [JOB]}", "BAD_INPUT", "A path cannot pass a run and avoid it"),
    ],
)
async def test_a_path_by_way_of_what_cannot_be_is_refused(refuse: Refuse, given: str, code: str, said: str) -> None:
    error = await refuse(f'{{ path(from: "dataset:tx", to: "deployment:test/fraud", {given}) {{ length }} }}')
    assert error["extensions"]["code"] == code
    assert said in error["message"]


@pytest.mark.parametrize("to", ["*nobody", "tx@404"])
async def test_a_path_to_what_nobody_knows_or_influences_is_null(ask: Ask, to: str) -> None:
    assert (await ask(PATH, **{"from": id("tx@1"), "to": id(to)}))["path"] is None
    assert (await ask(PATH, **{"from": id("tx@1"), "to": id("a@1")}))["path"] is None


IMPACT = """query ($of: ID!, $change: ChangeInput!, $first: Int, $after: String, $last: Int, $before: String) {
  impact(of: $of, change: $change) {
    verdict at incomplete notes of { id }
    affected(first: $first, after: $after, last: $last, before: $before) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor }
      nodes {
        asset { id } assetId kind namespace name effect confidence distance live environments owners tags { key }
        reason verdict rule versionCount versions { nodes { id } more } path { source target type }
      }
    }
  }
}"""


async def impact(ask: Ask, of: str, change: dict[str, Any], **given: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await ask(IMPACT, of=of, change=change, **given))["impact"]
    return answer


async def test_the_main_question_which_models_and_endpoints_are_hit(ask: Ask) -> None:
    answer = await impact(ask, "dataset:tx", {"content": {}})
    lines = {line["assetId"]: line for line in answer["affected"]["nodes"]}
    assert answer["of"] == [{"id": id("tx")}]
    assert {id("features"), id("fraud:"), id("+fraud")} <= set(lines)
    fraud = lines[id("+fraud")]
    assert (fraud["kind"], fraud["effect"], fraud["live"]) == ("DEPLOYMENT", "STALE", True)
    assert fraud["asset"] == {"id": id("+fraud")}
    assert len(fraud["path"]) == fraud["distance"]
    assert fraud["versionCount"] == len(fraud["versions"]["nodes"])
    assert fraud["reason"]
    assert answer["verdict"] == "WARN"


async def test_a_withdrawn_model_version_breaks_what_serves_it(ask: Ask) -> None:
    by_version = await impact(ask, id("fraud/2"), {"withdraw": {}})
    by_model = await impact(ask, "model:fraud", {"withdraw": {"versions": ["2"]}})
    for answer in (by_version, by_model):
        assert answer["of"] == [{"id": id("fraud/2")}]
        breaks = [line for line in answer["affected"]["nodes"] if line["effect"] == "BREAKS"]
        assert [line["assetId"] for line in breaks] == [id("+fraud")]


async def test_what_is_affected_is_chosen_by_effect_kind_and_liveness(ask: Ask) -> None:
    query = """query ($of: ID!) { impact(of: $of, change: {content: {}}) {
      all: affected { totalCount }
      live: affected(live: true, kinds: [DEPLOYMENT]) { totalCount nodes { name } }
      breaks: affected(effects: [BREAKS]) { totalCount }
    } }"""
    answer = (await ask(query, of=id("tx")))["impact"]
    assert answer["live"] == {"totalCount": 1, "nodes": [{"name": "fraud"}]}
    assert answer["breaks"] == {"totalCount": 0}
    assert answer["all"]["totalCount"] > 1


async def test_what_is_affected_is_paged(ask: Ask, refuse: Refuse) -> None:
    whole = (await impact(ask, id("tx"), {"content": {}}))["affected"]
    count = whole["totalCount"]
    assert count == len(whole["nodes"]) >= 3
    seen, after = [], None
    for page in range(count):
        one = (await impact(ask, id("tx"), {"content": {}}, first=1, after=after))["affected"]
        seen += [node["assetId"] for node in one["nodes"]]
        after = one["pageInfo"]["endCursor"]
        assert one["pageInfo"]["hasNextPage"] is (page < count - 1)
        assert one["pageInfo"]["hasPreviousPage"] is (page > 0)
    assert seen == [node["assetId"] for node in whole["nodes"]]
    back = (await impact(ask, id("tx"), {"content": {}}, last=2, before=after))["affected"]
    assert [node["assetId"] for node in back["nodes"]] == seen[-3:-1]
    error = await refuse(IMPACT, of=id("features"), change={"content": {}}, after=after)
    assert error["message"].startswith("`after` is a cursor of another list.")


@pytest.mark.parametrize("of", [id("tx@404"), "dataset:nobody"])
async def test_a_change_of_what_nobody_knows_is_incomplete_and_no_pass(ask: Ask, of: str) -> None:
    answer = await impact(ask, of, {"delete": {}})
    assert answer["verdict"] == "INCOMPLETE"
    assert answer["incomplete"]
    assert answer["affected"]["nodes"] == []


async def test_a_change_that_does_not_go_with_the_kind_is_refused(refuse: Refuse) -> None:
    error = await refuse(IMPACT, of=id("*clean"), change={"delete": {}})
    assert error["extensions"]["code"] == "BAD_INPUT"


@pytest.mark.parametrize("change", [{}, {"content": {}, "delete": {}}, {"content": None}])
async def test_a_change_is_one_change(refuse: Refuse, change: dict[str, Any]) -> None:
    error = await refuse(IMPACT, of=id("tx"), change=change)
    assert error["extensions"]["code"] == "BAD_INPUT"
