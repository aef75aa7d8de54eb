"""Impact asked of a store: what is fetched is enough, in few calls, within a budget and a deadline."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from tests.lineage.answers import CODE, CONTENT, DELETE, WITHDRAW, asked, drop, lines
from tests.lineage.conftest import Fresh, hold
from tests.lineage.drawn import estates, questions
from tests.lineage.estate import NOW, Estate, estate, id
from tests.lineage.examples import examples
from thalweg.lineage.impact import Affected, Change, Content, Impact, Verdict, impact
from thalweg.model.errors import BadInput
from thalweg.model.facts import ANYONE
from thalweg.model.time import DAY, now
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

PIPELINE = estate("""
    raw@1 > *ingest-1 > tx@1 > *features-1 > cf@1 > *train-1 > fraud/1 > +production:fraud#1 > predictions@1
    tx@1 > *features-2 > cf@2
    tx > ^report
    base/1 > *train-1
    repo!ab > *features-1
    fraud/1: alias champion
    cf: owner ann
    tx@1: columns id age
    cf@1: made of total=tx.age|tx.id
""")


def told(impact: Impact) -> list[Affected]:
    """An answer as it can be compared: a store may know more of the edges on a path."""
    return [
        replace(line, path=tuple(edge._replace(at=0, last_at=0, props={}) for edge in line.path))
        for line in impact.affected
    ]


# -------------------------------------------------------------------------------------- a store and the pure part agree


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        (CONTENT, "tx"),
        (CONTENT, "tx@1"),
        (Content(("age",)), "tx"),
        (drop("age"), "tx"),
        (drop("age", "id"), "tx"),
        (DELETE, "tx"),
        (DELETE, "tx@1"),
        (CODE, "repo!ab"),
        (WITHDRAW, "base/1"),
        (WITHDRAW, "fraud/1"),
    ],
    ids=str,
)
async def test_a_store_gives_what_the_question_stands_on(store: Store, change: Change, changed: str) -> None:
    await hold(store, PIPELINE)
    found = await impact(store, ANYONE, id(changed), change, as_of=NOW)
    expected = asked(PIPELINE, change, changed)
    assert told(found) == told(expected)
    assert (found.of, found.verdict, found.incomplete) == (expected.of, expected.verdict, ())


def test_any_estate_in_a_store_gives_the_same_answer(fresh: Fresh) -> None:
    @given(made=estates(), question=questions())
    @examples(60)
    def holds(made: Estate, question: tuple[Change, tuple[str, ...]]) -> None:
        change, changed = question
        of = [id(word) for word in changed]
        found = fresh(made, lambda store: impact(store, ANYONE, of, change, as_of=NOW, any_column=True))
        assert told(found) == told(asked(made, change, *changed))
        assert found.incomplete == ()

    holds()


async def test_as_of_asks_what_held_then(store: Store) -> None:
    history = estate("""
        tx@1 > *train-1 > fraud/1 > +production:fraud#1
        tx@1 > *train-2 > fraud/2 > +production:fraud#2
        tx@1: 60 days ago
        *train-1: 50 days ago
        fraud/1: 50 days ago
        +production:fraud#1: 40 days ago, until 10 days ago
        *train-2: 20 days ago
        fraud/2: 20 days ago
        +production:fraud#2: 10 days ago
    """)
    await hold(store, history)
    for days, expected in {
        55: set(),
        45: {"^train STALE live", "fraud: STALE"},
        30: {"^train STALE live", "fraud: STALE live", "+production:fraud STALE live"},
        5: {"^train STALE live", "fraud: STALE live", "+production:fraud STALE live"},
    }.items():
        found = await impact(store, ANYONE, id("tx"), CONTENT, as_of=NOW - days * DAY)
        assert lines(history, found) == expected, days
    deleted = await impact(store, ANYONE, id("tx"), DELETE, as_of=NOW - 30 * DAY)
    assert {said for said in lines(history, deleted) if "train" in said} == {"^train BREAKS live"}
    early = await impact(store, ANYONE, id("tx"), CONTENT, as_of=NOW - 70 * DAY)
    assert early.affected == ()
    assert early.verdict is Verdict.INCOMPLETE
    assert early.incomplete == (
        "Nothing is known of `test tx` at 2026-03-23T12:00:00.000000Z; it was first seen later.",
    )


async def test_a_version_that_was_seen_late_had_been_read_before(store: Store) -> None:
    late = estate("""
        tx@1 > *train-1 > fraud/1
        tx@1: 1 day ago
    """)
    await hold(store, late)
    found = await impact(store, ANYONE, id("tx"), CONTENT, as_of=NOW - 5 * DAY)
    assert lines(late, found) == {"^train STALE live", "fraud: STALE"}
    assert found.incomplete == ()


async def test_without_a_time_it_is_asked_now(store: Store) -> None:
    fresh = estate("tx@1 > *train-1 > fraud/1")
    for thing in fresh.versions():
        thing.at = now() - DAY
    await hold(store, fresh)
    found = await impact(store, ANYONE, id("tx"), DELETE)
    assert lines(fresh, found) == {"^train BREAKS live", "fraud: STALE", "fraud: UNREPRODUCIBLE"}
    found = await impact(store, ANYONE, id("tx"), DELETE, active_within=DAY // 2)
    assert lines(fresh, found) == {"^train BREAKS", "fraud: UNREPRODUCIBLE"}


async def test_the_newest_versions_alone_may_change(store: Store) -> None:
    await hold(store, PIPELINE)
    found = await impact(store, ANYONE, id("cf"), CONTENT, newest=1, as_of=NOW)
    assert lines(PIPELINE, found) == set()
    found = await impact(store, ANYONE, id("cf"), CONTENT, newest=2, as_of=NOW)
    assert told(found) == told(asked(PIPELINE, CONTENT, "cf"))


# ----------------------------------------------------------------------------------------------------------- few calls


class Counted:
    """A store that notes what it is asked."""

    def __init__(self, store: Store) -> None:
        self.calls: list[str] = []
        self._store = store

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        self.calls.append(name)
        return getattr(self._store, name)  # type: ignore[no-any-return]


@pytest.mark.parametrize("size", [1, 30])
async def test_a_question_costs_a_few_calls_however_large_its_answer(store: Store, size: int) -> None:
    many = estate(
        "\n".join(
            f"""
            raw{n}@1 > *ingest{n}-1 > tx@1 > *features{n}-1 > cf{n}@1 > *train{n}-1 > fraud{n}/1 > +production:f{n}#1
            other@1 > *features{n}-2 > extra{n}/1 > +staging:extra{n}#1
            repo!ab > *train{n}-1
            tx@1: columns age
            """
            for n in range(size)
        )
    )
    await hold(store, many)
    cases: list[tuple[Change, str, int]] = [
        (CONTENT, "tx", 7),
        (drop("age"), "tx", 16),
        (DELETE, "tx", 13),
        (DELETE, "tx@1", 7),
        (WITHDRAW, "fraud0/1", 4),
        (CODE, "repo!ab", 7),
    ]
    for change, changed, most in cases:
        counted = Counted(store)
        found = await impact(counted, ANYONE, id(changed), change, as_of=NOW)  # type: ignore[arg-type]
        assert told(found) == told(asked(many, change, changed))
        assert len(counted.calls) <= most, (change, counted.calls)


# ----------------------------------------------------------------------------------------------- what cannot be told


async def test_a_dataset_nobody_knows_is_incomplete(store: Store) -> None:
    found = await impact(store, ANYONE, id("nobody"), DELETE)
    assert (found.verdict, found.affected) == (Verdict.INCOMPLETE, ())
    assert found.incomplete == (f"Nobody knows the dataset {id('nobody')}, so what it feeds cannot be told.",)


async def test_a_dataset_of_which_no_version_is_known_is_incomplete(store: Store) -> None:
    stated = estate("tx > ^report")
    await hold(store, stated)
    found = await impact(store, ANYONE, id("tx"), DELETE, as_of=NOW)
    assert lines(stated, found) == {"^report BREAKS possible"}
    assert found.verdict is Verdict.INCOMPLETE
    assert "No version of `test tx` is known" in found.incomplete[0]


async def test_one_that_is_known_and_one_that_is_not_are_incomplete_but_told(store: Store) -> None:
    await hold(store, PIPELINE)
    found = await impact(store, ANYONE, [id("predictions"), id("cf"), id("nobody")], CONTENT, as_of=NOW)
    assert lines(PIPELINE, found) == {"^train STALE live", "fraud: STALE live", "+production:fraud STALE live"}
    assert found.verdict is Verdict.INCOMPLETE


async def test_a_budget_that_is_spent_is_incomplete_unless_what_was_seen_blocks(store: Store) -> None:
    await hold(store, PIPELINE)
    found = await impact(store, ANYONE, id("tx"), CONTENT, as_of=NOW, visited=4)
    assert found.verdict is Verdict.INCOMPLETE
    assert found.incomplete == ("The question was cut after 4 entities; ask with a larger budget, or of less.",)
    assert 0 < len(found.affected) < 6
    found = await impact(store, ANYONE, id("fraud/1"), WITHDRAW, as_of=NOW, visited=2)
    assert found.incomplete
    assert found.verdict is Verdict.BLOCK


async def test_what_could_not_be_looked_up_is_not_claimed(store: Store) -> None:
    """Cut before it was seen what made the version, nothing is certain about making it again."""
    await hold(store, PIPELINE)
    for visited in range(1, 12):
        found = await impact(store, ANYONE, id("cf@1"), DELETE, as_of=NOW, visited=visited)
        assert (found.verdict is Verdict.INCOMPLETE) == bool(found.incomplete) == (visited < 5), visited
        assert all("possible" in said for said in lines(PIPELINE, found)), visited


async def test_a_time_that_is_up_is_incomplete(store: Store) -> None:
    await hold(store, PIPELINE)
    found = await impact(store, ANYONE, id("tx"), DELETE, as_of=NOW, seconds=0)
    assert found.verdict is Verdict.INCOMPLETE
    assert found.incomplete == ("The question was cut after 0 seconds; ask with more time, or of less.",)


async def test_what_makes_no_sense_is_an_error_that_says_what_would(store: Store) -> None:
    cases: list[tuple[str | list[str], Change, dict[str, Any], str]] = [
        ("tx", CONTENT, {}, "'tx' is not an id"),
        ([], CONTENT, {}, "Nothing was named to change the content of"),
        (id("^train"), CONTENT, {}, "To change the content of a job is no question of impact"),
        (id("fraud/1"), DELETE, {}, "Name a dataset or a dataset version"),
        (id("tx"), WITHDRAW, {}, "Name a model version"),
        (id("tx"), CONTENT, {"newest": 0}, "newest is 0"),
        (id("tx"), DELETE, {"newest": 1}, "newest picks among the versions of a dataset whose content changes"),
        (id("tx@1"), CONTENT, {"newest": 1}, "newest picks"),
        (id("tx"), CONTENT, {"active_within": -1}, "activeWithin is -1"),
    ]
    for of, change, options, sentence in cases:
        with pytest.raises(BadInput) as caught:
            await impact(store, ANYONE, of, change, **options)
        assert sentence in str(caught.value)


async def test_runs_of_no_known_job_are_noted(store: Store) -> None:
    alone = estate("tx@1 > *alone > fraud/1")
    await hold(store, alone)
    found = await impact(store, ANYONE, id("tx"), CONTENT, as_of=NOW)
    assert found.notes == (
        "1 of the runs touched belongs to no known job, so no line stands for them; what they made is listed.",
    )


async def test_a_dataset_that_was_forgotten_is_known_to_nobody(store: Store) -> None:
    await hold(store, PIPELINE)
    await store.forget([id("tx")], ANYONE)
    found = await impact(store, ANYONE, id("tx"), CONTENT, as_of=NOW)
    assert (found.verdict, found.affected) == (Verdict.INCOMPLETE, ())


async def test_a_job_with_many_runs_is_read_as_far_as_its_window_needs(store: Store) -> None:
    """More runs than are fetched: that it still reads the dataset is seen by the edge among the assets."""
    busy = estate("\n".join([*(f"other@1 > *etl-{n} > out@1" for n in range(200)), "tx@1 > *etl-200 > out@1"]))
    for n in range(200):
        busy.things[f"*etl-{n}"].at = NOW - DAY + n
    busy.things["*etl-200"].at = NOW - 5 * DAY
    await hold(store, busy)
    found = await impact(store, ANYONE, id("tx"), DELETE, as_of=NOW)
    assert {"^etl BREAKS live", "out STALE live"} <= lines(busy, found)
