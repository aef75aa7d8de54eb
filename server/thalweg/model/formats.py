"""Formats of files of data, by how the names of files end."""

from __future__ import annotations

from collections.abc import Mapping

DATA: Mapping[str, str] = {
    ".parquet": "parquet", ".pq": "parquet", ".arrow": "arrow", ".feather": "arrow", ".ipc": "arrow",
    ".arrows": "arrow", ".avro": "avro", ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}  # fmt: skip
