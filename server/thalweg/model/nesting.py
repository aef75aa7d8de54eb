"""YAML that is nested without end: libyaml's loader kills the process at some ten thousand levels."""

from __future__ import annotations

from typing import Any

import yaml

DEEPEST = 100
"""Levels of nesting; what people and tools write has a handful."""

_OPENING = (b"[", b"{", b"- ", b"? ")
"""What begins a level. By indentation alone, a file of some megabytes cannot be deep enough to matter."""
_SUSPECT = 5_000


def bounded(content: bytes, loader: Any) -> None:
    """Raises ValueError for what is nested too deep to be loaded, and YAMLError for what is no YAML."""
    if sum(map(content.count, _OPENING)) <= _SUSPECT:
        return
    depth = 0
    for event in yaml.parse(content, loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} levels deep")
