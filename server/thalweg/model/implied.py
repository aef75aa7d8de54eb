"""What facts say without saying it: who has a column made of another dataset's has read that dataset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from thalweg.model import column_lineage, keys
from thalweg.model.edges import EdgeType
from thalweg.model.facts import EdgeFact, EntityFact
from thalweg.model.kinds import Kind


def reads(entities: Iterable[EntityFact], edges: Sequence[EdgeFact]) -> list[EdgeFact]:
    """(datasetVersion {version: unversioned})-[:INPUT_TO {assumed}]->(run)-[:PRODUCED]->(datasetVersion)

    Of each dataset that the column lineage of a version names, where the run that produced it is stated neither to have
    read a version of that dataset, nor to have produced one.
    """
    made_of = {
        fact.key: lineage
        for fact in entities
        if fact.key.kind is Kind.DATASET_VERSION and "column_lineage" in fact.props
        if (lineage := column_lineage.read(fact.props["column_lineage"])) is not None
    }
    if not made_of:
        return []
    known = {(edge.source.parts[:2], edge.target) for edge in edges if edge.type is EdgeType.INPUT_TO}
    known |= {(edge.target.parts[:2], edge.source) for edge in edges if edge.type is EdgeType.PRODUCED}
    found = {}
    for edge in edges:
        if edge.type is not EdgeType.PRODUCED or edge.source.kind is not Kind.RUN or edge.target not in made_of:
            continue
        for namespace, name in {source[:2] for source in made_of[edge.target].sources()}:
            if ((namespace, name), edge.source) not in known:
                of = keys.dataset_version(namespace, name, keys.UNVERSIONED)
                found[of, edge.source] = EdgeFact(of, EdgeType.INPUT_TO, edge.source, props={"assumed": True})
    return list(found.values())
