"""Shallow and partial clones, told apart: what lies beyond is not known, and never taken as gone or fetched."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.importers.dvc.written import A, B, C, D, Written, added, lock
from tests.importers.git.repositories import Repository, all_of, commits_of, scopes_of
from thalweg.importers import dvc, git, gto, lfs
from thalweg.importers.lfs import pointer
from thalweg.importers.reading import Reading
from thalweg.model.errors import SourceError
from thalweg.model.facts import Granule

URL = "https://git.example.com/acme/churn"
STAGES = """\
stages:
  train:
    cmd: python train.py
    deps: [raw.csv, train.py]
    outs: [model.pkl]
    metrics:
    - metrics.json: {cache: false}
artifacts:
  churn: {path: model.pkl, type: model, desc: "Says who leaves."}
"""
FIRST, SECOND, THIRD = range(3)


def kept(content: str) -> str:
    """A pointer of Git LFS."""
    return f"version {pointer.VERSIONS[0]}\noid sha256:{content * 64}\nsize 7\n"


class Made:
    """A repository of three commits with files of DVC's, tags of GTO's and pointers of Git LFS's; and clones of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.origin = Written(folder / "origin", remote=f"{URL}.git")
        self.origin.git("config", "uploadpack.allowFilter", "true")
        self.commits = [
            self.origin.commit(
                {
                    ".gitattributes": "*.big filter=lfs diff=lfs merge=lfs -text\n",
                    "dvc.yaml": STAGES.replace("Says", "Guesses"),
                    "dvc.lock": lock(wrote=B) + "    - path: metrics.json\n      md5: " + A + "\n",
                    "train.py": "print()\n" * 500,
                    "raw.dvc": added("raw.csv", A),
                    "orders.big": kept("1"),
                }
            ),
            self.origin.commit({"dvc.yaml": STAGES, "dvc.lock": lock(wrote=C), "orders.big": kept("2")}),
            self.origin.commit({"metrics.json": '{"auc": 0.9}', "raw.dvc": added("raw.csv", D), "more.big": kept("3")}),
        ]
        self.origin.git("tag", "-a", "-m", "x", "churn@v1.0.0", self.commits[FIRST])
        self.origin.git("tag", "-a", "-m", "x", "churn@v2.0.0", self.commits[SECOND])
        self.origin.git("tag", "-a", "-m", "x", "orders@v1.0.0", self.commits[THIRD])

    def clone(self, *options: str) -> Path:
        path = self.folder / "".join(options)
        if not path.exists():
            self.origin.git(
                *("clone", "-q", "-c", "filter.lfs.smudge=cat", *options, self.origin.path.as_uri(), str(path))
            )
        return path

    def at(self, place: int) -> str:
        return self.commits[place][:7]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("cut"))


SHALLOW = "--depth=1"
WITHOUT_FILES = "--filter=blob:none"
WITHOUT_LARGE = "--filter=blob:limit=1k"
WITHOUT_FOLDERS = "--filter=tree:0"

Read = Callable[..., Reading]


def taken(reading: Reading) -> dict[str, Granule]:
    return {granule.name: granule for granule in all_of(reading)}


def read(importer: Read, place: Path, **options: bool) -> tuple[dict[str, Granule], Reading]:
    reading = importer(place, source="churn", url=URL, **options)
    return taken(reading), reading


@pytest.mark.parametrize("options", [[WITHOUT_FILES, "--bare"], [WITHOUT_FOLDERS, "--bare"], [WITHOUT_FILES]])
def test_a_partial_clone_has_all_commits_and_nothing_is_missing(made: Made, options: list[str]) -> None:
    found, reading = read(git.read, made.clone(*options), all_commits=True)
    whole, _ = read(git.read, made.origin.path, all_commits=True)
    assert found == whole
    assert (reading.complete, reading.warnings) == (True, [])


@pytest.mark.parametrize("options", [[SHALLOW], [SHALLOW, WITHOUT_FILES], [SHALLOW, WITHOUT_FOLDERS, "--bare"]])
def test_a_shallow_clone_is_cut_off_whatever_else_it_lacks(made: Made, options: list[str]) -> None:
    reading = git.read(made.clone(*options), source="churn", url=URL, all_commits=True)
    granules = all_of(reading)
    assert scopes_of(granules) == [made.commits[THIRD]]
    assert commits_of(granules)[made.commits[THIRD]]["message"] == "Change"
    assert not reading.complete
    assert [warning for warning in reading.warnings if "git fetch --unshallow" in warning]


