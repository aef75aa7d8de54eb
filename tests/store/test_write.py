"""What stating facts does to the graph."""

from __future__ import annotations

from itertools import permutations
from typing import cast

import pytest

from tests.facts import edge, granule, id, ids, key, reads, run, serves, thing, writes
from tests.store.conftest import State
from thalweg import ingest
from thalweg.model import time
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput, Conflict
from thalweg.model.facts import ANYONE, EntityFact, Json, Point
from thalweg.model.results import Edge, Entity, Outcome, Written
from thalweg.store.questions import Hop, Neighbour
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


async def get(store: Store, word: str) -> Entity | None:
    return (await store.get([id(word)], ANYONE)).get(id(word))


async def known(store: Store, word: str) -> Entity:
    entity = await get(store, word)
    assert entity is not None, f"{word} is not in the graph"
    return entity


async def link(store: Store, source: str, type: EdgeType, target: str) -> Edge | None:
    """The edge between two things, if it is there."""
    found = await store.neighbours([id(source)], Neighbour(Hop.OUT, type, limit=100), ANYONE)
    return next((edge for edge, other in found[id(source)].found if other.id == id(target)), None)


async def linked(store: Store, source: str, type: EdgeType, target: str) -> Edge:
    edge = await link(store, source, type, target)
    assert edge is not None, f"({source})-[:{type.value}]->({target}) is not in the graph"
    return edge


async def test_a_granule_makes_entities_and_assets_and_stubs_for_what_it_only_names(store: Store, state: State) -> None:
    (written,) = await state(
        granule(
            "g", run("r1", "train", started_at=100, status="FINISHED"), reads("tx@1", "*r1"), writes("*r1", "fraud/3")
        )
    )
    assert isinstance(written, Written)
    assert (written.outcome, written.ids) == (Outcome.WRITTEN, (id("*r1"),))
    entity = await known(store, "*r1")
    assert (entity.known, entity.asset_id, entity.at) == (True, id("^train"), 100)
    assert entity.props["status"] == "FINISHED"
    for word in ("^train", "tx@1", "tx", "fraud/3", "fraud:"):
        assert not (await known(store, word)).known
    assert (await known(store, "fraud/3")).asset_id == id("fraud:")


async def test_the_same_granule_again_changes_nothing_and_is_no_event(store: Store, state: State) -> None:
    facts = granule("g", run("r1", "train", started_at=100), reads("tx@1", "*r1"))
    await state(facts)
    before, events = await known(store, "*r1"), await store.events(0, 100, ANYONE)
    (again,) = await state(facts)
    assert isinstance(again, Written)
    assert again.outcome is Outcome.UNCHANGED
    assert await known(store, "*r1") == before
    assert await store.events(0, 100, ANYONE) == events


async def test_a_granule_in_another_order_is_the_same_granule(store: Store, state: State) -> None:
    await state(granule("g", thing("a"), thing("b"), reads("a@1", "*r"), reads("b@1", "*r")))
    (again,) = await state(granule("g", reads("b@1", "*r"), reads("a@1", "*r"), thing("b"), thing("a")))
    assert isinstance(again, Written)
    assert again.outcome is Outcome.UNCHANGED


async def test_a_changed_granule_takes_the_place_of_the_one_before(store: Store, state: State) -> None:
    await state(granule("g", thing("tx", description="old", owners=["risk"])))
    first = await known(store, "tx")
    await state(granule("g", thing("tx", description="new")))
    entity = await known(store, "tx")
    assert dict(entity.props) == {"description": "new"}
    assert entity.created_at == first.created_at
    assert entity.updated_at > first.updated_at


async def test_what_a_scope_no_longer_states_is_retracted_where_both_ends_are_there(store: Store, state: State) -> None:
    await state(
        granule("g", run("r1", "train"), reads("tx@1", "*r1"), reads("cf@1", "*r1")), granule("d", thing("tx@1"))
    )
    await state(granule("g", run("r1", "train"), reads("cf@1", "*r1")))
    assert await link(store, "tx@1", EdgeType.INPUT_TO, "*r1") is None
    assert await link(store, "tx", EdgeType.INPUT_TO, "^train") is None
    assert await link(store, "cf", EdgeType.INPUT_TO, "^train") is not None
    assert (await known(store, "tx@1")).gone_at is None


