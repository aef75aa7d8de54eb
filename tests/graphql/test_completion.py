"""Lists that are completed by generated code come out exactly as the executor's own way would have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import ExecutionResult, execute_sync, parse, validate
from strawberry import Schema, field, type
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from thalweg.graphql import completion, enums
from thalweg.graphql.completion import Completing
from thalweg.graphql.scalars import SCALARS, DateTime, Json, Long, MetricValue
from thalweg.model.kinds import Kind


@type
class Inner:
    text: str
    deep: Inner | None


@type
class Thing:
    text: str
    maybe: str | None
    whole: int
    long: Long
    number: float
    metric: MetricValue
    flag: bool
    at: DateTime
    kind: enums.Kind
    texts: list[str]
    json: Json | None
    inner: Inner | None
    sure: Inner

    @field
    def worked_out(self) -> str:
        return f"of {self.text}"


@type
class Query:
    @field
    def things(self) -> list[Thing]:
        return GIVEN

    @field
    def maybe(self) -> list[Thing | None]:
        return GIVEN  # type: ignore[return-value]


GIVEN: list[Thing] = []
SCHEMA = Schema(query=Query, config=StrawberryConfig(scalar_map=SCALARS))


def thing(n: int, **changed: Any) -> Thing:
    made: dict[str, Any] = {
        "text": f"t{n}",
        "maybe": None if n % 2 else "yes",
        "whole": n,
        "long": 2**60 + n,
        "number": n / 7,
        "metric": float("nan") if n % 3 else "Infinity",
        "flag": bool(n % 2),
        "at": n,
        "kind": Kind.RUN,
        "texts": [str(n), "x"],
        "json": {"n": [n, None]} if n % 2 else None,
        "inner": Inner(text="in", deep=None) if n % 2 else None,
        "sure": Inner(text="s", deep=Inner(text="d", deep=None)),
        **changed,
    }
    return Thing(**made)


SELECTIONS = [
    "text",
    "text again: text __typename",
    "text maybe whole long number metric flag at kind texts json",
    "inner { text } sure { text deep { text deep { text } } }",
    "... on Thing { text } ...part",
    "text @include(if: false) maybe @skip(if: false)",
    "text workedOut",
    "sure { t: text } sure { deep { text } }",
]


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    completion._kept.clear()
    yield
    GIVEN.clear()


def both(query: str) -> tuple[ExecutionResult, ExecutionResult]:
    document = parse(query)
    assert validate(SCHEMA._schema, document) == []
    own = execute_sync(SCHEMA._schema, document, executor_class=StrawberryGraphQLCoreExecutionContext)
    return own, execute_sync(SCHEMA._schema, document, executor_class=Completing)


def shown(result: ExecutionResult) -> tuple[str, list[Any]]:
    return repr(result.data), [error.formatted for error in result.errors or ()]


def query(selection: str, name: str = "things") -> str:
    part = " fragment part on Thing { whole inner { text } }" if "...part" in selection else ""
    return f"{{ {name} {{ {selection} }} }}{part}"


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("count", [0, 1, completion.FEWEST, 50])
def test_a_list_is_completed_as_ever(selection: str, count: int) -> None:
    GIVEN[:] = [thing(n) for n in range(count)]
    own, generated = both(query(selection))
    assert shown(generated) == shown(own)
    assert own.errors is None


def test_a_selection_of_attributes_is_generated_once_and_kept() -> None:
    GIVEN[:] = [thing(n) for n in range(20)]
    both(query("text kind"))
    both(query("text kind"))
    assert len(completion._kept) == 1
    both(query("text workedOut"))
    assert len(completion._kept) == 1, "a resolver is the executor's"
    both(query("text kind", "maybe"))
    assert len(completion._kept) == 1, "the same selection, whichever list it is of"


WRONG: list[dict[str, Any]] = [
    {"text": None},
    {"text": 7},
    {"text": ["x"]},
    {"maybe": 7.5},
    {"whole": 2**31},
    {"whole": "7"},
    {"whole": True},
    {"whole": 7.0},
    {"number": float("inf")},
    {"number": 7},
    {"number": None},
    {"flag": 1},
    {"flag": "yes"},
    {"at": 10**18},
    {"at": None},
    {"long": None},
    {"metric": None},
    {"kind": None},
    {"kind": "RUN"},
    {"kind": []},
    {"kind": enums.Kind.RUN},
    {"texts": ("a", "b")},
    {"texts": ["a", None]},
    {"texts": [1]},
    {"texts": None},
    {"sure": None},
    {"inner": "no object"},
    {"sure": Inner(text=None, deep=None)},  # type: ignore[arg-type]
    {"text": ValueError("an error as a value")},
]


@pytest.mark.parametrize("name", ["things", "maybe"])
@pytest.mark.parametrize("changed", WRONG, ids=[str(one) for one in WRONG])
def test_what_is_not_as_expected_is_the_executors_to_say(changed: dict[str, Any], name: str) -> None:
    GIVEN[:] = [thing(n, **(changed if n == 17 else {})) for n in range(20)]
    own, generated = both(
        query("text maybe whole long number metric flag at kind texts inner { text } sure { text }", name)
    )
    assert shown(generated) == shown(own)


@pytest.mark.parametrize("name", ["things", "maybe"])
@pytest.mark.parametrize("item", [None, "no object", Inner(text="x", deep=None)])
def test_an_item_of_another_kind_is_the_executors_to_say(item: Any, name: str) -> None:
    GIVEN[:] = [*(thing(n) for n in range(20)), item]
    own, generated = both(query("text", name))
    assert shown(generated) == shown(own)


def test_the_functions_that_are_kept_are_bounded() -> None:
    GIVEN[:] = [thing(n) for n in range(10)]
    for n in range(completion.MOST_KEPT + 10):
        execute_sync(SCHEMA._schema, parse(query(f"a{n}: text")), executor_class=Completing)
    assert len(completion._kept) == completion.MOST_KEPT
