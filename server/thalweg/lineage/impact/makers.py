"""Which of the versions that go, or are gone, could be made again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.live import is_gone
from thalweg.model.edges import EdgeType
from thalweg.model.kinds import Kind


def remakeable(facts: Facts) -> frozenset[str]:
    """The versions that go, or are gone, and that known runs could make again from what is still there.

    An input that goes too, or is gone, will do where it can be made again itself. A run without a known input makes
    nothing again: nobody knows what it needs. DERIVED_INTO counts as a run with that one input; a release that wrote a
    version (its predictions) makes nothing again.
    """
    lost = facts.starts | {id for id, node in facts.nodes.items() if is_gone(node, facts.at)}
    inputs: defaultdict[str, set[str]] = defaultdict(set)
    for edge in facts.edges:
        if edge.type is EdgeType.INPUT_TO:
            inputs[edge.target].add(edge.source)
    makers: list[tuple[str, set[str]]] = []
    for edge in facts.edges:
        if edge.target not in lost:
            continue
        if edge.type is EdgeType.DERIVED_INTO:
            makers.append((edge.target, {edge.source}))
        elif edge.type is EdgeType.PRODUCED and facts.nodes[edge.source].kind is Kind.RUN and inputs[edge.source]:
            makers.append((edge.target, inputs[edge.source]))
    return _made(makers, lost)


def _made(makers: list[tuple[str, set[str]]], lost: Collection[str]) -> frozenset[str]:
    """Which can be made: a maker waits for those of its inputs that are lost, and works once all of them were made."""
    waits: list[int] = []
    waiting: defaultdict[str, list[int]] = defaultdict(list)
    for place, (_, needs) in enumerate(makers):
        missing = [id for id in needs if id in lost]
        waits.append(len(missing))
        for id in missing:
            waiting[id].append(place)
    made: set[str] = set()
    ready = [place for place, count in enumerate(waits) if count == 0]
    while ready:
        id = makers[ready.pop()][0]
        if id in made:
            continue
        made.add(id)
        for place in waiting[id]:
            waits[place] -= 1
            if waits[place] == 0:
                ready.append(place)
    return frozenset(made)
