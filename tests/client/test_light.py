"""A training script imports nothing of the server, and no package besides."""

from __future__ import annotations

import subprocess
import sys

import pytest

import thalweg
from tests.cli.program import environment
from thalweg import client

HEAVY = {
    "strawberry", "graphql", "starlette", "uvicorn", "neo4j", "sqlite3", "typer", "rich", "pydantic", "yaml", "orjson",
    "httpx", "pyarrow", "pandas", "polars", "numpy", "sqlglot",
}  # fmt: skip

LOADED = "; import sys; print(*sys.modules)"


def loaded(statement: str) -> set[str]:
    """The modules of an interpreter after a statement, but for those that it has anyway."""

    def ask(text: str) -> set[str]:
        command = [sys.executable, "-c", text + LOADED]
        return set(
            subprocess.run(command, env=environment(), capture_output=True, text=True, check=True).stdout.split()
        )

    return ask(statement) - ask("pass")


def test_importing_the_package_imports_nothing_else() -> None:
    assert {name for name in loaded("import thalweg") if name.startswith("thalweg.")} == set()


def test_recording_a_run_imports_the_client_and_the_model_alone(tmp_path: object) -> None:
    statement = (
        f"import thalweg; thalweg.configure(spool={str(tmp_path)!r}); run = thalweg.start_run('a'); run.params(a=1); "
        "run.reads('s3://a/b', columns=['c']); run.end(); assert thalweg.flush(60)"
    )
    modules = loaded(statement)
    assert {name.split(".")[1] for name in modules if name.startswith("thalweg.")} == {"client", "model"}
    assert modules & HEAVY == set()


def test_what_a_script_calls_stands_in_the_package() -> None:
    assert [name for name in thalweg.__all__ if name != "__version__" and getattr(thalweg, name) is None] == []
    assert thalweg.Run is client.Run
    with pytest.raises(AttributeError, match="has no attribute 'recrod'"):
        thalweg.recrod  # noqa: B018
