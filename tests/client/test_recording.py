"""What a script says of a run is what is stated of it."""

from __future__ import annotations

import asyncio
import hashlib
import math
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import thalweg
from tests.client.conftest import Keep, Kept, pairs
from thalweg.client.history import PAGE
from thalweg.model import keys

LAKE = {"namespace": "s3://lake", "name": "tx"}


def test_a_run_is_stated_with_its_job_and_how_it_went(kept: Kept) -> None:
    with thalweg.run("train", name="nightly", description="Each night.", tags={"team": "risk"}) as run:
        assert (run.status, run.job, run.namespace) == ("RUNNING", "train", "python")
    stated = kept.run()
    assert stated.pop("startedAt") <= stated.pop("endedAt")
    assert stated == {
        "namespace": "python",
        "runId": run.id,
        "job": {"namespace": "python", "name": "train"},
        "name": "nightly",
        "description": "Each night.",
        "status": "FINISHED",
        "tags": [{"key": "team", "value": "risk"}],
    }
    assert {one.source for one in kept.statements()} == {"client:laptop"}


def test_a_run_is_stated_when_it_starts(kept: Kept) -> None:
    run = thalweg.start_run("train")
    assert kept.run()["status"] == "RUNNING"
    run.end()
    assert kept.run()["status"] == "FINISHED"


def test_parameters_are_texts_and_objects_within_have_dots(kept: Kept) -> None:
    with thalweg.run("train", params={"seed": 7}) as run:
        run.params(lr=0.1, path=Path("a/b"), flag=True, none=None, layers=[1, 2])
        run.params({"model": {"depth": 3, "head": {"width": 8}}, "lr": 0.2})
    assert pairs(kept.run()["params"]) == {
        "seed": "7",
        "lr": "0.2",
        "path": "a/b",
        "flag": "True",
        "none": "None",
        "layers": "[1, 2]",
        "model.depth": "3",
        "model.head.width": "8",
    }


def test_what_is_secret_is_never_kept(kept: Kept) -> None:
    with thalweg.run("train") as run:
        run.params(
            {"db": {"password": "p4ss"}, "hf_token": "abc", "uri": "postgres://ada:p4ss@db/shop", "eos_token": "</s>"}
        )
        run.tag(key="AKIAIOSFODNN7EXAMPLE")
        run.reads("postgres://ada:p4ss@db:5432/shop.orders")
        run.end("FAILED", ValueError("cannot reach postgres://ada:p4ss@db/shop"))
    assert pairs(kept.run()["params"]) == {
        "db.password": "***",
        "hf_token": "***",
        "uri": "postgres://db/shop",
        "eos_token": "</s>",
    }
    assert kept.run()["error"] == "ValueError: cannot reach postgres://db/shop"
    assert "p4ss" not in repr(kept.statements())
    assert "AKIA" not in repr(kept.statements())


def test_tags_are_pairs_or_words(kept: Kept) -> None:
    with thalweg.run("train") as run:
        run.tag(team="risk")
        run.tag("baseline")
        run.tag({"git.branch": "main"})
    assert pairs(kept.run()["tags"]) == {"team": "risk", "baseline": "", "git.branch": "main"}


class Row:
    """A row of a table, as pandas has it: it has items, and no truth."""

    def __init__(self, **held: Any) -> None:
        self.held = held

    def items(self) -> Any:
        return self.held.items()

    def __bool__(self) -> bool:
        raise ValueError("The truth value of a Series is ambiguous.")


def test_what_has_items_is_taken_as_an_object(kept: Kept) -> None:
    row: Any = Row(lr=0.1)
    with thalweg.run("train", params=row, tags=row) as run:
        run.params(Row(depth=3))  # type: ignore[arg-type]
        run.metrics(Row(auc=0.9))  # type: ignore[arg-type]
        run.produces_model("fraud", metrics=row, tags=row)
    assert pairs(kept.run()["params"]) == {"lr": "0.1", "depth": "3"}
    assert pairs(kept.run()["tags"]) == {"lr": "0.1"}
    assert [(one["key"], one["value"]) for one in kept.run()["metrics"]] == [("auc", 0.9)]
    ((_, stated),) = kept.things("writes")
    assert (stated["metrics"], stated["tags"]) == ([{"key": "lr", "value": 0.1}], [{"key": "lr", "value": "0.1"}])


# ------------------------------------------------------------------------------------------------------------- metrics


