"""lineage, impact, check, get and list over the example estate; each by its store and by a server of it."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from tests.cli.conftest import Run

DAY = "2026-11-02"
"""A few days after the last thing that happened in the estate."""


def drawing(text: str) -> str:
    return dedent(text).lstrip("\n")


# --------------------------------------------------------------------------------------------------------------- impact


def test_impact_draws_the_way_from_what_changes_to_the_endpoints_and_says_the_verdict(
    run: Run, where: list[str]
) -> None:
    ran = run("impact", "s3://lake/transactions", "--as-of", DAY, *where)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == drawing("""
        dataset s3://lake/transactions  its content changes
        ├── job features/build.py  STALE  active  growth
        │   └── dataset s3://features/customer_features  STALE  live  growth
        │       ├── deployment production/churn  STALE  live  growth
        │       ├── deployment production/fraud  STALE  live  risk
        │       │   └── dataset s3://lake/fraud_predictions  STALE  live  risk
        │       ├── deployment staging/churn  STALE  live  growth
        │       ├── deployment staging/fraud  STALE  live  risk
        │       ├── job churn/evaluate.py  STALE  active  growth
        │       ├── job churn/train.py  STALE  active  growth
        │       │   └── model churn  STALE  live  growth
        │       ├── job fraud/evaluate.py  STALE  active  risk
        │       ├── job fraud/train.py  STALE  active  risk
        │       │   ├── model fraud  STALE  live  risk
        │       │   └── model fraud/model  STALE
        │       └── job recommender/train.py  STALE  active  growth
        │           └── model recommender  STALE  growth
        └── job export_sales  STALE  active  data-platform
            └── dataset https://git.example.com/ml/demand data/sales.csv  STALE  live
                └── job prepare  STALE  active
                    └── dataset https://git.example.com/ml/demand data/weekly.csv  STALE  live
                        └── job train  STALE  active
                            ├── dataset https://git.example.com/ml/demand metrics.json  STALE  live
                            └── model demand  STALE  live
                                └── deployment production/demand  STALE  live  growth
        WARN: 5 datasets, 9 jobs, 5 models, 5 deployments affected; 5 live endpoints: production/churn, \
production/fraud, staging/churn, staging/fraud, production/demand.
    """)


def test_impact_with_reasons_says_why_below_each(run: Run, estate_store: str) -> None:
    ran = run("impact", "model:fraud/6", "--withdraw", "--as-of", DAY, "--reasons", "--store", estate_store)
    assert ran.out == drawing("""
        model fraud  is withdrawn in 1 version
        ├── deployment production/fraud  BREAKS  live  risk
        │   `production/fraud` serves `fraud/6`, live as release 6 since 2026-10-29, 10 % of the traffic
        └── deployment staging/fraud  BREAKS  live  risk
            `staging/fraud` serves `fraud/6`, live as release 1 since 2026-10-27, 100 % of the traffic
        BLOCK: 2 deployments affected; 2 live endpoints: production/fraud, staging/fraud.
    """)


def test_impact_that_comes_back_to_the_model_of_a_version_draws_that_once_and_on_its_way(
    run: Run, estate_store: str
) -> None:
    """`fraud/5` feeds predictions from which later versions of `fraud` learned."""
    ran = run("impact", "model:fraud/5", "--withdraw", "--as-of", DAY, "--store", estate_store)
    ways = drawing("""
        └── deployment production/fraud  BREAKS  STALE  live  risk
            └── dataset s3://lake/fraud_predictions  STALE  live  risk
                └── job fraud/train.py  STALE  active  risk
                    └── model fraud  STALE  live  risk
                        ├── deployment staging/fraud  STALE  live  risk
                        └── job fraud/evaluate.py  STALE  active  risk
    """)
    assert ran.out.startswith(f"model fraud  is withdrawn in 1 version\n{ways}BLOCK: ")
    checked = run("check", "model:fraud/5", "--withdraw", "--as-of", DAY, "--store", estate_store)
    plain = ways.replace("  active", "").replace("  live", "").replace("  risk", "")
    assert checked.out.startswith(f"model:mlflow://shop fraud/5  is withdrawn\n{plain}  BLOCK  ")


def test_impact_that_is_limited_says_so(run: Run, estate_store: str) -> None:
    ran = run("impact", "s3://lake/transactions", "--as-of", DAY, "--limit", "2", "--store", estate_store)
    assert ran.out == drawing("""
        dataset s3://lake/transactions  its content changes
        ├── job features/build.py  STALE  active  growth
        └── job export_sales  STALE  active  data-platform
        WARN: 2 jobs and more affected; 5 live endpoints: production/churn, production/fraud, staging/churn, \
