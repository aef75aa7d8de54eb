"""Repositories that the real GTO tagged, in an environment of its own, once a session."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

HERE = Path(__file__).parent


class Made(NamedTuple):
    """A repository, and what GTO showed after each act: when, and by artifact and stage the version that holds it."""

    path: Path
    shown: list[tuple[int, dict[str, dict[str, str]]]]


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("gto")
    command = [str(Path(sys.executable).with_name("uv")), "run", "--script", str(HERE / "make_gto.py"), str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    return folder, json.loads((folder / "made.json").read_text())


def _of(made: tuple[Path, dict[str, Any]], name: str) -> Made:
    folder, shown = made
    return Made(folder / name, [(at, stages) for at, stages in shown[name]])


@pytest.fixture(scope="session")
def life(_made: tuple[Path, dict[str, Any]]) -> Made:
    return _of(_made, "life")


@pytest.fixture(scope="session")
def chance(_made: tuple[Path, dict[str, Any]]) -> Made:
    return _of(_made, "random")
