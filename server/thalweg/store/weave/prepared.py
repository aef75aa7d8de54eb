"""A granule that was validated: ids computed, facts of the same thing united, properties in canonical form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, NamedTuple

from thalweg.model.edges import EdgeType
from thalweg.model.facts import Caller, MarkKind, Pass
from thalweg.model.keys import Key
from thalweg.model.results import Notice


class StatedEntity(NamedTuple):
    """An entity as a scope states it. `body` is the JSON of `props`, keys sorted. `histories`: by metric its points,
    packed (`model/points.py`).
    """

    id: str
    props: dict[str, Any]
    body: bytes
    histories: Mapping[str, bytes]


class StatedEdge(NamedTuple):
    source: str
    type: EdgeType
    target: str
    role: str
    body: bytes
    """The JSON of the edge's properties; `b"{}"` where it has none."""
    open: bool = False
    """Whether it is a read that names no version."""


class StatedMark(NamedTuple):
    model: str
    version: str
    kind: MarkKind
    name: str
    since: int | None
    until: int | None
    first: int | None = None


class StatedJoin(NamedTuple):
    alias: str
    of: str


@dataclass(slots=True)
class Prepared:
    """What `ingest.prepare` makes of a granule, and `Store.write` takes.

    scope_id: of its source and name. keys: the natural key of every id that is mentioned, the assets of versions among
    them. assets: the asset's id, of every version whose key says it.
    """

    scope_id: str
    source: str
    name: str
    origin: str
    revision: int | None
    at: int | None
    current: bool
    idempotency_key: str | None
    digest: str
    entities: list[StatedEntity]
    edges: list[StatedEdge]
    marks: list[StatedMark]
    joins: list[StatedJoin]
    keys: dict[str, Key]
    assets: dict[str, str]
    notices: list[Notice]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one caller writes at once."""

    granules: Sequence[Prepared]
    caller: Caller
    pass_: Pass | None = None

    @property
    def rows(self) -> int:
        return sum(1 + len(granule.entities) + len(granule.edges) for granule in self.granules)


def scope_id(source: str, name: str) -> str:
    """The id of a scope: 128 bits of BLAKE2b over its source and its name, in hex."""
    return blake2b(f"{len(source)}:{source}{name}".encode(), digest_size=16).hexdigest()