async def test_a_stub_that_nothing_points_at_any_more_is_swept_with_its_asset(store: Store, state: State) -> None:
    await state(granule("g", run("r1", "train"), reads("tx@1", "*r1")))
    await state(granule("g", run("r1", "train")))
    assert await store.get(ids("tx@1", "tx"), ANYONE) == {}


async def test_a_fact_lives_while_any_scope_states_it(store: Store, state: State) -> None:
    both = (run("r1", "train"), reads("tx@1", "*r1"))
    await state(granule("a", *both), granule("b", *both))
    await state(granule("a", run("r1", "train")))
    assert await link(store, "tx@1", EdgeType.INPUT_TO, "*r1") is not None
    await state(granule("b", run("r1", "train")))
    assert await link(store, "tx@1", EdgeType.INPUT_TO, "*r1") is None


async def test_a_property_follows_the_foremost_origin_then_the_latest_event(store: Store, state: State) -> None:
    await state(
        granule("a", thing("tx", description="by git", url="git"), origin="git", at=30),
        granule("b", thing("tx", description="by mlflow, early"), origin="mlflow", at=10),
        granule("c", thing("tx", description="by mlflow, late"), origin="mlflow", at=20),
    )
    assert dict((await known(store, "tx")).props) == {"description": "by mlflow, late", "url": "git"}
    await state(granule("m", thing("tx", description="by a manifest"), origin="manifest", at=1))
    entity = await known(store, "tx")
    assert entity.props["description"] == "by a manifest"
    assert set(entity.origins) == {"git", "mlflow", "manifest"}
    await state(granule("m", origin="manifest", at=2), granule("c", origin="mlflow", at=25))
    assert (await known(store, "tx")).props["description"] == "by mlflow, early"


@pytest.mark.parametrize("order", [*permutations(range(3))], ids=str)
async def test_a_run_began_with_its_first_statement_and_what_ended_it_holds(
    store: Store, state: State, order: tuple[int, ...]
) -> None:
    granules = [
        granule("began", run("r", started_at=10, status="RUNNING"), at=10),
        granule("ended", run("r", started_at=20, ended_at=20, status="FINISHED"), at=20),
        granule("beat", run("r", started_at=21, status="RUNNING"), at=21),  # of another clock
    ]
    for place in order:
        await state(granules[place])
    entity = await known(store, "*r")
    assert (entity.at, entity.props["status"], entity.props["ended_at"]) == (10, "FINISHED", 20)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)], ids=str)
async def test_each_key_of_what_is_kept_beside_is_a_property_of_its_own(
    store: Store, state: State, order: tuple[int, ...]
) -> None:
    granules = [
        granule("g1", thing("tx@1", extra={"a": 1, "b": {"deep": 1}}, statistics={"rows": 1}), at=10),
        granule("g2", thing("tx@1", extra={"b": {"other": 2}, "c": 3}, description="d"), at=20),
        granule("g3", thing("tx@1", extra={"a": 9}), origin="git", at=30),
        granule("g4", thing("tx@1", extra={"d": 4}, statistics={"bytes": 2}), at=5),
    ]
    for place in order:
        await state(granules[place])
    entity = await known(store, "tx@1")
    assert entity.props["extra"] == {"a": 1, "b": {"other": 2}, "c": 3, "d": 4}
    assert entity.props["statistics"] == {"rows": 1, "bytes": 2}
    await state(granule("g1", thing("tx@1"), at=11), granule("g2", thing("tx@1", extra={"c": None}), at=21))
    assert (await known(store, "tx@1")).props["extra"] == {"a": 9, "c": None, "d": 4}


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2), (2, 0, 3, 1)], ids=str)
async def test_parameters_and_metrics_of_several_are_united_unless_one_takes_them_back(
    store: Store, state: State, order: tuple[int, ...]
) -> None:
    """The processes of a run log each their own; what is stated empty takes back what was said before, not after."""
    auc, loss = {"last": 0.9, "best": 0.9}, {"last": 0.1, "best": 0.1}
    granules = [
        granule("g1", run("r", "j", params={"a": "1", "b": "1"}, metrics={"auc": auc}), at=10),
        granule("g2", run("r", "j", params={"b": "2"}, metrics={"loss": loss}), at=20),
        granule("g3", run("r", "j", params={}), at=15),
        granule("g4", run("r", "j", params={"c": "3", "b": "0"}), at=12),
    ]
    for place in order:
        await state(granules[place])
    props = (await known(store, "*r")).props
    assert (props["params"], props["metrics"]) == ({"b": "2"}, {"auc": auc, "loss": loss})
    await state(granule("g3", run("r", "j"), at=15))
    assert (await known(store, "*r")).props["params"] == {"a": "1", "b": "2", "c": "3"}
    await state(granule("g3", run("r", "j", params={}), at=30))
    assert (await known(store, "*r")).props["params"] == {}


