"""Reads that name no version: each is of the newest version that was there by the run's start, whatever comes when."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.exploring import Explore, Wipe
from tests.facts import NAMESPACE, Fact, granule, id, ids, joined, key, reads, run, said, thing, writes
from tests.store.conftest import State
from tests.store.dump import Dump, dump, entities
from tests.store.estates import ORIGIN_OF, Forget, Pass, Restore, Step
from tests.store.estates import State as Stating
from tests.store.oracle import Oracle
from tests.store.test_events import after, told
from tests.store.test_properties import compare_edges, compare_entities, stated, take
from thalweg import ingest
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput
from thalweg.model.facts import ANYONE, EdgeFact, Granule
from thalweg.model.kinds import Level
from thalweg.model.results import Direction, Edge
from thalweg.store.questions import Hop, Neighbour, Start, Walk
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

READ = reads("tx@unversioned", "*r")
RUN = granule("r", run("r", "train", started_at=100), READ)


def version(number: int, created_at: int | None = None, data: str = "tx") -> Granule:
    """That there is a version of a dataset, and since when."""
    props = {} if created_at is None else {"created_at": created_at}
    return granule(f"{data}@{number}", thing(f"{data}@{number}", **props))


async def inputs(store: Store, *runs: str) -> list[Edge]:
    found = await store.neighbours(ids(*runs), Neighbour(Hop.IN, EdgeType.INPUT_TO), ANYONE)
    return [edge for near in found.values() for edge, _ in near.found]


async def read_by(store: Store, *runs: str) -> list[str]:
    """What the runs read, in words: `tx@1 > *r`, with the role."""
    key("tx@unversioned")
    found = await inputs(store, *(runs or ("*r",)))
    return sorted(
        f"{said(edge.source)} > {said(edge.target)}" + (f" as {edge.role}" if edge.role else "") for edge in found
    )


async def props(store: Store, source: str, target: str = "*r") -> dict[str, Any]:
    (edge,) = [edge for edge in await inputs(store, target) if edge.source == id(source)]
    return dict(edge.props)


# ------------------------------------------------------------------------------------------------- which version it was


async def test_it_is_of_the_newest_version_by_the_start_of_the_run(store: Store, state: State) -> None:
    await state(version(1, 10), version(2, 90), version(3, 101), RUN)
    assert await read_by(store) == ["tx@2 > *r"]
    assert await props(store, "tx@2") == {"assumed": True}
    assert "tx@unversioned" not in {said(id) for id in await entities(store)}


async def test_the_very_start_is_by_the_start_and_of_several_the_last_by_id_counts(store: Store, state: State) -> None:
    await state(*(version(number, 100) for number in range(1, 5)), RUN)
    last = max(ids(*(f"tx@{number}" for number in range(1, 5))))
    assert await read_by(store) == [f"{said(last)} > *r"]


async def test_where_there_was_none_it_is_of_the_reserved_version(store: Store, state: State) -> None:
    await state(RUN, version(3, 101))
    assert await read_by(store) == ["tx@unversioned > *r"]
    assert await props(store, "tx@unversioned") == {"assumed": True}
    walked = await store.walk(Start(versions_of=id("tx")), Walk(Direction.DOWNSTREAM, as_of=100), ANYONE)
    assert id("*r") in {node.id for node in walked.nodes}


async def test_the_reserved_version_was_there_before_all_others(store: Store, state: State) -> None:
    await state(RUN, version(3, 101))
    newest = await store.neighbours(ids("tx"), Neighbour(Hop.VERSIONS), ANYONE)
    assert [said(found.id) for _, found in newest[id("tx")].found] == ["tx@3", "tx@unversioned"]
    walked = await store.walk(Start(versions_of=id("tx"), newest=1), Walk(Direction.DOWNSTREAM), ANYONE)
    assert [said(node.id) for node in walked.nodes] == ["tx@3"]


async def test_what_only_edges_know_was_there_at_no_known_time(store: Store, state: State) -> None:
    await state(granule("w", writes("*w", "tx@1")), RUN)
    assert await read_by(store) == ["tx@unversioned > *r"]
    await state(version(1, 50))
    assert await read_by(store) == ["tx@1 > *r"]


async def test_what_nobody_dated_was_there_since_it_was_first_seen(store: Store, state: State) -> None:
    await state(version(1))
    await state(RUN, granule("s", reads("tx@unversioned", "*s")))
    await state(version(2))
    assert await read_by(store, "*r", "*s") == ["tx@1 > *s", "tx@unversioned > *r"]


async def test_what_is_gone_or_forgotten_was_there_all_the_same(store: Store, state: State) -> None:
    await state(version(1, 10), version(2, 90), RUN)
    await state(granule("tx@2"))
    assert await read_by(store) == ["tx@2 > *r"]
    await store.forget(ids("tx@2"), ANYONE)
    assert await read_by(store) == []
    await store.restore(ids("tx@2"), ANYONE)
    assert await read_by(store) == ["tx@2 > *r"]


async def test_a_run_did_not_read_what_it_wrote_itself_nor_what_came_after(store: Store, state: State) -> None:
    await state(version(1, 10), version(2, 80), version(3, 90))
    await state(granule("r", run("r", "append"), READ, writes("*r", "tx@2")))
    assert await read_by(store) == ["tx@1 > *r"], "it may have begun at any time, but wrote version 2 at 80"
    await state(granule("r", run("r", "append", started_at=85), READ, writes("*r", "tx@2")))
    assert await read_by(store) == ["tx@1 > *r"], "what its start says cannot be"
    await state(granule("r", run("r", "append", started_at=85), READ))
    assert await read_by(store) == ["tx@2 > *r"], "it did not write it after all"
    await state(granule("w", writes("*r", "tx@2")))
    assert await read_by(store) == ["tx@1 > *r"]
    await state(version(2, 84), version(1, 87))
    assert await read_by(store) == ["tx@unversioned > *r"]
    await state(version(2, 95))
    assert await read_by(store) == ["tx@unversioned > *r"]
    await state(version(1, 81))
    assert await read_by(store) == ["tx@1 > *r"]
    assert (await store.check()).findings == ()


async def test_a_job_that_appends_to_what_it_reads_is_a_chain_of_versions(store: Store, state: State) -> None:
    def appends(number: int) -> Granule:
        at = 100 * number
        facts = (run(f"r{number}", "append", started_at=at), thing(f"tx@{number}", created_at=at + 5))
        return granule(
            f"r{number}", *facts, reads("tx@unversioned", f"*r{number}"), writes(f"*r{number}", f"tx@{number}")
        )

    await state(*(appends(number) for number in (2, 0, 3, 1)))
    assert await read_by(store, *(f"*r{number}" for number in range(4))) == [
        "tx@0 > *r1",
        "tx@1 > *r2",
        "tx@2 > *r3",
        "tx@unversioned > *r0",
    ]


async def test_what_a_release_reads_live_is_of_no_one_version(store: Store, state: State) -> None:
    await state(version(1, 10), granule("s", thing("+d#1", since=100), reads("tx@unversioned", "+d#1")))
    assert await read_by(store, "+d#1") == ["tx@unversioned > +d#1"]
    assert await props(store, "tx@unversioned", "+d#1") == {}


# ------------------------------------------------------------------------------------------------------ what changes it


async def test_a_late_write_takes_the_reads_between_it_and_the_next(store: Store, state: State) -> None:
    runs = [f"*r{number}" for number in range(6)]
    for number in range(6):
        started = run(f"r{number}", "train", started_at=10 * number)
        await state(granule(f"r{number}", started, reads("tx@unversioned", f"*r{number}")))
    await state(version(1, 5), version(2, 45))
    before = await after(store, 0)
    await state(version(3, 20))
    assert await read_by(store, *runs) == [
        "tx@1 > *r1",
        "tx@2 > *r5",
        "tx@3 > *r2",
        "tx@3 > *r3",
        "tx@3 > *r4",
        "tx@unversioned > *r0",
    ]
    assert told(*await after(store, before[-1].cursor)) == [
        "CREATED tx@3",
        "LINKED tx@3 INPUT_TO *r2",
        "LINKED tx@3 INPUT_TO *r3",
        "LINKED tx@3 INPUT_TO *r4",
        "UNLINKED tx@1 INPUT_TO *r2",
        "UNLINKED tx@1 INPUT_TO *r3",
        "UNLINKED tx@1 INPUT_TO *r4",
    ]


async def test_it_follows_the_start_of_the_run(store: Store, state: State) -> None:
    await state(version(1, 10), version(2, 20), granule("read", READ))
    assert await read_by(store) == ["tx@2 > *r"], "a run that nobody dated was there when it was first seen"
    for started, was in ((15, "tx@1"), (25, "tx@2"), (5, "tx@unversioned")):
        await state(granule("r", run("r", "train", started_at=started)))
        assert await read_by(store) == [f"{was} > *r"]


async def test_it_follows_the_date_of_a_version(store: Store, state: State) -> None:
    await state(version(1, 10), version(2, 20), RUN)
    for first, second, was in ((30, 20, "tx@1"), (30, 101, "tx@1"), (102, 101, "tx@unversioned"), (102, 99, "tx@2")):
        await state(version(1, first), version(2, second))
        assert await read_by(store) == [f"{was} > *r"]


async def test_one_write_may_do_all_of_it_at_once(store: Store, state: State) -> None:
    await state(RUN, version(1, 10), version(2, 200))
    seen = (await after(store, 0))[-1].cursor
    await state(
        version(1, 300), version(2, 210), version(3, 250), granule("r", run("r", "train", started_at=260), READ)
    )
    assert await read_by(store) == ["tx@3 > *r"]
    assert {line for line in told(*await after(store, seen)) if "LINKED" in line} == {
        "UNLINKED tx@1 INPUT_TO *r",
        "LINKED tx@3 INPUT_TO *r",
    }


async def test_it_is_taken_back_with_the_scope_that_states_it(store: Store, state: State) -> None:
    other = granule("other", READ)
    await state(version(1, 10), RUN, other)
    await state(granule("r", run("r", "train", started_at=100)))
    assert await read_by(store) == ["tx@1 > *r"]
    await state(granule("other"))
    assert await read_by(store) == []
    await state(RUN, version(2, 20))
    pass_ = await store.begin_pass("test", ANYONE)
    await state(granule("r", run("r", "train", started_at=100)), version(1, 10), version(2, 20), pass_=pass_)
    await store.close_pass(pass_, ANYONE)
    assert await read_by(store) == []
    assert {said(id) for id in await entities(store)} == {"tx", "tx@1", "tx@2", "*r", "^train"}


async def test_what_a_run_that_is_gone_has_read_follows_too(store: Store, state: State) -> None:
    await state(version(1, 10), RUN)
    await state(granule("r"))
    assert await read_by(store) == ["tx@1 > *r"]
    await state(version(2, 20))
    assert await read_by(store) == ["tx@2 > *r"]
    assert (await store.check()).findings == ()
    await state(granule("x", reads("tx@3", "*r")), version(3, 30))
    assert await props(store, "tx@3") == {}, "what somebody states takes the place of what nobody does any more"
    assert await read_by(store) == ["tx@3 > *r"]
    await state(granule("r", run("r", "train", started_at=100)))
    assert await read_by(store) == ["tx@3 > *r"]
    assert (await store.check()).findings == ()


async def test_what_is_stated_again_takes_the_place_of_what_was_kept_wherever_that_hangs(
    store: Store, state: State
) -> None:
    await state(version(1, 10), RUN)
    await state(granule("r"))
    await state(replace(RUN, entities=[thing("tx@2", created_at=20), *RUN.entities]))
    assert await read_by(store) == ["tx@2 > *r"]
    assert (await store.check()).findings == ()
    await state(granule("r"), version(2, 30))
    assert await read_by(store) == ["tx@2 > *r"]
    assert (await store.check()).findings == ()


async def test_what_is_gone_takes_its_reads_to_where_they_belong(store: Store, state: State) -> None:
    await state(version(1, 10), RUN)
    late = replace(RUN, entities=[], edges=[])
    await state(replace(version(2, 20), name="r"))
    assert await read_by(store) == ["tx@2 > *r"], "the scope that no longer states the run has the later version"
    await state(late)
    assert await read_by(store) == ["tx@2 > *r"]
    assert (await store.check()).findings == ()
    await state(version(2, 120))
    assert await read_by(store) == ["tx@1 > *r"]
    assert (await store.check()).findings == ()


async def test_what_stays_behind_on_an_edge_says_nothing_of_the_read_that_left(store: Store, state: State) -> None:
    known = granule("known", thing("tx@1", created_at=200), reads("tx@1", "*r", columns=["a"], covers="DECLARED"))
    await state(known, granule("read", reads("tx@unversioned", "*r", at=150)))
    assert await props(store, "tx@1") == {"at": 150, "columns": ["a"], "covers": "DECLARED"}
    await state(replace(RUN, name="known"))
    assert await read_by(store) == ["tx@1 > *r", "tx@unversioned > *r"], "the version is gone, and what was said of it"
    assert await props(store, "tx@1") == {"columns": ["a"], "covers": "DECLARED"}


async def test_what_else_is_said_of_it_goes_with_it(store: Store, state: State) -> None:
    known = reads("tx@unversioned", "*r", "training", columns=["a"], covers="DECLARED")
    await state(RUN, granule("more", known), granule("and", known._replace(props={"columns": ["b"]})))
    await state(version(1, 10))
    assert await read_by(store) == ["tx@1 > *r", "tx@1 > *r as training"]
    (edge,) = [edge for edge in await inputs(store, "*r") if edge.role]
    assert dict(edge.props) == {"assumed": True, "columns": ["a", "b"], "covers": "PROJECTION"}
    assert edge.at == 100


async def test_a_version_that_is_stated_is_what_was_read(store: Store, state: State) -> None:
    """Whoever names it knows it; that the run read another besides, nobody says."""
    await state(version(1, 10), version(2, 20), RUN)
    assert await read_by(store) == ["tx@2 > *r"]
    await state(granule("sure", reads("tx@1", "*r")))
    assert await read_by(store) == ["tx@1 > *r"]
    assert await props(store, "tx@1") == {}
    await state(version(3, 30), version(4), granule("again", *RUN.entities, READ))
    assert await read_by(store) == ["tx@1 > *r"]
    await state(granule("sure"))
    assert await read_by(store) == ["tx@3 > *r"]
    assert await props(store, "tx@3") == {"assumed": True}
    await state(granule("sure", reads("tx@2", "*r"), reads("tx@2", "*r", assumed=True)))
    assert await read_by(store) == ["tx@2 > *r"]
    assert await props(store, "tx@2") == {}
    await state(granule("sure"), granule("r", *RUN.entities, READ._replace(props={"assumed": False})))
    assert await props(store, "tx@3") == {"assumed": True}


async def test_what_is_stated_of_other_data_or_another_run_says_nothing_of_it(store: Store, state: State) -> None:
    await state(version(1, 10), version(2, 20), RUN, granule("sure", reads("raw@1", "*r"), reads("tx@1", "*other")))
    assert await read_by(store) == ["raw@1 > *r", "tx@2 > *r"]


async def test_a_version_that_is_stated_has_what_else_is_said_of_the_read(store: Store, state: State) -> None:
    seen = READ._replace(props={"columns": ["a"], "extra": {"rows": 3}})
    await state(version(2, 20), granule("sure", reads("tx@1", "*r", columns=["b"])), granule("r", *RUN.entities, seen))
    assert await props(store, "tx@1") == {"columns": ["a", "b"], "covers": "PROJECTION", "extra": {"rows": 3}}


async def test_a_version_that_is_stated_under_another_name_is_what_was_read(store: Store, state: State) -> None:
    await state(version(1, 10), version(2, 20), RUN, granule("sure", reads("alias@1", "*r")))
    assert await read_by(store) == ["alias@1 > *r", "tx@2 > *r"]
    await state(granule("join", joined("alias", "tx")))
    assert await read_by(store) == ["tx@1 > *r"]
    assert (await store.check()).findings == ()
    await state(granule("join"))
    assert await read_by(store) == ["alias@1 > *r", "tx@2 > *r"]
    assert (await store.check()).findings == ()


async def test_what_a_column_was_made_of_was_read(store: Store, state: State) -> None:
    """Nobody states that the run read `tx`; of `rates` it is stated which version."""
    sources = [{"namespace": NAMESPACE, "name": name, "field": "amount"} for name in ("tx", "rates")]
    made = {"fields": {"total": {"inputFields": sources}}}
    await state(version(1, created_at=50))
    await state(granule(
        "r", run("r", "train", started_at=100), reads("rates@7", "*r"), writes("*r", "sums@1"),
        thing("sums@1", column_lineage=made),
    ))  # fmt: skip
    assert await read_by(store) == ["rates@7 > *r", "tx@1 > *r"]
    assert (await props(store, "tx@1"))["assumed"] is True
    assert "assumed" not in await props(store, "rates@7")
    await state(granule("r", run("r", "train", started_at=100), writes("*r", "sums@1"), thing("sums@1")))
    assert await read_by(store) == []


async def test_what_a_run_made_of_what_it_made_itself_it_did_not_read(store: Store, state: State) -> None:
    made = {"fields": {"total": {"inputFields": [{"namespace": NAMESPACE, "name": "tx", "field": "amount"}]}}}
    await state(version(1, created_at=50))
    wrote = (writes("*r", "tx@2"), writes("*r", "sums@1"))
    await state(granule("r", run("r", "train", started_at=100), *wrote, thing("sums@1", column_lineage=made)))
    assert await read_by(store) == []


async def test_a_column_of_what_nothing_can_be_called_was_read_by_none(store: Store, state: State) -> None:
    sources = [{"namespace": NAMESPACE, "name": name, "field": "amount"} for name in ("t\0x", "t" * 10_000, "")]
    made = {"fields": {"total": {"inputFields": sources}}}
    wrote = (writes("*r", "sums@1"), thing("sums@1", column_lineage=made))
    await state(granule("r", run("r", "train", started_at=100), *wrote))
    assert await read_by(store) == []


async def test_what_no_run_is_stated_to_have_made_was_read_by_none(store: Store, state: State) -> None:
    made = {"fields": {"total": {"inputFields": [{"namespace": NAMESPACE, "name": "tx", "field": "amount"}]}}}
    await state(granule("a", thing("sums@1", column_lineage=made)))
    await state(granule("r", run("r", "train", started_at=100), writes("*r", "sums@1")))
    assert await read_by(store) == []


async def test_what_follows_between_assets_stays(store: Store, state: State) -> None:
    walk = Walk(Direction.DOWNSTREAM, depth=1)
    await state(RUN, granule("s", run("s", "train", started_at=120), reads("tx@unversioned", "*s")))
    for late in (version(1, 10), version(2, 110), version(1, 115)):
        await state(late)
        walked = await store.walk(Start((id("tx"),)), walk, ANYONE)
        assert [(said(e.target), e.version_edges, e.at, e.last_at) for e in walked.edges] == [("^train", 2, 100, 120)]
        assert (await store.check()).findings == ()


async def test_to_say_it_again_changes_nothing(store: Store, state: State) -> None:
    await state(version(1, 10), RUN)
    before, events = await dump(store), await after(store, 0)
    await state(RUN, version(1, 10))
    assert (await dump(store), await after(store, 0)) == (before, events)
    await state(replace(RUN, at=500))
    assert await dump(store) == before


# ---------------------------------------------------------------------------------------------- two names that are one

JOIN = granule("join", joined("old", "tx"))


async def test_joined_names_have_each_others_versions(store: Store, state: State) -> None:
    other = granule("s", run("s", "train", started_at=100), reads("old@unversioned", "*s"))
    facts = (version(1, 10), version(2, 20, "old"), RUN, other)
    key("old@unversioned")
    apart = ["old@2 > *s", "tx@1 > *r"]
    await state(*facts)
    assert await read_by(store, "*r", "*s") == apart
    await state(JOIN)
    assert await read_by(store, "*r", "*s") == ["tx@2 > *r", "tx@2 > *s"]
    await state(granule("join"))
    assert await read_by(store, "*r", "*s") == apart
    await state(JOIN)
    await state(version(3, 30, "old"))
    assert await read_by(store, "*r", "*s") == ["tx@3 > *r", "tx@3 > *s"]
    await state(granule("join"))
    assert await read_by(store, "*r", "*s") == ["old@3 > *s", "tx@1 > *r"]
    assert (await store.check()).findings == ()


async def test_the_reserved_versions_of_joined_names_are_one(store: Store, state: State) -> None:
    other = granule("s", run("s", "train", started_at=100), reads("old@unversioned", "*s"))
    await state(RUN, JOIN, other)
    assert await read_by(store, "*r", "*s") == ["tx@unversioned > *r", "tx@unversioned > *s"]
    assert (await store.get(ids("old@unversioned"), ANYONE))[id("old@unversioned")].id == id("tx@unversioned")
    await state(version(1, 10, "old"))
    assert await read_by(store, "*r", "*s") == ["tx@1 > *r", "tx@1 > *s"]
    assert (await store.check()).findings == ()
    await state(granule("join"))
    assert await read_by(store, "*r", "*s") == ["old@1 > *s", "tx@unversioned > *r"]
    assert (await store.check()).findings == ()


async def test_joined_runs_read_what_either_did(store: Store, state: State) -> None:
    earlier = granule("s", run("s", "train", started_at=30), at=0)
    await state(version(1, 10), version(2, 50), replace(RUN, at=1), earlier)
    await state(granule("join", joined("*r", "*s")))
    assert await read_by(store, "*s") == ["tx@1 > *s"]
    await state(granule("join"))
    assert await read_by(store, "*r", "*s") == ["tx@2 > *r"]
    await state(version(1, 40), granule("join", joined("*r", "*s")))
    assert await read_by(store, "*s") == ["tx@unversioned > *s"]
    await state(granule("join"))
    assert await read_by(store, "*r", "*s") == ["tx@2 > *r"]
    assert "tx@unversioned" not in {said(id) for id in await entities(store)}


async def test_versions_that_are_joined_take_their_reads_along(store: Store, state: State) -> None:
    await state(version(1, 10), version(2, 20), RUN)
    await state(granule("join", joined("tx@2", "tx@3")))
    assert await read_by(store) == ["tx@3 > *r"]
    await state(granule("join"))
    assert await read_by(store) == ["tx@2 > *r"]
    assert (await store.check()).findings == ()


async def test_the_reserved_version_is_joined_with_nothing(store: Store) -> None:
    for join in (joined("tx@unversioned", "tx@1"), joined("a@1", "b@unversioned")):
        (answer,) = await ingest.state(store, [granule("join", join)], ANYONE)
        assert isinstance(answer, BadInput)
        assert "stands for no version; join the datasets" in str(answer)


# -------------------------------------------------------------------------------------------------------- any estate

VERSIONS = ("a@1", "a@2", "a@3", "b@1")
RUNS = ("*r1", "*r2", "*r3")
KNOWN = [key(word) for word in ("a@unversioned", "b@unversioned", "b@2", "b@3")]
"""What is in an answer, though no fact here may say it."""
at = st.integers(0, 30)

FACTS = st.one_of(
    st.builds(lambda word, at: thing(word, created_at=at), st.sampled_from(VERSIONS), at),
    st.builds(lambda word, at: thing(word, started_at=at, ended_at=at), st.sampled_from(RUNS), at),
    st.builds(thing, st.sampled_from((*VERSIONS, *RUNS, "a@unversioned"))),
    st.builds(reads, st.just("a@unversioned"), st.sampled_from(RUNS), st.sampled_from(("", "", "role"))),
    st.builds(reads, st.just("b@unversioned"), st.sampled_from(RUNS)),
    st.builds(reads, st.sampled_from(VERSIONS), st.sampled_from(RUNS), st.sampled_from(("", "role"))),
    st.builds(writes, st.sampled_from(RUNS), st.sampled_from((*VERSIONS, "a@unversioned"))),
)


@st.composite
def scopes(draw: st.DrawFn) -> Granule:
    facts: dict[Any, Fact] = {}
    for fact in draw(st.lists(FACTS, min_size=1, max_size=5)):
        facts[fact[:4] if isinstance(fact, EdgeFact) else fact[0]] = fact
    source, name = draw(st.sampled_from(("one", "two"))), draw(st.sampled_from("stuv"))
    return granule(name, *facts.values(), source=source, origin=ORIGIN_OF[source])


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """Writes and reads that come in any order, are replaced and retracted, forgotten and restored."""
    steps: list[Step] = []
    for place in range(draw(st.integers(2, 9))):
        what = draw(st.sampled_from(("state",) * 7 + ("pass", "forget", "restore")))
        if what in ("forget", "restore"):
            words = tuple(draw(st.lists(st.sampled_from((*VERSIONS, *RUNS, "a")), min_size=1, max_size=2, unique=True)))
            steps.append(Forget(words) if what == "forget" else Restore(words))
            continue
        found = [replace(draw(scopes()), at=1_000 + place, revision=place)]
        steps.append(Pass(found[0].source, tuple(found)) if what == "pass" else Stating(tuple(found)))
    return steps


def test_each_read_is_where_it_belongs_after_each_step(explore: Explore) -> None:
    async def check(store: Store, steps: list[Step]) -> None:
        oracle = Oracle()
        for step in steps:
            await take(store, oracle, step)
            await compare_edges(store, oracle)
        await compare_entities(store, oracle)
        assert (await store.check()).findings == ()
        assert await store.rebuild(ANYONE) == 0

    explore(check, share=4, steps=histories())


ONE = [joined(*pair) for pair in (("b", "a"), ("a", "b"), ("*r1", "*r2"))]


@st.composite
def estates(draw: st.DrawFn) -> tuple[list[Granule], list[Granule]]:
    """Granules of which all versions are dated, with joins; and the same in another order."""
    found = draw(st.lists(scopes(), min_size=2, max_size=6, unique_by=lambda one: (one.source, one.name)))
    dated = []
    for place, one in enumerate(found):
        things = [
            fact._replace(props={"created_at": draw(at), **fact.props})
            if fact.key.kind.level is Level.VERSION and said(fact.key.id).startswith(("a", "b"))
            else fact
            for fact in one.entities
        ]
        joins = draw(st.lists(st.sampled_from(ONE), max_size=1)) if place < 2 else []
        dated.append(replace(one, entities=things, joins=joins, at=1_000 + place))
    return dated, draw(st.permutations(dated))


def test_the_order_in_which_writes_and_reads_come_is_no_matter(explore: Explore, wipe: Wipe) -> None:
    async def check(store: Store, orders: tuple[list[Granule], list[Granule]], together: bool) -> None:
        dumps: list[Dump] = []
        for order in orders:
            wipe()
            for some in [order] if together and dumps else [[one] for one in order]:
                await stated(store, *some)
            dumps.append(await dump(store))
            assert (await store.check()).findings == ()
        assert dumps[0] == dumps[1]

    explore(check, share=4, orders=estates(), together=st.booleans())