def logged(kept: Kept, name: str) -> list[tuple[int, Any]]:
    """The points of a metric over all pages, in the order in which they were logged."""
    pages = {
        one.granule["scope"]: one.granule["runs"][0]["metrics"] for one in kept.statements() if "/metrics/" in str(one)
    }
    return [(point["step"], point["value"]) for page in pages.values() for point in page if point["key"] == name]


def test_the_last_and_the_best_of_a_metric_stand_with_the_run_and_all_of_it_in_pages(kept: Kept) -> None:
    with thalweg.run("train") as run:
        for step, (loss, auc) in enumerate([(0.9, 0.5), (0.2, 0.8), (0.4, 0.7)]):
            run.metrics(loss=loss, step=step * 10)
            run.metrics({"auc": auc})
    stated = {one["key"]: (one["value"], one["best"], one["step"]) for one in kept.run()["metrics"]}
    assert stated == {"loss": (0.4, 0.2, 20), "auc": (0.7, 0.8, 2)}
    assert logged(kept, "loss") == [(0, 0.9), (10, 0.2), (20, 0.4)]
    assert logged(kept, "auc") == [(0, 0.5), (1, 0.8), (2, 0.7)]


def test_a_page_that_is_full_is_stated_once(kept: Kept) -> None:
    with thalweg.run("train") as run:
        for step in range(2 * PAGE + 1):
            run.metrics(loss=float(step), step=step)
        assert thalweg.flush(60)
        run.metrics(loss=0.5, step=9_999)
    pages = [one.granule for one in kept.statements() if "/metrics/" in one.granule["scope"]]
    counted = [len(page["runs"][0]["metrics"]) for page in pages]
    assert max(counted) == PAGE
    assert sum(counted) == 2 * PAGE + 2
    assert len({page["scope"] for page in pages}) == len(pages)
    assert all("best" not in point for page in pages for point in page["runs"][0]["metrics"])


def test_the_last_is_the_last_by_step(kept: Kept) -> None:
    with thalweg.run("train") as run:
        run.metrics(auc=0.9, step=5)
        run.metrics(auc=0.1, step=2)
    assert [(one["value"], one["step"]) for one in kept.run()["metrics"]] == [(0.9, 5)]


def test_numbers_that_are_none_and_the_infinities_are_named(kept: Kept) -> None:
    with thalweg.run("train") as run:
        run.metrics(a=math.nan, b=math.inf, c=-math.inf)
        run.metrics(a=0.5)
    assert {(one["key"], one["value"], one["best"]) for one in kept.run()["metrics"]} == {
        ("a", 0.5, 0.5),
        ("b", "Infinity", "Infinity"),
        ("c", "-Infinity", "-Infinity"),
    }


def test_a_value_can_be_dated(kept: Kept) -> None:
    with thalweg.run("train") as run:
        run.metrics(auc=0.9, at=datetime(2026, 5, 2, 8, tzinfo=UTC))
    assert kept.run()["metrics"][0]["timestamp"] == "2026-05-02T08:00:00.000000Z"


# ------------------------------------------------------------------------------------------------------ what was read


def test_a_read_names_the_dataset_its_version_and_its_columns(kept: Kept) -> None:
    with thalweg.run("train") as run:
        named = run.reads("s3a://lake/tx", version=3, columns=["b", "a"], role="train", pinned=True, exact=False)
    assert named == thalweg.DatasetVersion("s3://lake", "tx", "3")
    edge = {
        "source": {"datasetVersion": {**LAKE, "version": "3"}},
        "type": "INPUT_TO",
        "target": {"run": {"namespace": "python", "runId": run.id}},
        "role": "train",
        "columns": ["a", "b"],
        "covers": "DECLARED",
        "pinned": True,
        "exact": False,
    }
    assert kept.things("reads") == [(edge, {**LAKE, "version": "3", "uri": "s3://lake/tx"})]


def test_a_read_without_a_version_is_of_whatever_was_there(kept: Kept) -> None:
    with thalweg.run("train") as run:
        named = run.reads("s3://lake/tx")
    assert named.version == keys.UNVERSIONED
    ((edge, stated),) = kept.things("reads")
    assert edge["source"] == {"datasetVersion": {**LAKE, "version": "unversioned"}}
    assert edge["assumed"] is True
    assert stated == {}


