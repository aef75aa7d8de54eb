"""What the pages say is there, is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("schema/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_make_targets_that_are_named_exist(page: str) -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z.][a-z0-9.-]*)", (ROOT / page).read_text("utf-8"), re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert {target for target in named if not re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE)} == set()


def test_the_paths_that_contributing_names_exist() -> None:
    named = re.findall(r"`((?:server|tests|docs|schema)/[^`\s]*)`", (ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"].values()
    asked = [*project["project"]["dependencies"], *(one for group in groups for one in group)]
    names = {re.split(r"[<>=;\[ ]", one)[0] for one in asked}
    page = (ROOT / "docs/dependencies.md").read_text("utf-8")
    assert {name for name in names if f"`{name}`" not in page} == set()
    told = set(re.findall(r"`([A-Za-z0-9_-]+)`", "".join(re.findall(r"^\|([^|]*)\|", page, re.MULTILINE))))
    assert told - names == set()


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    folder = ROOT / "docs/decisions"
    numbered = sorted(page.name for page in folder.glob("[0-9]*.md"))
    assert [int(name[:4]) for name in numbered] == list(range(1, len(numbered) + 1))
    listed = re.findall(r"\(([0-9][^)]*\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert listed == numbered
