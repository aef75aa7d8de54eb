"""What is asked of a loaded store, through it and over HTTP, and the raw driver's best text for the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import neo4j

from bench import estate
from bench.server import Client
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.model.results import Direction
from thalweg.store.questions import Find, Order, Sort, Start, Walk
from thalweg.store.store import Store

Thing = Callable[[], Awaitable[object]]

NODES = 1_000

SUBGRAPH = """
query Subgraph($of: ID!) {
  lineage(of: $of, direction: DOWNSTREAM, depth: 50, maxNodes: 1000) {
    truncated
    nodes { id kind namespace name version distance }
    edges { source type target }
  }
}
"""

PAGE = """
query Page($sort: %s) { runs(first: 50, %s) { edges { cursor node { id name status startedAt } } } }
"""

RAW_SUBGRAPH = """
MATCH (s:Entity {id: $id})
CALL (s) {
  MATCH p = (s)-[:INPUT_TO|CODE_OF|PRODUCED|SERVED_BY|DERIVED_INTO*0..50]->(n)
  WITH n, min(length(p)) AS d ORDER BY d LIMIT 1001
  RETURN collect(n) AS ns, collect(d) AS ds
}
CALL (ns) {
  UNWIND ns AS a
  MATCH (a)-[e:INPUT_TO|CODE_OF|PRODUCED|SERVED_BY|DERIVED_INTO]->(b) WHERE b IN ns
  RETURN collect([a.id, type(e), b.id]) AS es
}
RETURN [n IN ns | [n.id, labels(n), properties(n)]] AS nodes, ds, es
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A question and the ways to ask it, by name; the first is what the others are compared with."""

    name: str
    ways: dict[str, Thing]


def of_store(store: Store) -> list[Case]:
    """What a store answers in this process: whether the cost of a bounded question grows with the graph."""
    start = Start((estate.family_start(0).id,))
    hub = Start((estate.HUB.id,))
    chain = Start((estate.CHAIN_START.id,))

    def walk(start: Start, **bounds: Any) -> Thing:
        return lambda: store.walk(start, Walk(Direction.DOWNSTREAM, depth=None, seconds=60.0, **bounds), ANYONE)

    def page(order: Order) -> Thing:
        return lambda: store.find(Find(Kind.RUN, order=order, limit=50), ANYONE)

    return [
        Case(
            "100 nodes of a walk",
            {"of a pipeline": walk(start, max_nodes=100), "of a hub": walk(hub, max_nodes=100)},
        ),
        Case(
            "counts of everything reachable",
            {
                "of a pipeline": walk(start, max_nodes=0, counts=True, visited=2_000_000, edges=False),
                "of a hub": walk(hub, max_nodes=0, counts=True, visited=2_000_000, edges=False),
                "of a chain of 5,000": walk(chain, max_nodes=0, counts=True, visited=2_000_000, edges=False),
            },
        ),
        Case(
            "a page of 50 runs",
            {
                "by start time": page(Order(Sort.AT)),
                "by a metric": page(Order(Sort.METRIC, metric="auc")),
            },
        ),
        Case(
            "newest 50 of an asset with 10,000 versions",
            {
                "walk": lambda: store.walk(
                    Start(versions_of=estate.MANY_VERSIONS.id, newest=50), Walk(Direction.DOWNSTREAM), ANYONE
                )
            },
        ),
    ]


def over_http(client: Client, session: neo4j.AsyncSession | None) -> list[Case]:
    """A subgraph of 1,000 nodes with its edges, and pages, as a frontend asks for them."""
    id = estate.family_start(0).id

    async def subgraph() -> object:
        return client.query(SUBGRAPH, {"of": id})

    ways: dict[str, Thing] = {}
    if session is not None:

        async def raw() -> object:
            result = await session.run(RAW_SUBGRAPH, id=id)
            return await result.single()

        ways["raw driver"] = raw
    ways["over HTTP"] = subgraph
    return [Case(f"a subgraph of {NODES:,} nodes with its edges", ways)]
