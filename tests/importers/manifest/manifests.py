"""Manifests that tests write, and what they come to."""

from __future__ import annotations

from pathlib import Path

import pytest

from thalweg.importers import manifest
from thalweg.model.errors import BadInput
from thalweg.model.facts import Granule


def write(folder: Path, text: str, name: str = "facts.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def scopes(location: Path, **options: str) -> dict[str, Granule]:
    """The granules by scope."""
    reading = manifest.read(location, **options)
    granules = list(reading.granules)
    reading.close()
    return {granule.name: granule for granule in granules}


def only(folder: Path, text: str) -> Granule:
    """The one granule of a manifest."""
    (granule,) = scopes(write(folder, f"thalweg: 1\n{text}")).values()
    return granule


def refused(location: Path) -> list[str]:
    """Every problem, as its sentence."""
    with pytest.raises(BadInput) as error:
        manifest.read(location)
    assert error.value.problems
    assert all(str(problem) for problem in error.value.problems)
    return [str(problem) for problem in error.value.problems]
