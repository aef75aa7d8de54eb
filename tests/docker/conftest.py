"""An environment as the image has it: what is locked, and the wheel, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment into which the built wheel was installed, alone."""
    folder = tmp_path_factory.mktemp("image")
    ours = Path(sys.executable).parent
    _run([ours / "hatchling", "build", "--target", "wheel", "--directory", folder / "dist"])
    environment = folder / "environment"
    _run([ours / "uv", "venv", "--quiet", "--python", sys.executable, environment])
    install: list[str | Path] = [ours / "uv", "pip", "install", "--quiet"]
    install += ["--python", environment / "bin" / "python"]
    _run([*install, "--require-hashes", "--only-binary", ":all:", "-r", ROOT / "requirements.lock"])
    (wheel,) = (folder / "dist").glob("*.whl")
    _run([*install, "--no-deps", wheel])
    return environment / "bin"


def _run(command: Sequence[str | Path]) -> None:
    clean = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]} failed:\n{done.stdout}{done.stderr}"