def test_a_file_on_this_disk_is_known_by_what_is_in_it(kept: Kept, tmp_path: Path) -> None:
    file = tmp_path / "a b.csv"
    file.write_bytes(b"a,b\n1,2\n")
    version = f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
    with thalweg.run("train") as run:
        named = run.reads("a b.csv")
        assert run.reads(file) == run.reads(file.as_uri()) == named
    assert named == thalweg.DatasetVersion("file://laptop", str(file), version)
    ((edge, stated),) = kept.things("reads")
    assert "assumed" not in edge
    assert (stated["bytes"], stated["uri"]) == (8, file.as_uri())


def test_a_file_whose_name_has_a_colon_is_a_file(kept: Kept, tmp_path: Path) -> None:
    for name in ("data:2024.csv", "run-1:2", "dbfs:x", "file:x"):
        (tmp_path / name).write_bytes(b"a")
        with thalweg.run("train") as run:
            named = run.reads(name)
            assert run.reads(tmp_path / name) == named
        assert (named.namespace, named.name) == ("file://laptop", str(tmp_path / name))
        assert named.version.startswith("sha256:")
    with thalweg.run("train") as run:  # also one that is yet to be written
        assert run.writes("data:2025.csv").name == str(tmp_path / "data:2025.csv")
    ((_, stated),) = kept.things("writes")
    assert stated["uri"] == (tmp_path / "data:2025.csv").as_uri()


@pytest.mark.parametrize(
    ("uri", "named"),
    [
        ("s3://lake/a:b", ("s3://lake", "a:b")),
        ("dbfs:/mnt/x", ("dbfs", "/mnt/x")),
        ("hdfs:/x", ("hdfs://laptop", "x")),
        ("gs:/bucket/x", ("gs", "bucket/x")),
        ("JDBC:postgresql://db/shop", ("postgres://db:5432", "shop")),
        ("arn:aws:glue:eu-west-1:1:table/shop/tx", ("arn:aws:glue:eu-west-1:1", "table/shop/tx")),
        ("sqlite:///shop.db", ("file://laptop", "/shop.db")),
        ("file:///data/x.csv", ("file://laptop", "/data/x.csv")),
    ],
)
def test_what_begins_as_a_uri_does_is_one(kept: Kept, uri: str, named: tuple[str, str]) -> None:
    with thalweg.run("train") as run:
        assert run.reads(uri)[:2] == named


def test_a_file_that_is_too_large_goes_without_and_that_is_said(keep: Keep, tmp_path: Path, caplog: Any) -> None:
    kept = keep(digest_bytes=3)
    (tmp_path / "large.csv").write_text("four")
    with thalweg.run("train") as run:
        assert run.reads("large.csv").version == keys.UNVERSIONED
        assert run.writes("large.csv").version == f"run:{run.id}"
        assert run.produces_model("fraud", path="large.csv")
    assert ["large.csv has 4 bytes" in one for one in caplog.messages] == [True]
    assert [stated for edge, stated in kept.things("writes") if "sha256" in stated] == []


def test_a_folder_and_what_is_not_there_have_no_digest(kept: Kept, tmp_path: Path) -> None:
    with thalweg.run("train") as run:
        assert run.reads(tmp_path).version == run.reads("nothing.csv").version == keys.UNVERSIONED


def test_a_name_in_a_namespace_is_taken_as_it_is(kept: Kept) -> None:
    with thalweg.run("train") as run:
        assert run.reads("shop.orders", namespace="postgres://db:5432").name == "shop.orders"


def test_what_was_read_twice_has_the_columns_of_both(kept: Kept) -> None:
    with thalweg.run("train") as run:
        run.reads("s3://lake/tx", version="1", columns=["a"])
        run.reads("s3://lake/tx", version="1", columns=["b"])
        run.reads("s3://lake/orders", version="1", columns=["a"])
        run.reads("s3://lake/orders", version="1")
        run.reads("s3://lake/tx", version="1", role="test")
    read = {(edge["source"]["datasetVersion"]["name"], edge.get("role")): edge for edge, _ in kept.things("reads")}
    assert read["tx", None]["columns"] == ["a", "b"]
    assert "columns" not in read["orders", None]
    assert "covers" not in read["orders", None]
    assert set(read) == {("tx", None), ("orders", None), ("tx", "test")}


