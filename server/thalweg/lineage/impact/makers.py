"""Which of the versions that go could be made again."""

from __future__ import annotations

from collections import defaultdict

from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.live import is_gone
from thalweg.model.edges import EdgeType
from thalweg.model.kinds import Kind


def remakeable(facts: Facts) -> frozenset[str]:
    """The versions that go, and that a known run could make again from inputs that are still there.

    An input that goes as well will do where it can be made again itself. A run without a known input makes nothing
    again: nobody knows what it needs. DERIVED_INTO counts as a run with that one input; a release that wrote a version
    (its predictions) makes nothing again.
    """
    inputs: defaultdict[str, set[str]] = defaultdict(set)
    makers: defaultdict[str, list[set[str]]] = defaultdict(list)
    for edge in facts.edges:
        if edge.type is EdgeType.INPUT_TO:
            inputs[edge.target].add(edge.source)
    for edge in facts.edges:
        if edge.target not in facts.starts:
            continue
        if edge.type is EdgeType.DERIVED_INTO:
            makers[edge.target].append({edge.source})
        elif edge.type is EdgeType.PRODUCED and facts.nodes[edge.source].kind is Kind.RUN and inputs[edge.source]:
            makers[edge.target].append(inputs[edge.source])
    again: set[str] = set()

    def there(id: str) -> bool:
        if id in facts.starts:
            return id in again
        return id in facts.nodes and not is_gone(facts.nodes[id], facts.at)

    waiting = set(makers)
    while made := {id for id in waiting if any(all(map(there, needs)) for needs in makers[id])}:
        again |= made
        waiting -= made
    return frozenset(again)
