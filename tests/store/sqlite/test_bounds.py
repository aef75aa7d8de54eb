"""Walks that are cut while they run, and things into which very much comes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.facts import flow, granule, id, reads
from tests.store.asking import arrows, counts, distances, down, path, start, up
from thalweg import ingest
from thalweg.model.edges import EdgeType
from thalweg.model.errors import DeadlineExceeded
from thalweg.model.facts import ANYONE
from thalweg.model.results import Truncated
from thalweg.store.open import open_store
from thalweg.store.sqlite.connections import Reader, Watch, connect_reader
from thalweg.store.sqlite.walks import walk
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

INPUTS = 1_200
"""More than are looked through, one after the other, for the edges between two."""


@pytest.fixture
async def store(file: Path) -> AsyncIterator[Store]:
    store = await open_store(f"sqlite:///{file}")
    facts = [
        *(reads(f"d@{number}", "*join", role="left") for number in range(INPUTS)),
        *flow("d@7 > *join > all@1 > *next > some@1 > *last > end@1"),
    ]
    (answer,) = await ingest.state(store, [granule("g", *facts)], ANYONE)
    assert not isinstance(answer, Exception)
    yield store
    await store.close()


async def test_the_edges_into_what_has_very_many_are_all_found(store: Store) -> None:
    walked = await store.walk(start("d@7", "d@8"), down(depth=1), ANYONE)
    assert arrows(walked.edges) == [
        "d@7 INPUT_TO *join",
        "d@7 INPUT_TO *join as left",
        "d@8 INPUT_TO *join as left",
    ]
    only = await store.walk(start("d@7"), down(depth=1, types=(EdgeType.PRODUCED, EdgeType.INPUT_TO), as_of=1), ANYONE)
    assert only.edges == ()
    whole = await store.walk(start("end@1"), up(depth=None, max_nodes=10_000), ANYONE)
    assert len(whole.nodes) == INPUTS + 6
    assert len(whole.edges) == INPUTS + 1 + 5


async def test_a_path_leads_through_it(store: Store) -> None:
    assert await path(store, "d@9", "end@1") == ["d@9", "*join", "all@1", "*next", "some@1", "*last", "end@1"]


class Soon(Watch):
    """Its time is over at so many looks, and more time is given only where somebody waits."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    @property
    def over(self) -> bool:
        self.looks -= 1
        return self.unwanted or self.looks < 0

    def extend(self, seconds: float) -> None:
        self.looks = 1_000_000


async def test_what_was_reached_by_the_deadline_is_the_answer(store: Store, file: Path) -> None:
    words = ["*join", "all@1", "*next", "some@1", "*last", "end@1"]
    asked = down(depth=None)
    seen = set()
    with closing(connect_reader(file, "ro", cache=1)) as connection:
        reader = Reader(connection)
        for looks in range(20):
            reader.watch = Soon(looks)
            walked = walk(reader, start("*join"), asked)
            reached = list(distances(walked))
            assert reached == words[: len(reached)]
            assert len(walked.edges) == max(0, len(reached) - 1)
            assert sum(counts(walked).values()) >= len(reached)
            late = len(reached) < len(words) or not walked.complete
            assert walked.truncated is (Truncated.DEADLINE if late else None)
            assert walked.complete is not late
            seen.add(len(reached))
    assert set(range(1, 7)) <= seen, "each place on the way was one to stop at"


async def test_what_nobody_waits_for_is_given_no_more_time(store: Store, file: Path) -> None:
    with closing(connect_reader(file, "ro", cache=1)) as connection:
        reader = Reader(connection)
        reader.watch.unwanted = True
        with pytest.raises(DeadlineExceeded):
            walk(reader, start("*join"), down())
        reader.watch = Watch()
    assert (await store.get([id("end@1")], ANYONE)).keys() == {id("end@1")}
