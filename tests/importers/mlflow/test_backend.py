"""A backend store in PostgreSQL and in MariaDB: it states what the same store in SQLite states."""

from __future__ import annotations

import sys

import psycopg
import pytest

from tests.importers.mlflow.passes import HERE, Made, plain, read
from thalweg.importers import mlflow
from thalweg.model import keys
from thalweg.model.errors import SourceError

BOTH = pytest.mark.parametrize("kind", ["postgresql", "mysql"])


def beside(address: str, database: str) -> str:
    """Another database of the same server."""
    return f"{address.rpartition('/')[0]}/{database}"


def refusal(address: str) -> SourceError:
    with pytest.raises(SourceError) as refused:
        read(address, patience=1)
    assert refused.value.message.endswith(".")
    assert refused.value.hint.endswith(".")
    return refused.value


@BOTH
def test_a_store_is_the_same_in_any_database(mlflow_3: Made, backends_3: dict[str, str], kind: str) -> None:
    found = read(backends_3[kind])
    assert plain(found) == plain(read(mlflow_3.path))
    assert found.reading.complete
    assert found.reading.total == len(found.granules)
    assert [said for said in found.reading.warnings if "has traces" in said]


@BOTH
def test_it_is_called_after_its_database(backends_3: dict[str, str], kind: str) -> None:
    reading = mlflow.read(backends_3[kind])
    assert reading.source == "mlflow:mlflow"
    reading.close()
    reading.close()


@BOTH
def test_a_pass_may_be_left_early(backends_3: dict[str, str], kind: str) -> None:
    reading = mlflow.read(backends_3[kind])
    next(reading.granules)
    reading.close()


@BOTH
def test_a_database_of_something_else(backends_3: dict[str, str], kind: str) -> None:
    other = {"postgresql": "template1", "mysql": "information_schema"}[kind]
    assert "is no MLflow store" in refusal(beside(backends_3[kind], other)).message


@BOTH
def test_a_database_that_is_not_there(backends_3: dict[str, str], kind: str) -> None:
    said = str(refusal(beside(backends_3[kind], "absent").replace("mlflow@", "mlflow:secret@")))
    assert "absent" in said
    assert "secret" not in said


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2", "mysql+mysqldb", "mariadb"])
def test_a_server_that_is_not_there(scheme: str) -> None:
    said = str(refusal(f"{scheme}://mlflow:s%40cret@127.0.0.1:9/mlflow?connect_timeout=1"))
    assert "cannot be read: " in said
    assert "refused" in said
    assert "cret" not in said


@pytest.mark.parametrize("address", ["postgresql://ada:secret@host", "mysql://ada:secret@host:port/mlflow"])
def test_an_address_that_is_none(address: str) -> None:
    assert "secret" not in str(refusal(address))


@pytest.mark.parametrize(("kind", "library"), [("postgresql", "psycopg"), ("mysql", "pymysql")])
def test_a_library_that_is_not_installed(monkeypatch: pytest.MonkeyPatch, kind: str, library: str) -> None:
    monkeypatch.delitem(sys.modules, f"thalweg.importers.mlflow.{kind}", raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    assert f"pip install 'thalweg[{kind}]'" in refusal(f"{kind}://host/mlflow").hint


def test_a_user_who_may_not_read_all(backends_3: dict[str, str]) -> None:
    """What is hidden from somebody is not what a release lacks."""
    with psycopg.connect(backends_3["postgresql"], autocommit=True) as connection:
        connection.execute("CREATE ROLE eve LOGIN")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO eve")
        connection.execute("REVOKE SELECT ON datasets FROM eve")
    refused = refusal(backends_3["postgresql"].replace("mlflow@", "eve@"))
    assert "permission denied for table datasets" in refused.message


def test_a_release_that_lacks_tables_and_columns(mlflow_3: Made, backends_3: dict[str, str]) -> None:
    """Much as MLflow 2.0 left it."""
    address = backends_3["postgresql"]
    with psycopg.connect(beside(address, "postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE older TEMPLATE mlflow")
    older = beside(address, "older")
    with psycopg.connect(older) as connection:
        for table in ("logged_models", "inputs", "datasets", "registered_model_aliases", "trace_info"):
            connection.execute(f"DROP TABLE {table} CASCADE")
        for table in ("experiments", "registered_models", "model_versions"):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN workspace CASCADE")
        connection.execute("ALTER TABLE metrics DROP COLUMN step CASCADE")
    found = read(older)
    assert keys.model_version(HERE, "churn", "2") in found.outputs(mlflow_3.run("train"))
    assert [point.step for point in found.histories[mlflow_3.run("train")]["auc"]] == [0, 0, 0]
    assert found.reading.total == len(found.granules)
    with psycopg.connect(older) as connection:
        connection.execute("ALTER TABLE params DROP COLUMN value")
    assert "has no column `params.value`" in refusal(older).message
