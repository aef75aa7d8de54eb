"""The parts of an export, by pyarrow: attributes, some thousand rows at a time, whatever the size of the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from thalweg.importers.neptune.attributes import MILLION, Row
from thalweg.importers.parts import Wrong

ROWS = 8_192
"""Rows that are held at once as Python has them."""

_TYPES = {
    "project_id": "string",
    "run_id": "string",
    "attribute_path": "string",
    "attribute_type": "string",
    "step": "decimal128(18, 6)",
    "timestamp": "timestamp[ms, tz=UTC]",
    "int_value": "int64",
    "float_value": "double",
    "string_value": "string",
    "bool_value": "bool",
    "datetime_value": "timestamp[ms, tz=UTC]",
    "string_set_value": "list<element: string>",
    "file_value": "struct<path: string>",
}
"""The columns that are read, as the exporter writes them; it has one more, for histograms."""

_VALUES = {
    "int": "int_value",
    "float": "float_value",
    "string": "string_value",
    "bool": "bool_value",
    "datetime": "datetime_value",
    "string_set": "string_set_value",
    "float_series": "float_value",
    "string_series": "string_value",
    "file": "file_value",
    "file_set": "file_value",
    "artifact": "file_value",
}
"""In which column the value of a type stands."""


def rows(part: Path) -> Iterator[Row]:
    """The rows of a part. Raises Wrong for a column that is missing or of another type, OSError for what is no Parquet,
    or is cut short.
    """
    try:
        with pq.ParquetFile(part) as file:
            _check(file.schema_arrow)
            # Most runs are small, and threads take longer to come together than to read one.
            for batch in file.iter_batches(batch_size=ROWS, columns=list(_TYPES), use_threads=False):
                yield from _of(batch)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise OSError(" ".join(str(error).split())) from error


def _check(schema: pa.Schema) -> None:
    for name, type in _TYPES.items():
        place = schema.get_field_index(name)
        if place < 0:
            raise Wrong((name,), None, f"must be a column of type {type}")
        found = str(schema.field(place).type).replace("list<item:", "list<element:")  # as older releases name it
        if found != type:
            raise Wrong((name,), found, f"must be of type {type}")


def _of(batch: pa.RecordBatch) -> Iterator[Row]:
    columns: dict[str, Sequence[Any]] = {name: _list(batch.column(name), _TYPES[name]) for name in _TYPES}
    named = zip(*(columns[name] for name in ("project_id", "run_id", "attribute_path", "attribute_type")), strict=True)
    for place, (project, id, path, type) in enumerate(named):
        for name, text in (("project_id", project), ("run_id", id), ("attribute_path", path), ("attribute_type", type)):
            if not text:
                raise Wrong((name,), text, "must be text that is not empty, in every row")
        value = columns[_VALUES[type]][place] if type in _VALUES else None
        yield Row(project, id, path, type, columns["step"][place], columns["timestamp"][place], value)


def _list(column: pa.Array, type: str) -> Sequence[Any]:
    if column.null_count == len(column):
        return [None] * len(column)
    if type.startswith("decimal"):
        column = pc.cast(pc.multiply(column, pa.scalar(Decimal(MILLION))), pa.int64())
    elif type.startswith("timestamp"):
        column = pc.cast(column, pa.int64())
    elif type.startswith("struct"):
        column = pc.struct_field(column, "path")
    found: Sequence[Any] = column.to_pylist()
    return found
