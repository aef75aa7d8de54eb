"""Which importers there are, which of them knows what lies at a place, and those that other packages bring."""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.program import program
from tests.importers.git.repositories import init
from tests.importers.git.served import served
from thalweg.importers import catalogue

ROOT = Path(__file__).parents[2]
ESTATE = ROOT / "server" / "thalweg" / "estate"
PAGE = (ROOT / "docs" / "importers" / "README.md").read_text("utf-8")


def test_the_list_has_every_importer_with_what_it_reads_and_each_has_a_page(run: Run) -> None:
    ran = run("import", "--list")
    assert ran.code == 0
    listed = dict(line.split(maxsplit=1) for line in ran.out.splitlines())
    assert listed.keys() == set(re.findall(r"^\| \[`(.+?)`\]", PAGE, re.MULTILINE))
    assert listed.keys() == set(catalogue.OWN)
    assert listed["git"].startswith("Commits of a Git repository")
    assert all((ROOT / "docs" / "importers" / f"{name}.md").is_file() for name in listed)


def test_the_list_has_the_extras_of_each_and_which_are_not_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymysql", None)
    listed = dict(line.split(maxsplit=1) for line in run("import", "--list").out.splitlines())
    assert listed["mlflow"].endswith("  thalweg[postgresql], thalweg[mysql] (not installed)")
    assert listed["sagemaker"].endswith("  thalweg[aws]")
    assert {name for name, said in listed.items() if "thalweg[" in said} == catalogue.EXTRAS.keys()
    known = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert {extra for extras in catalogue.EXTRAS.values() for extra in extras} <= known.keys()


# ------------------------------------------------------------------------------------------------------- recognising


def test_what_lies_in_a_folder_is_said_with_the_commands_that_import_it(run: Run, tmp_path: Path) -> None:
    ran = run("import", "auto", str(ESTATE))
    commands = [line.split("  ")[0] for line in ran.out.splitlines()]
    assert commands == [
        f"thalweg import {importer} {place}".rstrip()
        for importer, place in (
            ("mlflow", ESTATE / "mlflow.db"),
            ("openlineage", ESTATE),
            ("dvc", ESTATE / "demand.bundle"),
            ("gto", ESTATE / "demand.bundle"),
            ("manifest", ESTATE / "deployments.yaml"),
            ("kubernetes", ESTATE),
            ("git", ESTATE / "demand.bundle"),
            ("git", ESTATE / "training.bundle"),
        )
    ]
    assert (ran.code, ran.err) == (0, "Nothing was imported. Run these commands, or add --yes.\n")
    assert list(tmp_path.iterdir()) == [], "no store was made"


def test_all_of_it_is_imported_when_somebody_says_so(run: Run) -> None:
    ran = run("import", "auto", str(ESTATE), "--yes")
    assert ran.code == 0, ran.err
    for kind in ("models", "deployments", "commits", "runs"):
        assert run("list", kind).out != "", kind
    again = run("import", "auto", str(ESTATE), "--yes")
    assert "0 written" in again.out


