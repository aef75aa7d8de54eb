"""A folder that the real SDK of Azure ML dumped, in an environment of its own, once a session."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("azureml") / "ws"
    made.mkdir()
    uv = str(Path(sys.executable).with_name("uv"))
    command = [uv, "run", "--script", str(HERE / "make_azureml.py"), str(made)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    return made
