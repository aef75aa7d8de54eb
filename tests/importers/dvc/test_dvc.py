"""What the real DVC wrote is read as it was meant: runs, contents, and where they came from."""

from __future__ import annotations

import re
import subprocess
from hashlib import md5, sha256
from pathlib import Path

import pytest
import yaml

from tests.importers.dvc.conftest import Made
from tests.importers.dvc.passes import BEGIN, HOUR, URL, Pass, read
from tests.importers.golden import Golden
from thalweg.model import keys


@pytest.fixture(scope="session")
def history(made: Made) -> Pass:
    return read(made.path("churn"), all_commits=True)


def digest(text: str) -> str:
    return f"md5:{md5(text.encode(), usedforsecurity=False).hexdigest()}"


def locked(made: Made, path: str) -> str:
    """The content that DVC wrote down for an output of the pipeline at the end."""
    lock = yaml.safe_load((made.path("churn") / "dvc.lock").read_text())
    outs = [out for stage in lock["stages"].values() for out in stage.get("outs", [])]
    return next(f"md5:{out['md5']}" for out in outs if out["path"] == path)


def test_a_history_comes_to_what_is_written_down(made: Made, history: Pass, golden: Golden) -> None:
    """But for experiments, which have the time of day."""
    names = {sha: f"<{name}>" for commits in made.commits.values() for name, sha in commits.items()}
    names[re.escape(str(made.folder))] = "<folder>"
    names["^(import/.*/)[0-9a-f]{32}$"] = r"\1<pair>"  # the digest of two names, of which one may be a path
    bold = made.commits["churn"]["bold"]
    golden.holds((one for one in history.granules.values() if bold not in repr(one)), names)


def test_a_pass_over_the_history_is_complete_and_says_nothing_to_worry_about(history: Pass) -> None:
    reading = history.reading
    assert (reading.source, reading.origin, reading.complete, reading.warnings) == ("dvc:churn", "dvc", True, [])


def test_the_same_entry_at_many_commits_is_one_run_first_seen_at_one(made: Made, history: Pass) -> None:
    trained = history.runs("train@eu")
    assert [history.props[run]["params"]["train.lr"] for run in trained] == ["0.1", "0.2", "0.4"]  # 0.1 came back once
    assert [history.props[run]["created_at"] for run in trained[:2]] == [BEGIN, BEGIN + HOUR]
    commits = made.commits["churn"]
    assert [history.code(run).source.parts[1] for run in trained] == [
        commits["first"],
        commits["second"],
        commits["bold"],
    ]
    assert len(history.runs("prepare")) == 2


def test_a_run_says_what_ran_with_which_parameters_and_metrics(history: Pass) -> None:
    first = history.runs("train@eu")[0]
    assert history.props[first] == {
        "job": [URL, "train@eu"],
        "name": "train@eu",
        "status": "FINISHED",
        "created_at": BEGIN,
        "command": "python src/train.py eu",
        "params": {"train.lr": "0.1", "train.layers.deep": "3"},
        "metrics": {"auc": 0.6, "loss.train": 3},
        "extra": {"dvc": {"file": "dvc.yaml", "wdir": ""}},
    }


def test_what_git_keeps_is_code_and_the_commit_stands_for_it(history: Pass) -> None:
    run = history.runs("prepare")[0]
    assert history.code(run).props == {"path": "src/prepare.py"}
    assert {name for name, _ in history.inputs(run)} == {"data/orders.csv", "regions.csv"}
    assert history.code(history.runs("score@us-0.1")[0]).props == {"path": "dvc.yaml"}


def test_what_git_lfs_keeps_is_data_by_its_name_there(history: Pass) -> None:
    content = sha256(b"9,eu\n").hexdigest()
    assert ("regions.csv", f"sha256:{content}") in history.inputs(history.runs("prepare")[0])


def test_a_file_of_a_folder_that_a_stage_wrote_is_derived_from_it(made: Made, history: Pass) -> None:
    (prepared,) = history.outputs(history.runs("prepare")[1])
    assert prepared == ("data/prepared", locked(made, "data/prepared"))
    read_ = history.inputs(history.runs("train@us")[-1])
    (part,) = read_
    assert part == ("data/prepared/us.csv", digest("2\n3"))
    assert history.derived()[prepared, part] == {"assumed": True}


