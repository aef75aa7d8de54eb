"""A dump that the lines of the importer's page made, with the real boto3, once a session."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = Path(__file__).parents[3] / "docs" / "importers" / "sagemaker.md"


@pytest.fixture(scope="session")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sagemaker")
    uv = str(Path(sys.executable).with_name("uv"))
    command = [uv, "run", "--script", str(HERE / "make_sagemaker.py"), str(PAGE), str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    return folder / "sagemaker.jsonl"
