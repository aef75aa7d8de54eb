"""One pass into a store: when it is closed, and when it must not be."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import facts
from tests.cli.conftest import Run
from thalweg.cli import output
from thalweg.cli.commands import imports
from thalweg.importers.reading import Reading
from thalweg.model import keys
from thalweg.model.errors import SourceError, StoreError
from thalweg.model.facts import ANYONE, EntityFact, Granule
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind
from thalweg.model.results import Outcome
from thalweg.store.open import open_store
from thalweg.store.questions import Find
from thalweg.store.store import Store
from thalweg.sync.bringing import BATCH_GRANULES, BATCH_ROWS, Summary, batches, bring
from thalweg.sync.importing import commits_of_runs

SOURCE = "test:here"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_store(f"sqlite:///{tmp_path}/store.db")
    yield store
    await store.close()


def dataset(name: str, **props: Any) -> Granule:
    return Granule(SOURCE, f"dataset/{name}", "manifest", (EntityFact(keys.dataset("lake", name), props),))


BAD = Granule(SOURCE, "dataset/b", "manifest", (EntityFact(keys.dataset("lake", "b"), {"owners": 7}),))


def reading(*granules: Granule, complete: bool = True, warnings: Sequence[str] = ()) -> Reading:
    return Reading(SOURCE, "manifest", iter(granules), total=len(granules), complete=complete, warnings=list(warnings))


async def gone(store: Store, *names: str) -> list[str]:
    found = await store.get([keys.dataset("lake", name).id for name in names], ANYONE)
    return [entity.name for entity in found.values() if entity.gone_at is not None]


@pytest.mark.anyio
async def test_a_whole_pass_is_closed_and_what_it_no_longer_states_is_gone(store: Store) -> None:
    first = await bring(store, reading(dataset("a"), dataset("b")), ANYONE)
    assert (first.read, first.counts["new"], first.closed) == (2, 2, True)
    again = await bring(store, reading(dataset("a", owners=["web"])), ANYONE)
    assert (again.granules[Outcome.WRITTEN], again.counts["changed"], again.counts["gone"]) == (1, 1, 1)
    assert await gone(store, "a", "b") == ["b"]


@pytest.mark.anyio
async def test_the_same_pass_again_changes_nothing(store: Store) -> None:
    await bring(store, reading(dataset("a")), ANYONE)
    again = await bring(store, reading(dataset("a")), ANYONE)
    assert (again.granules, again.counts.total(), again.closed) == ({Outcome.UNCHANGED: 1}, 0, True)


@pytest.mark.anyio
async def test_a_reading_that_is_not_of_everything_retires_nothing(store: Store) -> None:
    await bring(store, reading(dataset("a"), dataset("b")), ANYONE)
    part = await bring(store, reading(dataset("a"), complete=False), ANYONE)
    assert (part.complete, part.closed) == (False, False)
    assert await gone(store, "a", "b") == []


@pytest.mark.anyio
async def test_a_refused_granule_is_said_the_others_are_written_and_nothing_is_retired(store: Store) -> None:
    await bring(store, reading(dataset("a"), dataset("b"), dataset("c")), ANYONE)
    part = await bring(store, reading(dataset("a", owners=["web"]), BAD), ANYONE)
    assert (part.refused, part.granules[Outcome.WRITTEN], part.complete, part.closed) == (1, 1, True, False)
    assert part.refusals == ["dataset/b: Dataset lake b: owners: 7 must be a list of texts"]
    assert await gone(store, "a", "b", "c") == []


@pytest.mark.anyio
async def test_a_source_that_cannot_be_read_on_keeps_what_was_written_and_retires_nothing(store: Store) -> None:
    await bring(store, reading(dataset("a"), dataset("b")), ANYONE)
    closed = []

    def breaks() -> Iterator[Granule]:
        yield dataset("c")
        raise SourceError("It broke.", "Mend it.")

    broken = Reading(SOURCE, "manifest", breaks(), close=lambda: closed.append(True))
    with pytest.raises(SourceError, match="It broke"):
        await bring(store, broken, ANYONE)
    assert closed
    assert await gone(store, "a", "b") == []


@pytest.mark.anyio
async def test_warnings_of_the_reading_and_of_the_write_path_are_counted_and_said(store: Store) -> None:
    year_3000 = 32_503_680_000_000_000
    summary = await bring(store, reading(dataset("a", created_at=year_3000), warnings=["It is odd."]), ANYONE)
    assert summary.warned == 2
    assert summary.warnings == [
        "It is odd.",
        "Dataset lake a: created_at: 3000-01-01T00:00:00.000000Z lies in the future; it was taken as now",
    ]


def test_granules_are_gathered_into_writes_of_about_the_same_size() -> None:
    small = [dataset(str(number)) for number in range(BATCH_GRANULES + 1)]
    assert [len(batch) for batch in batches(iter(small))] == [BATCH_GRANULES, 1]
    large = Granule(
        SOURCE, "large", "manifest", [EntityFact(Key(Kind.DATASET, ("l", str(n)))) for n in range(BATCH_ROWS)]
    )
    assert [len(batch) for batch in batches(iter([small[0], large, small[1]]))] == [2, 1]


def test_what_was_read_before_an_error_is_written_before_it_is_told() -> None:
    def torn() -> Iterator[Granule]:
        yield dataset("1")
        raise SourceError("It is torn.")

    came = batches(torn())
    assert [granule.name for granule in next(came)] == [dataset("1").name]
    with pytest.raises(SourceError, match="torn"):
        next(came)


def test_a_batch_of_a_slow_source_does_not_wait_long() -> None:
    clock = iter(range(0, 1_000, 2))  # two seconds at each look
    slow = batches((dataset(str(number)) for number in range(7)), lambda: next(clock))
    assert [len(batch) for batch in slow] == [3, 3, 1]


def test_a_pass_that_is_interrupted_says_so_retires_nothing_and_goes_on_when_it_is_run_again(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("thalweg.sync.bringing.BATCH_GRANULES", 1)

    def interrupted() -> Iterator[Granule]:
        yield dataset("a", owners=["web"])
        signal.raise_signal(signal.SIGINT)
        yield dataset("b")
        yield dataset("c")

    async def whole(store: Store) -> Reading:
        return reading(dataset("a"), dataset("b"), dataset("c"))

    async def cut(store: Store) -> Reading:
        return Reading(SOURCE, "manifest", interrupted(), total=3)

    assert imports.run("sqlite:///thalweg.db", whole, as_json=True) == 0
    with pytest.raises(output.Interrupted, match=r"after (1 scope|2 scopes)\. What is written is kept"):
        imports.run("sqlite:///thalweg.db", cut, as_json=True)
    assert run("list", "datasets", "--gone").out == ""
    assert imports.run("sqlite:///thalweg.db", whole, as_json=True) == 0
    assert run("list", "datasets", "--gone").out == ""


def test_a_log_gets_a_line_at_the_beginning_and_then_every_few_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    clock = iter([0.0, 4.0, 6.0, 7.0])
    lines = imports.Lines(lambda: next(clock))
    summary = Summary("mlflow:prod", "mlflow")
    for read in (0, 1_000, 2_000, 3_000):
        summary.granules[Outcome.WRITTEN] = read
        lines(summary, 100_000)
    assert capsys.readouterr().err == "mlflow:prod: 0 of 100,000 scopes\nmlflow:prod: 2,000 of 100,000 scopes\n"


@pytest.mark.anyio
async def test_only_the_commits_that_runs_name_are_asked_of_git(store: Store) -> None:
    named = facts.granule("g", facts.run("r1", "train", started_at=100), facts.code("repo!named", "*r1"))
    other = facts.granule("c", facts.thing("repo!other", message="Nobody ran this"))
    await bring(store, Reading("test", "api", iter([named, other])), ANYONE)
    url, sha = facts.key("repo!named").parts
    assert await commits_of_runs(store, url) == [sha]
    assert await commits_of_runs(store, "https://git.test/unknown") == []


@pytest.mark.anyio
async def test_what_was_read_before_a_source_broke_is_written_and_counted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thalweg.sync.bringing.BATCH_GRANULES", 1)

    def breaking() -> Iterator[Granule]:
        yield dataset("a")
        yield dataset("b")
        raise SourceError("The source broke.")

    summary = Summary(SOURCE, "manifest")
    with pytest.raises(SourceError):
        await bring(store, Reading(SOURCE, "manifest", breaking()), ANYONE, summary=summary)
    assert (summary.read, summary.closed) == (2, False)
    assert len((await store.find(Find(Kind.DATASET), ANYONE)).entities) == 2


@pytest.mark.anyio
async def test_a_store_that_fails_ends_the_pass_with_its_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thalweg.sync.bringing.BATCH_GRANULES", 1)

    async def full(*given: object, **more: object) -> list[object]:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(store, "write", full)
    with pytest.raises(StoreError, match="disk is full"):
        await bring(store, reading(dataset("a"), dataset("b"), dataset("c")), ANYONE)
