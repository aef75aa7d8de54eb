"""What a signature says of the columns that a model takes, and which columns pass it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.model.signatures import Input, accepts, inputs, type_text
from thalweg.model.types import ColumnType, parse

KEPT = {"inputs": [{"name": "age", "type": "long", "nullable": False}, {"name": "plan", "type": "string"}]}
"""As an importer keeps it."""
RAW = [{"type": "long", "name": "age", "required": True}, {"type": "string", "name": "plan", "required": False}]
"""As MLflow writes it."""


def test_a_signature_that_was_imported_names_columns_with_their_types() -> None:
    found = inputs(KEPT)
    assert found is not None
    assert found.columns == (Input("age", "long", True), Input("plan", "string", True))
    assert found.named
    assert not found.tensor


@pytest.mark.parametrize("given", [RAW, json.dumps(RAW)])
def test_what_mlflow_writes_is_read_as_well(given: Any) -> None:
    found = inputs({"inputs": given})
    assert found is not None
    assert found.columns == (Input("age", "long", True), Input("plan", "string", False))


@pytest.mark.parametrize(
    "given",
    [[{"name": "[0]", "type": "long"}, {"name": "[1]", "type": "double"}], [{"type": "long"}, {"type": "double"}]],
)
def test_columns_without_names_are_known_by_their_places(given: Any) -> None:
    found = inputs({"inputs": given})
    assert found is not None
    assert not found.named
    assert found.columns == (Input(None, "long", True), Input(None, "double", True))


@pytest.mark.parametrize(
    "given",
    [
        {"name": "[0]", "type": "tensor<float64, -1x3>"},
        {"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 3]}},
    ],
)
def test_a_tensor_is_known_by_its_type_and_shape(given: Any) -> None:
    found = inputs({"inputs": [given]})
    assert found is not None
    assert found.tensor
    assert found.columns == (Input(None, "tensor<float64, -1x3>", True),)


def test_an_older_release_says_optional() -> None:
    found = inputs({"inputs": [{"name": "age", "type": "long", "optional": True}]})
    assert found is not None
    assert found.columns == (Input("age", "long", False),)


@pytest.mark.parametrize(
    "signature", [None, {}, [], "x", {"inputs": []}, {"inputs": "[{"}, {"inputs": [3]}, {"inputs": 3}]
)
def test_where_nothing_can_be_read_nothing_is_said(signature: Any) -> None:
    assert inputs(signature) is None


def test_a_signature_may_be_nested_without_end() -> None:
    nested: Any = "long"
    for _ in range(5000):
        nested = {"type": "array", "items": nested}
    assert inputs({"inputs": [{"name": "a", **nested}]}) is None


def test_types_in_types_are_written_out() -> None:
    spec = {"type": "object", "properties": {"b": {"type": "map", "values": "long"}, "a": {"type": "double"}}}
    assert type_text({"type": "array", "items": spec}) == "array<object<a: double, b: map<long>>>"


@pytest.mark.parametrize(
    ("wanted", "column", "nullable", "answer"),
    [
        ("integer", "int", False, True),
        ("integer", "bigint", False, False),  # a widening that the reader refuses
        ("double", "int", False, True),
        ("double", "bigint", False, False),
        ("double", "bigint", True, False),  # a batch may be without nulls
        ("float", "double", None, False),
        ("long", "bigint", False, True),
        ("long", "bigint", True, False),  # whole numbers with nulls are floats to pandas
        ("long", "bigint", None, None),
        ("double", "int", None, True),
        ("datetime", "timestamp", None, True),
        ("datetime", "timestamptz", None, False),
        ("string", "varchar(5)", None, True),
        ("string", "int", None, False),
        ("string", "binary", None, None),
        ("long", "int(?)", False, None),
        ("long", "geography", False, None),
        ("array<double>", "array<float>", False, True),
        ("array<long>", "array<double>", False, False),
        ("array<double>", "double", False, False),
        ("tensor<float64, -1x3>", "array<double>[3]", False, True),
        ("tensor<float64, -1x3>", "array<double>[4]", False, False),
        ("tensor<float64, -1x3>", "double", False, None),
        ("object<a: long>", "struct<a: bigint>", False, None),
        ("object<a: long>", "bigint", False, False),
        ("no such type", "bigint", False, None),
    ],
)
def test_a_reader_has_a_rule_of_its_own(wanted: str, column: str, nullable: bool | None, answer: bool | None) -> None:
    assert accepts(wanted, parse(column), nullable) is answer


TYPES = st.sampled_from(
    ["int", "bigint", "double", "string", "array<float>[3]", "map<int,int>", "xml", "int(?)", "int128"]
)


@given(st.text() | st.text("tensor<array>float64, -1x3", max_size=30), TYPES.map(parse), st.none() | st.booleans())
@settings(deadline=None)
def test_no_signature_is_an_error(wanted: str, column: ColumnType, nullable: bool | None) -> None:
    assert accepts(wanted, column, nullable) in (True, False, None)
