"""What the formats of files tell: columns and rows, of a file and of a folder of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from tests.importers.files.test_files import names, sha256, versions, write
from thalweg.importers import files
from thalweg.sync.describing import Describing

TABLE = pa.table({"id": [1, 2, 3], "name": ["a", "b", None]})
COLUMNS = [{"name": "id", "type": "int64", "nullable": True}, {"name": "name", "type": "string", "nullable": True}]


def test_formats_tell_columns_and_rows(tmp_path: Path) -> None:
    root = write(
        tmp_path / "shop",
        {
            "a.csv": b'id,said\n1,"two\nlines"\n\n2,x\n',
            "b.jsonl": b'{"id": 1}\n\n{"id": 2}\n',
            "notes.json": b'{"$schema": "https://json-schema.org/draft/2020-12/schema", "properties": {"a": {}}}',
        },
    )
    pq.write_table(TABLE, root / "c.parquet")
    pq.write_table(TABLE, root / "named-otherwise")
    pyarrow.feather.write_feather(TABLE, root / "d.feather")
    with pa.ipc.new_stream(root / "e.arrows", TABLE.schema) as stream:
        stream.write_table(TABLE)
        stream.write_table(TABLE)
    found = {name: props for (name, _), props in versions(files.read([root], root=root, describe=Describing())).items()}
    told = {name: (props.get("format"), props.get("columns"), props.get("rows")) for name, props in found.items()}
    assert told == {
        "/a.csv": ("csv", [{"name": "id", "type": "int(?)"}, {"name": "said", "type": "string"}], 2),
        "/b.jsonl": ("jsonl", [{"name": "id", "type": "int(?)"}], 2),
        "/c.parquet": ("parquet", COLUMNS, 3),
        "/d.feather": ("arrow", COLUMNS, 3),
        "/e.arrows": ("arrow", COLUMNS, 6),
        "/named-otherwise": ("parquet", COLUMNS, 3),
        "/notes.json": ("json", None, None),
    }


def test_a_folder_has_the_columns_that_all_its_files_have(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"data/_SUCCESS": b""})
    for part in ("1", "2"):
        pq.write_table(TABLE, root / f"data/part-{part}.parquet")

    def read() -> tuple[dict[str, Any], list[str]]:
        reading = files.read([root / "data"], root=root, as_folder=True, describe=Describing())
        (props,) = versions(reading).values()
        return props, reading.warnings

    props, warnings = read()
    assert (props["format"], props["columns"], props["rows"], warnings) == ("parquet", COLUMNS, 6, [])
    pq.write_table(TABLE.select(["id"]), root / "data/part-3.parquet")
    props, warnings = read()
    assert not props.keys() & {"columns", "rows", "format"}
    assert warnings == ["data was taken without columns: its files do not all have the same ones."]


@pytest.mark.parametrize(
    ("ending", "parts"),
    [
        ("csv", ["x,y\n1,2\n", "x,y\n3,\n"]),
        ("csv", ["x,y\n1,2\n", "x,y\n"]),
        ("csv", ["x,y\n", "x,y\n"]),
        ("csv", ["x,y\n1,2\n", "x,y\n1,2.5\n"]),
        ("csv", ["x,y\n1,2026-05-01\n", "x,y\n,2026-05-01 10:00:00\n"]),
        ("csv", ["x,y\n1,2026-05-01\n", "x,y\n1,7\n", "x,y\n1,2.5\n"]),
        ("tsv", ["x\ty\n1\ttrue\n", "x\ty\n1\tno\n"]),
        ("jsonl", ['{"x": 1}\n', '{"x": null}\n']),
        ("jsonl", ['{"x": 1}\n', '{"x": 2.5, "y": "a"}\n']),
        ("jsonl", ['{"x": {"a": 1}}\n', '{"x": {"a": 1}}\n']),
        ("jsonl", ['{"x": {"a": 1}}\n', '{"x": {"a": "b"}}\n', '{"x": 1}\n']),
    ],
)
def test_what_was_guessed_of_parts_is_what_is_guessed_of_all_their_rows(
    tmp_path: Path, ending: str, parts: list[str]
) -> None:
    root = write(tmp_path / "shop", {f"data/{n}.{ending}": part.encode() for n, part in enumerate(parts)})
    rest = [part if ending == "jsonl" else part.partition("\n")[2] for part in parts[1:]]
    write(root, {f"whole.{ending}": "".join([parts[0], *rest]).encode()})
    reading = files.read([root / "data", root / f"whole.{ending}"], root=root, as_folder=True, describe=Describing())
    whole, folder = versions(reading).values()
    assert whole["columns"]
    assert [folder[name] for name in ("format", "columns", "rows")] == [
        whole[name] for name in ("format", "columns", "rows")
    ]
    assert reading.warnings == []


def test_types_that_are_stated_must_be_the_same_and_nulls_are_a_matter_of_each_file(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    root.mkdir()

    def columns(*fields: pa.Field) -> list[dict[str, Any]] | None:
        for number, field in enumerate(fields):
            pq.write_table(pa.schema([field]).empty_table(), root / f"{number}.parquet")
        reading = files.read([root], root=root, as_folder=True, describe=Describing())
        (props,) = versions(reading).values()
        same = reading.warnings != ["shop was taken without columns: its files do not all have the same ones."]
        assert same == ("columns" in props)
        return props.get("columns")

    here = {"name": "id", "type": "int64"}
    must, may = (pa.field("id", pa.int64(), nullable=nullable) for nullable in (False, True))
    assert columns(must, must) == [{**here, "nullable": False}]
    assert columns(must, may) == columns(may, must) == [{**here, "nullable": True}]
    assert columns(may, pa.field("id", pa.float64())) is None
    assert columns(may, pa.field("other", pa.int64())) is None


@pytest.mark.parametrize("other", ["y,x\n2,1\n", "x\n1\n", "x,y,z\n1,2,3\n"])
def test_files_with_other_headers_are_several_tables(tmp_path: Path, other: str) -> None:
    root = write(tmp_path / "shop", {"1.csv": b"x,y\n1,2\n", "2.csv": other.encode()})
    reading = files.read([root], root=root, as_folder=True, describe=Describing())
    (props,) = versions(reading).values()
    assert "columns" not in props
    assert reading.warnings == ["shop was taken without columns: its files do not all have the same ones."]


def cut(root: Path, name: str) -> bytes:
    """A file of a format, without its end."""
    file = root / name
    match file.suffix:
        case ".parquet":
            pq.write_table(TABLE, file)
        case ".feather":
            pyarrow.feather.write_feather(TABLE, file)
        case ".arrows":
            with pa.ipc.new_stream(file, TABLE.schema) as stream:
                stream.write_table(TABLE)
        case ".csv":
            file.write_text('a,b\n1,"' + "x" * 50 + '"\n')
        case _:
            file.write_text('{"a": 1}\n' * 50)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) * 2 // 3 + 1])
    return file.read_bytes()


@pytest.mark.parametrize("name", ["cut.parquet", "cut.feather", "cut.arrows", "cut.csv", "cut.jsonl"])
def test_of_a_file_that_is_cut_short_the_version_stays(tmp_path: Path, name: str) -> None:
    content = cut(tmp_path, name)
    reading = files.read([tmp_path], root=tmp_path, describe=Describing(), everything=True)
    ((key, props),) = versions(reading).items()
    assert key == (f"/{name}", f"sha256:{sha256(content)}")
    assert not props.keys() & {"columns", "rows"}
    (warning,) = reading.warnings
    assert warning.startswith(f"{name} was taken without columns: ")
    assert str(tmp_path) not in warning
    assert reading.complete, "its content is known all the same"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "it is empty. Give csv that is whole."),
        ("a.jsonl", b" \n", "it is empty. Give jsonl that is whole."),
        ("a.parquet", b"", "it is empty. Give parquet that is whole."),
        ("a.csv", b"ORC....", "it is an ORC file. Give it as csv."),
        ("a.avro", b"\xff\xfe\x00", "it is no avro file and no text in UTF-8. Give avro that is whole."),
        ("a.avro", b'{"a": 1}', "it is JSON, an object of a, and no schema that is known. Give avro that is whole."),
    ],
)
def test_what_is_said_of_a_file_without_columns_is_what_can_be_done_with_it(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    root = write(tmp_path, {name: content})
    reading = files.read([root], root=root, describe=Describing())
    assert names(reading) == {f"/{name}"}
    assert reading.warnings == [f"{name} was taken without columns: {said}"]


def test_a_package_that_is_missing_is_said_once(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    for number in range(3):
        pq.write_table(TABLE, root / f"{number}.parquet")
    code = (
        "import sys; sys.modules['pyarrow'] = None\nfrom thalweg.importers import files\n"
        "from thalweg.sync.describing import Describing\n"
        f"reading = files.read([{str(root)!r}], root={str(root)!r}, describe=Describing())\n"
        "print(len(list(reading.granules)), *reading.warnings, sep='\\n')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, *warnings = done.stdout.splitlines()
    assert count == "3"
    (text,) = warnings
    assert "is read with pyarrow, which is not installed. Install it: pip install 'thalweg[parquet]'." in text
