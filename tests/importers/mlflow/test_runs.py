"""What is said of a run: its job, its state, what it logged, where its code is, what it is part of."""

from __future__ import annotations

import re
from math import inf, isnan

from tests.importers.golden import Golden, lines
from tests.importers.mlflow.passes import HERE, SECOND, START, Made, Pass, read
from thalweg.model import keys
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, Point

ID = re.compile(r"(m-)?[0-9a-f]{32}")
SHA = "4f1c0d9e8b7a6f5e4d3c2b1a0f9e8d7c6b5a4938"
HOUR = 3600 * SECOND


def test_every_run_is_a_scope_of_its_own(made: Made, given: Pass) -> None:
    assert f"run/{made.names['train']}" in given.names
    assert len([name for name in given.names if name.startswith("run/")]) == len(
        {name for name in given.names if name.startswith("run/")}
    )
    assert given.reading.total == len(given.granules) == len(given.names)
    assert given.reading.complete
    assert {granule.source for granule in given.granules} == {"mlflow:prod"}
    assert {granule.origin for granule in given.granules} == {"mlflow"}


def test_a_store_comes_to_what_is_written_down(mlflow_3: Made, given_3: Pass, golden: Golden) -> None:
    ids = {name: nick for nick, name in mlflow_3.names.items() if isinstance(name, str)}
    names = {
        **{rf"\b{name}\b": f"<{nick}>" for name, nick in ids.items() if ID.fullmatch(name)},
        r"\b[md]-[0-9a-f]{32}\b": "<id>",
        re.escape(mlflow_3.path.parent.as_uri()): "<folder>",
        "(?<=questions[ @]mlflow:)[0-9a-f]{8}": "<digest>",
        r"20\d\d-(?!01-01)[0-9T:.-]+Z": "<now>",
        r'"python": "[0-9.]+"': '"python": "<release>"',
        r"^    bytes: \d+$": "    bytes: <bytes>",
    }
    golden.holds(sorted(given_3.granules, key=lambda granule: lines([granule], names)), names)


def test_a_run_says_what_it_was(made: Made, given: Pass) -> None:
    run = given.props[made.run("train")]
    assert run["name"] == "train"
    assert run["user"] == "ada"
    assert run["description"] == "The first."
    assert run["params"] == {"depth": "3", "rate": "0.1"}
    assert run["environment"] == {"docker.image": "img:1"}
    assert run["dirty"] is True
    assert run["started_at"] == START


def test_the_tags_of_users_are_tags_and_those_of_mlflow_are_not(made: Made, given: Pass) -> None:
    run = given.props[made.run("train")]
    assert run["tags"] == {"purpose": "nightly", "empty": ""}
    assert not [name for name in run["extra"] if "git" in name]
    assert run["extra"]["source"] == "train.py"


def test_a_run_has_the_status_that_it_has_in_mlflow(made: Made, given: Pass) -> None:
    statuses = {nick: given.props[made.run(nick)]["status"] for nick in ("child", "failed", "killed", "running")}
    assert statuses == {"child": "FINISHED", "failed": "FAILED", "killed": "KILLED", "running": "RUNNING"}
    assert given.props[made.run("child")]["ended_at"] == START + HOUR + HOUR // 2
    assert "ended_at" not in given.props[made.run("running")]


def test_a_run_that_is_taken_up_again_is_no_older_than_before(made: Made, given: Pass) -> None:
    ats = {granule.name: granule.at for granule in given.granules}
    for nick in ("train", "running"):
        assert ats[f"run/{made.names[nick]}"] == given.props[made.run(nick)]["started_at"]
    assert {granule.revision for granule in given.granules} == {None}


def test_a_metric_has_its_last_and_its_best_value(made: Made, given: Pass) -> None:
    metrics = given.props[made.run("train")]["metrics"]
    assert metrics["auc"] == {"last": 0.8, "best": 0.9, "step": 2, "at": START + 2000}
    assert metrics["loss"]["best"] == 0.4, "less is better"
    assert metrics["loss"]["step"] == 4, "the last is the one of the greatest step, whenever it was logged"
    assert metrics["loss"]["last"] == inf
    assert metrics["depths"]["last"] == -inf
    assert isnan(metrics["lost"]["best"])