def test_a_version_has_the_columns_that_its_reader_says(kept: Kept) -> None:
    with thalweg.run("train") as run:
        run.reads("s3://lake/tx", version="1", schema={"id": "bigint", "note": None})
        run.reads("s3://lake/b", version="1", schema=[{"name": "id", "type": "long", "nullable": False, "role": "KEY"}])
    stated = {one["name"]: one["columns"] for _, one in kept.things("reads")}
    assert stated == {
        "tx": [{"name": "id", "type": "bigint"}, {"name": "note"}],
        "b": [{"name": "id", "type": "long", "nullable": False, "role": "KEY"}],
    }


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        (range(2), ["0", "1"]),
        ([("a", "b"), ("a", 1)], ["a.1", "a.b"]),
        ([date(2026, 5, 1), 0.5], ["0.5", "2026-05-01"]),
    ],
    ids=["numbers", "levels", "days"],
)
def test_columns_are_named_as_pandas_names_them(kept: Kept, columns: Any, named: list[str]) -> None:
    with thalweg.run("train") as run:
        run.reads("s3://lake/tx", version="1", columns=columns)
    assert [edge["columns"] for edge, _ in kept.things("reads")] == [named]


def test_a_schema_may_say_types_as_python_has_them(kept: Kept) -> None:
    with thalweg.run("train") as run:
        run.writes(
            "s3://lake/tx", schema={"a": int, "b": float, "c": str, "d": bool, "e": bytes, "f": datetime, "g": date}
        )
    ((_, stated),) = kept.things("writes")
    assert [one["type"] for one in stated["columns"]] == [
        "long", "double", "string", "boolean", "binary", "timestamp", "date",
    ]  # fmt: skip


def test_the_first_version_may_be_0(kept: Kept) -> None:
    with thalweg.run("train") as run:
        assert run.produces_model("fraud", version=0).version == "0"
        assert run.reads_model("fraud", version=0).version == "0"
        assert not run.reads_model("fraud", version=None)


def test_a_model_that_is_read_is_named_by_its_version(kept: Kept) -> None:
    with thalweg.run("train") as train:
        made = train.produces_model("fraud")
    with thalweg.run("score") as score:
        assert score.reads(made) == made
        score.reads_model("base", version="3", namespace="mlflow://prod", role="teacher")
    edges = [one.granule["edges"][0] for one in kept.statements() if "/reads/mv_" in one.granule["scope"]]
    assert {(*edge["source"]["modelVersion"].values(), edge.get("role")) for edge in edges} == {
        ("python", "fraud", train.id, None),
        ("mlflow://prod", "base", "3", "teacher"),
    }


# --------------------------------------------------------------------------------------------------- what was written


def test_what_is_written_without_a_version_is_the_runs_own(kept: Kept) -> None:
    with thalweg.run("score") as run:
        named = run.writes("s3://lake/scores", rows=10, schema={"id": "bigint"}, format="parquet", description="Scores")
    assert named.version == f"run:{run.id}"
    edge = {
        "source": {"run": {"namespace": "python", "runId": run.id}},
        "type": "PRODUCED",
        "target": {"datasetVersion": named._asdict()},
    }
    facts = {
        "uri": "s3://lake/scores",
        "rows": 10,
        "columns": [{"name": "id", "type": "bigint"}],
        "format": "parquet",
        "description": "Scores",
    }
    ((stated_edge, stated),) = kept.things("writes")
    assert stated.pop("createdAt") > "2026"
    assert (stated_edge, stated) == (edge, {**named._asdict(), **facts})


