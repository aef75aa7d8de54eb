"""Hostile and careless queries are refused before they cost anything, each with a code of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from graphql import get_introspection_query

from tests.graphql.conftest import Ask, Refuse, asking, refusing
from thalweg.graphql.documents import MOST_DOCUMENTS, Documents
from thalweg.graphql.execution import Api, Asked
from thalweg.graphql.limits import Limits
from thalweg.graphql.schema import SCHEMA
from thalweg.store.open import open_store
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def store(module_address: str) -> AsyncIterator[Store]:
    """An empty store, which stays so."""
    store = await open_store(module_address)
    yield store
    await store.close()


def nested(depth: int) -> str:
    return "{ runs { nodes { " + "job { runs { nodes { " * depth + "id" + " } } }" * depth + " } } }"


REFUSED: list[tuple[str, str, str]] = [
    ("TOO_MANY_TOKENS", "tokens", "{ " + "id " * 5_001 + "}"),
    ("TOO_MANY_TOKENS", "tokens", "#\n" * 5_001 + "{ __typename }"),
    ("TOO_DEEP", "depth", nested(9)),
    ("TOO_MANY_ALIASES", "aliases", "{ " + " ".join(f"a{n}: __typename" for n in range(1_000)) + " }"),
    ("TOO_MANY_ALIASES", "aliases", "{ runs { nodes { " + " ".join(f"a{n}: id" for n in range(31)) + " } } }"),
    ("TOO_MANY_ROOT_FIELDS", "root_fields", "{ " + "__typename " * 21 + "}"),
    ("TOO_MANY_DIRECTIVES", "directives", "{ __typename " + "@include(if: true) " * 51 + "}"),
    ("TOO_MANY_NODES", "nodes", "{ runs(first: 100) { nodes { inputs(first: 100) { nodes { id } } } } }"),
    ("TOO_MANY_NODES", "nodes", '{ lineage(of: "x", maxNodes: 10000) { nodes { id } start { id } } }'),
    ("TOO_COSTLY", "cost", "{ runs(first: 100) { nodes { inputs(first: 60) { nodes { id } } } } }"),
]


@pytest.mark.parametrize(("code", "setting", "query"), REFUSED, ids=[f"{n}-{one[0]}" for n, one in enumerate(REFUSED)])
async def test_beyond_a_limit_a_query_is_refused(refuse: Refuse, code: str, setting: str, query: str) -> None:
    error = await refuse(query)
    assert error["extensions"]["code"] == code
    assert error["extensions"]["setting"] == f"THALWEG_MAX_{setting.upper()}"
    assert error["extensions"]["limit"] == getattr(Limits(), setting)
    assert error["extensions"]["actual"] > error["extensions"]["limit"]
    assert f"at most {error['extensions']['limit']} are allowed" in error["message"]


ALLOWED: list[tuple[str, str]] = [
    ("tokens", "{ " + "__typename " * 18 + "}"),
    ("depth", nested(7).replace("runs", "runs(first: 1)")),
    ("aliases", "{ runs { nodes { " + " ".join(f"a{n}: id" for n in range(30)) + " } } }"),
    ("root_fields", "{ " + "__typename " * 20 + "}"),
    ("directives", "{ __typename " + "@include(if: true) " * 0 + "}"),
    (
        "cost",
        "{ runs(first: 50) { nodes { commit { id } inputs { nodes { id } } outputs { nodes { id } } } } }",
    ),
    ("nodes", '{ lineage(of: "model:x", maxNodes: 9999) { nodes { id } start { id } } }'),
]


@pytest.mark.parametrize(("setting", "query"), ALLOWED, ids=[setting for setting, _ in ALLOWED])
async def test_within_a_limit_a_query_is_answered(ask: Ask, setting: str, query: str) -> None:
    assert await ask(query)


async def test_graphiql_reads_the_schema_within_the_limits(ask: Ask) -> None:
    query = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    assert (await ask(query))["__schema"]["queryType"]["name"] == "Query"


async def test_fifty_runs_with_three_lists_cost_what_they_may_fetch(store: Store) -> None:
    query = "{ runs(first: 50) { nodes { commit { id } inputs { nodes { id } } outputs { nodes { id } } } } }"
    error = await refusing(store, replace(Limits(), cost=1))(query)
    assert error["extensions"]["actual"] == 50 * (1 + 1 + 25 + 25)


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query ($n: Int) { runs(first: $n) { nodes { inputs(first: $n) { nodes { id } } } } }", {"n": 100}),
        ("query ($n: Int = 100) { runs(first: $n) { nodes { inputs(first: $n) { nodes { id } } } } }", {}),
        (
            "query ($n: Int) { runs(first: 100) { ...part } } "
            "fragment part on RunConnection { nodes { inputs(first: $n) { nodes { id } } } }",
            {"n": 100},
        ),
    ],
)
async def test_what_variables_and_fragments_ask_for_is_charged(
    refuse: Refuse, query: str, variables: dict[str, Any]
) -> None:
    assert (await refuse(query, **variables))["extensions"]["code"] == "TOO_MANY_NODES"


async def test_many_relations_of_a_walk_are_charged(refuse: Refuse) -> None:
    error = await refuse('{ lineage(of: "x", maxNodes: 6000) { nodes { entity { id } } } }')
    assert error["extensions"]["code"] in ("TOO_COSTLY", "TOO_MANY_NODES")


async def test_fragments_that_grow_by_doubling_are_measured_and_not_spread(refuse: Refuse) -> None:
    doubling = " ".join(f"fragment f{n} on Run {{ ...f{n + 1} ...f{n + 1} }}" for n in range(60))
    query = f"{{ runs {{ nodes {{ ...f0 }} }} }} {doubling} fragment f60 on Run {{ id }}"
    error = await refuse(query)
    assert error["extensions"]["code"] == "TOO_MANY_TOKENS"
    assert error["extensions"]["actual"] > 2**60


async def test_fragments_in_a_circle_are_a_mistake_and_no_trap(refuse: Refuse) -> None:
    error = await refuse("{ runs { nodes { ...a } } } fragment a on Run { ...b } fragment b on Run { ...a }")
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize("query", ["{a" * 4_000 + "}" * 4_000, "{ a(x: " + "[" * 4_000 + "]" * 4_000 + ") }"])
async def test_a_document_nested_thousands_deep_is_refused(store: Store, query: str) -> None:
    error = await refusing(store, replace(Limits(), tokens=20_000))(query)
    assert error["extensions"]["code"] == "TOO_DEEP"


async def test_a_chain_of_a_thousand_fragments_is_refused(refuse: Refuse) -> None:
    chain = " ".join(f"fragment f{n} on Run {{ job {{ runs {{ nodes {{ ...f{n + 1} }} }} }} }}" for n in range(200))
    error = await refuse(f"{{ runs {{ nodes {{ ...f0 }} }} }} {chain} fragment f200 on Run {{ id }}")
    assert error["extensions"]["code"] == "TOO_DEEP"


async def test_validation_stops_after_a_few_errors(store: Store) -> None:
    answer = await Api(store).answer(Asked("{ a b c d e f g h i j k }"), _nobody())
    assert len(answer.body["errors"]) == Limits().errors + 1
    assert "Too many validation errors" in answer.body["errors"][-1]["message"]


def _nobody() -> Any:
    from thalweg.model.facts import Caller

    return Caller(request_id="r")


async def test_a_limit_is_a_setting(store: Store) -> None:
    assert (await refusing(store, replace(Limits(), depth=2))("{ runs { nodes { id } } }"))["extensions"]["limit"] == 2
    assert await asking(store, replace(Limits(), first=500))("{ runs(first: 500) { nodes { id } } }")


def test_a_document_is_read_once_and_kept_within_a_bound() -> None:
    documents = Documents(SCHEMA._schema, Limits())
    first = documents.operation("{ __typename }", None)
    assert documents.operation("{ __typename }", None) is first
    for n in range(MOST_DOCUMENTS):
        documents.operation(f"{{ a{n}: __typename }}", None)
    assert documents.operation("{ __typename }", None) is not first
