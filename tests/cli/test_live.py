"""`thalweg live` over the example estate, by its store and by a server of it."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run
from tests.cli.test_questions import drawing


def test_live_draws_each_release_with_what_made_its_models(run: Run, where: list[str]) -> None:
    ran = run("live", "--at", "2026-08-01", "--of", "deployment:production/churn", *where)
    assert (ran.code, ran.err) == (0, "1 release live then.\n")
    assert ran.out == drawing("""
        release production/churn/3  live from 2026-07-17
        ├── model version churn/3  100 % of the traffic
        │   └── run 853c2409a20c… (train 2026-07-15)
        │       ├── dataset version s3://features/customer_features@mlflow:0f46c03a
        │       ├── dataset version s3://lake/cancellations@mlflow:0ded1033
        │       └── commit d557337
        └── reads dataset version s3://features/customer_features@mlflow:0f46c03a
    """)


def test_live_goes_on_behind_a_cursor(run: Run, where: list[str]) -> None:
    first = run("live", "--environment", "prod*", "--limit", "2", *where)
    assert first.out.count("live from") == 2
    cursor = first.err.partition("--after ")[2].partition(",")[0]
    assert run("live", "--environment", "prod*", "--after", cursor, *where).out.count("live from") == 2


def test_where_nothing_was_live_it_says_so(run: Run, estate_store: str) -> None:
    assert run("live", "--environment", "nowhere", "--store", estate_store).err == "Nothing is live.\n"
    assert run("live", "--at", "2026-01-14", "--store", estate_store).err == "Nothing was live then.\n"
    before = run("live", "--at", "1999-01-01", "--store", estate_store)
    assert (before.code, before.out) == (0, "")
    assert before.err == "Nothing that is known had happened by 1999-01-01T00:00:00Z.\n"


def test_live_as_json_is_one_document(run: Run, estate_store: str, estate_server: str) -> None:
    asked = ["live", "--at", "2026-11-02", "--json"]
    of_store, of_server = run(*asked, "--store", estate_store), run(*asked, "--server", estate_server)
    assert of_store.out == of_server.out
    found = json.loads(of_store.out)
    assert list(found) == ["at", "nodes", "cursor", "note"]
    assert {one["environment"] for one in found["nodes"]} == {"production", "staging"}
    assert {model["traffic"] for one in found["nodes"] for model in one["models"]} >= {90.0, 10.0}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--of", "model:fraud"], "thalweg: model:fraud is a model. Give a deployment."),
        (["--of", "production/nobody"], "thalweg: No deployment is known that 'production/nobody' names."),
        (["--after", "x"], "thalweg: `after` is no cursor of this server."),
        (["--at", "soon"], "thalweg: 'soon' is no"),
    ],
)
def test_what_makes_no_sense_is_refused(run: Run, where: list[str], arguments: list[str], sentence: str) -> None:
    ran = run("live", *arguments, *where)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(sentence)
