"""What is asked of a loaded store, through it and over HTTP, and the raw driver's best text for the same."""

from __future__ import annotations

from typing import Any

from bench import estate
from bench.case import Case, Doors, Thing
from thalweg.model.edges import EdgeType
from thalweg.model.facts import ANYONE
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind
from thalweg.model.results import Direction
from thalweg.store.questions import (
    AllOf,
    Compare,
    Find,
    Hop,
    MetricIs,
    Order,
    Related,
    Search,
    Sort,
    Start,
    Walk,
    Where,
)
from thalweg.store.store import Store

NODES = 1_000

SUBGRAPH = """
query Subgraph($of: ID!) {
  lineage(of: $of, direction: DOWNSTREAM, depth: null, maxNodes: 1000) {
    truncated
    nodes { id kind namespace name version distance }
    edges { source type target }
  }
}
"""

COUNTS = """
query Counts($of: ID!) {
  lineage(of: $of, direction: DOWNSTREAM, depth: null) {
    countsByKind { kind count }
    countsByDistance { distance count }
  }
}
"""

PAGE = """
query Page($order: [OrderBy!]!) {
  runs(first: 50, orderBy: $order) { edges { cursor node { id name status startedAt } } }
}
"""

BEST = """
query Best($filter: RunFilter!, $order: [OrderBy!]!) {
  runs(first: 50, filter: $filter, orderBy: $order) { edges { cursor node { id name status startedAt } } }
}
"""

RAW_BEST = """
MATCH (a:Entity {id: $id})-[:HAS_VERSION]->(:Entity)-[:INPUT_TO]->(n:Run)
WITH DISTINCT n
MATCH (d:Detail {id: n.id})
WITH n, d, head([i IN range(0, size(coalesce(d.metrics, [])) - 1) WHERE d.metrics[i] = 'auc' | d.lasts[i]]) AS auc
WHERE auc > 0.5
WITH n, d, auc ORDER BY auc DESC, n.id DESC LIMIT 51
RETURN collect([n.id, auc, d.body]) AS rows
"""

RAW_COUNTS = """
MATCH (s:Entity {id: $id})
CALL (s) {
  MATCH p = (s)-[:INPUT_TO|CODE_OF|PRODUCED|SERVED_BY|DERIVED_INTO*0..]->(n)
  WITH n, min(length(p)) AS d
  WITH n.kind AS kind, d, count(*) AS number
  RETURN collect([kind, d, number]) AS rows
}
RETURN rows
"""

RAW_PAGES = {
    "by start time": """
MATCH (n:Entity) WHERE n.kind = 'Run' AND n.at >= 0 AND n.id IS NOT NULL
WITH n ORDER BY n.kind DESC, n.at DESC, n.id DESC LIMIT 51
MATCH (d:Detail {id: n.id})
RETURN collect([n.id, n.at, d.body]) AS rows
""",
    "by a metric": """
MATCH (m:MetricValue) WHERE m.kind = 'Run' AND m.key = 'auc' AND m.last > -1.0 AND m.id IS NOT NULL
WITH m ORDER BY m.kind DESC, m.key DESC, m.last DESC, m.id DESC LIMIT 51
MATCH (n:Entity {id: m.id})
MATCH (d:Detail {id: m.id})
RETURN collect([n.id, m.last, d.body]) AS rows
""",
}

SEARCH = """
query Search($text: String!) {
  search(text: $text, first: 25) {
    edges { cursor tier node { id kind name } matches { field snippet ranges { offset length } } }
  }
}
"""

SEARCHED = {"by a word that few have": ("endpoint-0-1", '"endpoint 0 1"'), "by a prefix that most have": ("r*", "r*")}
"""What is asked for, and the best that the raw driver can ask of the same index."""

RAW_SEARCH = """
CALL db.index.fulltext.queryNodes('detail_said', $words) YIELD node AS d
MATCH (n:Entity {id: d.id}) WHERE n.kind IS NOT NULL
WITH n, d ORDER BY n.at DESC, n.id LIMIT 26
RETURN collect([n.id, n.at, d.body]) AS rows
"""

ORDERS = {"by start time": {"by": "AT"}, "by a metric": {"by": "METRIC", "metric": "auc"}}

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


def of_store(store: Store) -> list[Case]:
    """What a store answers in this process: whether the cost of a bounded question grows with the graph."""
    start = Start((estate.family_start(0).id,))
    hub = Start((estate.HUB.id,))
    chain = Start((estate.CHAIN_START.id,))

    def walk(start: Start, **bounds: Any) -> Thing:
        return lambda: store.walk(start, Walk(Direction.DOWNSTREAM, depth=None, seconds=60.0, **bounds), ANYONE)

    def search(text: str) -> Thing:
        return lambda: store.search(Search(text, seconds=60.0), ANYONE)

    def page(order: Order) -> Thing:
        return lambda: store.find(Find(Kind.RUN, order=order, limit=50), ANYONE)

    def best(dataset: Key) -> Thing:
        reads = Related(Hop.IN, EdgeType.INPUT_TO, Where(asset_id=dataset.id))
        good = Where(metrics=(MetricIs("auc", Compare.GT, 0.5),))
        find = Find(Kind.RUN, AllOf((good, reads)), Order(Sort.METRIC, metric="auc"), limit=50)
        return lambda: store.find(find, ANYONE)

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
        Case("25 hits of a search", {name: search(text) for name, (text, _) in SEARCHED.items()}),
        Case(
            "the best 50 runs that read a dataset",
            {"of a table": best(estate.TABLE), "of a hub": best(estate.HUB_DATASET)},
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


def over_http(doors: Doors) -> list[Case]:
    """What a frontend asks for: a subgraph of 1,000 nodes with its edges, counts of all there is behind, pages."""
    start = estate.family_start(0).id
    best = {
        "filter": {"inputs": {"of": estate.TABLE.id}, "metrics": [{"key": "auc", "compare": "GT", "value": 0.5}]},
        "order": ORDERS["by a metric"],
    }
    return [
        doors.case(f"a subgraph of {NODES:,} nodes with its edges", SUBGRAPH, {"of": start}, RAW_SUBGRAPH, id=start),
        doors.case("counts of everything reachable", COUNTS, {"of": start}, RAW_COUNTS, id=start),
        *(
            doors.case(f"a page of 50 runs {name}", PAGE, {"order": ORDERS[name]}, raw)
            for name, raw in RAW_PAGES.items()
        ),
        doors.case("the best 50 runs that read a dataset", BEST, best, RAW_BEST, id=estate.TABLE.id),
        *(
            doors.case(f"a search {name}", SEARCH, {"text": text}, RAW_SEARCH, words=words)
            for name, (text, words) in SEARCHED.items()
        ),
    ]
