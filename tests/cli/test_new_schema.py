"""thalweg check --new-schema: what a file changes of a dataset, and what that does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

TABLE = """
thalweg: 1
source: test
datasets:
  - uri: postgres://db:5432/shop.orders
    versions:
      - version: v1
        created_at: 2026-10-01T00:00:00Z
        columns:
          - {name: id, type: bigint, nullable: false, field_id: "1"}
          - {name: age, type: int, nullable: false, field_id: "2"}
          - {name: note, type: text, field_id: "3"}
  - uri: s3://lake/bare
    versions: [{version: v1, created_at: 2026-10-01T00:00:00Z}]
jobs:
  - namespace: test
    name: train
    runs:
      - run_id: r1
        started_at: 2026-10-30T00:00:00Z
        inputs:
          - {dataset: "postgres://db:5432/shop.orders", version: v1, columns: [age]}
"""
ORDERS = "postgres://db:5432/shop.orders"


@pytest.fixture
def check(run: Run, tmp_path: Path) -> Any:
    """Checks a dataset of a small store against a file, and gives the exit code and the answers."""
    (tmp_path / "facts.yaml").write_text(TABLE)
    assert run("import", "manifest", "facts.yaml", "--store", "sqlite:///small.db").code == 0

    def check(file: str, text: str, *more: str, name: str = ORDERS) -> tuple[int, list[dict[str, Any]]]:
        (tmp_path / file).write_text(text)
        asked = [
            "check",
            name,
            "--new-schema",
            file,
            "--as-of",
            "2026-11-01",
            "--store",
            "sqlite:///small.db",
            "--json",
        ]
        ran = run(*asked, *more)
        assert ran.err == "" or ran.code == 2, ran.err
        return ran.code, json.loads(ran.out)["checks"]

    return check


def changes(answer: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer["given"]["changes"]
    return found


def test_what_a_file_changes_is_asked(check: Any) -> None:
    code, (answer,) = check("new.sql", "create table shop.orders (id bigint not null, age int, total numeric(9, 2))")
    assert changes(answer) == [
        {"nullable": "age"},
        {"drop": "note"},
        {"add": {"column": "total", "type": "DECIMAL(9, 2)"}},
    ]
    assert [(one["asset"], one["effect"], one["confidence"]) for one in answer["findings"]] == [
        ("job:test train", "BREAKS", "POSSIBLE")
    ]
    assert (code, answer["verdict"]) == (0, "WARN")


def test_an_alter_states_its_changes_itself_a_rename_too(check: Any) -> None:
    _, (answer,) = check("new.sql", "alter table orders rename column age to years")
    assert changes(answer) == [{"rename": {"column": "age", "to": "years"}}]
    assert answer["findings"][0]["ruleName"] == "column-renamed"


def test_a_likely_rename_is_suggested_and_taken_when_it_is_said(check: Any) -> None:
    text = "create table orders (id bigint not null, ages int not null, note text)"
    _, (answer,) = check("new.sql", text)
    assert {"drop": "age"} in changes(answer)
    assert "Perhaps renamed; if so, say --rename-column age=ages" in answer["notes"]
    _, (answer,) = check("new.sql", text, "--rename-column", "age=ages")
    assert changes(answer) == [{"rename": {"column": "age", "to": "ages"}}]


def test_a_column_with_a_new_id_is_other_content(check: Any) -> None:
    metadata = {
        "format-version": 2,
        "table-uuid": "0",
        "location": "s3://lake/orders",
        "current-schema-id": 0,
        "schemas": [
            {
                "schema-id": 0,
                "type": "struct",
                "fields": [
                    {"id": 1, "name": "id", "required": True, "type": "long"},
                    {"id": 9, "name": "age", "required": True, "type": "int"},
                    {"id": 3, "name": "note", "required": False, "type": "string"},
                ],
            }
        ],
    }
    _, (answer,) = check("v2.metadata.json", json.dumps(metadata))
    assert (answer["change"], answer["given"]) == ("content", {"columns": ["age"]})
    assert [one["effect"] for one in answer["findings"]] == ["STALE"]


def test_a_file_that_changes_nothing_passes_and_says_so(check: Any) -> None:
    code, (answer,) = check("new.sql", "create table orders (id bigint not null, age int not null, note text)")
    assert (code, answer["verdict"], answer["findings"]) == (0, "PASS", [])
    assert answer["notes"][0] == "No column changes."
    assert answer["of"] == ["dataset:postgres://db:5432/shop.orders"]


def test_a_dataset_without_a_known_schema_and_one_nobody_knows_are_incomplete(check: Any) -> None:
    for name, said in (
        ("s3://lake/bare", "No columns of s3://lake/bare are known, so what new.sql changes cannot be told."),
        ("s3://lake/nowhere", "Nothing is known that 's3://lake/nowhere' names."),
    ):
        code, (answer,) = check("new.sql", "create table bare (id int)", name=name)
        assert (code, answer["verdict"]) == (2, "INCOMPLETE")
        assert answer["incomplete"][0].startswith(said)


@pytest.mark.parametrize(
    ("file", "text", "more", "said"),
    [
        ("empty.sql", "", [], "empty.sql: it is empty."),
        ("cut.json", '{"type": "record", "fie', [], "cut.json: it is JSON that is truncated or broken"),
        ("a.txt", "hello world", [], "of no format that is known"),
        ("two.sql", "create table a (x int); create table b (x int)", [], "two.sql has 2 tables: a, b. Say which"),
        ("two.sql", "create table a (x int)", ["--table", "c"], "it has no table 'c'"),
        ("one.sql", "create table a (x int)", ["--delete"], "With --new-schema the file says what changes."),
        ("one.sql", "create table a (x int)", ["--newest", "1"], "With --new-schema the file says what changes."),
        ("one.sql", "create table a (x int)", ["--rename-column", "x"], "names no two columns"),
    ],
)
def test_a_file_that_says_nothing_is_an_error(
    run: Run, tmp_path: Path, file: str, text: str, more: list[str], said: str
) -> None:
    (tmp_path / "facts.yaml").write_text(TABLE)
    run("import", "manifest", "facts.yaml", "--store", "sqlite:///small.db")
    (tmp_path / file).write_text(text)
    ran = run("check", ORDERS, "--new-schema", file, "--store", "sqlite:///small.db", *more)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
