"""The published operations: each is run as it is published, on the example estate, and answers what it asks."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationType, parse

from tests.graphql.conftest import Ask
from tests.graphql.estate import stated
from thalweg.graphql.published import Published, published
from thalweg.store.open import open_store
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture(scope="module")
async def store(module_address: str) -> AsyncIterator[Store]:
    """A store that holds the example estate."""
    store = await open_store(module_address)
    await stated(store)
    yield store
    await store.close()


def operation(name: str) -> Published:
    return next(one for one in published() if one.name == name)


@pytest.mark.parametrize("name", [one.name for one in published()])
async def test_a_published_operation_has_an_answer_in_the_estate(ask: Ask, name: str) -> None:
    one = operation(name)
    ((_, answer),) = (await ask(one.query, **one.variables)).items()
    assert answer
    assert ask_without_variables(one) == one.variables.keys()
    assert await ask(one.query) == {next(iter(await ask(one.query))): answer}, "its defaults are its variables"


def ask_without_variables(one: Published) -> Any:
    (document,) = parse(one.query).definitions
    assert document.operation is OperationType.QUERY  # type: ignore[attr-defined]
    return one.variables.keys()


async def test_the_main_question_names_the_endpoints_and_the_models_that_are_hit(ask: Ask) -> None:
    impact = (await ask(operation("Impact").query))["impact"]
    assert impact["incomplete"] == []
    live = {(line["namespace"], line["name"]) for line in impact["endpoints"]["nodes"]}
    assert {("production", "fraud"), ("production", "churn")} <= live
    assert {"fraud", "churn"} <= {line["name"] for line in impact["models"]["nodes"]}
    assert all(line["reason"] for line in impact["models"]["nodes"])
    assert impact["everything"]["totalCount"] > impact["models"]["totalCount"]


async def test_a_column_that_one_endpoint_reads_blocks_and_another_may_go(ask: Ask) -> None:
    asked = operation("Columns").query
    impact = (await ask(asked))["impact"]
    assert impact["verdict"] == "BLOCK"
    (line,) = impact["affected"]["nodes"]
    assert (line["namespace"], line["name"], line["effect"]) == ("production", "fraud", "BREAKS")
    ((reason, fix),) = {(one["reason"], one["fix"]) for one in line["findings"]}
    assert "reads `home_country`" in reason
    assert fix
    free = (await ask(asked, column="plan"))["impact"]
    assert (free["verdict"], free["affected"]["totalCount"]) == ("PASS", 0)
    assert free["evidence"]["declared"] == free["evidence"]["readers"] > 0


async def test_the_question_of_the_readme_is_answered_as_it_says(ask: Ask) -> None:
    readme = README.read_text("utf-8")
    question, answer = (re.search(rf"```{language}\n(.*?)```", readme, re.DOTALL) for language in ("graphql", "json"))
    assert question
    assert answer
    assert {"data": await ask(question[1])} == json.loads(answer[1])


async def test_upstream_of_the_model_are_the_raw_data_and_the_code(ask: Ask) -> None:
    lineage = (await ask(operation("Upstream").query))["lineage"]
    assert {"DATASET_VERSION", "RUN", "COMMIT"} <= {node["kind"] for node in lineage["nodes"]}
    assert "transactions" in {node["name"] for node in lineage["nodes"]}


async def test_what_is_live_is_served_by_a_model_that_a_known_run_made(ask: Ask) -> None:
    releases = (await ask(operation("Live").query))["releases"]
    assert releases["totalCount"] == len(releases["nodes"]) >= 2
    served = [edge for release in releases["nodes"] for edge in release["models"]["edges"]]
    assert {edge["traffic"] for edge in served} >= {90.0, 10.0}
    assert all(edge["node"]["producer"]["commit"]["sha"] for edge in served)


async def test_a_page_of_runs_has_their_code_inputs_and_outputs(ask: Ask) -> None:
    runs = (await ask(operation("Runs").query))["runs"]["nodes"]
    assert runs
    assert any(run["commit"] and run["inputs"]["edges"] and run["outputs"]["nodes"] for run in runs)


async def test_the_path_leads_from_the_dataset_to_the_deployment(ask: Ask) -> None:
    path = (await ask(operation("Path").query))["path"]
    assert path["direction"] == "DOWNSTREAM"
    assert path["entities"][0]["name"] == "transactions"
    assert [entity["kind"] for entity in path["entities"][-2:]] == ["MODEL_VERSION", "RELEASE"]
    assert path["length"] == len(path["edges"]) == len(path["entities"]) - 1


async def test_the_history_of_marks_says_which_version_was_champion_when(ask: Ask) -> None:
    model = (await ask(operation("Marks").query))["model"]
    assert model["aliases"]
    assert model["marks"]


async def test_two_models_share_the_features_that_both_learned_from(ask: Ask) -> None:
    common = (await ask(operation("CommonAncestors").query))["commonAncestors"]
    assert common["totalCount"] == len(common["ancestors"]) > 2
    assert any(one["lowest"] and one["kind"] in ("DATASET_VERSION", "COMMIT") for one in common["ancestors"])
    assert "transactions" in {one["name"] for one in common["ancestors"]}


async def test_what_was_live_had_been_trained_by_then(ask: Ask) -> None:
    found = (await ask(operation("WhatWasLive").query))["whatWasLive"]
    assert found["totalCount"] == len(found["nodes"]) >= 2
    assert {one["environment"] for one in found["nodes"]} == {"production"}
    for one in found["nodes"]:
        ((made,),) = [model["madeBy"] for model in one["models"]]
        started = made["run"]["startedAt"]  # which DVC does not know
        assert (started or "2026") < one["release"]["since"] < "2026-08-01"
        assert made["data"]["nodes"]
        assert made["code"]["nodes"]


async def test_what_feeds_nothing_live_is_found_among_all_the_data(ask: Ask) -> None:
    found = (await ask(operation("Orphans").query))["orphans"]
    assert found["lookedAt"] > len(found["nodes"])
    assert {one["kind"] for one in found["nodes"]} <= {"DATASET"}
    assert (found["hasNextPage"], found["truncatedReason"]) == (False, None)
    models = (await ask(operation("Orphans").query, of="MODELS"))["orphans"]["nodes"]
    assert [one["name"] for one in models] == ["fraud/model"]


async def test_the_runs_of_each_job_are_counted_with_the_spread_of_their_scores(ask: Ask) -> None:
    groups = (await ask(operation("Counts").query))["countBy"]["nodes"]
    train = next(one for one in groups if one["asset"]["name"] == "fraud/train.py")
    (auc,) = train["metrics"]
    assert 1 < auc["count"] <= train["count"]
    assert 0.5 < auc["min"] < auc["avg"] < auc["max"] <= 1.0
    by_status = (await ask(operation("Counts").query, by="STATUS"))["countBy"]["nodes"]
    assert sum(one["count"] for one in by_status) == sum(one["count"] for one in groups)
