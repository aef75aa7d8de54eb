"""What is particular to dbt, ODCS, JSON Schema, CSV and JSON Lines: promises, kinds and guesses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.schemas.files import ODCS, ROW, dbt_manifest
from thalweg.model.columns import Column, Retype
from thalweg.model.errors import BadInput
from thalweg.schemas import Table, compare, read


def only(path: Path, text: str) -> Table:
    path.write_text(text)
    (table,) = read(path)
    return table


def of(path: Path, text: str) -> tuple[Column, ...]:
    return only(path, text).columns or ()


# ------------------------------------------------------------------------------------------------------------------ dbt


def test_a_contract_that_is_enforced_names_all_columns(tmp_path: Path) -> None:
    table = only(tmp_path / "manifest.json", json.dumps(dbt_manifest()))
    assert table.names == ("sales.shop.orders", "orders", "model.shop.orders")
    assert table.columns is not None
    assert table.columns[0] == Column("id", "bigint", False, None, "KEY")
    assert table.columns[1] == Column("amount", "decimal(9, 2)", True)


def test_without_a_contract_the_catalog_names_them(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(dbt_manifest(contract={"enforced": False})))
    with pytest.raises(BadInput, match=r"\(orders…\) has an enforced contract, and there is no catalog\.json"):
        read(manifest)
    columns = {"B": {"name": "B", "type": "INTEGER", "index": 2}, "ID": {"name": "ID", "type": "BIGINT", "index": 1}}
    schema = {"dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json"}
    catalog = {"metadata": schema, "nodes": {"model.shop.orders": {"columns": columns}}, "sources": {}}
    (tmp_path / "catalog.json").write_text(json.dumps(catalog))
    assert read(manifest)[0].columns == (Column("ID", "BIGINT"), Column("B", "INTEGER"))
    (tmp_path / "catalog.json").write_text("{")
    with pytest.raises(BadInput, match=r"catalog\.json: it is JSON that is truncated"):
        read(manifest)


@pytest.mark.parametrize(
    ("version", "what"), [("manifest/v8", "a manifest of version 8"), ("catalog/v1", r"dbt's catalog\.json")]
)
def test_what_else_dbt_writes_is_refused(version: str, what: str, tmp_path: Path) -> None:
    given = dbt_manifest()
    given["metadata"]["dbt_schema_version"] = f"https://schemas.getdbt.com/dbt/{version}.json"
    with pytest.raises(BadInput, match=what):
        only(tmp_path / "manifest.json", json.dumps(given))


# ----------------------------------------------------------------------------------------------------------------- ODCS


def test_a_contract_says_types_as_its_server_means_them(tmp_path: Path) -> None:
    table = only(tmp_path / "contract.yaml", ODCS)
    assert table.names == ("sales.shop.orders", "orders")
    assert table.columns is not None
    assert table.columns[0] == Column("id", "bigint", False, None, "KEY")
    assert table.columns[1].type == "numeric(9,2)"
    assert table.kinds == {"at", "tags", "home"}
    assert not table.native


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("kind: DataContract\napiVersion: v2.2.2\nschema: []", "another form"),
        ("kind: DataContract\napiVersion: v3.0.0", "lists no objects"),
        (
            "kind: DataContract\napiVersion: v3.0.0\nschema: [{name: a, properties: [{logicalType: string}]}]",
            "of a is no",
        ),
        ("a: 1", "no data contract"),
    ],
)
def test_a_contract_that_is_none_is_refused(text: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=what):
        only(tmp_path / "contract.yaml", text)


def test_a_contract_that_is_nested_without_end_is_refused_and_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "deep.yaml").write_text("kind: " + "[" * 200_000)
    with pytest.raises(BadInput, match="it is YAML that is truncated or broken"):
        read(tmp_path / "deep.yaml")


# ---------------------------------------------------------------------------------------------------------- JSON Schema


@pytest.mark.parametrize(
    ("given", "column"),
    [
        ({"type": "integer"}, Column("a", "int(?)", False)),
        ({"type": "integer", "format": "int64"}, Column("a", "bigint", False)),
        ({"type": ["string", "null"]}, Column("a", "string", True)),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, Column("a", "decimal(?)", True)),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, Column("a", None, False)),
        ({"enum": ["x", "y", None]}, Column("a", "string", True)),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, Column("a", "map<string, int(?)>", False)),
        ({"$ref": "https://example.com/elsewhere.json"}, Column("a", None, False)),
    ],
)
def test_properties_are_columns(given: dict[str, Any], column: Column, tmp_path: Path) -> None:
    schema = {"properties": {"a": given}, "required": ["a"], "additionalProperties": False}
    table = only(tmp_path / "s.json", json.dumps(schema))
    assert table.columns == (column,)
    assert table.closed


# ------------------------------------------------------------------------------------------------------ CSV, JSON Lines


def test_types_of_a_csv_file_are_guessed_and_nulls_are_seen(tmp_path: Path) -> None:
    text = "id;zip;x;on;day;at;note\n1;01234;1;true;2026-01-02;2026-01-02 03:04;\n2;00001;2.5;false;2026-01-03;;\n"
    assert of(tmp_path / "a.csv", text) == (
        Column("id", "int(?)"), Column("zip", "string"), Column("x", "double"), Column("on", "boolean"),
        Column("day", "date"), Column("at", "timestamp(?)", True), Column("note", None, True),
    )  # fmt: skip


def test_a_guess_that_differs_is_marked(tmp_path: Path) -> None:
    table = only(tmp_path / "a.csv", "id,x\n1,2\n,b\n")
    found = compare("s3://lake", (Column("id", "int", True), Column("x", "double", True)), table)
    assert found.changes == (Retype("x", "double", "string", inferred=True),)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("1,2\n3,4\n", "holds values and no names"),
        ("a,a\n1,2\n", "a name twice"),
        ("a,b\n1\n", "row 2 has 1 cells"),
        ('a,b\n"1,2\n', "no CSV"),
    ],
)
def test_a_csv_file_without_a_header_or_with_torn_rows_is_refused(text: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=what):
        only(tmp_path / "a.csv", text)


def test_rows_of_json_lack_and_nest(tmp_path: Path) -> None:
    rows = [ROW, {"id": 2.5, "tags": None, "more": [1, 2.5]}]
    assert of(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows))) == (
        Column("id", "double"), Column("amount", "double", True), Column("at", "timestamp(?)", True),
        Column("tags", "array<string>", True), Column("home", "struct<city: string, floor: int(?)>", True),
        Column("more", "array<double>", True),
    )  # fmt: skip


def test_a_row_that_is_no_object_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="row 2 is no JSON object"):
        only(tmp_path / "a.jsonl", '{"a": 1}\n[1]\n')


def test_rows_behind_the_first_ten_thousand_are_not_read(tmp_path: Path) -> None:
    assert of(tmp_path / "a.csv", "a\n" + "1\n" * 10_000 + "x\n") == (Column("a", "int(?)"),)
