"""A repository with a branch of its own, a store that knows some datasets, and the check of one against the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.importers.git.repositories import Repository, init
from thalweg.cli.main import main

FACTS = """
thalweg: 1
source: test
datasets:
  - uri: postgres://db:5432/shop.orders
    versions:
      - version: v1
        created_at: 2026-10-01T00:00:00Z
        columns:
          - {name: id, type: bigint, nullable: false, field_id: "1"}
          - {name: age, type: int, nullable: false, field_id: "2"}
          - {name: note, type: text, field_id: "3"}
  - uri: s3://lake/events
    versions:
      - version: v1
        created_at: 2026-10-01T00:00:00Z
        columns: [{name: id, type: bigint, field_id: "1"}, {name: kind, type: string, field_id: "2"}]
  - uri: s3://lake/data/train.csv
    versions:
      - {version: "md5:aaaa", created_at: 2026-10-01T00:00:00Z}
      - {version: "md5:bbbb", created_at: 2026-10-02T00:00:00Z}
  - {uri: "postgres://db:5432/eu.users", versions: [{version: v1, created_at: 2026-10-01T00:00:00Z}]}
  - {uri: "postgres://db:5432/us.users", versions: [{version: v1, created_at: 2026-10-01T00:00:00Z}]}
jobs:
  - namespace: test
    name: train
    runs:
      - run_id: r1
        started_at: 2026-10-30T00:00:00Z
        inputs:
          - {dataset: "postgres://db:5432/shop.orders", version: v1, columns: [age]}
          - {dataset: "s3://lake/data/train.csv", version: "md5:aaaa"}
          - {dataset: "s3://lake/events", version: v1}
"""


@dataclass
class Work:
    """A repository with files in it. `main` and `topic` part after the first commit."""

    repository: Repository

    @property
    def path(self) -> Path:
        return self.repository.path

    def git(self, *arguments: str) -> str:
        return self.repository.git(*arguments)

    def commit(self, files: dict[str, str | bytes | None], message: str = "Change") -> str:
        """Writes files, takes away those that are None, and commits all that there is."""
        for name, content in files.items():
            file = self.path / name
            if content is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def begin(self, files: dict[str, str | bytes | None]) -> None:
        """The first commit, on main; from there on everything is on `topic`."""
        self.commit({"README": "A shop.\n", **files})
        self.git("checkout", "--quiet", "-b", "topic")


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(init(tmp_path / "shop"))


Answers = list[dict[str, Any]]
Check = Callable[..., tuple[int, Answers]]


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a store of those facts; nobody writes to it."""
    folder = tmp_path_factory.mktemp("facts")
    (folder / "facts.yaml").write_text(FACTS)
    address = f"sqlite:///{folder}/small.db"
    assert main(["import", "manifest", str(folder / "facts.yaml"), "--store", address]) == 0
    return address


@pytest.fixture
def check(run: Run, work: Work, store: str) -> Check:
    """Checks a range of the repository, and gives the exit code and the answers."""

    def check(range: str = "main...topic", *more: str) -> tuple[int, Answers]:
        asked = ("check", "--from-diff", range, "--repository", str(work.path), "--store", store, "--json")
        ran = run(*asked, "--as-of", "2026-11-01", *more)
        assert ran.out, ran.err
        report = json.loads(ran.out)
        assert report["code"] == ran.code
        return ran.code, [
            {**one, "of": [{"name": name} for name in map(bare, one["of"]) if name]} for one in report["checks"]
        ]

    return check


def bare(text: str) -> str:
    """The name of a dataset without its namespace; nothing for what names none."""
    return text.partition("://")[2].partition("/")[2] if text.startswith("dataset:") else ""


def said(answer: dict[str, Any]) -> tuple[str, Any, str, int]:
    """In short: which change of what, and where it stands."""
    return answer["change"], answer["given"], answer["place"]["file"], answer["place"]["line"]


def nothing(answers: Answers) -> bool:
    """Whether a range changes nothing that is known, and says so."""
    (answer,) = answers
    return (answer["verdict"], answer["findings"], answer["place"]) == ("PASS", [], None) and (
        "changes no tables" in answer["notes"][0]
    )
