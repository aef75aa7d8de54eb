"""A value that does not fit the schema is told by its argument or variable, its place, and what would be right."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.graphql.conftest import Ask, Refuse, answered
from thalweg.graphql.execution import Api
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

PAGE = Path(__file__).parents[2] / "docs" / "graphql.md"
STATUSES = "SCHEDULED, RUNNING, FINISHED, FAILED, KILLED, UNKNOWN"
EXTRA = 'mutation {{ recordRun(input: {{namespace: "a", runId: "b", extra: {}}}) {{ outcome }} }}'
METRIC = EXTRA.replace("extra: {}", 'metrics: {{key: "auc", value: {}}}')
JOINS = 'mutation {{ stateBatch(input: {{granules: {{scope: "s", joins: {}}}}}) {{ written }} }}'


@pytest.fixture
def address(tmp_path: Path) -> str:
    """On one engine: what is wrong here is known before a store is asked."""
    return f"sqlite:///{tmp_path}/store.db"


@pytest.mark.parametrize(
    ("query", "place", "said"),
    [
        (
            '{ runs(filter: {since: "yesterday"}) { totalCount } }',
            '"yesterday"',
            "Argument 'filter' has invalid value at .since: DateTime 'yesterday' is not a time; "
            "write it like 2026-05-02T08:00:00Z.",
        ),
        (
            "{ runs(filter: {since: 2026}) { totalCount } }",
            "2026",
            "Argument 'filter' has invalid value at .since: DateTime must be text like 2026-05-02T08:00:00Z, "
            "and was 2026.",
        ),
        (
            "{ node(id: 1.5) { id } }",
            "1.5",
            "Argument 'id' has invalid value: ID cannot represent a non-string and non-integer value: 1.5. "
            "It must be text or a whole number.",
        ),
        (
            "{ runs(first: {a: 1}) { totalCount } }",
            "{a: 1}",
            "Argument 'first' has invalid value: Int cannot represent non-integer value: { a: 1 }. "
            "It must be a whole number of 32 bits.",
        ),
        (
            "{ runs(filter: {or: [{name: 1}]}) { totalCount } }",
            "1",
            "Argument 'filter' has invalid value at .or[0].name: String cannot represent a non string value: 1. "
            "It must be text.",
        ),
        (
            "{ runs(filter: {status: DONE}) { totalCount } }",
            "DONE",
            "Argument 'filter' has invalid value at .status: Value 'DONE' does not exist in 'RunStatus' enum. "
            f"It must be one of {STATUSES}.",
        ),
        (
            'query ($t: DateTime = "soon") { runs(filter: {since: $t}) { totalCount } }',
            '"soon"',
            "Variable '$t' has invalid default value: DateTime 'soon' is not a time; "
            "write it like 2026-05-02T08:00:00Z.",
        ),
        (
            "{ runs @include(if: 1) { totalCount } }",
            "1",
            "Argument 'if' has invalid value: Boolean cannot represent a non boolean value: 1. "
            "It must be true or false.",
        ),
        (
            EXTRA.format("[1, {a: None}]"),
            "None",
            "Argument 'input' has invalid value at .extra: JSON has no word None; write it as text, \"None\".",
        ),
        (
            EXTRA.format("1e999"),
            "1e999",
            "Argument 'input' has invalid value at .extra: JSON must be of numbers of 64 bits, and was '1e999'.",
        ),
        (
            METRIC.format("high"),
            "high",
            "Argument 'input' has invalid value at .metrics.value: MetricValue must be a number, "
            '"NaN", "Infinity" or "-Infinity", and was \'high\'.',
        ),
        (
            JOINS.format('[{alias: {}, of: {job: {namespace: "a", name: "b"}}}]'),
            "{}, of",
            "Argument 'input' has invalid value at .granules.joins[0].alias: "
            "Within OneOf Input Object type 'EntityKey', exactly one field must be specified, "
            "and the value for that field must be non-null. It may have one of "
            "dataset, datasetVersion, repository, commit, job, run, model, modelVersion, deployment, release.",
        ),
    ],
)
async def test_a_value_in_a_document_is_pointed_at(refuse: Refuse, query: str, place: str, said: str) -> None:
    error = await refuse(query)
    assert error["message"] == said
    assert error["locations"] == [{"line": 1, "column": query.index(place) + 1}]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize(
    ("type", "argument", "value", "said"),
    [
        ("DateTime", "filter: {since: $v}", "yesterday", ": DateTime 'yesterday' is not a time; write it like"),
        ("DateTime", "filter: {since: $v}", "y" * 5_000, f": DateTime '{'y' * 56}… is not a time; write it like"),
        ("RunFilter", "filter: $v", {"or": [{"since": 7}]}, " at .or[0].since: DateTime must be text like"),
        ("RunFilter", "filter: $v", {"nope": {"a": 1}}, ": Expected value of type 'RunFilter' not to include unknown"),
        ("RunFilter", "filter: $v", {"status": "DONE"}, f"'RunStatus' enum. It must be one of {STATUSES}."),
        (
            "Int!",
            "first: $v",
            None,
            ": Expected value of non-null type 'Int!' not to be null. It must be a whole number",
        ),
        (
            "Int",
            "first: $v",
            "3",
            ": Int cannot represent non-integer value: '3'. It must be a whole number of 32 bits.",
        ),
        ("[ID!]", "filter: {ids: $v}", [1.5], " at [0]: ID cannot represent value: 1.5. It must be text or a whole"),
    ],
)
async def test_a_value_of_a_variable_is_led_to(refuse: Refuse, type: str, argument: str, value: Any, said: str) -> None:
    error = await refuse(f"query ($v: {type}) {{ runs({argument}) {{ totalCount }} }}", v=value)
    assert error["message"].startswith("Variable '$v' has invalid value")
    assert said in error["message"]
    assert "{'a': 1}" not in error["message"]
    assert error["locations"] == [{"line": 1, "column": 8}]
    assert error["extensions"]["code"] == "BAD_INPUT"


async def test_what_a_variable_lacks_is_told_with_what_there_may_be(refuse: Refuse) -> None:
    asked = "mutation ($input: StateBatchInput!) { stateBatch(input: $input) { written } }"
    joins = [{"alias": {"dataset": {"namespace": "a"}}, "of": {"job": {"namespace": "a", "name": "b"}}}]
    error = await refuse(asked, input={"granules": [{"scope": "s", "joins": joins}]})
    assert error["message"] == (
        "Variable '$input' has invalid value at .granules[0].joins[0].alias.dataset: Expected value of type "
        "'DatasetKey' to include required field 'name'. It may have namespace, name."
    )
    joins[0]["of"] = {}
    joins[0]["alias"] = {"job": {"namespace": "a", "name": "b"}}
    error = await refuse(asked, input={"granules": [{"scope": "s", "joins": joins}]})
    assert " at .granules[0].joins[0].of: Within OneOf" in error["message"]
    assert "one of dataset, datasetVersion," in error["message"]
    assert error["locations"] == [{"line": 1, "column": 11}]


async def test_the_page_shows_what_the_program_answers(refuse: Refuse) -> None:
    run = {"namespace": "a", "runId": "b"}
    runs = [run, run, run, {**run, "metrics": [{"key": "auc", "value": "high"}]}]
    asked = "mutation ($input: StateBatchInput!) { stateBatch(input: $input) { written } }"
    error = await refuse(asked, input={"granules": [{"scope": "s", "runs": runs}]})
    shown = re.search(r'\{"message": "Variable.+?\}\n', PAGE.read_text(), re.DOTALL)
    assert shown is not None
    assert json.loads(shown[0]) == {"message": error["message"], "locations": error["locations"]}


@pytest.mark.parametrize("value", ["1" * 5_000, "-" + "1" * 5_000])
async def test_a_number_of_very_many_digits_is_refused_in_few_words(refuse: Refuse, value: str) -> None:
    for query in (METRIC.format(value), EXTRA.format(value), f"{{ runs(first: {value}) {{ totalCount }} }}"):
        error = await refuse(query)
        assert error["message"].startswith("Argument '")
        assert len(error["message"]) < 250, error["message"]
        assert "set_int_max_str_digits" not in error["message"]


async def test_of_very_many_errors_the_first_are_told(store: Store) -> None:
    asked = "query ($v: [ID!]!) { nodes(ids: $v) { id } }"
    errors = (await answered(Api(store), asked, v=[1.5] * 50)).body["errors"]
    assert len(errors) == 6
    assert errors[-1]["message"] == "More is wrong with the variables; the first 5 errors are told."


async def test_json_of_a_document_may_hold_variables(ask: Ask) -> None:
    asked = """mutation ($v: JSON) {
        recordRun(input: {namespace: "a", runId: "b", extra: {a: $v, b: [1, null, "c", 1.5, true]}}) { run { extra } }
    }"""
    extra = (await ask(asked, v={"d": 1}))["recordRun"]["run"]["extra"]
    assert extra == {"a": {"d": 1}, "b": [1, None, "c", 1.5, True]}
