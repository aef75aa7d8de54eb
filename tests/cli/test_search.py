"""`thalweg search` over the example estate; and docs/search.md, whose examples are run as they stand there."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_output import ESCAPE, on_a_terminal

PAGE = (Path(__file__).parents[2] / "docs" / "search.md").read_text("utf-8")
EXAMPLES = [
    (command, answer)
    for block in re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for command, answer in re.findall(r"^\$ thalweg (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize(("command", "answer"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_an_example_of_the_page_answers_so(run: Run, where: list[str], command: str, answer: str) -> None:
    ran = run(*shlex.split(command), *where)
    assert (ran.code, ran.out) == (0, answer)


def test_as_json_it_is_one_document_whatever_is_asked(run: Run, where: list[str]) -> None:
    found = json.loads(run("search", "fraud", "--limit", "2", "--json", *where).out)
    assert [hit["node"]["name"] for hit in found["hits"]] == ["fraud", "fraud"]
    assert found["hits"][0] | {"node": {}} == {
        "tier": "EXACT",
        "node": {},
        "matches": [{"field": "NAME", "snippet": "fraud", "ranges": [{"offset": 0, "length": 5}]}],
    }
    further = json.loads(run("search", "fraud", "--after", found["cursor"], "--json", *where).out)
    whole = json.loads(run("search", "fraud", "--json", *where).out)
    assert found["hits"] + further["hits"] == whole["hits"][: 2 + len(further["hits"])]
    assert json.loads(run("search", "nothing-like-it", "--json", *where).out) == {"hits": [], "cursor": None}


def test_more_than_a_server_gives_at_once_is_asked_for_in_pages(run: Run, where: list[str]) -> None:
    found = json.loads(run("search", "shop", "--limit", "150", "--json", *where).out)
    ids = [hit["node"]["id"] for hit in found["hits"]]
    assert len(ids) == len(set(ids)) > 0


def test_what_was_met_is_coloured_on_a_terminal_and_nowhere_else(run: Run, tmp_path: Path, estate_store: str) -> None:
    asked = ("search", "merchant", "--store", estate_store)
    written = on_a_terminal(*asked, cwd=tmp_path)
    assert re.search(rf"{ESCAPE}\[[0-9;]*33mmerchant", written)
    assert ESCAPE not in run(*asked).out


@pytest.mark.parametrize("text", ["nothing-like-it", "***", "", '"'])
def test_nothing_found_is_said(run: Run, estate_store: str, text: str) -> None:
    ran = run("search", text, "--store", estate_store)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("Nothing was found.")


def test_a_text_that_is_too_long_is_one_line_of_error(run: Run, where: list[str]) -> None:
    ran = run("search", "x" * 500, *where)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "thalweg: The text to search for has 500 characters. Search for at most 400 characters.\n"
