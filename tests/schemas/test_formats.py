"""Every format of schemas: known by what it holds, read alike, and refused with a sentence where it is broken."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.schemas.files import MAKERS, NAMES, TYPES
from thalweg.model.columns import Column
from thalweg.model.errors import BadInput
from thalweg.model.types import parse
from thalweg.schemas import FORMATS, compare, read

EXACT = ["sql", "dbt", "parquet", "arrow file", "arrow stream", "avro file", "avro schema", "iceberg", "delta log",
         "delta commit"]  # fmt: skip
"""Formats that state types with their widths."""
KNOWN = tuple(Column(name, type, name != "id") for name, type in zip(NAMES, TYPES, strict=True))


def test_every_format_is_here() -> None:
    assert {format for format, _ in MAKERS.values()} == set(FORMATS)


@pytest.mark.parametrize("what", MAKERS)
def test_a_format_is_known_by_what_the_file_holds(what: str, tmp_path: Path) -> None:
    format, make = MAKERS[what]
    path = make(tmp_path)
    (table,) = read(path)
    assert table.format == format
    assert [column.name for column in table.columns or ()] == NAMES
    assert read(path, format=format) == [table]


@pytest.mark.parametrize("what", [one for one in MAKERS if one not in ("csv", "delta log", "delta commit")])
def test_a_file_may_have_any_name(what: str, tmp_path: Path) -> None:
    _, make = MAKERS[what]
    path = make(tmp_path)
    (table,) = read(path)
    assert read(path.rename(tmp_path / "schema")) == [table]


@pytest.mark.parametrize("what", EXACT)
def test_formats_that_say_types_say_the_same(what: str, tmp_path: Path) -> None:
    (table,) = read(MAKERS[what][1](tmp_path))
    assert table.columns is not None
    assert [parse(column.type or "") for column in table.columns] == [parse(text) for text in TYPES]
    assert [column.nullable for column in table.columns] == [False, True, True, True, True]
    assert not table.inferred
    assert not compare("s3://lake", KNOWN, table)


@pytest.mark.parametrize("what", sorted(set(MAKERS) - set(EXACT)))
def test_formats_that_say_kinds_contradict_no_type(what: str, tmp_path: Path) -> None:
    (table,) = read(MAKERS[what][1](tmp_path))
    known = [one for one in KNOWN if what != "csv" or one.name not in ("tags", "home")]
    comparison = compare("s3://lake", known, table)
    assert [change for change in comparison.changes if type(change).__name__ != "Add"] == []
    assert table.inferred is (what in ("csv", "jsonl"))


@pytest.mark.parametrize("what", MAKERS)
def test_a_schema_compared_with_itself_changes_nothing(what: str, tmp_path: Path) -> None:
    (table,) = read(MAKERS[what][1](tmp_path))
    for namespace in ("s3://lake", "unheard of", *(("postgres://db", "snowflake://acme") if table.native else ())):
        comparison = compare(namespace, table.columns or (), table)
        assert not comparison, (namespace, comparison)
        assert comparison.suggestions == ()


# ----------------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize("what", MAKERS)
def test_an_empty_file_is_refused(what: str, tmp_path: Path) -> None:
    path = tmp_path / MAKERS[what][1](tmp_path).name
    if path.is_dir():
        path = path / "_delta_log" / f"{0:020}.json"
    path.write_bytes(b"")
    with pytest.raises(BadInput, match="it is empty") as error:
        read(path)
    assert str(path) in str(error.value)
    assert "parquet" in error.value.hint


@pytest.mark.parametrize("what", sorted(set(MAKERS) - {"delta log", "csv"}))
def test_a_truncated_file_is_refused(what: str, tmp_path: Path) -> None:
    path = MAKERS[what][1](tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3] if what != "avro file" else whole[:100])
    with pytest.raises(BadInput, match=r"truncated|broken|no SQL|no JSON|missing|is no") as error:
        read(path)
    assert str(path) in str(error.value)
    assert error.value.hint


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_of_another_type_is_refused(format: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4)
    with pytest.raises(BadInput) as error:
        read(path, format=format)
    assert "picture.png" in str(error.value)
    assert error.value.hint


@pytest.mark.parametrize(
    ("begin", "what"),
    [
        (b"PARE....", "encrypted"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"PK\x03\x04", "ZIP"),
        (b"ORC\x00", "ORC"),
        (b"SQLite format 3\x00", "SQLite"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "Git LFS"),
        (b"hello there", "begins with 'hello'"),
        (b"[1, 2]", "a list"),
        (b'{"a": 1}', "an object of a"),
        (b"a: [1", "YAML"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_what_a_file_is_instead_is_said(begin: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / ("schema.yaml" if what == "YAML" else "schema")
    path.write_bytes(begin)
    with pytest.raises(BadInput, match=what):
        read(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"orders\.sql: it cannot be read"):
        read(tmp_path / "orders.sql")
    with pytest.raises(BadInput, match="without a Delta log"):
        read(tmp_path)


def test_a_format_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="'xml' is no format"):
        read(tmp_path, format="xml")


def test_a_file_that_is_said_to_be_another_is_refused(tmp_path: Path) -> None:
    path = MAKERS["parquet"][1](tmp_path)
    with pytest.raises(BadInput, match="it is parquet, and was said to be avro"):
        read(path, format="avro")


def test_a_text_that_is_too_large_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "orders.sql"
    with path.open("wb") as stream:
        stream.write(b"CREATE TABLE orders (id INT);")
        stream.truncate((50 << 20) + 1)  # the rest takes no room
    with pytest.raises(BadInput, match="52,428,801 bytes, too many"):
        read(path)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"type": "record", "name": "a", "fields": [{"name": "a", "type": ' + '{"type": "array", "items": ' * 900
        + '"int"' + "}" * 900 + "}]}",
        '{"properties": {"a": ' + '{"type": "array", "items": ' * 900 + "{}" + "}" * 900 + "}}",
        '{"properties": {"a": {"$ref": "#/properties/a"}}}',
        "CREATE TABLE a (b " + "ARRAY<" * 3000 + "INT" + ">" * 3000 + ");",
        "CREATE TABLE a AS SELECT " + "(" * 5000 + "1" + ")" * 5000 + " AS b;",
        "kind: DataContract\napiVersion: v3.0.0\nschema: " + "[" * 20_000,
    ],
)  # fmt: skip
def test_what_stands_in_itself_without_end_ends(text: str, tmp_path: Path) -> None:
    path = tmp_path / "schema"
    path.write_text(text)
    with suppress(BadInput):
        assert len(read(path)) == 1


def test_references_that_multiply_are_counted(tmp_path: Path) -> None:
    """Ten lists of ten aliases each, seven deep."""
    lines = ["kind: DataContract", "apiVersion: v3.0.0", "l0: &l0 {name: a, logicalType: string}"]
    for depth in range(1, 8):
        inside = ", ".join([f"*l{depth - 1}"] * 10)
        lines.append(f"l{depth}: &l{depth} {{name: a, logicalType: object, properties: [{inside}]}}")
    path = tmp_path / "contract.yaml"
    path.write_text("\n".join([*lines, "schema: [*l7]"]))
    with pytest.raises(BadInput, match="more than 100,000 fields"):
        read(path)


# ----------------------------------------------------------------------------------------------- names, absent packages


def test_one_table_of_several_is_chosen_by_the_end_of_its_name(tmp_path: Path) -> None:
    path = tmp_path / "all.sql"
    path.write_text("CREATE TABLE a.orders (x INT); CREATE TABLE b.orders (y INT); CREATE TABLE b.users (z INT);")
    assert len(read(path)) == 3
    assert [one.names for one in read(path, table="Users")] == [("b.users",)]
    assert [one.names for one in read(path, table="db.b.orders")] == [("b.orders",)]
    with pytest.raises(BadInput, match=r"may mean several of its tables: a\.orders, b\.orders"):
        read(path, table="orders")
    with pytest.raises(BadInput, match="it has no table 'items'") as error:
        read(path, table="items")
    assert "a.orders, b.orders, b.users" in error.value.hint


def test_a_table_without_a_name_is_any(tmp_path: Path) -> None:
    (table,) = read(MAKERS["parquet"][1](tmp_path), table="shop.orders")
    assert table.names == ()


@pytest.mark.parametrize(("what", "package", "extra"), [("sql", "sqlglot", "sql"), ("parquet", "pyarrow", "parquet")])
def test_a_package_that_is_not_installed_is_named(what: str, package: str, extra: str, tmp_path: Path) -> None:
    path = MAKERS[what][1](tmp_path)
    code = f"import sys; sys.modules[{package!r}] = None\nfrom pathlib import Path\nfrom thalweg.schemas import read\n"
    code += f"try: read(Path({str(path)!r}))\nexcept Exception as error: print(type(error).__name__, error)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"NotInstalled {path} is read with {package}, which is not installed.")
    assert f"pip install 'thalweg[{extra}]'" in done.stdout
