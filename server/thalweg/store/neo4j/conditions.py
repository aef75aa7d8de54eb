"""Conditions as text: parts of condition.cypher, put together as the condition is, all that was given in one map."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import orjson

from thalweg.model.kinds import Kind
from thalweg.store.conditions import NUMBER, Group, Part, Single, normal, other_end
from thalweg.store.neo4j.aliases import canonical
from thalweg.store.neo4j.applying import pair
from thalweg.store.neo4j.database import Database
from thalweg.store.neo4j.queries import arrows, queries
from thalweg.store.questions import AllOf, Condition, MetricIs, Not, NumberIs, Related, Where

Params = dict[str, Any]

_ENTITY = re.compile(r"\bn\.")


class Rest:
    """What else must hold of the entities `n` of a list: a text, and the values that go into `$kept`."""

    def __init__(self, kind: Kind, conditions: tuple[Condition, ...]) -> None:
        self.values: Params = {"True": True, "False": False}  # a literal would be folded, and the index's hint with it
        self._number = 0
        text = self._part(normal(AllOf(conditions)), "n", frozenset({kind})) if conditions else ""
        self.text = f"AND {text}" if text else ""

    def _part(self, part: Part, entity: str, kinds: frozenset[Kind]) -> str:
        if isinstance(part, Group):
            # In one order, so that two conditions of the same shape are one text, which is planned once.
            texts = [self._part(one, entity, kinds) for one in sorted(part.of, key=_shape)]
            if not texts:
                return f"$kept.{part.every}"
            if part.every or len(texts) == 1:
                return f"({' AND '.join(texts)})"
            # OR would be planned as a read of the whole index for each part of it, and the order be lost.
            return f"CASE {' '.join(f'WHEN {text} THEN true' for text in texts)} ELSE false END"
        text = self._single(part, entity, kinds)
        return f"NOT coalesce({text}, false)" if part.negated else text

    def _single(self, single: Single, entity: str, kinds: frozenset[Kind]) -> str:
        self._number += 1
        number = str(self._number)
        text = queries()[f"met_{single.name}"].text.replace("#", number)
        if single.name == "related":
            related: Related = single.value
            others = other_end(kinds, related)
            self.values[f"c{number}"] = {"kinds": sorted(kind.label for kind in others)}
            text = text.replace("(n)STEPS", f"({entity}){arrows(((related.hop, related.type),))}")
            return f"{text} {self._part(normal(related.where), f'm{number}', others)} }}"
        values = _values(single)
        if values:
            self.values[f"c{number}"] = values
        return f"({_ENTITY.sub(f'{entity}.', text)})"


def _shape(part: Part) -> tuple[object, ...]:
    return (1, len(part.of)) if isinstance(part, Group) else (0, part.name, part.negated)


def _values(single: Single) -> Params:
    value = single.value
    if isinstance(value, MetricIs):
        return {"key": value.key, "compare": value.compare.value, "value": float(value.value), "best": value.best}
    if isinstance(value, NumberIs):
        compared = {"begin": pair(value.key, ""), "form": NUMBER}
        return compared | {"compare": value.compare.value, "value": float(value.value)}
    if single.name == "user":
        return {"value": f'"user":{orjson.dumps(value).decode()}}}'}
    if single.name in ("tag", "param"):
        return {"value": pair(*value)}
    if isinstance(value, tuple):
        return {"value": list(value)}
    return {} if value is True else {"value": value}


async def renamed(database: Database, condition: Condition) -> Condition:
    """The condition with each asset by the id that stands for it now."""
    found: set[str] = set()
    _assets(condition, found)
    names = await canonical(database, found)
    return _renamed(condition, names) if names else condition


def _assets(condition: Condition, found: set[str]) -> None:
    if isinstance(condition, Where):
        if condition.asset_id is not None:
            found.add(condition.asset_id)
    elif isinstance(condition, Not):
        _assets(condition.of, found)
    elif isinstance(condition, Related):
        _assets(condition.where, found)
    else:
        for one in condition.of:
            _assets(one, found)


def _renamed(condition: Condition, names: dict[str, str]) -> Condition:
    if isinstance(condition, Where):
        asset = condition.asset_id
        return replace(condition, asset_id=names[asset]) if asset is not None and asset in names else condition
    if isinstance(condition, Not):
        return Not(_renamed(condition.of, names))
    if isinstance(condition, Related):
        return replace(condition, where=_renamed(condition.where, names))
    return type(condition)(tuple(_renamed(one, names) for one in condition.of))
