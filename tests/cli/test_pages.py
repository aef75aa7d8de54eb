"""The examples of the command line in the documentation: each is run on the example estate, and answers as it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.conftest import Run

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("provenance.md", "compare.md")


class Example(NamedTuple):
    """One fenced block: the page and the line that it begins at, a command, and what it prints."""

    page: str
    line: int
    command: str
    answer: str


def examples(page: str) -> list[Example]:
    text = (DOCS / page).read_text("utf-8")
    blocks = re.finditer(r"^```console\n\$ thalweg (.*)\n((?:.*\n)*?)^```$", text, re.MULTILINE)
    return [Example(page, text.count("\n", 0, block.start()) + 1, block[1], block[2]) for block in blocks]


def test_the_pages_have_examples() -> None:
    assert all(len(examples(page)) >= 2 for page in PAGES)


@pytest.mark.parametrize(
    "example", [one for page in PAGES for one in examples(page)], ids=lambda one: f"{one.page} line {one.line}"
)
def test_an_example_answers_as_the_page_says(run: Run, estate_store: str, example: Example) -> None:
    ran = run(*shlex.split(example.command), "--store", estate_store)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == example.answer