def test_what_hangs_on_a_file_of_dvcs_that_is_not_here_is_left_out_and_named(made: Made) -> None:
    found, reading = read(dvc.read, made.clone(WITHOUT_FILES), all_commits=True)
    whole, _ = read(dvc.read, made.origin.path, all_commits=True)
    assert {name for name in whole if name.startswith("version/raw.csv@")} == {
        f"version/raw.csv@md5:{A}",
        f"version/raw.csv@md5:{D}",
    }
    assert f"version/raw.csv@md5:{D}" in found
    assert {name: found[name] for name in found if whole.get(name) != found[name]} == {}
    assert not reading.complete
    first = made.at(FIRST)
    assert {f"{file} at {first} is not here" for file in ("dvc.lock", "dvc.yaml", "raw.dvc")} == {
        warning.partition(",")[0] for warning in reading.warnings if first in warning
    }
    assert reading.warnings[0].startswith(f"{made.clone(WITHOUT_FILES)} is a partial clone: it lacks 3 files")


def test_a_run_whose_metrics_are_not_here_is_left_out(made: Made) -> None:
    """The metrics of the commit differ from those that are checked out."""
    origin = Written(made.folder / "measured", remote=f"{URL}.git")
    origin.git("config", "uploadpack.allowFilter", "true")
    there = origin.commit({"dvc.yaml": STAGES, "dvc.lock": lock(wrote=B), "metrics.json": '{"auc": 0.8}'})
    top = {"dvc.yaml": STAGES + "metrics: [model.pkl/scores.json]\n", "model.pkl/scores.json": "{}"}
    there = origin.commit({**top, "dvc.lock": lock(wrote=C)})
    origin.commit({"model.pkl/scores.json": '{"auc": 0.9}'})
    clone = made.folder / "measured-clone"
    origin.git("clone", "-q", WITHOUT_FILES, origin.path.as_uri(), str(clone))
    found, reading = read(dvc.read, clone)
    whole, _ = read(dvc.read, origin.path)
    assert [name for name in whole if name.startswith("run/")]
    assert not [name for name in found if name.startswith("run/")]
    assert f"model.pkl/scores.json at {there[:7]} is not here, and what hangs on it was left out." in reading.warnings


def test_a_lock_file_whose_pipeline_is_not_here_is_left_out(made: Made) -> None:
    """In which folder a stage ran, and what it measured, stands there."""
    origin = Written(made.folder / "piped", remote=f"{URL}.git")
    origin.git("config", "uploadpack.allowFilter", "true")
    there = origin.commit({"dvc.yaml": STAGES, "dvc.lock": lock()})
    origin.commit({"dvc.yaml": STAGES + "# more\n", "other.dvc": added("other.csv", A)})
    clone = made.folder / "piped-clone"
    origin.git("clone", "-q", WITHOUT_FILES, origin.path.as_uri(), str(clone))
    found, reading = read(dvc.read, clone)
    assert {name for name in found if name.startswith(("run/", "version/"))} == {f"version/other.csv@md5:{A}"}
    assert f"dvc.yaml at {there[:7]} is not here, and what hangs on it was left out." in reading.warnings


def test_what_hangs_on_variables_that_are_not_here_is_left_out(made: Made) -> None:
    """Which output is the metrics, and where the model lies, stands there."""
    origin = Written(made.folder / "templated", remote=f"{URL}.git")
    origin.git("config", "uploadpack.allowFilter", "true")
    templated = STAGES.replace("model.pkl", "'${out}'")
    there = origin.commit({"dvc.yaml": templated, "params.yaml": "out: model.pkl", "dvc.lock": lock()})
    origin.git("tag", "-a", "-m", "x", "churn@v1.0.0")
    origin.commit({"params.yaml": "out: other.pkl"})
    clone = made.folder / "templated-clone"
    origin.git("clone", "-q", WITHOUT_FILES, origin.path.as_uri(), str(clone))
    missing = f"params.yaml at {there[:7]}"
    found, reading = read(dvc.read, clone)
    assert [name for name in read(dvc.read, origin.path)[0] if name.startswith("run/")]
    assert not [name for name in found if name.startswith("run/")]
    assert not reading.complete
    assert f"{missing} is not here, and what hangs on it was left out." in reading.warnings
    found, reading = read(gto.read, clone)
    assert (found, reading.complete) == ({}, False)
    (warning,) = reading.warnings
    assert f"{missing} is not here. Clone it whole, or" in warning


