"""JSON Schema: the properties of an object. What types it has are kinds: of numbers it says no widths."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from thalweg.model.columns import Column
from thalweg.model.facts import Json
from thalweg.schemas.table import DEEPER, DEEPEST, Budget, Table, struct, wrong


def is_schema(given: Mapping[str, Json]) -> bool:
    return isinstance(given.get("properties"), Mapping) or (
        "json-schema.org" in str(given.get("$schema")) and ("$ref" in given or "allOf" in given or "$defs" in given)
    )


def tables(path: Path, given: Mapping[str, Json]) -> list[Table]:
    reading = _Reading(path, given)
    root = reading.followed(given)
    properties = root.get("properties")
    if not isinstance(properties, Mapping):
        raise wrong(path, "it is a JSON Schema of no object with properties", "Give one that has `properties`.")
    required = root.get("required")
    always = set(map(str, required)) if isinstance(required, list) else set()
    columns, kinds = [], set()
    for name, one in properties.items():
        text, null, kind = reading.type(one, 0)
        columns.append(Column(name, text, null or name not in always))
        kinds |= {name} if kind else set()
    names = tuple(str(given[key]) for key in ("$id", "title") if given.get(key))
    closed = root.get("additionalProperties") is False
    return [Table("json-schema", names, tuple(columns), kinds=frozenset(kinds), closed=closed)]


_KINDS = {"integer": "int(?)", "number": "decimal(?)", "string": "string", "boolean": "boolean", "null": "null"}
_FORMATS = {
    ("integer", "int32"): "int",
    ("integer", "int64"): "bigint",
    ("number", "float"): "float",
    ("number", "double"): "double",
    ("string", "date"): "date",
    ("string", "date-time"): "timestamptz(?)",
    ("string", "time"): "time(?)",
}


class _Reading:
    def __init__(self, path: Path, root: Mapping[str, Json]) -> None:
        self._budget = Budget(path)
        self._root = root

    def followed(self, given: Json) -> Mapping[str, Json]:
        """A schema behind its references inside the file; nothing of those that lead elsewhere."""
        for _ in range(DEEPEST):
            if not isinstance(given, Mapping):
                return {}
            reference = given.get("$ref")
            if not isinstance(reference, str):
                return given
            given = self._at(reference)
        return {}

    def _at(self, reference: str) -> Json:
        found: Json = self._root if reference.startswith("#") else {}
        for step in reference.removeprefix("#").split("/")[1:]:
            found = found.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
        return found

    def type(self, given: Json, depth: int) -> tuple[str | None, bool, bool]:
        """Its text (None: not said), whether it may be null, and whether it is a kind alone."""
        self._budget.spend()
        if depth > DEEPEST:
            return DEEPER, False, False
        one = self.followed(given)
        for union in ("anyOf", "oneOf"):
            if isinstance(one.get(union), list):
                return self._union([self.type(part, depth + 1) for part in one[union]])
        if isinstance(one.get("type"), list):
            return self._union([self.type({**one, "type": kind}, depth + 1) for kind in one["type"]])
        kind = one.get("type")
        values = [one["const"]] if "const" in one else one.get("enum")
        if kind is None and isinstance(values, list) and values and all(isinstance(v, str | None) for v in values):
            kind = "string"
        null = isinstance(values, list) and None in values
        if kind == "array":
            return f"array<{self.type(one.get('items'), depth + 1)[0] or DEEPER}>", null, True
        if kind == "object" and isinstance(one.get("properties"), Mapping):
            named = [(name, self.type(part, depth + 1)[0] or DEEPER) for name, part in one["properties"].items()]
            return struct(named), null, True
        if kind == "object":
            values = one.get("additionalProperties")
            inside = self.type(values, depth + 1)[0] if isinstance(values, Mapping) else None
            return f"map<string, {inside or DEEPER}>", null, True
        if (text := _FORMATS.get((str(kind), str(one.get("format"))))) is not None:
            return text, null, kind == "string"
        return _KINDS.get(str(kind)), null or kind == "null", True

    def _union(self, parts: list[tuple[str | None, bool, bool]]) -> tuple[str | None, bool, bool]:
        null = any(may for _, may, _ in parts)
        others = list(dict.fromkeys(part[0] for part in parts if part[0] != "null"))
        if len(others) == 1:
            return others[0], null, any(kind for text, _, kind in parts if text == others[0])
        if set(others) == {"int(?)", "decimal(?)"}:
            return "decimal(?)", null, True
        return None, null, False
