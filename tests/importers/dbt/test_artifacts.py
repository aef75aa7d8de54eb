"""What is wrong with the files of dbt is said: which file, what is wrong with it, and what would be right."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import program
from tests.importers.dbt.conftest import Made, Target, read
from thalweg.importers import dbt
from thalweg.importers.reading import Reading
from thalweg.model.errors import BadInput, SourceError, ThalwegError
from thalweg.model.facts import Granule


def refused(place: Path, **options: Any) -> ThalwegError:
    with pytest.raises((SourceError, BadInput)) as error:
        dbt.read(place, **options)
    return error.value


def warnings(reading: Reading) -> list[str]:
    assert list(reading.granules)
    return reading.warnings


def run_of_totals(reading: Reading) -> Granule:
    found = [one for one in reading.granules if one.name.startswith("run/") and one.name.endswith("/model.shop.totals")]
    (granule,) = found
    return granule


def test_what_is_no_place_of_dbt(tmp_path: Path) -> None:
    assert "does not exist" in str(refused(tmp_path / "nowhere"))
    error = refused(tmp_path)
    assert error.message == f"{tmp_path} has no manifest.json."
    assert "`dbt build`" in error.hint
    (tmp_path / "dbt_project.yml").write_text("target-path: out")
    assert refused(tmp_path).message.endswith(f"nor has {tmp_path / 'out'}.")
    (tmp_path / "dbt_project.yml").write_text("target-path: [")
    assert "dbt_project.yml cannot be read" in str(refused(tmp_path))


@pytest.mark.parametrize("name", ["run_results.json", "catalog.json"])
def test_files_without_their_manifest(target: Target, name: str) -> None:
    (target.path / "manifest.json").unlink()
    if name == "catalog.json":
        (target.path / "run_results.json").unlink()
    assert f"has a {name}, and no manifest.json" in refused(target.path).message
    called = {"run_results.json": "dbt's run_results.json", "catalog.json": "dbt's catalog.json"}[name]
    assert f"is {called}, and not a manifest.json" in refused(target.path / name).message


@pytest.mark.parametrize("name", ["manifest.json", "catalog.json", "run_results.json"])
def test_a_file_that_is_cut_short(target: Target, name: str) -> None:
    file = target.path / name
    file.write_bytes(file.read_bytes()[:1_000])
    error = refused(target.path)
    assert error.message.startswith(f"{file} is JSON that is truncated or broken")
    assert "dbt may be writing it just now" in error.hint


@pytest.mark.parametrize("text", ["[]", "{}", '{"metadata": {"dbt_schema_version": "https://example.com/v1.json"}}'])
def test_a_manifest_that_is_none(target: Target, text: str) -> None:
    (target.path / "manifest.json").write_text(text)
    assert "is no file of dbt's, and not a manifest.json" in refused(target.path).message


def test_a_manifest_of_a_version_that_is_not_known(target: Target) -> None:
    target.change("manifest.json", metadata__dbt_schema_version="https://schemas.getdbt.com/dbt/manifest/v4.json")
    assert "is a manifest.json of version 4, which is not read any more" in refused(target.path).message
    target.change("manifest.json", metadata__dbt_schema_version="https://schemas.getdbt.com/dbt/manifest/v99.json")
    assert [text for text in warnings(dbt.read(target.path)) if "is of version 99, which came after 12" in text]


@pytest.mark.parametrize("name", ["catalog.json", "run_results.json"])
def test_a_file_of_another_project(target: Target, name: str) -> None:
    file = target.path / name
    file.write_text(file.read_text().replace(".shop.", ".other."))
    error = refused(target.path)
    assert f"{file} belongs to another project: the manifest knows nothing of what it names" in error.message


def test_results_of_what_the_manifest_has_no_more_are_passed_over(made: Made) -> None:
    reading = dbt.read(made["later"], run_results=[made.results("docs"), made.results("later")])
    assert [text for text in warnings(reading) if "are of `dbt generate`" in text]
    first = dbt.read(made["test"], catalog=made["docs"] / "catalog.json", run_results=[made.results("build")])
    assert [text for text in warnings(first) if text.startswith("1 results are of what the manifest does not have")]


def test_files_that_are_not_there(target: Target) -> None:
    assert "cannot be read (No such file" in str(refused(target.path, catalog=target.path / "no.json"))
    assert "cannot be read (No such file" in str(refused(target.path, run_results=[target.path / "no.json"]))


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("repository", "", "--repository is empty"),
        ("namespace", "my warehouse", "'my warehouse' is no namespace"),
        ("namespace", " ", "is no namespace"),
    ],
)
def test_an_option_that_makes_no_sense(target: Target, option: str, value: str, said: str) -> None:
    assert said in str(refused(target.path, **{option: value}))


def test_columns_that_are_none(target: Target) -> None:
    given = read(target.path / "catalog.json")["nodes"]
    given["model.shop.orders"]["columns"]["id"]["index"] = "first"
    target.change("catalog.json", nodes=given)
    assert "The columns of model.shop.orders are not what they should be" in str(refused(target.path))


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("select from where", "sqlglot cannot read it"),
        ("drop table x", "it is not one query"),
        ("select a from somewhere", "it reads somewhere without saying in which schema that is"),
        ("select 1" + " " * 200_000, "it has 200,008 letters"),
    ],
)
def test_sql_that_cannot_be_told_is_left_out_and_the_run_stays(target: Target, code: str, why: str) -> None:
    target.result("model.shop.totals", {"compiled_code": code})
    reading = dbt.read(target.path)
    granule = run_of_totals(reading)
    version = granule.entities[1].props
    assert "column_lineage" not in version
    assert "columns" in version
    assert not any("columns" in edge.props for edge in granule.edges)
    (text,) = (one for one in reading.warnings if one.startswith("model.shop.totals: "))
    assert text.startswith(f"model.shop.totals: its column lineage is left out, because {why}")


@pytest.mark.parametrize(
    ("code", "columns"),
    [
        ("with o as (select id, country from shop.main.orders) select id from o", ["country", "id"]),
        ("with o as (select * from shop.main.orders) select id from o", ["id"]),
    ],
)
def test_a_column_that_a_statement_names_is_read_also_where_nothing_comes_of_it(
    target: Target, code: str, columns: list[str]
) -> None:
    target.result("model.shop.totals", {"compiled_code": code})
    granule = run_of_totals(dbt.read(target.path))
    assert [edge.props["columns"] for edge in granule.edges if "columns" in edge.props] == [columns]


def test_one_statement_that_sqlglot_stumbles_over_does_not_stop_the_others(target: Target) -> None:
    target.change("manifest.json", metadata__adapter_type="bigquery")
    code = "select percentile_cont(0.5) within group (order by total) as p from `shop`.`main`.`orders`"
    target.result("model.shop.totals", {"compiled_code": code})
    target.result("model.shop.flagged", {"compiled_code": "select id from `shop`.`main`.`orders`"})
    reading = dbt.read(target.path)
    told = {
        one.name.rpartition("/")[2]
        for one in reading.granules
        for fact in one.entities
        if "column_lineage" in fact.props
    }
    assert "model.shop.flagged" in told
    assert "model.shop.totals" not in told
    said = "model.shop.totals: its column lineage is left out, because sqlglot stumbles over it ("
    assert [text for text in reading.warnings if text.startswith(said)]


@pytest.mark.parametrize(
    ("said", "status", "wrote"),
    [("partial success", "FAILED", True), ("runtime error", "FAILED", False), ("dreaming", "UNKNOWN", False)],
)
def test_every_word_for_how_it_went(target: Target, said: str, status: str, wrote: bool) -> None:
    target.result("model.shop.totals", {"status": said, "timing": [], "adapter_response": None, "message": 1})
    granule = run_of_totals(dbt.read(target.path))
    assert granule.entities[0].props["status"] == status
    assert (len(granule.entities) == 2) == wrote


@pytest.mark.parametrize("odd", [None, 1, "x", [], {}, [None], {"x": 1}])
def test_whatever_stands_in_a_node_it_is_read(target: Target, odd: object) -> None:
    places = ("depends_on", "tags", "columns", "description", "group", "config", "relation_name", "alias", "meta")
    target.node("model.shop.totals", dict.fromkeys(places, odd))
    target.change("run_results.json", args=odd)
    assert len(list(dbt.read(target.path).granules)) > 8


def test_without_sqlglot_the_import_works_and_says_what_is_left_out(made: Made) -> None:
    code = (
        "import sys; sys.modules['sqlglot'] = None\nfrom thalweg.importers import dbt\n"
        f"reading = dbt.read({str(made['build'])!r})\n"
        "found = [fact for one in reading.granules for fact in one.entities]\n"
        "print(len(found), sum('column_lineage' in fact.props for fact in found), *reading.warnings, sep='\\n')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, told, *said = done.stdout.splitlines()
    assert int(count) > 20
    assert told == "0"
    assert [text for text in said if "sqlglot is not installed: pip install 'thalweg[sql]'" in text]
    assert not any("is left out, because" in text for text in said)


def test_the_command_line_takes_all_of_it(made: Made, tmp_path: Path) -> None:
    options = ["--source", "night", "--namespace", "duckdb://warehouse", "--repository", "https://git.example.com/shop"]
    files = ["--catalog", str(made["docs"] / "catalog.json"), "--run-results", str(made.results("build"))]
    done = program("import", "dbt", str(made["docs"]), *options, *files, "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    came = json.loads(done.out)
    assert (came["source"], came["closed"], came["refused"]) == ("dbt:night", True, 0)
    assert [text.partition(":")[0] for text in came["warnings"]] == ["model.shop.broken"]
