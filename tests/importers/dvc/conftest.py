"""Repositories that the real DVC keeps, 2 and 3, each in an environment of its own, once a session."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

HERE = Path(__file__).parent


class Made(NamedTuple):
    """A folder of repositories; of each its commits by what was done."""

    folder: Path
    commits: Mapping[str, Mapping[str, str]]

    def path(self, name: str) -> Path:
        return self.folder / name


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("dvc"))


def make(folder: Path) -> Made:
    for script in ("make_dvc_2.py", "make_dvc.py"):  # the one goes on where the other stopped
        command = [str(Path(sys.executable).with_name("uv")), "run", "--script", str(HERE / script), str(folder)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode == 0, done.stdout[-4000:]
    return Made(folder, json.loads((folder / "made.json").read_text()))
