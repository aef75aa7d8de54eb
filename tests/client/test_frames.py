"""Frames say what they are made of in words that the model reads: Arrow here, pandas and polars in their own place."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow
import pytest

import thalweg
from tests.cli.program import environment
from tests.client.conftest import Kept
from thalweg.client.frames import columns, table
from thalweg.model.errors import BadInput
from thalweg.model.signatures import Input, inputs, type_text
from thalweg.model.types import Base, parse

HERE = Path(__file__).parent

ARROW = pyarrow.schema(
    [
        pyarrow.field("id", pyarrow.int64(), nullable=False),
        ("amount", pyarrow.decimal128(10, 2)),
        ("at", pyarrow.timestamp("us", tz="UTC")),
        ("tags", pyarrow.list_(pyarrow.string())),
        ("where", pyarrow.struct([("lat", pyarrow.float64())])),
        ("city", pyarrow.dictionary(pyarrow.int32(), pyarrow.string())),
    ]
)


@pytest.mark.parametrize(
    ("frame", "rows"),
    [
        (ARROW.empty_table(), 0),
        (pyarrow.Table.from_pylist([{"id": 1}, {"id": 2}], schema=ARROW), 2),
        (pyarrow.RecordBatch.from_pylist([{"id": 1}], schema=ARROW), 1),
        (ARROW, None),
    ],
    ids=["empty table", "table", "batch", "schema"],
)
def test_arrow_gives_its_schema_and_its_rows(frame: Any, rows: int | None) -> None:
    found = table(frame)
    assert found.rows == rows
    assert found.columns == columns(frame)
    assert found.columns is not None
    assert found.columns[0] == {"name": "id", "type": "int64", "nullable": False}
    assert [column["name"] for column in found.columns] == ARROW.names
    assert Base.OTHER not in {parse(column["type"]).base for column in found.columns}


def test_a_table_with_too_many_columns_gives_its_rows_alone() -> None:
    wide = pyarrow.table({f"c{number}": [1, 2] for number in range(10_001)})
    assert table(wide) == (None, 2)


@pytest.mark.parametrize(
    "given", [5, "a", [1], [{"type": "int"}], [{"name": "a", "colour": "red"}], [{"name": "a", "role": "X"}]]
)
def test_what_is_no_table_is_said(given: Any) -> None:
    with pytest.raises(BadInput):
        columns(given)


def test_a_frame_that_is_read_says_what_was_read_at_least(kept: Kept) -> None:
    frame = pyarrow.table({"b": [1], "a": [2]})
    with thalweg.run("train") as run:
        run.reads("s3://lake/tx", version="1", frame=frame)
        run.reads("s3://lake/orders", version="1", frame=frame, columns=["a"])
        run.reads("s3://lake/tx", version="1", columns=["c"])
    read = {
        edge["source"]["datasetVersion"]["name"]: (edge["columns"], edge["covers"]) for edge, _ in kept.things("reads")
    }
    assert read == {"tx": (["a", "b", "c"], "PROJECTION"), "orders": (["a"], "DECLARED")}


def test_a_frame_that_is_written_gives_columns_and_rows(kept: Kept) -> None:
    with thalweg.run("train") as run:
        run.writes("s3://lake/scores", frame=pyarrow.table({"id": [1, 2]}))
    ((_, stated),) = kept.things("writes")
    assert (stated["columns"], stated["rows"]) == ([{"name": "id", "type": "int64", "nullable": True}], 2)


@pytest.fixture(scope="module")
def others() -> dict[str, Any]:
    """What frames and a signature came to in an environment that has pandas, polars and MLflow."""
    command = [str(Path(sys.executable).with_name("uv")), "run", "--script", str(HERE / "make_frames.py")]
    package = str(Path(thalweg.__file__).parents[1])
    done = subprocess.run(command, env=environment(PYTHONPATH=package), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_polars_is_read_as_arrow_would_have_it(others: dict[str, Any]) -> None:
    frame = others["polars"]
    assert (frame["rows"], frame["lazy rows"]) == (2, None)
    assert frame["columns"] == frame["lazy"]
    for column in frame["columns"]:
        assert parse(column["type"]) == parse(frame["arrow"][column["name"]]), column
    assert [column["name"] for column in frame["columns"] if parse(column["type"]).base is Base.OTHER] == []
    assert frame["series"] == [{"name": "n", "type": "int64"}]


def test_a_schema_of_polars_is_read_as_a_frame_is(others: dict[str, Any]) -> None:
    assert others["polars"]["schema"] == others["polars"]["columns"]
    assert others["polars"]["types"] == [{"name": "a", "type": "int64"}, {"name": "b", "type": "list<string>"}]


def test_types_of_pandas_are_read_as_a_frame_of_them_is(others: dict[str, Any]) -> None:
    frame = others["pandas"]
    assert frame["dtypes"] == frame["dictionary of dtypes"] == frame["columns"]
    assert frame["subclass"] == {"columns": frame["columns"], "rows": 2}
    assert [column["type"] for column in frame["types of numpy"]] == ["float64", "int32", "string", "boolean"]
    assert frame["names"] == ["0", "1"]
    assert frame["row"] == {"i64": "1", "string": "a"}


def test_pandas_is_read_by_its_types(others: dict[str, Any]) -> None:
    frame = others["pandas"]
    assert frame["rows"] == 2
    by_name = {column["name"]: column for column in frame["columns"]}
    for name, stated in frame["arrow"].items():
        assert parse(by_name[name]["type"]) == parse(stated), by_name[name]
    assert {name for name, column in by_name.items() if column.get("nullable") is False} == {"i64", "u8", "flag", "1"}
    assert "two.levels" in by_name
    assert by_name["object"]["type"] == "object"
    assert frame["series"] == [{"name": "n", "type": "int64", "nullable": False}]


def test_a_signature_of_mlflow_is_read(others: dict[str, Any]) -> None:
    stated = others["signature"]
    assert stated == others["as a dictionary"]
    found = inputs(stated)
    assert found is not None
    assert found.columns == (Input("age", "long", True), Input("city", "string", False))
    assert type_text(stated["outputs"][0]) == "tensor<float64, -1x2>"


def test_scalars_of_numpy_are_numbers(others: dict[str, Any]) -> None:
    assert others["numbers"] == {"float32": 0.5, "int64": 3, "array": 0.25, "bool": 1.0, "step": 7, "text": "0.5"}
