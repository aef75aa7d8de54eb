"""Which columns MLflow itself takes for which type of a signature; runs in the environment of MLflow, never in ours.

Columns are Arrow's, as Parquet gives them, and become pandas' as pyarrow has it. Each is tried with several batches of
values, all without nulls, then with one; it is taken where MLflow takes every batch.
"""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from mlflow.exceptions import MlflowException
from mlflow.models.utils import _enforce_schema
from mlflow.types.schema import Array, ColSpec, DataType, Schema, TensorSpec

DAY = dt.date(2026, 1, 2)
INSTANT = dt.datetime(2026, 1, 2, 3, 4, 5)
ZONE = dt.UTC

COLUMNS: dict[str, tuple[pa.DataType, list[list[Any]]]] = {
    **{
        f"{sign}int{bits}": (
            getattr(pa, f"{sign}int{bits}")(),
            [[0, 1], [0 if sign else -5, 100], [2 ** (bits if sign else bits - 1) - 1, 3]],
        )
        for sign in ("", "u")
        for bits in (8, 16, 32, 64)
    },
    "float16": (pa.float16(), [[np.float16(0), np.float16(1)], [np.float16(0.5), np.float16(-2.25)]]),
    "float32": (pa.float32(), [[0.0, 1.0], [0.5, -2.25]]),
    "float64": (pa.float64(), [[0.0, 1.0], [0.1, 1e300]]),
    "decimal(9,2)": (pa.decimal128(9, 2), [[decimal.Decimal("0.25"), decimal.Decimal("1.50")]]),
    "boolean": (pa.bool_(), [[True, False]]),
    "string": (pa.string(), [["a", "b"], ["1", "2"]]),
    "binary": (pa.binary(), [[b"a", b"bcd"]]),
    "date": (pa.date32(), [[DAY, DAY]]),
    "time(6)": (pa.time64("us"), [[INSTANT.time(), INSTANT.time()]]),
    "timestamp[s]": (pa.timestamp("s"), [[INSTANT, INSTANT]]),
    "timestamp[us]": (pa.timestamp("us"), [[INSTANT, INSTANT]]),
    "timestamp[ns]": (pa.timestamp("ns"), [[INSTANT, INSTANT]]),
    "timestamp[us, tz=UTC]": (pa.timestamp("us", "UTC"), [[INSTANT.replace(tzinfo=ZONE)] * 2]),
    "list<item: double>": (pa.list_(pa.float64()), [[[0.5, 1.5], [2.5]]]),
    "list<item: int64>": (pa.list_(pa.int64()), [[[5, 7], [2**40]]]),
    "list<item: string>": (pa.list_(pa.string()), [[["a", "b"], ["c"]]]),
    "fixed_size_list<item: double>[3]": (pa.list_(pa.float64(), 3), [[[0.5, 1.5, 2.5], [3.5, 4.5, 5.5]]]),
    "fixed_size_list<item: double>[4]": (pa.list_(pa.float64(), 4), [[[0.5, 1.5, 2.5, 3.5], [4.5, 5.5, 6.5, 7.5]]]),
    "fixed_size_list<item: float>[3]": (pa.list_(pa.float32(), 3), [[[0.5, 1.5, 2.5], [3.5, 4.5, 5.5]]]),
    "map<string, int64>": (pa.map_(pa.string(), pa.int64()), [[{"a": 5}, {"b": 7}]]),
    "struct<a: int64>": (pa.struct([("a", pa.int64())]), [[{"a": 5}, {"a": 7}]]),
    "duration[us]": (pa.duration("us"), [[dt.timedelta(1), dt.timedelta(2)]]),
}
WANTED: dict[str, Any] = {
    **{one.name: ColSpec(one, "x") for one in DataType},
    **{
        f"array<{one.name}>{'' if required else '?'}": ColSpec(Array(one), "x", required=required)
        for one in (DataType.double, DataType.long, DataType.string)
        for required in (True, False)
    },
    "tensor<float64, -1x3>": TensorSpec(np.dtype("float64"), (-1, 3), "x"),
    "tensor<float64, -1>": TensorSpec(np.dtype("float64"), (-1,), "x"),
}
"""By what a signature states; behind one that is not required stands a `?`."""


def enforced() -> list[tuple[str, str, bool, bool]]:
    """For each type of a signature and each type of a column: with nulls or without, and whether it is taken."""
    found = []
    for column, (arrow, batches) in COLUMNS.items():
        for nulls in (False, True):
            given = [[*batch, None] if nulls else batch for batch in batches]
            frames = [pa.table({"x": pa.array(batch, arrow)}).to_pandas() for batch in given]
            for wanted, spec in WANTED.items():
                found.append((wanted, column, nulls, all(_takes(Schema([spec]), frame.copy()) for frame in frames)))
    return found


def _takes(schema: Schema, frame: pd.DataFrame) -> bool:
    try:
        _enforce_schema(frame, schema)
    except (MlflowException, TypeError, ValueError):
        return False
    return True
