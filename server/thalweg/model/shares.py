"""What share of the traffic a served model had before the one that it has: `SERVED_BY {traffic, shares}`.

    {"traffic": 100, "shares": [{"until": 1746057600000000, "traffic": 10}, {"until": 1746144000000000}]}

From its first day on it had 10 percent, then for a day nobody knew which, and since then 100. A share has an end and no
beginning: it begins where the one before it ended, and the first with the edge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from thalweg.model.facts import Json

TRAFFIC, SHARES = "traffic", "shares"
PARTS = frozenset({"until", TRAFFIC})
MOST = 100
"""Former shares that are kept of one edge; what was before them is not known any more."""

Props = Mapping[str, Json]


def at_time(props: Props, at: int | None) -> Props:
    """The properties of an edge with the share that it had at a time, and no others; None leaves them as they are."""
    if at is None or SHARES not in props:
        return props
    rest = {name: value for name, value in props.items() if name not in (TRAFFIC, SHARES)}
    value = next((one.get(TRAFFIC) for one in props[SHARES] if at < one["until"]), props.get(TRAFFIC))
    return rest if value is None else rest | {TRAFFIC: value}


def following(before: Props, after: Props, at: int) -> dict[str, Json]:
    """What is stated from a time on, in place of what was stated before, with the shares that there were until then.

    Who states former shares knows them: those are followed.
    """
    stated = dict(after)
    if SHARES in stated:
        return stated
    past: list[dict[str, Json]] = [one for one in before.get(SHARES, ()) if one["until"] < at]
    had = at_time(before, at - 1).get(TRAFFIC)
    if had != stated.get(TRAFFIC):
        past.append(_share(at, had))
    if len(past) > MOST:
        past = [_share(past[-MOST]["until"], None), *past[1 - MOST :]]
    return stated | {SHARES: past} if past else stated


def _share(until: int, traffic: float | None) -> dict[str, Json]:
    return {"until": until} if traffic is None else {TRAFFIC: traffic, "until": until}


class Said(NamedTuple):
    """What one of several states of an edge."""

    origin: str
    at: int
    props: dict[str, Any]


def together(said: Sequence[Said]) -> dict[str, Json]:
    """The share, and those before it, of what several state; the foremost and latest first.

    The first that speaks of a share is followed. What others of its origin said earlier was so until it spoke.
    """
    speaking = [one for one in said if TRAFFIC in one.props or SHARES in one.props]
    one_after_another: list[Said] = []
    for one in speaking:
        if one.origin != speaking[0].origin:
            break
        if not one_after_another or one.at < one_after_another[-1].at:
            one_after_another.append(one)
            if SHARES in one.props:
                break
    merged: dict[str, Json] = {}
    for one in reversed(one_after_another):
        own = {name: value for name, value in one.props.items() if name in (TRAFFIC, SHARES)}
        merged = following(merged, own, one.at) if merged else own
    return merged
