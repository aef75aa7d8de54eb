"""What a comparison holds. In every row there is a place for each thing, in the order in which they were asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from thalweg.model.columns import Column
from thalweg.model.kinds import Kind
from thalweg.model.results import Entity


class Part(Enum):
    """What may be left out, so that nothing is fetched for it."""

    FACTS = "FACTS"
    PARAMS = "PARAMS"
    METRICS = "METRICS"
    ENVIRONMENT = "ENVIRONMENT"
    DATA = "DATA"
    CODE = "CODE"
    COLUMNS = "COLUMNS"


EVERY_PART = frozenset(Part)


@dataclass(frozen=True, slots=True)
class Thing:
    """One of what is compared.

    run: the run itself, or the newest that is known to have made the version. there: whether it had happened at the
    time of the question; of what had not, every place is empty.
    """

    entity: Entity
    run: Entity | None
    there: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A text of each thing; None where it has none. differs: whether they are not all the same."""

    key: str
    values: tuple[str | None, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric: its last and its best value of each thing.

    minimized: whether less is better. wins: whether the best value of a thing is the best of all; of several that are
    equal each wins, NaN never does, and where fewer than two have the metric there is nothing to win.
    """

    key: str
    minimized: bool
    last: tuple[float | None, ...]
    best: tuple[float | None, ...]
    wins: tuple[bool, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class DataRow:
    """A dataset or a model that was read: which versions of it each thing read."""

    asset_id: str
    kind: Kind
    key: tuple[str, ...]
    versions: tuple[tuple[Entity, ...], ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class Range:
    """The commits between two things, by their places.

    ahead: those behind the commit of `head` that are not behind that of `base`, the nearest first; behind: the other
    way round. At most `LISTED` of each are told, and the counts are of all that were found; complete: whether that is
    everything there is.
    """

    base: int
    head: int
    ahead: tuple[Entity, ...]
    behind: tuple[Entity, ...]
    ahead_count: int
    behind_count: int
    complete: bool


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A repository: which commits of it each thing ran, and whether there were changes that no commit holds.

    ranges: between each thing and the next one, where both ran one commit of it.
    """

    url: str
    commits: tuple[tuple[Entity, ...], ...]
    dirty: tuple[bool | None, ...]
    differs: bool
    ranges: tuple[Range, ...]


class StepKind(Enum):
    """How a column of one version stands to that of another."""

    ADDED = "ADDED"
    DROPPED = "DROPPED"
    RETYPED = "RETYPED"
    NULLABLE = "NULLABLE"
    NOT_NULLABLE = "NOT_NULLABLE"


@dataclass(frozen=True, slots=True)
class ColumnStep:
    """What happened to a column between a thing and the next one whose columns are known.

    keeps: of RETYPED, whether every value is kept exactly; None where that is not known.
    """

    base: int
    head: int
    kind: StepKind
    keeps: bool | None = None


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column in each version; None where that has none such, or its columns are not known."""

    name: str
    columns: tuple[Column | None, ...]
    differs: bool
    steps: tuple[ColumnStep, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows by key. incomplete: what was cut, in sentences. notes: what else to know."""

    kind: Kind
    at: int | None
    things: tuple[Thing, ...]
    facts: tuple[Row, ...] = ()
    params: tuple[Row, ...] = ()
    metrics: tuple[MetricRow, ...] = ()
    environment: tuple[Row, ...] = ()
    data: tuple[DataRow, ...] = ()
    code: tuple[CodeRow, ...] = ()
    columns: tuple[ColumnRow, ...] = ()
    incomplete: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
