"""docs/client.md says what there is, and its examples do what it says."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import thalweg
from tests.cli.program import program
from tests.client.conftest import BEGINNING, Script, run_of
from thalweg.client import Client
from thalweg.client.recording import Choices, Start
from thalweg.client.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "client.md").read_text("utf-8")
README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
JOBS = [re.findall(r'thalweg\.(?:start_)?run\("([^"]+)"', example) for example in EXAMPLES]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 6
    assert all(JOBS)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_records_its_runs_without_a_word(server: str, script: Script, tmp_path: Path, number: int) -> None:
    ran = script(EXAMPLES[number].replace(BEGINNING, ""), THALWEG_SERVER=server)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    if 'spool="spool"' in EXAMPLES[number]:
        flushed = program("flush", "spool", cwd=tmp_path, THALWEG_SERVER=server)
        assert (flushed.code, flushed.err) == (0, "")
    if "part=" in EXAMPLES[number]:
        found = Client(server).ask('{ run(runId: "job-4711") { metrics { key } } }', {})
        assert found["run"]["metrics"] == [{"key": "loss"}]
        return
    for job in JOBS[number]:
        assert run_of(server, job)["status"] == "FINISHED"


def test_the_first_example_is_answered_by_what_is_asked_below_it(server: str, script: Script, tmp_path: Path) -> None:
    example = EXAMPLES[0].replace("train-fraud", "train-fraud-2").replace('"fraud"', '"fraud-2"')
    script(example, THALWEG_SERVER=server)
    impact = program("impact", "s3://lake/transactions", "--drop-column", "amount", cwd=tmp_path, THALWEG_SERVER=server)
    assert "job train-fraud-2  BREAKS" in impact.out
    spared = program("impact", "s3://lake/transactions", "--drop-column", "city", cwd=tmp_path, THALWEG_SERVER=server)
    assert "train-fraud-2" not in spared.out
    version = run_of(server, "train-fraud-2")["runId"]
    account = program("provenance", f"model:fraud-2/{version}", cwd=tmp_path, THALWEG_SERVER=server)
    assert "s3://lake/transactions@2026-05-01" in account.out


@pytest.mark.parametrize("call", ["reads", "reads_model", "writes", "produces_model", "metrics"])
def test_each_argument_of_a_call_is_told(call: str) -> None:
    parameters = inspect.signature(getattr(thalweg.Run, call)).parameters.values()
    names = [one.name for one in parameters if one.kind is one.KEYWORD_ONLY]
    assert [name for name in names if not re.search(rf"[`(, ]{name}[`=,)]", PAGE)] == []


def test_what_a_run_is_started_with_is_told() -> None:
    assert [name for name in Start.__annotations__ if f"`{name}`" not in PAGE] == []


def test_each_setting_is_told_with_its_variable_and_its_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `?([^|`]+?)`? \|", PAGE, re.MULTILINE)
    told = {setting: (variable, default) for setting, variable, default in rows}
    names = [field.name for field in fields(Settings)]
    assert list(told) == names == list(Choices.__annotations__)
    in_words: dict[str, Any] = {"server": "none", "source": "of the namespace", "spool": "~/.local/state/thalweg/spool"}
    for name in names:
        default = getattr(Settings(), name)
        written = str(default).lower() if isinstance(default, bool) else str(default)
        assert told[name] == (f"THALWEG_{name.upper()}", in_words.get(name, written))


def test_the_readme_shows_the_same_calls() -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert all(line.strip() in PAGE for line in example.splitlines() if "(" in line)
