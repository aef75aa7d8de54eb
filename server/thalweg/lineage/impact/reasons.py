"""The reason of a line, as a sentence that a person can act on."""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.lineage.impact.causes import Cause
from thalweg.lineage.impact.effects import Hit
from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.naming import ago, called, named
from thalweg.lineage.impact.reasons_to_break import breaking
from thalweg.lineage.impact.words import Confidence, Effect
from thalweg.lineage.spelling import kind_of
from thalweg.model.edges import EdgeType
from thalweg.model.kinds import Kind
from thalweg.model.results import Edge


def reason(facts: Facts, hit: Hit, touched: Sequence[str], feeds: Sequence[str], causes: Sequence[Cause]) -> str:
    """Why `hit`, the nearest of a line, is what it is.

    touched: what the whole line touches, the newest first. feeds: the live releases that a job which breaks feeds.
    causes: those by which it breaks just like this.
    """
    path = hit.trail()
    kind = kind_of(hit.asset)
    if hit.effect is Effect.BREAKS:
        return breaking(facts, hit, path[0], touched, feeds, causes)
    if hit.effect is Effect.UNREPRODUCIBLE:
        return _unreproducible(facts, hit, path, touched)
    if kind_of(path[-1].target) is kind:  # an asset: the active pattern
        return _not_refreshed(facts, hit, path, causes)
    return _stale(facts, path, touched)


def _stale(facts: Facts, path: Sequence[Edge], touched: Sequence[str]) -> str:
    last, start = path[-1], named(facts, path[0].source)
    if path[0].type is EdgeType.CODE_OF:
        start = f"the code of commit {start}"
    kind = kind_of(last.target)
    subject = named(facts, last.target)
    more = f" and {len(touched) - 1} more" if len(touched) > 1 else ""
    if kind is Kind.RUN:
        times = f"{len(touched)} runs of it" if len(touched) > 1 else "a run of it"
        what = f"{start}" if len(path) == 1 else f"{named(facts, last.source)}, which derives from {start}"
        return f"{times} read {what}, the last one {ago(facts, max(facts.nodes[id].at for id in touched))}"
    if kind is Kind.RELEASE:
        verb = "serves" if last.type is EdgeType.SERVED_BY else "reads"
        origin = "" if len(path) == 1 else f", which derives from {start}"
        others = len(touched) - 1  # each of which may have a way of its own
        also = f"; likewise {others} more {'releases' if others > 1 else 'release'} of it" if others else ""
        return f"{subject} {verb} {named(facts, last.source)}{origin}{also}"
    by = "" if last.type is EdgeType.DERIVED_INTO else f", by {called(facts, last.source)}"
    return f"{subject}{more} {'hold' if more else 'holds'} what derives from {start}{by}"


_HAPPENS = {
    "drop": "is dropped",
    "rename": "is renamed",
    "retype": "has another type",
    "nullable": "may be null",
    "add": "is added",
}


def _not_refreshed(facts: Facts, hit: Hit, path: Sequence[Edge], causes: Sequence[Cause]) -> str:
    start, last = named(facts, path[0].source), path[-1]
    certainly = "will" if hit.confidence is Confidence.CERTAIN else "may"
    if len(causes) == 1 and causes[0].column:
        when = f"when `{causes[0].column}` of {start} {_HAPPENS[causes[0].change]}"
    elif causes and causes[0].column:
        when = f"when columns of {start} change"
    else:
        when = f"without {start}"
    if last.type in (EdgeType.INPUT_TO, EdgeType.SERVED_BY):
        verb = "serves" if last.type is EdgeType.SERVED_BY else "reads"
        return (
            f"{called(facts, hit.asset)} {verb} {called(facts, last.source)}, "
            f"which {certainly} no longer be refreshed {when}"
        )
    return f"{called(facts, hit.asset)} {certainly} no longer be refreshed by {called(facts, last.source)} {when}"


def _unreproducible(facts: Facts, hit: Hit, path: Sequence[Edge], touched: Sequence[str]) -> str:
    subject, start = named(facts, path[-1].target), named(facts, path[0].source)
    more = f" and {len(touched) - 1} more" if len(touched) > 1 else ""
    again = (
        "which nothing known could make again"
        if hit.confidence is Confidence.CERTAIN
        else "which a run made whose own inputs are still there"
    )
    return f"{subject}{more} cannot be rebuilt without {start}, {again}"
