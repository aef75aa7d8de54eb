"""`thalweg store`, `forget`, `restore` and `schema`."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLSchema,
    build_client_schema,
    build_schema,
    lexicographic_sort_schema,
    print_schema,
)

from tests.cli.conftest import Run
from tests.cli.program import serving
from tests.store.earlier.test_earlier import unpack
from thalweg.store.store import SCHEMA_VERSION


@pytest.fixture
def clicks(run: Run) -> None:
    """A store in the folder of the test, with a dataset and a deployment."""
    Path("facts.yaml").write_text(
        'thalweg: 1\ndatasets: [{uri: "s3://lake/clicks"}]\n'
        'deployments: [{namespace: production, name: ads, releases: [{revision: "1", since: 2026-01-02T00:00:00Z,'
        ' reads: [{dataset: "s3://lake/clicks", version: v1}]}]}]\n'
    )
    ran = run("import", "manifest", "facts.yaml")
    assert ran.code == 0, ran.err


@pytest.mark.usefixtures("clicks")
def test_info_says_what_a_store_is_and_holds(run: Run) -> None:
    found = json.loads(run("store", "info", "--json").out)
    assert (found["engine"], found["schema"], found["release"]) == ("sqlite", SCHEMA_VERSION, "0.1.0")
    assert (found["entities"]["DATASET"], found["entities"]["RELEASE"], found["edges"]["INPUT_TO"]) == (1, 1, 2)
    (source,) = found["sources"]
    assert (source["name"], source["scopes"]) == ("manifest:facts", 2)
    lines = run("store", "info").out.splitlines()
    assert lines[:2] == ["engine    sqlite", "address   sqlite:///thalweg.db"]
    assert lines[-1].startswith("source    manifest:facts, 2 scopes, last read whole 20")


@pytest.mark.usefixtures("clicks")
def test_check_exits_with_1_when_something_is_wrong_and_rebuild_mends_it(run: Run, tmp_path: Path) -> None:
    assert run("store", "check").code == 0
    assert run("store", "rebuild").out == "Every derived fact is as it should be.\n"
    with closing(sqlite3.connect(tmp_path / "thalweg.db")) as connection:
        connection.execute("UPDATE edge SET derived = derived + 1 WHERE derived > 0")
        connection.commit()
    ran = run("store", "check", "--json")
    assert ran.code == 1
    assert json.loads(ran.out)["findings"]
    assert run("store", "rebuild").out == "1 derived fact not as it should be; mended.\n"
    assert run("store", "check").code == 0


@pytest.mark.usefixtures("clicks")
def test_migrate_leaves_a_store_of_this_release_as_it_is(run: Run) -> None:
    assert run("store", "migrate").out == f"The store has schema {SCHEMA_VERSION} already.\n"
    assert json.loads(run("store", "migrate", "--json").out) == {
        "before": SCHEMA_VERSION,
        "after": SCHEMA_VERSION,
    }


def test_a_store_of_an_earlier_schema_says_what_to_do_and_is_searched_after_that(run: Run, tmp_path: Path) -> None:
    unpack(tmp_path / "thalweg.db", 1)
    refused = run("search", "fraud")
    assert (refused.code, refused.out) == (2, "")
    assert "thalweg store migrate" in refused.err
    assert run("store", "migrate").out == f"The store was brought from schema 1 to {SCHEMA_VERSION}.\n"
    assert run("search", "fraud").out.startswith("deployment:test/fraud\nmodel:test fraud\n")
    assert run("store", "check").code == 0


@pytest.mark.usefixtures("clicks")
@pytest.mark.parametrize("served", [False, True], ids=["store", "server"])
def test_what_is_forgotten_is_in_no_answer_until_it_is_restored(run: Run, tmp_path: Path, served: bool) -> None:
    if served:
        with serving(cwd=tmp_path) as address:
            _forget_and_restore(run, "--server", address)
    else:
        _forget_and_restore(run)


def _forget_and_restore(run: Run, *where: str) -> None:
    forgotten = run("forget", "s3://lake/clicks", "--yes", *where)
    assert forgotten.code == 0
    assert forgotten.out.startswith("Forgotten: dataset s3://lake/clicks. Back with: thalweg restore ds_")
    assert run("get", "s3://lake/clicks", *where).code == 2
    id = forgotten.out.split()[-1]
    assert run("restore", id, "--yes", *where).out == "Restored: dataset s3://lake/clicks.\n"
    assert run("get", "s3://lake/clicks", *where).code == 0


@pytest.mark.usefixtures("clicks")
def test_forgetting_asks_first_and_where_nobody_can_answer_it_needs_a_yes(run: Run) -> None:
    ran = run("forget", "s3://lake/clicks")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "thalweg: This must be confirmed, and there is nobody to ask. Give --yes.\n"
    assert run("get", "s3://lake/clicks").code == 0


@pytest.mark.usefixtures("clicks")
def test_restoring_takes_ids(run: Run) -> None:
    ran = run("restore", "s3://lake/clicks", "--yes")
    assert ran.code == 2
    assert ran.err.startswith("thalweg: 's3://lake/clicks' is no id")
    ran = run("restore", "ds_" + "a" * 26, "--yes")
    assert (ran.code, ran.out) == (2, "")


def test_the_schema_is_printed_as_sdl_and_as_an_introspection(run: Run) -> None:
    of_sdl = build_schema(run("schema").out)
    of_introspection = build_client_schema(json.loads(run("schema", "--json").out))
    change = of_introspection.type_map["ChangeInput"]
    assert isinstance(change, GraphQLInputObjectType)
    assert change.is_one_of
    assert _printed(of_introspection) == _printed(of_sdl)


def _printed(schema: GraphQLSchema) -> list[str]:
    """The lines of a schema in order; but for @oneOf, which the library does not read from SDL that declares it."""
    lines = print_schema(lexicographic_sort_schema(schema)).splitlines()
    return [line.replace(" @oneOf", "") for line in lines if not line.startswith("directive @oneOf")]
