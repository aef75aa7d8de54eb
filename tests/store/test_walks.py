"""Walks: where they go, what they return, and what they say about it when they could not show everything."""

from __future__ import annotations

import pytest

from tests.facts import derives, flow, granule, id, joined, reads, run, said, serves, thing
from tests.store.asking import CHAIN, DISTANCES, arrows, counts, distances, down, reached, start, up, versions_of
from tests.store.conftest import State
from thalweg.model.edges import EdgeType
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.model.results import Truncated
from thalweg.store.questions import ALL_NODES, NodeFilter, Start
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

HISTORY = granule(
    "history",
    run("r1", "train", started_at=100, ended_at=200),
    thing("+fraud#1", since=300),
    *flow("tx@1 > *r1 > fraud/3 > +fraud#1"),
    *flow("+fraud#1 > preds@1", at=400),
)


# --------------------------------------------------------------------------------------------------- where it goes


async def test_downstream_follows_the_influence(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN))
    walked = await store.walk(start("tx@1"), down(), ANYONE)
    assert distances(walked) == DISTANCES
    assert arrows(walked.edges) == [
        "*r1 PRODUCED fraud/3",
        "+fraud#1 PRODUCED preds@1",
        "fraud/3 SERVED_BY +fraud#1",
        "tx@1 INPUT_TO *r1",
    ]
    assert (walked.complete, walked.truncated, walked.unsorted) == (True, None, False)


async def test_upstream_goes_against_it(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN, *flow("repo!a > *r1")))
    walked = await store.walk(start("fraud/3"), up(), ANYONE)
    assert distances(walked) == {"fraud/3": 0, "*r1": 1, "tx@1": 2, "repo!a": 2}
    assert arrows(walked.edges) == ["*r1 PRODUCED fraud/3", "repo!a CODE_OF *r1", "tx@1 INPUT_TO *r1"]


async def test_every_lineage_relationship_is_walked_both_ways_and_parents_are_not(store: Store, state: State) -> None:
    steps = ["tx@1 > *r1", "base/1 > *r1", "tx@1 > +d#1", "repo!a > *r1", "*r1 > tx@2", "*r1 > fraud/1", "+d#1 > tx@2"]
    steps += ["fraud/1 > +d#1", "tx@1 > tx@2", "base/1 > fraud/1"]
    steps += ["tx > ^j", "base: > ^j", "tx > +d", "repo! > ^j", "^j > tx", "^j > fraud:", "+d > tx", "fraud: > +d"]
    steps += ["tx > other", "base: > fraud:"]
    parents = flow("*r0 > *r1 > *r2") + flow("repo!z > repo!a > repo!b")
    await state(granule("g", *(one for step in steps for one in flow(step)), *parents))
    for step in steps:
        (one,) = flow(step)
        source, target = step.split(" > ")
        only = {"depth": 1, "types": (one.type,)}
        assert target in await reached(store, start(source), down(**only)), step
        assert source in await reached(store, start(target), up(**only)), step
    for word in ("*r1", "repo!a"):
        for walk in (down(), up()):
            assert not {"*r0", "*r2", "repo!z", "repo!b"} & (await reached(store, start(word), walk)).keys()


async def test_only_the_types_asked_for_are_followed(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN, derives("tx@1", "tx@2")))
    walked = await store.walk(start("tx@1"), down(types=(EdgeType.INPUT_TO, EdgeType.PRODUCED)), ANYONE)
    assert distances(walked) == {"tx@1": 0, "*r1": 1, "fraud/3": 2}
    assert await reached(store, start("tx@1"), down(types=(EdgeType.DERIVED_INTO,))) == {"tx@1": 0, "tx@2": 1}


async def test_a_type_that_is_not_walked_does_not_join_returned_nodes_either(store: Store, state: State) -> None:
    await state(granule("g", *flow("a@1 > *r1 > b@1"), derives("a@1", "b@1")))
    walked = await store.walk(start("a@1"), down(types=(EdgeType.INPUT_TO, EdgeType.PRODUCED)), ANYONE)
    assert arrows(walked.edges) == ["*r1 PRODUCED b@1", "a@1 INPUT_TO *r1"]


