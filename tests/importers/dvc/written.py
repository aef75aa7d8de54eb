"""Repositories whose files of DVC were written by hand, as DVC would, or as it never would."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import md5
from pathlib import Path
from textwrap import dedent

from tests.importers.git.repositories import FIRST_SECOND, Repository, init

A, B, C, D = (letter * 32 for letter in "abcd")
"""Digests."""


def digest(content: bytes) -> str:
    return md5(content, usedforsecurity=False).hexdigest()


class Written:
    """A repository; each commit is an hour after the one before."""

    def __init__(self, path: Path, remote: str = "git@git.example.com:acme/churn.git") -> None:
        self.repository: Repository = init(path)
        self.path = path
        self.hour = 0
        self.git("remote", "add", "origin", remote)

    def git(self, *words: str) -> str:
        date = f"{FIRST_SECOND + 3_600 * self.hour} +0000"
        return self.repository.git(*words, env={"GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": date})

    def commit(self, files: Mapping[str, str | bytes | None] | None = None) -> str:
        """Writes files, removes those that are None, and commits."""
        for name, content in (files or {}).items():
            file = self.path / name
            file.parent.mkdir(exist_ok=True, parents=True)
            if content is None:
                file.unlink()
            elif isinstance(content, str):
                file.write_text(dedent(content))
            else:
                file.write_bytes(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "Change")
        self.hour += 1
        return self.git("rev-parse", "HEAD")


def lock(stage: str = "train", dep: str = "raw.csv", read: str = A, out: str = "model.pkl", wrote: str = B) -> str:
    """A lock file of one stage."""
    return f"""\
schema: '2.0'
stages:
  {stage}:
    cmd: python train.py
    deps:
    - path: {dep}
      hash: md5
      md5: {read}
      size: 3
    outs:
    - path: {out}
      hash: md5
      md5: {wrote}
      size: 4
"""


def added(path: str, content: str, more: str = "") -> str:
    """A `.dvc` file of one output."""
    return f"outs:\n- md5: {content}\n  hash: md5\n  size: 3\n  path: {path}\n{more}"
