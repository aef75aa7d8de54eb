"""Runs that are recorded in this process into a spool, and scripts in processes of their own against a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import thalweg
from tests.cli.program import PATIENCE, Ran, environment, serving
from thalweg.client import Client, spool
from thalweg.client.delivery import Statement
from thalweg.client.recording import Choices


@pytest.fixture(autouse=True)
def place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of the environment of the tests reaches what is recorded, and it goes nowhere but here."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("THALWEG_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield
    thalweg.flush()
    thalweg.configure(spool=tmp_path / "nothing")


@dataclass(slots=True)
class Kept:
    """A spool, and what runs of this process stated in it."""

    folder: Path
    seen: set[Path] = field(default_factory=set)

    def statements(self) -> list[Statement]:
        """All of them, in their order."""
        assert thalweg.flush(PATIENCE)
        found = [one for path in spool.waiting(self.folder) for one in spool.read(path)]
        assert None not in found
        return [one for one in found if one is not None]

    def scopes(self) -> dict[str, dict[str, Any]]:
        """The last state of each scope, by its name behind that of the run."""
        return {one.granule["scope"].split("/", 2)[-1]: one.granule for one in self.statements()}

    def run(self) -> dict[str, Any]:
        """The facts of the one run itself."""
        states = [one.granule for one in self.statements() if one.granule["scope"].count("/") == 1]
        run: dict[str, Any] = states[-1]["runs"][0]
        return run

    def things(self, way: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """What was read, or written: the edge to each, and what is stated of it itself."""
        found = []
        for scope, granule in self.scopes().items():
            if scope.startswith(f"{way}/"):
                (edge,) = granule["edges"]
                stated = granule.get("datasetVersions") or granule.get("modelVersions") or [{}]
                found.append((edge, stated[0]))
        return found


Keep = Callable[..., Kept]


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Has what is recorded from now on kept in a spool, with other settings where they are given."""

    def keep(**settings: Any) -> Kept:
        given: Choices = {"spool": tmp_path / "spool", "source": "laptop", **settings}  # type: ignore[typeddict-item]
        thalweg.configure(**given)
        return Kept(tmp_path / "spool")

    return keep


@pytest.fixture
def kept(keep: Keep) -> Kept:
    return keep()


# ------------------------------------------------------------------------------------------------------------- scripts

Script = Callable[..., Ran]

BEGINNING = "import logging, sys, thalweg\nlogging.basicConfig(format='%(levelname)s %(name)s: %(message)s')\n"


HEARS_CTRL_C = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
"""For tests that a shell runs in the background, where it has all that they start ignore Ctrl-C."""


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Runs a script that records, in a process of its own to its end. Options are variables of its environment."""

    def script(text: str, *arguments: str, name: str = "train.py", **variables: str) -> Ran:
        path = tmp_path / name
        path.write_text(BEGINNING + text, "utf-8")
        variables = {"XDG_STATE_HOME": str(tmp_path / "state"), "PYTHONWARNINGS": "error", **variables}
        ran = subprocess.run(
            [sys.executable, str(path), *arguments],
            cwd=tmp_path,
            env=environment(**variables),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    return script


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over an empty store, for all tests: their runs are told apart by their jobs."""
    folder = tmp_path_factory.mktemp("server")
    with serving("--store", f"sqlite:///{folder}/store.db", cwd=folder) as address:
        yield address


RUN = """query ($job: String!) { job(name: $job) { runs(first: 10) { nodes {
  runId namespace name status startedAt endedAt error command user dirty url description
  params { key value } tags { key value } environment { key value } metrics { key last best step }
  commit { sha repository { name } } parent { runId } children { nodes { runId } }
  inputs { edges { role columns covers assumed pinned node {
    ... on DatasetVersion { namespace name version uri bytes columns { name type } }
    ... on ModelVersion { namespace name version } } } }
  outputs { nodes {
    ... on DatasetVersion { namespace name version uri bytes rows columns { name type nullable } }
    ... on ModelVersion { namespace name version uri bytes sha256 signature } } }
} } } }"""


def runs_of(server: str, job: str) -> list[dict[str, Any]]:
    """The runs of a job as a server has them."""
    found = Client(server).ask(RUN, {"job": job})["job"]
    return [] if found is None else list(found["runs"]["nodes"])


def run_of(server: str, job: str) -> dict[str, Any]:
    """The one run of a job."""
    (run,) = runs_of(server, job)
    return dict(run)


def lines_of(folder: Path) -> list[dict[str, Any]]:
    """What lies in a spool, the refused ones too."""
    return [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()]


def complete(lines: list[dict[str, Any]]) -> bool:
    """Whether all that the script says is there."""
    scopes = {line["granule"]["scope"].split("/", 2)[-1].partition("/")[0] for line in lines}
    runs = [line["granule"]["runs"][0] for line in lines if line["granule"]["scope"].count("/") == 1]
    return {"writes", "metrics", "process"} <= scopes and runs[-1]["status"] == "FINISHED"


def pairs(listed: list[dict[str, str]]) -> dict[str, str]:
    return {one["key"]: one["value"] for one in listed}
