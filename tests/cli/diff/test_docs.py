"""The worked example of docs/diff.md, as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.diff.conftest import Work

PAGE = (Path(__file__).parents[3] / "docs" / "diff.md").read_text("utf-8")


def block(language: str, holding: str) -> str:
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (found,) = [one for one in blocks if holding in one]
    return str(found)


def test_the_worked_example_says_what_the_page_says(
    run: Run, work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "facts.yaml").write_text(block("yaml", "thalweg: 1"))
    monkeypatch.setenv("THALWEG_STORE", f"sqlite:///{tmp_path}/thalweg.db")
    assert run("import", "manifest", "facts.yaml").code == 0
    work.begin({})
    migration = block("sql", "alter table")
    work.commit({migration.splitlines()[0].removeprefix("-- "): migration})
    command, *lines = block("console", "--as-of").splitlines()
    monkeypatch.chdir(work.path)
    ran = run(*command.removeprefix("$ thalweg ").split())
    assert (ran.code, ran.err) == (0, "")
    pattern = re.escape("\n".join(lines)).replace("…", ".*")
    assert re.fullmatch(pattern, ran.out.rstrip("\n")), ran.out
