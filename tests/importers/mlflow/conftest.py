"""Stores that MLflow 3 and MLflow 2 made and serve, each in an environment of its own, once a session."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.importers.mlflow import databases
from tests.importers.mlflow.passes import Made, Pass, read

HERE = Path(__file__).parent
UV = str(Path(sys.executable).with_name("uv"))
ENVIRONMENT = {
    **os.environ,
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "PYTHONWARNINGS": "ignore",
    "LOGNAME": "grace",  # who MLflow says it was
}

Making = dict[int, tuple[Path, "subprocess.Popen[bytes]"]]


@pytest.fixture(scope="session")
def _making(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Making]:
    """Both at once: most of it is waiting for MLflow to be imported."""
    started: Making = {}
    for release in (3, 2):
        folder = tmp_path_factory.mktemp(f"mlflow-{release}")
        command = [UV, "run", "--script", str(HERE / f"make_mlflow_{release}.py"), str(folder)]
        with (folder / "said").open("w") as said:
            process = subprocess.Popen(
                command, env=ENVIRONMENT, cwd=folder, stdout=said, stderr=said, start_new_session=True
            )
        started[release] = folder, process
    yield started
    for _, process in started.values():
        os.killpg(process.pid, signal.SIGKILL)  # `uv`, and Python below it
        process.wait()


def _made(making: Making, release: int, name: str = "made.json") -> Made:
    """Waits until a file of this name is there: `made.json` when the store is made, `address` when it is served."""
    folder, process = making[release]
    until = time.monotonic() + 600
    while not (folder / name).exists():
        assert process.poll() is None, (folder / "said").read_text()[-4000:]
        assert time.monotonic() < until
        time.sleep(0.05)
    return Made.at(folder)


@pytest.fixture(scope="session")
def served_3(_making: Making) -> str:
    """The address of a tracking server of MLflow 3 over the store of `mlflow_3`."""
    return (_made(_making, 3, "address").path.parent / "address").read_text()


@pytest.fixture(scope="session")
def served_2(_making: Making) -> str:
    return (_made(_making, 2, "address").path.parent / "address").read_text()


@pytest.fixture(scope="session")
def mlflow_3(_making: Making) -> Made:
    return _made(_making, 3)


@pytest.fixture(scope="session")
def mlflow_2(_making: Making) -> Made:
    return _made(_making, 2)


@pytest.fixture(scope="session")
def files_3(_making: Making) -> Made:
    """A file store that MLflow 3 made: its `mlruns` lies beside the database that MLflow made of it."""
    return Made.at(_made(_making, 3, "files/made.json").path.parent / "files")


@pytest.fixture(scope="session")
def backends_3(mlflow_3: Made) -> Iterator[dict[str, str]]:
    """The store of MLflow 3 in PostgreSQL and in MariaDB: their addresses."""
    with databases.postgresql() as postgresql, databases.mariadb() as mariadb:
        command = [UV, "run", "--script", str(HERE / "bring_mlflow.py"), str(mlflow_3.path.parent), postgresql, mariadb]
        done = subprocess.run(
            command, env=ENVIRONMENT, cwd=mlflow_3.path.parent, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-4000:]
        yield {"postgresql": postgresql, "mysql": mariadb}


@pytest.fixture(scope="session", params=["mlflow_2", "mlflow_3"])
def made(request: pytest.FixtureRequest) -> Made:
    """A store of each release: what a test says of this holds for both."""
    found: Made = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def given(made: Made) -> Pass:
    """What a pass over `made` states."""
    return read(made.path)


@pytest.fixture(scope="session")
def given_3(mlflow_3: Made) -> Pass:
    return read(mlflow_3.path)
