"""Help answers at once, says everything, and a wrong use says where to look."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.program import environment, program

HEAVY = ("strawberry", "graphql", "starlette", "uvicorn", "neo4j", "pydantic", "yaml", "rich", "sqlite3", "asyncio")


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    asking = (
        "import sys\n"
        "from thalweg.cli.main import main\n"
        "code = main(['--help'])\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "print(loaded, file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", asking], cwd=tmp_path, env=environment(), capture_output=True, text=True
    )
    assert (ran.returncode, ran.stderr) == (0, "[]\n")


WHOLE = ("thalweg.graphql.schema", "thalweg.graphql.filters", "thalweg.graphql.statements")


def test_a_question_about_a_change_loads_a_part_of_the_schema(tmp_path: Path, estate_store: str) -> None:
    asking = (
        "import sys\n"
        "from thalweg.cli.main import main\n"
        f"code = main(['check', 's3://lake/transactions', '--content', '--store', {estate_store!r}])\n"
        f"loaded = [name for name in {WHOLE!r} if name in sys.modules]\n"
        "print(loaded, file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", asking], cwd=tmp_path, env=environment(), capture_output=True, text=True
    )
    assert (ran.returncode, ran.stderr) == (0, "[]\n")


def test_help_lists_every_command(tmp_path: Path) -> None:
    ran = program("--help", cwd=tmp_path)
    assert ran.code == 0
    listed = [line.split()[0] for line in ran.out.partition("Commands:")[2].splitlines() if line.startswith("  ")]
    commands = [
        "impact",
        "check",
        "lineage",
        "path",
        "ancestors",
        "live",
        "orphans",
        "provenance",
        "compare",
        "get",
        "search",
        "list",
        "serve",
        "sync",
        "demo",
        "flush",
        "forget",
        "restore",
        "schema",
        "import",
        "export",
        "identity",
        "policy",
        "store",
    ]
    assert listed[: len(commands)] == commands
    assert "..." not in ran.out.partition("Commands:")[2]


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version").out == "thalweg 0.1.0\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["lineag", "x"],
            "thalweg: No such command 'lineag'. Did you mean 'lineage', 'live'? `thalweg --help` says what there is.",
        ),
        (["lineage"], "thalweg: Missing argument 'NAME'. `thalweg lineage --help` says what there is."),
        (["check", "x", "--frob"], "thalweg: No such option: --frob. `thalweg check --help` says what there is."),
        (
            ["check", "x"],
            "thalweg: Nothing is said to happen. Give --content, changes of columns (--drop-column, …), --delete, "
            "--code or --withdraw.",
        ),
        (["serve", "--frob"], "thalweg: No such option: --frob. `thalweg serve --help` says what there is."),
        (
            ["get", "x", "--server", "http://a", "--store", "b.db"],
            "thalweg: --server and --store are both given. Give one: the question goes to one place.",
        ),
        (
            ["impact", "x", "--store", "sqlite:///none.db", "--delete", "--newest", "3"],
            "thalweg: --newest chooses versions whose content changes; with --delete it says nothing. "
            "Leave it out, or name the version.",
        ),
    ],
    ids=["command", "argument", "option", "change", "setting", "place", "newest"],
)
def test_a_wrong_use_is_one_line_and_exits_with_2(run: Run, arguments: list[str], sentence: str) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out, ran.err) == (2, "", f"{sentence}\n")


def test_a_group_without_a_command_shows_its_help(run: Run) -> None:
    ran = run("import")
    assert ran.code == 2
    assert ran.err.startswith("Usage: thalweg import")