def test_a_model_is_stated_with_its_file_and_its_signature(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(b"weights")
    with thalweg.run("train") as run:
        made = run.produces_model(
            "fraud",
            path="model.pkl",
            signature={"inputs": {"age": "long", "city": {"type": "string", "nullable": True}}},
            format="sklearn",
            metrics={"auc": 0.9},
            tags={"stage": "dev"},
        )
    assert made == thalweg.ModelVersion("python", "fraud", run.id)
    ((edge, stated),) = kept.things("writes")
    assert edge["target"] == {"modelVersion": made._asdict()}
    assert stated.pop("createdAt") > "2026"
    assert stated == {
        **made._asdict(),
        "uri": (tmp_path / "model.pkl").as_uri(),
        "bytes": 7,
        "sha256": hashlib.sha256(b"weights").hexdigest(),
        "signature": {
            "inputs": [{"name": "age", "type": "long"}, {"name": "city", "type": "string", "nullable": True}]
        },
        "format": "sklearn",
        "metrics": [{"key": "auc", "value": 0.9}],
        "tags": [{"key": "stage", "value": "dev"}],
    }


class MadeByMLflow:
    """As `mlflow.models.infer_signature` gives it."""

    def to_dict(self) -> dict[str, str | None]:
        spec = '[{"type": "long", "name": "age", "required": true}]'
        return {"inputs": spec, "outputs": '[{"type": "tensor", "tensor-spec": {"dtype": "float64"}}]', "params": None}


def test_a_signature_of_mlflow_is_read(kept: Kept) -> None:
    with thalweg.run("train") as run:
        run.produces_model("fraud", version="7", path="s3://models/fraud/7", signature=MadeByMLflow())
    ((_, stated),) = kept.things("writes")
    assert (stated["version"], stated["uri"]) == ("7", "s3://models/fraud/7")
    assert stated["signature"] == {
        "inputs": [{"type": "long", "name": "age", "required": True}],
        "outputs": [{"type": "tensor", "tensor-spec": {"dtype": "float64"}}],
    }


# ------------------------------------------------------------------------------------------------------- how it ends


@pytest.mark.parametrize(
    ("raised", "status", "error"),
    [
        (ValueError("no rows"), "FAILED", "ValueError: no rows"),
        (SystemExit(3), "FAILED", "SystemExit: 3"),
        (SystemExit(0), "FINISHED", None),
        (SystemExit(), "FINISHED", None),
        (KeyboardInterrupt(), "KILLED", "KeyboardInterrupt"),
        (asyncio.CancelledError(), "KILLED", "CancelledError"),
        (GeneratorExit(), "FINISHED", None),
    ],
    ids=lambda value: str(value) if not isinstance(value, BaseException) else repr(value),
)
def test_what_leaves_the_block_is_how_it_ended(
    kept: Kept, raised: BaseException, status: str, error: str | None
) -> None:
    with pytest.raises(type(raised)), thalweg.run("train"):
        raise raised
    assert (kept.run()["status"], kept.run().get("error")) == (status, error)


def test_an_error_is_told_without_its_variables(kept: Kept) -> None:
    def train(customer: str) -> None:
        raise KeyError("age")

    with pytest.raises(KeyError), thalweg.run("train"):
        train("Ada Lovelace")
    assert kept.run()["error"] == "KeyError: 'age'"
    assert "Lovelace" not in repr(kept.statements())


def test_a_run_ends_once_and_records_nothing_after(kept: Kept, caplog: Any) -> None:
    run = thalweg.start_run("train")
    run.end("KILLED", "preempted")
    run.end("FINISHED")
    run.params(late=1)
    assert (kept.run()["status"], kept.run()["error"]) == ("KILLED", "preempted")
    assert "params" not in kept.run()
    assert [f"params of run {run.id} was not recorded: The run has ended." in one for one in caplog.messages] == [True]


# ------------------------------------------------------------------------------------------------------------ parents


def test_a_run_has_the_parent_that_it_is_given(kept: Kept) -> None:
    with thalweg.run("sweep") as sweep:
        with thalweg.run("train", parent=sweep):
            pass
        with thalweg.run("train", parent="r-0", namespace="airflow"):
            pass
    edges = [edge for one in kept.statements() for edge in one.granule.get("edges", ()) if edge["type"] == "PARENT_OF"]
    parents = {(edge["source"]["run"]["namespace"], edge["source"]["run"]["runId"]) for edge in edges}
    assert parents == {("python", sweep.id), ("airflow", "r-0")}


# --------------------------------------------------------------------------------------------- several processes of one


def test_a_part_says_what_it_did_and_not_how_the_run_goes(kept: Kept) -> None:
    with thalweg.run("train", run_id="job-7", part="rank-1") as run:
        run.reads("s3://lake/tx", version="1")
        run.metrics(loss=0.5)
    scopes = [one.granule["scope"] for one in kept.statements()]
    assert {scope.partition("/metrics/")[0] for scope in scopes} == {
        "run/job-7/part/rank-1",
        f"run/job-7/part/rank-1/reads/{keys.dataset_version('s3://lake', 'tx', '1').id}",
    }
    assert "status" not in repr(kept.statements())


def test_a_part_that_fails_says_that_the_run_failed(kept: Kept) -> None:
    with pytest.raises(ValueError), thalweg.run("train", run_id="job-7", part="rank-1"):
        raise ValueError("no rows")
    (granule,) = [one.granule for one in kept.statements()]
    assert granule["scope"] == "run/job-7/part/rank-1/end"
    assert granule["runs"] == [
        {"namespace": "python", "runId": "job-7", "status": "FAILED", "error": "ValueError: no rows"}
    ]
