"""What is wrong with a statement is told with the way that leads there, through whatever the input nests."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.facts import id
from tests.graphql.conftest import Ask

pytestmark = pytest.mark.anyio

PAGE = Path(__file__).parents[2] / "docs" / "graphql.md"

RUN = {"namespace": "airflow", "runId": "r"}
SHA = "4f1c" * 10
NAMED = {"namespace": "a", "name": "b"}
NO_NAME = {"namespace": "a", "name": ""}
NO_PLACE = {"namespace": "", "name": "b"}
VERSION = {**NAMED, "version": "1"}
RELEASE = {**NAMED, "revision": "1"}
FUTURE = "3000-01-01"


@pytest.fixture
def address(tmp_path: Path) -> str:
    """On one engine: what is wrong here is known before a store is asked."""
    return f"sqlite:///{tmp_path}/store.db"


async def errors_of(ask: Ask, field: str, given: dict[str, Any], what: str = "errors") -> list[dict[str, Any]]:
    """What is wrong with the input of a mutation, or looks wrong, with its path as text: `input.inputs.0.model`."""
    type = f"{field[0].upper()}{field[1:]}Input!"
    asked = f"mutation ($input: {type}) {{ {field}(input: $input) {{ {what} {{ code path message }} }} }}"
    if field == "stateBatch":
        asked = asked.replace(f"{{ {what}", f"{{ results {{ {what}").replace("message }", "message } }")
    payload = (await ask(asked, input=given))[field]
    found = [error for one in payload.get("results", [payload]) for error in one[what]]
    return [{**one, "path": ".".join(one["path"])} for one in found]


async def paths_of(ask: Ask, field: str, given: dict[str, Any], what: str = "errors") -> list[str]:
    return [error["path"] for error in await errors_of(ask, field, given, what)]


async def test_the_page_shows_what_the_program_answers(ask: Ask) -> None:
    asked, answered = re.findall(r"```(?:graphql|json)\n(.+?)```", PAGE.read_text(), re.DOTALL)[:2]
    assert await ask(asked) == json.loads(answered)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"runId": ""}, "input.runId"),
        ({"job": NO_NAME}, "input.job.name"),
        ({"parent": {"namespace": "", "runId": "p"}}, "input.parent.namespace"),
        ({"code": {"repository": "https://", "sha": SHA}}, "input.code.repository"),
        ({"code": {"repository": "https://a.com/b", "sha": "abc"}}, "input.code.sha"),
        (
            {"inputs": [{"dataset": NAMED}, {"dataset": NO_NAME}]},
            "input.inputs.1.dataset.name",
        ),
        ({"inputs": [{"model": {**NO_NAME, "version": "1"}}]}, "input.inputs.0.model.name"),
        ({"outputs": [{"dataset": {**NO_NAME, "version": "1"}}]}, "input.outputs.0.dataset.name"),
        ({"outputs": [{}]}, "input.outputs.0"),
        ({"extra": {"n": [1 << 70]}}, "input.extra"),
        ({"source": ""}, "input.source"),
        ({"scope": "\0"}, "input.scope"),
    ],
)
async def test_a_path_leads_into_a_run(ask: Ask, given: dict[str, Any], path: str) -> None:
    assert await paths_of(ask, "recordRun", {**RUN, **given}) == [path]


@pytest.mark.parametrize(
    ("field", "given", "path"),
    [
        ("recordDatasetVersion", {**VERSION, "producedBy": {"namespace": "a", "runId": ""}}, "input.producedBy.runId"),
        (
            "recordDatasetVersion",
            {**VERSION, "derivedFrom": [{**VERSION, "version": ""}]},
            "input.derivedFrom.0.version",
        ),
        ("recordModelVersion", {**VERSION, "derivedFrom": [{**VERSION, "name": "c"}, VERSION]}, "input.derivedFrom.1"),
        ("recordRelease", {**RELEASE, "models": [{**VERSION, "traffic": 101}]}, "input.models.0.traffic"),
        ("recordRelease", {**RELEASE, "inputs": [{"model": VERSION}]}, "input.inputs.0"),
        ("endRelease", {**RELEASE, "revision": ""}, "input.revision"),
        ("setAlias", {**VERSION, "alias": "champion", "version": ""}, "input.version"),
        ("setAlias", {**VERSION, "alias": "champion", "name": ""}, "input.name"),
    ],
)
async def test_a_path_leads_into_every_statement(ask: Ask, field: str, given: dict[str, Any], path: str) -> None:
    assert await paths_of(ask, field, given) == [path]


async def test_an_alias_without_a_name_is_told_by_the_field_that_names_it(ask: Ask) -> None:
    await ask('mutation { recordModelVersion(input: {namespace: "a", name: "b", version: "1"}) { outcome } }')
    assert await paths_of(ask, "setAlias", {**VERSION, "alias": ""}) == ["input.alias"]


async def test_a_path_leads_into_every_list_of_a_batch(ask: Ask) -> None:
    run = {"run": RUN}
    granule = {
        "scope": "s",
        "at": "2026-05-01",
        "datasets": [{"namespace": "a", "name": "b"}, NO_NAME],
        "repositories": [{"repository": "https://"}],
        "commits": [{"repository": "https://a.com/b", "sha": SHA}, {"repository": "https://a.com/b", "sha": "x"}],
        "runs": [RUN, {**RUN, "runId": "q", "job": {"namespace": "", "name": "j"}}],
        "modelVersions": [{**VERSION, "signature": 1 << 70}],
        "edges": [
            {"source": {"datasetVersion": {**VERSION, "version": ""}}, "type": "INPUT_TO", "target": run},
            {"source": run, "type": "INPUT_TO", "target": run},
            {
                "source": {"repository": {"url": ""}},
                "type": "CODE_OF",
                "target": {"job": {"namespace": "a", "name": "j"}},
            },
            {
                "source": {"modelVersion": VERSION},
                "type": "SERVED_BY",
                "target": {"release": RELEASE},
                "traffic": -1,
            },
        ],
        "marks": [{"version": VERSION, "kind": "STAGE", "name": ""}],
        "joins": [{"alias": {"dataset": NO_PLACE}, "of": {"dataset": NAMED}}],
    }
    below = await paths_of(ask, "stateBatch", {"granules": [{"scope": "fine"}, granule]})
    assert {path.removeprefix("input.granules.1.") for path in below} == {
        "datasets.1.name",
        "repositories.0.repository",
        "commits.1.sha",
        "runs.1.job.namespace",
        "modelVersions.0.signature",
        "edges.0.source.datasetVersion.version",
        "edges.1.type",
        "edges.2.source.repository.url",
        "edges.3.traffic",
        "marks.0.name",
        "joins.0.alias.dataset.namespace",
    }


async def test_what_is_wrong_with_a_granule_itself_leads_to_its_own_fields(ask: Ask) -> None:
    assert await paths_of(ask, "stateBatch", {"granules": [{"scope": "fine"}, {"scope": ""}]}) == [
        "input.granules.1.scope"
    ]
    assert await paths_of(ask, "stateBatch", {"source": "", "granules": [{"scope": "s"}]}) == ["input.source"]


async def test_a_warning_leads_there_as_well(ask: Ask) -> None:
    given = {"granules": [{"scope": "s", "runs": [RUN, {**RUN, "runId": "q", "startedAt": FUTURE}]}]}
    assert await paths_of(ask, "stateBatch", given, "warnings") == ["input.granules.0.runs.1.startedAt"]


async def test_reads_and_writes_of_nothing_are_told_with_all_else(ask: Ask) -> None:
    both = {"dataset": VERSION, "model": VERSION}
    given = {**RUN, "runId": "", "code": {"repository": "", "sha": "x"}, "inputs": [{}, both], "outputs": [{}]}
    errors = await errors_of(ask, "recordRun", given)
    assert [error["path"] for error in errors] == [
        "input.inputs.0",
        "input.inputs.1",
        "input.outputs.0",
        "input.runId",
        "input.code.repository",
        "input.code.sha",
    ]
    assert errors[0]["message"] == "inputs[0] must name a dataset or a model, and not both."
    assert errors[3]["message"] == "Run: runId: '' must be text that is not empty."


async def test_each_id_that_cannot_be_forgotten_is_led_to(ask: Ask) -> None:
    asked = "mutation ($ids: [ID!]!) { forget(ids: $ids) { errors { code path message } } }"
    await ask('mutation { recordRun(input: {namespace: "a", runId: "b"}) { outcome } }')
    errors = (await ask(asked, ids=[id("*nobody"), "nothing"]))["forget"]["errors"]
    assert [(error["code"], error["path"]) for error in errors] == [("BAD_KEY", ["ids", "1"])]
    errors = (await ask(asked, ids=[id("*nobody"), id("*nothing")]))["forget"]["errors"]
    assert [(error["code"], error["path"]) for error in errors] == [
        ("NOT_FOUND", ["ids", "0"]),
        ("NOT_FOUND", ["ids", "1"]),
    ]
    assert id("*nobody") in errors[0]["message"]
