"""What one event states, gathered: each thing once, whatever parts of the event speak of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from thalweg.model.edges import EdgeType
from thalweg.model.facts import NO_PROPS, EdgeFact, EntityFact, Granule, JoinFact, Json, MarkFact, Point
from thalweg.model.keys import Key
from thalweg.model.properties import PROPERTIES

ORIGIN = "openlineage"
_BAGS = ("extra", "statistics")


def scope(name: str) -> str:
    """The source that events are filed under by a name: the door's is the bare origin."""
    return ORIGIN if name == ORIGIN else f"{ORIGIN}:{name}"


class Stated:
    """Facts of one scope. Of two values of one property the first is kept; bags are united, and what is said of one
    edge is told as it was, for the write path to unite.
    """

    def __init__(self) -> None:
        self._entities: dict[Key, dict[str, Json]] = {}
        self._histories: dict[Key, Mapping[str, Sequence[Point]]] = {}
        self._edges: dict[tuple[Key, EdgeType, Key, str], list[EdgeFact]] = {}
        self._joins: dict[JoinFact, None] = {}
        self.marks: list[MarkFact] = []

    def entity(self, key: Key, props: Mapping[str, Json], histories: Mapping[str, Sequence[Point]] = NO_PROPS) -> None:
        """What its kind has no property for goes into `extra`."""
        if histories:
            self._histories[key] = histories
        held = self._entities.setdefault(key, {})
        known = PROPERTIES[key.kind]
        for field, value in props.items():
            if value is None:
                continue
            bag, inside = (field, value) if field in known else ("extra", {field: value})
            if bag in _BAGS and isinstance(inside, Mapping):
                if inside:
                    held[bag] = {**inside, **held.get(bag, {})}
            else:
                held.setdefault(field, value)

    def edge(
        self, source: Key, type: EdgeType, target: Key, props: Mapping[str, Json] | None = None, role: str = ""
    ) -> None:
        if source == target:
            return
        fact = EdgeFact(source, type, target, role, props or {})
        held = self._edges.setdefault((source, type, target, role), [])
        if held and not held[0].props:  # that it is there says whoever says more of it
            held.clear()
        if not held or (fact.props and fact not in held):
            held.append(fact)

    def join(self, alias: Key, of: Key) -> None:
        if alias != of:
            self._joins[JoinFact(alias, of)] = None

    def granule(self, source: str, name: str, at: int, revision: int | None = None) -> Granule:
        return Granule(
            source,
            name,
            ORIGIN,
            entities=[
                EntityFact(key, props, self._histories.get(key, NO_PROPS)) for key, props in self._entities.items()
            ],
            edges=[fact for facts in self._edges.values() for fact in facts],
            marks=self.marks,
            joins=list(self._joins),
            revision=revision,
            at=at,
        )
