"""OpenLineage's column lineage, read."""

from __future__ import annotations

from typing import Any

import pytest

from thalweg.model.column_lineage import SourceColumn, read

OPENLINEAGE = "https://github.com/OpenLineage/OpenLineage/tree/1/integration/"


def source(column: str, *transformations: tuple[str, str], namespace: str = "s3://lake") -> dict[str, Any]:
    kinds = [{"type": type, "subtype": subtype} for type, subtype in transformations]
    return {"namespace": namespace, "name": "tx", "field": column, "transformations": kinds}


def of(column: str, namespace: str = "s3://lake") -> SourceColumn:
    return SourceColumn(namespace, "tx", column)


def fields(**columns: list[dict[str, Any]]) -> dict[str, Any]:
    return {"fields": {name: {"inputFields": sources} for name, sources in columns.items()}}


def test_a_column_is_made_of_the_columns_that_it_names() -> None:
    lineage = read(fields(total=[source("amount", ("DIRECT", "AGGREGATION")), source("rate")], plain=[]))
    assert lineage is not None
    assert lineage.columns == {"total": frozenset({of("amount"), of("rate")}), "plain": frozenset()}
    assert lineage.whole == frozenset()
    assert not lineage.predicates
    assert lineage.sources() == {of("amount"), of("rate")}


def test_a_filter_decides_over_all_columns_wherever_it_is_written() -> None:
    in_field = read(fields(total=[source("amount"), source("email", ("INDIRECT", "FILTER"))]))
    beside = read(fields(total=[source("amount")]) | {"dataset": [source("email", ("INDIRECT", "FILTER"))]})
    assert in_field is not None
    assert beside is not None
    assert in_field.whole == beside.whole == {of("email")}
    assert in_field.predicates
    assert beside.predicates
    assert in_field.sources() == beside.sources()


def test_a_condition_decides_over_the_one_column_that_it_stands_at() -> None:
    lineage = read(fields(total=[source("age", ("INDIRECT", "CONDITIONAL"))], other=[source("b")]))
    assert lineage is not None
    assert lineage.whole == frozenset()
    assert lineage.columns["total"] == {of("age")}
    assert lineage.predicates


@pytest.mark.parametrize(
    ("facet", "reported"),
    [
        (fields(a=[source("b", ("DIRECT", "IDENTITY"))]), False),
        (fields(a=[source("b")]) | {"dataset": []}, True),
        (fields(a=[source("b")]) | {"_producer": OPENLINEAGE + "spark"}, True),
        (fields(a=[source("b")]) | {"_producer": OPENLINEAGE + "dbt"}, False),
    ],
)
def test_only_some_producers_report_predicates(facet: dict[str, Any], reported: bool) -> None:
    lineage = read(facet)
    assert lineage is not None
    assert lineage.predicates is reported


def test_names_are_folded_as_their_namespace_folds() -> None:
    lineage = read(fields(a=[source("Age", namespace="snowflake://acme"), source("Age")]))
    assert lineage is not None
    assert lineage.columns["a"] == {of("age", "snowflake://acme"), of("Age")}


@pytest.mark.parametrize(
    "facet",
    [None, 1, "x", [], {}, {"fields": []}, {"fields": {}}, {"fields": None, "dataset": "x"}],
    ids=repr,
)
def test_what_says_nothing_is_no_lineage(facet: Any) -> None:
    assert read(facet) is None


def test_what_is_malformed_is_left_out() -> None:
    lineage = read({"fields": {"a": {"inputFields": [source("b"), 3, {"name": "tx"}]}, "c": 4}, "dataset": None})
    assert lineage is not None
    assert lineage.columns == {"a": frozenset({of("b")}), "c": frozenset()}
