"""A policy replayed over what the store has seen."""

from __future__ import annotations

import pytest

from tests.lineage.conftest import hold
from tests.lineage.estate import NOW, Estate, estate, id
from thalweg.lineage.impact import Effect, Rule, Verdict
from thalweg.lineage.impact.backtest import Backtest, Replayed, backtest
from thalweg.model.columns import Add, Drop, Retype
from thalweg.model.errors import BadInput
from thalweg.model.facts import ANYONE
from thalweg.model.time import DAY
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


def history() -> Estate:
    """Three changes of `tx`: one that broke a job as was said, one that broke nothing, one that broke unforeseen."""
    made = estate("""
        tx@1 > *train-1 > fraud/1 > +production:fraud#1 (reads age)
        tx@1 > *report-1 (reads id)
        tx@2 > *train-2 (reads id)
        tx@3 > *train-3 > fraud/2 (reads id)
        tx@3 > *report-2 (reads id)
        tx@4 > *report-3 (reads id)
        tx@1: 60 days ago, columns id:int age:int
        *train-1: 59 days ago
        fraud/1: 59 days ago
        +production:fraud#1: 58 days ago
        *report-1: 59 days ago
        tx@2: 50 days ago, columns id:int
        *train-2: 49 days ago
        tx@3: 40 days ago, columns id:int country:string
        *train-3: 39 days ago
        fraud/2: 39 days ago
        *report-2: 39 days ago
        tx@4: 30 days ago, columns id:bigint country:string
        *report-3: 29 days ago
        other@1: 45 days ago, columns x
        other@2: 20 days ago, columns x
    """)
    for word in ("*train-2", "*report-3"):
        made.things[word].props["status"] = "FAILED"
    return made


async def replayed(store: Store, **given: object) -> Backtest:
    return await backtest(store, ANYONE, since=NOW - 55 * DAY, until=NOW, seconds=60, **given)  # type: ignore[arg-type]


async def test_each_change_is_asked_as_of_the_moment_before_it_came(store: Store) -> None:
    await hold(store, history())
    found = await replayed(store)
    assert [(one.changes, one.verdict, one.broke) for one in found.replayed] == [
        ((Drop("age"),), Verdict.BLOCK, True),
        ((Add("country", "string"),), Verdict.PASS, False),
        ((Retype("id", "int", "bigint"),), Verdict.WARN, True),
    ]
    first = found.replayed[0]
    assert (first.dataset_id, first.version_id, first.rule) == (id("tx"), id("tx@2"), "breaks-production")
    assert [(one.job[1], one.failed, one.expected) for one in first.followed if one.job[1] == "train"] == [
        ("train", True, True)
    ]
    assert found.next is None


async def test_another_policy_says_something_else(store: Store) -> None:
    await hold(store, history())
    strict = (Rule("no-breaks", Verdict.BLOCK, effect=Effect.BREAKS),)
    found = await replayed(store, policy=strict)
    assert [one.verdict for one in found.replayed] == [Verdict.BLOCK, Verdict.PASS, Verdict.BLOCK]


async def test_a_long_period_is_replayed_in_parts(store: Store) -> None:
    await hold(store, history())
    whole = await replayed(store)
    parts: list[Replayed] = []
    since = NOW - 55 * DAY
    while True:
        part = await backtest(store, ANYONE, since=since, until=NOW, limit=1, seconds=60)
        parts += part.replayed
        if part.next is None:
            break
        since = part.next
    assert tuple(parts) == whole.replayed


async def test_a_period_in_which_nothing_changed_has_nothing_to_tell(store: Store) -> None:
    await hold(store, history())
    found = await backtest(store, ANYONE, since=NOW - 10 * DAY, until=NOW)
    assert found.replayed == ()
    with pytest.raises(BadInput, match="ends before it begins"):
        await backtest(store, ANYONE, since=NOW, until=NOW - DAY)
