"""Patterns find what Python's `glob` finds, and say what `glob` keeps silent of."""

from __future__ import annotations

import glob
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.program import PATIENCE, THALWEG, Ran, environment
from tests.importers.files.test_files import names, write
from thalweg.importers import files
from thalweg.importers.files.finding import Finding
from thalweg.model.errors import SourceError

TREE = (
    "a.csv", "b.txt", ".hidden.csv", "[x].csv", "data/a.csv", "data/b/a.csv", "data/b/b/c.csv", "data/b/b/a.txt",
    "data/.no/a.csv", "data/.no/.a.csv", "da/a.csv", "b/data/b/a.csv", "b/b/b/b/b.csv",
)  # fmt: skip
STEPS = ("*", "**", "?", "*.csv", "[ab]*", "[!a].*", "da*", ".*", "a**", "data", "b", "a.csv", "[[]x[]].csv", ".", "")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("tree"), dict.fromkeys(TREE, b"1"))


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.sampled_from(STEPS), min_size=1, max_size=5).map(lambda steps: "/".join(steps).lstrip("/") or "*"),
    st.booleans(),
)
def test_a_pattern_matches_what_glob_matches(tree: Path, pattern: str, absolute: bool) -> None:
    text = f"{glob.escape(str(tree))}/{pattern}" if absolute else pattern
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(tree)
        given = text if not absolute else f"{tree}/{pattern}"
        there = filter(os.path.lexists, glob.glob(text, recursive=True))  # it also tells `a.csv/`, which is not there
        expected = {Path(os.path.abspath(found)) for found in there}
        try:
            found = set(Finding(Path("/"), []).places([given]))
        except SourceError:
            found = set()
    if pattern.strip("./*") == "" and not absolute:
        found, expected = found - {tree}, expected - {tree}  # the current folder, which nobody named
    assert found == expected


def by_somebody(*arguments: str, cwd: Path) -> Ran:
    """Runs the program as one who may not read everything, also where the tests run as root."""
    drop = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")
    command = [*(drop if os.geteuid() == 0 else ()), THALWEG, *arguments]
    ran = subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, text=True, timeout=PATIENCE)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.mark.parametrize("given", ["data", "data/**/*.csv", "data/*/*.csv", "data/*", "data/no/*.csv"])
def test_what_may_not_be_read_is_said_and_then_nothing_is_gone(tmp_path: Path, given: str) -> None:
    write(tmp_path, {"data/no/x.csv": b"id\n1\n", "data/ok/x.csv": b"id\n2\n"})
    (tmp_path / "gone.csv").write_bytes(b"id\n3\n")
    words = ("import", "files", "--all", "--no-cache", "--json")
    first = by_somebody(*words, "data", "gone.csv", cwd=tmp_path)
    assert json.loads(first.out)["closed"], first.err
    (tmp_path / "data/no").chmod(0)
    try:
        ran = by_somebody(*words, given, cwd=tmp_path)
    finally:
        (tmp_path / "data/no").chmod(0o700)
    came = json.loads(ran.out)
    assert ran.code == 0, ran.err
    assert (came["closed"], came["warnings"]) == (False, ["data/no was passed over: Permission denied."])


@pytest.mark.parametrize("given", ["data", "data/**/*.csv", "data/no/*"])
def test_what_may_be_listed_and_not_looked_at_is_said_too(tmp_path: Path, given: str) -> None:
    write(tmp_path, {"data/no/x.csv": b"id\n1\n"})
    (tmp_path / "data/no/y.csv").symlink_to("x.csv")
    (tmp_path / "data/no").chmod(0o400)
    try:
        ran = by_somebody("import", "files", given, "--all", "--no-cache", "--json", cwd=tmp_path)
    finally:
        (tmp_path / "data/no").chmod(0o700)
    came = json.loads(ran.out)
    assert (ran.code, came["closed"]) == (0, False), ran.err
    why = " was (left out|passed over): Permission denied."
    assert len(came["warnings"]) == 2
    for name, said in zip(("x", "y"), sorted(came["warnings"]), strict=True):
        assert re.fullmatch(rf"data/no/{name}\.csv{why}", said)


def test_links_are_told_apart_as_in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, {"data/ok/x.csv": b"1", "other/x.csv": b"2", "other/x.txt": b"3"}))
    (tmp_path / "data/lk").symlink_to("ok")
    (tmp_path / "data/in.csv").symlink_to("ok/x.csv")
    (tmp_path / "data/out.csv").symlink_to("../other/x.csv")
    (tmp_path / "data/nowhere.csv").symlink_to("gone")
    (tmp_path / "data/not asked for").symlink_to("../other/x.txt")
    for pattern in ("data/**/*.csv", "data/**/[inox]*.csv"):
        reading = files.read([pattern], everything=True)
        assert names(reading) == {"/data/ok/x.csv", "/data/in.csv"}
        assert sorted(reading.warnings) == [
            "data/lk was passed over: it is a link to a folder.",
            "data/nowhere.csv was passed over: it is a link that leads nowhere.",
            "data/out.csv was passed over: it is a link that leads out of the folder.",
        ]
        assert reading.complete
    assert names(files.read(["data/lk/*.csv"])) == {"/data/lk/x.csv"}, "what is named in full is followed"
    only = files.read(["data/l*"])
    assert (names(only), only.warnings) == (set(), ["data/lk was passed over: it is a link to a folder."])


def test_a_folder_and_what_is_in_it_may_both_match_and_each_is_said_once(tmp_path: Path) -> None:
    root = write(tmp_path, {"data/a/b/x.csv": b"1", "data/.git/config": b"not ours"})
    (root / "data/a/lk").symlink_to("b")
    reading = files.read([root / "data/**"], root=root)
    assert names(reading) == {"/data/a/b/x.csv"}
    assert reading.warnings == ["data/a/lk was passed over: it is a link to a folder."]
