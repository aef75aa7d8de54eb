"""What is particular to Parquet, Arrow, Iceberg, Delta, Avro: ids, aliases, logs, and columns drawn at random."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.schemas.files import AVRO, DELTA_FIELDS, ICEBERG, delta_commit, delta_field
from thalweg.model.columns import Column, Rename, Retype
from thalweg.model.errors import BadInput
from thalweg.model.types import Base, parse
from thalweg.schemas import compare, read

# ------------------------------------------------------------------------------------------------------- Parquet, Arrow


def test_field_ids_of_parquet_make_renames(tmp_path: Path) -> None:
    def field(name: str, number: int) -> pa.Field:
        return pa.field(name, pa.int64(), metadata={"PARQUET:field_id": str(number)})

    pq.write_table(pa.schema([field("id", 1), field("years", 2)]).empty_table(), tmp_path / "new.parquet")
    (table,) = read(tmp_path / "new.parquet")
    assert table.columns == (Column("id", "int64", True, "1"), Column("years", "int64", True, "2"))
    known = (Column("id", "bigint", True, "1"), Column("age", "bigint", True, "2"))
    assert compare("s3://lake", known, table).changes == (Rename("age", "years"),)


LEAVES = st.sampled_from(
    [
        pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(), pa.float32(),
        pa.float64(), pa.string(), pa.binary(), pa.bool_(), pa.date32(), pa.timestamp("ms"), pa.timestamp("us", "UTC"),
        pa.timestamp("ns"), pa.time64("us"), pa.decimal128(9, 2), pa.decimal128(38, 0), pa.binary(16),
        pa.dictionary(pa.int32(), pa.string()),
    ]
)  # fmt: skip
NAMES = st.text("aZ_ é:<>,`\"'", min_size=1, max_size=5)


def _inside(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return (
        inner.map(pa.list_)
        | inner.map(lambda one: pa.list_(one, 3))
        | inner.map(lambda one: pa.map_(pa.string(), one))
        | st.dictionaries(NAMES.map(str.strip).filter(bool), inner, min_size=1, max_size=2).map(
            lambda fields: pa.struct(list(fields.items()))
        )
    )


SCHEMAS = st.dictionaries(NAMES, st.tuples(st.recursive(LEAVES, _inside, max_leaves=3), st.booleans()), max_size=4).map(
    lambda drawn: pa.schema([pa.field(name, type, nullable) for name, (type, nullable) in drawn.items()])
)


@given(SCHEMAS, st.sampled_from(["parquet", "arrow", "arrows"]))
@settings(max_examples=60, deadline=None)
def test_columns_that_were_written_are_read_as_they_were(schema: Any, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"drawn.{suffix}"
        if suffix == "parquet":
            pq.write_table(schema.empty_table(), path)
        else:
            with (pa.ipc.new_file if suffix == "arrow" else pa.ipc.new_stream)(path, schema):
                pass
        (table,) = read(path)
    assert table.columns is not None
    assert [(one.name, one.nullable) for one in table.columns] == [(one.name, one.nullable) for one in schema]
    assert all(parse(one.type or "").base is not Base.OTHER for one in table.columns)
    assert not compare("s3://lake", [one._replace() for one in table.columns], table)


# -------------------------------------------------------------------------------------------------------------- Iceberg


def iceberg(file: Path, **more: Any) -> tuple[Column, ...]:
    file.write_text(json.dumps({**ICEBERG, **more}))
    (table,) = read(file)
    assert table.columns is not None
    return table.columns


def test_iceberg_names_the_current_of_its_schemas_with_ids_and_roles(tmp_path: Path) -> None:
    spec = {"spec-id": 0, "fields": [{"source-id": 3, "transform": "identity"}, {"source-id": 2, "transform": "day"}]}
    found = iceberg(tmp_path / "m.json", **{"partition-specs": [spec]})
    assert [(one.name, one.field_id, one.role) for one in found] == [
        ("id", "1", "KEY"), ("amount", "2", None), ("at", "3", "PARTITION"), ("tags", "4", None), ("home", "6", None),
    ]  # fmt: skip
    before = iceberg(tmp_path / "m.json", **{"current-schema-id": 0})
    assert before == (Column("id", "int", False, "1"),)
    (table,) = read(tmp_path / "m.json")
    assert table.names == ("s3://lake/shop/orders",)


def test_iceberg_of_the_first_version_has_one_schema(tmp_path: Path) -> None:
    given = {"format-version": 1, "location": "s3://a/b", "schema": ICEBERG["schemas"][0]}
    (tmp_path / "m.json").write_text(json.dumps(given))
    (table,) = read(tmp_path / "m.json")
    assert table.columns == (Column("id", "int", False, "1"),)


def test_iceberg_whose_current_schema_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"current-schema-id \(7\) is none of its schemas"):
        iceberg(tmp_path / "m.json", **{"current-schema-id": 7})


# ---------------------------------------------------------------------------------------------------------------- Delta


def commit(log: Path, version: int, text: str) -> None:
    (log / f"{version:020}.json").write_text(text)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "orders" / "_delta_log"
    folder.mkdir(parents=True)
    return folder


ADDED = '{"add": {"path": "a.parquet"}}\n'


def test_the_last_metadata_of_a_log_holds_the_schema(log: Path) -> None:
    commit(log, 0, delta_commit(DELTA_FIELDS))
    mapped = [delta_field("years", "integer", True, **{"delta.columnMapping.id": 7}), delta_field("day", "date")]
    commit(log, 1, delta_commit(mapped, ("day",), **{"delta.columnMapping.mode": "name"}))
    commit(log, 2, ADDED)
    (table,) = read(log.parent)
    assert table.columns == (Column("years", "integer", True, "7"), Column("day", "date", True, None, "PARTITION"))
    assert table.names == ("orders",)
    assert read(log) == [table]


def test_ids_count_only_where_the_log_maps_columns_by_them(log: Path) -> None:
    commit(log, 0, delta_commit([delta_field("a", "integer", True, **{"delta.columnMapping.id": 7})]))
    (table,) = read(log)
    assert table.columns == (Column("a", "integer", True, None),)


def test_an_instant_of_delta_is_no_clock(log: Path) -> None:
    commit(log, 0, delta_commit([delta_field("a", "timestamp"), delta_field("b", "timestamp_ntz")]))
    (table,) = read(log)
    assert [parse(one.type or "").base for one in table.columns or ()] == [Base.ZONED, Base.TIMESTAMP]


@pytest.mark.parametrize("parts", [1, 2])
def test_before_the_commits_stands_a_checkpoint(log: Path, parts: int) -> None:
    action = json.loads(delta_commit(DELTA_FIELDS).splitlines()[1])["metaData"]
    kept = {"id": action["id"], "schemaString": action["schemaString"], "partitionColumns": []}
    for part in range(1, parts + 1):
        rows = [kept if part == parts else None, None]
        schema = pa.struct(
            [("id", pa.string()), ("schemaString", pa.string()), ("partitionColumns", pa.list_(pa.string()))]
        )
        several = f".{part:010}.{parts:010}" if parts > 1 else ""
        column = pa.array(rows, schema)
        pq.write_table(pa.table({"metaData": column}), log / f"{10:020}.checkpoint{several}.parquet")
    (log / "_last_checkpoint").write_text('{"version": 10, "size": 2}')
    commit(log, 11, ADDED)
    (table,) = read(log.parent)
    assert [one.name for one in table.columns or ()] == [one["name"] for one in DELTA_FIELDS]


def test_a_log_that_is_not_whole_is_refused(log: Path) -> None:
    with pytest.raises(BadInput, match="neither commits nor checkpoints"):
        read(log)
    commit(log, 2, ADDED)
    with pytest.raises(BadInput, match="commit 1 is missing"):
        read(log)
    (log / f"{1:020}.checkpoint.{1:010}.{2:010}.parquet").write_bytes(b"PAR1")
    with pytest.raises(BadInput, match="commit 1 is missing"):
        read(log)
    (log / f"{1:020}.checkpoint.parquet").write_bytes(b"PAR1")
    with pytest.raises(BadInput, match="checkpoint is truncated"):
        read(log)


def test_a_commit_that_changes_no_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(ADDED)
    with pytest.raises(BadInput, match="changes no schema"):
        read(tmp_path / "c.json")


# ----------------------------------------------------------------------------------------------------------------- Avro


def avro(file: Path, *fields: dict[str, Any], **more: Any) -> Any:
    file.write_text(json.dumps({"type": "record", "name": "r", "fields": fields, **more}))
    (table,) = read(file)
    return table


@pytest.mark.parametrize(
    ("type", "text", "nullable"),
    [
        ("int", "int", False),
        (["string", "null"], "string", True),
        (["null", "int", "string"], "union<int, string>", True),
        ("null", "null", True),
        ({"type": "long", "logicalType": "timestamp-millis"}, "timestamptz(3)", False),
        ({"type": "int", "logicalType": "date"}, "date", False),
        ({"type": "long", "logicalType": "no such"}, "long", False),
        ({"type": "fixed", "name": "f", "size": 16}, "fixed[16]", False),
        ({"type": "fixed", "name": "f", "size": 4, "logicalType": "decimal", "precision": 9}, "decimal(9, 0)", False),
        ({"type": "enum", "name": "e", "symbols": ["A", "B"]}, "enum('A', 'B')", False),
        ({"type": "map", "values": "long"}, "map<string, long>", False),
        ({"type": {"type": "array", "items": ["null", "int"]}}, "array<int>", False),
    ],
)
def test_types_of_avro(type: Any, text: str, nullable: bool, tmp_path: Path) -> None:
    assert avro(tmp_path / "a.avsc", {"name": "a", "type": type}).columns == (Column("a", text, nullable),)


def test_a_named_type_is_known_where_it_is_named_again_and_one_in_itself_has_an_end(tmp_path: Path) -> None:
    point = {"type": "record", "name": "p", "namespace": "n", "fields": [{"name": "x", "type": "int"}]}
    node = {"type": "record", "name": "node", "fields": [{"name": "next", "type": ["null", "node"]}]}
    fields: list[dict[str, Any]] = [
        {"name": "a", "type": point},
        {"name": "b", "type": "n.p"},
        {"name": "c", "type": node},
    ]
    found = avro(tmp_path / "a.avsc", *fields).columns
    assert [one.type for one in found] == ["struct<x: int>", "struct<x: int>", "struct<next: node>"]


def test_an_alias_of_avro_makes_a_rename(tmp_path: Path) -> None:
    table = avro(tmp_path / "a.avsc", {"name": "years", "type": "long", "aliases": ["age"]}, namespace="shop")
    assert table.names == ("shop.r", "r")
    found = compare("s3://lake", (Column("age", "int", False),), table)
    assert found.changes == (Rename("age", "years"), Retype("age", "int", "long"))


def test_a_file_of_records_says_the_schema_that_it_was_written_with(tmp_path: Path) -> None:
    with (tmp_path / "a.avro").open("wb") as stream:
        fastavro.writer(stream, fastavro.parse_schema(AVRO), [{"id": 1}], metadata={"a": "b" * 5000})
    (table,) = read(tmp_path / "a.avro")
    assert table.names == ("shop.orders", "orders")


AVRO_TYPES = st.recursive(
    st.sampled_from(["boolean", "int", "long", "float", "double", "bytes", "string"]),
    lambda inner: (
        inner.map(lambda one: {"type": "array", "items": one}) | inner.map(lambda one: {"type": "map", "values": one})
    ),
    max_leaves=3,
)


@given(
    st.dictionaries(st.from_regex(r"\A[A-Za-z_]\w{0,4}\Z", fullmatch=True).filter(str.isascii), AVRO_TYPES, max_size=4)
)
@settings(max_examples=40, deadline=None)
def test_columns_written_as_avro_are_read_as_they_were(fields: dict[str, Any]) -> None:
    schema = {"type": "record", "name": "r", "fields": [{"name": name, "type": one} for name, one in fields.items()]}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawn"
        with path.open("wb") as stream:
            fastavro.writer(stream, fastavro.parse_schema(schema), [])
        (table,) = read(path)
    assert [one.name for one in table.columns or ()] == list(fields)
    assert all(parse(one.type or "").base is not Base.OTHER for one in table.columns or ())
    assert not compare("s3://lake", [one._replace() for one in table.columns or ()], table)


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ('{"type": "enum", "name": "e", "symbols": []}', "no record"),
        ('{"type": "record", "name": "r", "fields": [{"type": "int"}]}', "no name or no type"),
    ],
)
def test_a_schema_of_avro_without_columns_is_refused(given: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "a.avsc").write_text(given)
    with pytest.raises(BadInput, match=what):
        read(tmp_path / "a.avsc")
