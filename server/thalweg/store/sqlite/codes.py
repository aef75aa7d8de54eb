"""How words are kept: kinds and types as small numbers, the points of a metric as packed columns."""

from __future__ import annotations

from thalweg.model.edges import EdgeType
from thalweg.model.kinds import Kind
from thalweg.store.weave.rows import State

KIND_CODE: dict[Kind, int] = {
    Kind.DATASET: 1,
    Kind.REPOSITORY: 2,
    Kind.JOB: 3,
    Kind.MODEL: 4,
    Kind.DEPLOYMENT: 5,
    Kind.DATASET_VERSION: 11,
    Kind.COMMIT: 12,
    Kind.RUN: 13,
    Kind.MODEL_VERSION: 14,
    Kind.RELEASE: 15,
}
"""Kept in files: a number never changes its meaning. A hidden node has the negative of it."""

KIND_BITS = 4
KIND_MASK = (1 << KIND_BITS) - 1
"""The last bits of a node's handle are its kind, so that a walk over handles knows kinds without looking at nodes."""

KINDS: dict[int, Kind] = {code: kind for kind, code in KIND_CODE.items()}
KINDS |= {-code: kind for code, kind in KINDS.items()}

TYPE_CODE: dict[EdgeType, int] = {
    EdgeType.INPUT_TO: 1,
    EdgeType.CODE_OF: 2,
    EdgeType.PRODUCED: 3,
    EdgeType.SERVED_BY: 4,
    EdgeType.DERIVED_INTO: 5,
    EdgeType.PARENT_OF: 6,
}
"""Likewise. Those of lineage are 1 to 5, so that a walk along all of them asks for one range."""

TYPES: dict[int, EdgeType] = {code: type for type, code in TYPE_CODE.items()}
TYPES |= {-code: type for code, type in TYPES.items()}

STATES: tuple[State, ...] = tuple(State)
