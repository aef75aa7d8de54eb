"""Group commit: what waits is written together, each caller has its own answer, and what fails fails alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tests.facts import granule, thing
from thalweg import ingest
from thalweg.model.errors import BadInput, StoreError, StoreUnavailable
from thalweg.model.facts import ANYONE, Caller
from thalweg.model.results import Outcome, Written
from thalweg.store.queue import Answer, Queue
from thalweg.store.weave.prepared import Batch

pytestmark = pytest.mark.anyio


def batch(*names: str, caller: Caller = ANYONE, entities: int = 1) -> Batch:
    """A batch of granules of one row for itself and some for entities."""
    things = [thing(f"d{number}") for number in range(entities)]
    return Batch([ingest.prepare(granule(name, *things), 0) for name in names], caller)


class Engine:
    """Writes down what is committed; each commit waits until it is let go, and fails on what it cannot take."""

    def __init__(self, *, open: bool = True, **refused: Exception) -> None:
        self.committed: list[list[list[str]]] = []
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.refused = refused
        if open:
            self.gate.set()

    async def commit(self, batches: Sequence[Batch]) -> list[list[Answer]]:
        names = [[granule.name for granule in batch.granules] for batch in batches]
        self.begun.set()
        await self.gate.wait()
        for name in (name for batch in names for name in batch):
            if name in self.refused:
                raise self.refused[name]
        self.committed.append(names)
        return [[Written(Outcome.WRITTEN, (name,)) for name in batch] for batch in names]


def ids(answers: Sequence[Answer]) -> list[str]:
    return [answer.ids[0] if isinstance(answer, Written) else answer.code for answer in answers]


async def test_each_caller_has_its_own_answers() -> None:
    engine = Engine()
    queue = Queue(engine.commit)
    first, second = await asyncio.gather(queue.put(batch("a", "b")), queue.put(batch("c")))
    assert (ids(first), ids(second)) == (["a", "b"], ["c"])
    await queue.close()


async def test_what_waits_is_committed_together_in_its_order() -> None:
    engine = Engine(open=False)
    queue = Queue(engine.commit)
    first = asyncio.create_task(queue.put(batch("a")))
    await engine.begun.wait()
    others = [asyncio.create_task(queue.put(batch(name))) for name in ("b", "c", "d")]
    await asyncio.sleep(0)  # each of them is put
    engine.gate.set()
    await asyncio.gather(first, *others)
    assert engine.committed == [[["a"]], [["b"], ["c"], ["d"]]]
    await queue.close()


async def test_a_transaction_takes_up_so_many_rows() -> None:
    engine = Engine(open=False)
    queue = Queue(engine.commit, rows=10)
    first = asyncio.create_task(queue.put(batch("a")))
    await engine.begun.wait()
    sizes = {"b": 4, "c": 4, "d": 1, "e": 30, "f": 1, "g": 1}
    others = [asyncio.create_task(queue.put(batch(name, entities=size))) for name, size in sizes.items()]
    await asyncio.sleep(0)
    engine.gate.set()
    await asyncio.gather(first, *others)
    assert engine.committed == [[["a"]], [["b"], ["c"]], [["d"]], [["e"]], [["f"], ["g"]]]
    await queue.close()


async def test_a_caller_is_answered_after_its_own_commit() -> None:
    engine = Engine(open=False)
    queue = Queue(engine.commit)
    task = asyncio.create_task(queue.put(batch("a")))
    await engine.begun.wait()
    assert not task.done()
    engine.gate.set()
    assert ids(await task) == ["a"]
    assert engine.committed == [[["a"]]]
    await queue.close()


async def test_what_the_engine_refuses_fails_alone() -> None:
    engine = Engine(open=False, bad=StoreError("It does not fit."))
    queue = Queue(engine.commit)
    first = asyncio.create_task(queue.put(batch("first")))
    await engine.begun.wait()
    tasks = [
        asyncio.create_task(queue.put(one)) for one in (batch("a"), batch("b", "bad", "c"), batch("bad"), batch("d"))
    ]
    await asyncio.sleep(0)
    engine.gate.set()
    assert [ids(await task) for task in tasks] == [["a"], ["b", "STORE_ERROR", "c"], ["STORE_ERROR"], ["d"]]
    assert ids(await first) == ["first"]
    assert engine.committed == [[["first"]], [["a"]], [["b"]], [["c"]], [["d"]]]
    await queue.close()


async def test_each_granule_keeps_its_own_error() -> None:
    engine = Engine(bad=BadInput("No."), full=StoreError("It is full."))
    queue = Queue(engine.commit)
    assert ids(await queue.put(batch("bad", "a", "full"))) == ["BAD_INPUT", "a", "STORE_ERROR"]
    await queue.close()


async def test_an_engine_that_is_down_is_asked_once() -> None:
    engine = Engine(a=StoreUnavailable("It is down."))
    queue = Queue(engine.commit)
    assert ids(await queue.put(batch("a", "b"))) == ["STORE_UNAVAILABLE"] * 2
    assert engine.committed == []
    assert ids(await queue.put(batch("c"))) == ["c"], "it is asked again for what comes next"
    await queue.close()


async def test_what_is_no_error_of_the_store_is_raised_to_its_caller_alone() -> None:
    engine = Engine(broken=ZeroDivisionError())
    queue = Queue(engine.commit)
    good, broken = await asyncio.gather(queue.put(batch("a")), queue.put(batch("broken")), return_exceptions=True)
    assert isinstance(broken, ZeroDivisionError)
    assert isinstance(good, list)
    assert ids(good) == ["a"]
    assert ids(await queue.put(batch("b"))) == ["b"], "the queue goes on"
    await queue.close()


async def test_a_caller_that_leaves_takes_nothing_along() -> None:
    engine = Engine(open=False)
    queue = Queue(engine.commit)
    tasks = [asyncio.create_task(queue.put(batch(name))) for name in ("a", "b", "c")]
    await engine.begun.wait()
    for task in tasks[:2]:
        task.cancel()
    await asyncio.sleep(0)
    engine.gate.set()
    assert ids(await tasks[2]) == ["c"]
    assert [name for commit in engine.committed for (name,) in commit] == ["a", "b", "c"]
    for task in tasks[:2]:
        with pytest.raises(asyncio.CancelledError):
            await task
    await queue.close()


async def test_closing_commits_what_waits_and_takes_nothing_more() -> None:
    engine = Engine(open=False)
    queue = Queue(engine.commit, rows=2)
    tasks = [asyncio.create_task(queue.put(batch(name))) for name in ("a", "b", "c")]
    await engine.begun.wait()
    closing = asyncio.create_task(queue.close())
    await asyncio.sleep(0)
    with pytest.raises(StoreError, match="closed"):
        await queue.put(batch("late"))
    assert not closing.done()
    engine.gate.set()
    await closing
    assert all(task.done() for task in tasks)
    assert [name for commit in engine.committed for (name,) in commit] == ["a", "b", "c"]


async def test_a_queue_that_nothing_was_put_to_is_closed_at_once() -> None:
    queue = Queue(Engine().commit)
    await queue.close()
    await queue.close()
