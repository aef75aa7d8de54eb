"""One thing of which several files speak: what each says of it together, and where they contradict each other.

A version, a run, an endpoint is one thing: files may say more of it than one another, and unlike things of it are a
mistake. What has no version has many states, such as the component that each of its versions changed, or the job that
two files run with other arguments: what the newest of them says holds, else what the last file does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from thalweg.importers.manifest.text import Document, Where, path
from thalweg.importers.parts import Part
from thalweg.model.edges import EdgeType
from thalweg.model.errors import Problem
from thalweg.model.facts import EdgeFact, EntityFact, Granule, Json
from thalweg.model.keys import Key
from thalweg.model.kinds import Kind

STATES = (Kind.JOB, Kind.DATASET, Kind.MODEL)
"""What has no version."""

_CREATED = ("creation_context", "created_at")
_SAID_BY: Mapping[str, Where] = {
    "uri": ("path",),
    "format": ("type",),
    "job_type": ("type",),
    "user": ("creation_context", "created_by"),
    "created_at": _CREATED,
    "started_at": _CREATED,
    "since": _CREATED,
    "extra": ("properties",),
    "name": ("display_name",),
    "job": ("experiment_name",),
    "params": ("inputs",),
    "entry_point": ("command",),
    "url": ("scoring_uri",),
    "config": ("instance_count",),
}
"""By a property of a thing the field of its file, where that is called otherwise."""
_EDGES: Mapping[EdgeType, Where] = {
    EdgeType.INPUT_TO: ("inputs",),
    EdgeType.PRODUCED: ("outputs",),
    EdgeType.CODE_OF: ("properties",),
    EdgeType.SERVED_BY: ("model",),
}
SHOWN = 3
"""Of the things whose files differ, a warning names so many."""


class Said(NamedTuple):
    """What a file says of a thing."""

    granule: Granule
    document: Document
    part: Part


class _Value(NamedTuple):
    """What a file says of one thing: where it does, what of the thing it is, and what it comes to."""

    where: Where
    name: str
    value: object


class _Unlike(NamedTuple):
    """A value of a file, and the other one of a file before it."""

    said: Said
    value: _Value
    before: Said
    other: _Value


def merged(found: Mapping[str, Sequence[Said]], problems: list[Problem], warnings: list[str]) -> dict[str, Granule]:
    """The granule of each scope. Contradictions go to `problems`, and to `warnings` what was chosen among."""
    granules: dict[str, Granule] = {}
    chosen: list[str] = []
    for scope, all_said in found.items():
        if len(all_said) == 1:
            granules[scope] = all_said[0].granule
            continue
        states = all(fact.key.kind in STATES for said in all_said for fact in said.granule.entities)
        ordered = sorted(all_said, key=_age) if states else all_said
        granules[scope] = _together([said.granule for said in ordered])
        unlike = list({one.value.where: one for one in _unlike(ordered, states)}.values())
        if states and unlike:
            chosen.append(
                f"{scope}: "
                + ", ".join(f"{path(_where(one.said, one.value))} of {one.said.document.name}" for one in unlike)
            )
        elif unlike:
            problems += [_problem(scope, one) for one in unlike]
    if chosen:
        more = f"; and of {len(chosen) - SHOWN} more" if len(chosen) > SHOWN else ""
        warnings.append(
            "Files say unlike things of what has no version; what is of the newest version, or else in the last file, "
            f"was taken: {'; '.join(chosen[:SHOWN])}{more}."
        )
    return granules


def _age(said: Said) -> list[tuple[int, str]]:
    """By which versions are in order, `2` before `10`; what has none is before all."""
    pieces = re.findall(r"\d+|[^\d.]+", str(said.part.data.get("version") or ""))
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces]


def _together(granules: Sequence[Granule]) -> Granule:
    """All that they state; of one field, or edge, what the last of them does."""
    props: dict[Key, dict[str, Json]] = {}
    for fact in (fact for one in granules for fact in one.entities):
        held = props.setdefault(fact.key, {})
        held |= {name: value for name, value in fact.props.items() if value is not None or name not in held}
    edges: dict[tuple[Key, EdgeType, Key, str], EdgeFact] = {}
    for edge in (edge for one in granules for edge in one.edges):
        edges[edge.source, edge.type, edge.target, edge.role] = edge
    return replace(
        granules[-1],
        entities=[EntityFact(key, said) for key, said in props.items()],
        edges=list(edges.values()),
        marks=list(dict.fromkeys(mark for one in granules for mark in one.marks)),
        joins=list(dict.fromkeys(join for one in granules for join in one.joins)),
    )


def _unlike(all_said: Sequence[Said], states: bool) -> Iterator[_Unlike]:
    """What files say otherwise than one before them. What has no version may be read and written in many ways."""
    held: dict[str, tuple[Said, _Value]] = {}
    for said in all_said:
        for value in _values(said.granule, states):
            before, other = held.setdefault(value.name, (said, value))
            if other.value != value.value:
                yield _Unlike(said, value, before, other)
                if states:
                    held[value.name] = said, value


def _values(granule: Granule, states: bool) -> Iterator[_Value]:
    for fact in granule.entities:
        for name, value in fact.props.items():
            if value is not None:
                yield _Value(_SAID_BY.get(name, (name,)), name, value)
    if states:
        return
    run = any(fact.key.kind is Kind.RUN for fact in granule.entities)
    for type, where in _EDGES.items():
        edges = sorted(f"{edge.source} {edge.target} {edge.role}" for edge in granule.edges if edge.type is type)
        if edges:
            yield _Value(where if run or type is not EdgeType.PRODUCED else ("job_name",), type.value, edges)
    if granule.marks:
        yield _Value(("stage",), "stage", sorted(mark.name for mark in granule.marks))


def _problem(scope: str, unlike: _Unlike) -> Problem:
    before = unlike.before.document
    line = before.line(_where(unlike.before, unlike.other))
    place = f"{before.name} line {line}" if line else before.name
    return unlike.said.document.problem(
        _where(unlike.said, unlike.value),
        _shown(unlike.said.part, unlike.value),
        f"is {_shown(unlike.before.part, unlike.other)} in {place}, of the same {scope}; take one of the two files out "
        "of the folder, or let both say the same",
        "TWICE",
    )


def _where(said: Said, value: _Value) -> Where:
    """From the top of its file, of which the thing may be a part."""
    return (*said.part.where, *value.where)


def _shown(part: Part, of: _Value) -> str:
    """The value as the file has it; where it says it in another place, what that comes to."""
    value: Json = dict(part.data)
    for step in of.where:
        value = value.get(str(step)) if isinstance(value, dict) else None
    shown = repr(of.value if value is None else value)
    return shown if len(shown) <= 80 else shown[:77] + "…"
