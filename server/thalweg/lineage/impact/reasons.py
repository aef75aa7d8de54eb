"""The reason of a line, as a sentence that a person can act on."""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.lineage.impact.answer import Confidence, Effect
from thalweg.lineage.impact.effects import Hit
from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.pattern import State
from thalweg.lineage.spelling import WORDS, kind_of, label
from thalweg.model.edges import EdgeType
from thalweg.model.kinds import Kind
from thalweg.model.results import Edge
from thalweg.model.time import DAY, rfc3339

_HOUR = DAY // 24
_MINUTE = _HOUR // 60


def reason(facts: Facts, hit: Hit, touched: Sequence[str], feeds: Sequence[str]) -> str:
    """Why `hit`, the nearest of a line, is what it is.

    touched: what the whole line touches, the newest first. feeds: the live releases that a job which breaks feeds.
    """
    path = hit.trail()
    kind = kind_of(hit.asset)
    if hit.effect is Effect.BREAKS:
        if kind is Kind.JOB:
            return _job_breaks(facts, hit, path[0], touched, feeds)
        return _deployment_breaks(facts, hit, path[0])
    if hit.effect is Effect.UNREPRODUCIBLE:
        return _unreproducible(facts, hit, path, touched)
    if kind_of(path[-1].target) is kind:  # an asset: the active pattern
        return _not_refreshed(facts, hit, path)
    return _stale(facts, path, touched)


def named(facts: Facts, id: str) -> str:
    """An asset or a version, quoted: `fraud/3`."""
    if id in facts.nodes:
        return f"`{label(facts.nodes[id].kind, facts.nodes[id].key)}`"
    if id in facts.assets:
        return f"`{label(facts.assets[id].kind, facts.assets[id].key)}`"
    return f"`{id}`"


def _called(facts: Facts, id: str) -> str:
    """With its kind where the name alone does not show it: job `train`; a run by its job."""
    kind = kind_of(id)
    if kind is Kind.RUN:
        job = facts.nodes[id].asset_id
        return f"run {named(facts, id)}" + (f" of job {named(facts, job)}" if job else "")
    if kind in (Kind.DATASET_VERSION, Kind.MODEL_VERSION, Kind.DEPLOYMENT, Kind.RELEASE):
        return named(facts, id)
    return f"{WORDS[kind]} {named(facts, id)}"


def ago(facts: Facts, at: int) -> str:
    """`3 days ago`, counted from the time of the question."""
    passed = max(0, facts.at - at)
    for unit, word in ((DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if passed >= unit:
            count = passed // unit
            return f"{count} {word}{'s' if count > 1 else ''} ago"
    return "just now"


def _job_breaks(facts: Facts, hit: Hit, edge: Edge, touched: Sequence[str], feeds: Sequence[str]) -> str:
    job, data = named(facts, hit.asset), named(facts, edge.source)
    days = facts.window // DAY
    last = ago(facts, max((facts.nodes[id].at for id in touched), default=facts.at))
    reading = hit.reading
    if reading is None:
        text = f"job {job} reads the version {data}, pinned; it last did {last}"
    elif not reading.sure and reading.state is State.UNSEEN:
        text = f"job {job} is stated to read {data}; no run of it is known"
    elif not reading.sure:
        text = f"job {job} is stated to read {data}, but no run of the last {days} days shows it"
    elif reading.state is State.IDLE:
        return f"job {job} read {data} in its last run, {last}; it has not run in the last {days} days"
    elif touched:
        text = f"job {job} reads {data}; it last did {last}"
    else:
        text = f"job {job} reads {data}"
    return text + (f"; it feeds {_listed([_deployment(facts, id) for id in feeds])}" if feeds else "")


def _deployment_breaks(facts: Facts, hit: Hit, edge: Edge) -> str:
    deployment, source = named(facts, hit.asset), named(facts, edge.source)
    if hit.reading is not None and not hit.reading.sure:
        return f"{deployment} is stated to read {source}, but no live release shows it"
    releases = hit.touched
    verb = "serves" if edge.type is EdgeType.SERVED_BY else "reads"
    how = ", pinned" if edge.props.get("pinned") and hit.reading is None else ""
    traffic = edge.props.get("traffic")
    share = f", {traffic:g} % of the traffic" if isinstance(traffic, int | float) else ""
    if not releases:
        return f"{deployment} {verb} {source}"
    release = facts.nodes[releases[0]]
    since = rfc3339(release.at)[:10]
    return f"{deployment} {verb} {source}{how} (release {release.key[2]}, live since {since}{share})"


def _stale(facts: Facts, path: Sequence[Edge], touched: Sequence[str]) -> str:
    last, start = path[-1], named(facts, path[0].source)
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
    by = "" if last.type is EdgeType.DERIVED_INTO else f", by {_called(facts, last.source)}"
    return f"{subject}{more} {'hold' if more else 'holds'} what derives from {start}{by}"


def _not_refreshed(facts: Facts, hit: Hit, path: Sequence[Edge]) -> str:
    start, last = named(facts, path[0].source), path[-1]
    certainly = "will" if hit.confidence is Confidence.CERTAIN else "may"
    if last.type in (EdgeType.INPUT_TO, EdgeType.SERVED_BY):
        verb = "serves" if last.type is EdgeType.SERVED_BY else "reads"
        return (
            f"{_called(facts, hit.asset)} {verb} {_called(facts, last.source)}, "
            f"which {certainly} no longer be refreshed without {start}"
        )
    return (
        f"{_called(facts, hit.asset)} {certainly} no longer be refreshed by {_called(facts, last.source)} "
        f"without {start}"
    )


def _unreproducible(facts: Facts, hit: Hit, path: Sequence[Edge], touched: Sequence[str]) -> str:
    subject, start = named(facts, path[-1].target), named(facts, path[0].source)
    more = f" and {len(touched) - 1} more" if len(touched) > 1 else ""
    again = (
        "which nothing known could make again"
        if hit.confidence is Confidence.CERTAIN
        else "which a run made whose own inputs are still there"
    )
    return f"{subject}{more} cannot be rebuilt without {start}, {again}"


def _deployment(facts: Facts, release: str) -> str:
    node = facts.nodes[release]
    return f"`{label(Kind.DEPLOYMENT, node.key[:2])}`"


def _listed(names: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(names))
    if len(distinct) <= 3:
        return ", ".join(distinct)
    return f"{', '.join(distinct[:3])} and {len(distinct) - 3} more"
