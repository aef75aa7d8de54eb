"""`thalweg import git`, `gto`, `lfs` and `dvc` of many repositories, and of remote ones."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.importers.dvc.written import A, B, Written, added
from tests.importers.git.repositories import EMPTY_TREE, Repository, init

URL = "https://git.example.com"


@pytest.fixture(autouse=True)
def settings_of_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))


def made(path: Path, *messages: str) -> Repository:
    repository = init(path)
    repository.git("remote", "add", "origin", f"{URL}/{path.name}")
    repository.chain(*messages)
    return repository


def test_each_repository_is_a_source_and_one_that_is_bad_does_not_stop_the_others(run: Run, tmp_path: Path) -> None:
    made(tmp_path / "churn", "one", "two")
    remote = made(tmp_path / "fraud", "three").path.as_uri()
    ran = run("import", "git", "churn", "nowhere", remote, "--all")
    assert ran.code == 2
    assert [line.partition(" scopes")[0] for line in ran.out.splitlines() if "scopes:" in line] == [
        "git:churn: 3",
        "git:fraud: 2",
    ]
    assert "thalweg: nowhere: nowhere does not exist." in ran.err
    again = run("import", "git", "churn", remote, "--all", "--json")
    assert again.code == 0
    assert [(one["location"], one["source"], one["granules"]["unchanged"]) for one in json.loads(again.out)] == [
        ("churn", "git:churn", 3),
        (remote, "git:fraud", 2),
    ]


def test_a_remote_that_is_away_is_an_error_and_takes_nothing_back(run: Run, tmp_path: Path) -> None:
    churn, fraud = made(tmp_path / "churn", "one", "two"), made(tmp_path / "fraud", "three")
    remotes = [repository.path.as_uri() for repository in (churn, fraud)]
    assert run("import", "git", *remotes, "--all").code == 0
    dropped, kept = fraud.git("rev-parse", "main"), churn.git("rev-list", "main").split()
    fraud.git("update-ref", "refs/heads/main", fraud.git("commit-tree", EMPTY_TREE, stdin=b"other"))
    churn.path.rename(tmp_path / "away")
    ran = run("import", "git", *remotes, "--all", "--json")
    away, other = json.loads(ran.out)
    assert ran.code == 2
    assert away["location"] == remotes[0]
    assert away["error"].startswith(f"{remotes[0]} cannot be fetched: ")
    assert "git ls-remote" in away["hint"]
    assert (other["closed"], other["counts"]["gone"]) == (True, 1)
    assert dropped[:7] in run("list", "commits", "--gone").out
    assert not [sha for sha in kept if sha[:7] in run("list", "commits", "--gone").out]


def test_what_a_shallow_or_partial_clone_lacks_is_not_taken_as_gone(run: Run, tmp_path: Path) -> None:
    """The same source is read whole, then from clones that lack commits, or contents, and what is lacking is said."""
    origin = Written(tmp_path / "origin")
    origin.git("config", "uploadpack.allowFilter", "true")
    origin.commit({"raw.csv.dvc": added("raw.csv", A)})
    origin.commit({"raw.csv.dvc": added("raw.csv", B)})
    for name, option in (("shallow", "--depth=1"), ("partial", "--filter=blob:none")):
        origin.git("clone", "--quiet", option, origin.path.as_uri(), str(tmp_path / name))
    named = ("--source", "churn", "--url", f"{URL}/churn", "--all")
    assert [run("import", importer, "origin", *named).code for importer in ("git", "dvc")] == [0, 0]
    said = {
        (importer, clone): json.loads(run("import", importer, clone, *named, "--json").out)
        for importer in ("git", "dvc")
        for clone in ("shallow", "partial")
    }
    assert {one: (summary["closed"], summary["counts"]["gone"]) for one, summary in said.items()} == {
        ("git", "shallow"): (False, 0),
        ("git", "partial"): (True, 0),  # which has all commits
        ("dvc", "shallow"): (False, 0),
        ("dvc", "partial"): (False, 0),
    }
    assert any("is a shallow clone" in warning for warning in said["git", "shallow"]["warnings"])
    assert any("is a partial clone: it lacks" in warning for warning in said["dvc", "partial"]["warnings"])
    versions = run("list", "dataset-versions").out
    assert all(content[:7] in versions for content in (A, B))
    assert not [content for content in (A, B) if content[:7] in run("list", "dataset-versions", "--gone").out]


def test_of_a_folder_each_repository_is_read_that_the_importer_knows(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "src"
    made(folder / "churn", "one").git("tag", "-a", "-m", "x", "churn@v1.0.0")
    Written(folder / "data").commit({"raw.csv.dvc": added("raw.csv", A)})
    bundled = made(tmp_path / "fraud", "two")
    bundled.git("bundle", "create", "--quiet", str(folder / "fraud.bundle"), "--all")
    (folder / "notes").mkdir()
    read = {name: run("import", name, "src", "--json") for name in ("git", "gto", "dvc", "lfs")}
    assert {name: ran.code for name, ran in read.items()} == {"git": 0, "gto": 0, "dvc": 0, "lfs": 2}
    assert [one["source"] for one in json.loads(read["git"].out)] == ["git:churn", "git:data", "git:fraud"]
    assert [one["source"] for one in json.loads(read["gto"].out)] == ["gto:churn"]
    assert [one["source"] for one in json.loads(read["dvc"].out)] == ["dvc:data"]
    assert read["lfs"].err.startswith("thalweg: src is not a Git repository.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a/churn", "b/churn"], "a/churn and b/churn would both be the source churn"),
        (["a/churn", "fraud", "--source", "x"], "--source x is of one repository, and there are 2."),
        (["a/churn", "fraud", "--url", f"{URL}/x"], f"--url {URL}/x is of one repository, and there are 2."),
    ],
)
def test_what_would_make_one_of_several_is_refused_before_anything_is_read(
    run: Run, tmp_path: Path, words: list[str], said: str
) -> None:
    for place in ("a/churn", "b/churn", "fraud"):
        made(tmp_path / place, "one")
    ran = run("import", "git", *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert not (tmp_path / "thalweg.db").exists()


def test_a_clone_is_kept_where_the_user_says(run: Run, tmp_path: Path) -> None:
    remote = made(tmp_path / "churn", "one").path.as_uri()
    assert run("import", "git", remote).code == 0
    assert list(tmp_path.glob("home/thalweg/git/churn-*/clone.git"))
    assert run("import", "git", remote, "--cache", "here").code == 0
    assert list(tmp_path.glob("here/git/churn-*/clone.git"))


def test_a_remote_that_cannot_be_reached_makes_no_store_and_shows_no_password(run: Run, tmp_path: Path) -> None:
    remote = f"file://{tmp_path}/nowhere"
    for words in ([remote], ["http://ada:s3cret@127.0.0.1:1/churn", remote]):
        ran = run("import", "git", *words, "--json")
        assert ran.code == 2
        assert f"{remote} cannot be fetched" in ran.err
        assert "s3cret" not in ran.out + ran.err
    assert not (tmp_path / "thalweg.db").exists()
