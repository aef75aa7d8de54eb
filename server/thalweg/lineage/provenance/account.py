"""What an account of a model version holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from thalweg.lineage.subject import gone
from thalweg.model.kinds import Kind
from thalweg.model.results import Edge, Entity, Node


class GapKind(Enum):
    """What a full account needs and this one lacks, in the order of how much it matters."""

    NO_PRODUCER = "NO_PRODUCER"
    SEVERAL_PRODUCERS = "SEVERAL_PRODUCERS"
    UPSTREAM_CUT = "UPSTREAM_CUT"
    RUN_GONE = "RUN_GONE"
    DIRTY = "DIRTY"
    NO_COMMIT = "NO_COMMIT"
    COMMIT_UNKNOWN = "COMMIT_UNKNOWN"
    NO_INPUT = "NO_INPUT"
    INPUT_GONE = "INPUT_GONE"
    INPUT_REPLACED = "INPUT_REPLACED"
    INPUT_UNVERSIONED = "INPUT_UNVERSIONED"
    INPUT_ASSUMED = "INPUT_ASSUMED"
    INPUT_WITHOUT_URI = "INPUT_WITHOUT_URI"
    NO_COMMAND = "NO_COMMAND"
    COMMAND_NOT_PLAIN = "COMMAND_NOT_PLAIN"
    NO_ENVIRONMENT = "NO_ENVIRONMENT"
    NO_PARAMETERS = "NO_PARAMETERS"
    INPUT_WITHOUT_COLUMNS = "INPUT_WITHOUT_COLUMNS"


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing: of which entity, what it is as a sentence, and what would close it."""

    kind: GapKind
    entity: Entity
    sentence: str
    closes: str


@dataclass(frozen=True, slots=True)
class Read:
    """Something that a run read, or the code that it ran: the edge into the run, and what stands at its other end."""

    edge: Edge
    entity: Entity


@dataclass(frozen=True)
class Step:
    """A run, with what is needed to run it again.

    makes: what it made that the account is about: the model version, or an input that is gone.
    unversioned: datasets that its job is stated to read, and of which no version is known that this run read.
    replaced: the ids of inputs at whose URI a later version of the same dataset lies.
    """

    run: Entity
    job: Entity | None
    reads: tuple[Read, ...]
    makes: tuple[Entity, ...]
    unversioned: tuple[Entity, ...] = ()
    replaced: frozenset[str] = frozenset()
    as_of: int | None = None

    @cached_property
    def code(self) -> tuple[Read, ...]:
        return tuple(read for read in self.reads if read.entity.kind is Kind.COMMIT)

    @cached_property
    def data(self) -> tuple[Read, ...]:
        return tuple(read for read in self.reads if read.entity.kind is Kind.DATASET_VERSION)

    @cached_property
    def models(self) -> tuple[Read, ...]:
        return tuple(read for read in self.reads if read.entity.kind is Kind.MODEL_VERSION)

    @property
    def inputs(self) -> tuple[Read, ...]:
        return (*self.data, *self.models)

    def gone(self, entity: Entity) -> bool:
        return gone(entity, self.as_of)

    def texts(self, name: str) -> dict[str, str]:
        """The `params` or the `environment` of the run; what the model version that it made says of itself wins."""
        found: dict[str, str] = {}
        for entity in (self.run, *(made for made in self.makes if made.kind is Kind.MODEL_VERSION)):
            stated: Mapping[str, str] = entity.props.get(name) or {}
            found.update(stated)
        return found


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a model version comes from.

    step: the run that made it; None where none is known. producers: how many are said to have.
    remade: runs that make inputs again that are gone, in the order in which they would have to run.
    derived_from: model versions that it was made of by no known run.
    ancestors: everything upstream, the nearest first. incomplete: what was cut, in sentences. notes: what else to know.
    reproduce: a shell script that makes it again, as far as that is known.
    """

    of: Entity
    at: int | None
    step: Step | None
    producers: int
    parent: Entity | None
    derived_from: tuple[Read, ...]
    remade: tuple[Step, ...]
    ancestors: tuple[Node, ...]
    gaps: tuple[Gap, ...]
    reproduce: str
    incomplete: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
