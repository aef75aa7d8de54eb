"""A question that takes too long is stopped, whichever of its queries it is that lasts; nothing goes on in Neo4j.

The queries of each published operation are made endless from one of them on: from the first, from the last, and from
some in between.
"""

from __future__ import annotations

import asyncio
from typing import Any

import neo4j
import pytest

from tests.graphql.estate import stated
from thalweg.graphql.execution import Api, Asked
from thalweg.graphql.limits import Limits
from thalweg.graphql.published import Published, published
from thalweg.model.facts import Caller
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.queries import Query
from thalweg.store.open import open_store

pytestmark = pytest.mark.anyio

ENDLESS = "UNWIND range(1, 1000000) AS i UNWIND range(1, 1000000) AS j RETURN count(i + j) AS n"
SECONDS = 0.15
STAGES = 2
"""Places, about, at which the queries of one operation begin to last."""


class Stalled(Database):
    """A database that answers some queries, and of the next never ends."""

    answers: int | None = None
    asked: list[str]

    async def read(self, query: Query, **given: Any) -> list[Any]:
        self.asked.append(query.name)
        if self.answers is not None and len(self.asked) > self.answers:
            return await super().read(Query(query.name, ENDLESS, ""), seconds=given.get("seconds", 10.0))
        return await super().read(query, **given)


def says_so(answer: Any) -> bool:
    """Whether an answer says that it is not whole."""
    if isinstance(answer, dict):
        told = any(answer.get(word) for word in ("incomplete", "truncated", "truncatedReason"))
        return told or any(says_so(value) for value in answer.values())
    return isinstance(answer, list) and any(says_so(one) for one in answer)


@pytest.mark.neo4j
async def test_whichever_query_of_a_question_lasts_it_is_stopped_in_neo4j(
    empty_neo4j: str, neo4j_driver: neo4j.Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await open_store(empty_neo4j)
    await stated(store)
    database: Stalled = store._database  # type: ignore[attr-defined]
    monkeypatch.setattr(database, "__class__", Stalled)
    try:
        for operation in published():
            await each_query_lasts(Api(store, Limits(seconds=SECONDS)), database, operation, neo4j_driver)
    finally:
        await store.close()


async def each_query_lasts(api: Api, database: Stalled, operation: Published, driver: neo4j.Driver) -> None:
    database.answers = None
    database.asked = []
    whole = await Api(api.store).answer(Asked(operation.query), Caller())
    assert "errors" not in whole.body, operation.name
    number = len(database.asked)
    for answered in {*range(0, number, max(1, number // STAGES)), number - 1}:
        database.answers, database.asked = answered, []
        stopped = await api.answer(Asked(operation.query), Caller())
        codes = {error["extensions"]["code"] for error in stopped.body.get("errors", ())}
        assert codes == {"DEADLINE_EXCEEDED"} or (not codes and says_so(stopped.body["data"])), (
            operation.name,
            answered,
            stopped.body,
        )
        await nothing_runs(driver)


async def nothing_runs(driver: neo4j.Driver) -> None:
    """Waits until none of the endless queries runs, for less long than Neo4j itself would take to end one."""
    text = "SHOW TRANSACTIONS YIELD currentQuery AS text WHERE text = $text RETURN count(*) AS number"
    async with asyncio.timeout(4):
        while driver.execute_query(text, {"text": ENDLESS}).records[0]["number"]:  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0.01)
