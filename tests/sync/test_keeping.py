"""Sources that are kept in step: when each is read, what a failure does, and what is left for the next process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from thalweg.model import keys
from thalweg.model.facts import ANYONE
from thalweg.model.time import MINUTE
from thalweg.store.open import open_store
from thalweg.store.store import Store
from thalweg.sync.bringing import Summary
from thalweg.sync.file import Planned
from thalweg.sync.keeping import Keeping
from thalweg.sync.standing import Standing

pytestmark = pytest.mark.anyio

PATIENCE = 60
"""Seconds after which what is waited for does not come."""


@pytest.fixture
async def store(address: str) -> AsyncIterator[Store]:
    store = await open_store(address)
    yield store
    await store.close()


class World:
    """Manifests in a folder, a clock that somebody sets, and what was told after each pass."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder = store, folder
        self.now = 1_790_000_000_000_000
        self.told: list[tuple[str, str | None, int]] = []
        self._came = asyncio.Event()

    def write(self, name: str, dataset: str) -> Planned:
        (self.folder / f"{name}.yaml").write_text(f"thalweg: 1\ndatasets: [{{uri: 's3://lake/{dataset}'}}]\n")
        return self.planned(name)

    def planned(self, name: str, every: int = 5 * MINUTE, importer: str = "manifest") -> Planned:
        return Planned(name, importer, str(self.folder / f"{name}.yaml"), every, {})

    def keeping(self, *sources: Planned) -> Keeping:
        def told(standing: Standing, summary: Summary | None) -> None:
            self.told.append((standing.name, standing.error, 0 if summary is None else summary.read))
            self._came.set()

        return Keeping(self.store, sources, told=told, chance=Random(7), clock=lambda: self.now)

    async def next(self) -> None:
        """Waits for the next pass to end."""
        async with asyncio.timeout(PATIENCE):
            await self._came.wait()
        self._came.clear()

    async def knows(self, dataset: str) -> bool:
        return bool(await self.store.get([keys.dataset("s3://lake", dataset).id], ANYONE))


@pytest.fixture
def world(store: Store, tmp_path: Path) -> World:
    return World(store, tmp_path)


async def test_each_source_is_read_and_one_that_fails_keeps_no_other_from_it(world: World) -> None:
    sources = [world.write("a", "orders"), world.planned("nowhere"), world.write("b", "clicks")]
    sources.append(world.planned("odd", importer="no-such-importer"))
    a, nowhere, b, odd = await world.keeping(*sources).once()
    assert await world.knows("orders")
    assert await world.knows("clicks")
    assert [(one.failures, one.read) for one in (a, b)] == [(0, 1), (0, 1)]
    assert nowhere.failures == odd.failures == 1
    assert (nowhere.error or "").endswith("nowhere.yaml does not exist. Point at a manifest, or at a folder of them.")
    assert (odd.error or "").startswith("There is no importer called no-such-importer.")
    assert nowhere.ended_at is None
    assert a.ended_at == world.now


async def test_the_next_process_knows_how_the_last_one_left_it(world: World) -> None:
    sources = world.write("a", "orders"), world.planned("nowhere")
    await world.keeping(*sources).once()
    world.now += MINUTE
    again = world.keeping(*sources)
    a, nowhere = await again.once()
    assert (a.failures, nowhere.failures) == (0, 2)
    assert a.since == world.now - MINUTE, "planned then, not now"
    other = world.keeping(world.planned("nowhere", importer="mlflow"))
    (fresh,) = await other.once()
    assert fresh.failures == 1, "of another importer nothing was known"


async def test_a_source_is_read_when_it_is_due_and_after_a_failure_later_and_later(world: World) -> None:
    keeping = world.keeping(world.planned("nowhere"))
    waits = []
    for _ in range(6):
        (stands,) = await keeping.once()
        assert stands.due_at is not None
        waits.append((stands.due_at - world.now) / MINUTE)
    for wait, least in zip(waits, (5, 10, 20, 40, 60, 60), strict=True):
        assert least <= wait <= 1.1 * least


async def test_what_is_due_is_read_and_what_is_not_waits_until_somebody_says_that_it_changed(world: World) -> None:
    source = world.write("a", "orders")
    await world.keeping(source).once()
    await world.next()
    world.told.clear()
    world.write("a", "returns")
    keeping = world.keeping(source)
    task = asyncio.create_task(keeping.forever())
    try:
        await asyncio.sleep(0.1)
        assert world.told == [], "it is due in five minutes"
        keeping.trigger("a")
        await world.next()
        assert await world.knows("returns")
        world.now += 6 * MINUTE
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    due = world.keeping(source)
    task = asyncio.create_task(due.forever())
    try:
        await world.next()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert world.told == [("a", None, 1), ("a", None, 1)]


async def test_an_importer_that_breaks_is_a_failure_like_others(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*given: object, **options: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("thalweg.importers.manifest.read", broken)
    (stands,) = await world.keeping(world.write("a", "orders")).once()
    assert (stands.failures, stands.error) == (1, "ZeroDivisionError: division by zero")
    assert "The source a failed." in caplog.text


async def test_git_is_told_which_commits_the_runs_of_the_store_name(world: World) -> None:
    from thalweg.estate import MLFLOW, REPOSITORY_URL, TRAINING, estate

    with estate() as files:
        runs = Planned(MLFLOW, "mlflow", str(files.mlflow), 5 * MINUTE, {})
        code = Planned(TRAINING, "git", str(files.training), 5 * MINUTE, {"url": REPOSITORY_URL})
        await world.keeping(runs).once()
        (stands,) = await world.keeping(code).once()
    assert stands.failures == 0, stands.error
    assert stands.read > 3
