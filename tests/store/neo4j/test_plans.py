"""How Neo4j goes about each question, on a graph of some thousand nodes with a hub.

The bound of a question is what it may touch: about twice what it touches today. One that grows past it has lost its
plan.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import neo4j
import pytest

from bench.estate import CHAIN_START, HUB, MANY_VERSIONS, Size, family_start, granules
from tests.conftest import quiet_driver
from tests.facts import alias, granule, id, joined, reads, run, thing
from tests.store.neo4j.test_queries import UNPLANNED, WHOLE
from thalweg import ingest
from thalweg.model import keys
from thalweg.model.edges import LINEAGE, EdgeType
from thalweg.model.facts import ANYONE
from thalweg.model.kinds import Kind
from thalweg.model.results import Tier
from thalweg.store import pages, terms
from thalweg.store.neo4j.conditions import Rest
from thalweg.store.neo4j.queries import queries, query, statements
from thalweg.store.neo4j.search import kept as kept_in_search
from thalweg.store.neo4j.search import match
from thalweg.store.neo4j.seeking import kept
from thalweg.store.neo4j.store import Neo4jStore
from thalweg.store.neo4j.walk import CROWD, FAR, fits
from thalweg.store.questions import (
    ALL_NODES,
    AnyOf,
    Compare,
    Condition,
    Hop,
    MetricIs,
    NodeFilter,
    Not,
    Related,
    Search,
    Sort,
    Where,
)

ESTATE = Size(6_000)
AT_ONCE = 400

START = family_start(0).id
ASSET = keys.dataset("s3://bench", "raw-0").id
RUN = keys.run("bench", "run-0-100").id
JOB = keys.job("bench", "job-0-0").id
RELEASE = keys.release("production", "endpoint-0-1", "400").id
DEPLOYMENT = keys.deployment("production", "endpoint-0-1").id
TABLE = keys.dataset("s3://bench", "table-0-1").id
RUNS = [keys.run("bench", f"run-0-{number}").id for number in range(100)]
ALL = tuple(EdgeType)

REACHED = {"as_of": None, "stop": None, "visited": 100_001, "depth": FAR, "exempt": [START]}
FITS = fits(ALL_NODES)
MODELS = fits(NodeFilter(kinds=frozenset({Kind.MODEL_VERSION})))
KEPT = kept(Where())
READS_HUB = Related(Hop.IN, EdgeType.INPUT_TO, Where(ids=(HUB.id,)))
WHERE = kept(Where(tags=(("a", "b"),), metrics=(MetricIs("auc", Compare.GT, 2.0),)))


@dataclass(frozen=True)
class Ask:
    """A query in one form, with its parameters, and how many records of the database it may touch."""

    name: str
    bound: int
    parameters: Mapping[str, Any]
    form: Mapping[str, Any] = field(default_factory=dict)
    prunes: bool = False
    """Whether it must visit each node once."""


def walk(name: str, bound: int, *, prunes: bool = True, depth: int | None = None, **more: Any) -> Ask:
    about = {**REACHED, "id": START, "limit": 1_001, "edges": True, "expanded": FAR, "hub": CROWD, **FITS, **more}
    upstream = bool(about.pop("upstream", False))
    if depth is not None:
        about["depth"] = depth
    return Ask(name, bound, about, {"types": LINEAGE, "depth": depth, "upstream": upstream}, prunes)


def page(name: str, bound: int, sort: Sort = Sort.AT, descending: bool = True, /, **more: Any) -> Ask:
    about = {**KEPT, "kind": "Run", "limit": 26, "value": None, "id": "", "low": -(1 << 62), "high": 1 << 62, **more}
    return Ask(name, bound, about, {"sort": sort, "descending": descending})


def met(name: str, bound: int, where: Condition, **more: Any) -> Ask:
    """A page, or a count, under a condition of several parts."""
    rest = Rest(Kind.RUN, (where,))
    ask = page(name, bound, **{"kept": KEPT["kept"] | rest.values, **more})
    return replace(ask, form={**ask.form, "rest": rest.text})


def keyed(name: str, bound: int, *by: str, **more: Any) -> Ask:
    """A page by several keys, the first of them the time where none is a metric."""
    order = [{"by": one, "metric": "auc", "best": False, "down": True} for one in by]
    about = {"order": order, "measured": "METRIC" in by, "turn": 1, "having": False, "place": None, "id_down": True}
    return page(name, bound, **{**about, **more})


def grouped(name: str, bound: int, **more: Any) -> Ask:
    about = {"by": "STATUS", "begin": "", "letters": 0, "metrics": ["auc"], "best": False, "measured": True}
    return page(name, bound, **{**about, "by_count": True, "descending": True, "place": None, **more})


GROUPED: list[tuple[str, int, dict[str, Any]]] = [
    ("ids", 4_000, {"ids": RUNS}),
    ("asset", 2_000, {"asset": JOB}),
    ("name", 20_000, {"name_start": "run-0"}),
    ("kind", 60_000, {"by": "USER", "metrics": []}),
    ("kind", 20_000, {"by": "NAMESPACE", "metrics": [], "measured": False, "place": [1, None]}),
]


def searched(text: str, bound: int, tier: Tier = Tier.NAME, after: tuple[Any, ...] | None = None) -> Ask:
    asked = Search(text)
    kept_ = kept_in_search(asked) | dict(pages.beginning(pages.read(after), tier))
    return Ask("search", bound, {"match": match(terms.read(text), tier), "kept": kept_, "limit": 26})


def write(name: str, bound: int, **parameters: Any) -> Ask:
    return Ask(name, bound, parameters, {"types": ALL})


ASKED = [
    # walks
    walk("whole_of_node", 40_000),
    walk("whole_of_node", 4_000, depth=5),
    walk("whole_of_node", 20_000, id=HUB.id),
    walk("whole_of_node", 40_000, id=RELEASE, upstream=True),
    walk("whole_of_node", 30_000, as_of=1 << 60, stop=["Release"]),
    walk("whole_of_node", 2_000, limit=20, as_of=1 << 60, stop=["Release"]),
    walk("whole_of_versions", 40_000, id=ASSET, exempt=[ASSET]),
    walk("whole_of_versions", 12_000, id=MANY_VERSIONS.id, exempt=[MANY_VERSIONS.id]),
    walk("nearest_of_node", 30_000, **MODELS),
    walk("nearest_of_versions", 30_000, id=ASSET, **MODELS),
    walk("layer_of_node", 15_000, depth=7, distance=7, first=10, limit=20_001),
    walk("layer_of_versions", 15_000, id=ASSET, depth=8, distance=8, first=10, limit=20_001),
    walk("layer_next_to_node", 3_000, id=HUB.id, distance=1, first=10, limit=20_001, prunes=False),
    walk("layer_next_to_versions", 3_000, id=MANY_VERSIONS.id, distance=1, first=10, limit=20_001, prunes=False),
    walk("counts_of_node", 15_000),
    walk("counts_of_versions", 15_000, id=ASSET),
    walk("behind_of_node", 1_000, depth=5),
    walk("behind_of_versions", 1_000, id=ASSET, depth=6, exempt=[ASSET]),
    walk("visible", 1_000, ids=RUNS, prunes=False),
    walk("newest_versions", 50, id=MANY_VERSIONS.id, as_of=1 << 62, limit=5, prunes=False),
    walk("step", 3_000, ids=RUNS, prunes=False),
    walk("step", 200, ids=[HUB.id], limit=20, prunes=False),
    walk("step_whole", 6_000, ids=RUNS, prunes=False),
    walk("step_whole", 300, ids=[HUB.id], limit=20, prunes=False),
    walk("walked_nodes", 2_000, ids=RUNS, prunes=False),
    walk("edges_among", 4_000, ids=RUNS, ds=[1] * 100, limit=FAR, expanded=-1, prunes=False),
    walk("edges_among", 1_500, ids=[HUB.id, *RUNS[:20]], ds=[0] * 21, limit=FAR, expanded=-1, hub=50, prunes=False),
    walk("path", 10_000, source=START, target=RELEASE, prunes=False),
    walk("path_from_versions", 10_000, source=ASSET, target=RELEASE, prunes=False),
    walk("path_to_versions", 5_000, source=START, target=DEPLOYMENT, prunes=False),
    walk("path_between_versions", 5_000, source=ASSET, target=DEPLOYMENT, prunes=False),
    walk("before", 2_000, id=RUN, among=[*RUNS, START], prunes=False),
    walk("before", 2_000, id=HUB.id, among=RUNS, upstream=True, prunes=False),
    walk("edges_along", 2_000, steps=[[HUB.id, keys.run("bench", f"reader-{n}").id] for n in range(50)], prunes=False),
    walk("is_there", 10, versions=True, id=ASSET, prunes=False),
    # what stands around
    Ask("get", 4_000, {"ids": RUNS}),
    Ask("with_column_lineage", 4_000, {"ids": RUNS}),
    Ask("neighbours", 10_000, {"ids": [HUB.id], "limit": 11, "as_of": None, "kinds": None}, {"types": LINEAGE}),
    Ask(
        "neighbours",
        10_000,
        {"ids": RUNS, "limit": 11, "as_of": None, "kinds": None},
        {"types": LINEAGE, "upstream": True},
    ),
    Ask("versions", 600, {"ids": [MANY_VERSIONS.id, ASSET], "limit": 11, "as_of": 1 << 62, "kinds": None}),
    Ask("assets", 5_000, {"ids": RUNS, "limit": 11, "as_of": 1 << 62, "kinds": None}),
    Ask("degrees", 3_000, {"ids": [HUB.id, *RUNS]}, {"types": LINEAGE}),
    Ask("degrees_as_of", 6_000, {"ids": [HUB.id, *RUNS], "as_of": 1 << 62}, {"types": LINEAGE}),
    Ask("marks", 100, {"ids": [keys.model("test", "m").id], "at": 1 << 61}),
    Ask("metric_history", 20, {"id": RUN, "key": "auc"}),
    Ask("events", 200, {"after": 500, "limit": 10}),
    Ask("notes", 10, {"begin": "sync/"}),
    Ask("verdict", 10, {"id": "v"}),
    searched("endpoint-0-1", 60, Tier.EXACT),
    searched("endpoint*", 300),
    searched("run*", 18_000),
    searched("run*", 18_000, Tier.NAME, after=("NAME", 0, 1, 1 << 50, "")),
    Ask("sources", 20, {}),
    # lists
    *(page("sorted", 900, sort, descending) for sort in (Sort.AT, Sort.CREATED_AT) for descending in (True, False)),
    page("sorted", 900, Sort.UPDATED_AT),
    page("sorted", 900, Sort.NAME, low="", high="\ue001"),
    page("sorted", 900, Sort.NAME, value="run-0-300", id="", low="", high="run-0-300"),
    page("sorted", 30_000, **WHERE),
    page("sorted_by_ids", 3_000, ids=RUNS),
    page("sorted_by_asset", 2_500, asset=JOB),
    page("sorted_by_name", 8_000, name_start="run-0"),
    page("versions_by_time", 1_500, asset=JOB),
    *(page(name, 1_500, metric="auc", low=-9e99, high=9e99) for name in ("sorted_by_last", "sorted_by_best")),
    *(page(name, 100, metric="auc", value=0.5) for name in ("same_last", "same_best")),
    keyed("keyed", 1_500, "at", "name"),
    keyed("keyed", 1_500, "at", "METRIC", place=[[0, 1 << 61], [0, 0.5]], high=(1 << 61) + 1),
    keyed("keyed_by_ids", 3_500, "METRIC", ids=RUNS, having=True),
    keyed("keyed_by_asset", 3_000, "METRIC", "at", asset=JOB),
    keyed("keyed_by_name", 20_000, "name", "at", name_start="run-0"),
    keyed("keyed_by_kind", 60_000, "METRIC", "at"),
    met("sorted", 900, AnyOf((Where(namespace="bench"), Where(status=("FAILED",))))),
    met("sorted", 900, Not(Where(namespace="nowhere", gone=True))),
    met("sorted", 30_000, AnyOf((Where(tags=(("a", "b"),)), Where(user="nobody")))),
    met("sorted", 17_000, Related(Hop.IN, EdgeType.INPUT_TO, Where(asset_id=TABLE))),
    met("sorted", 3_000, Related(Hop.ASSET, where=Where(namespace="bench"))),
    met("sorted_by_ids", 4_000, READS_HUB, ids=RUNS),
    met("count_by_kind", 40_000, READS_HUB),
    Ask("reached", 1_500, {"starts": [JOB], "limit": 10_001}, {"steps": ((Hop.VERSIONS, None),)}),
    Ask("reached", 3_000, {"starts": [HUB.id], "limit": 100}, {"steps": ((Hop.OUT, EdgeType.INPUT_TO),)}),
    *(grouped(f"groups_by_{by}", bound, **about) for by, bound, about in GROUPED),
    page("count_by_ids", 1_500, ids=RUNS),
    page("count_by_asset", 1_000, asset=JOB),
    page("count_by_name", 8_000, name_start="run-0"),
    page("count_by_kind", 6_000, **kept(Where(status=("FAILED",)))),
    # what the weave asks for
    write("lock", 30),
    write("clock", 10),
    write("scopes", 40, ids=["0"] * 10),
    write("unseen_scopes", 300, source="bench", before=1 << 62, limit=10),
    write("repeats", 40, keys=["k"] * 10),
    write("holds", 8),
    write("aliases", 40, ids=RUNS[:10]),
    write("aliases_of", 40, ids=RUNS[:10]),
    write("joins", 60, ids=RUNS[:10]),
    write("joins_of_scopes", 30, ids=["s"] * 10),
    write("nodes", 6_000, ids=RUNS),
    write("versions_of", 300, ids=[JOB]),
    write("edges", 1_000, refs=[[HUB.id, "INPUT_TO", keys.run("bench", f"reader-{n}").id, ""] for n in range(20)]),
    write("edges_in", 3_000, ids=RUNS),
    write("edges_out", 3_000, ids=RUNS),
    write("statements_of_scopes", 60, ids=["0"] * 10),
    write("statements_about", 1_500, facts=RUNS),
    write("open_reads_of_runs", 80, ids=[id(f"*o{number}") for number in range(10)]),
    write(
        "open_reads_between", 100, rows=[{"dataset": id("open"), "at": 100, "without": [id("open@5")]}], ever=1 << 62
    ),
    write("newest", 300, rows=[{"dataset": id("open"), "at": at, "without": [id("open@5")]} for at in range(100, 110)]),
    write("histories", 30, ids=RUNS[:10]),
    write("marks_named", 40, names=[[RUNS[0], "ALIAS", "a"]]),
    write("marks_of_scopes", 30, ids=["s"] * 10),
    write("marks_of_models", 30, ids=RUNS[:10]),
    write("how_many_versions", 60, ids=[JOB, MANY_VERSIONS.id]),
    write("extremes", 2_500, rows=[{"asset": TABLE, "others": [JOB]}]),
    write("isolated", 300, ids=RUNS[:10]),
    write("columned", 300, ids=[TABLE, keys.dataset("s3://bench", "table-0-2").id], skip=0, limit=3),
    # upkeep
    write("meta", 10),
    write("how_many_nodes", 2),
    write("ping", 1),
    Ask("count_kind", 2, {}, {"kind": Kind.RUN}),
    Ask("count_type", 2, {}, {"types": (EdgeType.INPUT_TO,)}),
    write("count_events", 4),
    write("size", 4),
]

OPEN = granule(
    "open",
    *(thing(f"open@{number}", created_at=20 * number) for number in range(20)),
    *(run(f"o{number}", started_at=number) for number in range(400)),
    *(reads("open@unversioned", f"*o{number}") for number in range(400)),
)
"""A dataset of some versions, between two of which twenty runs read it, and none says which version."""

SCANS = ("AllNodesScan", "NodeByLabelScan", "DirectedAllRelationshipsScan", "UndirectedAllRelationshipsScan")
LABEL_SCANS_THAT_ARE_RIGHT = ("sources",)
"""What must read all of a label that has few nodes."""
WARNINGS = ("cartesianproduct", "unboundedvariablelengthpattern", "exhaustiveshortestpath")


@pytest.fixture(scope="module")
def estate(neo4j_url: str) -> Iterator[neo4j.Driver]:
    """A graph with a hub, a chain, an asset of many versions, and ordinary families; only this module has it."""

    async def fill() -> None:
        store = await Neo4jStore.open(neo4j_url)
        some = []
        for one in granules(ESTATE):
            some.append(one)
            if len(some) == AT_ONCE:
                await ingest.state(store, some, ANYONE)
                some = []
        await ingest.state(store, some, ANYONE)
        await ingest.state(store, [OPEN], ANYONE)
        await ingest.state(store, [granule("marks", alias("m/1", "champion", since=5), joined("old", "new"))], ANYONE)
        await store.close()

    with quiet_driver(neo4j_url) as driver:
        with driver.session() as session:
            session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()
        asyncio.run(fill())
        driver.execute_query("CALL db.resampleOutdatedIndexes()")
        driver.execute_query("CALL db.clearQueryCaches()")  # plans of an empty database are not those of this one
        yield driver


def operators(plan: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    """Each step of a plan, with what it touched, and what it is about."""
    arguments = plan.get("args", {})
    yield plan["operatorType"].partition("@")[0], plan.get("dbHits", 0), str(arguments.get("Details", ""))
    for child in plan.get("children", ()):
        yield from operators(child)


@pytest.mark.parametrize("ask", ASKED, ids=[f"{ask.name}-{place}" for place, ask in enumerate(ASKED)])
def test_a_question_touches_no_more_than_it_must(estate: neo4j.Driver, ask: Ask) -> None:
    with estate.session() as session, session.begin_transaction() as transaction:
        result = transaction.run(f"PROFILE {query(ask.name, **ask.form).text}", dict(ask.parameters))
        list(result)
        summary = result.consume()
        transaction.rollback()
    assert summary.profile is not None
    steps = list(operators(summary.profile))
    plan = "\n".join(f"{name}: {hits} {about}" for name, hits, about in steps)
    names = [name for name, _, _ in steps]
    if ask.name not in LABEL_SCANS_THAT_ARE_RIGHT:
        assert not set(SCANS).intersection(names), plan
    if ask.prunes:
        assert "VarLengthExpand(Pruning,BFS,All)" in names, plan
    assert "VarLengthExpand(All)" not in names, plan
    assert sum(hits for _, hits, _ in steps) <= ask.bound, plan
    said = "".join(status.status_description for status in summary.gql_status_objects).replace(" ", "").lower()
    assert not [warning for warning in WARNINGS if warning in said]


def test_each_question_is_among_them() -> None:
    asked = {ask.name for ask in ASKED}
    assert asked <= queries().keys()
    rules = {"lost_details", "node_counts", "edge_counts", "loose_statements", "hidden_nodes", "hidden_edges"}
    rules |= {"wrong_assets", "wrong_metrics", "lost_aliases", "lost_marks", "source_counts", "wrong_derived"}
    rules |= {"needless_derived", "wrong_reads", "texts"}  # those of `check` look at all there is
    changing = {*statements("apply"), "begin", "migrated"}
    assert set(WHOLE) - asked - rules - changing - set(UNPLANNED) == set()


def test_a_chain_is_walked_to_its_end(estate: neo4j.Driver) -> None:
    ask = walk("whole_of_node", 0, id=CHAIN_START.id, exempt=[CHAIN_START.id])
    with estate.session() as session:
        record = session.run(query(ask.name, **ask.form).text, dict(ask.parameters)).single()
    assert record is not None
    assert max(record["ds"]) == 2 * ESTATE.chain
