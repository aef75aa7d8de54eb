"""`thalweg path` over the example estate, by its store and by a server of it."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run
from tests.cli.test_questions import drawing

ENDS = ("s3://lake/transactions", "deployment:production/fraud")


def test_path_says_each_step_of_the_shortest_way(run: Run, where: list[str]) -> None:
    ran = run("path", *ENDS, *where)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == drawing("""
        dataset s3://lake/transactions
          input to job features/build.py
          produced dataset s3://features/customer_features
          input to deployment production/fraud
        3 steps, downstream.
    """)


def test_path_goes_through_a_kind_and_around_a_thing(run: Run, where: list[str]) -> None:
    ran = run("path", *reversed(ENDS), "--through", "model", "--avoiding", "model:fraud/model", *where)
    assert ran.out == drawing("""
        dataset s3://lake/transactions
          input to job features/build.py
          produced dataset s3://features/customer_features
          input to job fraud/train.py
          produced model fraud
          served by deployment production/fraud
        5 steps, upstream.
    """)


def test_where_there_is_no_way_it_says_so_and_exits_with_1(run: Run, where: list[str]) -> None:
    ran = run("path", *ENDS, "--avoiding", "job", *where)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "Neither influences the other, in the way that is asked for.\n"
    assert run("path", *ENDS, "--as-of", "2020-01-01", *where).err == "Neither influences the other then.\n"
    assert run("path", *ENDS, "--avoiding", "job", "--json", *where).out == "null\n"


def test_path_as_json_is_one_document(run: Run, estate_store: str, estate_server: str) -> None:
    asked = ["path", *ENDS, "--level", "version", "--edge", "input-to", "--edge", "produced", "--json"]
    of_store, of_server = run(*asked, "--store", estate_store), run(*asked, "--server", estate_server)
    assert of_store.out == of_server.out
    found = json.loads(of_store.out)
    assert list(found) == ["length", "direction", "entities", "edges"]
    assert found["length"] == len(found["edges"]) == len(found["entities"]) - 1 == 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["s3://lake/transactons", ENDS[1]], "thalweg: Nothing is known that 's3://lake/transactons' names."),
        ([*ENDS, "--through", "commit"], "thalweg: No path can pass a commit: no edges that are walked lead into one"),
        ([*ENDS, "--through", "model:frod"], "thalweg: No model is known that 'model:frod' names. Did you mean"),
        ([*ENDS, "--as-of", "soon"], "thalweg: 'soon' is no"),
    ],
)
def test_a_path_that_makes_no_sense_is_refused(
    run: Run, estate_store: str, arguments: list[str], sentence: str
) -> None:
    ran = run("path", *arguments, "--store", estate_store)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(sentence)
