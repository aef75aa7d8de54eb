"""How things are written as property values: facts as one text, long texts cut to what an index takes, points."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from thalweg.model.edges import EdgeType
from thalweg.model.points import columns
from thalweg.store.weave.rows import EdgeRef

INDEXED = 300
"""Characters of a text that an index holds; one that is longer than an index takes would fail the write."""

CHUNK = 1_000
"""Points in one node of a history."""

LAST = "\ue001"
"""Comes after every text that `sortable` makes."""

ALWAYS = 1 << 62
"""Later than any time."""

TYPES: dict[str, EdgeType] = {type.label: type for type in EdgeType}


def short(text: str) -> str:
    """The text, or its beginning and a digest of it all: equal just where the texts are."""
    if len(text) <= INDEXED:
        return text
    return f"{text[: INDEXED - 33]}#{blake2b(text.encode(), digest_size=16).hexdigest()}"


_BEYOND_SURROGATES = re.compile("[\ue000-\U0010ffff]")


def sortable(text: str) -> str:
    """A name as lists are sorted by it: the beginning, in characters whose order is one and the same everywhere.

    Indexes order by code points, comparisons in queries by halves of them (UTF-16), and those differ for what lies
    beyond the surrogates. Such a letter becomes three: one that comes after all others, and two that say which.
    """
    if not text.isascii():
        text = _BEYOND_SURROGATES.sub(_three, text)
    return text[:INDEXED]


def _three(match: re.Match[str]) -> str:
    point = ord(match[0])
    return f"\ue000{chr(0x100 + (point >> 12))}{chr(0x100 + (point & 0xFFF))}"


def edge_fact(ref: EdgeRef) -> str:
    """An edge as one text: `dsv_… INPUT_TO run_… training`."""
    source, type, target, role = ref
    return f"{source} {type.label} {target} {short(role)}" if role else f"{source} {type.label} {target}"


def edge_of(fact: str, role: str | None) -> EdgeRef:
    """The edge that `edge_fact` was given; a node's fact is its id, without a space."""
    source, type, target = fact.split(" ", 3)[:3]
    return (source, TYPES[type], target, role or "")


def number(value: float) -> float | str:
    """A metric as lists are sorted by it: NaN as a text, and only one zero."""
    return "NaN" if math.isnan(value) else value + 0.0


def chunks(packed: bytes) -> Iterator[dict[str, Any]]:
    """Packed points in parts, each as three columns. No points are one empty part."""
    steps, ats, values = columns(packed)
    for part, begin in enumerate(range(0, len(steps) or 1, CHUNK)):
        some = slice(begin, begin + CHUNK)
        yield {
            "part": part,
            "steps": steps[some].tolist(),
            "ats": ats[some].tolist(),
            "values": values[some].tolist(),
        }
