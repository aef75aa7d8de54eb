"""Filters of several parts and over relations, orders of several keys, and groups, as the API takes them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facts import id, ids
from tests.graphql.conftest import Ask, Refuse, asking
from thalweg.graphql.limits import Limits
from thalweg.model.kinds import Kind
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


@pytest.fixture
def store(standing_shop: Store) -> Store:
    return standing_shop


FILTERS: list[tuple[str, str, str]] = [
    # several parts
    ("runs", '{or: [{name: "clean"}, {metrics: [{key: "auc", value: 0.9}]}]}', "*clean *train2"),
    ("runs", '{and: [{name: "train*"}, {not: {name: "train1"}}]}', "*train2"),
    ("runs", '{not: {name: "train*"}}', "*clean"),
    ("runs", '{name: "train*", or: [{job: "job:train"}, {job: "job:nobody"}]}', "*train1 *train2"),
    ("runs", '{or: [{job: "job:nobody"}]}', ""),
    ("runs", '{not: {job: "job:nobody"}}', "*clean *train1 *train2"),
    ("runs", '{numbers: [{key: "depth", compare: GT, value: 1.5}]}', "*train2"),
    ("runs", '{user: "ada"}', ""),
    ("runs", '{createdSince: "2001-01-01", updatedBefore: "2001-01-01"}', ""),
    ("models", '{or: [{name: "fraud"}, {name: "other"}]}', "fraud:"),
    # relations
    ("runs", '{inputs: {of: "tx"}}', "*clean"),
    ("runs", '{inputs: {of: "dataset:tx@1"}}', "*clean"),
    ("runs", '{inputs: {of: "nobody"}}', ""),
    ("runs", '{not: {inputs: {of: "nobody"}}}', "*clean *train1 *train2"),
    ("runs", '{inputs: {of: "features"}, metrics: [{key: "auc", compare: GT, value: 0.9}]}', "*train2"),
    ("runs", '{inputs: {datasetVersion: {datasetIs: {tags: [{key: "tier", value: "gold"}]}}}}', "*clean"),
    ("runs", "{outputs: {kinds: [MODEL_VERSION]}}", "*train1 *train2"),
    ("runs", '{outputs: {modelVersion: {model: "model:fraud", name: "fraud"}}}', "*train1 *train2"),
    ("runs", '{outputs: {or: [{of: "features"}, {of: "model:fraud/2"}]}}', "*clean *train2"),
    ("runs", '{commit: {sha: "6162636431"}}', "*clean"),
    ("runs", '{jobIs: {inputs: {of: "tx"}}}', "*clean"),
    ("runs", '{parent: {name: "train1"}}', "*train2"),
    ("runs", "{children: {known: true}}", "*train1"),
    ("modelVersions", '{producer: {metrics: [{key: "auc", compare: GT, value: 0.9}], job: "job:train"}}', "fraud/2"),
    ("modelVersions", "{releases: {live: true}}", "fraud/2"),
    ("modelVersions", "{not: {releases: {live: true}}}", "fraud/1"),
    ("datasets", "{versions: {servedTo: {live: true}}}", "features"),
    ("datasets", '{consumers: {deployment: {name: "fraud"}}}', "features"),
    ("datasets", '{producers: {of: "job:clean"}}', "features"),
    ("datasetVersions", "{producers: {release: {live: true}}}", "predictions@1"),
    ("jobs", '{repositories: {commits: {namespace: "https://git.test/repo*"}}}', "^clean ^train"),
    ("deployments", '{models: {producers: {name: "train"}}}', "+fraud"),
    ("releases", '{models: {name: "fraud"}, deploymentIs: {name: "fraud"}}', "+fraud#1 +fraud#2"),
    ("commits", '{runs: {inputs: {of: "features"}}}', "repo!abcd2"),
    ("repositories", '{jobs: {name: "clean"}}', "repo!"),
]


@pytest.mark.parametrize(
    ("field", "filter", "words"), FILTERS, ids=[f"{field} {filter}" for field, filter, _ in FILTERS]
)
async def test_a_filter_holds_in_the_list_and_in_its_count(ask: Ask, field: str, filter: str, words: str) -> None:
    data = (await ask(f"{{ {field}(filter: {filter}) {{ nodes {{ id }} totalCount }} }}"))[field]
    assert {node["id"] for node in data["nodes"]} == set(ids(*words.split()))
    assert data["totalCount"] == len(words.split())


async def test_a_filter_by_ids(ask: Ask) -> None:
    data = await ask("query ($ids: [ID!]) { runs(filter: {ids: $ids}) { nodes { id } } }", ids=ids("*clean", "tx"))
    assert data == {"runs": {"nodes": [{"id": id("*clean")}]}}


KEYS = '[{by: METRIC, metric: "auc", direction: ASC}, {by: NAME}]'


async def test_several_keys_order_a_list_in_pages(ask: Ask) -> None:
    text = f"query ($after: String) {{ runs(orderBy: {KEYS}, first: 2, after: $after) {{ {PAGE} }} }}"
    first = (await ask(text))["runs"]
    assert [node["id"] for node in first["nodes"]] == ids("*train1", "*train2")
    second = (await ask(text, after=first["pageInfo"]["endCursor"]))["runs"]
    assert [node["id"] for node in second["nodes"]] == ids("*clean")
    assert second["pageInfo"]["hasNextPage"] is False


PAGE = "nodes { id } pageInfo { endCursor hasNextPage }"

GROUPS = """query ($after: String) {
  runs(filter: {name: "*"}) {
    totalCount
    groups(by: ASSET, metrics: ["auc"], first: 1, after: $after) {
      nodes { key count asset { id name } metrics { key count min max avg } }
      pageInfo { endCursor hasNextPage hasPreviousPage }
    }
  }
}"""


async def test_groups_of_a_list(ask: Ask) -> None:
    data = (await ask(GROUPS))["runs"]
    assert data["totalCount"] == 3
    (train,) = data["groups"]["nodes"]
    assert train["asset"] == {"id": id("^train"), "name": "train"}
    assert (train["key"], train["count"]) == (id("^train"), 2)
    assert train["metrics"] == [{"key": "auc", "count": 2, "min": 0.81, "max": 0.93, "avg": pytest.approx(0.87)}]
    assert data["groups"]["pageInfo"]["hasNextPage"] is True
    more = (await ask(GROUPS, after=data["groups"]["pageInfo"]["endCursor"]))["runs"]["groups"]
    assert [(one["asset"]["name"], one["count"]) for one in more["nodes"]] == [("clean", 1)]
    assert more["nodes"][0]["metrics"] == [{"key": "auc", "count": 0, "min": None, "max": None, "avg": None}]
    assert (more["pageInfo"]["hasNextPage"], more["pageInfo"]["hasPreviousPage"]) == (False, True)


async def test_groups_by_each_thing(ask: Ask) -> None:
    for arguments, expected in {
        "by: STATUS": [("FINISHED", 3)],
        "by: NAMESPACE": [("test", 3)],
        "by: USER": [(None, 3)],
        'by: PARAM, key: "depth", orderBy: KEY, direction: ASC': [("1", 1), ("2", 1), (None, 1)],
        'by: TAG, key: "team"': [(None, 3)],
        'by: PARAM, key: "lr", best: true, metrics: ["loss"]': [("0.1", 2), (None, 1)],
    }.items():
        data = await ask(f"{{ runs {{ groups({arguments}) {{ nodes {{ key count }} }} }} }}")
        assert [(one["key"], one["count"]) for one in data["runs"]["groups"]["nodes"]] == expected, arguments
    nothing = await ask('{ runs(filter: {job: "job:nobody"}) { totalCount groups(by: DAY) { nodes { key } } } }')
    assert nothing["runs"] == {"totalCount": 0, "groups": {"nodes": []}}


COUNTED = """query ($after: String) {
  countBy(of: {runs: {name: "*"}}, by: ASSET, metrics: ["auc"], first: 1, after: $after) {
    nodes { key count asset { id name } metrics { key count min max avg } }
    pageInfo { endCursor hasNextPage hasPreviousPage }
  }
}"""


async def test_what_is_counted_is_what_the_groups_of_a_list_are(ask: Ask) -> None:
    listed, counted = (await ask(GROUPS))["runs"]["groups"], (await ask(COUNTED))["countBy"]
    assert counted == listed
    after = counted["pageInfo"]["endCursor"]
    assert (await ask(COUNTED, after=after))["countBy"] == (await ask(GROUPS, after=after))["runs"]["groups"]


async def test_each_kind_is_counted(ask: Ask) -> None:
    kinds = (await ask('{ __type(name: "CountOf") { inputFields { name } } }'))["__type"]["inputFields"]
    assert len(kinds) == len(Kind)
    for of in [kind["name"] for kind in kinds]:
        data = await ask(f"{{ {of} {{ totalCount }} countBy(of: {{{of}: {{}}}}, by: MONTH) {{ nodes {{ count }} }} }}")
        assert sum(one["count"] for one in data["countBy"]["nodes"]) == data[of]["totalCount"] > 0, of


async def test_a_list_that_is_only_counted_is_not_read(store: Store, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*args: Any) -> None:
        raise AssertionError("nobody asked for entries")

    monkeypatch.setattr(store, "find", never)
    assert (await ask("{ runs { totalCount groups(by: STATUS) { nodes { count } } } }"))["runs"]["totalCount"] == 3


NESTED = "{or: [" * 40 + "{gone: true}" + "]}" * 40

REFUSED: list[tuple[str, str]] = [
    (f"runs(filter: {NESTED})", "The filter is nested too deep."),
    ("runs(filter: " + "{or: [{gone: true}, " * 7 + "{gone: true}" + "]}" * 7 + ")", "The condition is nested deeper"),
    ("runs(filter: {inputs: {kinds: [JOB]}})", "A Run has no relationship INPUT_TO (IN) with a Job."),
    ("runs(filter: {inputs: {kinds: [RUN], modelVersion: {gone: true}}})", "A Run has no relationship INPUT_TO"),
    (
        "runs(filter: {or: [" + " ".join(f'{{job: "job:{number}"}}' for number in range(21)) + "]})",
        "The filter names more than 20 things.",
    ),
    ("runs(orderBy: [{by: NAME}, {by: NAME, direction: ASC}])", "A list is ordered by one key twice."),
    ('datasets(orderBy: [{by: NAME}, {by: METRIC, metric: "auc"}])', "A Dataset has no metrics to be ordered by."),
]


@pytest.mark.parametrize(("field", "said"), REFUSED, ids=[said for _, said in REFUSED])
async def test_what_makes_no_list_is_refused(refuse: Refuse, field: str, said: str) -> None:
    error = await refuse(f"{{ {field} {{ nodes {{ id }} }} }}")
    assert error["message"].startswith(said)
    assert error["extensions"]["code"] == "BAD_INPUT"


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("datasets { groups(by: USER) { nodes { key } } }", "A Dataset has no USER to be grouped by."),
        ("countBy(of: {datasets: {}}, by: USER) { nodes { key } }", "A Dataset has no USER to be grouped by."),
        ("countBy(of: {runs: {}}, by: TAG) { nodes { key } }", "To group by TAG, the key is needed."),
        (f"countBy(of: {{runs: {NESTED}}}, by: DAY) {{ nodes {{ key }} }}", "The filter is nested too deep."),
        ("runs { groups(by: TAG) { nodes { key } } }", "To group by TAG, the key is needed."),
        ("runs { groups(by: DAY, first: 101) { nodes { key } } }", "`first` is 101, and must be 1 to 100."),
        ('runs { groups(by: DAY, after: "x") { nodes { key } } }', "`after` is no cursor of this server."),
    ],
)
async def test_what_makes_no_groups_is_refused(refuse: Refuse, field: str, said: str) -> None:
    error = await refuse(f"{{ {field} }}")
    assert error["message"].startswith(said)
    assert error["extensions"]["code"] == "BAD_INPUT"


async def test_a_cursor_of_groups_goes_with_their_arguments(ask: Ask, refuse: Refuse) -> None:
    page = (await ask(GROUPS))["runs"]["groups"]["pageInfo"]
    other = "query ($after: String) { runs { groups(by: STATUS, after: $after) { nodes { key } } } }"
    error = await refuse(other, after=page["endCursor"])
    assert error["message"].startswith("`after` is a cursor of another list.")


async def test_groups_are_priced_with_their_assets(store: Store) -> None:
    ask = asking(store, Limits(cost=100 + 25 + 10))
    await ask("{ runs { groups(by: ASSET, first: 10) { nodes { asset { id } } } } }")


async def test_a_filter_in_a_variable_may_be_nested_too_deep_too(refuse: Refuse) -> None:
    nested: dict[str, Any] = {"gone": True}
    for _ in range(400):
        nested = {"not": nested}
    error = await refuse("query ($filter: RunFilter) { runs(filter: $filter) { nodes { id } } }", filter=nested)
    assert error["extensions"]["code"] == "BAD_INPUT"
