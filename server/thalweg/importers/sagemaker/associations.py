"""Lineage as SageMaker keeps it: associations between artifacts and what a training job did.

(datasetVersion | modelVersion)-[:INPUT_TO]->(run)-[:PRODUCED]->(datasetVersion | modelVersion)
(datasetVersion)-[:DERIVED_INTO]->(datasetVersion)
"""

from __future__ import annotations

from collections.abc import Iterator

from thalweg.importers.parts import Part
from thalweg.importers.sagemaker.known import Known
from thalweg.importers.sagemaker.registry import ORIGIN
from thalweg.model.edges import TYPES_BETWEEN, EdgeType
from thalweg.model.facts import EdgeFact, Granule
from thalweg.model.keys import UNVERSIONED, Key
from thalweg.model.kinds import Kind

FOLLOWED = {
    "ContributedTo": EdgeType.INPUT_TO,
    "Produced": EdgeType.PRODUCED,
    "DerivedFrom": EdgeType.DERIVED_INTO,
}
"""By the type of an association which edge it is, where that may join its ends."""


def associations(source: str, answer: Part, dump: Known) -> Iterator[Granule]:
    """Each as a scope of its own; those between other things than these say no lineage that is kept here."""
    for one in answer.parts("AssociationSummaries"):
        start, end = dump.run_or_thing(one.text("SourceArn")), dump.run_or_thing(one.text("DestinationArn"))
        if start is None or end is None or start == end:
            continue
        type = FOLLOWED.get(one.text("AssociationType") or "")
        if type is None or type not in TYPES_BETWEEN.get((start.kind, end.kind), ()):
            continue
        edge = _edge(start, type, end)
        start, end = edge.source, edge.target
        yield Granule(source, f"association/{start.id}/{type.value}/{end.id}", ORIGIN, edges=[edge])


def _edge(start: Key, type: EdgeType, end: Key) -> EdgeFact:
    """Of a dataset nobody says the version: what a run read is assumed, what it wrote is that of the run, and what one
    was derived from is said of the datasets.
    """
    if type is EdgeType.PRODUCED and end.kind is Kind.DATASET_VERSION:
        return EdgeFact(start, type, Key(end.kind, (*end.parts[:-1], f"run:{start.parts[1]}")))
    if type is EdgeType.DERIVED_INTO and start.kind is Kind.DATASET_VERSION:
        return EdgeFact(start.asset or start, type, end.asset or end)
    unknown = start.kind is Kind.DATASET_VERSION and start.parts[-1] == UNVERSIONED
    return EdgeFact(start, type, end, "", {"assumed": True} if unknown else {})
