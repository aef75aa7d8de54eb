"""Impact of a change of columns, through the API: findings, policies, evidence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facts import granule, id, reads, run, thing, writes
from tests.graphql.conftest import Ask, Refuse, State
from thalweg.model import time

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("shop_store")]

COLUMNS = """query (
  $of: ID!, $change: ChangeInput!, $policy: [PolicyRuleInput!], $minCoverage: Float! = 0, $any: Boolean! = false
) {
  impact(of: $of, change: $change, policy: $policy, minCoverage: $minCoverage, allowUnknownColumn: $any) {
    verdict incomplete evidence { readers declared predicates projection unknown }
    affected { nodes {
      name effect confidence would
      columns { versionId column confidence }
      findings {
        ruleId ruleName ruleText fingerprint subject change column role confidence reason fix verdict policyRule message
        would notLive
      }
    } }
  }
}"""


@pytest.fixture
async def table(state: State) -> None:
    """A table whose columns are known, and who reads which."""
    columns = [{"name": "age", "type": "int", "nullable": False, "role": "LABEL"}, {"name": "id"}]
    lineage = {"fields": {"total": {"inputFields": [{"namespace": "test", "name": "table", "field": "age"}]}}}
    now = time.now()
    await state(
        granule(
            "table",
            thing("table@1", columns=columns),
            thing("derived@1", column_lineage=lineage),
            run("r1", "reader", started_at=now - time.DAY, ended_at=now),
            run("r2", "other", started_at=now - time.DAY, ended_at=now),
            reads("table@1", "*r1", columns=["age"], covers="DECLARED"),
            reads("table@1", "*r2", columns=["id"], covers="DECLARED"),
            writes("*r1", "derived@1"),
        )
    )


@pytest.mark.usefixtures("table")
async def test_a_change_of_columns_is_broken_down_into_findings(ask: Ask) -> None:
    change = {"columns": {"changes": [{"drop": "age"}, {"add": {"column": "new", "type": "int"}}]}}
    answer = (await ask(COLUMNS, of="dataset:table", change=change))["impact"]
    lines = {(line["name"], line["effect"]): line for line in answer["affected"]["nodes"]}
    assert set(lines) == {("reader", "BREAKS"), ("derived", "STALE")}
    (found,) = lines["reader", "BREAKS"]["findings"]
    assert found["reason"].startswith("job `reader` reads `age` of `test table` (declared)")
    assert found | {"fingerprint": "", "reason": "", "fix": ""} == {
        "ruleId": "TW101",
        "ruleName": "column-dropped",
        "ruleText": "A job or an endpoint reads a column that is dropped.",
        "fingerprint": "",
        "subject": "dataset:test table",
        "change": "drop",
        "column": "age",
        "role": "LABEL",
        "confidence": "CERTAIN",
        "reason": "",
        "fix": "",
        "verdict": "WARN",
        "policyRule": "touches-live",
        "message": "It touches something live.",
        "would": "WARN",
        "notLive": None,
    }
    assert len(found["fingerprint"]) == 16
    assert found["fix"]
    assert answer["evidence"] == {"readers": 2, "declared": 2, "predicates": 0, "projection": 0, "unknown": 0}


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("change", "breaks"),
    [
        ({"rename": {"column": "age", "to": "years"}}, ["reader"]),
        ({"retype": {"column": "age", "to": "string"}}, ["reader"]),
        ({"retype": {"column": "age", "of": "long", "to": "int", "inferred": True}}, ["reader"]),
        ({"nullable": "age"}, ["reader"]),
        ({"drop": "id"}, ["other"]),
        ({"add": {"column": "new"}}, []),
    ],
    ids=str,
)
async def test_each_change_of_a_column_is_asked_by_its_own_word(
    ask: Ask, change: dict[str, Any], breaks: list[str]
) -> None:
    answer = (await ask(COLUMNS, of="dataset:table", change={"columns": {"changes": [change]}}))["impact"]
    assert [line["name"] for line in answer["affected"]["nodes"] if line["effect"] == "BREAKS"] == breaks


@pytest.mark.usefixtures("table")
async def test_the_columns_that_are_touched_are_in_the_answer(ask: Ask) -> None:
    answer = (await ask(COLUMNS, of="dataset:table", change={"content": {"columns": ["age"]}}))["impact"]
    (derived,) = [line for line in answer["affected"]["nodes"] if line["name"] == "derived"]
    assert derived["columns"] == [
        {"versionId": id("derived@1"), "column": None, "confidence": "POSSIBLE"},
        {"versionId": id("derived@1"), "column": "total", "confidence": "CERTAIN"},
    ]


@pytest.mark.usefixtures("table")
async def test_a_question_may_bring_its_policy_and_ask_for_evidence(ask: Ask) -> None:
    change = {"columns": {"changes": [{"drop": "age"}]}}
    rule = {"name": "labels", "verdict": "BLOCK", "role": "LABEL", "kind": "JOB", "message": "Ask risk first."}
    answer = (await ask(COLUMNS, of="dataset:table", change=change, policy=[rule]))["impact"]
    assert answer["verdict"] == "BLOCK"
    assert answer["affected"]["nodes"][0]["findings"][0]["message"] == "Ask risk first."
    assert (await ask(COLUMNS, of="dataset:table", change=change, minCoverage=100))["impact"]["verdict"] == "WARN"


@pytest.mark.usefixtures("table")
async def test_too_little_evidence_is_incomplete(ask: Ask, state: State) -> None:
    now = time.now()
    silent = run("r3", "silent", started_at=now - time.DAY, ended_at=now)
    await state(granule("silent", silent, reads("table@1", "*r3")))
    change = {"columns": {"changes": [{"add": {"column": "new"}}]}}
    enough = (await ask(COLUMNS, of="dataset:table", change=change, minCoverage=60))["impact"]
    assert (enough["verdict"], enough["incomplete"]) == ("PASS", [])
    answer = (await ask(COLUMNS, of="dataset:table", change=change, minCoverage=70))["impact"]
    assert answer["verdict"] == "INCOMPLETE"
    assert answer["incomplete"] == [
        "What is read is known of 67 % of the readers, with filters and joins; at least 70 % is asked for."
    ]


@pytest.mark.usefixtures("table")
async def test_a_column_that_was_never_there_is_refused_with_the_near_ones(ask: Ask, refuse: Refuse) -> None:
    change = {"columns": {"changes": [{"drop": "agee"}]}}
    error = await refuse(COLUMNS, of="dataset:table", change=change)
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert error["message"].startswith("`test table` never had a column `agee`. Did you mean `age`?")
    answer = (await ask(COLUMNS, of="dataset:table", change=change, any=True))["impact"]
    assert answer["verdict"] == "PASS"


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([{"rename": {"column": "id", "to": "age"}}], "`test table` has a column `age` of the type int already."),
        ([{"add": {"column": "age", "type": "string"}}], "`test table` has a column `age` of the type int already."),
        (
            [{"add": {"column": "age"}}],
            "`test table` has a column `age` of the type int already. Leave the addition out",
        ),
        ([{"add": {"column": "age", "type": "int"}}], "`test table` has a column `age` of the type int already."),
        ([{"rename": {"column": "id", "to": "id"}}], "The column `id` of `test table` is renamed to itself."),
        ([{"drop": "age"}, {"nullable": "age"}], "The column `age` of `test table` is allowed nulls and dropped."),
        (
            [{"retype": {"column": "age", "to": "bigint"}}, {"retype": {"column": "age", "to": "string"}}],
            "The column `age` of `test table` is given another type twice.",
        ),
        (
            [{"rename": {"column": "age", "to": "new"}}, {"add": {"column": "new"}}],
            "`age` and `new` of `test table` would both be called `new`.",
        ),
    ],
)
async def test_a_change_that_cannot_be_made_is_refused(refuse: Refuse, changes: list[Any], said: str) -> None:
    """It would be a pass else, for nobody reads what there is not."""
    error = await refuse(COLUMNS, of="dataset:table", change={"columns": {"changes": changes}})
    assert (error["extensions"]["code"], said in error["message"]) == ("BAD_INPUT", True), error["message"]


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    "changes",
    [
        [{"rename": {"column": "id", "to": "age"}}, {"drop": "age"}],
        [{"rename": {"column": "id", "to": "age"}}, {"rename": {"column": "age", "to": "id"}}],
        [{"rename": {"column": "id", "to": "key"}}, {"add": {"column": "id"}}],
        [{"drop": "age"}, {"add": {"column": "age", "type": "string"}}],
        [{"drop": "age"}, {"drop": "age"}],
        [{"rename": {"column": "age", "to": "years"}}, {"retype": {"column": "age", "to": "string"}}],
    ],
)
async def test_several_changes_may_together_be_what_one_could_not(ask: Ask, changes: list[Any]) -> None:
    answer = (await ask(COLUMNS, of="dataset:table", change={"columns": {"changes": changes}}))["impact"]
    assert answer["verdict"] in ("PASS", "WARN")


async def test_of_columns_that_only_readers_name_it_is_not_told_that_one_never_was(ask: Ask, state: State) -> None:
    now = time.now()
    await state(
        granule("r1", run("r1", "reader", started_at=now, ended_at=now), reads("bare@1", "*r1", columns=["age"]))
    )
    change = {"columns": {"changes": [{"drop": "agee"}]}}
    answer = (await ask(COLUMNS, of="dataset:bare", change=change))["impact"]
    assert answer["verdict"] == "INCOMPLETE"
    assert answer["incomplete"][0] == (
        "Of the columns of `test bare` only those are known that somebody reads, so whether it has `agee` cannot be "
        "told. Did you mean `age`?"
    )
