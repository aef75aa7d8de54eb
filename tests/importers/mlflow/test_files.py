"""The old file store: it states what the database states that MLflow itself makes of it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from math import isnan
from pathlib import Path

import pytest

from tests.importers.mlflow.passes import HERE, START, Made, Pass, plain, read
from thalweg.importers import catalogue, mlflow
from thalweg.importers.mlflow import files
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.errors import SourceError
from thalweg.model.facts import ANYONE, Caller, MarkKind, Point
from thalweg.store.open import open_store
from thalweg.store.store import Store
from thalweg.sync.bringing import bring


@pytest.fixture(scope="module")
def whole(files_3: Made) -> Pass:
    return read(files_3.path.parent)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """One engine is enough here: what a server states is brought into both (`test_tracking.py`)."""
    store = await open_store(f"sqlite:///{tmp_path}/store.db")
    yield store
    await store.close()


@pytest.fixture
def copy(files_3: Made, tmp_path: Path) -> Path:
    return Path(shutil.copytree(files_3.path.parent / "mlruns", tmp_path / "estate" / "mlruns"))


def folder(made: Made, copy: Path, nick: str) -> Path:
    """Where a run lies."""
    (found,) = copy.glob(f"*/{made.names[nick]}")
    return found


def test_files_state_what_the_database_states_that_mlflow_makes_of_them(files_3: Made, whole: Pass) -> None:
    assert plain(whole) == plain(read(files_3.path))
    assert whole.reading.complete
    assert whole.reading.total == len(whole.granules) > 20


def test_a_metric_has_its_history(files_3: Made, whole: Pass) -> None:
    history = whole.histories[files_3.run("train")]["loss"]
    assert [point.step for point in history] == [1, 2, 2, 3, 4]
    assert isnan(history[3].value)
    assert whole.histories[files_3.run("small")]["deep/er"] == [Point(3, START, 0.5)], "its file lies deeper"


def test_what_runs_read_and_wrote(files_3: Made, whole: Pass) -> None:
    train, model = files_3.run("train"), keys.model_version(HERE, "churn", "1")
    assert {role for _, role in whole.inputs(train)} == {"training", "validation", ""}
    assert model in whole.outputs(train)
    assert (model, "") in whole.inputs(files_3.run("evaluate"))
    (edge,) = [edge for edge in whole.edges if edge.target == files_3.run("reader") and edge.type is EdgeType.INPUT_TO]
    assert edge.props["columns"] == ["age", "plan", "spend"]


def test_models_have_aliases_and_stages(whole: Pass) -> None:
    marks = {(mark.version.parts[1:], mark.kind, mark.name) for mark in whole.marks}
    assert marks == {(("churn", "2"), MarkKind.ALIAS, "champion"), (("churn", "1"), MarkKind.STAGE, "Staging")}


def test_what_lies_in_the_trash_is_gone(files_3: Made, whole: Pass) -> None:
    assert whole.props[files_3.run("in a deleted experiment")]["gone_at"] > START
    assert whole.props[files_3.run("deleted")]["gone_at"] > START
    assert whole.props[keys.job(HERE, "dropped/train.py")]["gone_at"] > START


def test_it_is_found_and_named_by_its_folder(copy: Path) -> None:
    for location in (copy, copy.parent, copy.as_uri()):
        reading = mlflow.read(location)
        assert reading.source == "mlflow:estate"
        reading.close()
    assert ("mlflow", (str(copy), "a file store of MLflow")) in list(catalogue.recognised(copy.parent))
    assert files.find(copy.parent.parent) is None


def test_recipes_of_conda_are_no_file_store(tmp_path: Path) -> None:
    (tmp_path / "numpy").mkdir()
    (tmp_path / "numpy" / "meta.yaml").write_text("package:\n  name: numpy\n")
    assert list(catalogue.recognised(tmp_path)) == []
    with pytest.raises(SourceError, match="no file store of MLflow"):
        mlflow.read(tmp_path)


def test_a_line_of_a_metric_in_all_its_forms(files_3: Made, copy: Path) -> None:
    """Of MLflow 0.x, of 1.x and 2.x, and of one that was measured on a dataset."""
    lines = f"{START // 1000 + 1} 0.1\n{START // 1000 + 2} 0.2 5\n{START // 1000 + 3} inf 6 the customers 71e0957f\n\n"
    (folder(files_3, copy, "small") / "metrics" / "auc").write_text(lines)
    found = read(copy)
    at = [START + 1000 * after for after in (1, 2, 3)]
    points = [Point(0, at[0], 0.1), Point(5, at[1], 0.2), Point(6, at[2], float("inf"))]
    assert found.histories[files_3.run("small")]["auc"] == points
    assert found.reading.complete


def test_a_run_is_what_its_folder_is_called(files_3: Made, copy: Path) -> None:
    """As MLflow writes it: in the file of an input the dataset stands where the run should be."""
    (input, *_) = (folder(files_3, copy, "reader") / "inputs").iterdir()
    said = (input / "meta.yaml").read_text()
    assert files_3.names["reader"] not in said
    assert len(read(copy).inputs(files_3.run("reader"))) == 1


def _half(run: Path) -> None:
    meta = run / "meta.yaml"
    meta.write_text("artifact_uri: {" + meta.read_text()[:40])


def _written(part: str, content: bytes) -> Callable[[Path], None]:
    def damage(run: Path) -> None:
        (run / part).parent.mkdir(parents=True, exist_ok=True)
        (run / part).write_bytes(content)

    return damage


INPUT = b"source_type: DATASET\nsource_id: %s\ntags: {}\n"
LAUGHS = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (one, one, b", ".join([b"*%c" % (one - 1)] * 9)) for one in b"bcdefghij"
)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_half, "expected"),
        (lambda run: (run / "meta.yaml").unlink(), "it has no meta.yaml"),
        (_written("meta.yaml", b"- 1\n"), "is no mapping"),
        (_written("meta.yaml", b"status: half\n"), "`status` is 'half', and no whole number"),
        (_written("meta.yaml", LAUGHS + b"run_name: *j\n"), "`run_name` is a list, and no text"),
        (_written("meta.yaml", b"a: " + b"[" * 100_000), "it is nested more than 100 levels deep"),
        (_written("meta.yaml", b"- " * 100_000), "nested more than 100 levels deep"),
        (_written("metrics/auc", b"1767225600000\n"), "which is no point of a metric"),
        (_written("metrics/auc", b"1767225600000 0.5 1 it\n"), "the line '1767225600000 0.5 1 it'"),
        (_written("metrics/auc", b"1767225600000 high\n"), "`value` is 'high', and no number"),
        (_written("metrics/auc", b"noon 0.5\n"), "`timestamp` is 'noon', and no whole number"),
        (_written("tags/purpose", b"m\xfcde"), "utf-8"),
        (_written("params/long", b"x" * (files.LARGEST + 1)), "has more than 4,194,304 bytes"),
        (_written("inputs/1/meta.yaml", INPUT % b"../../1"), "and no name of a folder"),
        (_written("inputs/1/meta.yaml", INPUT % b"0123"), "No such file"),
        (_written("outputs/m-1/meta.yaml", b"step: [1]\n"), "`step` is a list, and no whole number"),
    ],
)
def test_what_cannot_be_read_costs_its_run_alone(
    files_3: Made, whole: Pass, copy: Path, damage: Callable[[Path], object], said: str
) -> None:
    damage(folder(files_3, copy, "small"))
    found = read(copy)
    assert whole.names - found.names == {f"run/{files_3.names['small']}"}
    (sentence,) = [one for one in found.reading.warnings if "could not be read" in one]
    assert said in sentence
    assert files_3.names["small"] in sentence
    assert not found.reading.complete


@pytest.mark.parametrize(
    ("file", "kept"),
    [("models/churn/version-2/meta.yaml", "model/canary"), ("*/models/m-*/meta.yaml", "model/churn")],
)
def test_models_that_cannot_be_read_are_said(copy: Path, file: str, kept: str) -> None:
    for found_file in copy.glob(file):
        found_file.write_text("version: [\n")
    found = read(copy)
    assert not found.reading.complete
    assert kept in found.names
    assert [one for one in found.reading.warnings if "could not be read" in one]


def test_an_experiment_that_cannot_be_read(files_3: Made, whole: Pass, copy: Path) -> None:
    experiment = folder(files_3, copy, "of the experiment").parent
    (experiment / "meta.yaml").write_text("name: [other]\n")
    found = read(copy)
    assert not found.reading.complete
    assert f"run/{files_3.names['of the experiment']}" not in found.names
    assert f"run/{files_3.names['train']}" in found.names


def test_of_many_things_that_cannot_be_read_some_are_said(files_3: Made, copy: Path) -> None:
    run = folder(files_3, copy, "small")
    for number in range(files.SAID + 5):
        (run.parent / f"{number:032x}" / "params").mkdir(parents=True)
    said = [one for one in read(copy).reading.warnings if "could not be read" in one]
    assert len(said) == files.SAID + 1
    assert said[-1].startswith("5 more things in ")


def test_links_of_a_disk_do_not_lead_round_and_round(files_3: Made, whole: Pass, copy: Path) -> None:
    tags = folder(files_3, copy, "small") / "tags"
    (tags / "again").symlink_to(tags)
    assert read(copy).names == whole.names


@pytest.mark.anyio
async def test_an_import_repeats_and_what_is_gone_is_gone(files_3: Made, copy: Path, store: Store) -> None:
    failed = files_3.run("failed")
    first = await bring(store, mlflow.read(copy, source="prod"), Caller())
    assert first.closed
    assert not first.refused
    second = await bring(store, mlflow.read(copy, source="prod"), Caller())
    assert {outcome.value for outcome in second.granules} == {"UNCHANGED"}
    shutil.rmtree(folder(files_3, copy, "failed"))
    (folder(files_3, copy, "killed") / "meta.yaml").write_text("status: [")
    third = await bring(store, mlflow.read(copy, source="prod"), Caller())
    assert not third.closed
    assert (await store.get([failed.id], ANYONE))[failed.id].gone_at is None
    shutil.rmtree(folder(files_3, copy, "killed"))
    fourth = await bring(store, mlflow.read(copy, source="prod"), Caller())
    assert fourth.counts["gone"] == 2
    assert (await store.get([failed.id], ANYONE))[failed.id].gone_at is not None