async def test_columns_stated_by_several_are_united_with_the_weakest_coverage(store: Store, state: State) -> None:
    await state(
        granule("a", reads("tx@1", "*r1", columns=["age"], covers="DECLARED")),
        granule("b", reads("tx@1", "*r1", columns=["sex", "age"], covers="PROJECTION")),
        granule("c", reads("tx@1", "*r1")),
    )
    edge = await linked(store, "tx@1", EdgeType.INPUT_TO, "*r1")
    assert dict(edge.props) == {"columns": ["age", "sex"], "covers": "PROJECTION"}
    await state(granule("b"))
    edge = await linked(store, "tx@1", EdgeType.INPUT_TO, "*r1")
    assert dict(edge.props) == {"columns": ["age"], "covers": "DECLARED"}


async def test_edges_of_two_roles_are_two(store: Store, state: State) -> None:
    await state(granule("g", run("r1", "train"), reads("tx@1", "*r1", "training"), reads("tx@1", "*r1", "evaluation")))
    found = await store.neighbours([id("*r1")], Neighbour(Hop.IN, EdgeType.INPUT_TO), ANYONE)
    assert sorted(edge.role for edge, _ in found[id("*r1")].found) == ["evaluation", "training"]
    assert (await linked(store, "tx", EdgeType.INPUT_TO, "^train")).version_edges == 1


async def test_an_older_revision_is_ignored(store: Store, state: State) -> None:
    await state(granule("g", thing("tx", description="second"), revision=2))
    (late,) = await state(granule("g", thing("tx", description="first"), revision=1))
    assert isinstance(late, Written)
    assert late.outcome is Outcome.OUTDATED
    assert (await known(store, "tx")).props["description"] == "second"


async def test_without_a_revision_the_event_time_orders(store: Store, state: State) -> None:
    await state(granule("g", thing("tx", description="second"), at=20))
    await state(granule("g", thing("tx", description="first"), at=10))
    assert (await known(store, "tx")).props["description"] == "second"


async def test_what_a_source_says_now_holds_though_it_is_of_an_earlier_time(store: Store, state: State) -> None:
    """A source took back what it said last."""
    await state(granule("g", thing("tx", description="second"), at=20))
    (back,) = await state(granule("g", thing("tx", description="first"), at=10, current=True))
    assert isinstance(back, Written)
    assert back.outcome is Outcome.WRITTEN
    assert (await known(store, "tx")).props["description"] == "first"


# --------------------------------------------------------------------------------------------------------------- passes


async def test_a_closed_pass_retires_what_it_did_not_see(store: Store, state: State) -> None:
    await state(
        granule("r1", run("r1", "train", started_at=5), reads("tx@1", "*r1"), writes("*r1", "fraud/1")),
        granule("tx", thing("tx@1", bytes=3)),
    )
    pass_ = await store.begin_pass("test", ANYONE)
    await state(granule("tx", thing("tx@1", bytes=3)), pass_=pass_)
    closed = await store.close_pass(pass_, ANYONE)
    assert closed.counts["gone"] == 1
    gone = await known(store, "*r1")
    assert gone.gone_at is not None
    assert gone.props["started_at"] == 5
    # It did happen: what it read and wrote is still there to be walked.
    assert await link(store, "tx@1", EdgeType.INPUT_TO, "*r1") is not None
    assert await link(store, "*r1", EdgeType.PRODUCED, "fraud/1") is not None
    assert (await known(store, "fraud/1")).gone_at is None


