"""provenance and compare over the example estate; each by its store and by a server of it."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.cli.conftest import Run


def test_provenance_tells_the_account_and_what_it_lacks(run: Run, where: list[str]) -> None:
    ran = run("provenance", "model:fraud@champion", *where)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("model version fraud/5\n")
    assert "  run          run a98a33d197bc… (train 2026-09-08)  finished  ada  2026-09-08 06:30\n" in ran.out
    assert "  params       depth = 3\n               learning_rate = 0.2\n" in ran.out
    assert "4 gaps in the account:\n" in ran.out


def test_provenance_as_a_script_is_the_script_alone(run: Run, where: list[str]) -> None:
    ran = run("provenance", "model:fraud/5", "--script", *where)
    assert ran.out.startswith("#!/bin/sh\n")
    assert "git clone --quiet --no-checkout -- https://git.example.com/ml/training " in ran.out
    read = subprocess.run(["sh", "-n"], input=ran.out, text=True, capture_output=True)
    assert (read.returncode, read.stderr) == (0, "")


def test_provenance_as_json_is_one_document(run: Run, estate_store: str, estate_server: str) -> None:
    ran = run("provenance", "model:fraud/5", "--json", "--store", estate_store)
    assert run("provenance", "model:fraud/5", "--json", "--server", estate_server) == ran
    found = json.loads(ran.out)
    assert {gap["kind"] for gap in found["gaps"]} == {"INPUT_REPLACED", "NO_COMMAND"}
    assert found["reproduce"] == run("provenance", "model:fraud/5", "--script", "--store", estate_store).out
    assert {node["kind"] for node in found["ancestors"]} >= {"DATASET_VERSION", "RUN", "COMMIT", "RELEASE"}


def test_compare_shows_what_differs(run: Run, where: list[str]) -> None:
    ran = run("compare", "model:fraud/3", "model:fraud/5", *where)
    assert (ran.code, ran.err) == (0, "")
    assert "≠" not in ran.out
    assert "learning_rate" not in ran.out
    assert ran.out.endswith(
        "From model version fraud/3 to model version fraud/5: 1 commit ahead, 0 commits behind\n"
        "  + 74c4883  Features: spend of 30 days in place of 7, and card payments  Ben Okafor\n"
        "* is the best.\n"
    )


def test_compare_shows_all_with_what_differs_first_and_marked(run: Run, where: list[str]) -> None:
    ran = run("compare", "model:fraud/3", "model:fraud/5", "--all", *where)
    facts = ran.out.partition("\nfacts\n")[2].partition("\nparams\n")[0].splitlines()
    assert [line[:2] for line in facts] == ["≠ ", "≠ ", "  ", "  ", "  "]
    assert "  learning_rate " in ran.out


def test_compare_takes_another_word_for_what_is_better(run: Run, estate_store: str) -> None:
    asked = ["compare", "model:fraud/3", "model:fraud/5", "--json", "--minimize", "auc", "--store", estate_store]
    wins = {row["key"]: row["wins"] for row in json.loads(run(*asked).out)["metrics"]}
    assert wins == {
        "accuracy": [False, True],
        "auc": [True, False],
        "log_loss": [False, True],
        "train_loss": [True, False],
    }


def test_compare_of_a_thing_with_itself_finds_nothing(run: Run, estate_store: str) -> None:
    ran = run("compare", "model:fraud/5", "model:fraud@champion", "--store", estate_store)
    assert ran.out.splitlines()[1:] == ["Nothing differs."]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["compare", "model:fraud/5"], "1 thing is named, and 2 to 10 can be compared."),
        (
            ["compare", "model:fraud/5", "model:frud/5"],
            "No model is known that 'model:frud/5' names. Did you mean model:mlflow://shop fraud or "
            "model:mlflow://shop fraud/model?",
        ),
        (
            ["compare", "model:fraud/5", "run:a98a33d1"],
            "fraud/5 is a model version and a98a33d197bc… a run. Compare things of one kind.",
        ),
        (
            ["provenance", "model:recommender"],
            "recommender is a model. Name a model version of it: model:mlflow://shop recommender/4, "
            "model:mlflow://shop recommender/3, model:mlflow://shop recommender/2, model:mlflow://shop recommender/1.",
        ),
        (
            ["provenance", "model:fraud/5", "--script", "--json"],
            "--script and --json are both given. Give one: the document holds the script too.",
        ),
        (
            ["provenance", "model:fraud/5", "--as-of", "then"],
            "'then' is not a time; write it like 2026-05-02T08:00:00Z.",
        ),
    ],
    ids=["alone", "unknown", "kinds", "asset", "both", "time"],
)
def test_what_makes_no_sense_is_one_line_that_says_what_would(
    run: Run, estate_store: str, arguments: list[str], sentence: str
) -> None:
    ran = run(*arguments, "--store", estate_store)
    assert (ran.code, ran.out, ran.err) == (2, "", f"thalweg: {sentence}\n")


def test_provenance_of_what_nobody_knows_names_what_comes_near(run: Run, where: list[str]) -> None:
    ran = run("provenance", "model:fruad/5", *where)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("thalweg: Nothing is known that 'model:fruad/5' names. Near it: ")
