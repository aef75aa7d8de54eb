"""One thing, by id, by name, or by natural key."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facts import id
from tests.graphql.conftest import Ask, Refuse
from thalweg.store.store import Store

pytestmark = pytest.mark.anyio


@pytest.fixture
def store(standing_shop: Store) -> Store:
    return standing_shop


async def test_an_id_gives_its_entity_and_its_kind(ask: Ask) -> None:
    data = await ask("query ($id: ID!) { node(id: $id) { __typename id } }", id=id("fraud/2"))
    assert data == {"node": {"__typename": "ModelVersion", "id": id("fraud/2")}}


@pytest.mark.parametrize("unknown", ["ds_" + "a" * 26, "ds_short", "nothing", "", "\u0000", "run:*"])
async def test_an_unknown_id_is_null(ask: Ask, unknown: str) -> None:
    assert await ask("query ($id: ID!) { node(id: $id) { id } }", id=unknown) == {"node": None}


async def test_several_ids_are_answered_in_their_order_with_null_for_the_unknown(ask: Ask) -> None:
    wanted = [id("tx"), "nothing", id("*clean")]
    data = await ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=wanted)
    assert data["nodes"] == [{"id": id("tx")}, None, {"id": id("*clean")}]


async def test_more_than_a_hundred_ids_are_refused(refuse: Refuse) -> None:
    error = await refuse("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[id("tx")] * 101)
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert error["message"] == "`ids` holds 101 ids, and may hold 100. Ask in several queries."


NATURAL: list[tuple[str, str]] = [
    ('dataset(namespace: "test", name: "tx")', "tx"),
    ('datasetVersion(namespace: "test", name: "tx", version: "1")', "tx@1"),
    ('repository(url: "git@git.test:repo.git")', "repo!"),
    ('commit(repository: "https://git.test/repo", sha: "61626364310")', "repo!abcd1"),
    ('commit(sha: "61626364320")', "repo!abcd2"),
    ('job(namespace: "test", name: "clean")', "^clean"),
    ('run(namespace: "test", runId: "clean")', "*clean"),
    ('model(namespace: "test", name: "fraud")', "fraud:"),
    ('modelVersion(namespace: "test", model: "fraud", version: "1")', "fraud/1"),
    ('modelVersion(namespace: "test", model: "fraud", alias: "champion")', "fraud/2"),
    ('deployment(namespace: "test", name: "fraud")', "+fraud"),
    ('release(namespace: "test", deployment: "fraud", revision: "1")', "+fraud#1"),
]


@pytest.mark.parametrize(("field", "word"), NATURAL, ids=[field for field, _ in NATURAL])
async def test_a_natural_key_names_a_thing_with_its_namespace_and_without(ask: Ask, field: str, word: str) -> None:
    bare = field.replace('namespace: "test", ', "")
    data = await ask(f"{{ whole: {field} {{ id }} bare: {bare} {{ id }} }}")
    assert data == {"whole": {"id": id(word)}, "bare": {"id": id(word)}}


@pytest.mark.parametrize("field", [field for field, _ in NATURAL])
async def test_a_key_that_nothing_bears_is_null(ask: Ask, field: str) -> None:
    other = (
        field.replace('"tx"', '"no"')
        .replace('"clean"', '"no"')
        .replace('"fraud"', '"no"')
        .replace("/repo", "/no")
        .replace("test:repo", "test:no")
    )
    other = other.replace("6162", "9999")
    assert list((await ask(f"{{ {other} {{ id }} }}")).values()) == [None]


async def test_a_short_sha_that_several_commits_begin_with_lists_them(refuse: Refuse) -> None:
    error = await refuse('{ commit(repository: "https://git.test/repo", sha: "616263643") { id } }')
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert id("repo!abcd1") in error["message"]
    assert id("repo!abcd2") in error["message"]


@pytest.mark.parametrize("sha", ["616263", "not a sha", "6" * 41])
async def test_what_is_no_sha_is_said_so(refuse: Refuse, sha: str) -> None:
    error = await refuse("query ($sha: String!) { commit(sha: $sha) { id } }", sha=sha)
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert "7 to 40 hexadecimal digits" in error["message"]


@pytest.mark.parametrize("given", ["", ', version: "1", alias: "champion"'])
async def test_a_model_version_is_named_by_its_version_or_an_alias(refuse: Refuse, given: str) -> None:
    error = await refuse(f'{{ modelVersion(model: "fraud"{given}) {{ id }} }}')
    assert error["extensions"]["code"] == "BAD_INPUT"


REFERENCES: list[tuple[str, str]] = [
    (id("tx"), "tx"),
    ("tx", "tx"),
    ("dataset:tx", "tx"),
    ("dataset:tx@1", "tx@1"),
    ("model:fraud", "fraud:"),
    ("model:fraud/2", "fraud/2"),
    ("model:fraud@champion", "fraud/2"),
    ("job:clean", "^clean"),
    ("run:clean", "*clean"),
    ("commit:61626364310", "repo!abcd1"),
    ("deployment:test/fraud", "+fraud"),
    ("release:test/fraud/2", "+fraud#2"),
]


@pytest.mark.parametrize(("text", "word"), REFERENCES, ids=[text for text, _ in REFERENCES])
async def test_a_text_names_an_entity_as_people_name_it(ask: Ask, text: str, word: str) -> None:
    assert await ask("query ($of: String!) { entity(of: $of) { id } }", of=text) == {"entity": {"id": id(word)}}


@pytest.mark.parametrize("name", ["dataset:/", "s3://", "://", "\0", "*", "%", "'; DROP TABLE node; --", "x" * 5_000])
async def test_a_strange_name_is_unknown_and_no_fault(ask: Ask, name: str) -> None:
    query = "query ($n: String!) { dataset(name: $n) { id } model(name: $n) { id } run(runId: $n) { id } }"
    data = await ask(query, n=name)
    assert data["model"] is None
    assert data["run"] is None


async def test_the_attributes_of_a_thing_are_what_was_stated(ask: Ask) -> None:
    data = await ask(
        """{ dataset(name: "tx") {
          kind namespace name description owners known goneAt origins extra
          tags { key value } some: tags(keys: ["tier", "none"]) { key }
        } }"""
    )
    assert data["dataset"] == {
        "kind": "DATASET",
        "namespace": "test",
        "name": "tx",
        "description": "Card payments",
        "owners": ["risk@shop.test"],
        "known": True,
        "goneAt": None,
        "origins": ["api"],
        "extra": None,
        "tags": [{"key": "pii", "value": "yes"}, {"key": "tier", "value": "gold"}],
        "some": [{"key": "tier"}],
    }


async def test_numbers_of_64_bits_times_of_microseconds_and_columns_arrive_whole(ask: Ask) -> None:
    data = await ask('{ datasetVersion(name: "tx", version: "1") { rows createdAt columns { name type nullable } } }')
    assert data["datasetVersion"] == {
        "rows": 10**12,
        "createdAt": "2026-01-01T00:00:00.000000Z",
        "columns": [
            {"name": "amount", "type": "double", "nullable": False},
            {"name": "card", "type": None, "nullable": None},
        ],
    }


async def test_nan_and_infinity_survive_as_text(ask: Ask) -> None:
    query = "query ($id: String!) { run(runId: $id) { metrics { key last best } } }"
    runs: list[dict[str, Any]] = [(await ask(query, id=f"train{number}"))["run"] for number in (1, 2)]
    assert runs[0]["metrics"] == [
        {"key": "auc", "last": 0.81, "best": 0.81},
        {"key": "loss", "last": "NaN", "best": "NaN"},
    ]
    assert runs[1]["metrics"][1]["last"] == "Infinity"


async def test_a_stub_is_known_only_as_the_end_of_a_relation(store: Store, ask: Ask) -> None:
    data = await ask('{ datasetVersion(name: "features", version: "1") { known name version columns { name } } }')
    assert data["datasetVersion"] == {"known": False, "name": "features", "version": "1", "columns": None}


async def test_whom_a_name_means_is_told_with_the_laws_and_the_entity(ask: Ask) -> None:
    query = "query ($of: String!) { identity(of: $of) { name laws entity { id } joins { alias } } }"
    found = (await ask(query, of=" dataset:tx"))["identity"]
    assert found == {"name": None, "laws": [], "entity": {"id": id("tx")}, "joins": []}
    unknown = (await ask(query, of="s3a://nobody/knows"))["identity"]
    assert (unknown["name"], unknown["entity"], len(unknown["laws"])) == ("dataset:s3://nobody/knows", None, 1)
