"""The API over a store, asked with no HTTP at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.graphql.shop import shop
from thalweg import ingest
from thalweg.graphql.execution import Answer, Api, Asked
from thalweg.graphql.limits import Limits
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE, Caller, Granule
from thalweg.store.open import open_store
from thalweg.store.store import Store

REQUEST = "request-1"


State = Callable[..., Awaitable[None]]


@pytest.fixture
def state(store: Store) -> State:
    """States granules, each of which must be taken."""

    async def state(*granules: Granule) -> None:
        for answer in await ingest.state(store, granules, ANYONE):
            if isinstance(answer, ThalwegError):
                raise answer

    return state


@pytest.fixture
async def shop_store(store: Store, state: State) -> Store:
    """A store that holds the shop (`shop.py`)."""
    await state(*shop())
    return store


@pytest.fixture(scope="module")
async def standing_shop(module_address: str) -> AsyncIterator[Store]:
    """A store that holds the shop for all tests of a module; none of them writes."""
    store = await open_store(module_address)
    for answer in await ingest.state(store, shop(), ANYONE):
        assert not isinstance(answer, ThalwegError), answer
    yield store
    await store.close()


Ask = Callable[..., Awaitable[dict[str, Any]]]


PATIENT = Limits(seconds=60.0, bulk_seconds=60.0)
"""A Neo4j that has just started, on a machine with other work, plans a question for longer than a user would wait."""


def asking(store: Store, limits: Limits = PATIENT) -> Ask:
    """A function that asks a query which must be answered without an error, and gives its data."""
    api = Api(store, limits)

    async def ask(query: str, **variables: Any) -> dict[str, Any]:
        answer = await api.answer(Asked(query, variables), Caller(request_id=REQUEST))
        assert "errors" not in answer.body, answer.body["errors"]
        data: dict[str, Any] = answer.body["data"]
        return data

    return ask


@pytest.fixture
def ask(store: Store) -> Ask:
    return asking(store)


Refuse = Callable[..., Awaitable[dict[str, Any]]]


def refusing(store: Store, limits: Limits = PATIENT) -> Refuse:
    """A function that asks a query which must end in one error, and gives that."""
    api = Api(store, limits)

    async def refuse(query: str, **variables: Any) -> dict[str, Any]:
        answer = await answered(api, query, **variables)
        assert len(answer.body["errors"]) == 1, answer.body["errors"]
        error: dict[str, Any] = answer.body["errors"][0]
        assert error["extensions"]["requestId"] == REQUEST
        return error

    return refuse


@pytest.fixture
def refuse(store: Store) -> Refuse:
    return refusing(store)


async def answered(api: Api, query: str, **variables: Any) -> Answer:
    return await api.answer(Asked(query, variables), Caller(request_id=REQUEST))
