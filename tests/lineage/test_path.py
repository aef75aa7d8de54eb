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
from thalweg.model.errors import BadInput, NotFound
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Level
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


async def test_what_makes_no_sense_is_an_error_that_says_what_would(pipeline: Store) -> None:
    cases: list[tuple[str, str, dict[str, Any], type[Exception], str]] = [
        (id("nobody"), id("tx"), {}, NotFound, f"Nothing with the id {id('nobody')} is known"),
        (id("tx"), id("nobody"), {}, NotFound, f"Nothing with the id {id('nobody')} is known"),
        ("nobody", id("tx"), {}, BadInput, "'nobody' is not an id"),
        (id("tx"), id("cf"), {"types": []}, BadInput, "No edge type is left"),
        (id("*alone"), id("tx"), {"level": Level.ASSET}, BadInput, "The job of the run alone is not known"),
    ]
    for one, other, options, error, sentence in cases:
        with pytest.raises(error) as caught:
            await path(pipeline, ANYONE, one, other, **options)
        assert sentence in str(caught.value)