def test_of_one_repository_each_importer_says_what_it_finds_there(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = init(tmp_path / "models")
    repository.git("config", "uploadpack.allowFilter", "true")
    (repository.path / ".gitattributes").write_text("*.csv filter=lfs diff=lfs merge=lfs -text\n")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "Files for LFS")
    repository.git("tag", "--annotate", "--message", "first", "churn@v1.0.0")
    (repository.path / "data.csv.dvc").write_text("outs:\n- {md5: d41d8cd98f00b204e9800998ecf8427e, path: data.csv}\n")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "Data for DVC")
    found = json.loads(run("import", "auto", "models", "--json").out)
    assert [(one["importer"], one["location"]) for one in found] == [
        (name, "models") for name in ("dvc", "gto", "lfs", "git")
    ]
    assert found[0]["what"] == "a repository with 1 file of DVC's"
    assert found[1]["what"] == "registered with GTO: churn"
    monkeypatch.setenv("THALWEG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    with served(tmp_path) as server:
        url = server.url("models")
        ran = run("import", "auto", url, "--json")
        assert ran.err == f"Fetching {url} to look into it; what is fetched is kept.\n"
        by_url = [one for one in json.loads(ran.out) if one["importer"] != "git"]
        assert by_url == [one | {"location": url} for one in found if one["importer"] != "git"]
        ran = run("import", "auto", url, "--yes")
    assert ran.code == 1
    assert "lfs: " in ran.err, "which keeps no file there yet"
    assert [line.partition(":")[0] for line in ran.out.splitlines() if re.search(" scopes?: ", line)] == [
        "dvc",
        "gto",
        "git",
    ]


@pytest.mark.parametrize("name", ["t.parquet", "t.CSV", "t.tsv", "t.feather", "t.jsonl", "t.avro"])
def test_a_file_of_data_is_one_for_files(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("id,said\n1,x\n")
    ran = run("import", "auto", name, "--yes")
    assert ran.code == 0, ran.err
    assert ran.out.startswith(f"thalweg import files {name}  a file of data (")
    assert f"/{name}" in run("list", "datasets").out


def test_so_is_a_folder_that_holds_nothing_else_and_that_nobody_else_knows(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data" / "day=1").mkdir(parents=True)
    (tmp_path / "data" / "_SUCCESS").touch()
    (tmp_path / "data" / ".data.csv.crc").touch()
    (tmp_path / "data" / "day=1" / "a.csv").write_text("id\n1\n")
    (tmp_path / "data" / "day=1" / "b.csv").write_text("id\n2\n")
    found = json.loads(run("import", "auto", "data", "--json").out)
    assert found == [{"importer": "files", "location": "data", "what": "2 files of data (csv)"}]
    (tmp_path / "data" / "model.pkl").touch()
    ran = run("import", "auto", "data")
    assert ran.code == 2
    assert ran.err.endswith("As a file by its content: thalweg import files data\n")
    (tmp_path / "data" / "model.pkl").unlink()
    (tmp_path / "data" / "events.jsonl").write_text(json.dumps(EVENT) + "\n")
    assert [one["importer"] for one in json.loads(run("import", "auto", "data", "--json").out)] == ["openlineage"]


def test_files_that_lie_elsewhere_are_named_below_their_own_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "lake" / "a.csv").write_text("id\n1\n")
    monkeypatch.chdir(tmp_path / "here")
    for place in ("../lake", "../lake/a.csv", str(tmp_path / "lake")):
        root = place.removesuffix("/a.csv")
        ran = run("import", "auto", place, "--yes")
        assert ran.code == 0, ran.err
        assert ran.out.startswith(f"thalweg import files {place} --root {root}  ")
        assert "dataset:file://lake/a.csv" in run("list", "datasets").out


def test_a_repository_without_a_commit_is_one_all_the_same(run: Run, tmp_path: Path) -> None:
    init(tmp_path / "models")
    found = json.loads(run("import", "auto", "models", "--json").out)
    assert [one["importer"] for one in found] == ["git"]


def test_one_that_fails_does_not_keep_the_others_from_being_imported(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "facts"
    folder.mkdir()
    (folder / "bad.yaml").write_text("thalweg: 1\ndeployments:\n  - nmae: fraud\n")
    (folder / "good.yaml").write_text("thalweg: 1\ndatasets:\n  - uri: s3://lake/orders\n")
    ran = run("import", "auto", "facts", "--yes")
    assert ran.code == 1
    assert "thalweg: manifest: " in ran.err
    assert "dataset:s3://lake/orders" in run("list", "datasets").out


@pytest.mark.parametrize(
    ("place", "said"), [("nowhere", "nowhere does not exist."), (".", "No importer knows what lies at ..")]
)
def test_where_nothing_is_known_the_error_says_so(run: Run, place: str, said: str) -> None:
    ran = run("import", "auto", place)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"thalweg: {said}")


# ------------------------------------------------------------------------------------------------- of other packages

(IMPORTER,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
((_NAME, _MODULE),) = re.findall(r"```toml\n.*\n(\w+) = \"(\w+)\"\n```", PAGE)
ENTRY_POINT = f"{_NAME} = {_MODULE}"
"""As the page has them."""


@pytest.fixture
def packages(tmp_path: Path) -> dict[str, str]:
    """The environment of a program where a package brings importers: a good one, a broken one, and one called git."""
    site = tmp_path / "site"
    about = site / "shopping-1.2.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: shopping\nVersion: 1.2\n")
    points = (ENTRY_POINT, "broken = shopping_that_is_not_there", "git = shopping", "none = shopping:IMPORTER")
    (about / "entry_points.txt").write_text("\n".join(["[thalweg.importers]", *points]))
    (site / "shopping.py").write_text(IMPORTER + '\nIMPORTER = 1\nEXTRAS = {"json": "json", "xml": "no_xml"}\n')
    (tmp_path / "spring.shop").write_text("spring\n")
    return {"PYTHONPATH": str(site)}


def test_an_importer_of_another_package_is_a_command_like_our_own(packages: dict[str, str], tmp_path: Path) -> None:
    listed = program("import", "--list", cwd=tmp_path, **packages)
    (line,) = re.findall("^shop  .*$", listed.out, re.MULTILINE)
    extras = ["shopping[json], shopping[xml] (not installed)"]
    assert re.split("  +", line) == ["shop", "Orders as the shop lists them. (shopping 1.2)", *extras]
    assert re.search(
        r"^broken +The importer broken of shopping 1\.2 cannot be loaded: .+\(shopping 1\.2\)$", listed.out, re.M
    )
    ran = program("import", "shop", "spring.shop", "--option", "currency=SEK", cwd=tmp_path, **packages)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("shop:shop: 1 scope: 1 written")
    assert "dataset:shop://SEK spring" in program("list", "datasets", cwd=tmp_path).out
    found = program("import", "auto", "spring.shop", "--yes", "--source", "x", cwd=tmp_path, **packages)
    assert found.code == 2, "auto takes no source: each importer has its own"


def test_auto_asks_the_importers_of_others_too(packages: dict[str, str], tmp_path: Path) -> None:
    points = tmp_path / "site" / "shopping-1.2.dist-info" / "entry_points.txt"
    points.write_text(f"[thalweg.importers]\n{ENTRY_POINT}\n")
    ran = program("import", "auto", "spring.shop", "--yes", cwd=tmp_path, **packages)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("thalweg import shop spring.shop  orders of the shop\nshop:shop: 1 scope: 1 written")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("shop", "x", "--option", "colour=red"), "The importer shop takes no option colour. It takes currency."),
        (("shop", "x", "--option", "colour"), "--option colour has no value."),
        (("broken", "x"), "The importer broken of shopping 1.2 cannot be loaded: ModuleNotFoundError"),
        (("none", "x"), "The importer none of shopping 1.2 is none: shopping:IMPORTER has no `read`."),
        (("git", "x"), "x does not exist. Clone the repository first"),
    ],
)
def test_what_another_package_does_wrong_is_said(
    packages: dict[str, str], tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    ran = program("import", *words, cwd=tmp_path, **packages)
    assert ran.code == 2
    assert ran.err.startswith(f"thalweg: {said}")


# ---------------------------------------------------------------------------------------------- each knows its own

INFERENCE = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: churn, namespace: growth}
spec: {predictor: {model: {modelFormat: {name: onnx}, storageUri: "s3://models/churn/"}}}
"""
EVENT = {
    "eventTime": "2026-05-01T00:00:00Z",
    "producer": "https://spark.test",
    "run": {"runId": "01890f3e-5c1e-7c3a-b7a9-2f2b8c1d4e5f"},
    "job": {"namespace": "lake", "name": "load"},
}
DUMPED = {"operation": "describe_endpoint", "request": {}, "response": {"EndpointName": "fraud"}}
MODEL = "$schema: https://azuremlschemas.azureedge.net/latest/model.schema.json\nname: fraud\nversion: 1\npath: ./m\n"
MANIFEST = {
    "metadata": {
        "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
        "project_name": "shop",
        "adapter_type": "postgres",
    },
    "nodes": {},
    "sources": {},
}
MADE = {
    "kubernetes": ("churn.yaml", INFERENCE, "manifests of Kubernetes: churn"),
    "openlineage": ("events.ndjson", json.dumps(EVENT) + "\n", "OpenLineage events"),
    "sagemaker": ("dump.jsonl", json.dumps(DUMPED) + "\n", "a dump of SageMaker"),
    "azureml": ("model.yml", MODEL, "assets of Azure ML"),
    "dbt": ("manifest.json", json.dumps(MANIFEST), "what dbt knows of the project shop"),
    "manifest": ("facts.yaml", "# who owns what\nthalweg: 1\n", "a manifest of Thalweg"),
}


@pytest.mark.parametrize("name", MADE)
def test_a_file_is_known_by_the_importer_of_its_system_alone(run: Run, tmp_path: Path, name: str) -> None:
    file, text, what = MADE[name]
    (tmp_path / file).write_text(text)
    found = json.loads(run("import", "auto", file, "--json").out)
    assert found == [{"importer": name, "location": file, "what": what}]