@pytest.mark.parametrize("depth", [0, 1, 2, 3, 4, 5, 6, 50, 51, 200, None])
async def test_depth_is_a_number_of_steps(store: Store, state: State, depth: int | None) -> None:
    await state(granule("g", *CHAIN))
    walked = await store.walk(start("tx@1"), down(depth=depth), ANYONE)
    within = {word: distance for word, distance in DISTANCES.items() if depth is None or distance <= depth}
    assert distances(walked) == within
    assert walked.truncated == (Truncated.DEPTH if len(within) < len(DISTANCES) else None)
    assert sum(counts(walked).values()) == len(within)
    assert walked.complete == (walked.truncated is None)


async def test_without_a_limit_a_walk_goes_to_the_end_of_a_long_chain(store: Store, state: State) -> None:
    words = [word for number in range(150) for word in (f"d@{number}", f"*r{number}")]
    await state(granule("g", *flow(" > ".join(words))))
    assert await reached(store, start("d@0"), down(depth=None)) == {word: place for place, word in enumerate(words)}
    assert await reached(store, start(words[-1]), up(depth=None)) == {
        word: place for place, word in enumerate(reversed(words))
    }
    assert len(await reached(store, start("d@0"), down(depth=130))) == 131


async def test_behind_a_kind_to_stop_at_nothing_is_walked(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN, *flow("fraud/3 > *r2 > tuned/1")))
    walked = await store.walk(start("tx@1"), down(stop_at=frozenset({Kind.MODEL_VERSION})), ANYONE)
    assert distances(walked) == {"tx@1": 0, "*r1": 1, "fraud/3": 2}
    assert walked.truncated is None
    assert walked.complete


async def test_the_start_is_exempt_from_stopping(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN, *flow("fraud/3 > *r2 > tuned/1 > +tuned#1")))
    stop = frozenset({Kind.MODEL_VERSION})
    assert await reached(store, start("fraud/3"), down(stop_at=stop)) == {
        "fraud/3": 0,
        "+fraud#1": 1,
        "*r2": 1,
        "preds@1": 2,
        "tuned/1": 2,
    }
    assert await reached(store, start("+fraud#1"), up(stop_at=stop)) == {"+fraud#1": 0, "fraud/3": 1}


async def test_several_kinds_to_stop_at(store: Store, state: State) -> None:
    await state(granule("g", *flow("a@1 > *r1 > b@1 > *r2"), *flow("a@1 > c@1 > d@1"), *flow("*r1 > m/1 > +d#1")))
    stop = frozenset({Kind.DATASET_VERSION, Kind.MODEL_VERSION})
    assert await reached(store, start("a@1"), down(stop_at=stop)) == {"a@1": 0, "*r1": 1, "c@1": 1, "b@1": 2, "m/1": 2}


async def test_as_of_walks_what_held_then(store: Store, state: State) -> None:
    await state(HISTORY)
    for at, words in {
        99: "tx@1",
        100: "tx@1 *r1",
        199: "tx@1 *r1",
        200: "tx@1 *r1 fraud/3",
        299: "tx@1 *r1 fraud/3",
        300: "tx@1 *r1 fraud/3 +fraud#1",
        400: "tx@1 *r1 fraud/3 +fraud#1 preds@1",
    }.items():
        walked = await store.walk(start("tx@1"), down(as_of=at), ANYONE)
        assert list(distances(walked)) == words.split(), at
        assert len(walked.edges) == len(words.split()) - 1
        assert walked.truncated is None
        assert list(await reached(store, start("preds@1"), up(as_of=at))) == (
            ["preds@1", "+fraud#1", "fraud/3", "*r1", "tx@1"] if at == 400 else ["preds@1"]
        )


async def test_what_was_over_is_still_walked(store: Store, state: State) -> None:
    await state(HISTORY, granule("end", thing("+fraud#1", until=350)))
    assert await reached(store, start("tx@1"), down(as_of=1_000)) == DISTANCES


