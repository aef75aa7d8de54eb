"""What the real dbt left of a project, in an environment of its own, once a session."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Made:
    """Target folders: after a `build`, after the `docs`, after a second build (`later`), and after a `test` alone."""

    folder: Path

    def __getitem__(self, step: str) -> Path:
        return self.folder / step

    def results(self, step: str) -> Path:
        return self[step] / "run_results.json"

    def invocation(self, step: str) -> str:
        """The id of the invocation of a step."""
        return str(read(self.results(step))["metadata"]["invocation_id"])

    def version(self, step: str) -> str:
        return f"dbt:{self.invocation(step)}"


def read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text())
    return found


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Of two processes of one session the second waits for what the first makes."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "dbt"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "test").exists():
            uv = str(Path(sys.executable).with_name("uv"))
            command = [uv, "run", "--script", str(HERE / "make_dbt.py"), str(folder)]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            assert done.returncode == 0, done.stdout[-4000:]
    return Made(folder)


@dataclass(frozen=True, slots=True)
class Target:
    """A target folder of the test's own, whose files it may change."""

    path: Path

    def change(self, name: str, **places: Any) -> None:
        """Sets values in a file, by dotted places: `metadata__adapter_type="postgres"`."""
        file = self.path / name
        given = read(file)
        for place, value in places.items():
            *way, last = place.split("__")
            inside = given
            for step in way:
                inside = inside[step]
            inside[last] = value
        file.write_text(json.dumps(given))

    def node(self, unique_id: str, values: Mapping[str, Any]) -> None:
        """Sets values of a node of the manifest."""
        given = read(self.path / "manifest.json")
        given["nodes"][unique_id].update(values)
        (self.path / "manifest.json").write_text(json.dumps(given))

    def result(self, unique_id: str, values: Mapping[str, Any]) -> None:
        """Sets values of what came of a node."""
        given = read(self.path / "run_results.json")
        (one,) = (one for one in given["results"] if one["unique_id"] == unique_id)
        one.update(values)
        (self.path / "run_results.json").write_text(json.dumps(given))


@pytest.fixture
def target(made: Made, tmp_path: Path) -> Target:
    """As the second build left it, with the catalog that is older than it."""
    shutil.copytree(made["later"], tmp_path / "shop" / "target")
    return Target(tmp_path / "shop" / "target")
