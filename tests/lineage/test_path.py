"""Paths: the shortest explanation between two entities, in the direction of the influence."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.lineage.conftest import hold
from tests.lineage.estate import NOW, estate, id
from thalweg.lineage.path import Explained, path
from thalweg.lineage.walk import Side
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput, LimitExceeded, NotFound
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Direction
from thalweg.model.time import DAY
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio

PIPELINE = estate("""
    tx@1 > *features-1 > cf@1 > *train-1 > fraud/1 > +production:fraud#1 > predictions@1
    tx@1 > *train-1
    other@1 > *audit-1
    predictions@1 > *label-1 > tx@2
    *label-1: 2 days ago
    *alone > lonely@1
""")


@pytest.fixture
async def pipeline(store: Store) -> Store:
    await hold(store, PIPELINE)
    return store


async def explained(store: Store, one: str, other: str, **options: Any) -> Explained | None:
    return await path(store, ANYONE, id(one), id(other), **options)


def told(found: Explained | None) -> str:
    word_of = {thing.key.id: thing.word for thing in PIPELINE.things.values()}
    assert found is not None
    ends = [(edge.source, edge.target) for edge in found.edges]
    ids = [entity.id for entity in found.entities]
    assert ends == list(pairwise(ids))
    return " > ".join(word_of[id] for id in ids)


async def test_the_shortest_is_told_with_its_entities(pipeline: Store) -> None:
    found = await explained(pipeline, "tx@1", "fraud/1")
    assert told(found) == "tx@1 > *train-1 > fraud/1"
    assert found is not None
    assert found.direction is Direction.DOWNSTREAM


async def test_both_directions_are_tried_unless_one_is_told(pipeline: Store) -> None:
    found = await explained(pipeline, "fraud/1", "tx@1")
    assert told(found) == "tx@1 > *train-1 > fraud/1"
    assert found is not None
    assert found.direction is Direction.UPSTREAM
    assert await explained(pipeline, "fraud/1", "tx@1", direction=Side.DOWNSTREAM) is None
    assert told(await explained(pipeline, "fraud/1", "tx@1", direction=Side.UPSTREAM)) == told(found)


async def test_two_assets_are_explained_among_assets(pipeline: Store) -> None:
    assert told(await explained(pipeline, "tx", "+production:fraud")) == "tx > ^train > fraud: > +production:fraud"


async def test_in_a_cycle_the_shorter_way_is_told(pipeline: Store) -> None:
    found = await explained(pipeline, "predictions", "tx")
    assert told(found) == "predictions > ^label > tx"
    assert told(await explained(pipeline, "tx", "predictions")) == told(found)


async def test_an_asset_stands_for_any_of_its_versions(pipeline: Store) -> None:
    assert told(await explained(pipeline, "tx", "fraud/1")) == "tx@1 > *train-1 > fraud/1"
    assert told(await explained(pipeline, "tx", "fraud:", level=Level.VERSION)) == "tx@1 > *train-1 > fraud/1"
    assert told(await explained(pipeline, "tx@2", "fraud/1", level=Level.ASSET)) == "tx > ^train > fraud:"


async def test_a_thing_explains_itself_with_no_edge(pipeline: Store) -> None:
    assert told(await explained(pipeline, "tx@1", "tx@1")) == "tx@1"
    assert told(await explained(pipeline, "tx@1", "tx", level=Level.ASSET)) == "tx"
    assert told(await explained(pipeline, "tx@1", "tx")) == "tx@1"


async def test_where_there_is_no_path_there_is_none(pipeline: Store) -> None:
    assert await explained(pipeline, "tx@1", "other@1") is None
    assert await explained(pipeline, "tx", "other") is None
    assert await explained(pipeline, "tx@1", "fraud/1", types=[EdgeType.INPUT_TO]) is None
    assert await explained(pipeline, "predictions@1", "tx@2", as_of=NOW - 3 * DAY) is None


async def test_what_lies_between_may_be_asked_for_and_ruled_out(pipeline: Store) -> None:
    far = "tx@1 > *features-1 > cf@1 > *train-1 > fraud/1"
    assert told(await explained(pipeline, "tx@1", "fraud/1", through=[Kind.DATASET_VERSION])) == far
    assert told(await explained(pipeline, "fraud/1", "tx@1", through=[id("*features-1")])) == far
    assert told(await explained(pipeline, "tx", "+production:fraud", through=[id("cf")])) == (
        "tx > ^features > cf > ^train > fraud: > +production:fraud"
    )
    assert await explained(pipeline, "tx@1", "cf@1", avoiding=[Kind.RUN]) is None
    assert told(await explained(pipeline, "tx@1", "fraud/1", avoiding=[Kind.DATASET_VERSION, id("cf@1")])) == (
        "tx@1 > *train-1 > fraud/1"
    )


async def test_a_kind_or_a_thing_of_the_other_level_stands_for_that_of_this_one(pipeline: Store) -> None:
    far = "tx@1 > *features-1 > cf@1 > *train-1 > fraud/1"
    assert told(await explained(pipeline, "tx@1", "fraud/1", through=[Kind.DATASET])) == far
    assert told(await explained(pipeline, "tx@1", "fraud/1", through=[id("cf")])) == far
    down = {"direction": Side.DOWNSTREAM}
    assert await explained(pipeline, "tx", "+production:fraud", avoiding=[Kind.MODEL_VERSION], **down) is None
    assert told(await explained(pipeline, "tx", "fraud:", through=[id("*features-1")])) == (
        "tx > ^features > cf > ^train > fraud:"
    )


async def test_a_thing_explains_itself_by_way_of_another_only_in_a_cycle(pipeline: Store) -> None:
    assert told(await explained(pipeline, "tx", "tx", through=[Kind.DEPLOYMENT])) == (
        "tx > ^train > fraud: > +production:fraud > predictions > ^label > tx"
    )
    assert await explained(pipeline, "tx@1", "tx@1", through=[Kind.RELEASE]) is None


async def test_what_makes_no_sense_is_an_error_that_says_what_would(pipeline: Store) -> None:
    cases: list[tuple[str, str, dict[str, Any], type[Exception], str]] = [
        (id("nobody"), id("tx"), {}, NotFound, f"Nothing with the id {id('nobody')} is known"),
        (id("tx"), id("nobody"), {}, NotFound, f"Nothing with the id {id('nobody')} is known"),
        ("nobody", id("tx"), {}, BadInput, "'nobody' is not an id"),
        (id("tx"), id("cf"), {"types": []}, BadInput, "No edge type is left"),
        (id("*alone"), id("tx"), {"level": Level.ASSET}, BadInput, "The job of the run alone is not known"),
        (id("tx"), id("cf"), {"through": [id("nobody")]}, NotFound, f"Nothing with the id {id('nobody')} is known"),
        (id("tx"), id("cf"), {"avoiding": ["nobody"]}, BadInput, "'nobody' is not an id"),
        (id("tx@1"), id("cf@1"), {"through": [Kind.COMMIT]}, BadInput, "No path can pass a commit"),
        (
            *(id("tx@1"), id("cf@1")),
            {"through": [Kind.MODEL_VERSION], "types": [EdgeType.SERVED_BY, EdgeType.CODE_OF]},
            BadInput,
            "Allow more types of edges.",
        ),
        (id("tx@1"), id("cf@1"), {"through": [Kind.RUN], "types": [EdgeType.PRODUCED]}, BadInput, "Allow more types"),
        (id("tx"), id("cf"), {"through": [id("tx")]}, BadInput, "dataset:test tx is an end of the path"),
        (id("tx"), id("cf@1"), {"through": [id("tx@1")]}, BadInput, "dataset:test tx@1 is an end of the path"),
        (id("tx"), id("cf"), {"through": [id("tx@1")]}, BadInput, "dataset:test tx@1 is an end of the path"),
        (
            *(id("tx@1"), id("fraud/1")),
            {"through": [id("*train-1")], "avoiding": [Kind.JOB]},
            BadInput,
            "A path cannot pass run:test train-1 and avoid it",
        ),
        (
            *(id("tx@1"), id("fraud/1")),
            {
                "through": [id(f"*{one}") for one in ("features-1", "train-1", "audit-1", "label-1", "alone")]
                + [Kind.JOB]
            },
            LimitExceeded,
            "through holds 6 kinds and entities, and may hold 5",
        ),
    ]
    for one, other, options, error, sentence in cases:
        with pytest.raises(error) as caught:
            await path(pipeline, ANYONE, one, other, **options)
        assert sentence in str(caught.value)