def test_stages_of_a_loop_and_of_a_matrix_are_jobs_of_their_own(history: Pass) -> None:
    jobs = {name for granule in history.granules if (name := granule.removeprefix("job/")) != granule}
    assert jobs == {
        "prepare",
        "train@eu",
        "train@us",
        *(f"score@{region}-{threshold}" for region in ("eu", "us") for threshold in (0.1, 0.9)),
        "reports:report@0",
        "reports:report@1",
    }
    assert history.props[keys.job(URL, "prepare")]["description"] == "Splits the orders by region."


def test_a_folder_that_is_resolved_by_variables_is_where_paths_start(history: Pass) -> None:
    for key, year in ((0, "y25"), (1, "y26")):
        (run,) = history.runs(f"reports:report@{key}")
        assert {name for name, _ in history.inputs(run)} == {"scores/eu-0.1.csv"}
        assert {name for name, _ in history.outputs(run)} == {f"reports/{year}/report.txt"}


def test_an_artifact_of_type_model_is_one_wherever_it_is_read_or_written(history: Pass) -> None:
    trained, scored = history.runs("train@eu")[0], history.runs("score@eu-0.1")[0]
    model = ("churn", digest("0.1 1\n9"))
    assert model in history.outputs(trained)
    assert history.inputs(scored) == {model}
    assert not history.versions("models/eu.pkl")
    assert history.versions("models/us.pkl")  # which nobody calls a model
    assert history.props[keys.model(URL, "churn")] == {
        "description": "Says who leaves.",
        "tags": {"growth": "true"},
        "extra": {"dvc": {"type": "model"}},
    }


def test_a_version_that_gto_registered_is_the_content_and_a_second_one_comes_of_it(history: Pass) -> None:
    def content(lr: str) -> tuple[str, str]:
        return "churn", digest(f"{lr} 1\n9")

    joined = {(join.alias.parts[1:], join.of.parts[1:]) for join in history.joins if join.of.parts[1] == "churn"}
    assert joined == {(content("0.1"), ("churn", "v1.0.0")), (content("0.2"), ("churn", "v1.1.0"))}
    assert history.derived()[content("0.1"), ("churn", "v1.2.0")] == {}


def test_an_artifact_that_is_a_dataset_is_the_data_at_its_path(history: Pass) -> None:
    joined = {(join.alias.parts[1:], join.of.parts[1:]) for join in history.joins if join.of.parts[1] != "churn"}
    assert joined == {(("orders",), ("data/orders.csv",))}
    content = ("data/orders.csv", digest("1,eu\n2,us\n3,us\n"))
    assert history.derived()[content, ("orders", "v2.0.0")] == {}
    assert history.props[keys.dataset(URL, "data/orders.csv")]["description"] == "What was bought."


def test_data_of_another_repository_has_the_same_content_there(made: Made, history: Pass) -> None:
    content = digest("1,2\n")
    upstream = ("https://git.example.com/acme/lake", "clicks.csv", content)
    assert history.derived()[upstream, ("data/clicks.csv", content)] == {
        "extra": {"dvc": {"rev_lock": made.commits["lake"]["clicks"]}}
    }
    lake = read(made.path("lake"))
    assert keys.dataset_version(*upstream) in lake.props  # where it is read itself it is the same version


def test_data_from_a_url_comes_of_what_is_there(made: Made, history: Pass) -> None:
    prices = ("file://churn", f"{made.folder}/prices.csv", digest("10\n"))
    assert history.derived()[prices, ("data/prices.csv", digest("10\n"))] == {}


def test_a_version_says_where_it_is_kept(made: Made, history: Pass) -> None:
    content = digest("1,eu\n2,us\n")
    hexadecimal = content.removeprefix("md5:")
    assert history.versions("data/orders.csv")[content] == {
        "uri": f"s3://acme-dvc/churn/files/md5/{hexadecimal[:2]}/{hexadecimal[2:]}",
        "bytes": 10,
        "format": "csv",
        "created_at": BEGIN,
        "tags": {"git.commit": made.commits["churn"]["first"]},
        "extra": {"dvc": {"file": "data/orders.csv.dvc"}},
    }
    metrics = history.versions("metrics/eu.json")
    (first,) = [props for props in metrics.values() if props["created_at"] == BEGIN]
    assert first["uri"] == f"{URL}@{made.commits['churn']['first']}:metrics/eu.json"  # Git keeps it
    assert first["tags"]["dvc.kind"] == "metrics"
    (folder, *_) = history.versions("data/prepared").items()
    assert folder[0].endswith(".dir")
    assert (folder[1]["extra"]["dvc"]["files"], "format" in folder[1]) == (2, False)


