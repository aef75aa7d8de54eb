"""A verdict that is kept, and asked again later."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

TABLE = """
thalweg: 1
source: table
datasets:
  - uri: s3://lake/orders
    versions:
      - {version: v1, columns: [{name: id, type: long}, {name: age, type: int}]}
"""
READER = """
thalweg: 1
source: reader
jobs:
  - namespace: test
    name: train
    runs:
      - run_id: r1
        started_at: "%s"
        inputs: [{dataset: "s3://lake/orders", version: v1, columns: [age]}]
"""
DROP = ("s3://lake/orders", "--drop-column", "age")


@pytest.fixture
def where(run: Run, tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "table.yaml").write_text(TABLE)
    assert run("import", "manifest", "table.yaml", "--store", "sqlite:///kept.db").code == 0
    return ("--store", "sqlite:///kept.db")


def kept(run: Run, *where: str) -> str:
    """Keeps the verdict of dropping a column that nobody reads, and gives its id."""
    ran = run("check", *DROP, "--keep", *where)
    assert (ran.code, ran.err) == (0, "")
    (id,) = re.findall(r"Kept as (verdict_[a-z2-7]{16})\.", ran.out)
    return str(id)


def verified(run: Run, id: str, *where: str) -> tuple[int, dict[str, Any]]:
    ran = run("check", "--verify", id, "--json", *where)
    document: dict[str, Any] = json.loads(ran.out)
    return ran.code, document


def test_a_verdict_that_still_stands_says_that_nothing_has_moved(run: Run, where: tuple[str, str]) -> None:
    id = kept(run, *where)
    assert kept(run, *where) == id
    code, document = verified(run, id, *where)
    assert (code, document["verdict"]) == (0, "PASS")
    (note,) = document["checks"][0]["notes"]
    assert note.startswith(f"Nothing has moved since {id} was kept on ")


def test_what_has_moved_since_is_told_and_decides(run: Run, where: tuple[str, str], tmp_path: Path) -> None:
    id = kept(run, *where)
    (tmp_path / "reader.yaml").write_text(READER % (datetime.now(UTC) - timedelta(days=1)).isoformat())
    assert run("import", "manifest", "reader.yaml", *where).code == 0
    code, document = verified(run, id, *where)
    assert (code, document["verdict"]) == (0, "WARN")
    moved = document["checks"][0]["notes"]
    assert "the verdict was PASS, and is WARN" in moved[0]
    assert "new: job:test train BREAKS by drop of age, WARN" in moved[1]
    assert run("check", "--verify", id, "--fail-on", "warn", *where).code == 1


def test_a_column_that_was_added_since_is_no_mistake(run: Run, where: tuple[str, str], tmp_path: Path) -> None:
    ran = run("check", DROP[0], "--add-column", "plan:string", "--keep", *where)
    (id,) = re.findall(r"Kept as (verdict_[a-z2-7]{16})\.", ran.out)
    more = TABLE.replace("{name: age, type: int}", "{name: age, type: int}, {name: plan, type: varchar}")
    (tmp_path / "table.yaml").write_text(more.replace("version: v1", "version: v2"))
    assert run("import", "manifest", "table.yaml", *where).code == 0
    code, document = verified(run, id, *where)
    assert (code, document["verdict"]) == (0, "PASS")
    assert "The column `plan` was added already." in document["checks"][0]["notes"]
    ran = run("check", DROP[0], "--add-column", "plan:string", *where)
    assert (ran.code, ran.out) == (2, "")
    assert "has a column `plan` of the type varchar already. Leave the addition out" in ran.err


def test_what_cannot_be_verified_is_an_error(run: Run, where: tuple[str, str]) -> None:
    for arguments, said in (
        (["--verify", "verdict_nobody"], "No verdict is kept under 'verdict_nobody'."),
        (["--verify", "verdict_a", "x"], "--verify asks again what was asked before, of now, and takes no NAME: x."),
        (["--verify", "verdict_a", "--drop-column", "age"], "asked before, of now, and takes no --drop-column."),
    ):
        ran = run("check", *arguments, *where)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