async def test_an_edge_between_things_still_there_is_retracted_by_a_closed_pass(store: Store, state: State) -> None:
    await state(granule("r1", run("r1", "train")), granule("tx", thing("tx@1")), granule("edge", reads("tx@1", "*r1")))
    pass_ = await store.begin_pass("test", ANYONE)
    await state(granule("r1", run("r1", "train")), granule("tx", thing("tx@1")), pass_=pass_)
    closed = await store.close_pass(pass_, ANYONE)
    assert closed.counts["retracted"] == 1
    assert await link(store, "tx@1", EdgeType.INPUT_TO, "*r1") is None


async def test_a_release_that_its_source_no_longer_lists_is_ended_not_gone(store: Store, state: State) -> None:
    await state(granule("dep", thing("+fraud#1", since=50), serves("fraud/1", "+fraud#1", traffic=100)))
    pass_ = await store.begin_pass("test", ANYONE)
    closed = await store.close_pass(pass_, ANYONE)
    release = await known(store, "+fraud#1")
    assert closed.counts["ended"] == 1
    assert release.gone_at is None
    assert release.props["until"] >= pass_.began_at
    assert await link(store, "fraud/1", EdgeType.SERVED_BY, "+fraud#1") is not None


async def test_what_comes_back_is_there_again_and_only_with_what_is_stated_now(store: Store, state: State) -> None:
    await state(granule("r1", run("r1", "train", user="ann"), reads("tx@1", "*r1"), reads("cf@1", "*r1")))
    await store.close_pass(await store.begin_pass("test", ANYONE), ANYONE)
    assert (await known(store, "*r1")).gone_at is not None
    (back,) = await state(granule("r1", run("r1", "train"), reads("cf@1", "*r1")))
    assert isinstance(back, Written)
    assert back.counts["back"] == 1
    entity = await known(store, "*r1")
    assert entity.gone_at is None
    assert "user" not in entity.props
    assert await link(store, "cf@1", EdgeType.INPUT_TO, "*r1") is not None
    assert await link(store, "tx@1", EdgeType.INPUT_TO, "*r1") is None


async def test_a_pass_over_one_source_leaves_the_others_alone(store: Store, state: State) -> None:
    await state(granule("g", thing("tx"), source="one"), granule("g", thing("cf"), source="two"))
    await store.close_pass(await store.begin_pass("one", ANYONE), ANYONE)
    assert (await known(store, "tx")).gone_at is not None
    assert (await known(store, "cf")).gone_at is None


async def test_what_its_source_says_is_deleted_is_gone_and_still_walked(store: Store, state: State) -> None:
    await state(granule("g", run("r1", "train", gone_at=90), reads("tx@1", "*r1")))
    assert (await known(store, "*r1")).gone_at == 90
    assert await link(store, "tx@1", EdgeType.INPUT_TO, "*r1") is not None


# --------------------------------------------------------------------------------------------------- time, asset edges


async def test_an_edge_holds_from_when_its_run_says_whichever_came_first(store: Store, state: State) -> None:
    await state(granule("edges", reads("tx@1", "*r1"), writes("*r1", "fraud/1")))
    undated = await linked(store, "tx@1", EdgeType.INPUT_TO, "*r1")
    assert undated.at > 1_000_000_000
    await state(granule("run", run("r1", "train", started_at=100, ended_at=200)))
    assert (await linked(store, "tx@1", EdgeType.INPUT_TO, "*r1")).at == 100
    assert (await linked(store, "*r1", EdgeType.PRODUCED, "fraud/1")).at == 200
    assert (await linked(store, "tx", EdgeType.INPUT_TO, "^train")).at == 100


async def test_serving_holds_from_the_release_on(store: Store, state: State) -> None:
    await state(granule("g", serves("fraud/1", "+p#1")))
    await state(granule("r", thing("+p#1", since=70)))
    assert (await linked(store, "fraud/1", EdgeType.SERVED_BY, "+p#1")).at == 70
    assert (await linked(store, "fraud:", EdgeType.SERVED_BY, "+p")).at == 70


async def test_asset_edges_follow_from_version_edges(store: Store, state: State) -> None:
    await state(
        granule("r1", run("r1", "train", started_at=100), reads("tx@1", "*r1")),
        granule("r2", run("r2", "train", started_at=300), reads("tx@2", "*r2")),
    )
    edge = await linked(store, "tx", EdgeType.INPUT_TO, "^train")
    assert (edge.version_edges, edge.at, edge.last_at, edge.stated) == (2, 100, 300, False)
    await state(granule("r2", run("r2", "train", started_at=300)))
    edge = await linked(store, "tx", EdgeType.INPUT_TO, "^train")
    assert (edge.version_edges, edge.at, edge.last_at) == (1, 100, 100)
    await state(granule("r1", run("r1", "train", started_at=100)))
    assert await link(store, "tx", EdgeType.INPUT_TO, "^train") is None


