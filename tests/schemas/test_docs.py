"""The examples of docs/schemas.md, and what it says of formats."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from thalweg.model.columns import Column
from thalweg.schemas import FORMATS, compare, read

PAGE = (Path(__file__).resolve().parents[2] / "docs/schemas.md").read_text("utf-8")
EXAMPLES = re.findall(r"```sql\n(.*?)```\n\n```\n(.*?)```", PAGE, re.DOTALL)
KNOWN = (Column("id", "int", False), Column("age", "int", True), Column("plan", "string", True))


@pytest.mark.parametrize("example", range(len(EXAMPLES)))
def test_an_example_says_what_comes_out(example: int, tmp_path: Path) -> None:
    text, said = EXAMPLES[example]
    (tmp_path / "orders.sql").write_text(text)
    (table,) = read(tmp_path / "orders.sql", table="shop.orders")
    found = compare("postgres://db", KNOWN, table)
    assert [*map(str, found.changes), *found.suggestions] == said.splitlines()


def test_there_are_examples_and_a_line_for_every_format() -> None:
    assert len(EXAMPLES) == 2
    rows = "".join(re.findall(r"^\|([^|]*)\|", PAGE, re.MULTILINE))
    assert set(re.findall(r"`([\w-]+)`", rows)) == set(FORMATS)
