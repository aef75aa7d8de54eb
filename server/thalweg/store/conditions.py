"""What a condition comes to: how large it may be, and its parts as all-of and any-of over single conditions.

    AllOf(Where(namespace="prod*", gone=False), Not(AnyOf(a, b)))   is   every(namespace, not gone, not a, not b)

Both engines work from this form, so that both mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from thalweg.model import time
from thalweg.model.edges import ENDS, EdgeType
from thalweg.model.errors import BadInput
from thalweg.model.kinds import ASSET_OF, VERSION_OF, Kind
from thalweg.store.questions import (
    AllOf,
    Condition,
    GroupBy,
    Groups,
    Hop,
    Not,
    Order,
    Related,
    Where,
)

MOST = 100
"""Single conditions in one question."""
DEEPEST = 6
"""Of all-of, any-of and not within each other, at each end of a relationship."""
FARTHEST = 3
"""Relationships one behind the other."""
MOST_RELATED = 8
"""Relationships in one question."""
MOST_KEYS = 4
"""Keys that a list is ordered by."""
MOST_SPREADS = 5
"""Metrics whose spread is asked for over groups."""


class Single(NamedTuple):
    """One condition on one entity. name: what it is about, `namespace` or `namespace_begins`, `metric`, `related`."""

    name: str
    value: Any
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """All of some parts, or any of them; the groups within are of the other sort."""

    every: bool
    of: tuple[Part, ...]


Part: TypeAlias = Single | Group


# -------------------------------------------------------------------------------------------------------------- bounds


def check(kind: Kind, condition: Condition) -> None:
    """Raises BadInput for a condition that is too large, or that follows a relationship which the kind has not."""
    counted = _Counted()
    counted.condition(frozenset({kind}), condition, 0, 0)


class _Counted:
    def __init__(self) -> None:
        self.single = 0
        self.related = 0

    def condition(self, kinds: frozenset[Kind], condition: Condition, deep: int, far: int) -> None:
        if isinstance(condition, Where):
            self.single += sum(1 for _ in singles(condition))
        elif deep == DEEPEST:
            raise BadInput(
                f"The condition is nested deeper than {DEEPEST} times.", "Write it flatter: `a and (b or c)`."
            )
        elif isinstance(condition, Not):
            self.condition(kinds, condition.of, deep + 1, far)
        elif isinstance(condition, Related):
            self.related += 1
            self.single += 1
            if far == FARTHEST:
                raise BadInput(
                    f"The condition follows more than {FARTHEST} relationships one behind the other.",
                    "Ask with a walk (`lineage`) for what lies farther away.",
                )
            self.condition(other_end(kinds, condition), condition.where, 0, far + 1)
        else:
            for one in condition.of:
                self.condition(kinds, one, deep + 1, far)
        if self.single > MOST:
            raise BadInput(f"The condition has more than {MOST} parts.", "Ask in several questions.")
        if self.related > MOST_RELATED:
            raise BadInput(
                f"The condition follows more than {MOST_RELATED} relationships.", "Ask in several questions."
            )


def other_end(kinds: frozenset[Kind], related: Related) -> frozenset[Kind]:
    """What kinds there may be at the other end. Raises BadInput where there are none."""
    found = frozenset(other for kind in kinds for other in ends(kind, related.hop, related.type))
    if related.kinds is not None:
        found &= frozenset(related.kinds)
    if not found:
        of = " or ".join(sorted(kind.value for kind in kinds))
        along = related.type.value if related.type is not None else related.hop.value
        wanted = f" with a {' or '.join(kind.value for kind in related.kinds)}" if related.kinds else ""
        raise BadInput(
            f"A {of} has no relationship {along} ({related.hop.value}){wanted}.", "schema/graph.md draws them."
        )
    return found


def ends(kind: Kind, hop: Hop, type: EdgeType | None) -> Iterator[Kind]:
    """The kinds that a relationship may lead to."""
    if hop is Hop.ASSET and kind in ASSET_OF:
        yield ASSET_OF[kind]
    elif hop is Hop.VERSIONS and kind in VERSION_OF:
        yield VERSION_OF[kind]
    elif hop is Hop.IN and type is not None:
        yield from (source for source, target in ENDS[type] if target is kind)
    elif hop is Hop.OUT and type is not None:
        yield from (target for source, target in ENDS[type] if source is kind)


def keys(order: Order | tuple[Order, ...]) -> tuple[Order, ...]:
    """The keys of an order. Raises BadInput for none, for too many, and for one that comes twice."""
    several = order if isinstance(order, tuple) else (order,)
    if not 1 <= len(several) <= MOST_KEYS:
        raise BadInput(f"A list is ordered by 1 to {MOST_KEYS} keys, not by {len(several)}.", "Leave some out.")
    named = [(one.by, one.metric, one.best) for one in several]
    if len(set(named)) < len(named):
        raise BadInput("A list is ordered by one key twice.", "Give each key once.")
    return several


_ONLY_OF: dict[GroupBy, tuple[Kind, ...]] = {
    GroupBy.STATUS: (Kind.RUN, Kind.MODEL_VERSION, Kind.RELEASE),
    GroupBy.ASSET: tuple(ASSET_OF),
    GroupBy.USER: (Kind.RUN, Kind.MODEL_VERSION),
    GroupBy.PARAM: (Kind.RUN, Kind.MODEL_VERSION),
}


def check_groups(asked: Groups) -> None:
    """Raises BadInput for groups that the kind has not, and for a position of other groups."""
    check(asked.kind, asked.where)
    by = asked.by.value
    if asked.kind not in _ONLY_OF.get(asked.by, tuple(Kind)):
        fit = ", ".join(one.value for one in GroupBy if asked.kind in _ONLY_OF.get(one, tuple(Kind)))
        raise BadInput(f"A {asked.kind.value} has no {by} to be grouped by.", f"Group by one of {fit}.")
    if asked.by in (GroupBy.TAG, GroupBy.PARAM) and not asked.key:
        raise BadInput(f"To group by {by}, the key is needed.", "Give the key of it, like `team`.")
    if len(asked.metrics) > MOST_SPREADS or len(set(asked.metrics)) < len(asked.metrics):
        raise BadInput(f"{len(asked.metrics)} metrics are asked for.", f"Ask for up to {MOST_SPREADS}, each once.")
    if asked.after is not None:
        count, key = asked.after if len(asked.after) == 2 else (None, 0)
        if not isinstance(count, int) or not isinstance(key, str | None):
            raise BadInput("This cursor is not of these groups.", "Use a cursor only with the groups it came from.")


# -------------------------------------------------------------------------------------------------------- normal form

_EXACT_OR_BEGINS = ("namespace", "name")
_PLAIN = ("name_contains", "key_prefix", "asset_id", "user")
_TIMES = ("since", "before", "created_since", "created_before", "updated_since", "updated_before")
LISTS = {"tags": "tag", "params": "param", "metrics": "metric", "numbers": "number"}
"""What a Where holds several of, and what each of them is called."""


def singles(where: Where) -> Iterator[Single]:
    """Its conditions one by one."""
    if where.ids is not None:
        yield Single("ids", where.ids)
    for name in _EXACT_OR_BEGINS:
        value = getattr(where, name)
        if value is not None and value.endswith("*"):
            yield Single(f"{name}_begins", value[:-1])
        elif value is not None:
            yield Single(name, value)
    for name in (*_PLAIN, *_TIMES):
        value = getattr(where, name)
        if value is not None:
            yield Single(name, value)
    if where.status is not None:
        yield Single("status", where.status)
    for several, name in LISTS.items():
        yield from (Single(name, one) for one in getattr(where, several))
    for name in ("gone", "known"):
        value = getattr(where, name)
        if value is not None:
            yield Single(name, True, not value)
    if where.live is not None:
        yield Single("live", where.live_at if where.live_at is not None else time.now(), not where.live)


def normal(condition: Condition, negated: bool = False) -> Part:
    """The condition as groups of single ones, in which only these are negated."""
    if isinstance(condition, Not):
        return normal(condition.of, not negated)
    if isinstance(condition, Related):
        return Single("related", condition, negated)
    if isinstance(condition, Where):
        return Group(not negated, tuple(one._replace(negated=one.negated != negated) for one in singles(condition)))
    every = isinstance(condition, AllOf) != negated
    parts: list[Part] = []
    for one in (normal(one, negated) for one in condition.of):
        if isinstance(one, Group) and (one.every == every or len(one.of) == 1):
            parts += one.of
        else:
            parts.append(one)
    return _flat(every, parts)


def _flat(every: bool, parts: list[Part]) -> Group:
    """A group that holds no group of its own sort: one of a single part may have brought such."""
    flat: list[Part] = []
    for one in parts:
        if isinstance(one, Group) and one.every == every:
            flat += one.of
        else:
            flat.append(one)
    return Group(every, tuple(flat))


NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
"""How a number is written, for every engine."""

_NUMBER = re.compile(NUMBER)


def number(text: str | None) -> float | None:
    """The number that a parameter is written as; None where it is none."""
    return float(text) if text is not None and _NUMBER.fullmatch(text) else None