async def test_a_fact_without_a_date_holds_from_when_it_was_first_seen(store: Store, state: State) -> None:
    await state(granule("g", *flow("tx@1 > *r1")))
    (node, _) = (await store.walk(start("tx@1"), down(), ANYONE)).nodes
    assert await reached(store, start("tx@1"), down(as_of=node.at - 1)) == {"tx@1": 0}
    assert await reached(store, start("tx@1"), down(as_of=node.at)) == {"tx@1": 0, "*r1": 1}


async def test_a_late_fact_changes_past_answers(store: Store, state: State) -> None:
    await state(granule("g", *flow("tx@1 > *r1")))
    assert await reached(store, start("tx@1"), down(as_of=100)) == {"tx@1": 0}
    await state(granule("late", run("r1", "train", started_at=100)))
    assert await reached(store, start("tx@1"), down(as_of=100)) == {"tx@1": 0, "*r1": 1}
    assert await reached(store, start("tx"), down(as_of=100)) == {"tx": 0, "^train": 1}


# ------------------------------------------------------------------------------------------------ what it returns


async def test_a_node_says_what_the_walk_knows_of_it(store: Store, state: State) -> None:
    await state(
        granule("r", run("r1", "train", started_at=100, ended_at=200, status="FAILED"), *flow("tx@1 > *r1 > fraud/3")),
        granule("d", thing("+fraud#1", since=300, until=400, status="healthy"), serves("fraud/3", "+fraud#1")),
        granule("m", thing("fraud/3", created_at=150, gone_at=250)),
    )
    tx, run_, model, release = (await store.walk(start("tx@1"), down(), ANYONE)).nodes
    assert (run_.kind, run_.key, run_.asset_id) == (Kind.RUN, ("test", "r1"), id("^train"))
    assert (run_.at, run_.until, run_.gone_at, run_.status) == (100, 200, None, "FAILED")
    assert (model.at, model.until, model.gone_at, model.asset_id) == (150, None, 250, id("fraud:"))
    assert (release.at, release.until, release.status) == (300, 400, "healthy")
    assert (tx.key, tx.asset_id, tx.until, tx.status) == (("test", "tx", "1"), id("tx"), None, None)


async def test_an_edge_says_what_was_stated_of_it(store: Store, state: State) -> None:
    await state(
        granule(
            "g",
            run("r1", "train", started_at=100),
            reads("tx@1", "*r1", columns=["age"], covers="DECLARED"),
            reads("tx@1", "*r1", role="validation", at=120),
        )
    )
    walked = await store.walk(start("tx@1"), down(), ANYONE)
    assert arrows(walked.edges) == ["tx@1 INPUT_TO *r1", "tx@1 INPUT_TO *r1 as validation"]
    plain, validation = sorted(walked.edges, key=lambda edge: edge.role)
    assert (plain.source, plain.type, plain.target, plain.at) == (id("tx@1"), EdgeType.INPUT_TO, id("*r1"), 100)
    assert plain.props == {"columns": ["age"], "covers": "DECLARED"}
    assert (validation.at, validation.props) == (120, {"at": 120})
    assert plain.stated


async def test_a_walk_may_leave_the_edges_out(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN))
    walked = await store.walk(start("tx@1"), down(edges=False), ANYONE)
    assert distances(walked) == DISTANCES
    assert walked.edges == ()


async def test_kinds_choose_what_is_returned_and_not_where_the_walk_goes(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN, *flow("*r1 > fraud/4 > +fraud#1")))
    kinds = frozenset({Kind.MODEL_VERSION, Kind.RELEASE})
    walked = await store.walk(start("tx@1"), down(filter=NodeFilter(kinds=kinds)), ANYONE)
    assert distances(walked) == {"fraud/3": 2, "fraud/4": 2, "+fraud#1": 3}
    assert arrows(walked.edges) == ["fraud/3 SERVED_BY +fraud#1", "fraud/4 SERVED_BY +fraud#1"]
    assert (walked.truncated, walked.complete) == (None, True)


