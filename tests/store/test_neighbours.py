"""Neighbours: each relationship of a node, from either side, with a limit for each node."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.facts import flow, granule, ids, joined, reads, run, said, thing
from tests.store.asking import arrows
from tests.store.conftest import State
from thalweg.model.edges import EdgeType
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.model.results import Neighbours
from thalweg.store.questions import Hop, Neighbour
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

ESTATE = granule(
    "estate",
    run("r1", "train", started_at=100, ended_at=150),
    run("r2", "train", started_at=200, ended_at=250),
    run("r3", "train", started_at=300, ended_at=350),
    run("r0", "all", started_at=50),
    thing("+fraud#1", since=400),
    *flow("tx@1 > *r1 > fraud/1 > +fraud#1 > preds@1"),
    *flow("tx@1 > *r2 > fraud/2"),
    *flow("tx@1 > *r3 > fraud/3"),
    *flow("base/1 > *r3"),
    *flow("repo!a > *r3"),
    *flow("*r0 > *r1"),
    *flow("*r0 > *r2"),
)


def far(found: Mapping[str, Neighbours]) -> dict[str, str]:
    """For each node asked about, the words of the other ends in order, with `…` where there are more."""
    return {
        said(id): " ".join([*(said(entity.id) for _, entity in near.found), *(["…"] if near.more else [])])
        for id, near in found.items()
    }


async def ask(store: Store, words: str, ask: Neighbour) -> dict[str, str]:
    return far(await store.neighbours(ids(*words.split()), ask, ANYONE))


async def test_each_relationship_from_either_side(store: Store, state: State) -> None:
    await state(ESTATE)
    into, out = Hop.IN, Hop.OUT
    for word, ask_, expected in [
        ("tx@1", Neighbour(out, EdgeType.INPUT_TO), "*r3 *r2 *r1"),
        ("*r1", Neighbour(into, EdgeType.INPUT_TO), "tx@1"),
        ("*r1", Neighbour(out, EdgeType.PRODUCED), "fraud/1"),
        ("fraud/1", Neighbour(into, EdgeType.PRODUCED), "*r1"),
        ("fraud/1", Neighbour(out, EdgeType.SERVED_BY), "+fraud#1"),
        ("+fraud#1", Neighbour(into, EdgeType.SERVED_BY), "fraud/1"),
        ("*r3", Neighbour(into, EdgeType.CODE_OF), "repo!a"),
        ("repo!a", Neighbour(out, EdgeType.CODE_OF), "*r3"),
        ("*r0", Neighbour(out, EdgeType.PARENT_OF), "*r2 *r1"),
        ("*r1", Neighbour(into, EdgeType.PARENT_OF), "*r0"),
        ("*r1", Neighbour(into, EdgeType.CODE_OF), ""),
        ("tx", Neighbour(out, EdgeType.INPUT_TO), "^train"),
        ("^train", Neighbour(out, EdgeType.PRODUCED), "fraud:"),
        ("fraud:", Neighbour(out, EdgeType.SERVED_BY), "+fraud"),
        ("^train", Neighbour(Hop.VERSIONS), "*r3 *r2 *r1"),
        ("*r1", Neighbour(Hop.ASSET), "^train"),
        ("tx@1", Neighbour(Hop.ASSET), "tx"),
        ("tx", Neighbour(Hop.VERSIONS), "tx@1"),
        ("+fraud", Neighbour(Hop.VERSIONS), "+fraud#1"),
        ("tx", Neighbour(Hop.ASSET), ""),
        ("tx@1", Neighbour(Hop.VERSIONS), ""),
        ("*r3", Neighbour(into, EdgeType.INPUT_TO, kinds=(Kind.MODEL_VERSION,)), "base/1"),
        ("*r3", Neighbour(into, EdgeType.INPUT_TO, kinds=(Kind.DATASET_VERSION,)), "tx@1"),
        ("*r3", Neighbour(into, EdgeType.INPUT_TO, kinds=(Kind.COMMIT, Kind.RUN)), ""),
    ]:
        assert await ask(store, word, ask_) == {word: expected}, (word, ask_)


async def test_the_edge_and_the_entity_come_together(store: Store, state: State) -> None:
    await state(ESTATE, granule("columns", reads("tx@1", "*r1", columns=["age"], covers="DECLARED")))
    (near,) = (await store.neighbours(ids("*r1"), Neighbour(Hop.IN, EdgeType.INPUT_TO), ANYONE)).values()
    ((edge, entity),) = near.found
    assert arrows([edge]) == ["tx@1 INPUT_TO *r1"]
    assert (edge.at, edge.props) == (100, {"columns": ["age"], "covers": "DECLARED"})
    assert entity == (await store.get([entity.id], ANYONE))[entity.id]
    (near,) = (await store.neighbours(ids("tx"), Neighbour(Hop.OUT, EdgeType.INPUT_TO), ANYONE)).values()
    ((edge, _),) = near.found
    assert (edge.at, edge.last_at, edge.version_edges, edge.stated) == (100, 300, 3, False)


async def test_without_a_type_all_lineage_comes(store: Store, state: State) -> None:
    await state(ESTATE)
    (near,) = (await store.neighbours(ids("*r3"), Neighbour(Hop.IN), ANYONE)).values()
    assert arrows(edge for edge, _ in near.found) == [
        "base/1 INPUT_TO *r3",
        "repo!a CODE_OF *r3",
        "tx@1 INPUT_TO *r3",
    ]
    (near,) = (await store.neighbours(ids("*r3"), Neighbour(Hop.IN, kinds=(Kind.COMMIT,)), ANYONE)).values()
    assert arrows(edge for edge, _ in near.found) == ["repo!a CODE_OF *r3"]


async def test_the_limit_is_for_each_node(store: Store, state: State) -> None:
    await state(
        granule(
            "g",
            *(run(f"a{number}", started_at=1_000 + number) for number in range(5)),
            *(run(f"b{number}", started_at=2_000 + number) for number in range(3)),
            *(reads("a@1", f"*a{number}") for number in range(5)),
            *(reads("b@1", f"*b{number}") for number in range(3)),
        )
    )
    asked = "a@1 b@1 c@1"
    out = Neighbour(Hop.OUT, EdgeType.INPUT_TO)
    assert await ask_limited(store, asked, out, 1) == {"a@1": "*a4 …", "b@1": "*b2 …", "c@1": ""}
    assert await ask_limited(store, asked, out, 3) == {"a@1": "*a4 *a3 *a2 …", "b@1": "*b2 *b1 *b0", "c@1": ""}
    assert await ask_limited(store, asked, out, 5) == {"a@1": "*a4 *a3 *a2 *a1 *a0", "b@1": "*b2 *b1 *b0", "c@1": ""}


async def ask_limited(store: Store, words: str, asked: Neighbour, limit: int) -> dict[str, str]:
    return await ask(store, words, Neighbour(asked.hop, asked.type, asked.kinds, limit, asked.as_of))


async def test_the_newest_versions_come_first(store: Store, state: State) -> None:
    dates = {1: 300, 2: 100, 3: 400, 4: 200}
    await state(granule("g", *(thing(f"tx@{number}", created_at=at) for number, at in dates.items())))
    assert await ask_limited(store, "tx", Neighbour(Hop.VERSIONS), 25) == {"tx": "tx@3 tx@1 tx@4 tx@2"}
    assert await ask_limited(store, "tx", Neighbour(Hop.VERSIONS), 2) == {"tx": "tx@3 tx@1 …"}


async def test_as_of_takes_the_edges_that_held(store: Store, state: State) -> None:
    await state(ESTATE)
    for at, expected in {99: "", 100: "*r1", 299: "*r2 *r1", 300: "*r3 *r2 *r1"}.items():
        asked = Neighbour(Hop.OUT, EdgeType.INPUT_TO, as_of=at)
        assert await ask(store, "tx@1", asked) == {"tx@1": expected}
    assert await ask(store, "tx@1", Neighbour(Hop.OUT, EdgeType.INPUT_TO, limit=1, as_of=299)) == {"tx@1": "*r2 …"}
    assert await ask(store, "tx", Neighbour(Hop.OUT, EdgeType.INPUT_TO, as_of=99)) == {"tx": ""}


async def test_the_roles_of_one_reader_are_edges_of_their_own(store: Store, state: State) -> None:
    await state(ESTATE, granule("roles", reads("tx@1", "*r1", role="validation"), reads("tx@1", "*r1", role="test")))
    (near,) = (await store.neighbours(ids("*r1"), Neighbour(Hop.IN, EdgeType.INPUT_TO), ANYONE)).values()
    assert arrows(edge for edge, _ in near.found) == [
        "tx@1 INPUT_TO *r1",
        "tx@1 INPUT_TO *r1 as test",
        "tx@1 INPUT_TO *r1 as validation",
    ]


async def test_what_is_forgotten_is_nobodys_neighbour(store: Store, state: State) -> None:
    await state(ESTATE)
    await store.forget(ids("*r2", "base:"), ANYONE)
    assert await ask(store, "tx@1", Neighbour(Hop.OUT, EdgeType.INPUT_TO)) == {"tx@1": "*r3 *r1"}
    assert await ask(store, "*r3", Neighbour(Hop.IN, EdgeType.INPUT_TO)) == {"*r3": "tx@1"}
    assert await ask(store, "^train", Neighbour(Hop.VERSIONS)) == {"^train": "*r3 *r1"}
    assert await ask(store, "*r2", Neighbour(Hop.IN, EdgeType.INPUT_TO)) == {"*r2": ""}
    assert await ask(store, "*r2 base/1", Neighbour(Hop.ASSET)) == {"*r2": "", "base/1": ""}
    assert await ask(store, "base:", Neighbour(Hop.VERSIONS)) == {"base:": ""}
    assert await ask(store, "*r0", Neighbour(Hop.OUT, EdgeType.PARENT_OF)) == {"*r0": "*r1"}


async def test_what_is_retracted_is_no_neighbour_and_what_is_gone_is(store: Store, state: State) -> None:
    await state(granule("g", run("r1"), *flow("*r1 > a@1"), at=1), granule("h", thing("a@1"), *flow("*r1 > b@1")))
    await state(granule("g", at=500))
    assert await ask(store, "*r1", Neighbour(Hop.OUT, EdgeType.PRODUCED)) in (
        {"*r1": "a@1 b@1"},
        {"*r1": "b@1 a@1"},
    )
    await state(granule("h", thing("a@1")))
    await state(granule("g", run("r1"), at=600))
    assert await ask(store, "*r1", Neighbour(Hop.OUT, EdgeType.PRODUCED)) == {"*r1": ""}


async def test_many_nodes_at_once_and_a_hub_among_them(store: Store, state: State) -> None:
    await state(
        granule("g", *(step for number in range(1_200) for step in flow(f"d@{number} > *r{number} > m/{number}"))),
        granule("hub", *(reads("hub@1", f"*r{number}") for number in range(1_200))),
    )
    asked = " ".join(["hub@1", *(f"d@{number}" for number in range(1_200))])
    found = await ask(store, asked, Neighbour(Hop.OUT, EdgeType.INPUT_TO, limit=2))
    assert found.pop("hub@1").endswith(" …")
    assert found == {f"d@{number}": f"*r{number}" for number in range(1_200)}


async def test_every_id_is_in_the_answer(store: Store, state: State) -> None:
    await state(ESTATE)
    for asked in (
        Neighbour(Hop.IN),
        Neighbour(Hop.OUT, EdgeType.PRODUCED),
        Neighbour(Hop.ASSET),
        Neighbour(Hop.VERSIONS),
    ):
        found = await store.neighbours([*ids("nothing", "nothing@1"), "what"], asked, ANYONE)
        assert found == {key: Neighbours((), False) for key in [*ids("nothing", "nothing@1"), "what"]}
        assert await store.neighbours([], asked, ANYONE) == {}


async def test_an_old_name_has_the_neighbours_of_the_new(store: Store, state: State) -> None:
    await state(ESTATE, granule("join", joined("old", "tx")))
    assert await ask(store, "old", Neighbour(Hop.VERSIONS)) == {"old": "tx@1"}
    assert await ask(store, "old", Neighbour(Hop.OUT, EdgeType.INPUT_TO)) == {"old": "^train"}
