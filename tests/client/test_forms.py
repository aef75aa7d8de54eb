"""A run is a block, or is put on a function, which goes on as it did."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import suppress
from typing import Any

import pytest

import thalweg
from tests.client.conftest import Kept, pairs


@pytest.mark.anyio
async def test_a_block_can_be_async(kept: Kept) -> None:
    async with thalweg.run("train") as run:
        run.metrics(auc=0.9)
    assert kept.run()["status"] == "FINISHED"
    with pytest.raises(ValueError, match="no rows"):
        async with thalweg.run("train"):
            raise ValueError("no rows")
    assert kept.run()["status"] == "FAILED"


def test_a_function_records_a_run_with_each_call(kept: Kept) -> None:
    @thalweg.run("train", tags={"team": "risk"})
    def train(run: thalweg.Run, lr: float, *, steps: int = 1) -> str:
        """Trains."""
        run.params(lr=lr, steps=steps)
        return run.id

    ids = {train(0.1), train(lr=0.2, steps=3)}
    assert train.__doc__ == "Trains."
    states = [one.granule["runs"][0] for one in kept.statements() if one.granule["scope"].count("/") == 1]
    last = {one["runId"]: one for one in states}
    assert set(last) == ids
    assert sorted(pairs(one["params"])["lr"] for one in last.values()) == ["0.1", "0.2"]
    assert {one["status"] for one in last.values()} == {"FINISHED"}


def test_a_function_that_asks_for_no_run_gets_none(kept: Kept) -> None:
    @thalweg.run("train")
    def train(lr: float) -> float:
        return lr

    assert train(0.1) == 0.1
    assert kept.run()["status"] == "FINISHED"


def test_a_method_gets_the_run_where_it_asks_for_it(kept: Kept) -> None:
    class Trainer:
        @thalweg.run("train")
        def fit(self, run: thalweg.Run, lr: float) -> tuple[str, float]:
            return run.id, lr

    trainer: Any = Trainer()
    id, lr = trainer.fit(0.1)
    assert (kept.run()["runId"], lr) == (id, 0.1)


@pytest.mark.anyio
async def test_a_function_that_is_awaited_or_yields_is_recorded_to_its_end(kept: Kept) -> None:
    @thalweg.run("awaited")
    async def awaited(run: thalweg.Run) -> str:
        await asyncio.sleep(0)
        return run.status

    @thalweg.run("yields")
    def yields(run: thalweg.Run) -> Iterator[str]:
        yield run.status

    @thalweg.run("yields later")
    async def yields_later(run: thalweg.Run) -> AsyncIterator[str]:
        yield run.status

    assert [await awaited(), *yields(), *[one async for one in yields_later()]] == ["RUNNING"] * 3
    states = [one.granule["runs"][0] for one in kept.statements() if one.granule["scope"].count("/") == 1]
    assert {one["job"]["name"]: one["status"] for one in states} == {
        "awaited": "FINISHED",
        "yields": "FINISHED",
        "yields later": "FINISHED",
    }


def takes_it_by_name(lr: float, *, run: Any) -> Any:
    return lr, run.job


def takes_it_behind_all(*lr: float, run: Any) -> Any:
    return lr[0], run.job


def takes_it_by_place(lr: float, run: Any, /) -> Any:
    return lr, run.job


def takes_none_by_that_name(lr: float, **run: Any) -> Any:
    return lr, "train", *run


def takes_none_in_that_list(lr: float, *run: Any) -> Any:
    return lr, "train", *run


@pytest.mark.parametrize(
    "function",
    [takes_it_by_name, takes_it_behind_all, takes_it_by_place, takes_none_by_that_name, takes_none_in_that_list],
)
def test_a_function_may_ask_for_the_run_in_any_way(kept: Kept, function: Callable[..., Any]) -> None:
    assert thalweg.run("train")(function)(0.1) == (0.1, "train")
    assert kept.run()["status"] == "FINISHED"


def test_a_run_of_the_callers_own_is_handed_on(kept: Kept) -> None:
    @thalweg.run("train")
    def train(lr: float, run: Any = None) -> Any:
        return run

    call: Any = train
    assert (call(0.1, "mine"), call(0.1, run="mine")) == ("mine", "mine")
    assert call(0.1).job == "train"


def test_a_decorator_alone_names_the_job_after_the_function(kept: Kept) -> None:
    @thalweg.run
    def nightly(run: thalweg.Run, lr: float) -> float:
        run.params(lr=lr)
        return lr

    assert nightly(0.1) == 0.1
    assert (kept.run()["job"]["name"], pairs(kept.run()["params"])) == ("nightly", {"lr": "0.1"})


def test_what_says_nothing_of_its_parameters_is_recorded_too(kept: Kept) -> None:
    largest: Callable[[int, int], int] = max
    assert thalweg.run("largest")(largest)(1, 2) == 2
    assert kept.run()["status"] == "FINISHED"


def test_a_method_of_a_class_and_a_static_one_stay_what_they_are(kept: Kept) -> None:
    class Trainer:
        @thalweg.run("train")
        @classmethod
        def made(cls, run: thalweg.Run) -> Any:
            return cls, run.job

        @thalweg.run("train")
        @staticmethod
        def fit(lr: float, run: thalweg.Run) -> Any:
            return lr, run.job

    trainer: Any = Trainer
    assert trainer.made() == trainer().made() == (Trainer, "train")
    assert trainer.fit(0.1) == trainer().fit(0.1) == (0.1, "train")


def test_what_nobody_can_call_is_refused_where_it_is_decorated() -> None:
    decorate: Any = thalweg.run("train")
    with pytest.raises(TypeError, match=r"5 cannot be called: write @thalweg\.run"):
        decorate(5)


def test_a_generator_of_which_somebody_has_enough_is_finished(kept: Kept) -> None:
    @thalweg.run("yields")
    def yields() -> Iterator[int]:
        yield from range(10)

    for number in yields():
        if number == 3:
            break
    assert (kept.run()["status"], kept.run().get("error")) == ("FINISHED", None)


@pytest.mark.anyio
async def test_a_generator_is_sent_thrown_and_told_what_its_consumer_says(kept: Kept) -> None:
    heard: list[str] = []

    @thalweg.run("yields later")
    async def later() -> AsyncGenerator[str, str]:
        try:
            heard.append((yield "a"))
            try:
                yield "b"
            except ValueError as error:
                yield str(error)
        finally:
            heard.append("closed")

    @thalweg.run("yields")
    def yields() -> Generator[str, str, str]:
        heard.append((yield "a"))
        return "returned"

    generator: Any = later()
    said = [await anext(generator), await generator.asend("sent"), await generator.athrow(ValueError("thrown"))]
    await generator.aclose()
    assert (said, heard) == (["a", "b", "thrown"], ["sent", "closed"])
    assert kept.run()["status"] == "FINISHED"
    plain: Any = yields()
    next(plain)
    with pytest.raises(StopIteration, match="returned"):
        plain.send("too")
    assert heard[-1] == "too"


def ends(kept: Kept) -> dict[str, str]:
    """How each run ended, by its name as a tag says it."""
    states = [one.granule["runs"][0] for one in kept.statements() if one.granule["scope"].count("/") == 1]
    return {next(iter(pairs(one["tags"]))): one["status"] for one in states if "tags" in one}


def test_threads_may_enter_the_same_block(kept: Kept) -> None:
    block = thalweg.run("train")
    begun, entered, left = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with suppress(ValueError), block as run:
            run.tag("first")
            begun.set()
            assert entered.wait(60)
            raise ValueError
        left.set()

    thread = threading.Thread(target=first)
    thread.start()
    assert begun.wait(60)
    with block as run:
        run.tag("second")
        entered.set()
        assert left.wait(60)
        assert run.status == "RUNNING"
    thread.join()
    assert ends(kept) == {"first": "FAILED", "second": "FINISHED"}


@pytest.mark.anyio
async def test_tasks_may_enter_the_same_block_and_leave_it_elsewhere(kept: Kept) -> None:
    block = thalweg.run("train")
    entered, left = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        with suppress(ValueError):
            async with block as run:
                run.tag("first")
                await entered.wait()
                raise ValueError
        left.set()

    async def second() -> None:
        async with block as run:
            run.tag("second")
            entered.set()
            await left.wait()

    with block as run:
        run.tag("around")
        await asyncio.gather(first(), second())
    (await asyncio.create_task(block.__aenter__())).tag("left in another task")
    await block.__aexit__(None, None, None)
    await block.__aexit__(None, None, None)  # once too often, which is nobody's end
    assert ends(kept) == {
        "first": "FAILED", "second": "FINISHED", "around": "FINISHED", "left in another task": "FINISHED",
    }  # fmt: skip
