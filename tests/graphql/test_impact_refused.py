"""What a question about a change may not be, and how what it names is called in the answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facts import id
from tests.graphql.conftest import Ask, Refuse
from tests.graphql.test_impact import COLUMNS
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


@pytest.fixture
def store(standing_shop: Store) -> Store:
    return standing_shop


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("activeWithinDays: -3", "`activeWithinDays` is -3 days, and must be 0 to 36500."),
        ("activeWithinDays: 36501", "`activeWithinDays` is 36501 days, and must be 0 to 36500."),
        ("minCoverage: -0.5", "`minCoverage` is -0.5 percent, and must be 0 to 100."),
        ("minCoverage: 101", "`minCoverage` is 101 percent, and must be 0 to 100."),
    ],
)
async def test_an_amount_is_told_in_the_unit_that_was_asked_with_its_bounds(
    refuse: Refuse, argument: str, said: str
) -> None:
    error = await refuse(f'{{ impact(of: "dataset:tx", change: {{content: {{}}}}, {argument}) {{ verdict }} }}')
    assert (error["message"], error["extensions"]["code"]) == (said, "BAD_INPUT")


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("activeWithinDays: -3", "`activeWithinDays` is -3 days, and must be 0 to 36500."),
        ("followDays: 0", "`followDays` is 0 days, and must be 1 to 36500."),
        ("followDays: 2147483647", "`followDays` is 2147483647 days, and must be 1 to 36500."),
    ],
)
async def test_an_amount_of_a_replay_is_checked_before_anything_is_replayed(
    refuse: Refuse, argument: str, said: str
) -> None:
    error = await refuse(f'{{ backtest(since: "2026-01-01", {argument}) {{ next }} }}')
    assert (error["message"], error["extensions"]["code"]) == (said, "BAD_INPUT")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"columns": {"changes": []}}, "`columns.changes` is empty."),
        ({"columns": {"changes": [{}]}}, "exactly one field must be specified"),
        ({"columns": {"changes": [{"drop": "a", "nullable": "a"}]}}, "exactly one field must be specified"),
        ({"code": {}}, "To call wrong the code of a dataset is no question of impact."),
        ({"columns": {"changes": [{"drop": "a"}, {"drop": ""}]}}, "`columns.changes[1].drop` is empty."),
        ({"columns": {"changes": [{"rename": {"column": "a", "to": ""}}]}}, "`columns.changes[0].rename.to` is empty."),
        ({"columns": {"changes": [{"add": {"column": ""}}]}}, "`columns.changes[0].add.column` is empty."),
        ({"delete": {"versions": []}}, "`versions` is empty. Name at least one, or leave it out."),
    ],
)
async def test_a_change_of_columns_that_says_nothing_is_refused(
    refuse: Refuse, change: dict[str, Any], said: str
) -> None:
    error = await refuse(COLUMNS, of=id("tx"), change=change)
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert said in error["message"]


@pytest.mark.parametrize(
    ("of", "change", "said"),
    [
        (
            "dataset:tx",
            {"content": {"versions": ["9"]}},
            "Nobody knows the dataset version `dataset:test tx@9`, so what",
        ),
        (
            "model:fraud",
            {"withdraw": {"versions": ["9"]}},
            "Nobody knows the model version `model:test fraud/9`, so what",
        ),
        (
            "dataset:tx@9",
            {"content": {}},
            "No dataset version is known that 'dataset:tx@9' names. The newest there are:",
        ),
        (id("tx@9"), {"content": {}}, f"Nobody knows the dataset version {id('tx@9')}, so what"),
    ],
)
async def test_a_version_that_nobody_knows_is_called_as_it_was_asked_for(
    ask: Ask, of: str, change: dict[str, Any], said: str
) -> None:
    answer = (await ask(COLUMNS, of=of, change=change))["impact"]
    assert answer["verdict"] == "INCOMPLETE"
    assert said in answer["incomplete"][0]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"verdict": "INCOMPLETE"}, "`verdict` is 'INCOMPLETE'. It may be PASS, WARN, BLOCK."),
        ({"change": "explode"}, "`change` is 'explode'. It may be content, drop, rename, retype, nullable, add,"),
        ({"finding": "TW999"}, "`finding` is 'TW999'. It may be TW000, not-checked,"),
        ({"role": "label"}, "`role` is 'label'. Did you mean `LABEL`? It may be KEY, LABEL,"),
        ({"kind": "RUN"}, "`kind` is 'run'. It may be dataset, job, model, deployment."),
    ],
)
async def test_a_rule_that_nothing_can_meet_is_refused(refuse: Refuse, rule: dict[str, Any], said: str) -> None:
    """It would decide nothing, and what it was to stop would pass."""
    policy = [{"name": "first", "verdict": "WARN"}, {"name": "second", "verdict": "BLOCK", **rule}]
    error = await refuse(COLUMNS, of="dataset:tx", change={"content": {}}, policy=policy)
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert error["message"].startswith(f"`policy[1]` (the rule `second`): {said}")


async def test_a_policy_without_a_rule_is_refused(refuse: Refuse) -> None:
    error = await refuse(COLUMNS, of="dataset:tx", change={"content": {}}, policy=[])
    assert error["message"] == "`policy` is empty, and would let everything pass. Give a rule, or leave it out."


async def test_a_rule_may_name_a_finding_by_its_word(ask: Ask) -> None:
    policy = [{"name": "words", "verdict": "BLOCK", "finding": "content-changed"}]
    answer = (await ask(COLUMNS, of="dataset:tx", change={"content": {}}, policy=policy))["impact"]
    assert answer["verdict"] == "BLOCK"
