"""What an importer or a client states: facts, gathered in granules.

A fact names things by natural key, never by a bare id. A granule is the smallest scope that is written whole or not at
all (one run, one model, one file); it stands under a source. What a scope stated before and no longer states, it takes
back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from thalweg.model.edges import EdgeType
from thalweg.model.keys import Key

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict of such. Times are epoch microseconds (int)."""

Props = Mapping[str, Json]
NO_PROPS: Props = {}

ORIGINS: tuple[str, ...] = (
    "api",
    "manifest",
    "mlflow",
    "openlineage",
    "dvc",
    "gto",
    "lfs",
    "git",
    "kubernetes",
    "sagemaker",
    "azureml",
    "neptune",
    "dbt",
    "files",
)
"""The declared order of origins: where two state different values of one property, the earlier one is followed."""


def origin_rank(origin: str) -> int:
    """The place of an origin in the declared order; one that is not named there comes last."""
    return ORIGINS.index(origin) if origin in ORIGINS else len(ORIGINS)


class Point(NamedTuple):
    """One logged value of a metric. `at` in epoch microseconds; NaN and infinities are values like others."""

    step: int
    at: int
    value: float


class EntityFact(NamedTuple):
    """That a thing is, and its properties (`properties.py` says which each kind has).

    `histories` are the logged points of metrics, by metric name; they are kept off the walked node.
    """

    key: Key
    props: Props = NO_PROPS
    histories: Mapping[str, Sequence[Point]] = NO_PROPS


class EdgeFact(NamedTuple):
    """That one thing stands to another: `(source)-[:TYPE {role, …}]->(target)`."""

    source: Key
    type: EdgeType
    target: Key
    role: str = ""
    props: Props = NO_PROPS


class MarkKind(Enum):
    """An alias points at one version of a model at a time; a stage may hold several."""

    ALIAS = "ALIAS"
    STAGE = "STAGE"

    __hash__ = object.__hash__


class MarkFact(NamedTuple):
    """That a model version is marked, from `since` (None: when it was first seen) until `until` (None: still).

    first: since when it must have been where there is no `since` and it is not known yet: it holds where its scope was
        last seen before that, or never, for else something else was in between. The version's mark of that kind that
        its scope takes back at once has ended then.

    `(model)-[:MARKS {kind, name, since, until}]->(modelVersion)`
    """

    version: Key
    kind: MarkKind
    name: str
    since: int | None = None
    until: int | None = None
    first: int | None = None


class JoinFact(NamedTuple):
    """That `alias` is another name of `of` (a symlink, a rename): the facts of both hang on one entity."""

    alias: Key
    of: Key


@dataclass(frozen=True, slots=True)
class Granule:
    """The facts of one scope, written in one transaction or not at all.

    source: the parent scope, `mlflow:prod`; a pass over it is closed after all its granules were written.
    name: the scope under its source, `run/4f1c…`.
    origin: the system that speaks (`ORIGINS`).
    revision: orders the states of one scope; an older one than the one held is ignored. Its event time does where there
        is none.
    at: event time, epoch microseconds; None takes the time of writing.
    current: whether this is what its source says now, and not an event that may come late: then it holds also where it
        is of an earlier time than what is held, for a source may take back what it said last.
    idempotency_key: for a client that could not learn whether its commit happened: the same key again answers with the
        first result and writes nothing.
    """

    source: str
    name: str
    origin: str
    entities: Sequence[EntityFact] = ()
    edges: Sequence[EdgeFact] = ()
    marks: Sequence[MarkFact] = ()
    joins: Sequence[JoinFact] = ()
    revision: int | None = None
    at: int | None = None
    current: bool = False
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A parent scope as the store knows it: where facts come from, and when a pass over it was last complete."""

    name: str
    origin: str
    scopes: int
    closed_at: int | None


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over a source, begun at `began_at` (the store's clock); closing it retires the scopes it did not see."""

    source: str
    began_at: int


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: kept with each write, beside the request id. Everybody sees everything, until access is granted."""

    name: str = "local"
    request_id: str = ""
    namespaces: tuple[str, ...] | None = field(default=None)
    """Patterns of the namespaces it may see; None for all."""


ANYONE = Caller()