async def test_a_stated_asset_edge_outlives_the_derived_one_and_the_other_way_round(store: Store, state: State) -> None:
    await state(
        granule("stated", edge("tx", EdgeType.INPUT_TO, "^train", at=50)),
        granule("r1", run("r1", "train", started_at=100), reads("tx@1", "*r1")),
    )
    found = await linked(store, "tx", EdgeType.INPUT_TO, "^train")
    assert (found.stated, found.version_edges, found.at) == (True, 1, 50)
    await state(granule("r1", run("r1", "train", started_at=100)))
    found = await linked(store, "tx", EdgeType.INPUT_TO, "^train")
    assert (found.stated, found.version_edges) == (True, 0)
    await state(granule("r1", run("r1", "train", started_at=100), reads("tx@1", "*r1")), granule("stated"))
    found = await linked(store, "tx", EdgeType.INPUT_TO, "^train")
    assert (found.stated, found.version_edges, found.at) == (False, 1, 100)


async def test_a_run_that_turns_out_to_be_of_another_job_moves_its_asset_edges(store: Store, state: State) -> None:
    await state(granule("edge", reads("tx@1", "*r1")))
    assert (await known(store, "*r1")).asset_id is None
    await state(granule("run", run("r1", "train", started_at=9)))
    assert await link(store, "tx", EdgeType.INPUT_TO, "^train") is not None
    await state(granule("run", run("r1", "score", started_at=9)))
    assert await link(store, "tx", EdgeType.INPUT_TO, "^train") is None
    assert await link(store, "tx", EdgeType.INPUT_TO, "^score") is not None
    assert await get(store, "^train") is None


# -------------------------------------------------------------------------------------------- failures, and repeating


async def test_a_bad_granule_tells_every_problem_and_leaves_its_neighbours_alone(store: Store) -> None:
    bad = granule(
        "bad",
        thing("tx", colour="red", owners="risk"),
        thing("fraud/1", metrics={"auc": "high"}),
        edge("tx@1", EdgeType.SERVED_BY, "*r1"),
    )
    before, refused, after = await ingest.state(
        store, [granule("a", thing("a")), bad, granule("b", thing("b"))], ANYONE
    )
    assert isinstance(before, Written)
    assert isinstance(after, Written)
    assert isinstance(refused, BadInput)
    assert [(problem.field, problem.code) for problem in refused.problems] == [
        ("colour", "UNKNOWN_FIELD"),
        ("owners", "INVALID"),
        ("metrics.auc.last", "INVALID"),
        ("metrics.auc.best", "INVALID"),
        ("type", "WRONG_ENDS"),
    ]
    assert refused.problems[1].value == "'risk'"
    assert refused.problems[1].expected == "must be a list of texts"
    assert await store.get(ids("tx", "fraud/1"), ANYONE) == {}
    assert set(await store.get(ids("a", "b"), ANYONE)) == set(ids("a", "b"))


@pytest.mark.parametrize(
    ("points", "metric", "field"),
    [
        ([Point(0, time.EARLIEST - 1, 0.5)], {}, "histories.auc"),
        ([Point(0, 0, 0.5), Point(1, 1 << 62, 0.5)], {}, "histories.auc"),
        ([Point(1 << 63, 0, 0.5)], {}, "histories.auc"),
        ([Point(0, 0, cast("float", "much"))], {}, "histories.auc"),
        ([], {"at": 1 << 62}, "metrics.auc.at"),
        ([], {"at": "today"}, "metrics.auc.at"),
        ([], {"step": 1 << 63}, "metrics.auc.step"),
        ([], {"step": 0.5}, "metrics.auc.step"),
    ],
)
def test_a_point_that_nobody_can_write_down_is_refused(
    points: list[Point], metric: dict[str, Json], field: str
) -> None:
    stated = EntityFact(key("fraud/1"), {"metrics": {"auc": {"last": 0.5, **metric}}}, {"auc": points})
    with pytest.raises(BadInput) as refused:
        ingest.prepare(granule("a", stated), now=time.now())
    assert [problem.field for problem in refused.value.problems] == [field]


