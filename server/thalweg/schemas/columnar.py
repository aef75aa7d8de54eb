"""Parquet and Arrow, by pyarrow: the footer of a Parquet file, the schema of an Arrow file or stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from thalweg.model.columns import Column
from thalweg.model.facts import Json
from thalweg.schemas.table import DEEPER, DEEPEST, Budget, Table, struct, wrong

FIELD_ID = b"PARQUET:field_id"
ARROW_FILE = b"ARROW1"


def parquet(path: Path) -> list[Table]:
    """From the footer alone, whatever the size of the file."""
    return [_table(path, "parquet", pq.read_schema, "Parquet")]


def arrow_file(path: Path) -> list[Table]:
    return [_table(path, "arrow", _of_file, "Arrow")]


def arrow_stream(path: Path) -> list[Table]:
    return [_table(path, "arrow", _of_stream, "Arrow")]


def _of_file(path: Path) -> pa.Schema:
    with pa.OSFile(str(path)) as source, pa.ipc.open_file(source) as reader:
        return reader.schema


def _of_stream(path: Path) -> pa.Schema:
    with pa.OSFile(str(path)) as source, pa.ipc.open_stream(source) as reader:
        return reader.schema


def rows(path: Path, format: str) -> int:
    """How many rows a file has: of a Parquet file by its footer, of an Arrow file by those of its batches."""
    try:
        if format == "parquet":
            return int(pq.read_metadata(path).num_rows)
        with pa.OSFile(str(path)) as source:  # no map: who cuts the file meanwhile would end the program
            if source.read(len(ARROW_FILE)) == ARROW_FILE:
                with pa.ipc.open_file(source) as file:
                    return sum(file.get_batch(number).num_rows for number in range(file.num_record_batches))
            source.seek(0)
            with pa.ipc.open_stream(source) as stream:
                return sum(batch.num_rows for batch in stream)
    except (pa.ArrowException, OSError, EOFError) as error:
        what = f"this {format} file is truncated or broken"
        raise wrong(path, what, f"Give a whole {format} file.", error) from error


def checkpoint(path: Path) -> list[Mapping[str, Json]]:
    """The `metaData` actions of a checkpoint of a Delta log."""
    try:
        file = pq.ParquetFile(path)
        if "metaData" not in file.schema_arrow.names:
            return []
        rows = file.read(columns=["metaData"]).column("metaData")
        return [one.as_py(maps_as_pydicts="lossy") for one in rows if one.is_valid]
    except (pa.ArrowException, OSError) as error:
        raise wrong(path, "this checkpoint is truncated or broken", "Give a whole `_delta_log`.", error) from error


def _table(path: Path, format: str, read: Callable[[Path], pa.Schema], what: str) -> Table:
    try:
        schema = read(path)
    except (pa.ArrowException, OSError, EOFError) as error:
        raise wrong(path, f"this {what} file is truncated or broken", f"Give a whole {what} file.", error) from error
    budget = Budget(path)
    columns = tuple(
        Column(field.name, text(field.type, budget, 0), field.nullable, _field_id(field.metadata)) for field in schema
    )
    return Table(format, columns=columns)


def _field_id(metadata: Mapping[bytes, bytes] | None) -> str | None:
    found = (metadata or {}).get(FIELD_ID)
    return found.decode() if found is not None and not found.startswith(b"-") else None


def text(type: pa.DataType, budget: Budget, depth: int) -> str:
    """A type as Arrow writes it, but for what is nested: that is written as in every format."""
    budget.spend()
    if depth > DEEPEST:
        return DEEPER
    if pa.types.is_dictionary(type):
        return text(type.value_type, budget, depth + 1)
    if pa.types.is_struct(type):
        return struct((field.name, text(field.type, budget, depth + 1)) for field in type)
    if pa.types.is_map(type):
        return f"map<{text(type.key_type, budget, depth + 1)}, {text(type.item_type, budget, depth + 1)}>"
    if pa.types.is_fixed_size_list(type):
        return f"array<{text(type.value_type, budget, depth + 1)}>[{type.list_size}]"
    if isinstance(type, pa.ListType | pa.LargeListType | pa.ListViewType | pa.LargeListViewType):
        return f"array<{text(type.value_type, budget, depth + 1)}>"
    return str(type)
