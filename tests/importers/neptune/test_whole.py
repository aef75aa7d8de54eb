"""What is whole and what is not: nothing is gone, and nothing taken back, by an export that lacks something."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.importers.neptune.exports import (
    CHURN,
    CLS_1,
    ID,
    SCHEMA,
    copied,
    read,
    row,
    text,
    written,
)
from tests.importers.stores import outcomes
from thalweg.importers import catalogue, neptune
from thalweg.model import keys, time
from thalweg.model.errors import BadInput, SourceError
from thalweg.model.facts import ANYONE
from thalweg.store.open import open_store
from thalweg.store.store import Store

HERE = "neptune://acme/churn"
FIRST = keys.run(HERE, "CLS-1").id


async def bring(store: Store, place: Path, everything: bool = True) -> tuple[list[str], bool]:
    """One pass over an export; what became of its scopes, and whether it was closed."""
    return await outcomes(store, neptune.read(place, source="prod", everything=everything))


async def gone(store: Store) -> bool:
    return (await store.get([FIRST], ANYONE))[FIRST].gone_at is not None


@pytest.mark.anyio
async def test_a_second_pass_changes_nothing_and_what_is_gone_is_gone_only_by_a_whole_export(
    store: Store, tmp_path: Path
) -> None:
    place = copied("churn", tmp_path)
    assert await bring(store, place) == (["WRITTEN"], True)
    assert await bring(store, place) == (["UNCHANGED"], True)
    part = place / CLS_1
    unfinished = part.with_name(f"{part.name}.tmp")
    part.rename(unfinished)
    assert await bring(store, place) == (["UNCHANGED"], False)
    assert not await gone(store), "it is being written"
    unfinished.unlink()
    assert await bring(store, place, everything=False) == (["UNCHANGED"], False)
    assert not await gone(store), "nobody says that the exporter came to its end"
    assert await bring(store, place) == (["UNCHANGED"], True)
    assert await gone(store)


@pytest.mark.anyio
async def test_an_edit_does_not_move_a_stage_and_the_next_one_ends_it(store: Store, tmp_path: Path) -> None:
    for day, stage in ((1, "staging"), (2, "staging"), (5, "production"), (8, "production")):
        changed = row("sys/modification_time", "datetime", datetime_value=day * 86_400_000)
        written(tmp_path / "export", [ID, changed, text("sys/stage", stage)], below="model_versions")
        await bring(store, tmp_path / "export")
    version = keys.model_version(HERE, "CLS", "9").id
    marks = (await store.marks([version], ANYONE, history=True))[version]
    stages = sorted((mark.since // time.DAY, (mark.until or 0) // time.DAY, mark.name) for mark in marks)
    assert stages == [(1, 5, "staging"), (5, 0, "production")]


@pytest.mark.anyio
async def test_a_run_of_which_something_could_not_be_got_takes_nothing_back(tmp_path: Path) -> None:
    """The export `failing` lacks an artifact of the run that `parts` has."""
    store = await open_store(f"sqlite:///{tmp_path}/store.db")
    lacking, whole = copied("failing", tmp_path), copied("parts", tmp_path)
    try:
        assert await bring(store, lacking) == (["WRITTEN"], False)
        assert (await store.degrees([FIRST], ANYONE))[FIRST].inward == 1
        assert await bring(store, whole) == (["WRITTEN"], True)
        assert (await store.degrees([FIRST], ANYONE))[FIRST].inward == 2
        assert await bring(store, lacking) == (["OUTDATED"], False)
        assert (await store.degrees([FIRST], ANYONE))[FIRST].inward == 2
        assert await bring(store, whole) == (["UNCHANGED"], True)
    finally:
        await store.close()


# ------------------------------------------------------------------------------------------------------ what is missing

PARTS = CLS_1.replace("_0.parquet", "_{}.parquet")


def unfinished(place: Path) -> None:
    part = place / PARTS.format(0)
    part.rename(part.with_name(f"{part.name}.tmp"))


def beginning(place: Path) -> None:
    shutil.copyfile(place / PARTS.format(0), place / f"{PARTS.format(4)}.tmp")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (unfinished, "is being written, or was left so: a part of it ends in .tmp"),
        (beginning, "is being written, or was left so: a part of it ends in .tmp"),
        (lambda place: (place / PARTS.format(0)).unlink(), "was not written to its end: it has no part 0, which"),
        (lambda place: (place / PARTS.format(2)).unlink(), "lacks part 2 of 4"),
    ],
    ids=["first part unfinished", "another part unfinished", "no first part", "a gap"],
)
def test_what_is_not_whole_is_passed_over_and_said(tmp_path: Path, spoil: Callable[[Path], object], said: str) -> None:
    place = copied("parts", tmp_path)
    spoil(place)
    granules, reading = read(place)
    assert (granules, reading.complete, reading.refused, len(reading.warnings)) == ([], False, 0, 1)
    assert said in reading.warnings[0]
    assert reading.warnings[0].endswith("it was passed over, and nothing is retired.")


def test_what_was_exported_without_its_single_values_is_not_whole(tmp_path: Path) -> None:
    written(tmp_path, [row("loss", "float_series", step=None, float_value=0.5)])
    (granule,), reading = read(tmp_path)
    assert (granule.revision, reading.complete) == (0, False)
    assert "acme/churn CLS-9 has no sys/id, so its single values were not exported" in reading.warnings[0]


def test_a_part_without_rows_is_said(tmp_path: Path) -> None:
    written(tmp_path, [])
    granules, reading = read(tmp_path)
    assert (granules, reading.complete) == ([], False)
    assert "has no rows" in reading.warnings[0]


@pytest.mark.parametrize("above", [0, 1, 2])
def test_the_report_of_errors_is_found_beside_the_export_and_above_it(tmp_path: Path, above: int) -> None:
    place = copied("failing", tmp_path)
    report = place / "neptune_exporter_errors.jsonl"
    report = report.rename([place / "data", place, tmp_path][above] / report.name)
    (granule,), reading = read(place / "data")
    assert (granule.revision, reading.complete) == (0, False)
    assert "The exporter could not get dataset/train of acme/churn CLS-1: what is held" in reading.warnings[0]
    elsewhere = report.rename(tmp_path / "errors.jsonl")
    assert read(place / "data")[0][0].revision != 0, "then nobody knows"
    assert read(place / "data", errors=elsewhere)[0][0].revision == 0


def test_a_run_of_which_nothing_could_be_got_is_not_gone(tmp_path: Path) -> None:
    place = copied("parts", tmp_path)
    line = {"project_id": "acme/churn", "run_id": "CLS-7", "attribute_path": None}
    (place / "neptune_exporter_errors.jsonl").write_text(f"{json.dumps(line)}\n")
    (granule,), reading = read(place)
    assert (granule.name, reading.complete) == ("run/acme/churn/CLS-1", False)
    assert granule.revision != 0
    assert "The exporter could not get all of acme/churn CLS-7, and wrote nothing" in reading.warnings[-1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1: '{' must be JSON"),
        ("[1]", "line 1: [1] must be an object"),
        ('{"project_id": 1}', "line 1: 1 must be text"),
    ],
)
def test_a_report_that_is_none_ends_the_import_before_it_begins(tmp_path: Path, line: str, said: str) -> None:
    place = copied("parts", tmp_path)
    (place / "neptune_exporter_errors.jsonl").write_text(line)
    with pytest.raises(SourceError) as caught:
        read(place)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file or directory"),
        (b'[{"filePath": "a", "fileHa', "it is no JSON, or is cut short"),
        (b'{"filePath": "a"}', "files: {'filePath': 'a'} must be a list"),
        (b'[{"fileHash": "x"}]', "files.0.filePath: it must be text"),
        (b'[{"filePath": "a", "fileHash": 3}]', "files.0.fileHash: 3 must be text"),
        (b'[{"filePath": "a", "fileHash": "x", "size": "9"}]', "files.0.size: '9' must be a whole number"),
        (b"[" * 100_000, "it is no JSON, or is cut short"),
    ],
    ids=["none", "cut short", "object", "no path", "hash", "size", "deep"],
)
def test_a_list_of_files_that_cannot_be_read_leaves_the_run_less_than_whole(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    place = copied("parts", tmp_path)
    file = place / "files" / CHURN / "acme/churn/CLS-1/dataset/train/files_list.json"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    (granule,), reading = read(place)
    assert (granule.revision, len(granule.edges), reading.complete) == (0, 2, False)
    assert f"of dataset/train of acme/churn CLS-1 is not to be read ({said}" in reading.warnings[0]


def test_without_a_folder_of_files_artifacts_are_left_out_and_that_is_said(tmp_path: Path) -> None:
    place = copied("parts", tmp_path)
    (place / "data").rename(tmp_path / "alone")
    (granule,), reading = read(tmp_path / "alone")
    assert (granule.edges, granule.revision, reading.complete) == ([], 0, False)
    assert "Say with --files where the exporter brought files to" in reading.warnings[0]


# -------------------------------------------------------------------------------------------------------- what is wrong


def without(column: str) -> pa.Schema:
    return pa.schema([field for field in SCHEMA if field.name != column])


def retyped(column: str, type: pa.DataType) -> pa.Schema:
    return pa.schema([field.with_type(type) if field.name == column else field for field in SCHEMA])


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


def damaged(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4:400] = bytes(396)
    file.write_bytes(bytes(content))


@pytest.mark.parametrize(
    "spoil",
    [cut, damaged, lambda file: file.write_text("<html>"), lambda file: file.write_bytes(b"")],
    ids=["cut short", "damaged", "html", "empty"],
)
def test_a_part_that_is_no_parquet_is_refused_and_the_others_are_read(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    place = copied("churn", tmp_path)
    spoil(place / CLS_1)
    granules, reading = read(place)
    assert [granule.name for granule in granules][:2] == ["run/acme/churn/CLS-2", "run/acme/churn/CLS-3"]
    assert (reading.complete, reading.refused) == (False, 1)
    assert f"{Path(CLS_1).name}: it is no Parquet, or is cut short: " in reading.refusals[0]


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (without("step"), "step: it must be a column of type decimal128(18, 6)"),
        (without("run_id"), "run_id: it must be a column of type string"),
        (retyped("int_value", pa.string()), "int_value: 'string' must be of type int64"),
        (retyped("timestamp", pa.int64()), "timestamp: 'int64' must be of type timestamp[ms, tz=UTC]"),
    ],
    ids=["no step", "no run", "text for a number", "number for a time"],
)
def test_a_column_that_is_missing_or_of_another_type_is_named(tmp_path: Path, schema: pa.Schema, said: str) -> None:
    written(tmp_path, [{"project_id": "acme/churn"}], schema=schema)
    granules, reading = read(tmp_path)
    assert (granules, reading.complete, reading.refused) == ([], False, 1)
    assert reading.refusals[0].endswith(f"_part_0.parquet: {said}")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (text("sys/id", "CLS-9") | {"run_id": "CLS-8"}, "run_id: 'acme/churn CLS-8' must be acme/churn CLS-9, as in"),
        (row("", "string", string_value="x"), "attribute_path: '' must be text that is not empty, in every row"),
        (
            row("x", "file", file_value={"path": "../../etc/passwd"}),
            "'../../etc/passwd' must be a path below the folder",
        ),
        (row("x", "artifact", file_value={"path": "/etc/passwd"}), "'/etc/passwd' must be a path below the folder"),
        (row("x", "file_set", file_value={"path": "C:\\data"}), "must be a path below the folder"),
        (row("x", "file", file_value={"path": "a\\..\\..\\b"}), "must be a path below the folder"),
        (row("x", "file", file_value={"path": ""}), "must be a path below the folder"),
    ],
    ids=["another run", "no path", "up", "root", "drive", "up on Windows", "empty"],
)
def test_a_row_that_makes_no_sense_is_refused_with_its_run(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    written(tmp_path, [ID, given])
    granules, reading = read(tmp_path)
    assert (granules, reading.complete, reading.refused) == ([], False, 1)
    assert said in reading.refusals[0]


def test_a_link_that_leads_out_of_the_folder_of_files_is_refused(tmp_path: Path) -> None:
    place = copied("parts", tmp_path)
    file = place / "files" / CHURN / "acme/churn/CLS-1/dataset/train/files_list.json"
    file.rename(tmp_path / "elsewhere.json")
    file.symlink_to(tmp_path / "elsewhere.json")
    granules, reading = read(place)
    assert (granules, reading.refused) == ([], 1)
    assert "must be a path below the folder of files" in reading.refusals[0]


def test_a_run_that_two_files_tell_of_is_taken_once_and_that_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, [ID])
    shutil.copyfile(file, file.with_name(f"copy-0123456789abcdef_part_0{file.suffix}"))
    granules, reading = read(tmp_path)
    assert (len(granules), reading.refused, reading.complete) == (1, 1, False)
    assert "run/acme/churn/CLS-9 is stated by another file too" in reading.refusals[0]


def test_a_type_that_nobody_knows_is_counted_and_nothing_else_is_lost(tmp_path: Path) -> None:
    written(tmp_path, [ID, row("x", "hologram"), row("y", "hologram"), text("note", "kept")])
    (granule,), reading = read(tmp_path)
    assert granule.entities[0].props["params"] == {"note": "kept"}
    assert "2 rows of type 'hologram' were passed over" in reading.warnings[0]
    assert reading.complete


def test_a_time_that_is_none_is_no_time(tmp_path: Path) -> None:
    far = 1 << 60
    written(
        tmp_path,
        [ID, row("sys/creation_time", "datetime", datetime_value=far), row("x", "datetime", datetime_value=far)],
    )
    granule = read(tmp_path)[0][0]
    assert granule.at is None
    assert not {"started_at", "params"} & granule.entities[0].props.keys()


def test_where_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is no folder"):
        neptune.read(tmp_path / "gone")
    with pytest.raises(SourceError, match="holds no export of Neptune"):
        neptune.read(tmp_path)
    with pytest.raises(SourceError, match="is no folder"):
        neptune.read(copied("parts", tmp_path), files=tmp_path / "gone")
    with pytest.raises(BadInput, match="--step-multiplier is 0"):
        neptune.read(tmp_path / "parts", step_multiplier=0)
    with pytest.raises(BadInput, match="--step-multiplier is '10'"):
        catalogue.reading("neptune", str(tmp_path / "parts"), None, {"step_multiplier": "10"})


def test_a_package_that_is_not_installed_is_named(tmp_path: Path) -> None:
    code = "import sys; sys.modules['pyarrow'] = None\nfrom thalweg.importers import neptune\n"
    code += f"try: neptune.read({str(tmp_path)!r})\nexcept Exception as error: print(type(error).__name__, error)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"SourceError {tmp_path} is read with pyarrow, which is not installed.")
    assert "pip install 'thalweg[parquet]'" in done.stdout


# ------------------------------------------------------------------------------------------------------------ the large


def peak(place: Path) -> int:
    """The most that Python holds at once in a pass, in bytes."""
    tracemalloc.start()
    try:
        assert len(read(place)[0]) == 1
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_run_with_many_rows_is_read_in_the_memory_of_a_few(tmp_path: Path) -> None:
    def log(lines: int) -> Path:
        place = tmp_path / str(lines)
        text = [row("logs", "string_series", string_value=f"line {one}") for one in range(lines)]
        written(place, [ID, *text, *(row("monitoring/1a/cpu", "float_series", float_value=0.5) for _ in text)])
        return place

    small, large = log(10_000), log(40_000)
    assert peak(large) < 1.2 * peak(small)
