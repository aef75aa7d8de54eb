# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["mlflow-skinny==3.17.2", "numpy==2.4.6", "pandas==3.1.1", "polars==2.1.0", "pyarrow==26.0.1"]
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///
"""What the client makes of frames of the real pandas and polars, and of a signature of the real MLflow, as JSON:
`uv run --script make_frames.py`.

Beside the frames stands what Arrow makes of the same, where that is possible.
"""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema, TensorSpec

from thalweg.client.frames import columns, names, table
from thalweg.client.signature import signature
from thalweg.client.values import number, pairs, step, text

NOW = datetime.datetime(2026, 5, 2, 8)

POLARS = pl.DataFrame(
    {
        "i8": pl.Series([1, 2], dtype=pl.Int8),
        "i64": [1, None],
        "u32": pl.Series([1, 2], dtype=pl.UInt32),
        "f32": pl.Series([1, 2], dtype=pl.Float32),
        "f64": [0.5, None],
        "flag": [True, False],
        "text": ["a", None],
        "blob": [b"a", b"b"],
        "day": [NOW.date(), None],
        "clock": [NOW.time(), None],
        "naive": pl.Series([NOW, NOW], dtype=pl.Datetime("ms")),
        "zoned": pl.Series([NOW, NOW], dtype=pl.Datetime("ns", "UTC")),
        "took": pl.Series([1, 2], dtype=pl.Duration("us")),
        "price": pl.Series([Decimal("1.25"), None], dtype=pl.Decimal(10, 2)),
        "kind": pl.Series(["a", "b"], dtype=pl.Categorical),
        "level": pl.Series(["a", "b"], dtype=pl.Enum(["a", "b"])),
        "list": [[1], [2, 3]],
        "array": pl.Series([[1.0, 2.0], [3.0, 4.0]], dtype=pl.Array(pl.Float32, 2)),
        "struct": [{"lat": 1.0, "tags": ["a"]}, {"lat": 2.0, "tags": []}],
        "nothing": [None, None],
    }
)

PANDAS = pd.DataFrame(
    {
        "i64": [1, 2],
        "u8": np.array([1, 2], dtype="uint8"),
        "f32": np.array([1, 2], dtype="float32"),
        "f64": [0.5, None],
        "flag": [True, False],
        "Int64": pd.array([1, None], dtype="Int64"),
        "string": pd.array(["a", None], dtype="string"),
        "boolean": pd.array([True, None], dtype="boolean"),
        "kind": pd.Categorical([1.5, 2.5]),
        "naive": pd.to_datetime([NOW, NOW]).as_unit("ns"),
        "zoned": pd.to_datetime([NOW, NOW], utc=True).as_unit("us"),
        "took": pd.to_timedelta([1, 2], unit="s"),
        "arrow": pd.array([1, None], dtype=pd.ArrowDtype(pa.int32())),
        "object": [{"a": 1}, [1]],
        1: [1, 2],
        "str": ["a", None],
        ("two", "levels"): [0.5, 0.5],
    }
)


class Mine(pd.DataFrame):
    """As geopandas has one."""


SIGNATURE = ModelSignature(
    inputs=Schema([ColSpec(DataType.long, "age"), ColSpec(DataType.string, "city", required=False)]),
    outputs=Schema([TensorSpec(np.dtype("float64"), (-1, 2))]),
)


def main() -> None:
    schema = POLARS.to_arrow().schema
    stated = pa.Schema.from_pandas(PANDAS.drop(columns=["object", 1, ("two", "levels"), "kind"]), preserve_index=False)
    print(
        json.dumps(
            {
                "polars": {
                    **table(POLARS)._asdict(),
                    "lazy": columns(POLARS.lazy()),
                    "lazy rows": table(POLARS.lazy()).rows,
                    "series": columns(pl.Series("n", [1])),
                    "schema": columns(POLARS.schema),
                    "types": columns({"a": pl.Int64, "b": pl.List(pl.Utf8)}),
                    "arrow": {field.name: str(field.type) for field in schema},
                },
                "pandas": {
                    **table(PANDAS)._asdict(),
                    "series": columns(pd.Series([1], name="n")),
                    "subclass": table(Mine(PANDAS))._asdict(),
                    "dtypes": columns(PANDAS.dtypes),
                    "dictionary of dtypes": columns(PANDAS.dtypes.to_dict()),
                    "types of numpy": columns({"a": np.float64, "b": np.dtype("int32"), "c": np.str_, "d": np.bool_}),
                    "names": names(pd.DataFrame([[1, 2]]).columns),
                    "row": pairs(PANDAS[["i64", "string"]].iloc[0], {}),
                    "arrow": {field.name: str(field.type) for field in stated} | {"kind": "double"},
                },
                "signature": signature(SIGNATURE),
                "as a dictionary": signature(SIGNATURE.to_dict()),
                "numbers": {
                    "float32": number(np.float32(0.5)),
                    "int64": number(np.int64(3)),
                    "array": number(np.array([0.25])),
                    "bool": number(np.bool_(True)),
                    "step": step(np.int32(7)),
                    "text": text(np.float64(0.5)),
                },
            }
        )
    )


main()
