"""What the tests of the contract do to a store, on both engines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import pytest

from tests.exploring import explore, wipe
from tests.facts import Fact
from tests.facts import granule as make
from tests.store.gaps import mark_gaps
from thalweg import ingest
from thalweg.model.errors import ThalwegError
from thalweg.model.facts import ANYONE, Granule, Pass
from thalweg.model.results import Written
from thalweg.store.store import Store

__all__ = ["explore", "wipe"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark_gaps(items)


State = Callable[..., Awaitable[list[Written | ThalwegError]]]


@pytest.fixture
def state(store: Store) -> State:
    """States granules, each of which must be taken."""

    async def state(*granules: Granule, pass_: Pass | None = None) -> list[Written | ThalwegError]:
        answers = await ingest.state(store, granules, ANYONE, pass_=pass_)
        for answer in answers:
            if isinstance(answer, ThalwegError):
                raise answer
        return answers

    return state


def one(*facts: Fact) -> Sequence[Granule]:
    return [make("g", *facts)]
