"""One table, as each format describes it: a file each, made by the format's own tool where there is one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq

SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("amount", pa.decimal128(9, 2)),
        pa.field("at", pa.timestamp("us")),
        pa.field("tags", pa.list_(pa.string())),
        pa.field("home", pa.struct([("city", pa.string()), ("floor", pa.int32())])),
    ]
)
NAMES = ["id", "amount", "at", "tags", "home"]
TYPES = ["bigint", "decimal(9, 2)", "timestamp", "array<string>", "struct<city: string, floor: int>"]

SQL = """
-- what the shop sells
CREATE TABLE shop.orders (
    id BIGINT NOT NULL PRIMARY KEY,
    amount DECIMAL(9, 2),
    at TIMESTAMP,
    tags ARRAY<VARCHAR>,
    home STRUCT<city VARCHAR, floor INT>
);
"""
AVRO: dict[str, Any] = {
    "type": "record", "name": "orders", "namespace": "shop", "fields": [
        {"name": "id", "type": "long"},
        {"name": "amount", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}]},
        {"name": "at", "type": ["null", {"type": "long", "logicalType": "local-timestamp-micros"}]},
        {"name": "tags", "type": ["null", {"type": "array", "items": "string"}]},
        {"name": "home", "type": ["null", {"type": "record", "name": "home", "fields": [
            {"name": "city", "type": "string"}, {"name": "floor", "type": "int"}]}]},
    ],
}  # fmt: skip
ICEBERG: dict[str, Any] = {
    "format-version": 2, "table-uuid": "9c12d441-03fe-4693-9a96-a0705ddf69c1", "location": "s3://lake/shop/orders",
    "last-column-id": 9, "current-schema-id": 1, "default-spec-id": 0,
    "partition-specs": [{"spec-id": 0, "fields": []}],
    "schemas": [
        {"type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "id", "required": True, "type": "int"}]},
        {"type": "struct", "schema-id": 1, "identifier-field-ids": [1], "fields": [
            {"id": 1, "name": "id", "required": True, "type": "long"},
            {"id": 2, "name": "amount", "required": False, "type": "decimal(9, 2)"},
            {"id": 3, "name": "at", "required": False, "type": "timestamp"},
            {"id": 4, "name": "tags", "required": False,
             "type": {"type": "list", "element-id": 5, "element": "string", "element-required": False}},
            {"id": 6, "name": "home", "required": False, "type": {"type": "struct", "fields": [
                {"id": 7, "name": "city", "required": False, "type": "string"},
                {"id": 8, "name": "floor", "required": False, "type": "int"}]}},
        ]},
    ],
}  # fmt: skip


def delta_field(name: str, type: Any, nullable: bool = True, **metadata: Any) -> dict[str, Any]:
    return {"name": name, "type": type, "nullable": nullable, "metadata": metadata}


DELTA_FIELDS = [
    delta_field("id", "long", False),
    delta_field("amount", "decimal(9,2)"),
    delta_field("at", "timestamp_ntz"),
    delta_field("tags", {"type": "array", "elementType": "string", "containsNull": True}),
    delta_field("home", {"type": "struct", "fields": [delta_field("city", "string"), delta_field("floor", "integer")]}),
]


def delta_commit(fields: list[dict[str, Any]], partitions: tuple[str, ...] = (), **configuration: str) -> str:
    metadata = {
        "id": "5a2b3c4d", "name": None, "format": {"provider": "parquet"}, "partitionColumns": partitions,
        "schemaString": json.dumps({"type": "struct", "fields": fields}), "configuration": configuration,
    }  # fmt: skip
    actions = [
        {"commitInfo": {"operation": "CREATE TABLE"}},
        {"metaData": metadata},
        {"protocol": {"minReaderVersion": 1}},
    ]
    return "".join(json.dumps(action) + "\n" for action in actions)


ODCS = """
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
servers:
  - {server: production, type: postgres, database: sales, schema: shop}
schema:
  - name: orders
    properties:
      - {name: id, physicalType: int8, primaryKey: true}
      - {name: amount, logicalType: number, physicalType: "numeric(9,2)"}
      - {name: at, logicalType: timestamp}
      - {name: tags, logicalType: array, items: {logicalType: string}}
      - name: home
        logicalType: object
        properties:
          - {name: city, logicalType: string}
          - {name: floor, logicalType: integer}