async def test_the_other_filters(store: Store, state: State) -> None:
    await state(
        granule("g", *CHAIN, run("r1", "train", name="nightly training"), thing("fraud/3", gone_at=50), thing("tx@1"))
    )
    for filter, words in {
        NodeFilter(namespace="test"): "tx@1 *r1 fraud/3 +fraud#1 preds@1",
        NodeFilter(namespace="te*"): "tx@1 *r1 fraud/3 +fraud#1 preds@1",
        NodeFilter(namespace="tes"): "",
        NodeFilter(namespace="est*"): "",
        NodeFilter(name_contains="fra"): "fraud/3 +fraud#1",
        NodeFilter(name_contains="ightly tr"): "*r1",
        NodeFilter(gone=True): "fraud/3",
        NodeFilter(gone=False): "tx@1 *r1 +fraud#1 preds@1",
        NodeFilter(name_contains="fra", gone=False): "+fraud#1",
        NodeFilter(name_contains="fra", kinds=frozenset({Kind.MODEL_VERSION})): "fraud/3",
        ALL_NODES: "tx@1 *r1 fraud/3 +fraud#1 preds@1",
    }.items():
        assert list(await reached(store, start("tx@1"), down(filter=filter))) == words.split(), filter


async def test_a_filter_leaves_room_for_what_it_lets_through(store: Store, state: State) -> None:
    await state(granule("g", *(one for number in range(20) for one in flow(f"tx@1 > *r{number} > m/{number}"))))
    only = NodeFilter(kinds=frozenset({Kind.MODEL_VERSION}))
    walked = await store.walk(start("tx@1"), down(filter=only, max_nodes=5), ANYONE)
    models = sorted(id(f"m/{number}") for number in range(20))
    assert [node.id for node in walked.nodes] == models[:5]
    assert walked.truncated is Truncated.MAX_NODES


# -------------------------------------------------------------------------------------------------- where it begins


async def test_an_unknown_start_reaches_nothing(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN))
    for nowhere in (start("nothing@1"), start("nothing"), versions_of("nothing"), Start(), Start(ids=("what",))):
        walked = await store.walk(nowhere, down(counts=True), ANYONE)
        assert (walked.nodes, walked.edges, counts(walked)) == ((), (), {})
        assert (walked.truncated, walked.complete) == (None, True)


async def test_a_start_that_stands_alone_reaches_itself(store: Store, state: State) -> None:
    await state(granule("g", thing("tx@1")))
    walked = await store.walk(start("tx@1"), down(), ANYONE)
    assert distances(walked) == {"tx@1": 0}
    assert counts(walked) == {(Kind.DATASET_VERSION, 0): 1}
    assert await reached(store, start("tx"), up()) == {"tx": 0}


async def test_several_starts_are_all_at_distance_nothing(store: Store, state: State) -> None:
    await state(granule("g", *flow("a@1 > *r1 > b@1 > *r2 > c@1"), *flow("x@1 > *r2")))
    assert await reached(store, start("a@1", "b@1", "x@1", "unknown@1", "a@1"), down()) == {
        "a@1": 0,
        "b@1": 0,
        "x@1": 0,
        "*r1": 1,
        "*r2": 1,
        "c@1": 2,
    }
    assert await reached(store, start("c@1", "b@1"), up(depth=1)) == {"b@1": 0, "c@1": 0, "*r1": 1, "*r2": 1}


async def test_many_starts(store: Store, state: State) -> None:
    steps = [step for number in range(2_500) for step in flow(f"d@{number} > *r{number % 50}")]
    await state(granule("g", *steps))
    starts = [f"d@{number}" for number in range(2_500)]
    walked = await store.walk(start(*starts), down(max_nodes=10_000), ANYONE)
    found = distances(walked)
    assert len(found) == 2_550
    assert len(walked.edges) == 2_500
    assert {found[word] for word in starts} == {0}
    assert {found[f"*r{number}"] for number in range(50)} == {1}


async def test_a_start_may_be_the_versions_of_an_asset(store: Store, state: State) -> None:
    await state(
        granule("g", *flow("tx@1 > *r1 > m/1"), *flow("tx@2 > *r2 > m/2"), *flow("tx@3 > *r3")),
        granule("dates", thing("tx@1", created_at=100), thing("tx@2", created_at=300), thing("tx@3", created_at=200)),
    )
    every = {"tx@1": 0, "tx@2": 0, "tx@3": 0, "*r1": 1, "*r2": 1, "*r3": 1, "m/1": 2, "m/2": 2}
    assert await reached(store, versions_of("tx"), down()) == every
    assert await reached(store, versions_of("tx", newest=3), down()) == every
    assert await reached(store, versions_of("tx", newest=10), down()) == every
    assert await reached(store, versions_of("tx", newest=2), down()) == {
        word: distance for word, distance in every.items() if word[-1] != "1"
    }
    assert await reached(store, versions_of("tx", newest=1), down()) == {"tx@2": 0, "*r2": 1, "m/2": 2}
    assert await reached(store, versions_of("m:"), up(depth=1)) == {"m/1": 0, "m/2": 0, "*r1": 1, "*r2": 1}


