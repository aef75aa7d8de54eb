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
    return _made([(id, needs) for id, all_ in makers.items() for needs in all_], facts)


def _made(makers: list[tuple[str, set[str]]], facts: Facts) -> frozenset[str]:
    """Which can be made: each maker waits for those of its inputs that go, and works once all of them were made."""
    waits: list[int] = []
    waiting: defaultdict[str, list[int]] = defaultdict(list)
    for place, (_, needs) in enumerate(makers):
        gone = [id for id in needs if id not in facts.starts and not _still_there(id, facts)]
        going = [id for id in needs if id in facts.starts]
        waits.append(-1 if gone else len(going))
        for id in going:
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


def _still_there(id: str, facts: Facts) -> bool:
    return id in facts.nodes and not is_gone(facts.nodes[id], facts.at)
