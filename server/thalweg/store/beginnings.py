"""Where a list begins: by which part of its condition it is looked for, and from which few entities it is reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, NamedTuple

from thalweg.model.edges import EdgeType
from thalweg.store.conditions import LISTS
from thalweg.store.questions import EVERYTHING, AllOf, AnyOf, Condition, Hop, Not, Related, Where


def split(condition: Condition) -> tuple[Where, tuple[Condition, ...]]:
    """One Where, by which a list is looked for, and what else must hold."""
    where, rest = EVERYTHING, []
    for one in _conjuncts(condition):
        both = merged(where, one) if isinstance(one, Where) else None
        if both is not None:
            where = both
        else:
            rest.append(one)
    return where, tuple(rest)


def _conjuncts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, AllOf):
        for one in condition.of:
            yield from _conjuncts(one)
    elif isinstance(condition, AnyOf) and len(condition.of) == 1:
        yield from _conjuncts(condition.of[0])
    elif isinstance(condition, Not) and isinstance(condition.of, Not):
        yield from _conjuncts(condition.of.of)
    else:
        yield condition


def merged(one: Where, other: Where) -> Where | None:
    """Both in one; None where both say something of the same."""
    changes: dict[str, Any] = {}
    for field in fields(Where):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if theirs == field.default:
            continue
        if field.name in LISTS:
            changes[field.name] = (*mine, *theirs)
        elif mine == field.default:
            changes[field.name] = theirs
        else:
            return None
    if ("live_at" in changes and one.live is not None) or ("live" in changes and one.live_at is not None):
        return None
    return replace(one, **changes)


class Beginning(NamedTuple):
    """A few entities from which the relationships lead to all that a list may hold, nearest to them first."""

    ids: tuple[str, ...]
    steps: tuple[tuple[Hop, EdgeType | None], ...]


def beginnings(conditions: tuple[Condition, ...]) -> Iterator[Beginning]:
    """Where conditions that must hold name the far end of relationships."""
    for one in conditions:
        if isinstance(one, Related):
            step = (_BACK[one.hop], one.type)
            where, rest = split(one.where)
            if where.ids is not None:
                yield Beginning(where.ids, (step,))
            elif where.asset_id is not None:
                yield Beginning((where.asset_id,), ((Hop.VERSIONS, None), step))
            else:
                yield from (Beginning(ids, (*steps, step)) for ids, steps in beginnings(rest))


_BACK = {Hop.IN: Hop.OUT, Hop.OUT: Hop.IN, Hop.VERSIONS: Hop.ASSET, Hop.ASSET: Hop.VERSIONS}