async def test_the_versions_of_an_asset_are_those_that_there_were(store: Store, state: State) -> None:
    await state(granule("g", *(thing(f"tx@{at}", created_at=at) for at in (100, 200, 300)), thing("tx@x")))
    for at, versions in {99: "", 100: "tx@100", 299: "tx@100 tx@200", 300: "tx@100 tx@200 tx@300"}.items():
        assert (await reached(store, versions_of("tx"), down(as_of=at))).keys() == set(versions.split())
    assert await reached(store, versions_of("tx", newest=1), down(as_of=250)) == {"tx@200": 0}


async def test_the_versions_of_a_job_are_its_runs(store: Store, state: State) -> None:
    await state(
        granule("1", run("r1", "train", started_at=100), *flow("*r1 > m/1")),
        granule("2", run("r2", "train", started_at=200), *flow("*r2 > m/2")),
        granule("3", run("r3", "other", started_at=300), *flow("*r3 > m/3")),
    )
    assert await reached(store, versions_of("^train"), down()) == {"*r1": 0, "*r2": 0, "m/1": 1, "m/2": 1}
    assert await reached(store, versions_of("^train", newest=1), down()) == {"*r2": 0, "m/2": 1}


async def test_a_walk_from_versions_stops_and_is_cut_as_any(store: Store, state: State) -> None:
    await state(granule("g", *flow("tx@1 > *r1 > tx@2 > *r2 > tx@3"), *flow("tx@2 > b@1")))
    stop = frozenset({Kind.DATASET_VERSION})
    assert await reached(store, versions_of("tx"), down(stop_at=stop)) == {
        "tx@1": 0,
        "tx@2": 0,
        "tx@3": 0,
        "*r1": 1,
        "*r2": 1,
        "b@1": 1,
    }
    walked = await store.walk(versions_of("tx"), down(max_nodes=2, counts=True), ANYONE)
    assert [node.id for node in walked.nodes] == sorted(map(id, ("tx@1", "tx@2", "tx@3")))[:2]
    assert counts(walked) == {(Kind.DATASET_VERSION, 0): 3, (Kind.RUN, 1): 2, (Kind.DATASET_VERSION, 1): 1}
    assert walked.truncated is Truncated.MAX_NODES


async def test_an_old_name_starts_where_it_was_joined(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN), granule("join", joined("old", "tx")))
    assert await reached(store, start("old"), down()) == await reached(store, start("tx"), down())
    assert "*r1" in await reached(store, versions_of("old"), down())


# ---------------------------------------------------------------------------------------------------------- levels


async def test_the_asset_level_is_the_pattern_of_the_versions(store: Store, state: State) -> None:
    await state(
        granule("g", run("r1", "train"), *CHAIN), granule("h", run("r2", "train"), *flow("tx@2 > *r2 > fraud/4"))
    )
    walked = await store.walk(start("tx"), down(), ANYONE)
    assert distances(walked) == {"tx": 0, "^train": 1, "fraud:": 2, "+fraud": 3, "preds": 4}
    assert arrows(walked.edges) == [
        "+fraud PRODUCED preds",
        "^train PRODUCED fraud:",
        "fraud: SERVED_BY +fraud",
        "tx INPUT_TO ^train",
    ]
    behind = {said(edge.source): (edge.version_edges, edge.stated) for edge in walked.edges}
    assert behind == {"tx": (2, False), "^train": (2, False), "fraud:": (1, False), "+fraud": (1, False)}


async def test_a_run_whose_job_nobody_knows_is_no_part_of_the_pattern(store: Store, state: State) -> None:
    await state(granule("g", *flow("tx@1 > *r1 > fraud/3")))
    assert await reached(store, start("tx"), down()) == {"tx": 0}


