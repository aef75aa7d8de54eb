"""The pages of a search: their order, which both engines keep, and what is shown of what was found.

Within a tier: what is gone comes after what is not, a version after the assets, the older after the newer; then by id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from thalweg.model.errors import BadInput
from thalweg.model.facts import Json
from thalweg.model.kinds import Level
from thalweg.model.results import Entity, Found, Hit, Tier
from thalweg.store.highlights import matches
from thalweg.store.terms import TIERS, Terms

_NOWHERE: Mapping[str, Any] = {"lost": None, "level": None, "at": None, "id": None}
"""The parameters of a query that begins at the beginning."""


class Place(NamedTuple):
    """Where a page ended: the last entity on it, and how it was ordered."""

    tier: Tier
    lost: int
    level: int
    at: int
    id: str


def place_of(tier: Tier, entity: Entity) -> Place:
    return Place(tier, int(entity.gone_at is not None), int(entity.kind.level is Level.VERSION), entity.at, entity.id)


def read(position: Sequence[Json] | None) -> Place | None:
    """The place that a position says. Raises BadInput for what is none."""
    if position is None:
        return None
    try:
        tier, lost, level, at, id = position
        if not all(type(number) is int and abs(number) < 1 << 63 for number in (lost, level, at)):
            raise TypeError(position)
        if not isinstance(id, str):
            raise TypeError(id)
        return Place(Tier(tier), lost, level, at, id)
    except (TypeError, ValueError):
        raise BadInput("This cursor is not of a search.", "Use a cursor only with the search it came from.") from None


def tiers(terms: Terms, place: Place | None) -> list[Tier]:
    """The tiers that a page may hold entities of, in order. A question without a word has none."""
    if not terms.terms:
        return []
    begin = TIERS.index(place.tier) if place is not None else 0
    return [tier for tier in TIERS[begin:] if terms.names or tier is not Tier.EXACT]


def beginning(place: Place | None, tier: Tier) -> Mapping[str, Any]:
    """The parameters that say where to begin within a tier."""
    return place._asdict() | {"tier": None} if place is not None and place.tier is tier else _NOWHERE


def found(rows: Sequence[tuple[Tier, Entity]], limit: int, terms: Terms, columns: Mapping[str, Sequence[str]]) -> Found:
    """A page, of rows one more of which than it holds was asked for."""
    hits = [
        Hit(entity, tier, matches(entity, tier, terms, columns.get(entity.id, ())), _position(tier, entity))
        for tier, entity in rows[: max(0, limit)]
    ]
    return Found(tuple(hits), len(rows) > limit)


def _position(tier: Tier, entity: Entity) -> tuple[Json, ...]:
    _, *rest = place_of(tier, entity)
    return (tier.value, *rest)
