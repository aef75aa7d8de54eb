"""Search over GraphQL: what is found, the pages of it, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.facts import id, ids
from tests.graphql.conftest import Ask, Refuse, refusing
from thalweg.graphql.limits import Limits
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


@pytest.fixture
def store(standing_shop: Store) -> Store:
    return standing_shop


QUERY = """
query ($text: String!, $kinds: [Kind!], $namespace: String, $gone: Boolean, $first: Int = 25, $after: String) {
  search(text: $text, kinds: $kinds, namespace: $namespace, gone: $gone, first: $first, after: $after) {
    nodes { id }
    edges { cursor tier node { id kind name ... on Commit { sha } } matches { field snippet ranges { offset length } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


async def found(ask: Ask, text: str, **asked: Any) -> list[str]:
    return [node["id"] for node in (await ask(QUERY, text=text, **asked))["search"]["nodes"]]


async def test_a_hit_says_how_and_where_it_was_met(ask: Ask) -> None:
    answer = (await ask(QUERY, text="card"))["search"]
    (edge,) = answer["edges"]
    assert edge["node"] == {"id": id("tx"), "kind": "DATASET", "name": "tx"}
    assert edge["tier"] == "TEXT"
    assert edge["matches"] == [
        {"field": "DESCRIPTION", "snippet": "Card payments", "ranges": [{"offset": 0, "length": 4}]},
        {"field": "COLUMN", "snippet": "card", "ranges": [{"offset": 0, "length": 4}]},
    ]
    assert answer["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": edge["cursor"],
        "endCursor": edge["cursor"],
    }


async def test_it_is_narrowed_by_kind_namespace_and_whether_it_is_gone(ask: Ask) -> None:
    assert set(await found(ask, "fraud")) == set(ids("fraud:", "+fraud"))
    assert await found(ask, "fraud", kinds=["DEPLOYMENT", "RUN"]) == ids("+fraud")
    assert await found(ask, "fraud", kinds=[]) == []
    assert await found(ask, "clean", namespace="https://*") == ids("repo!abcd1")
    assert await found(ask, "fraud", gone=True) == []


async def test_pages_make_up_the_whole(ask: Ask) -> None:
    whole = await found(ask, "test*")
    assert len(whole) > 4
    pages: list[str] = []
    after, more = None, True
    while more:
        page = (await ask(QUERY, text="test*", first=2, after=after))["search"]
        pages += [node["id"] for node in page["nodes"]]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert pages == whole


async def test_a_cursor_is_of_one_search(ask: Ask, refuse: Refuse) -> None:
    cursor = (await ask(QUERY, text="test*", first=1))["search"]["pageInfo"]["endCursor"]
    for other in ({"text": "tes*"}, {"text": "test*", "kinds": ["RUN"]}, {"text": "test*", "namespace": "a"}):
        error = await refuse(QUERY, after=cursor, **other)
        assert error["extensions"]["code"] == "BAD_INPUT"
        assert "another list" in error["message"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"text": "x" * 401}, "401 characters"),
        ({"text": "x", "first": 0}, "`first` is 0"),
        ({"text": "x", "first": 101}, "`first` is 101"),
        ({"text": "x", "after": "nonsense"}, "`after` is no cursor"),
    ],
)
async def test_what_cannot_be_asked_is_refused(refuse: Refuse, asked: dict[str, Any], said: str) -> None:
    error = await refuse(QUERY, **asked)
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert said in error["message"]


async def test_a_search_costs_by_itself_and_for_each_that_it_may_find(store: Store) -> None:
    refuse = refusing(store, replace(Limits(), cost=1))
    error = await refuse('{ search(text: "x", first: 40) { edges { node { id } } } }')
    assert error["extensions"]["actual"] == 25 + 40
