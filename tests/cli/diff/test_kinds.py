"""Each kind of file that a range may change: what of it counts, and where it stands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.diff.conftest import Check, Work, nothing, said

DROP = {"changes": [{"drop": "kind"}]}


def avro(*fields: str, name: str = "events") -> str:
    listed = [{"name": field, "type": "long" if field == "id" else "string"} for field in fields]
    return json.dumps({"type": "record", "name": name, "namespace": "lake", "fields": listed}, indent=1)


def json_schema(*fields: str) -> str:
    properties = {field: {"type": "integer" if field == "id" else "string"} for field in fields}
    return json.dumps(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "lake.events", "properties": properties},
        indent=1,
    )


def iceberg(*fields: str) -> str:
    listed = [
        {
            "id": 1 if field == "id" else 2,
            "name": field,
            "required": False,
            "type": "long" if field == "id" else "string",
        }
        for field in fields
    ]
    schema = {"schema-id": 0, "type": "struct", "fields": listed}
    given = {"format-version": 2, "location": "s3://lake/events", "current-schema-id": 0, "schemas": [schema]}
    return json.dumps(given, indent=1)


def odcs(*fields: str) -> str:
    lines = [f"      - {{name: {field}, physicalType: {'bigint' if field == 'id' else 'string'}}}" for field in fields]
    head = "apiVersion: v3.1.0\nkind: DataContract\nid: c\nversion: 1.0.0\nstatus: active\n"
    server = "servers:\n  - {server: prod, type: s3, location: 's3://lake/{model}'}\n"
    return head + server + "schema:\n  - name: events\n    properties:\n" + "\n".join(lines) + "\n"


def dbt(*fields: str) -> str:
    columns = {field: {"name": field, "data_type": "bigint" if field == "id" else "string"} for field in fields}
    node = {
        "resource_type": "model", "name": "events", "relation_name": '"lake"."events"', "columns": columns,
        "contract": {"enforced": True},
    }  # fmt: skip
    version = "https://schemas.getdbt.com/dbt/manifest/v12.json"
    return json.dumps({"metadata": {"dbt_schema_version": version}, "nodes": {"model.shop.events": node}}, indent=1)


def manifest(*fields: str) -> str:
    listed = "".join(f"\n          - {{name: {field}}}" for field in fields)
    old = "      - {version: v0, created_at: 2026-01-01T00:00:00Z, columns: [id, kind, other]}\n"
    new = f"      - version: v1\n        created_at: 2026-10-01T00:00:00Z\n        columns:{listed}\n"
    return "# kept by hand\nthalweg: 1\ndatasets:\n  - uri: s3://lake/events\n    versions:\n" + new + old


KINDS: dict[str, Any] = {
    "events.avsc": avro,
    "events.schema.json": json_schema,
    "v1.metadata.json": iceberg,
    "contract.yaml": odcs,
    "target/manifest.json": dbt,
    "facts.yml": manifest,
}


@pytest.mark.parametrize("file", KINDS)
def test_a_column_that_goes_from_a_file_is_dropped(work: Work, check: Check, file: str) -> None:
    make = KINDS[file]
    work.begin({file: make("id", "kind")})
    work.commit({file: make("id")})
    _, (answer,) = check()
    assert (answer["change"], answer["given"], answer["place"]["file"]) == ("columns", DROP, file)
    assert [one["name"] for one in answer["of"]] == ["events"]


@pytest.mark.parametrize("file", KINDS)
def test_a_column_that_comes_stands_at_its_line(work: Work, check: Check, file: str) -> None:
    make = KINDS[file]
    work.begin({file: make("id", "kind")})
    now = make("id", "kind", "amount")
    work.commit({file: now})
    _, (answer,) = check()
    assert [one["add"]["column"] for one in answer["given"]["changes"]] == ["amount"]
    assert "amount" in now.splitlines()[answer["place"]["line"] - 1]


@pytest.mark.parametrize("file", KINDS)
def test_a_file_that_is_written_anew_and_says_the_same_is_nothing(work: Work, check: Check, file: str) -> None:
    work.begin({file: KINDS[file]("id", "kind")})
    work.commit({file: KINDS[file]("id", "kind") + "\n\n"})
    assert nothing(check()[1])


@pytest.mark.parametrize("file", KINDS)
def test_a_file_that_is_added_is_compared_with_the_store(work: Work, check: Check, file: str) -> None:
    work.begin({})
    work.commit({file: KINDS[file]("id")})
    _, (answer,) = check()
    assert answer["given"] == DROP


@pytest.mark.parametrize("file", [file for file in KINDS if file not in ("v1.metadata.json", "facts.yml")])
def test_a_file_that_goes_ends_its_dataset(work: Work, check: Check, file: str) -> None:
    work.begin({file: KINDS[file]("id", "kind")})
    work.commit({file: None})
    _, (answer,) = check()
    assert said(answer) == ("delete", {}, file, 1)


@pytest.mark.parametrize("file", ["v1.metadata.json", "facts.yml"])
def test_of_metadata_and_of_a_manifest_that_go_nothing_follows(work: Work, check: Check, file: str) -> None:
    work.begin({file: KINDS[file]("id", "kind")})
    work.commit({file: None})
    assert nothing(check()[1])


def test_a_manifest_that_says_a_dataset_is_gone_ends_it(work: Work, check: Check) -> None:
    work.begin({"facts.yml": manifest("id", "kind")})
    gone = "thalweg: 1\ndatasets:\n  - uri: s3://lake/events\n    gone_at: 2026-10-30T00:00:00Z\n"
    work.commit({"facts.yml": gone})
    assert said(check()[1][0]) == ("delete", {}, "facts.yml", 3)


def test_new_metadata_of_a_table_is_compared_with_the_old_one_that_goes(work: Work, check: Check) -> None:
    work.begin({"v1.metadata.json": iceberg("id", "kind")})
    work.commit({"v1.metadata.json": None, "v2.metadata.json": iceberg("id", "sort")})
    _, (answer,) = check()
    assert answer["given"] == {"changes": [{"rename": {"column": "kind", "to": "sort"}}]}
    assert answer["place"]["file"] == "v2.metadata.json"


def catalog(*fields: str) -> str:
    columns = {field: {"name": field, "type": "TEXT", "index": at} for at, field in enumerate(fields, 1)}
    version = "https://schemas.getdbt.com/dbt/catalog/v1.json"
    return json.dumps(
        {"metadata": {"dbt_schema_version": version}, "nodes": {"model.shop.events": {"columns": columns}}}
    )


def test_a_catalog_of_dbt_counts_with_the_manifest_beside_it(work: Work, check: Check) -> None:
    free = dbt("id").replace('"enforced": true', '"enforced": false')
    work.begin({"target/manifest.json": free, "target/catalog.json": catalog("id", "kind")})
    work.commit({"target/catalog.json": catalog("id")})
    _, (answer,) = check()
    assert (answer["given"], answer["place"]["file"]) == (DROP, "target/manifest.json")


CONFLICT = "<<<<<<< HEAD\n{}=======\n{}>>>>>>> theirs\n"


@pytest.mark.parametrize("file", [*KINDS, "schema.sql", "data.csv.dvc"])
def test_a_file_that_can_be_read_no_more_is_not_checked_by_name(work: Work, check: Check, file: str) -> None:
    sql = lambda *columns: f"create table lake.events ({', '.join(f'{one} text' for one in columns)});\n"  # noqa: E731
    dvc = lambda *names: f"outs:\n- md5: {'a' * len(names)}\n  path: data.csv\n"  # noqa: E731
    make = KINDS.get(file) or (sql if file.endswith(".sql") else dvc)
    work.begin({file: make("id", "kind")})
    work.commit({file: CONFLICT.format(make("id"), make("kind"))})
    code, (answer,) = check()
    assert (code, answer["verdict"], answer["place"]) == (2, "INCOMPLETE", {"file": file, "line": 1})
    assert answer["incomplete"][0].startswith(f"{file}: it holds the marks of a conflict that nobody resolved")
    work.commit({file: b"\x00\x01\x02"})
    code, (answer,) = check()
    assert (code, answer["incomplete"][0].startswith(f"{file}: ")) == (2, True)


@pytest.mark.parametrize("file", [file for file in KINDS if file.endswith(("json", "avsc"))])
def test_a_file_that_is_cut_off_is_not_checked(work: Work, check: Check, file: str) -> None:
    work.begin({file: KINDS[file]("id", "kind")})
    work.commit({file: KINDS[file]("id", "kind")[:-40]})
    code, (answer,) = check()
    assert (code, answer["verdict"]) == (2, "INCOMPLETE")
    assert file in answer["incomplete"][0]


def test_a_manifest_with_a_mistake_says_its_line(work: Work, check: Check) -> None:
    work.begin({"facts.yml": manifest("id", "kind")})
    work.commit({"facts.yml": manifest("id", "kind").replace("created_at: 2026-10", "created_on: 2026-10")})
    code, (answer,) = check()
    assert code == 2
    assert answer["incomplete"][0].startswith("facts.yml line ")


def test_a_file_that_could_not_be_read_at_base_is_compared_with_the_store(work: Work, check: Check) -> None:
    work.begin({"events.avsc": CONFLICT.format("", "")})
    work.commit({"events.avsc": avro("id")})
    assert [answer["given"] for answer in check()[1]] == [DROP]


def test_files_of_no_kind_that_is_known_are_passed_over(work: Work, check: Check) -> None:
    work.begin({"package.json": "{}", "ci.yaml": "on: push\n", "logo.sql": b"\x00\x01"})
    work.commit(
        {
            "package.json": '{"name": "x"}', "ci.yaml": "on: [push, pull_request]\n", "logo.sql": b"\x00\x02",
            "a.py": "import os\n", "bad.json": "{", "bad.yaml": "a: [", ".dvc/config": "[core]\n",
            "rows.json": "[1, 2]",
        }
    )  # fmt: skip
    (work.path / "link.sql").symlink_to("/etc/passwd")
    work.commit({})
    code, answers = check()
    assert code == 0
    assert nothing(answers)


def test_schemas_without_a_name_are_told_apart_by_their_files(work: Work, check: Check) -> None:
    one, other = (json_schema(*fields).replace("lake.events", "") for fields in (("id", "kind"), ("id",)))
    work.begin({"a.json": one, "b.json": one})
    work.commit({"a.json": other})
    code, (answer,) = check()
    assert (code, answer["incomplete"][0].startswith("a.json was there at BASE")) == (2, True)
    _, (answer,) = check("main...topic", "--dataset", "a.json=s3://lake/events")
    assert said(answer) == ("columns", DROP, "a.json", 1)
    work.commit({"b.json": other})
    assert [answer["place"]["file"] for answer in check()[1]] == ["a.json", "b.json"]


def test_a_name_that_is_no_text_is_shown_as_well_as_can_be(work: Work, check: Check) -> None:
    work.begin({})
    work.commit({"caf\udce9.avsc": avro("id")})
    _, (answer,) = check()
    assert said(answer) == ("columns", DROP, "caf\ufffdE9.avsc", 3)