def test_a_model_that_gto_registered_is_left_out_where_its_file_is_not_here(made: Made) -> None:
    found, reading = read(gto.read, made.clone(WITHOUT_FILES))
    whole, complete = read(gto.read, made.origin.path)
    assert (set(whole), complete.complete) == ({"artifact/churn", "artifact/orders"}, True)
    assert found == {"artifact/orders": whole["artifact/orders"]}
    assert not reading.complete
    (warning,) = reading.warnings
    assert warning.startswith("churn was left out, and is not taken as gone")
    assert f"dvc.yaml at {made.at(FIRST)} is not here. Clone it whole, or" in warning


def test_pointers_that_are_not_here_are_named_and_not_taken_as_gone(made: Made) -> None:
    found, reading = read(lfs.read, made.clone(WITHOUT_FILES), all_commits=True)
    whole, _ = read(lfs.read, made.origin.path, all_commits=True)
    assert len(whole) == 3
    assert found == {name: whole[name] for name in whole if "1" * 64 not in name}
    assert not reading.complete
    (warning,) = reading.warnings
    assert "is a partial clone: whether Git LFS keeps" in warning
    assert f"orders.big at {made.at(FIRST)}" in warning


def test_a_clone_without_large_files_has_every_pointer(made: Made) -> None:
    found, reading = read(lfs.read, made.clone(WITHOUT_LARGE, "--bare"), all_commits=True)
    assert found == read(lfs.read, made.origin.path, all_commits=True)[0]
    assert (reading.complete, reading.warnings) == (True, [])


@pytest.mark.parametrize("importer", [dvc.read, lfs.read], ids=["dvc", "lfs"])
@pytest.mark.parametrize("options", [[WITHOUT_FILES, "--bare"], [WITHOUT_FOLDERS, "--bare"]])
def test_a_partial_clone_that_has_nothing_of_it_is_refused(made: Made, importer: Read, options: list[str]) -> None:
    with pytest.raises(SourceError) as refused:
        read(importer, made.clone(*options), all_commits=True)
    assert "Clone it whole, or import it by the URL of its remote" in refused.value.hint


@pytest.mark.parametrize("importer", [dvc.read, gto.read, lfs.read], ids=["dvc", "gto", "lfs"])
def test_by_its_url_a_repository_is_read_as_a_whole_clone_and_what_is_asked_for_comes_once(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, importer: Read
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    options = {} if importer is gto.read else {"all_commits": True}

    def fetched() -> tuple[dict[str, Granule], bool, list[str]]:
        reading = importer(made.origin.path.as_uri(), source="churn", url=URL, cache=tmp_path / "cache", **options)
        return taken(reading), reading.complete, reading.warnings

    whole, reading = read(importer, made.origin.path, **options)
    assert fetched() == (whole, True, reading.warnings)
    packs = set(tmp_path.rglob("*.pack"))
    assert fetched()[0] == whole
    assert set(tmp_path.rglob("*.pack")) == packs


def test_nothing_is_fetched_or_written(made: Made) -> None:
    clone = Repository(made.clone("--no-tags", WITHOUT_FILES, "--bare"))
    files = sorted(clone.path.rglob("*"))
    for importer in (dvc, lfs):
        with pytest.raises(SourceError):
            importer.read(clone.path)
    assert [lies.what for lies in dvc.recognised(clone.path)] == ["a repository with 3 files of DVC's"]
    assert list(lfs.recognised(clone.path)) == []  # what its attributes say is not here
    assert len(taken(git.read(clone.path, all_commits=True))) == 4
    assert sorted(clone.path.rglob("*")) == files
    clone.git("cat-file", "-e", f"{made.commits[FIRST]}:dvc.yaml")
    assert sorted(clone.path.rglob("*")) != files, "plain git fetches it"
