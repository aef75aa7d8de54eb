"""What is said of models: versions, signatures, aliases and stages, what they came from, what read them."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.importers.mlflow.passes import HERE, Made, Pass, read
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.facts import JoinFact, MarkFact, MarkKind
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind

SIGNATURE = {
    "inputs": [
        {"name": "age", "type": "long", "nullable": False},
        {"name": "spend", "type": "double", "nullable": False},
    ],
    "outputs": [{"name": "score", "type": "double", "nullable": False}],
    "params": [{"name": "limit", "type": "long", "default": 3, "shape": None}],
}


def churn(version: int) -> Key:
    return keys.model_version(HERE, "churn", str(version))


def test_a_registered_model_says_what_it_is_and_whose(given: Pass) -> None:
    model = given.props[keys.model(HERE, "churn")]
    assert model["description"] == "Who leaves."
    assert model["tags"] == {"team": "growth", "tier": "1"}
    assert model["owners"] == ["growth"]


def test_a_version_says_what_it_is(made: Made, given: Pass) -> None:
    version = given.props[churn(2)]
    assert version["description"] == "Number 2"
    assert version["tags"] == {"approved": "yes"}
    assert version["status"] == "READY"
    assert version["extra"]["source"] == made.names["source"]
    assert "/artifacts/" in version["uri"]


def test_every_version_is_of_the_run_that_made_it(made: Made, given: Pass) -> None:
    assert {churn(1), churn(2)} <= given.outputs(made.run("train"))


def test_an_alias_marks_a_version_since_nobody_knows_when(given: Pass) -> None:
    assert MarkFact(churn(2), MarkKind.ALIAS, "champion") in given.marks


def test_a_stage_marks_a_version_that_is_there_since_its_last_change_at_the_latest(given: Pass) -> None:
    (stage,) = [mark for mark in given.marks if mark.kind is MarkKind.STAGE]
    assert (stage.version, stage.name) == (churn(1), "Staging")
    assert stage.since is None
    assert stage.first is not None
    assert stage.first > given.props[churn(1)]["created_at"]


def test_a_deleted_version_is_no_longer_stated(made: Made, given: Pass) -> None:
    assert churn(3) not in given.props
    assert churn(3) not in given.outputs(made.run("train"))


def test_a_copy_derives_from_what_it_was_copied_from(made: Made, given: Pass) -> None:
    canary = keys.model_version(HERE, "canary", "1")
    assert given.between(churn(2), canary) == [EdgeType.DERIVED_INTO]
    assert canary in given.outputs(made.run("train"))


def test_the_mlmodel_file_gives_signature_format_size_and_environment(made: Made, given: Pass) -> None:
    for version in (1, 2):
        props = given.props[churn(version)]
        assert props["signature"] == SIGNATURE
        assert props["format"] == "python_function"
        assert props["bytes"] > 100
        assert props["environment"]["mlflow"] == made.names["mlflow"]


def test_artifacts_that_are_not_reached_are_counted_once(made: Made, tmp_path: Path) -> None:
    """The store is elsewhere than where it was made: its artifacts are not where it says."""
    copy, artifacts = _moved(made, tmp_path)
    without = read(copy)
    assert "signature" not in without.props[churn(1)]
    (said,) = [sentence for sentence in without.reading.warnings if "MLmodel" in sentence]
    files = 6 if made.names["mlflow"] >= "3" else 3
    assert said.startswith(f"{files} MLmodel files cannot be reached from here")
    with_them = read(copy, artifacts=artifacts)
    assert with_them.props[churn(1)]["signature"] == with_them.props[churn(2)]["signature"] == SIGNATURE
    assert not [sentence for sentence in with_them.reading.warnings if "MLmodel" in sentence]


def test_an_mlmodel_file_that_cannot_be_read_costs_a_signature_alone(made: Made, tmp_path: Path) -> None:
    copy, artifacts = _moved(made, tmp_path)
    for file in artifacts.rglob("MLmodel"):
        file.write_text("signature: {inputs: '[{', outputs: 3}\n")
    found = read(copy, artifacts=artifacts)
    assert "signature" not in found.props[churn(1)]
    assert found.props[churn(1)]["description"] == "Number 1"
    assert [sentence for sentence in found.reading.warnings if "cannot be read" in sentence]


def _moved(made: Made, folder: Path) -> tuple[Path, Path]:
    """A copy of a store whose URIs lead nowhere, and a copy of its artifacts."""
    copy = folder / "moved.db"
    text = made.path.read_bytes()
    was = str(made.path.parent).encode()
    copy.write_bytes(text.replace(was, was[:-1] + b"X"))
    artifacts = folder / "copy of artifacts"
    shutil.copytree(made.path.parent / "artifacts", artifacts)
    return copy, artifacts


# ------------------------------------------------------------------------------------------- logged models of MLflow 3


def test_a_logged_model_is_the_first_version_that_it_was_registered_as(mlflow_3: Made, given_3: Pass) -> None:
    model_id = mlflow_3.names["model"]
    assert f"logged-model/{model_id}" in given_3.names
    assert given_3.joins == [JoinFact(keys.model_version(HERE, "churn/model", model_id), churn(1))]
    assert given_3.between(churn(1), churn(2)) == [EdgeType.DERIVED_INTO], "the same model, registered once more"
    assert given_3.props[churn(1)]["params"] == {"depth": "3", "rate": "0.1"}


def test_a_logged_model_that_is_not_registered_is_called_by_its_experiment(mlflow_3: Made, given_3: Pass) -> None:
    other = keys.model_version(HERE, "churn/model", mlflow_3.names["other model"])
    props = given_3.props[other]
    assert keys.model(HERE, "churn/model") in given_3.props
    assert props["status"] == "READY"
    assert props["tags"] == {"grade": "b"}
    assert props["signature"] == SIGNATURE
    assert props["metrics"]["auc"]["last"] == 0.75
    assert other in given_3.outputs(mlflow_3.run("again"))


def test_a_run_that_read_logged_models_names_them(mlflow_3: Made, given_3: Pass) -> None:
    other = keys.model_version(HERE, "churn/model", mlflow_3.names["other model"])
    assert given_3.inputs(mlflow_3.run("evaluate")) == {(churn(1), ""), (other, "")}


def test_a_nan_of_a_logged_model_is_one(given_3: Pass) -> None:
    metrics = given_3.props[churn(1)]["metrics"]
    assert metrics["lost"]["last"] != metrics["lost"]["last"]
    assert metrics["depths"]["last"] == float("-inf")


def test_a_model_says_what_was_measured_on_which_dataset(mlflow_3: Made, given_3: Pass) -> None:
    metrics = given_3.props[keys.model_version(HERE, "churn/model", mlflow_3.names["other model"])]["metrics"]
    values = {name: metric["last"] for name, metric in metrics.items()}
    on = {"f1 on customers": 0.0, "f1 on questions": 0.25, "f1 on elsewhere": 0.5}
    assert values == {"auc": 0.75, "f1": 0.5, **on}, "of all the last is without a dataset's name"


def test_prompts_are_no_models(given_3: Pass) -> None:
    models = {key.parts[1] for key in given_3.props if key.kind is Kind.MODEL}
    assert models == {"churn", "canary", "churn/model", "churn/withdrawn", "churn/nowhere"}
    assert given_3.reading.total == len(given_3.granules)


def test_that_traces_are_not_read_is_said(given_3: Pass) -> None:
    assert [said for said in given_3.reading.warnings if "has traces, which are not read" in said]
