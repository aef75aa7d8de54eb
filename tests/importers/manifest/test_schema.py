"""The published JSON Schema is that of the code, and takes what the code takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from thalweg.importers import manifest
from thalweg.importers.manifest.text import load
from thalweg.model.errors import BadInput

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "schema" / "manifest.schema.json"
EXAMPLE = ROOT / "server" / "thalweg" / "estate" / "deployments.yaml"
PAGE = (ROOT / "docs" / "importers" / "manifest.md").read_text(encoding="utf-8")
BLOCKS = [block.partition("```")[0] for block in PAGE.split("```yaml\n")[1:]]

VALIDATOR = jsonschema.Draft202012Validator(manifest.json_schema())


def errors(data: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(data)]


def test_the_published_schema_is_the_generated_one() -> None:
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    assert published == manifest.json_schema(), "python -m thalweg.importers.manifest > schema/manifest.schema.json"


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(manifest.json_schema())


def test_the_manifest_of_the_example_is_read_and_fits_the_schema() -> None:
    assert manifest.read(EXAMPLE).total
    assert errors(load(EXAMPLE, EXAMPLE.name).data) == []


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_example_of_the_documentation_is_read_and_fits_the_schema(tmp_path: Path, block: str) -> None:
    file = tmp_path / "example.yaml"
    file.write_text(block, encoding="utf-8")
    assert manifest.read(file).total
    assert errors(load(file, file.name).data) == []


def test_the_documentation_has_an_example_of_each_list() -> None:
    lists = {name for name, part in manifest.json_schema()["properties"].items() if part.get("type") == "array"}
    assert (
        lists
        == {line.partition(":")[0] for block in BLOCKS for line in block.splitlines() if line.endswith(":")} & lists
    )
    assert len(lists) == 7


MODEL = {"namespace": "a", "name": "b"}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"thalweg": 2},
        {"thalweg": 1, "modles": []},
        {"thalweg": 1, "models": {}},
        {"thalweg": 1, "models": [{"name": "b"}]},
        {"thalweg": 1, "models": [MODEL | {"name": 1.5}]},
        {"thalweg": 1, "models": [MODEL | {"name": True}]},
        {"thalweg": 1, "models": [MODEL | {"name": ""}]},
        {"thalweg": 1, "models": [MODEL | {"owners": "team"}]},
        {"thalweg": 1, "models": [MODEL | {"created_at": "soon"}]},
        {"thalweg": 1, "models": [MODEL | {"created_at": 2026}]},
        {"thalweg": 1, "models": [MODEL | {"versions": [{"version": "1", "bytes": -1}]}]},
        {"thalweg": 1, "models": [MODEL | {"versions": [{"version": "1", "aliases": [{"since": "2026-05-02"}]}]}]},
        {"thalweg": 1, "jobs": [MODEL | {"runs": [{"run_id": "1", "status": "DONE"}]}]},
        {"thalweg": 1, "jobs": [MODEL | {"runs": [{"run_id": "1", "code": {"commit": "a"}}]}]},
        {"thalweg": 1, "jobs": [MODEL | {"runs": [{"run_id": "1", "inputs": [{"dataset": {"name": "x"}}]}]}]},
        {"thalweg": 1, "edges": [{"from": {"kind": "Table"}, "to": {"kind": "Job"}}]},
    ],
    ids=str,
)
def test_what_the_schema_refuses_is_refused(tmp_path: Path, data: Any) -> None:
    file = tmp_path / "example.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    assert errors(data)
    with pytest.raises(BadInput):
        manifest.read(file)


@pytest.mark.parametrize(
    "data",
    [
        {"thalweg": 1},
        {"thalweg": 1, "models": []},
        {"thalweg": 1, "models": [MODEL | {"versions": [{"version": 3, "aliases": ["a", {"name": "b"}]}]}]},
        {"thalweg": 1, "jobs": [MODEL | {"code": {"repository": "https://h.test/x"}}]},
        {"thalweg": 1, "jobs": [MODEL | {"code": [{"repository": "https://h.test/x"}]}]},
        {"thalweg": 1, "jobs": [MODEL | {"runs": [{"run_id": "1", "metrics": {"a": 1, "b": {"last": "NaN"}}}]}]},
        {"thalweg": 1, "jobs": [MODEL | {"runs": [{"run_id": "1", "params": {"a": 1, "b": True, "c": "x"}}]}]},
        {
            "thalweg": 1,
            "datasets": [{"uri": "s3://a/b", "versions": [{"version": "1", "columns": ["a", {"name": "b"}]}]}],
        },
    ],
    ids=str,
)
def test_what_the_schema_takes_is_taken(tmp_path: Path, data: Any) -> None:
    file = tmp_path / "example.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    assert errors(data) == []
    assert manifest.read(file).complete
