"""What the tests of reads ask, and how they read the answers: in the words of `tests.facts`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from tests.facts import flow, id, ids, said
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.model.results import Direction, Edge, Page, Walked
from thalweg.store.questions import PathBetween, Start, Walk
from thalweg.store.store import Store

CHAIN = flow("tx@1 > *r1 > fraud/3 > +fraud#1 > preds@1")
DISTANCES = {"tx@1": 0, "*r1": 1, "fraud/3": 2, "+fraud#1": 3, "preds@1": 4}
"""Of what a walk down the chain reaches."""


def start(*words: str) -> Start:
    return Start(ids=tuple(ids(*words)))


def versions_of(asset: str, newest: int | None = None) -> Start:
    return Start(versions_of=id(asset), newest=newest)


def down(**conditions: Any) -> Walk:
    return Walk(Direction.DOWNSTREAM, **conditions)


def up(**conditions: Any) -> Walk:
    return Walk(Direction.UPSTREAM, **conditions)


async def reached(store: Store, start: Start, walk: Walk) -> dict[str, int]:
    """What a walk returns, with the distances; everything that holds of any walk is looked at by the way."""
    return distances(await store.walk(start, walk, ANYONE))


def distances(walked: Walked) -> dict[str, int]:
    found = {said(node.id): node.distance for node in walked.nodes}
    assert len(found) == len(walked.nodes), "a node comes once"
    if not walked.unsorted:
        order = [(node.distance, node.id) for node in walked.nodes]
        assert order == sorted(order), "the nearest first, by id within a distance"
    returned = {node.id for node in walked.nodes}
    assert all(edge.source in returned and edge.target in returned for edge in walked.edges)
    assert len({edge[:4] for edge in walked.edges}) == len(walked.edges), "an edge comes once"
    return found


def arrows(edges: Iterable[Edge]) -> list[str]:
    """`tx@1 INPUT_TO *r1`, with `as role` where it has one; sorted."""
    return sorted(
        f"{said(edge.source)} {edge.type.value} {said(edge.target)}" + (f" as {edge.role}" if edge.role else "")
        for edge in edges
    )


def counts(walked: Walked) -> dict[tuple[Kind, int], int]:
    return {key: number for key, number in walked.counts.items() if number}


async def path(store: Store, source: str, target: str, **conditions: Any) -> list[str] | None:
    """The words along a shortest path, each edge of which starts where the one before it ended."""
    edges = await store.path(PathBetween(id(source), id(target), **conditions), ANYONE)
    if not edges:
        return None if edges is None else []
    assert all(one.target == next.source for one, next in pairwise(edges))
    return [said(edges[0].source), *(said(edge.target) for edge in edges)]


def words(page: Page) -> list[str]:
    return [said(entity.id) for entity in page.entities]