staging/fraud, production/demand.
        The 2 worst of 24 are shown; --limit shows more.
    """)


def test_impact_as_json_is_one_document_whatever_is_asked(run: Run, estate_store: str, estate_server: str) -> None:
    asked = ["impact", "s3://lake/transactions", "--as-of", DAY, "--json"]
    of_store, of_server = run(*asked, "--store", estate_store), run(*asked, "--server", estate_server)
    assert of_store.out == of_server.out
    found = json.loads(of_store.out)
    assert list(found) == [
        "of", "change", "given", "at", "verdict", "incomplete", "notes", "evidence", "total", "live", "models",
        "endpoints", "affected",
    ]  # fmt: skip
    assert (found["change"], found["verdict"], found["total"], found["models"]) == ("content", "WARN", 24, 5)
    assert [one["name"] for one in found["of"]] == ["transactions"]
    assert found["affected"][0]["path"][0]["type"] == "INPUT_TO"


# ---------------------------------------------------------------------------------------------------------------- check


def test_check_of_a_deletion_that_breaks_production_exits_with_1_and_says_what_blocks(
    run: Run, where: list[str]
) -> None:
    ran = run("check", "model:fraud/6", "--withdraw", "--as-of", DAY, *where)
    assert (ran.code, ran.err) == (1, "")
    findings, _, proposed = ran.out.partition("\nBLOCK: ")
    assert findings.splitlines()[1:5] == [
        "├── deployment production/fraud  BREAKS",
        "└── deployment staging/fraud  BREAKS",
        "  BLOCK  deployment production/fraud  BREAKS  TW107 model-withdrawn 645631461d22b845",
        "    `production/fraud` serves `fraud/6`, live as release 6 since 2026-10-29, 10 % of the traffic",
    ]
    assert proposed.startswith(
        "2 findings: 1 block, 1 warn; 2 live endpoints touched: production/fraud, staging/fraud.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "verdict"),
    [
        (["s3://lake/transactions", "--content"], 0, "WARN"),
        (["s3://lake/transactions", "--delete"], 1, "BLOCK"),
        (["model:recommender/1", "--withdraw"], 0, "PASS"),
        (["s3://lake/nowhere", "--delete"], 2, "INCOMPLETE"),
    ],
    ids=["warn", "block", "pass", "unknown"],
)
def test_check_exits_by_its_verdict(run: Run, estate_store: str, arguments: list[str], code: int, verdict: str) -> None:
    ran = run("check", *arguments, "--as-of", DAY, "--json", "--store", estate_store)
    assert (ran.code, json.loads(ran.out)["verdict"]) == (code, verdict)


def test_check_of_what_nobody_knows_is_incomplete_and_names_what_comes_near(run: Run, where: list[str]) -> None:
    ran = run("check", "s3://lake/transactons", "--delete", *where)
    assert ran.code == 2
    assert "\nINCOMPLETE (NOT CHECKED): " in ran.out
    assert ran.err.startswith(
        "thalweg: Nothing is known that 's3://lake/transactons' names. Near it: dataset:s3://lake/transactions"
    )


# -------------------------------------------------------------------------------------------------------------- lineage


def test_lineage_draws_what_came_of_a_thing(run: Run, where: list[str]) -> None:
    ran = run("lineage", "s3://lake/chargebacks", "--depth", "2", *where)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == drawing("""
        dataset s3://lake/chargebacks
        ├── job fraud/train.py
        │   ├── model fraud
        │   └── model fraud/model
        └── job fraud/evaluate.py
        At least 5 nodes reached: 1 dataset, 2 jobs, 2 models.
        Not all of it is shown: there is more behind; go on with --depth, or --all.
    """)


def test_lineage_up_draws_what_a_model_version_came_from(run: Run, where: list[str]) -> None:
    ran = run("lineage", "model:fraud/6", "--up", "--depth", "1", "--kind", "run", *where)
    assert ran.out.splitlines()[:2] == ["model version fraud/6", "└── run 1e2b2935d5ec… (train 2026-10-27)"]


def test_lineage_both_ways_draws_a_tree_for_each(run: Run, estate_store: str) -> None:
    ran = run("lineage", "model:churn", "--up", "--down", "--depth", "1", "--store", estate_store)
    heads = [line for line in ran.out.splitlines() if line.startswith("model churn")]
    assert heads == ["model churn  upstream", "model churn  downstream"]


def test_lineage_of_some_kinds_hangs_them_on_what_is_shown_and_says_how_far_they_are(
    run: Run, estate_store: str
) -> None:
    ran = run("lineage", "s3://features/article_features", "--all", "--kind", "deployment", "--store", estate_store)
    assert ran.out.splitlines()[1] == "└── deployment production/recommender"
    ran = run("lineage", "s3://lake/events", "--all", "--kind", "deployment", "--store", estate_store)
    assert ran.out.splitlines()[1] == "└── deployment production/recommender  3 steps on"


def test_lineage_can_count_alone(run: Run, estate_store: str) -> None:
    ran = run("lineage", "s3://lake/transactions", "--all", "--counts", "--store", estate_store)
    assert ran.out == "27 nodes reached: 6 datasets, 10 jobs, 5 models, 6 deployments.\n"


def test_lineage_marks_releases_as_live_or_ended(run: Run, estate_store: str) -> None:
    asked = ["lineage", "deployment:production/recommender", "--level", "version", "--depth", "0"]
    ran = run(*asked, "--store", estate_store)
    assert sorted(line[4:] for line in ran.out.splitlines()[1:4]) == [
        "release production/recommender/1  ended",
        "release production/recommender/2  ended",
        "release production/recommender/3  live",
    ]


def test_lineage_as_json_is_the_graph(run: Run, estate_store: str, estate_server: str) -> None:
    asked = ["lineage", "s3://lake/transactions", "--json"]
    of_store = run(*asked, "--store", estate_store)
    assert of_store.out == run(*asked, "--server", estate_server).out
    found = json.loads(of_store.out)
    assert {"start", "level", "direction", "truncated", "nodes", "edges", "countsByKind"} <= found.keys()
    assert found["start"]["name"] == "transactions"


# --------------------------------------------------------------------------------------------------------- get and list


def test_get_says_what_is_known_and_what_stands_next_to_it(run: Run, where: list[str]) -> None:
    lines = run("get", "deployment:production/fraud", *where).out.splitlines()
    assert lines[0] == "deployment production/fraud"
    said = {line[2:15].strip(): line[17:] for line in lines[1:] if line[2:15].strip()}
    assert said["name"] == "deployment:production/fraud"
    assert said["description"] == "Scores each payment while the customer waits."
    assert said["tags"] == "pager = risk-oncall"
    assert said["live releases"] == "release production/fraud/6  2026-10-29"


def test_get_as_json_is_the_entity(run: Run, estate_store: str, estate_server: str) -> None:
    asked = ["get", "model:fraud/6", "--json"]
    of_store = run(*asked, "--store", estate_store)
    assert of_store.out == run(*asked, "--server", estate_server).out
    assert json.loads(of_store.out)["producer"]["name"] == "train 2026-10-27"


@pytest.mark.parametrize(
    "name",
    [
        "s3://features/customer_features",
        "dataset:s3://features/customer_features",
        "dataset:customer_features",
        "customer_features",
        "job:features/build.py",
        "model:fraud/6",
        "deployment:production/fraud",
        "release:production/fraud/6",
        "commit:b82e744",
    ],
)
def test_a_thing_is_found_by_what_people_call_it(run: Run, where: list[str], name: str) -> None:
    assert run("get", name, *where).code == 0


def test_what_is_found_is_named_by_a_text_that_finds_it_again(run: Run, estate_store: str) -> None:
    for kind in ("datasets", "dataset-versions", "repositories", "commits", "jobs", "runs", "models", "model-versions",
                 "deployments", "releases"):  # fmt: skip
        listed = json.loads(run("list", kind, "--limit", "1", "--json", "--store", estate_store).out)["nodes"][0]
        shown = run("get", listed["id"], "--store", estate_store).out.splitlines()[1].split(maxsplit=1)[1]
        again = json.loads(run("get", shown, "--json", "--store", estate_store).out)
        assert again["id"] == listed["id"], shown


def test_an_ambiguous_name_lists_what_it_may_mean(run: Run, where: list[str]) -> None:
    ran = run("get", "fraud", *where)
    assert (ran.code, ran.out) == (2, "")
    assert "'fraud' may mean several things:" in ran.err
    assert "deployment:production/fraud" in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("command", ["get", "lineage", "impact"])
def test_an_unknown_name_is_an_error_that_lists_what_comes_near(run: Run, where: list[str], command: str) -> None:
    ran = run(command, "deployment:production/frau", *where)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("thalweg: Nothing is known that 'deployment:production/frau' names. Near it: ")
    assert "deployment:production/fraud" in ran.err


def test_list_shows_a_kind_in_columns(run: Run, where: list[str]) -> None:
    ran = run("list", "deployments", "--sort", "name", *where)
    assert (ran.code, ran.err) == (0, "")
    assert sorted(ran.out.splitlines()) == [
        "deployment:production/churn        live 3                       growth",
        "deployment:production/demand       live demand-predictor-00003  growth",
        "deployment:production/fraud        live 6                       risk",
        "deployment:production/recommender  live 3                       growth",
        "deployment:staging/churn           live 1                       growth",
        "deployment:staging/fraud           live 1                       risk",
    ]


def test_list_pages_by_a_cursor(run: Run, where: list[str]) -> None:
    first = json.loads(run("list", "runs", "--limit", "30", "--count", "--json", *where).out)
    rest = json.loads(run("list", "runs", "--limit", "30", "--after", first["cursor"], "--json", *where).out)
    ids = [one["id"] for one in first["nodes"] + rest["nodes"]]
    assert (first["total"], len(ids), len(set(ids)), rest["cursor"]) == (54, 54, 54, None)


def test_list_goes_over_the_size_of_a_page(run: Run, estate_store: str) -> None:
    listed = json.loads(run("list", "dataset-versions", "--limit", "1000", "--json", "--store", estate_store).out)
    assert len({one["id"] for one in listed["nodes"]}) == len(listed["nodes"]) > 50
    assert listed["cursor"] is None


def test_list_filters_and_sorts(run: Run, where: list[str]) -> None:
    live = run("list", "releases", "--live", "--of", "deployment:production/fraud", *where)
    assert live.out == "release:production/fraud/6  live  2026-10-29  fraud/5 fraud/6\n"
    named = json.loads(run("list", "datasets", "--contains", "features", "--sort", "name", "--json", *where).out)
    assert [one["name"] for one in named["nodes"]] == ["article_features", "customer_features"]
    good = json.loads(run("list", "runs", "--metric", "auc>=0.9", "--sort", "auc", "--json", *where).out)
    values = [metric["last"] for one in good["nodes"] for metric in one["metrics"]]
    assert values == sorted(values, reverse=True)
    assert min(values) >= 0.9


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["models", "--live"], "--live says nothing of models. It is for releases."),
        (
            ["datasets", "--metric", "auc>1"],
            "--metric says nothing of datasets. It is for runs, model-versions, releases.",
        ),
        (["runs", "--metric", "auc"], "--metric auc is no condition. Write it like --metric 'auc>=0.9'."),
        (["runs", "--tag", "team"], "--tag team has no value. Write it like --tag team=risk."),
        (
            ["datasets", "--sort", "auc"],
            "datasets have no metrics to sort by. Sort by one of at, name, created, updated.",
        ),
        (
            ["runs", "--since", "yesterday"],
            "'yesterday' is not a time; write it like 2026-05-02T08:00:00Z.",
        ),
        (
            ["runs", "--where", "at > 2026-05"],
            "--where, at 6: '2026-05' is not a time; write it like 2026-05-02T08:00:00Z: at > »2026-05. It is compared "
            "with at.",
        ),
        (["runs", "--sort", "auc:up"], "--sort auc:up says no way. Write --sort auc:asc, or auc:desc."),
    ],
    ids=["live", "measured", "condition", "pair", "sort", "time", "where", "way"],
)
def test_a_list_that_makes_no_sense_is_refused(run: Run, arguments: list[str], sentence: str) -> None:
    ran = run("list", *arguments, "--store", "sqlite:///none.db")
    assert (ran.code, ran.out, ran.err) == (2, "", f"thalweg: {sentence}\n")


def test_an_empty_list_says_so(run: Run, estate_store: str) -> None:
    ran = run("list", "datasets", "--contains", "nothing like it", "--store", estate_store)
    assert (ran.code, ran.out, ran.err) == (0, "", "No datasets are so.\n")
    ran = run("list", "runs", "--sort", "acu", "--store", estate_store)
    assert (ran.code, ran.out, ran.err) == (0, "", "No runs are known that have the metric acu.\n")


def test_a_range_of_commits_is_named_as_one(run: Run, where: list[str]) -> None:
    """Another question than whether its last commit was wrong."""
    words = ["commit:d557337..b82e744", "--code", *where]
    title = run("impact", *words).out.splitlines()[0]
    assert title.endswith("was wrong in commit b82e744, and in all since commit:d557337")
    title = run("check", *words).out.splitlines()[0]
    assert title.startswith("commit:d557337..commit:https://git.example.com/ml/training@b82e744")
    assert ".." not in run("impact", "commit:b82e744", "--code", *where).out.splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--self-test"],
            "--self-test judges an estate of its own, on terms of its own, and takes no NAME: "
            "s3://features/customer_features. Leave all else out.",
        ),
        (["--dialect", "spark"], "--dialect says how a schema is read, and there is none. Give it with --new-schema."),
        (["--table", "t"], "--table says how a schema is read, and there is none. Give it with --new-schema."),
        (
            ["--newest", "2"],
            "--newest chooses versions whose content changes; with changes of columns it says nothing. Leave it out, "
            "or name the version.",
        ),
    ],
    ids=["self-test", "dialect", "table", "newest"],
)
def test_a_check_with_an_option_that_would_do_nothing_is_refused(
    run: Run, estate_store: str, arguments: list[str], sentence: str
) -> None:
    """Above all with one that would make it another question, which may pass."""
    asked = ["s3://features/customer_features", "--drop-column", "home_country", *arguments, "--store", estate_store]
    ran = run("check", *asked)
    assert (ran.code, ran.out, ran.err) == (2, "", f"thalweg: {sentence}\n")
