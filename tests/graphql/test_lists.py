"""Lists: filters, orders, pages, and cursors that are of use only where they come from."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import orjson
import pytest

from tests.facts import id, ids
from tests.graphql.conftest import Ask, Refuse
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


@pytest.fixture
def store(standing_shop: Store) -> Store:
    return standing_shop


KINDS = (
    "datasets",
    "datasetVersions",
    "repositories",
    "commits",
    "jobs",
    "runs",
    "models",
    "modelVersions",
    "deployments",
    "releases",
)


def found(data: dict[str, Any]) -> list[str]:
    (connection,) = data.values()
    return [node["id"] for node in connection["nodes"]]


@pytest.mark.parametrize("field", KINDS)
async def test_every_kind_has_a_list(ask: Ask, field: str) -> None:
    data = await ask(f"{{ {field} {{ nodes {{ id kind }} edges {{ node {{ id }} cursor }} totalCount }} }}")
    connection = data[field]
    assert connection["nodes"]
    assert [edge["node"]["id"] for edge in connection["edges"]] == [node["id"] for node in connection["nodes"]]
    assert connection["totalCount"] == len(connection["nodes"])


FILTERS: list[tuple[str, list[str]]] = [
    ('runs(filter: {name: "clean"})', ["*clean"]),
    ('runs(filter: {name: "train*"})', ["*train1", "*train2"]),
    ('runs(filter: {nameContains: "rain"})', ["*train1", "*train2"]),
    ('runs(filter: {job: "job:train"})', ["*train1", "*train2"]),
    ("runs(filter: {status: [FAILED]})", []),
    ('runs(filter: {status: [FAILED, FINISHED], params: [{key: "depth", value: "2"}]})', ["*train2"]),
    ('runs(filter: {metrics: [{key: "auc", compare: GT, value: 0.9}]})', ["*train2"]),
    ('runs(filter: {metrics: [{key: "auc", value: 0.1}]})', ["*train1", "*train2"]),
    ('datasets(filter: {tags: [{key: "tier", value: "gold"}]})', ["tx"]),
    ('datasets(filter: {namespace: "elsewhere"})', []),
    ("datasets(filter: {known: true})", ["tx"]),
    ('datasetVersions(filter: {dataset: "tx"})', ["tx@1"]),
    ('datasetVersions(filter: {dataset: "dataset:nobody"})', []),
    ('commits(filter: {sha: "6162636431"})', ["repo!abcd1"]),
    ('modelVersions(filter: {model: "model:fraud"})', ["fraud/1", "fraud/2"]),
    ("releases(filter: {live: true})", ["+fraud#2"]),
    ("releases(filter: {live: false})", ["+fraud#1"]),
    ('releases(filter: {live: true, liveAt: "1999-01-01"})', []),
    ('releases(filter: {deployment: "deployment:test/fraud"})', ["+fraud#1", "+fraud#2"]),
    ('runs(filter: {before: "2000-01-01"})', []),
]


@pytest.mark.parametrize(("field", "words"), FILTERS, ids=[field for field, _ in FILTERS])
async def test_a_filter_holds_in_the_list_and_in_its_count(ask: Ask, field: str, words: list[str]) -> None:
    ((_, connection),) = (await ask(f"{{ {field} {{ nodes {{ id }} totalCount }} }}")).items()
    assert {node["id"] for node in connection["nodes"]} == set(ids(*words))
    assert connection["totalCount"] == len(words)


async def test_a_list_is_ordered_as_asked(ask: Ask) -> None:
    latest = ids("*train2", "*train1", "*clean")
    assert found(await ask("{ runs { nodes { id } } }")) == latest
    assert found(await ask("{ runs(orderBy: {direction: ASC}) { nodes { id } } }")) == latest[::-1]
    by_auc = '{ runs(orderBy: {by: METRIC, metric: "auc", direction: ASC}) { nodes { id } } }'
    assert found(await ask(by_auc)) == ids("*train1", "*train2")


PAGED = """query ($first: Int, $after: String, $last: Int, $before: String) {
  runs(first: $first, after: $after, last: $last, before: $before, orderBy: {by: NAME, direction: ASC}) {
    nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
BY_NAME = ("*clean", "*train1", "*train2")


async def test_a_list_is_paged_forwards(ask: Ask) -> None:
    first = (await ask(PAGED, first=2))["runs"]
    assert [node["id"] for node in first["nodes"]] == ids(*BY_NAME[:2])
    assert (first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (True, False)
    second = (await ask(PAGED, first=2, after=first["pageInfo"]["endCursor"]))["runs"]
    assert [node["id"] for node in second["nodes"]] == ids(*BY_NAME[2:])
    assert (second["pageInfo"]["hasNextPage"], second["pageInfo"]["hasPreviousPage"]) == (False, True)


async def test_a_list_is_paged_backwards(ask: Ask) -> None:
    last = (await ask(PAGED, last=2))["runs"]
    assert [node["id"] for node in last["nodes"]] == ids(*BY_NAME[1:])
    assert (last["pageInfo"]["hasNextPage"], last["pageInfo"]["hasPreviousPage"]) == (False, True)
    before = (await ask(PAGED, last=2, before=last["pageInfo"]["startCursor"]))["runs"]
    assert [node["id"] for node in before["nodes"]] == ids(*BY_NAME[:1])
    assert (before["pageInfo"]["hasNextPage"], before["pageInfo"]["hasPreviousPage"]) == (True, False)


async def test_an_empty_page_has_no_cursors(ask: Ask) -> None:
    data = await ask('{ runs(filter: {name: "nobody"}) { pageInfo { startCursor endCursor hasNextPage } } }')
    assert data["runs"]["pageInfo"] == {"startCursor": None, "endCursor": None, "hasNextPage": False}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("first: 101", "`first` is 101, and must be 1 to 100."),
        ("first: 0", "`first` is 0, and must be 1 to 100."),
        ("first: -1", "`first` is -1, and must be 1 to 100."),
        ("last: 101", "`last` is 101, and must be 1 to 100."),
        ("first: 1, last: 1", "`first` and `last` are both given."),
        ('last: 1, after: "x"', "`after` goes with `first` alone."),
        ('first: 1, before: "x"', "`before` goes with `last` alone."),
    ],
)
async def test_what_makes_no_page_is_refused(refuse: Refuse, arguments: str, said: str) -> None:
    error = await refuse(f"{{ runs({arguments}) {{ nodes {{ id }} }} }}")
    assert error["message"].startswith(said)
    assert error["extensions"]["code"] == "BAD_INPUT"


async def test_a_relation_may_be_asked_for_a_hundred_too_and_no_more(refuse: Refuse) -> None:
    error = await refuse('{ run(runId: "clean") { inputs(first: 101) { more } } }')
    assert error["message"].startswith("`first` is 101, and must be 1 to 100.")


async def cursor(ask: Ask) -> str:
    data = await ask("{ runs(first: 1, orderBy: {by: NAME}) { pageInfo { endCursor } } }")
    made: str = data["runs"]["pageInfo"]["endCursor"]
    return made


@pytest.mark.parametrize(
    "other",
    [
        "datasets(after: $after, orderBy: {by: NAME})",
        "runs(after: $after)",
        "runs(after: $after, orderBy: {by: NAME, direction: ASC})",
        'runs(after: $after, orderBy: {by: NAME}, filter: {name: "clean"})',
    ],
)
async def test_a_cursor_of_another_list_is_told_apart(ask: Ask, refuse: Refuse, other: str) -> None:
    error = await refuse(f"query ($after: String) {{ {other} {{ nodes {{ id }} }} }}", after=await cursor(ask))
    assert error["message"].startswith("`after` is a cursor of another list.")
    assert error["extensions"]["code"] == "BAD_INPUT"


def tampered(cursor: str, *position: object) -> str:
    version, digest, *_ = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return urlsafe_b64encode(orjson.dumps([version, digest, *position])).decode()


async def test_what_is_no_cursor_is_said_so(ask: Ask, refuse: Refuse) -> None:
    good = await cursor(ask)
    broken = ["", "x", "ä", good[:10], "A" * 10_000, "bnVsbA", "MQ", "W10", "e30"]
    made_up = [tampered(good), tampered(good, {"a": 1}, "x"), tampered(good, 7, "x"), tampered(good, "a", None)]
    for after in (*broken, *made_up):
        error = await refuse("query ($c: String) { runs(after: $c, orderBy: {by: NAME}) { nodes { id } } }", c=after)
        assert error["extensions"]["code"] == "BAD_INPUT", after
        assert error["message"].startswith("`after` is "), after


async def test_an_id_of_another_kind_is_told_apart(refuse: Refuse) -> None:
    error = await refuse("query ($job: String) { runs(filter: {job: $job}) { nodes { id } } }", job=id("tx"))
    assert error["message"] == f"{id('tx')} is a dataset. Give a job."
    assert error["extensions"]["code"] == "BAD_INPUT"


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ('datasets(orderBy: {by: METRIC, metric: "auc"})', "A Dataset has no metrics to be ordered by."),
        ("runs(orderBy: {by: METRIC})", "The order METRIC needs the name of a metric."),
    ],
)
async def test_an_order_by_a_metric_needs_one(refuse: Refuse, field: str, said: str) -> None:
    assert (await refuse(f"{{ {field} {{ nodes {{ id }} }} }}"))["message"].startswith(said)


async def test_the_whole_is_counted_only_when_asked(store: Store, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[object] = []
    count = store.count

    async def counting(*args: Any, **kwargs: Any) -> int:
        counted.append(args)
        return await count(*args, **kwargs)

    monkeypatch.setattr(store, "count", counting)
    await ask("{ runs { nodes { id } } }")
    assert counted == []
    await ask("{ runs { totalCount } }")
    assert len(counted) == 1
