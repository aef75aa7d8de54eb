"""docs/columns.md and the README say of a column what the program says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "columns.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
SHOWN = re.compile(r"^```console\n\$ thalweg ([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
ROWS = re.findall(r"^\| `thalweg ([^`]*)` \| (\d) \| `(.*)` \|$", PAGE, re.MULTILINE)


def test_the_three_questions_are_there() -> None:
    assert len(SHOWN.findall(PAGE)) == len(ROWS) == 3
    assert len(SHOWN.findall(README)) == 1


@pytest.mark.parametrize(("command", "shown"), SHOWN.findall(PAGE) + SHOWN.findall(README))
def test_an_answer_is_what_is_printed(run: Run, where: list[str], command: str, shown: str) -> None:
    ran = run(*command.split(), *where)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == shown


@pytest.mark.parametrize(("command", "code", "verdict"), ROWS)
def test_an_exit_code_is_the_one_that_is_said(
    run: Run, estate_store: str, command: str, code: str, verdict: str
) -> None:
    ran = run(*command.split(), "--store", estate_store)
    assert (ran.code, ran.out.splitlines()[0]) == (int(code), verdict)


def test_every_reader_of_the_table_says_what_it_reads(run: Run, estate_store: str) -> None:
    ran = run(*SHOWN.findall(PAGE)[1][0].split(), "--json", "--store", estate_store)
    assert '"readers": 9,\n    "declared": 9,' in ran.out
