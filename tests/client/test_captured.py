"""What is found out about a process: by the real Git, and without it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from thalweg.client import captured
from thalweg.client.captured import Code


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "train.py").write_text("pass\n")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Train")
    return folder


def sha(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD")


def test_a_script_in_a_repository_without_a_remote_is_named_under_the_source(clone: Path, tmp_path: Path) -> None:
    found = captured.code(clone / "src" / "train.py", tmp_path, "laptop")
    assert found == Code(f"file://laptop{clone}", sha(clone), "src/train.py", False)


def test_the_remote_names_the_repository_without_what_logs_in(clone: Path, tmp_path: Path) -> None:
    git(clone, "remote", "add", "fork", "https://git.example.com/fork.git")
    assert captured.code(clone / "src" / "train.py", tmp_path, "laptop")[0] == "https://git.example.com/fork"  # type: ignore[index]
    git(clone, "remote", "add", "origin", "https://ada:s3cret@GitHub.com/Acme/fraud.git")
    assert captured.code(clone / "src" / "train.py", tmp_path, "laptop")[0] == "https://github.com/Acme/fraud"  # type: ignore[index]


def test_changes_make_it_dirty_and_a_file_that_is_not_tracked_does_not(clone: Path) -> None:
    (clone / "notes.txt").write_text("mine")
    assert captured.code(None, clone, "laptop") == Code(f"file://laptop{clone}", sha(clone), None, False)
    (clone / "src" / "train.py").write_text("raise\n")
    assert captured.code(None, clone, "laptop") == Code(f"file://laptop{clone}", sha(clone), None, True)
    found = captured.code(clone / "notes.txt", clone, "laptop")
    assert found is not None
    assert found.path is None


def test_where_there_is_no_commit_there_is_no_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clone: Path
) -> None:
    assert captured.code(tmp_path / "train.py", tmp_path, "laptop") is None
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "--quiet")
    assert captured.code(None, tmp_path / "empty", "laptop") is None
    assert captured.code(None, tmp_path / "nothing", "laptop") is None
    monkeypatch.setenv("PATH", str(tmp_path))  # no Git there
    assert captured.code(None, clone, "laptop") is None


def test_a_git_that_never_answers_is_given_up(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\nexec sleep 600\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(captured, "PATIENCE", 0.1)
    assert captured.code(None, clone, "laptop") is None


def test_packages_that_no_index_has_say_so() -> None:
    found = captured.packages()
    assert found["pytest"] == pytest.__version__
    assert found["thalweg"].endswith("(not from an index)")


def test_a_notebook_has_no_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "ipykernel_launcher", "-f", "kernel.json"])
    assert captured.command() is None
    monkeypatch.setattr(sys, "orig_argv", ["/usr/bin/python3", "-m", "train", "--name", "a b", "--token", "x"])
    assert captured.command() == "python -m train --name 'a b' --token '***'"