async def test_stated_and_derived_asset_edges_stand_beside_each_other(store: Store, state: State) -> None:
    await state(
        granule("stated", reads("tx", "^train", at=500), reads("ref", "^train", at=50)),
        granule("1", run("r1", "train", started_at=100), *flow("tx@1 > *r1")),
        granule("2", run("r2", "train", started_at=300), *flow("tx@2 > *r2")),
    )
    both, stated = sorted(
        (await store.walk(start("^train"), up(), ANYONE)).edges, key=lambda e: said(e.source) == "ref"
    )
    assert (both.at, both.last_at, both.version_edges, both.stated) == (100, 300, 2, True)
    assert (stated.at, stated.version_edges, stated.stated) == (50, 0, True)
    assert await reached(store, start("^train"), up(as_of=99)) == {"^train": 0, "ref": 1}
    assert await reached(store, start("^train"), up(as_of=100)) == {"^train": 0, "ref": 1, "tx": 1}


async def test_levels_never_mix(store: Store, state: State) -> None:
    await state(granule("g", run("r1", "train"), *CHAIN, *flow("raw > tx"), *flow("^train > report")))
    versions = set(DISTANCES)
    assets = {"raw", "tx", "^train", "fraud:", "+fraud", "preds", "report"}
    for word in versions:
        for walk in (down(depth=None), up(depth=None)):
            assert (await reached(store, start(word), walk)).keys() <= versions
    for word in assets:
        for walk in (down(depth=None), up(depth=None)):
            assert (await reached(store, start(word), walk)).keys() <= assets
    assert (await reached(store, start("raw"), down(depth=None))).keys() == assets


async def test_an_asset_may_stand_to_itself(store: Store, state: State) -> None:
    await state(granule("g", derives("tx@1", "tx@2"), *flow("tx@2 > *r1"), run("r1", "train")))
    walked = await store.walk(start("tx"), down(depth=None), ANYONE)
    assert distances(walked) == {"tx": 0, "^train": 1}
    assert arrows(walked.edges) == ["tx DERIVED_INTO tx", "tx INPUT_TO ^train"]


# ---------------------------------------------------------------------------------------------------------- shapes


async def test_a_chain_of_diamonds_is_walked_once_through(store: Store, state: State) -> None:
    layers = 40  # 2**40 paths
    steps = [
        step
        for layer in range(layers)
        for side in ("l", "r")
        for step in flow(f"d@{layer} > *{side}{layer} > d@{layer + 1}")
    ]
    await state(granule("g", *steps))
    walked = await store.walk(start("d@0"), down(depth=None), ANYONE)
    found = distances(walked)
    assert len(found) == 3 * layers + 1
    assert found[f"d@{layers}"] == 2 * layers
    assert len(walked.edges) == 4 * layers
    assert await reached(store, start(f"d@{layers}"), up(depth=None)) == {
        word: 2 * layers - distance for word, distance in found.items()
    }


async def test_each_node_comes_with_its_smallest_distance(store: Store, state: State) -> None:
    await state(granule("g", *flow("a@1 > *r1 > b@1 > *r2 > c@1 > *r3"), *flow("a@1 > c@1"), *flow("b@1 > *r3")))
    assert await reached(store, start("a@1"), down()) == {
        "a@1": 0,
        "*r1": 1,
        "c@1": 1,
        "b@1": 2,
        "*r3": 2,
        "*r2": 3,
    }


async def test_a_cycle_ends(store: Store, state: State) -> None:
    await state(granule("g", *CHAIN, *flow("preds@1 > *r2 > tx@1")))
    walked = await store.walk(start("tx@1"), down(depth=None), ANYONE)
    assert distances(walked) == {**DISTANCES, "*r2": 5}
    assert len(walked.edges) == 6
    assert walked.truncated is None
    assert len(await reached(store, start("fraud/3"), up(depth=None))) == 6
    short = await store.walk(start("tx@1"), down(depth=5), ANYONE)
    assert short.truncated is None, "behind the last there is only what was seen"


