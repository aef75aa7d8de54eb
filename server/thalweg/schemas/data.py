"""Files of data: their format, their columns, and how many rows they have."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from thalweg.model.columns import Column
from thalweg.model.formats import DATA
from thalweg.schemas import avro, extras, rows
from thalweg.schemas.reading import read

LARGEST_COUNTED = 1 << 30
"""Bytes of a file whose rows nothing but reading all of it tells; those of a larger one are not counted."""

_SIGNS = ((b"PAR1", "parquet"), (b"ARROW1", "arrow"), (b"\xff\xff\xff\xff", "arrow"), (avro.MAGIC, "avro"))


class Data(NamedTuple):
    """What a file of data says of itself. columns, rows: None where it does not."""

    format: str
    columns: tuple[Column, ...] | None
    rows: int | None


def data_of(path: Path) -> Data | None:
    """What a file says of its data, by what it holds, then by its name; None for one of no format that is known.

    Raises BadInput for one that is cut short or broken, and NotInstalled where a package is missing.
    """
    with path.open("rb") as stream:
        begin = stream.read(16)
    format = next((name for sign, name in _SIGNS if begin.startswith(sign)), None) or DATA.get(path.suffix.lower())
    if format is None:
        return None
    (table,) = read(path, format=format)
    if format in ("csv", "jsonl"):
        count = rows.count(path, format) if path.stat().st_size <= LARGEST_COUNTED else None
    else:
        count = extras.rows(path, format) if format != "avro" else None
    return Data(format, table.columns, count)
