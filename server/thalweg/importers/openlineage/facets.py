"""Facets of one thing, taken one by one: what nobody took is kept in `extra`, under its name.

What is malformed in a facet is left out and noted: the rest of the event says what it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from thalweg.importers.openlineage.event import Facets, Odd
from thalweg.model.facts import Json

KNOWN = frozenset(
    {
        "catalog", "datasetType", "dataQualityAssertions", "dataQualityMetrics", "externalQuery", "extractionError",
        "hierarchy", "inputStatistics", "jobDependencies", "jobType", "lifecycleStateChange", "nominalTime",
        "outputStatistics", "parent", "parentRun", "processing_engine", "sourceCode", "sourceCodeLocation", "sql",
        "storage", "test",
    }
)  # fmt: skip
"""Facets of the specification that are kept as they are, without what every facet has."""

_BASE = frozenset({"_producer", "_schemaURL"})


class Taken:
    """The facets at one place of an event, such as `job.facets`."""

    def __init__(self, facets: Facets, place: str, odd: Odd) -> None:
        self.left: dict[str, Mapping[str, Any]] = dict(facets)
        self.place = place
        self._odd = odd

    def take(self, name: str) -> Mapping[str, Any] | None:
        """A facet, which then is dealt with; None where there is none. A deleted one is asked for by `deleted`."""
        return self.left.pop(name, None)

    def look(self, name: str) -> Mapping[str, Any] | None:
        """A facet that stays among those that are kept; None where there is none, or it was deleted."""
        facet = self.left.get(name)
        return None if facet is None or facet.get("_deleted") is True else facet

    def gone(self, name: str) -> bool:
        """Whether a facet is there and says that it holds no longer; it stays, for `extra` to say so."""
        facet = self.left.get(name)
        return facet is not None and deleted(facet)

    def odd(self, field: str, value: Json, expected: str) -> None:
        self._odd.note(f"{self.place}.{field}", value, expected, "FACET")

    def text(self, name: str, facet: Mapping[str, Any], field: str) -> str | None:
        """A text of a facet; None where there is none."""
        value = facet.get(field)
        if value is None or isinstance(value, str):
            return value or None
        self.odd(f"{name}.{field}", value, "must be text; it was left out")
        return None

    def number(self, name: str, facet: Mapping[str, Any], field: str) -> int | None:
        """A whole number of a facet, as some write it: `3.0` is one."""
        value = facet.get(field)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63):
            return value
        if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53:
            return int(value)
        self.odd(f"{name}.{field}", value, "must be a whole number; it was left out")
        return None

    def objects(self, name: str, facet: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
        """The objects of a list of a facet."""
        value = facet.get(field)
        if value is None:
            return []
        if not isinstance(value, list):
            self.odd(f"{name}.{field}", value, "must be a list of objects; it was left out")
            return []
        found: list[Mapping[str, Any]] = [one for one in value if isinstance(one, dict)]
        if len(found) < len(value):
            self.odd(f"{name}.{field}", value, "must hold objects only; the others were left out")
        return found

    def pairs(self, name: str, facet: Mapping[str, Any], field: str, key: str) -> dict[str, str]:
        """A list of objects with a key and a value, as a map of texts."""
        found: dict[str, str] = {}
        for one in self.objects(name, facet, field):
            if isinstance(label := one.get(key), str) and label:
                found[label] = as_text(one.get("value"))
            else:
                self.odd(f"{name}.{field}.{key}", one.get(key), "must be text that is not empty; it was left out")
        return found

    def kept(self) -> dict[str, Json]:
        """What is left, for `extra`: null for a facet that was deleted."""
        found: dict[str, Json] = {}
        for name, facet in self.left.items():
            if facet.get("_deleted") is True:
                found[name] = None
            elif name in KNOWN:
                found[name] = {field: value for field, value in facet.items() if field not in _BASE}
            else:
                found[name] = facet
        return found


def deleted(facet: Mapping[str, Any]) -> bool:
    """Whether a facet says that it holds no longer."""
    return facet.get("_deleted") is True


def as_text(value: Json) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    return str(value).lower() if isinstance(value, bool) else str(value)


def described(taken: Taken, *, columns: bool = False) -> dict[str, Json]:
    """What datasets, jobs and models have alike: a description, owners, tags, and in `extra` what else these facets
    say, or null where an earlier one may have said more. An empty one takes back.

    columns: whether it has columns, which tags may be of.
    """
    props: dict[str, Json] = {}
    extra: dict[str, Json] = {}
    if (facet := taken.take("documentation")) is not None:
        props["description"] = "" if deleted(facet) else taken.text("documentation", facet, "description")
    if (facet := taken.take("ownership")) is not None:
        owners = [] if deleted(facet) else taken.objects("ownership", facet, "owners")
        named = [one for one in owners if isinstance(one.get("name"), str) and one["name"]]
        props["owners"] = list(dict.fromkeys(one["name"] for one in named))
        extra["ownership"] = _roles(named) or None
    if (facet := taken.take("tags")) is not None:
        tags = [] if deleted(facet) else taken.objects("tags", facet, "tags")
        props["tags"] = {
            one["key"]: as_text(one.get("value"))
            for one in tags
            if isinstance(one.get("key"), str) and not isinstance(one.get("field"), str)
        }
        of_columns = [one for one in tags if isinstance(one.get("field"), str)]
        if of_columns or columns:
            extra["tags"] = of_columns or None
    return {**props, "extra": extra} if extra else props


def _roles(owners: list[Mapping[str, Any]]) -> dict[str, Json]:
    """What each owner is: a word, or several where it is named for several."""
    roles: dict[str, list[str]] = {}
    for one in owners:
        if isinstance(role := one.get("type"), str) and role not in roles.setdefault(one["name"], []):
            roles[one["name"]].append(role)
    return {name: said[0] if len(said) == 1 else said for name, said in roles.items() if said}
