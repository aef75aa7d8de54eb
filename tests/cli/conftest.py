"""The command line over the example estate, and a server of it. Nothing of the environment of the tests reaches it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.program import Ran, serving
from thalweg.cli.commands.demo import filled
from thalweg.cli.main import main


@pytest.fixture(autouse=True)
def place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("THALWEG_") or name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
            monkeypatch.delenv(name)


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process, piped."""

    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        code = main(arguments)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def estate_store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a store that holds the example estate; nobody writes to it."""
    address = f"sqlite:///{tmp_path_factory.mktemp('estate')}/thalweg.db"
    asyncio.run(filled(address))
    return address


@pytest.fixture(scope="session")
def estate_server(estate_store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of that store."""
    with serving("--store", estate_store, "--read-only", cwd=tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(params=["store", "server"])
def where(request: pytest.FixtureRequest) -> list[str]:
    """The options that name the estate: its store, and its server. Both give the same answers."""
    return [f"--{request.param}", request.getfixturevalue(f"estate_{request.param}")]
