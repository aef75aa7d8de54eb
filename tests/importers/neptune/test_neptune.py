"""Exports of Neptune: what is stated of runs, models, versions, stages and artifacts."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.importers.golden import Golden
from tests.importers.neptune.exports import CHURN, ID, RECORDED, Row, copied, only, read, row, text, written
from thalweg.importers import neptune
from thalweg.model import keys, time
from thalweg.model.edges import EdgeType
from thalweg.model.facts import Point
from thalweg.model.kinds import Kind

HERE = "neptune://acme/churn"


def test_the_recorded_exports_come_to_what_is_written_down(golden: Golden) -> None:
    repository = "git@git.example.com:acme/churn.git"
    churn = neptune.read(RECORDED / "churn", source="prod", repository=repository, everything=True)
    told = [churn, neptune.read(RECORDED / "forecast", source="prod", step_multiplier=10, everything=True)]
    found = [granule for reading in told for granule in reading.granules]
    golden.holds(found)
    for reading in told:
        assert (reading.source, reading.complete, reading.refused) == ("neptune:prod", True, 0)
        assert reading.warnings == []
    assert sum(reading.total or 0 for reading in told) == len(found)


def test_a_run_of_several_parts_is_one_run() -> None:
    (several,), reading = read(RECORDED / "parts")
    (whole,) = [granule for granule in read(RECORDED / "churn")[0] if granule.name == "run/acme/churn/CLS-1"]
    assert len(list((RECORDED / "parts").glob("data/*/*.parquet"))) == 4
    assert repr(several) == repr(whole), "NaN is not even itself"
    assert reading.complete


def test_a_series_is_a_history_and_what_is_no_number_stays_so() -> None:
    run = read(RECORDED / "parts")[0][0].entities[0]
    at = time.parse("2025-03-01T08:06:00Z")
    minute = time.MINUTE
    loss = run.histories["train/loss"]
    assert [point[:2] for point in loss] == [(number, at + number * minute) for number in range(4)]
    assert [point.value for point in loss if not math.isnan(point.value)] == [0.9, 0.5, 0.4]
    assert math.isnan(loss[2].value)
    assert run.histories["train/gradient"] == [Point(0, at, 1.0), Point(1, at + minute, math.inf)]
    assert run.histories.keys() == {"train/loss", "train/gradient"}, "what a machine did is no metric"


def test_steps_with_fractions_are_cut_which_is_said_and_kept_when_they_are_multiplied() -> None:
    def steps(**options: Any) -> tuple[list[int], list[str]]:
        granules, reading = read(RECORDED / "forecast", **options)
        (base,) = [granule for granule in granules if granule.name.endswith("/base")]
        return [point.step for point in base.entities[0].histories["train/mape"]], reading.warnings

    cut, warnings = steps()
    assert cut == [0, 0, 1, 1]
    assert warnings == [
        "acme/forecast base has steps with fractions, which were cut. Import with --step-multiplier 10, or 1000, to "
        "keep them."
    ]
    assert steps(step_multiplier=10) == ([0, 5, 10, 15], [])


def test_a_run_without_a_repository_keeps_its_commit_and_that_is_said() -> None:
    granules, reading = read(RECORDED / "churn")
    first = granules[0]
    assert not any(edge.type is EdgeType.CODE_OF for edge in first.edges)
    assert first.entities[0].props["extra"]["neptune"]["git_commit"].startswith("0a1b2c3d")
    assert "names commit 0a1b2c3d4e5f but no repository" in reading.warnings[0]


@pytest.mark.parametrize(
    ("below", "found"),
    [
        ("", 6),
        ("data", 3),
        ("model_data", 3),
        (f"data/{CHURN}", 3),
        (f"model_data/{CHURN}", 3),
    ],
)
def test_the_whole_of_an_export_or_a_folder_of_it_may_be_named(below: str, found: int) -> None:
    granules, reading = read(RECORDED / "churn" / below, repository="https://git.example.com/acme/churn")
    assert (len(granules), reading.total, reading.warnings) == (found, found, [])
    (lies,) = neptune.recognised(RECORDED / "churn" / below)
    assert lies == (str(RECORDED / "churn" / below), "an export of 1 project of Neptune")


def test_files_may_lie_elsewhere(tmp_path: Path) -> None:
    place = copied("parts", tmp_path)
    (place / "files").rename(tmp_path / "brought")
    assert repr(read(place / "data", files=tmp_path / "brought")[0]) == repr(read(RECORDED / "parts")[0])


def test_nothing_is_recognised_where_nothing_of_neptunes_lies(tmp_path: Path) -> None:
    (tmp_path / "run-0123456789abcdef").mkdir()
    (tmp_path / "run-0123456789abcdef" / "part_0.parquet").write_bytes(b"")
    (tmp_path / "x-0123456789abcdef_part_0.parquet").mkdir()
    assert list(neptune.recognised(tmp_path)) == []
    assert list(neptune.recognised(tmp_path / "run-0123456789abcdef" / "part_0.parquet")) == []


# -------------------------------------------------------------------------------------------------------- small exports


def run_of(tmp_path: Path, *rows: Row, **options: Any) -> Any:
    """The granule and the run of an export with these rows."""
    written(tmp_path, [ID, *rows])
    return only(tmp_path, **options)


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([], "UNKNOWN"),
        ([row("sys/failed", "bool", bool_value=False)], "FINISHED"),
        ([row("sys/failed", "bool", bool_value=False), text("sys/state", "Active")], "RUNNING"),
        ([row("sys/failed", "bool", bool_value=False), text("sys/state", "Inactive")], "FINISHED"),
        ([row("sys/failed", "bool", bool_value=True), text("sys/state", "Active")], "FAILED"),
    ],
    ids=["nothing", "well", "active", "inactive", "failed"],
)
def test_the_status_of_a_run_is_what_its_failure_and_its_state_say(
    tmp_path: Path, rows: list[Row], status: str
) -> None:
    assert run_of(tmp_path, *rows)[1].props["status"] == status


@pytest.mark.parametrize(
    ("rows", "job"),
    [
        ([text("source_code/entrypoint", "./src/train.py")], "src/train.py"),
        ([text("source_code/entrypoint", "C:\\work\\train.py")], "train.py"),
        ([text("source_code/run_command", "python3 -m jobs.fit --weeks 3")], "jobs.fit"),
        ([text("source_code/run_command", "python -m torch.distributed.run jobs/fit.py")], "jobs/fit.py"),
        ([text("source_code/run_command", "/usr/bin/python /srv/fit.py x.sh")], "fit.py"),
        ([text("source_code/run_command", "fit"), text("sys/experiment/name", "weekly")], "weekly"),
        ([], "churn"),
    ],
)
def test_a_job_is_the_script_else_the_experiment_else_the_project(tmp_path: Path, rows: list[Row], job: str) -> None:
    granule, run = run_of(tmp_path, *rows)
    assert run.props["job"] == [HERE, job]
    named = [fact.props for fact in granule.entities if fact.key.kind is Kind.JOB]
    assert named == ([{"entry_point": job}] if job not in ("weekly", "churn") else [])


def test_a_single_number_is_a_metric_unless_a_namespace_calls_it_a_parameter(tmp_path: Path) -> None:
    numbers = ["lr", "parameters/lr", "training/hyperparams/lr", "cls/config/lr", "eval/param", "sys/size"]
    _, run = run_of(
        tmp_path, row("depth", "int", int_value=3), *(row(one, "float", float_value=0.5) for one in numbers)
    )
    assert run.props["params"].keys() == {"depth", "parameters/lr", "training/hyperparams/lr", "cls/config/lr"}
    assert run.props["metrics"] == {"eval/param": {"last": 0.5}, "lr": {"last": 0.5}}


SHA = "5e6f7a8b9c0d1e2f30415263748596a7b8c9d0e1"


def test_source_code_may_be_in_a_namespace_of_another_name(tmp_path: Path) -> None:
    rows = [
        text("code/commit/commit_id", SHA),
        text("code/remote/b", "https://git.example.com/acme/b"),
        text("code/remote/a", "https://git.example.com/acme/a"),
        row("code/diff/head", "file", file_value={"path": "CLS-9/code/diff/head"}),
    ]
    granule, run = run_of(tmp_path, *rows)
    (edge,) = granule.edges
    assert edge.source == keys.commit("https://git.example.com/acme/a", SHA)
    assert (edge.props, run.props["dirty"]) == ({"dirty": True}, True)
    assert not {"params", "extra"} & run.props.keys()


def test_a_commit_that_is_none_is_kept_and_said(tmp_path: Path) -> None:
    written(tmp_path, [ID, text("source_code/commit/commit_id", "5e6f7a8b")])
    (granule,), reading = read(tmp_path, repository="https://git.example.com/acme/a")
    assert (granule.edges, granule.entities[0].props["extra"]) == ([], {"neptune": {"git_commit": "5e6f7a8b"}})
    assert "but not by its whole sha" in reading.warnings[0]


def test_of_many_uploaded_files_the_first_are_named(tmp_path: Path) -> None:
    files = [row(f"plots/{one:03}", "file", file_value={"path": f"CLS-9/{one}"}) for one in range(150)]
    extra = run_of(tmp_path, *files)[1].props["extra"]["neptune"]
    assert (extra["files"][:2], len(extra["files"]), extra["files_count"]) == (["plots/000", "plots/001"], 100, 150)


# --------------------------------------------------------------------------------------------------------- the registry


def version_of(tmp_path: Path, *rows: Row) -> Any:
    written(tmp_path, [ID, *rows], below="model_versions")
    return only(tmp_path)


@pytest.mark.parametrize(
    ("rows", "run"),
    [
        ([], None),
        ([text("run/id", "CLS-1")], (HERE, "CLS-1")),
        (
            [text("run/url", "https://app.neptune.ai/acme/scoring/e/SCO-1/metadata?path=x")],
            ("neptune://acme/scoring", "SCO-1"),
        ),
        (
            [text("run/id", "SCO-1"), text("run/url", "https://on.prem/o/api/acme/scoring/e/SCO-1")],
            (HERE, "SCO-1"),
        ),
        (
            [text("run/id", "CLS-1"), text("run/url", "https://app.neptune.ai/acme/scoring/e/SCO-1")],
            (HERE, "CLS-1"),
        ),
        ([text("run/url", "see the wiki")], None),
    ],
    ids=["none", "id", "url", "another address", "contradiction", "no url"],
)
def test_the_run_that_made_a_version_is_the_one_that_it_names(
    tmp_path: Path, rows: list[Row], run: tuple[str, str] | None
) -> None:
    granule, version = version_of(tmp_path, *rows)
    assert [edge.source.parts for edge in granule.edges] == ([run] if run is not None else [])
    assert all(edge.type is EdgeType.PRODUCED and edge.target == version.key for edge in granule.edges)
    assert "params" not in version.props


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        ([], ("CLS", "9")),
        ([text("sys/model_id", "CLS")], ("CLS", "9")),
        ([text("sys/model_id", "SCO")], ("CLS", "9")),
    ],
)
def test_a_version_is_called_by_what_follows_the_id_of_its_model(
    tmp_path: Path, rows: list[Row], parts: tuple[str, str]
) -> None:
    assert version_of(tmp_path, *rows)[1].key == keys.model_version(HERE, *parts)


def test_a_version_in_the_trash_is_gone_and_in_no_stage(tmp_path: Path) -> None:
    changed = row("sys/modification_time", "datetime", datetime_value=1_740_816_000_000)
    rows = [changed, row("sys/trashed", "bool", bool_value=True), text("sys/stage", "production")]
    granule, version = version_of(tmp_path, *rows)
    assert (version.props["gone_at"], granule.marks) == (1_740_816_000_000_000, [])


def test_what_people_noted_of_a_model_is_kept(tmp_path: Path) -> None:
    written(tmp_path, [ID, text("team", "growth"), row("target", "float", float_value=0.9)], below="models")
    assert only(tmp_path)[1].props["extra"] == {"neptune": {"fields": {"team": "growth", "target": 0.9}}}


# ------------------------------------------------------------------------------------------------------------ artifacts


def listed(
    path: str, type: str, location: str | None, hash: str = "1f3870be274f6c49b3e31a0c6728957f"
) -> dict[str, Any]:
    """A file of an artifact, as the exporter lists it."""
    name = "location" if type == "S3" else "file_path"
    metadata = [{"key": name, "value": location}] if location is not None else []
    return {"filePath": path, "fileHash": hash, "type": type, "size": 10, "metadata": metadata}


def artifact(tmp_path: Path, attribute: str, *files: dict[str, Any]) -> Any:
    """The edge to an artifact of these files, and what is stated of its version."""
    place = tmp_path / "files" / CHURN / "CLS-9" / "files_list.json"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(files))
    rows = [ID, row(attribute, "artifact", file_value={"path": "CLS-9\\files_list.json"})]  # as Windows has it
    written(tmp_path / "data", rows)
    granule, _ = only(tmp_path)
    (edge,) = granule.edges
    return edge, granule.entities[1]


@pytest.mark.parametrize(
    ("files", "namespace", "name", "version"),
    [
        ([listed("a.csv", "S3", "s3://lake/a.csv")], "s3://lake", "a.csv", "etag:1f3870be274f6c49b3e31a0c6728957f"),
        (
            [listed("a.csv", "Local", "file:///d/a.csv")],
            "file://prod",
            "/d/a.csv",
            "sha1:1f3870be274f6c49b3e31a0c6728957f",
        ),
        ([listed("a.csv", "GCS", "gs://lake/a.csv")], "gs://lake", "a.csv", "neptune:"),
        ([listed("a.csv", "S3", None)], HERE, "data/train", "etag:1f3870be274f6c49b3e31a0c6728957f"),
        ([listed("t/a", "S3", "s3://lake/t/a"), listed("t/b", "S3", "s3://lake/t/b")], "s3://lake", "/", "neptune:"),
        ([listed("x/a", "S3", "s3://lake/t/a"), listed("x/b", "S3", "s3://lake/t/b")], "s3://lake", "t", "neptune:"),
        ([listed("a", "S3", "s3://lake/a"), listed("b", "S3", "s3://other/b")], HERE, "data/train", "neptune:"),
        ([listed("a", "S3", "s3://lake/a"), listed("b", "Local", "file:///b")], HERE, "data/train", "neptune:"),
    ],
    ids=["one of S3", "one on a disk", "of another sort", "nowhere", "a folder", "moved", "two buckets", "two places"],
)
def test_an_artifact_is_called_by_where_its_files_lie_and_by_their_hashes(
    tmp_path: Path, files: list[dict[str, Any]], namespace: str, name: str, version: str
) -> None:
    edge, stated = artifact(tmp_path, "data/train", *files)
    assert (edge.type, edge.role, edge.source) == (EdgeType.INPUT_TO, "data/train", stated.key)
    assert stated.key.parts[:2] == (namespace, name)
    assert stated.key.parts[2].startswith(version)
    assert (stated.props["bytes"], stated.props["extra"]) == (10 * len(files), {"neptune": {"files": len(files)}})


def test_the_version_of_a_folder_is_that_of_its_files_in_whatever_order(tmp_path: Path) -> None:
    one, other = listed("a", "S3", "s3://lake/a"), listed("b", "S3", "s3://lake/b", "72b302bf297a228a75730123efef7c41")
    found = {artifact(tmp_path / str(n), "data", *files)[1].key for n, files in enumerate([[one, other], [other, one]])}
    assert len(found) == 1
    changed = listed("b", "S3", "s3://lake/b", "8277e0910d750195b448797616e091ad")
    assert artifact(tmp_path / "2", "data", one, changed)[1].key not in found


@pytest.mark.parametrize(
    ("attribute", "type"),
    [
        ("model/checkpoint", EdgeType.PRODUCED),
        ("Output", EdgeType.PRODUCED),
        ("valid/predictions/all", EdgeType.PRODUCED),
        ("dataset/train", EdgeType.INPUT_TO),
        ("model/pretrained", EdgeType.INPUT_TO),
        ("remodelled", EdgeType.INPUT_TO),
    ],
)
def test_what_an_attribute_is_called_says_whether_its_artifact_was_written(
    tmp_path: Path, attribute: str, type: EdgeType
) -> None:
    assert artifact(tmp_path, attribute, listed("a", "S3", "s3://lake/a"))[0].type is type