def test_what_is_said_to_lie_in_a_remote_is_what_dvc_pushes(made: Made) -> None:
    prefix = "s3://acme-dvc/churn/"
    stated = {props["uri"] for props in read(made.path("churn")).props.values() if "uri" in props}
    kept = {uri.removeprefix(prefix) for uri in stated if uri.startswith(prefix)}
    pushed = {str(file.relative_to(made.path("pushed"))) for file in made.path("pushed").rglob("*") if file.is_file()}
    assert kept == pushed


def test_what_came_of_another_repository_is_not_in_this_ones_remote(made: Made, history: Pass) -> None:
    (imported,) = history.versions("data/clicks.csv").values()
    assert imported["uri"] == f"{URL}@{made.commits['churn']['first']}:data/clicks.csv"
    (fetched,) = history.versions("data/prices.csv").values()
    assert fetched["uri"].startswith("s3://acme-dvc/churn/files/md5/")  # of an address it is pushed


def test_an_experiment_is_a_run_at_its_own_commit(made: Made, history: Pass) -> None:
    bold = history.runs("train@eu")[-1]
    assert history.props[bold]["tags"] == {"dvc.experiment": "bold", "dvc.baseline": made.commits["churn"]["more"]}
    assert history.props[bold]["metrics"]["auc"] == 0.9
    assert "tags" not in history.props[history.runs("train@eu")[0]]


# ---------------------------------------------------------------------------------------------------------- one commit


def test_a_commit_states_what_it_holds_as_a_history_does(made: Made, history: Pass) -> None:
    now = read(made.path("churn"))
    assert not now.reading.complete
    assert [now.props[run]["params"]["train.lr"] for run in now.runs("train@eu")] == ["0.1"]
    assert set(now.versions("data/orders.csv")) == {digest("1,eu\n2,us\n3,us\n")}
    assert {name: history.granules[name] for name in now.granules} == now.granules
    for tag in ("churn@v1.0.0", "churn@v1.1.0", "churn@v1.2.0"):
        then = read(made.path("churn"), at=tag).granules
        assert {name: history.granules[name] for name in then} == then


def test_a_commit_is_named_by_a_tag(made: Made) -> None:
    then = read(made.path("churn"), at="churn@v1.1.0")
    assert [then.props[run]["params"]["train.lr"] for run in then.runs("train@eu")] == ["0.2"]
    (version,) = then.versions("data/orders.csv").values()
    assert version["created_at"] == BEGIN
    assert version["uri"].startswith("s3://acme-dvc/")  # where it lies by now


def test_a_bare_clone_and_a_bundle_give_the_same(made: Made, tmp_path: Path) -> None:
    here = made.path("churn")
    subprocess.run(
        ["git", "-C", here, "bundle", "create", "-q", tmp_path / "churn.bundle", "main", "--tags"], check=True
    )
    subprocess.run(["git", "clone", "-q", "--bare", here, tmp_path / "churn.git"], check=True)
    found = [read(tmp_path / name, url=URL, all_commits=True) for name in ("churn.bundle", "churn.git")]
    assert found[0].granules == found[1].granules
    assert len(found[0].runs("train@eu")) == 2  # experiments stay behind where a clone is made


# --------------------------------------------------------------------------------------------------- releases before 3


def test_digests_of_releases_before_3_are_never_taken_for_the_same(made: Made) -> None:
    found = read(made.path("legacy"), all_commits=True)
    old = found.versions("old.csv")
    assert set(old) == {
        "md5-dos2unix:3ecfad755fa825f7a17c5526ec44e651",
        "md5:188e20b30bb8fe467cad1f8413cd1515",
    }
    assert digest("1,2\r\n") in old
    assert {props["uri"] for props in old.values()} == {
        "gs://acme-dvc/legacy/3e/cfad755fa825f7a17c5526ec44e651",
        "gs://acme-dvc/legacy/files/md5/18/8e20b30bb8fe467cad1f8413cd1515",
    }
    assert len(found.runs("copy")) == 2
