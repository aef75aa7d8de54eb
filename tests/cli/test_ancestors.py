"""`thalweg ancestors` over the example estate, by its store and by a server of it."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run
from tests.cli.test_questions import drawing


def test_ancestors_lists_what_is_shared_with_the_steps_from_each(run: Run, where: list[str]) -> None:
    ran = run("ancestors", "model:fraud@champion", "model:churn@champion", *where)
    assert ran.code == 0
    assert ran.out == drawing("""
        commit d557337                                                   2, 2
        dataset version s3://features/customer_features@mlflow:0f46c03a  4, 2  lowest
        run 6aa8b0b5c494… (customer features 2026-07-13)                 5, 3
        dataset version s3://lake/transactions@mlflow:665ae1f6           6, 4
        dataset version s3://lake/customers@mlflow:d6124c39              6, 4
    """)
    assert ran.err == "5 common ancestors, with the steps from each of the things named.\n"


def test_what_is_not_shown_and_what_is_not_there_is_said(run: Run, estate_store: str) -> None:
    asked = ["ancestors", "model:fraud", "model:churn", "--store", estate_store]
    few = run(*asked, "--limit", "1")
    assert few.out == "dataset s3://features/customer_features  2, 2  lowest\n"
    assert few.err.endswith("named. Not all is shown: there are more nodes than --limit.\n")
    assert run(*asked, "--as-of", "1990-01-01").err == "Nothing that is known had happened by 1990-01-01T00:00:00Z.\n"
    assert run(*asked, "--edge", "produced").err == "They share nothing that they came from.\n"


def test_ancestors_as_json_is_one_document(run: Run, estate_store: str, estate_server: str) -> None:
    asked = ["ancestors", "model:fraud", "model:churn", "model:recommender", "--json"]
    of_store, of_server = run(*asked, "--store", estate_store), run(*asked, "--server", estate_server)
    assert of_store.out == of_server.out
    found = json.loads(of_store.out)
    assert list(found) == ["of", "level", "totalCount", "truncated", "truncatedReason", "note", "ancestors"]
    assert {len(one["distances"]) for one in found["ancestors"]} == {3}


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["model:fraud"], "thalweg: of names 1 different thing, and must name 2 or more."),
        (["model:fraud", "model:churn/3"], "thalweg: of names things of both levels: a model and a model version"),
        (["model:fraud", "model:chum"], "thalweg: No model is known that 'model:chum' names."),
        (["model:fraud"] * 11, "thalweg: of names more than 10 things."),
    ],
    ids=["one", "mixed", "unknown", "many"],
)
def test_what_makes_no_sense_is_refused(run: Run, where: list[str], names: list[str], sentence: str) -> None:
    ran = run("ancestors", *names, *where)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(sentence)
