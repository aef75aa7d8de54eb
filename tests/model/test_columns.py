"""Columns, and when two names are one."""

from __future__ import annotations

import pytest

from thalweg.model.columns import Column, columns_of, fold, folded


@pytest.mark.parametrize(
    ("namespace", "same"),
    [
        ("snowflake://acme-eu", True),
        ("postgres://db.example.com:5432", True),
        ("bigquery", True),
        ("hive://meta:9083", True),
        ("arn:aws:glue:eu-west-1:123456789012", True),
        ("s3://lake", False),
        ("file://laptop", False),
        ("anything", False),
    ],
)
def test_databases_fold_the_case_of_columns_and_files_do_not(namespace: str, same: bool) -> None:
    assert (fold(namespace, "Age") == fold(namespace, "AGE")) is same
    assert folded(namespace, ["Age", "AGE"]) == ({"age"} if same else {"Age", "AGE"})


def test_a_version_without_columns_is_not_one_with_none() -> None:
    assert columns_of({}) is None
    assert columns_of({"columns": []}) == ()
    assert columns_of({"columns": [{"name": "age", "type": "int", "nullable": False, "role": "KEY"}]}) == (
        Column("age", "int", False, None, "KEY"),
    )
