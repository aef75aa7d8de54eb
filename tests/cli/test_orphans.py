"""`thalweg orphans` over the example estate, by its store and by a server of it."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run


def test_orphans_lists_what_stands_alone_and_says_how_many_were_looked_at(run: Run, where: list[str]) -> None:
    models = run("orphans", "models", *where)
    assert (models.code, models.out.split()[:3]) == (0, ["model:mlflow://shop", "fraud/model", models.out.split()[2]])
    assert models.err == "5 models were looked at, and 1 found that were never deployed.\n"
    releases = run("orphans", "releases", *where)
    assert releases.out == ""
    assert releases.err == (
        "6 live releases were looked at, and none found whose models came from no data that is known.\n"
    )


def test_orphans_are_as_of_a_time_and_go_on_behind_a_cursor(run: Run, where: list[str]) -> None:
    asked = ["orphans", "data", "--as-of", "2026-01-14", *where]
    now = run("orphans", "data", *where)
    assert now.out.split()[:2] == ["dataset:https://git.example.com/ml/demand", "metrics.json"]
    assert now.err == "13 datasets were looked at, and 1 found that feed nothing live.\n"
    whole = run(*asked).out.splitlines()
    assert len(whole) > 2, "nothing was live yet"
    first = run(*asked, "--limit", "2")
    cursor = first.err.partition("--after ")[2].partition(",")[0]
    assert [line.split()[0] for line in (first.out + run(*asked, "--after", cursor).out).splitlines()] == [
        line.split()[0] for line in whole
    ]
    assert run("orphans", "data", "--as-of", "1999-01-01", *where).err == (
        "Nothing that is known had happened by 1999-01-01T00:00:00Z.\n"
    )


def test_orphans_as_json_is_one_document(run: Run, estate_store: str, estate_server: str) -> None:
    asked = ["orphans", "models", "--json"]
    of_store, of_server = run(*asked, "--store", estate_store), run(*asked, "--server", estate_server)
    assert of_store.out == of_server.out
    found = json.loads(of_store.out)
    assert list(found) == ["nodes", "undecided", "lookedAt", "cursor", "truncatedReason", "note"]
    assert [one["name"] for one in found["nodes"]] == ["fraud/model"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["jobs"], "thalweg: Invalid value for"),
        (["data", "--after", "x"], "thalweg: `after` is no cursor of this server."),
        (["data", "--as-of", "soon"], "thalweg: 'soon' is no"),
    ],
)
def test_what_makes_no_sense_is_refused(run: Run, where: list[str], arguments: list[str], sentence: str) -> None:
    ran = run("orphans", *arguments, *where)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(sentence)
