"""YAML as MLflow writes it: one mapping, which is not nested without end."""

from __future__ import annotations

import yaml

from thalweg.model.facts import Json

DEEPEST = 100
"""Levels of nesting: the files of MLflow have a handful, and the parser dies of some ten thousand."""

_OPENING = (b"[", b"{", b"- ", b"? ")
"""What begins a level. By indentation alone, a file of some megabytes cannot be deep enough to matter."""
_SUSPECT = 5_000

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def mapping(content: bytes) -> dict[str, Json]:
    """Raises ValueError or YAMLError for what is none."""
    if sum(map(content.count, _OPENING)) > _SUSPECT:
        _flat(content)
    given = yaml.load(content, _Loader)
    if not isinstance(given, dict):
        raise ValueError("it is no mapping")
    return given


def _flat(content: bytes) -> None:
    depth = 0
    for event in yaml.parse(content, _Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} levels deep")
