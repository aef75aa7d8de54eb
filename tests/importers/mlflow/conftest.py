"""Stores that MLflow 3 and MLflow 2 made, each in an environment of its own, once a session."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.importers.mlflow.passes import Made, Pass, read

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def _making(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, tuple[Path, subprocess.Popen[str]]]]:
    """Both at once: most of it is waiting for MLflow to be imported."""
    uv = Path(sys.executable).with_name("uv")
    started = {}
    for release in (3, 2):
        folder = tmp_path_factory.mktemp(f"mlflow-{release}")
        command = [str(uv), "run", "--script", str(HERE / f"make_mlflow_{release}.py"), str(folder)]
        environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONWARNINGS": "ignore"}
        started[release] = (
            folder,
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True),
        )
    yield started
    for _, process in started.values():
        process.kill()
        process.communicate()


def _made(making: dict[int, tuple[Path, subprocess.Popen[str]]], release: int) -> Made:
    folder, process = making[release]
    said, _ = process.communicate(timeout=600)
    assert process.returncode == 0, said[-4000:]
    return Made.at(folder)


@pytest.fixture(scope="session")
def mlflow_3(_making: dict[int, tuple[Path, subprocess.Popen[str]]]) -> Made:
    return _made(_making, 3)


@pytest.fixture(scope="session")
def mlflow_2(_making: dict[int, tuple[Path, subprocess.Popen[str]]]) -> Made:
    return _made(_making, 2)


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
