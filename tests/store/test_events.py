"""Events: what happened, in the order of commits, after a cursor."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.facts import alias, flow, granule, id, ids, joined, run, said, thing
from tests.store.conftest import State
from thalweg import ingest
from thalweg.model import time
from thalweg.model.facts import ANYONE, Caller
from thalweg.model.results import Event, Written
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


async def after(store: Store, cursor: int, limit: int = 100) -> tuple[Event, ...]:
    return await store.events(cursor, limit, ANYONE)


def told(*events: Event) -> list[str]:
    """What each change says, in words; sorted within an event."""
    lines: list[str] = []
    for event in events:
        lines += sorted(line(change) for change in event.changes)
    return lines


def line(change: Any) -> str:
    what = change["change"]
    if "source" in change:
        return f"{what} {said(change['source'])} {change['type']} {said(change['target'])}"
    if "version" in change:
        return f"{what} {said(change['version'])} {change['name']}"
    return f"{what} {said(change['id'])}" + (" stub" if change.get("stub") else "")


async def test_a_store_begins_without_events(store: Store) -> None:
    assert await after(store, 0) == ()


async def test_an_event_says_who_stated_what_and_when(store: Store, state: State) -> None:
    began = time.now()
    who = Caller("ann", "request-1")
    (written,) = await ingest.state(store, [granule("g", thing("tx@1"), source="mlflow:prod", at=100)], who)
    (event,) = await after(store, 0)
    assert isinstance(written, Written)
    assert written.cursor == event.cursor > 0
    assert (event.caller, event.request_id, event.source, event.scope) == ("ann", "request-1", "mlflow:prod", "g")
    assert began <= event.at <= time.now()
    assert told(event) == ["CREATED tx stub", "CREATED tx@1"]
    assert {change["kind"] for change in event.changes} == {"Dataset", "DatasetVersion"}


async def test_what_several_state_at_once_is_told_of_each(store: Store) -> None:
    """It is written together, as if one had stated it; each has their own answers, and their events their name."""
    who = [Caller(f"ann-{n}", f"request-{n}") for n in range(20)]
    stated = [
        [granule(f"r{n}", run(f"r{n}", "train"), *flow(f"tx@1 > *r{n}")), granule("common", thing("tx@1", rows=n))]
        for n in range(len(who))
    ]
    answers = await asyncio.gather(*(ingest.state(store, *one) for one in zip(stated, who, strict=True)))
    events = {event.cursor: event for event in await after(store, 0)}
    for caller, (own, _) in zip(who, answers, strict=True):
        assert isinstance(own, Written)
        event = events[own.cursor]
        assert (event.caller, event.request_id, event.scope) == (caller.name, caller.request_id, own_scope(caller))
        assert f"LINKED tx@1 INPUT_TO *{own_scope(caller)}" in told(event)
    last = (await store.get([id("tx@1")], ANYONE))[id("tx@1")]
    assert last.props["rows"] == len(who) - 1, "the same scope, again and again: in their order"


def own_scope(caller: Caller) -> str:
    return caller.name.replace("ann-", "r")


async def test_what_an_event_says_of_each_change(store: Store, state: State) -> None:
    seen = 0

    async def told_since() -> list[str]:
        nonlocal seen
        events = await after(store, seen)
        seen = events[-1].cursor if events else seen
        return told(*events)

    first = granule("g", run("r1", "train", user="ann"), *flow("tx@1 > *r1"), thing("+d#1"), at=1)
    await state(first)
    assert await told_since() == [
        "CREATED *r1",
        "CREATED +d stub",
        "CREATED +d#1",
        "CREATED ^train stub",
        "CREATED tx stub",
        "CREATED tx@1 stub",
        "LINKED tx@1 INPUT_TO *r1",
    ]
    await state(first)
    assert await told_since() == []
    await state(granule("h", thing("tx@1", rows=5)))
    assert await told_since() == ["CREATED tx@1"]
    await state(granule("g", run("r1", "train", user="bob"), *flow("tx@1 > *r1", at=70), thing("+d#1"), at=2))
    (event,) = await after(store, seen)
    relinked, updated = sorted(event.changes, key=line)
    assert (line(updated), updated["before"]) == ("UPDATED *r1", {"user": "ann"})
    assert (line(relinked), relinked["before"]) == ("RELINKED tx@1 INPUT_TO *r1", {})


async def test_what_is_taken_back_is_told(store: Store, state: State) -> None:
    await state(
        granule("run", run("r1"), at=1),
        granule("edge", *flow("tx@1 > *r1"), at=1),
        granule("release", thing("+d#1"), at=1),
        granule("mark", alias("m/1", "best"), at=1),
    )
    seen = (await after(store, 0))[-1].cursor
    for scope in ("edge", "run", "release", "mark"):
        await state(granule(scope, at=50))
    events = await after(store, seen)
    assert [(event.scope, told(event)) for event in events] == [
        ("edge", ["REMOVED tx", "REMOVED tx@1", "UNLINKED tx@1 INPUT_TO *r1"]),
        ("run", ["GONE *r1"]),
        ("release", ["ENDED +d#1"]),
        ("mark", ["UNMARKED m/1 best"]),
    ]
    await state(granule("run", run("r1"), at=60))
    assert told((await after(store, events[-1].cursor))[-1]) == ["BACK *r1"]


async def test_persons_and_joins_are_told(store: Store, state: State) -> None:
    await state(granule("g", thing("old@1"), thing("new@1")))
    seen = (await after(store, 0))[-1].cursor
    await store.forget(ids("old"), Caller("ann", "why"))
    await store.restore(ids("old"), ANYONE)
    await state(granule("join", joined("old", "new")))
    forgotten, restored, join = await after(store, seen)
    assert (told(forgotten), forgotten.caller, forgotten.request_id) == (["FORGOTTEN old"], "ann", "why")
    assert told(restored) == ["RESTORED old"]
    assert {"change": "JOINED", "id": id("old"), "into": id("new"), "was": id("old")} in join.changes


async def test_a_closed_pass_is_told_scope_by_scope(store: Store, state: State) -> None:
    await state(
        granule("a", thing("a"), at=1), granule("b", thing("b"), at=1), granule("c", thing("c"), source="other")
    )
    seen = (await after(store, 0))[-1].cursor
    pass_ = await store.begin_pass("test", ANYONE)
    await state(granule("a", thing("a"), at=1), pass_=pass_)
    closed = await store.close_pass(pass_, ANYONE)
    (event,) = await after(store, seen)
    assert (event.source, event.scope, told(event), event.cursor) == ("test", "b", ["GONE b"], closed.cursor)


async def test_a_reader_that_follows_the_cursor_misses_none(store: Store, state: State) -> None:
    for number in range(23):
        await state(granule(f"g{number}", thing(f"d{number}")), granule(f"h{number}", thing(f"e{number}")))
    whole = await after(store, 0, 1_000)
    assert [event.scope for event in whole] == [f"{name}{number}" for number in range(23) for name in "gh"]
    cursors = [event.cursor for event in whole]
    assert cursors == sorted(set(cursors))
    for limit in (1, 4, 46, 100):
        followed: list[Event] = []
        while page := await after(store, followed[-1].cursor if followed else 0, limit):
            assert len(page) <= limit
            followed += page
        assert tuple(followed) == whole
    assert await after(store, cursors[-1]) == ()
    assert await after(store, cursors[-1] + 1_000) == ()


async def test_what_a_failed_or_unchanged_write_did_not_do_is_not_told(store: Store, state: State) -> None:
    await state(granule("a", thing("a"), idempotency_key="k"))
    seen = (await after(store, 0))[-1].cursor
    answers = await ingest.state(
        store,
        [
            granule("bad", thing("b", rows=1)),
            granule("clash", thing("c"), idempotency_key="k"),
            granule("a", thing("a")),
        ],
        ANYONE,
    )
    assert [answer.cursor if isinstance(answer, Written) else answer.code for answer in answers] == [
        "BAD_INPUT",
        "CONFLICT",
        0,
    ]
    assert await after(store, seen) == ()
