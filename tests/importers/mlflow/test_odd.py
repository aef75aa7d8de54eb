"""What is odd in a store costs that alone, and is said: never a lost run."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.importers.mlflow.passes import HERE, Made, Pass, read
from thalweg.model import keys
from thalweg.model.edges import EdgeType

Altered = Callable[..., Pass]


@pytest.fixture
def altered(mlflow_3: Made, tmp_path: Path) -> Altered:
    """A pass over a copy in which statements were executed."""

    def read_altered(*statements: str, parameters: tuple[object, ...] = ()) -> Pass:
        copy = shutil.copyfile(mlflow_3.path, tmp_path / "store.db")
        connection = sqlite3.connect(copy)
        for statement in statements:
            connection.execute(statement, parameters)
        connection.commit()
        connection.close()
        return read(Path(copy))

    return read_altered


def said(found: Pass, *words: str) -> list[str]:
    return [sentence for sentence in found.reading.warnings if all(word in sentence for word in words)]


def test_a_schema_that_is_no_json(mlflow_3: Made, given_3: Pass, altered: Altered) -> None:
    found = altered("UPDATE datasets SET dataset_schema = '{\"mlflow_colspec\": [' WHERE name = 'customers'")
    customers = keys.dataset_version("s3://lake", "customers", mlflow_3.digest("customers"))
    assert "columns" not in found.props[customers]
    assert said(found, "'customers'", "cannot be read")
    assert found.names == given_3.names


@pytest.mark.parametrize(
    "schema", ['{"mlflow_colspec": 3}', '{"mlflow_colspec": [3]}', "[]", '{"mlflow_tensorspec": 1}']
)
def test_a_schema_of_another_shape(altered: Altered, given_3: Pass, schema: str) -> None:
    found = altered("UPDATE datasets SET dataset_schema = ?", parameters=(schema,))
    assert said(found, "cannot be read")
    assert found.names == given_3.names


@pytest.mark.parametrize("value", ["age, spend", '"age"', '["age"', "[1]", '[""]', ""])
def test_a_list_of_columns_that_cannot_be_read(mlflow_3: Made, given_3: Pass, altered: Altered, value: str) -> None:
    found = altered("UPDATE input_tags SET value = ? WHERE name = 'thalweg.columns.2'", parameters=(value,))
    (edge,) = [edge for edge in found.edges if edge.target == mlflow_3.run("reader")]
    assert edge.props == {}, "half of a list clears nothing"
    assert said(found, mlflow_3.names["reader"], "'scored'", "thalweg.columns.2", repr(value), "taken as not known")
    assert found.names == given_3.names


@pytest.mark.parametrize(("tags", "columns"), [(True, ["age", "plan", "spend"]), (False, None)])
def test_a_table_that_a_run_logged_twice(
    mlflow_3: Made, altered: Altered, tags: bool, columns: list[str] | None
) -> None:
    """Under two names of one source: what was read is what either says, and not known where one says nothing."""
    found = altered(
        """
        INSERT INTO datasets SELECT 'again', experiment_id, 'again', digest, dataset_source_type, dataset_source,
          dataset_schema, dataset_profile FROM datasets WHERE name = 'predictions'
        """,
        """
        INSERT INTO inputs(input_uuid, source_type, source_id, destination_type, destination_id)
        SELECT 'twice', 'DATASET', 'again', 'RUN', run_uuid FROM runs WHERE name = 'reader'
        """,
        "INSERT INTO input_tags VALUES ('twice', 'mlflow.data.context', 'scoring')",
        *(["INSERT INTO input_tags VALUES ('twice', 'thalweg.columns', '[\"plan\"]')"] if tags else []),
    )
    (edge,) = [edge for edge in found.edges if edge.target == mlflow_3.run("reader")]
    assert edge.props.get("columns") == columns


def test_a_source_that_is_no_json(mlflow_3: Made, altered: Altered) -> None:
    found = altered("UPDATE datasets SET dataset_source = 's3:' WHERE name = 'customers'")
    named = keys.dataset_version(HERE, "churn/customers", mlflow_3.digest("customers"))
    assert named in {key for key, _ in found.inputs(mlflow_3.run("train"))}
    assert said(found, "'customers'", "no JSON")


def test_a_source_that_is_longer_than_a_name(mlflow_3: Made, altered: Altered) -> None:
    uri = "s3://lake/" + "deep/" * 1000
    found = altered(
        "UPDATE datasets SET dataset_source = json_object('uri', ?) WHERE name = 'customers'", parameters=(uri,)
    )
    assert f"run/{mlflow_3.names['train']}" in found.names


def test_a_status_that_mlflow_does_not_have(mlflow_3: Made, altered: Altered) -> None:
    found = altered(
        "CREATE TABLE copied AS SELECT * FROM runs",  # without MLflow's own check of the status
        "DROP TABLE runs",
        "ALTER TABLE copied RENAME TO runs",
        "UPDATE runs SET status = 'PAUSED' WHERE name = 'failed'",
    )
    assert found.props[mlflow_3.run("failed")]["status"] == "UNKNOWN"
    assert said(found, mlflow_3.names["failed"], "'PAUSED'")


def test_text_that_is_not_utf_8(mlflow_3: Made, given_3: Pass, altered: Altered) -> None:
    found = altered(
        "UPDATE tags SET value = CAST(x'6dfc6465' AS TEXT) WHERE key = 'purpose'",
        "UPDATE datasets SET name = CAST(x'6dfc6465' AS TEXT) WHERE name = 'dataset'",
    )
    assert found.props[mlflow_3.run("train")]["tags"]["purpose"] == "m\N{REPLACEMENT CHARACTER}de"
    assert (HERE, "churn/m\N{REPLACEMENT CHARACTER}de") in {
        key.parts[:2] for key, _ in found.inputs(mlflow_3.run("train"))
    }
    assert len(found.names) == len(given_3.names)


def test_a_nul_in_a_name(mlflow_3: Made, altered: Altered) -> None:
    found = altered(
        "UPDATE experiments SET name = 'chu' || char(0) || 'rn' WHERE name = 'churn'",
        "UPDATE datasets SET name = 'da' || char(0) || 'ta' WHERE name = 'dataset'",
        "UPDATE logged_models SET name = 'mo' || char(0)",
    )
    assert found.props[mlflow_3.run("train")]["job"] == [HERE, "chu\N{REPLACEMENT CHARACTER}rn/train.py"]


def test_times_that_are_none(mlflow_3: Made, altered: Altered) -> None:
    found = altered(
        "UPDATE runs SET start_time = -1, end_time = 0 WHERE name = 'failed'",
        "UPDATE runs SET start_time = 999999999999999999, end_time = NULL WHERE name = 'killed'",
    )
    for nick in ("failed", "killed"):
        assert "started_at" not in found.props[mlflow_3.run(nick)]
        assert "ended_at" not in found.props[mlflow_3.run(nick)]


def test_points_at_times_that_are_none_are_at_no_time(mlflow_3: Made, altered: Altered) -> None:
    found = altered("UPDATE metrics SET timestamp = -5 WHERE key = 'loss'", "UPDATE metrics SET timestamp = 1 << 62")
    train = mlflow_3.run("train")
    assert {point.at for points in found.histories[train].values() for point in points} == {0}
    assert {metric["at"] for metric in found.props[train]["metrics"].values()} == {0}


def test_a_logged_model_that_is_no_longer_there(mlflow_3: Made, altered: Altered) -> None:
    found = altered("DELETE FROM logged_models WHERE model_id = ?", parameters=(mlflow_3.names["other model"],))
    assert len(found.inputs(mlflow_3.run("evaluate"))) == 1
    assert said(found, mlflow_3.names["evaluate"], mlflow_3.names["other model"])


def test_a_deleted_logged_model_is_gone(mlflow_3: Made, altered: Altered) -> None:
    found = altered("UPDATE logged_models SET lifecycle_stage = 'deleted'")
    other = keys.model_version(HERE, "churn/model", mlflow_3.names["other model"])
    assert found.props[other]["gone_at"] > 0


def test_what_many_runs_lack_is_said_once_and_counted(mlflow_3: Made, altered: Altered) -> None:
    found = altered("DELETE FROM tags WHERE key = 'mlflow.source.git.repoURL'",
                    "INSERT INTO tags SELECT 'mlflow.source.git.commit', 'abc', run_uuid FROM runs WHERE name IN "
                    "('child', 'reader', 'failed', 'killed', 'running')")  # fmt: skip
    told = said(found, "commit")
    assert len(told) == 4
    assert told[-1] == "6 more runs name a commit that could not be told."
    assert found.code(mlflow_3.run("train")) is None


def test_a_workspace_is_a_namespace_of_its_own(mlflow_3: Made, altered: Altered) -> None:
    tables = ("registered_models", "registered_model_aliases", "registered_model_tags", "model_versions")
    found = altered(
        "UPDATE experiments SET workspace = 'risk'",
        *(f"UPDATE {table} SET workspace = 'risk'" for table in (*tables, "model_version_tags")),
    )
    run = keys.run(f"{HERE}/risk", mlflow_3.names["train"])
    version = keys.model_version(f"{HERE}/risk", "churn", "2")
    assert found.props[run]["job"] == [f"{HERE}/risk", "churn/train.py"]
    assert found.between(run, version) == [EdgeType.PRODUCED]
    assert found.props[version]["tags"] == {"approved": "yes"}
    assert "model/risk/churn" in found.names


# --------------------------------------------------------------------------------------------------- older releases


def test_a_store_without_what_came_later(mlflow_2: Made, tmp_path: Path) -> None:
    """As MLflow 2.0 left it: no datasets, no aliases, no time of deletion."""
    copy = shutil.copyfile(mlflow_2.path, tmp_path / "store.db")
    connection = sqlite3.connect(copy)
    for table in ("input_tags", "inputs", "datasets", "registered_model_aliases"):
        connection.execute(f"DROP TABLE {table}")
    for table, column in (
        ("runs", "deleted_time"),
        ("experiments", "creation_time"),
        ("model_versions", "storage_location"),
    ):
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    connection.commit()
    connection.close()
    found = read(Path(copy))
    assert found.props[mlflow_2.run("deleted")]["gone_at"] == found.props[mlflow_2.run("deleted")]["ended_at"]
    assert found.props[mlflow_2.run("train")]["metrics"]["auc"]["best"] == 0.9
    assert keys.model_version(HERE, "churn", "2") in found.outputs(mlflow_2.run("train"))
    assert len([name for name in found.names if name.startswith("run/")]) > 10
    assert found.reading.total == len(found.granules)


def test_a_store_of_an_experiment_alone(mlflow_2: Made, tmp_path: Path) -> None:
    copy = shutil.copyfile(mlflow_2.path, tmp_path / "store.db")
    connection = sqlite3.connect(copy)
    for table in ("runs", "tags", "params", "metrics", "inputs", "datasets", "model_versions", "registered_models"):
        connection.execute(f"DELETE FROM {table}")
    connection.commit()
    connection.close()
    found = read(Path(copy))
    assert {granule.name.split("/")[0] for granule in found.granules} == {"experiment"}
