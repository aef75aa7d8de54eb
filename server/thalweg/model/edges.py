"""The relationships of the graph and which kinds they join.

Lineage edges point the way the influence flows, upstream to downstream, the same at both levels:

    (DatasetVersion)-[:INPUT_TO]->(Run)                         (Dataset)-[:INPUT_TO]->(Job)
    (ModelVersion)-[:INPUT_TO]->(Run)                           (Model)-[:INPUT_TO]->(Job)
    (Commit)-[:CODE_OF]->(Run)                                  (Repository)-[:CODE_OF]->(Job)
    (Run)-[:PRODUCED]->(DatasetVersion | ModelVersion)          (Job)-[:PRODUCED]->(Dataset | Model)
    (ModelVersion)-[:SERVED_BY]->(Release)                      (Model)-[:SERVED_BY]->(Deployment)
    (DatasetVersion)-[:INPUT_TO]->(Release)                     (Dataset)-[:INPUT_TO]->(Deployment)
    (Release)-[:PRODUCED]->(DatasetVersion)                     (Deployment)-[:PRODUCED]->(Dataset)
    (DatasetVersion)-[:DERIVED_INTO]->(DatasetVersion)          (Dataset)-[:DERIVED_INTO]->(Dataset)
    (ModelVersion)-[:DERIVED_INTO]->(ModelVersion)              (Model)-[:DERIVED_INTO]->(Model)

Not walked: `(run)-[:PARENT_OF]->(run)` and `(commit)-[:PARENT_OF]->(commit)`.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from thalweg.model.keys import Key
from thalweg.model.kinds import ASSET_OF, Kind


class EdgeType(Enum):
    """How one entity stands to another; the value is the type of the relationship."""

    INPUT_TO = "INPUT_TO"
    CODE_OF = "CODE_OF"
    PRODUCED = "PRODUCED"
    SERVED_BY = "SERVED_BY"
    DERIVED_INTO = "DERIVED_INTO"
    PARENT_OF = "PARENT_OF"

    __hash__ = object.__hash__  # this and `label`: as in `Kind`

    def __init__(self, label: str) -> None:
        self.label = label


LINEAGE: tuple[EdgeType, ...] = tuple(type for type in EdgeType if type is not EdgeType.PARENT_OF)
"""The types that a walk follows."""


class Coverage(Enum):
    """What the columns of an INPUT_TO edge cover, strongest first.

    DECLARED: the client stated its reads. PREDICATES: the producer reports filters and joins too. PROJECTION: selected
    columns only, as SQL parsers give them; such a set may show that a reader is hit, never that it is not.
    """

    DECLARED = "DECLARED"
    PREDICATES = "PREDICATES"
    PROJECTION = "PROJECTION"


_VERSION_ENDS: dict[EdgeType, tuple[tuple[Kind, Kind], ...]] = {
    EdgeType.INPUT_TO: (
        (Kind.DATASET_VERSION, Kind.RUN),
        (Kind.MODEL_VERSION, Kind.RUN),
        (Kind.DATASET_VERSION, Kind.RELEASE),
    ),
    EdgeType.CODE_OF: ((Kind.COMMIT, Kind.RUN),),
    EdgeType.PRODUCED: (
        (Kind.RUN, Kind.DATASET_VERSION),
        (Kind.RUN, Kind.MODEL_VERSION),
        (Kind.RELEASE, Kind.DATASET_VERSION),
    ),
    EdgeType.SERVED_BY: ((Kind.MODEL_VERSION, Kind.RELEASE),),
    EdgeType.DERIVED_INTO: (
        (Kind.DATASET_VERSION, Kind.DATASET_VERSION),
        (Kind.MODEL_VERSION, Kind.MODEL_VERSION),
    ),
    EdgeType.PARENT_OF: (),
}

ENDS: dict[EdgeType, frozenset[tuple[Kind, Kind]]] = {
    type: frozenset(pairs) | {(ASSET_OF[source], ASSET_OF[target]) for source, target in pairs}
    for type, pairs in _VERSION_ENDS.items()
}
"""Which kinds an edge of a type may join: `(source, target)`, at both levels."""
ENDS[EdgeType.PARENT_OF] = frozenset({(Kind.RUN, Kind.RUN), (Kind.COMMIT, Kind.COMMIT)})

TYPES_BETWEEN: dict[tuple[Kind, Kind], tuple[EdgeType, ...]] = {}
"""Which types may join two kinds."""
for _type, _pairs in ENDS.items():
    for _pair in _pairs:
        TYPES_BETWEEN[_pair] = (*TYPES_BETWEEN.get(_pair, ()), _type)


class EdgeKey(NamedTuple):
    """What makes an edge one edge: its ends, its type and its role (`""` where none was stated)."""

    source: Key
    type: EdgeType
    target: Key
    role: str = ""

    def __str__(self) -> str:
        return f"({self.source})-[:{self.type.value}]->({self.target})"
