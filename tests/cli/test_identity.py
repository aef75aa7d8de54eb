"""`thalweg identity explain`, and docs/names.md: whom a name means, by which laws, and who joined it with others."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.graphql.conftest import asking
from thalweg.store.open import open_store

PAGE = (Path(__file__).parents[2] / "docs" / "names.md").read_text("utf-8")


def test_the_example_of_the_page_is_what_is_printed(run: Run, estate_store: str) -> None:
    (shown,) = re.findall(r"```console\n\$ (.*?)```", PAGE, re.DOTALL)
    command, _, printed = shown.partition("\n")
    ran = run(*shlex.split(command)[1:], "--store", estate_store)
    assert (ran.code, ran.out) == (0, printed)


@pytest.mark.anyio
async def test_the_query_of_the_page_is_answered(estate_store: str) -> None:
    (query,) = re.findall(r"```graphql\n(.*?)```", PAGE, re.DOTALL)
    store = await open_store(estate_store, read_only=True)
    try:
        found = (await asking(store)(query))["identity"]
    finally:
        await store.close()
    assert found["name"] == "dataset:s3://lake/transactions"
    assert (found["entity"]["namespace"], found["entity"]["name"]) == ("s3://lake", "transactions")
    assert len(found["laws"]) == 2


@pytest.fixture
def joined(run: Run, tmp_path: Path) -> Path:
    """The manifest of the page, imported into the store of this folder."""
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    manifest = tmp_path / "names.yaml"
    manifest.write_text(f"{text}datasets:\n  - {{uri: 's3://lake/transactions', owners: [payments]}}\n")
    assert run("import", "manifest", "names.yaml").code == 0
    return manifest


def test_an_alias_is_told_with_who_states_it_and_taken_back_by_its_source(run: Run, joined: Path) -> None:
    ran = run("identity", "explain", "dataset:glue://shop transactions")
    assert ran.code == 0
    assert "  known    dataset:s3://lake/transactions  ds_" in ran.out
    assert (
        "  joined   dataset:glue://shop/transactions is another name of dataset:s3://lake/transactions\n"
        "           manifest:names states it, in " in ran.out
    )
    joined.write_text(joined.read_text().partition("joins:")[0] + "datasets: [{uri: 's3://lake/transactions'}]\n")
    assert run("import", "manifest", "names.yaml").code == 0
    again = run("identity", "explain", "glue://shop/transactions")
    assert "  known    no: nothing is known by this name\n" in again.out
    assert "joined" not in again.out


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("model:fraud/3", [], ["  known    model:mlflow://shop fraud/3  mv_"]),
        ("git@git.example.com:ml/training.git", [], ["  by law   repository:https://git.example.com/ml/training\n"]),
        (
            "repository:git.example.com/ml/training",
            [],
            ["  known    repository:https://git.example.com/ml/training  repo_"],
        ),
        ("./x.csv", ["--source", "laptop"], ["  by law   dataset:file://laptop/x.csv\n", "  known    no: nothing"]),
        ("s3://lake/transactions", [], ["           It was written as it is kept.\n"]),
        ("s3://features/customer_features@mlflow:a19a285c", [], ["known    dataset:s3://features/customer_features@"]),
    ],
)
def test_every_kind_of_name_is_told(run: Run, estate_store: str, name: str, more: list[str], said: list[str]) -> None:
    ran = run("identity", "explain", name, *more, "--store", estate_store)
    assert ran.code == 0
    assert ran.out.startswith(f"{name}\n")
    assert all(one in ran.out for one in said), ran.out


def test_of_a_version_no_laws_are_told_for_its_name_has_a_version_in_it(run: Run, estate_store: str) -> None:
    found = json.loads(
        run(
            "identity", "explain", "s3://features/customer_features@mlflow:a19a285c", "--json", "--store", estate_store
        ).out
    )
    assert (found["name"], found["laws"], found["joins"]) == (None, [], [])
    assert found["entity"]["version"] == "mlflow:a19a285c"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("s3:///x", "thalweg: The name 's3:///x' names no bucket. Give a URI, like s3://bucket/path."),
        ("repository:", "thalweg: The name is empty. Give a repository's URL"),
    ],
)
def test_what_is_no_name_is_refused(run: Run, estate_store: str, name: str, said: str) -> None:
    ran = run("identity", "explain", name, "--store", estate_store)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(said)
