"""YAML as MLflow writes it: one mapping."""

from __future__ import annotations

import yaml

from thalweg.model.facts import Json
from thalweg.model.nesting import bounded

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def mapping(content: bytes) -> dict[str, Json]:
    """Raises ValueError or YAMLError for what is none, and for what is nested without end."""
    bounded(content, _Loader)
    given = yaml.load(content, _Loader)
    if not isinstance(given, dict):
        raise ValueError("it is no mapping")
    return given
