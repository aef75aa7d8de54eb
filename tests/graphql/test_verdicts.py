"""Verdicts are kept once, and found by their id."""

from __future__ import annotations

import pytest

from tests.graphql.conftest import Ask

pytestmark = pytest.mark.anyio

KEEP = "mutation ($body: JSON!) { keepVerdict(body: $body) { verdict { id at caller body } errors { message } } }"
FIND = "query ($id: ID!) { verdict(id: $id) { id at caller body } }"


async def test_a_verdict_is_found_as_it_was_kept_and_twice_the_same_is_one(ask: Ask) -> None:
    body = {"verdict": "PASS", "findings": [{"a": 1.5}]}
    first = (await ask(KEEP, body=body))["keepVerdict"]
    assert first["errors"] == []
    assert first["verdict"]["body"] == body
    again = (await ask(KEEP, body=dict(reversed(body.items()))))["keepVerdict"]["verdict"]
    assert again == first["verdict"]
    assert (await ask(FIND, id=again["id"]))["verdict"] == again
    other = (await ask(KEEP, body={**body, "verdict": "WARN"}))["keepVerdict"]["verdict"]
    assert other["id"] != again["id"]


async def test_a_verdict_that_nobody_kept_is_null(ask: Ask) -> None:
    assert (await ask(FIND, id="verdict_nobody"))["verdict"] is None


@pytest.mark.parametrize(
    ("body", "said"),
    [([1], "`body` is no object."), ({"a": "x" * 1_000_001}, "and may have 1,000,000.")],
    ids=["list", "large"],
)
async def test_what_is_no_verdict_is_not_kept(ask: Ask, body: object, said: str) -> None:
    answer = (await ask(KEEP, body=body))["keepVerdict"]
    assert answer["verdict"] is None
    assert said in answer["errors"][0]["message"]