def test_a_history_has_every_point_by_step_and_time(made: Made, given: Pass) -> None:
    history = given.histories[made.run("train")]["loss"]
    at = [START + after * 1000 for after in (1, 2, 3, 9, 4)]
    assert [point.step for point in history] == [1, 2, 2, 3, 4]
    assert [point.at for point in history] == at
    assert history[:3] == [Point(1, at[0], 0.9), Point(2, at[1], 0.4), Point(2, at[2], 0.6)]
    assert isnan(history[3].value)
    assert history[4].value == inf


def test_a_job_is_an_experiment_with_what_was_executed(made: Made, given: Pass) -> None:
    jobs = {nick: given.props[made.run(nick)]["job"] for nick in ("train", "reader", "project", "of the experiment")}
    assert jobs == {
        "train": [HERE, "churn/train.py"],
        "reader": [HERE, "churn/score.py"],
        "project": [HERE, "churn/main"],
        "of the experiment": [HERE, "other/train.py"],
    }


def test_a_job_says_what_its_experiment_says(given: Pass) -> None:
    job = given.props[keys.job(HERE, "churn/score.py")]
    assert job["description"] == "Who leaves."
    assert job["owners"] == ["growth"]
    assert job["entry_point"] == "score.py", "where it lay on a disk is not said"
    assert given.props[keys.job(HERE, "churn/main")]["job_type"] == "PROJECT"
    assert given.props[keys.job(HERE, "dropped/train.py")]["gone_at"] > 0


def test_a_commit_is_the_code_of_its_run(made: Made, given: Pass) -> None:
    commit = keys.commit("https://git.example.com/ml/churn", SHA)
    extra = {"extra": {"branch": "main"}}
    assert given.code(made.run("train")) == EdgeFact(
        commit, EdgeType.CODE_OF, made.run("train"), "", {"path": "train.py", "dirty": True, **extra}
    )
    project = given.code(made.run("project"))
    assert project is not None
    assert "path" not in project.props, "the source of a project is its repository"


def test_a_commit_without_a_repository_is_kept_and_said(made: Made, given: Pass) -> None:
    for nick, sha in (("without repository", SHA), ("half a commit", SHA[:7])):
        assert given.code(made.run(nick)) is None
        assert given.props[made.run(nick)]["extra"]["git_commit"] == sha
        assert [sentence for sentence in given.reading.warnings if made.names[nick] in sentence]


def test_an_experiment_may_name_the_repository_of_its_runs(made: Made, given: Pass) -> None:
    code = given.code(made.run("of the experiment"))
    assert code is not None
    assert code.source == keys.commit("https://git.example.com/ml/other", SHA)


def test_an_import_may_name_the_repository_of_runs_that_name_none(made: Made) -> None:
    found = read(made.path, repository="git@git.example.com:ml/rest.git")
    code = found.code(made.run("without repository"))
    assert code is not None
    assert code.source == keys.commit("https://git.example.com/ml/rest", SHA)
    other = found.code(made.run("of the experiment"))
    assert other is not None
    assert other.source.parts[0] == "https://git.example.com/ml/other"


def test_a_run_is_part_of_its_parent(made: Made, given: Pass) -> None:
    assert given.between(made.run("train"), made.run("child")) == [EdgeType.PARENT_OF]


def test_a_deleted_run_is_gone_and_not_forgotten(made: Made, given: Pass) -> None:
    run = given.props[made.run("deleted")]
    assert run["gone_at"] > run["ended_at"]
    assert run["status"] == "FINISHED"
    assert "gone_at" not in given.props[made.run("train")]


def test_the_runs_of_a_deleted_experiment_are_gone(made: Made, given: Pass) -> None:
    assert given.props[made.run("in a deleted experiment")]["gone_at"] > START
