"""Aliases and stages: what held when, asked of a model or of a version."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facts import alias, granule, id, ids, joined, said, stage, thing
from tests.store.conftest import State
from thalweg import ingest
from thalweg.model.facts import ANYONE, Caller, MarkKind
from thalweg.model.results import Mark
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

HISTORY = [
    granule(
        "1", alias("fraud/1", "champion", since=100), stage("fraud/1", "Staging", since=100, until=250), source="a"
    ),
    granule("2", alias("fraud/2", "champion", since=200), stage("fraud/2", "Staging", since=200), source="a"),
    granule("3", alias("fraud/3", "challenger", since=300), alias("fraud/3", "champion", since=400), source="b"),
    granule("4", alias("churn/1", "champion", since=50), source="b"),
]


async def ask(store: Store, word: str, **when: Any) -> list[str]:
    marks = await store.marks(ids(word), ANYONE, **when)
    return [f"{mark.name} {said(mark.version_id)} {mark.since}-{mark.until or ''}" for mark in marks.get(id(word), ())]


async def test_what_holds_now(store: Store, state: State) -> None:
    await state(*HISTORY)
    assert await ask(store, "fraud:") == ["champion fraud/3 400-", "challenger fraud/3 300-", "Staging fraud/2 200-"]
    assert await ask(store, "fraud/3") == ["champion fraud/3 400-", "challenger fraud/3 300-"]
    assert await ask(store, "fraud/2") == ["Staging fraud/2 200-"]
    assert await ask(store, "fraud/1") == []
    assert await ask(store, "nothing/1") == []
    assert await ask(store, "nothing:") == []


async def test_what_held_then(store: Store, state: State) -> None:
    await state(*HISTORY)
    for at, expected in {
        99: [],
        100: ["Staging 1", "champion 1"],
        199: ["Staging 1", "champion 1"],
        200: ["Staging 1", "Staging 2", "champion 2"],
        249: ["Staging 1", "Staging 2", "champion 2"],
        250: ["Staging 2", "champion 2"],
        300: ["Staging 2", "challenger 3", "champion 2"],
        400: ["Staging 2", "challenger 3", "champion 3"],
    }.items():
        marks = (await store.marks(ids("fraud:"), ANYONE, as_of=at)).get(id("fraud:"), ())
        assert sorted(f"{mark.name} {said(mark.version_id)[-1]}" for mark in marks) == expected, at
        assert [mark.since for mark in marks] == sorted((mark.since for mark in marks), reverse=True)


async def test_all_that_ever_held(store: Store, state: State) -> None:
    await state(*HISTORY)
    champions = [line for line in await ask(store, "fraud:", history=True) if line.startswith("champion")]
    assert champions == ["champion fraud/3 400-", "champion fraud/2 200-400", "champion fraud/1 100-200"]
    assert len(await ask(store, "fraud:", history=True)) == 6
    assert sorted(await ask(store, "fraud/1", history=True)) == ["Staging fraud/1 100-250", "champion fraud/1 100-200"]


async def test_several_at_once(store: Store, state: State) -> None:
    await state(*HISTORY)
    found = await store.marks(ids("fraud:", "churn:", "fraud/2", "nothing:"), ANYONE)
    assert {said(id): len(marks) for id, marks in found.items() if marks} == {"fraud:": 3, "churn:": 1, "fraud/2": 1}


async def test_a_mark_says_who_set_it(store: Store, state: State) -> None:
    who = Caller("ann", "request-1")
    await ingest.state(store, [granule("g", alias("m/1", "best", since=5, until=9), origin="mlflow")], who)
    (mark,) = (await store.marks(ids("m/1"), ANYONE, history=True))[id("m/1")]
    assert mark == Mark(id("m:"), id("m/1"), MarkKind.ALIAS, "best", 5, 9, "mlflow", "ann")


async def test_a_mark_without_a_date_holds_from_when_it_was_first_seen(store: Store, state: State) -> None:
    await state(granule("g", alias("m/1", "best"), at=700))
    assert await ask(store, "m:") == ["best m/1 700-"]


async def test_a_mark_that_is_taken_back_stays_as_history(store: Store, state: State) -> None:
    await state(granule("g", alias("m/1", "best", since=100), thing("m/1"), at=100))
    await state(granule("g", thing("m/1"), at=300))
    assert await ask(store, "m:") == []
    assert await ask(store, "m:", as_of=299) == ["best m/1 100-300"]
    assert await ask(store, "m:", history=True) == ["best m/1 100-300"]


async def test_an_end_in_the_future_holds_until_then(store: Store, state: State) -> None:
    await state(granule("g", alias("m/1", "best", since=100, until=4_000_000_000_000_000)))
    assert await ask(store, "m/1") == ["best m/1 100-4000000000000000"]
    assert await ask(store, "m/1", as_of=4_000_000_000_000_000) == []


async def test_the_marks_of_what_is_forgotten_are_in_no_answer(store: Store, state: State) -> None:
    await state(*HISTORY)
    await store.forget(ids("fraud/3"), ANYONE)
    assert "fraud/3" not in " ".join(await ask(store, "fraud:", history=True))
    assert await ask(store, "fraud/3") == []
    await store.forget(ids("churn:"), ANYONE)
    assert await ask(store, "churn:", history=True) == []
    assert await ask(store, "churn/1") == []


async def test_an_old_name_of_a_model_has_its_marks(store: Store, state: State) -> None:
    await state(*HISTORY, granule("join", joined("oldfraud:", "fraud:")))
    assert await ask(store, "oldfraud:") == await ask(store, "fraud:")
