"""Real repositories, made by real git, and what an importer states of them in short."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from thalweg.importers.reading import Reading
from thalweg.model.facts import Granule, Json
from thalweg.model.kinds import Kind

FIRST_SECOND = 1_767_225_600
"""2026-01-01 in UTC; each commit of a test is a minute after the one before."""

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Ada Lovelace",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Charles Babbage",
    "GIT_COMMITTER_EMAIL": "charles@example.com",
    "LC_ALL": "C",
}


@dataclass
class Repository:
    """A repository that a test makes; `commit` gives the sha."""

    path: Path
    clock: int = FIRST_SECOND

    def git(self, *arguments: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.path), *arguments],
            input=stdin,
            capture_output=True,
            env=ENVIRONMENT | (env or {}),
            check=True,
        )
        return done.stdout.decode("utf-8", "replace").strip()

    def commit(self, message: str = "Change", *parents: str) -> str:
        """A commit on main, or on other parents; then HEAD's branch points at it."""
        dates = {"GIT_AUTHOR_DATE": f"{self.clock} +0100", "GIT_COMMITTER_DATE": f"{self.clock + 30} +0000"}
        self.clock += 60
        head = self.git("for-each-ref", "--format=%(objectname)", "refs/heads/main")
        on = parents or ((head,) if head else ())
        sha = self.git(
            "commit-tree",
            EMPTY_TREE,
            *(part for parent in on for part in ("-p", parent)),
            stdin=message.encode(),
            env=dates,
        )
        self.git("update-ref", "HEAD", sha)
        return sha

    def chain(self, *messages: str) -> list[str]:
        """One commit on the other."""
        shas: list[str] = []
        for message in messages:
            shas.append(self.commit(message, *shas[-1:]))
        return shas

    def raw_commit(self, content: bytes) -> str:
        """A commit of any bytes, which git itself would not write; a branch `raw` points at it."""
        sha = self.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=content)
        (self.git_dir / "refs" / "heads" / "raw").write_text(sha + "\n")
        return sha

    @property
    def git_dir(self) -> Path:
        return Path(self.git("rev-parse", "--absolute-git-dir"))


EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def init(path: Path, *options: str) -> Repository:
    path.mkdir(parents=True)
    repository = Repository(path)
    repository.git("init", "--quiet", "--initial-branch=main", *options)
    repository.git("hash-object", "-t", "tree", "-w", "--stdin")
    return repository


def all_of(reading: Reading) -> list[Granule]:
    """Every granule; the reading is closed."""
    try:
        return list(reading.granules)
    finally:
        reading.close()


def commits_of(granules: Iterable[Granule]) -> dict[str, dict[str, Json]]:
    """What is stated of each commit, over all scopes."""
    found: dict[str, dict[str, Json]] = {}
    for granule in granules:
        for fact in granule.entities:
            if fact.key.kind is Kind.COMMIT:
                found.setdefault(fact.key.parts[1], {}).update(fact.props)
    return found


def scopes_of(granules: Iterable[Granule]) -> list[str]:
    """The shas of the scopes of commits, in order."""
    return [granule.name.removeprefix("commit/") for granule in granules if granule.name.startswith("commit/")]


def parents_of(granules: Iterable[Granule]) -> set[tuple[str, str]]:
    """(parent, child)"""
    return {(edge.source.parts[1], edge.target.parts[1]) for granule in granules for edge in granule.edges}