"""
JSON_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "orders", "type": "object", "required": ["id"],
    "properties": {
        "id": {"type": "integer"}, "amount": {"type": ["number", "null"]},
        "at": {"type": "string", "format": "date-time"},
        "tags": {"type": "array", "items": {"type": "string"}}, "home": {"$ref": "#/$defs/home"},
    },
    "$defs": {"home": {"type": "object", "properties": {"city": {"type": "string"}, "floor": {"type": "integer"}}}},
}  # fmt: skip
ROW = {"id": 1, "amount": 1.5, "at": "2026-01-02T03:04:05", "tags": ["a"], "home": {"city": "Ulm", "floor": 3}}


def dbt_manifest(**node: Any) -> dict[str, Any]:
    """A manifest with one model, whose contract is enforced unless it says otherwise."""
    named = dict(zip(NAMES, TYPES, strict=True))
    columns = {
        name: {"name": name, "data_type": type, "constraints": [{"type": "not_null"}] if name == "id" else []}
        for name, type in named.items()
    }
    model = {
        "resource_type": "model", "name": "orders", "relation_name": '"sales"."shop"."orders"', "columns": columns,
        "contract": {"enforced": True, "checksum": "ab"}, "constraints": [{"type": "primary_key", "columns": ["id"]}],
        **node,
    }  # fmt: skip
    metadata = {
        "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json", "adapter_type": "duckdb",
    }  # fmt: skip
    test = {"resource_type": "test", "name": "not_null_orders_id"}
    return {"metadata": metadata, "nodes": {"model.shop.orders": model, "test.shop.x": test}, "sources": {}}


def _parquet(folder: Path) -> Path:
    pq.write_table(SCHEMA.empty_table(), folder / "orders.parquet")
    return folder / "orders.parquet"


def _arrow_file(folder: Path) -> Path:
    with pa.ipc.new_file(folder / "orders.arrow", SCHEMA):
        pass
    return folder / "orders.arrow"


def _arrow_stream(folder: Path) -> Path:
    with pa.ipc.new_stream(folder / "orders.arrows", SCHEMA):
        pass
    return folder / "orders.arrows"


def _avro(folder: Path) -> Path:
    with (folder / "orders.avro").open("wb") as stream:
        fastavro.writer(stream, fastavro.parse_schema(AVRO), [], codec="deflate")
    return folder / "orders.avro"


def _delta(folder: Path) -> Path:
    log = folder / "orders" / "_delta_log"
    log.mkdir(parents=True)
    (log / f"{0:020}.json").write_text(delta_commit(DELTA_FIELDS))
    (log / f"{1:020}.json").write_text(json.dumps({"add": {"path": "a.parquet"}}) + "\n")
    return folder / "orders"


def _of_text(name: str, text: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_text(text, "utf-8")
        return folder / name

    return write


MAKERS: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "sql": ("sql", _of_text("orders.sql", SQL)),
    "dbt": ("dbt", _of_text("manifest.json", json.dumps(dbt_manifest()))),
    "parquet": ("parquet", _parquet),
    "arrow file": ("arrow", _arrow_file),
    "arrow stream": ("arrow", _arrow_stream),
    "avro file": ("avro", _avro),
    "avro schema": ("avro", _of_text("orders.avsc", json.dumps(AVRO))),
    "iceberg": ("iceberg", _of_text("v3.metadata.json", json.dumps(ICEBERG))),
    "delta log": ("delta", _delta),
    "delta commit": ("delta", _of_text(f"{0:020}.json", delta_commit(DELTA_FIELDS))),
    "json schema": ("json-schema", _of_text("orders.schema.json", json.dumps(JSON_SCHEMA))),
    "odcs": ("odcs", _of_text("contract.yaml", ODCS)),
    "csv": ("csv", _of_text("orders.csv", "id,amount,at,tags,home\n1,1.5,2026-01-02T03:04:05,a,Ulm\n")),
    "jsonl": ("jsonl", _of_text("orders.jsonl", json.dumps(ROW) + "\n" + json.dumps(ROW) + "\n")),
}
"""By what it is: the name of its format, and what writes it into a folder."""
