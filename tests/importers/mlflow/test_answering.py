"""An MLflow, known by its address: a real server, and real databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.mlflow.passes import Made
from thalweg.cli.main import main
from thalweg.importers import catalogue
from thalweg.importers.address import Address
from thalweg.model.errors import SourceError


@pytest.mark.parametrize("release", ["2", "3"])
def test_a_tracking_server_says_what_it_is(request: pytest.FixtureRequest, release: str) -> None:
    served = request.getfixturevalue(f"served_{release}")
    version = request.getfixturevalue(f"mlflow_{release}").names["mlflow"]
    ((name, lies),) = catalogue.recognised_at(Address(f"{served}/#/experiments/1"))
    assert (name, lies.what) == ("mlflow", f"the tracking server of MLflow {version}")


def test_what_is_said_can_be_imported(served_3: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("import", "auto", served_3, "--yes", "--store", f"sqlite:///{tmp_path}/store.db")) == 0
    offered, imported = capsys.readouterr().out.splitlines()[:2]
    assert offered.startswith(f"thalweg import mlflow {served_3}  the tracking server of MLflow 3")
    assert imported.startswith(f"mlflow:{served_3.removeprefix('http://')}: ")


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_a_database_with_mlflows_tables(backends_3: dict[str, str], kind: str) -> None:
    address = backends_3[kind]
    ((name, lies),) = catalogue.recognised_at(Address(address))
    assert (name, lies) == ("mlflow", (address, "an MLflow store"))
    other = {"postgresql": "template1", "mysql": "information_schema"}[kind]
    with pytest.raises(SourceError, match="is no MLflow store"):
        list(catalogue.recognised_at(Address(f"{address.rpartition('/')[0]}/{other}")))


def test_a_file_by_its_address(mlflow_3: Made, tmp_path: Path) -> None:
    ((name, lies),) = catalogue.recognised_at(Address(f"sqlite:////{mlflow_3.path}"))
    assert (name, lies.what) == ("mlflow", "an MLflow store")
    (tmp_path / "other.db").write_bytes(b"")
    with pytest.raises(SourceError, match="is no MLflow store"):
        list(catalogue.recognised_at(Address(f"sqlite:////{tmp_path}/other.db")))
