"""What goes wrong is said in a sentence with a code, and never more than the client may know."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Any

import pytest

from tests.facts import granule, id, run
from tests.graphql.conftest import REQUEST, Ask, Refuse, State, answered, refusing
from thalweg.graphql.execution import Api, Asked
from thalweg.graphql.limits import Limits
from thalweg.model.errors import DeadlineExceeded, StoreUnavailable
from thalweg.model.facts import Caller
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


class Failing:
    """A store whose operations fail."""

    read_only = False

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        async def fail(*_args: Any, **_kwargs: Any) -> Any:
            raise self.error

        return fail


async def test_an_unexpected_error_is_masked_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    store: Any = Failing(RuntimeError("the password is hunter2"))
    with caplog.at_level(logging.ERROR, "thalweg.graphql"):
        answer = await answered(Api(store), "{ secret: runs { nodes { id } } }")
    assert answer.body["data"] is None
    (error,) = answer.body["errors"]
    assert error["extensions"] == {"code": "INTERNAL_ERROR", "requestId": REQUEST}
    assert error["path"] == ["secret"]
    assert "hunter2" not in str(answer.body)
    (record,) = caplog.records
    assert record.__dict__["request_id"] == REQUEST
    assert record.exc_info is not None
    assert "nodes { id }" not in record.getMessage()


async def test_an_expected_error_keeps_its_code_and_its_hint() -> None:
    store: Any = Failing(StoreUnavailable("Neo4j does not answer.", "Is it running?"))
    (error,) = (await answered(Api(store), "{ runs { nodes { id } } }")).body["errors"]
    assert error["message"] == "Neo4j does not answer. Is it running?"
    assert error["extensions"]["code"] == "STORE_UNAVAILABLE"


async def test_a_deadline_of_the_store_has_a_code_of_its_own() -> None:
    store: Any = Failing(DeadlineExceeded("The list took too long.", "Filter it."))
    (error,) = (await answered(Api(store), "{ runs { nodes { id } } }")).body["errors"]
    assert error["extensions"]["code"] == "DEADLINE_EXCEEDED"


class Hanging:
    """A store that never answers, and knows what was given up."""

    read_only = False

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.given_up: asyncio.Queue[str] = asyncio.Queue()

    def __getattr__(self, name: str) -> Any:
        async def hang(*_args: Any, **_kwargs: Any) -> Any:
            self.asked.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.given_up.put_nowait(name)
                raise

        return hang


async def test_a_query_that_takes_too_long_is_stopped_and_nothing_keeps_running() -> None:
    store: Any = Hanging()
    answer = await answered(Api(store, replace(Limits(), seconds=0.05)), "{ runs { nodes { id } } }")
    assert answer.body["data"] is None
    (error,) = answer.body["errors"]
    assert error["extensions"] == {"code": "DEADLINE_EXCEEDED", "requestId": REQUEST}
    assert await store.given_up.get() == "find"


async def test_a_query_that_is_cancelled_stops_its_batches_too(store: Store, state: State) -> None:
    await state(granule("g", run("r", "j")))
    hanging: Any = Hanging()
    hanging.find = store.find
    api = Api(hanging)
    caller = Caller(request_id=REQUEST)
    task = asyncio.ensure_future(api.answer(Asked("{ runs { nodes { job { name } outputs { more } } } }"), caller))
    await hanging.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert {await hanging.given_up.get(), await hanging.given_up.get()} == {"get", "neighbours"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment a on Run { id }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("query a { __typename } query b { __typename }", "BAD_INPUT"),
        ("query ($n: Int!) { runs(first: $n) { totalCount } }", "BAD_INPUT"),
    ],
)
async def test_what_cannot_be_executed_says_which_stage_refused_it(store: Store, query: str, code: str) -> None:
    answer = await answered(Api(store), query)
    assert not answer.executed
    assert "data" not in answer.body
    assert {error["extensions"]["code"] for error in answer.body["errors"]} == {code}


async def test_the_operation_that_is_named_is_executed(store: Store) -> None:
    text = "query a { __typename } query b { b: __typename }"
    api, caller = Api(store), Caller(request_id=REQUEST)
    assert (await api.answer(Asked(text, None, "b"), caller)).body == {"data": {"b": "Query"}}
    (error,) = (await api.answer(Asked(text, None, "c"), caller)).body["errors"]
    assert error["message"] == "The document has no operation 'c'. It has: a, b."


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("yesterday", "'yesterday' is not a time; write it like 2026-05-02T08:00:00Z"),
        ("2026-02-30", "is not a time: day"),
        (7, "DateTime must be text"),
    ],
)
async def test_what_is_no_time_is_said_with_what_would_be_right(refuse: Refuse, value: object, said: str) -> None:
    error = await refuse("query ($t: DateTime) { runs(filter: {since: $t}) { totalCount } }", t=value)
    assert said in error["message"]


async def test_a_list_survives_one_thing_that_fails(store: Store, state: State, ask: Ask) -> None:
    """An error of one field is null in its place; the rest is answered."""
    await state(granule("g", run("r1", "j"), run("r2", "j")))

    neighbours: Any = store.neighbours
    patched: Any = _Partly(store, neighbours)
    answer = await answered(Api(patched), "{ runs { nodes { id commit { sha } } } }")
    assert [node["commit"] for node in answer.body["data"]["runs"]["nodes"]] == [None, None]
    assert {tuple(error["path"]) for error in answer.body["errors"]} == {
        ("runs", "nodes", 0, "commit"),
        ("runs", "nodes", 1, "commit"),
    }


class _Partly:
    def __init__(self, store: Store, _neighbours: Any) -> None:
        self.store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def neighbours(self, *_args: Any) -> Any:
        raise StoreUnavailable("The store is overloaded.")


async def test_an_id_is_never_an_error(refuse: Refuse, ask: Ask) -> None:
    assert await ask("query ($of: ID!) { lineage(of: $of) { truncated } }", of=id("nobody")) == {"lineage": None}


async def test_a_mutation_that_takes_too_long_says_that_it_may_have_been_written(store: Store) -> None:
    hanging: Any = Hanging()
    error = await refusing(hanging, replace(Limits(), seconds=0.05))(
        'mutation { recordRun(input: {namespace: "a", runId: "b"}) { outcome } }'
    )
    assert error["extensions"]["code"] == "DEADLINE_EXCEEDED"
    assert "idempotencyKey" in error["message"]
