"""Conditions as text: pieces of find.sql, put together as the condition is, with parameters for all that was given."""

from __future__ import annotations

import math
import re
import sqlite3
from typing import Any

from thalweg.model.kinds import Kind
from thalweg.store.beginnings import Beginning
from thalweg.store.conditions import Group, Part, Single, normal, other_end
from thalweg.store.questions import Condition, MetricIs, NumberIs, Related
from thalweg.store.sqlite.codes import KIND_CODE, TYPE_CODE
from thalweg.store.sqlite.entities import as_json, handles
from thalweg.store.sqlite.text import load

SQL = load("find.sql")

AFTER_ALL = b""
"""SQLite orders every blob after every number and every text."""

FEW = 10_000
"""So many entities are gathered and sorted; where there are more, a list is read in its order."""

_ENTITY = re.compile(r"\bv\.")
_ABOUT_LISTS = ("ids", "status")

Parameters = dict[str, Any]


class Conditions:
    """Collects the parameters of the conditions whose text it makes."""

    def __init__(self, connection: sqlite3.Connection, kind: Kind) -> None:
        self.parameters: Parameters = {}
        self._connection = connection
        self._kind = kind
        self._number = 0

    def text(self, condition: Condition) -> str:
        """That an entity `v` meets the condition."""
        return self._part(normal(condition), "v", frozenset({self._kind}))

    def _part(self, part: Part, entity: str, kinds: frozenset[Kind]) -> str:
        if isinstance(part, Group):
            texts = [self._part(one, entity, kinds) for one in part.of]
            return f"({(' AND ' if part.every else ' OR ').join(texts)})" if texts else str(int(part.every))
        text = self._single(part, entity, kinds)
        return f"NOT coalesce({text}, 0)" if part.negated else text

    def _single(self, single: Single, entity: str, kinds: frozenset[Kind]) -> str:
        self._number += 1
        number = str(self._number)
        if single.name == "related":
            related: Related = single.value
            others = other_end(kinds, related)
            self._give(number, kinds=as_json(KIND_CODE[kind] for kind in others))
            if related.type is not None:
                self._give(number, type=TYPE_CODE[related.type])
            text = _named(SQL[f"related_{related.hop.value.lower()}"], entity, number)
            return f"{text} {self._part(normal(related.where), f'w{number}', others)})"
        self._give(number, **self._values(single))
        return f"({_named(SQL[f'where_{single.name}'], entity, number)})"

    def _give(self, number: str, **values: Any) -> None:
        self.parameters.update({f"{name}{number}": value for name, value in values.items()})

    def _values(self, single: Single) -> Parameters:
        value = single.value
        if single.name in _ABOUT_LISTS:
            return {"value": as_json(dict.fromkeys(value))}
        if single.name == "asset_id":
            return {"value": handles(self._connection, [value]).get(value)}
        if single.name.endswith("_begins"):
            return {"value": value, "end": end_of(value)}
        if isinstance(value, MetricIs):
            compared = {"key": value.key, "compare": value.compare.value, "value": _number(value.value)}
            return compared | {"best": value.best}
        if isinstance(value, NumberIs):
            return {"key": value.key, "compare": value.compare.value, "value": _number(value.value)}
        if isinstance(value, tuple):
            return dict(zip(("key", "value"), value, strict=True))
        return {} if value is True else {"value": value}


def _named(text: str, entity: str, number: str) -> str:
    return _ENTITY.sub(f"{entity}.", text.replace("#", number))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def reached(connection: sqlite3.Connection, beginning: Beginning) -> list[int] | None:
    """The handles of what the relationships lead to from a beginning; None where those are not few."""
    ns = list(dict.fromkeys(handles(connection, beginning.ids).values()))
    for hop, type in beginning.steps:
        asked = {"ns": as_json(ns), "type": TYPE_CODE[type] if type is not None else None, "most": FEW + 1}
        ns = [n for (n,) in connection.execute(SQL[f"step_{hop.value.lower()}"], asked)]
        if len(ns) > FEW:
            return None
    return ns


def end_of(begin: str) -> Any:
    """The least that comes after every text that begins so."""
    while begin and begin[-1] == "\U0010ffff":
        begin = begin[:-1]
    if not begin:
        return AFTER_ALL
    after = ord(begin[-1]) + 1
    return begin[:-1] + chr(after if not 0xD800 <= after < 0xE000 else 0xE000)