async def test_a_write_with_an_idempotency_key_is_done_once(store: Store, state: State) -> None:
    (first,) = await state(granule("g", thing("tx", description="one"), idempotency_key="k"))
    await state(granule("g", thing("tx", description="two")))
    (again,) = await state(granule("g", thing("tx", description="one"), idempotency_key="k"))
    assert isinstance(first, Written)
    assert isinstance(again, Written)
    assert (again.outcome, again.ids) == (Outcome.REPEATED, first.ids)
    assert (await known(store, "tx")).props["description"] == "two"


async def test_an_idempotency_key_used_for_other_facts_is_a_conflict(store: Store, state: State) -> None:
    await state(granule("g", thing("tx", description="one"), idempotency_key="k"))
    other = granule("h", thing("cf"), idempotency_key="k")
    (answer,) = await ingest.state(store, [other], ANYONE)
    assert isinstance(answer, Conflict)
    assert await get(store, "cf") is None


async def test_one_scope_twice_in_a_batch_is_written_in_order(store: Store, state: State) -> None:
    await state(granule("g", thing("tx", description="one")), granule("g", thing("tx", description="two")))
    assert (await known(store, "tx")).props["description"] == "two"


async def test_a_date_in_the_future_is_taken_as_now_and_said(store: Store, state: State) -> None:
    year_3000 = 32_503_680_000_000_000
    facts = granule("g", run("r1", "train", started_at=year_3000))
    (written,) = await state(facts)
    assert isinstance(written, Written)
    assert [(warning.code, warning.field) for warning in written.warnings] == [("FUTURE_DATE", "started_at")]
    assert "3000-01-01" in written.warnings[0].message
    assert (await known(store, "*r1")).at < year_3000
    (again,) = await state(facts)
    assert isinstance(again, Written)
    assert again.outcome is Outcome.UNCHANGED


async def test_a_run_that_ends_before_it_began_is_kept_and_said(store: Store, state: State) -> None:
    """Two clocks may say so, and no run is lost for it."""
    (written,) = await state(granule("g", run("r1", "train", started_at=2_000_000, ended_at=1_000_000)))
    assert isinstance(written, Written)
    assert [(warning.code, warning.field) for warning in written.warnings] == [("ENDS_BEFORE_BEGIN", "ended_at")]
    assert written.warnings[0].message == (
        "1970-01-01T00:00:01.000000Z lies before its start (1970-01-01T00:00:02.000000Z); it was kept, and nobody "
        "knows how long it took"
    )
    assert (await known(store, "*r1")).props["ended_at"] == 1_000_000
    (same,) = await state(granule("h", run("r2", "train", started_at=2_000_000, ended_at=2_000_000)))
    assert isinstance(same, Written)
    assert same.warnings == ()


async def test_an_end_that_another_scope_states_before_the_start_is_nobody_s_mistake(
    store: Store, state: State
) -> None:
    await state(granule("end", run("r1", "train", ended_at=1_000_000)))
    (written,) = await state(granule("start", run("r1", "train", started_at=2_000_000)))
    assert isinstance(written, Written)
    assert written.warnings == ()


async def test_metrics_and_their_histories_are_kept_with_nan_and_infinity(store: Store, state: State) -> None:
    points = (Point(0, 10, 0.5), Point(1, 20, float("nan")), Point(2, 30, float("-inf")))
    facts = EntityFact(key("*r1"), {"metrics": {"auc": 0.9, "loss": float("nan")}}, {"auc": points})
    await state(granule("g", facts))
    metrics = (await known(store, "*r1")).props["metrics"]
    assert metrics == {"auc": {"best": 0.9, "last": 0.9}, "loss": {"best": "NaN", "last": "NaN"}}
    history = await store.metric_history(id("*r1"), "auc", ANYONE)
    assert [(point.step, point.at, str(point.value)) for point in history] == [
        (0, 10, "0.5"),
        (1, 20, "nan"),
        (2, 30, "-inf"),
    ]
    await state(granule("g", thing("*r1")))
    assert await store.metric_history(id("*r1"), "auc", ANYONE) == ()
