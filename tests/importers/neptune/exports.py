"""Exports for tests: the recorded ones, and small ones of whatever rows, in the columns of the exporter."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from thalweg.importers import neptune
from thalweg.importers.reading import Reading
from thalweg.model.facts import EntityFact, Granule

RECORDED = Path(__file__).parent / "recorded"
CHURN = "acme_churn-6837243fdc5a0b74"
"""What the exporter calls the folder of the project acme/churn."""
CLS_1 = f"data/{CHURN}/CLS-1-fdab79b7d987bde9_part_0.parquet"
SCHEMA = pq.read_schema(RECORDED / "churn" / CLS_1)

Row = Mapping[str, Any]


def copied(name: str, to: Path) -> Path:
    """A recorded export that may be changed."""
    return Path(shutil.copytree(RECORDED / name, to / name))


def sanitized(name: str) -> str:
    plain = "".join(letter if letter.isalnum() or letter in "_-" else "_" for letter in name)
    return f"{plain}-{blake2b(name.encode(), digest_size=8).hexdigest()}"


def row(path: str, type: str, **more: Any) -> dict[str, Any]:
    return {"project_id": "acme/churn", "run_id": "CLS-9", "attribute_path": path, "attribute_type": type, **more}


def text(path: str, value: str) -> dict[str, Any]:
    return row(path, "string", string_value=value)


ID = text("sys/id", "CLS-9")
"""Without it, it counts as not exported whole."""


def written(data: Path, rows: Iterable[Row], *, below: str = "", part: int = 0, schema: pa.Schema = SCHEMA) -> Path:
    """Writes a part of the thing CLS-9."""
    file = data / sanitized("acme/churn") / below / f"{sanitized('CLS-9')}_part_{part}.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), file)
    return file


def read(place: Path, **options: Any) -> tuple[list[Granule], Reading]:
    """One pass, with `everything`."""
    reading = neptune.read(place, source="prod", everything=True, **options)
    return list(reading.granules), reading


def only(place: Path, **options: Any) -> tuple[Granule, EntityFact]:
    """The one granule there is, and what it is of, where nothing is odd."""
    (granule,), reading = read(place, **options)
    assert (reading.warnings, reading.refusals, reading.complete) == ([], [], True)
    return granule, granule.entities[0]
