"""A repository that is read by its URL, and a cache for what is kept of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.importers.git.repositories import Repository, init


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where clones are kept; whatever the machine has of settings and keys is not asked."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("THALWEG_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def origin(tmp_path: Path) -> Repository:
    return made(tmp_path / "origin")


def made(path: Path) -> Repository:
    """Two commits, and a tag."""
    repository = init(path)
    repository.chain("one", "two")
    repository.git("tag", "-a", "-m", "x", "v1")
    return repository
