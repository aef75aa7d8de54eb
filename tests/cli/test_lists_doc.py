"""docs/lists.md: its examples are answered over the example estate, by the command line and by the API."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.graphql.conftest import asking
from thalweg.store.conditions import DEEPEST, FARTHEST, MOST, MOST_RELATED
from thalweg.store.open import open_store
from thalweg.store.questions import GroupBy

PAGE = (Path(__file__).parents[2] / "docs" / "lists.md").read_text("utf-8")
COMMANDS = [
    line
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]
QUERIES = re.findall(r"```graphql\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_lists_something(run: Run, estate_store: str, command: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "thalweg"
    ran = run(*arguments, "--store", estate_store)
    assert ran.code == 0, ran.err
    assert ran.out != ""


def test_the_page_has_examples_of_both() -> None:
    assert len(COMMANDS) > 10
    assert len(QUERIES) == 3


@pytest.mark.anyio
@pytest.mark.parametrize("query", QUERIES, ids=["filter", "groups", "counts"])
async def test_a_query_of_the_page_is_answered(estate_store: str, query: str) -> None:
    store = await open_store(estate_store, read_only=True)
    try:
        data = await asking(store)(query)
    finally:
        await store.close()
    ((_, answer),) = data.items()
    assert (answer.get("nodes") or answer["groups"]["nodes"]) != []


def test_the_page_says_the_bounds_and_the_groups() -> None:
    said = " ".join(PAGE.split())
    assert f"at most {MOST} parts, nested {DEEPEST} deep, and follows at most {MOST_RELATED} relations" in said
    assert f", {FARTHEST} of them one behind the other" in said
    words = {GroupBy.PARAM: "a parameter", GroupBy.ASSET: "an asset"}
    assert all(words.get(by, f"a {by.value.lower()}") in said for by in GroupBy)
