"""Why a reader breaks, or may, as a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.lineage.impact.breaks import Break
from thalweg.lineage.impact.causes import Cause
from thalweg.lineage.impact.effects import Hit
from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.naming import ago, deployment_of, listed, named
from thalweg.lineage.impact.pattern import State
from thalweg.lineage.spelling import kind_of
from thalweg.model.columns import Retype
from thalweg.model.counting import plural
from thalweg.model.edges import Coverage, EdgeType
from thalweg.model.kinds import Kind
from thalweg.model.results import Edge
from thalweg.model.time import DAY, rfc3339

_KNOWN_BY = {
    Coverage.DECLARED: "declared",
    Coverage.PREDICATES: "by its lineage, which reports filters and joins",
    Coverage.PROJECTION: "by its lineage",
    None: "",
}


def breaking(
    facts: Facts, hit: Hit, edge: Edge, touched: Sequence[str], feeds: Sequence[str], causes: Sequence[Cause]
) -> str:
    """touched: the runs or releases, the newest first. causes: by which it breaks just like this."""
    columns = listed([f"`{cause.column}`" for cause in causes if cause.column])
    if kind_of(hit.asset) is Kind.JOB:
        text = _job(facts, hit, edge, touched, columns)
    else:
        text = _deployment(facts, hit, edge, columns)
    if hit.by is not None and columns and hit.reading is not None and hit.reading.sure:
        text += _how(facts, hit.by, causes, columns)
    return text + _fed(facts, feeds)


def _job(facts: Facts, hit: Hit, edge: Edge, touched: Sequence[str], columns: str) -> str:
    job, data = f"job {named(facts, hit.asset)}", named(facts, edge.source)
    days = facts.window // DAY
    last = ago(facts, max((facts.nodes[id].at for id in touched), default=facts.at))
    reading = hit.reading
    if reading is None:
        return f"{job} reads the version {data}, pinned; it last did {last}"
    if not reading.sure and reading.state is State.UNSEEN:
        return f"{job} is stated to read {data}; no run of it is known"
    if not reading.sure:
        return f"{job} is stated to read {data}, but no run of the last {plural(days, 'day')} shows it"
    what = _what(hit.by, columns, data)
    if reading.state is State.IDLE:
        return f"{job} read {what} in its last run, {last}; it has not run in the last {plural(days, 'day')}"
    return f"{job} reads {what}" + (f"; it last did {last}" if touched else "")


def _deployment(facts: Facts, hit: Hit, edge: Edge, columns: str) -> str:
    deployment, source = named(facts, hit.asset), named(facts, edge.source)
    if hit.reading is not None and not hit.reading.sure:
        return f"{deployment} is stated to read {source}, but no live release shows it"
    verb = "serves" if edge.type is EdgeType.SERVED_BY else "reads"
    what = _what(hit.by, columns, source)
    if not hit.touched:
        return f"{deployment} {verb} {what}"
    pinned = ", pinned" if edge.props.get("pinned") and hit.reading is None else ""
    traffic = edge.props.get("traffic")
    share = f", {traffic:g} % of the traffic" if isinstance(traffic, int | float) else ""
    release = facts.nodes[hit.touched[0]]
    since = rfc3339(release.at)[:10]
    return f"{deployment} {verb} {what}{pinned}, live as release {release.key[2]} since {since}{share}"


def _what(by: Break | None, columns: str, data: str) -> str:
    """The columns, where it is known that they are read, and by what."""
    if not columns or by is None or not (by.named or by.model):
        return data
    known = _KNOWN_BY[by.covers] if by.named else ""
    return f"{columns} of {data}" + (f" ({known})" if known else "")


def _how(facts: Facts, by: Break, causes: Sequence[Cause], columns: str) -> str:
    """What the columns have to do with it."""
    change = causes[0].change
    if change == "add":
        taker = f"the signature of {named(facts, by.model)} takes" if by.model else "it takes"
        return f"; {taker} exactly the columns that there are, and {columns} would be one more"
    if not by.named and not by.model:
        if by.covers is Coverage.PROJECTION:
            return f"; its lineage names selected columns only, so a filter or a join on {columns} cannot be ruled out"
        return f"; which columns it reads is not known, so {columns} may be among them"
    if by.rejects:
        becomes = "null" if change == "nullable" else f"`{_new(causes[0])}`"
        return f"; the signature of {named(facts, by.model)} takes {columns} as `{by.rejects}`, which {becomes} is not"
    if by.model and not by.named:
        return f"; the signature of {named(facts, by.model)} requires {columns}"
    if change == "retype":
        kept = "not every value is kept as it is" if by.sure else "whether it takes that type is not known"
        return f"; as `{_new(causes[0])}`, {kept}"
    return "; whether it takes nulls is not known" if change == "nullable" else ""


def _new(cause: Cause) -> str:
    return cause.detail.new if isinstance(cause.detail, Retype) else ""


def _fed(facts: Facts, feeds: Sequence[str]) -> str:
    """The endpoints that a job feeds; of the first, what it answers of its traffic, and since when."""
    if not feeds:
        return ""
    since, share = rfc3339(facts.nodes[feeds[0]].at)[:10], facts.traffic.get(feeds[0])
    answers = f", {share:g} % of the traffic since {since}" if len(feeds) == 1 and share is not None else ""
    return f"; it feeds {listed([deployment_of(facts, id) for id in feeds])}{answers}"
