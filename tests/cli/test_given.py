"""Options that would do nothing beside the others are errors that name them; none is silently ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

FEATURES = "s3://features/customer_features"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["compare", "model:fraud/4", "model:fraud/5", "--minimize", "acuracy"],
            "--minimize acuracy: nothing that is compared has a metric of this name. Did you mean accuracy? There are "
            "accuracy, auc, log_loss, train_loss.",
        ),
        (
            ["compare", "model:fraud/4", "model:fraud/4", "--maximize", "nope"],
            "--maximize nope: nothing that is compared has a metric of this name. There are accuracy, auc, log_loss, "
            "train_loss.",
        ),
        (
            [
                "compare",
                *(f"dataset:customer_features@mlflow:{one}" for one in ("8fb08ff2", "f18f80f3")),
                "--minimize=x",
            ],
            "--minimize x: nothing that is compared has a metric of this name. There is no metric at all.",
        ),
        (["lineage", "model:fraud", "--depth", "5", "--all"], "--depth and --all are both given"),
        (["lineage", "model:fraud", "--counts", "--limit", "3"], "--limit and --counts are both given"),
        (["policy", "backtest", "--days", "90", "--since", "2026-01-01"], "--days and --since are both given"),
        (["list", "runs", "--sort", "at:asc", "--desc"], "--desc says nothing where --sort at:asc says which way."),
        (["export", "openlineage", "--json"], "--json goes with --output"),
        (["check", "--verify", "verdict_a", "--as-of", "2026-01-01"], "asked before, of now, and takes no --as-of."),
        (["check", "--verify", "verdict_a", "--min-coverage", "3"], "and takes no --min-coverage."),
        (["check", "--verify", "verdict_a", "--keep"], "and takes no --keep."),
        (["check", "--self-test", "--json"], "on terms of its own, and takes no --store, --json."),
    ],
)
def test_an_option_that_would_do_nothing_is_an_error(
    run: Run, estate_store: str, arguments: list[str], said: str
) -> None:
    ran = run(*arguments, "--store", estate_store)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sync", "x.toml", "--once", "--show"], "--once and --show are both given"),
        (["serve", "--json"], "--json goes with --show-settings"),
        (["import", "kubernetes", "a.yaml", "--exec-plugin"], "--exec-plugin logs in to a cluster, and none is named."),
        (["import", "files", "a", "--cache", "c", "--no-cache"], "--cache and --no-cache are both given"),
        (["check", FEATURES, "--new-schema", "new.csv", "--table", "t"], "--table 't' chooses nothing: new.csv is csv"),
        (
            ["check", FEATURES, "--new-schema", "new.csv", "--dialect", "spark"],
            "'spark' is of SQL, and new.csv is csv.",
        ),
    ],
)
def test_so_it_is_where_files_are_read(
    run: Run, estate_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    (tmp_path / "new.csv").write_text("x,y\n1,2\n")
    monkeypatch.setenv("THALWEG_STORE", estate_store)
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_what_the_environment_says_stands_beside_anything(
    run: Run, estate_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    monkeypatch.setenv("THALWEG_CACHE", str(tmp_path / "cache"))
    assert run("import", "files", "a.csv", "--no-cache", "--store", "sqlite:///own.db").code == 0
    assert not (tmp_path / "cache").exists()


def test_a_metric_that_is_the_same_everywhere_is_one_all_the_same(run: Run, estate_store: str) -> None:
    """It stands in no row where only what differs is told."""
    ran = run("compare", "model:fraud/4", "model:fraud/4", "--minimize", "auc", "--store", estate_store)
    assert (ran.code, ran.err) == (0, "")