async def test_a_walk_past_a_hub_does_not_take_it_along(store: Store, state: State) -> None:
    await state(
        granule("hub", *(reads("hub@1", f"*r{number}") for number in range(1_000))), granule("one", *flow("*r7 > m/1"))
    )
    walked = await store.walk(start("m/1"), up(visited=10), ANYONE)
    assert distances(walked) == {"m/1": 0, "*r7": 1, "hub@1": 2}
    assert arrows(walked.edges) == ["*r7 PRODUCED m/1", "hub@1 INPUT_TO *r7"]
    assert walked.truncated is None


# ------------------------------------------------------------------------------------------- what was taken back


async def test_what_is_gone_is_still_walked(store: Store, state: State) -> None:
    await state(granule("run", run("r1", "train"), *flow("tx@1 > *r1 > fraud/3"), at=1), granule("tx", thing("tx@1")))
    await state(granule("run", at=500))
    walked = await store.walk(start("tx@1"), down(), ANYONE)
    assert distances(walked) == {"tx@1": 0, "*r1": 1, "fraud/3": 2}
    assert [node.gone_at for node in walked.nodes] == [None, 500, None]
    assert len(walked.edges) == 2
    assert await reached(store, start("tx"), down()) == {"tx": 0, "^train": 1, "fraud:": 2}


async def test_what_is_retracted_is_not_walked(store: Store, state: State) -> None:
    await state(granule("things", thing("tx@1"), run("r1", "train")), granule("edges", *flow("tx@1 > *r1 > fraud/3")))
    await state(granule("edges", *flow("*r1 > fraud/3")))
    assert await reached(store, start("tx@1"), down()) == {"tx@1": 0}
    assert await reached(store, start("fraud/3"), up()) == {"fraud/3": 0, "*r1": 1}
    assert await reached(store, start("tx"), down()) == {"tx": 0}


async def test_what_is_forgotten_is_not_walked_until_it_is_restored(store: Store, state: State) -> None:
    await state(granule("g", run("r1", "train"), *CHAIN))
    await store.forget([id("fraud/3")], ANYONE)
    assert await reached(store, start("tx@1"), down()) == {"tx@1": 0, "*r1": 1}
    assert await reached(store, start("preds@1"), up()) == {"preds@1": 0, "+fraud#1": 1}
    assert await reached(store, start("fraud/3"), down()) == {}
    assert await reached(store, versions_of("fraud:"), down()) == {}
    assert await reached(store, start("tx"), down()) == {"tx": 0, "^train": 1}
    await store.restore([id("fraud/3")], ANYONE)
    assert await reached(store, start("tx@1"), down()) == DISTANCES
    assert (await reached(store, start("tx"), down())).keys() == {"tx", "^train", "fraud:", "+fraud", "preds"}


async def test_with_an_asset_its_versions_are_forgotten(store: Store, state: State) -> None:
    await state(granule("g", run("r1", "train"), *CHAIN))
    await store.forget([id("^train")], ANYONE)
    assert await reached(store, start("tx@1"), down()) == {"tx@1": 0}
    assert await reached(store, start("tx"), down()) == {"tx": 0}
    assert await reached(store, start("^train"), down()) == {}
    await state(granule("h", run("r2", "train"), *flow("tx@1 > *r2")))
    assert await reached(store, start("tx@1"), down()) == {"tx@1": 0}
    await store.restore([id("^train")], ANYONE)
    assert await reached(store, start("tx@1"), down(depth=1)) == {"tx@1": 0, "*r1": 1, "*r2": 1}


async def test_an_edge_between_stopped_nodes_is_not_walked_and_not_shown(store: Store, state: State) -> None:
    await state(granule("g", *flow("a@1 > b@1 > c@1"), *flow("a@1 > c@1"), *flow("a@1 > *r1")))
    walked = await store.walk(start("a@1"), down(stop_at=frozenset({Kind.DATASET_VERSION})), ANYONE)
    assert distances(walked) == {"a@1": 0, "b@1": 1, "c@1": 1, "*r1": 1}
    assert arrows(walked.edges) == ["a@1 DERIVED_INTO b@1", "a@1 DERIVED_INTO c@1", "a@1 INPUT_TO *r1"]
