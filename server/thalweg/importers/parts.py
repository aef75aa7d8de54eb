"""A piece of JSON, and the way to it, so that what is wrong with it can be named."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import NamedTuple

from thalweg.importers.manifest.text import Where
from thalweg.model import time
from thalweg.model.facts import Json


class Wrong(ValueError):
    """A value is not of the type that it has where it stands; with what would be right."""

    def __init__(self, where: Where, value: Json, expected: str) -> None:
        shown = "it" if value is None else repr(value)
        self.where = where
        self.value = shown if len(shown) <= 80 else shown[:77] + "…"
        self.expected = expected
        super().__init__(f"{self.value} {expected}")


class Part(NamedTuple):
    """An object of JSON, empty where there is none. Each way of looking into it raises Wrong for another type."""

    data: dict[str, Json]
    where: Where = ()

    def __bool__(self) -> bool:
        return bool(self.data)

    def part(self, *names: str) -> Part:
        """What stands there, by the names on the way."""
        found = self
        for name in names:
            found = as_part(found.data.get(name), (*found.where, name))
        return found

    def parts(self, name: str) -> list[Part]:
        """The objects of a list."""
        here = (*self.where, name)
        value = self.data.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise Wrong(here, value, "must be a list")
        if None in value:
            raise Wrong((*here, value.index(None)), None, "must be an object; here is nothing behind the dash")
        return [as_part(one, (*here, place)) for place, one in enumerate(value)]

    def text(self, name: str) -> str | None:
        """None for an empty text too."""
        value = self.data.get(name)
        if value is not None and not isinstance(value, str):
            raise Wrong((*self.where, name), value, "must be text; write it in quotes")
        return value or None

    def texts(self, name: str) -> dict[str, str]:
        """Labels or annotations."""
        found = self.part(name)
        return {key: found.text(key) or "" for key in found.data}

    def words(self, name: str) -> list[str]:
        """A list of texts, such as the arguments of a container."""
        here = (*self.where, name)
        value = self.data.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise Wrong(here, value, "must be a list")
        for place, one in enumerate(value):
            if not isinstance(one, str):
                raise Wrong((*here, place), one, "must be text; write it in quotes")
        return value

    def whole(self, name: str) -> int | None:
        value = self.data.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise Wrong((*self.where, name), value, "must be a whole number")
        return value

    def number(self, name: str) -> float | None:
        value = self.data.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise Wrong((*self.where, name), value, "must be a number")
        return value

    def truth(self, name: str) -> bool:
        value = self.data.get(name)
        if value is not None and not isinstance(value, bool):
            raise Wrong((*self.where, name), value, "must be true or false")
        return bool(value)

    def time(self, name: str) -> int | None:
        value = self.text(name)
        try:
            return time.parse(value) if value else None
        except ValueError:
            raise Wrong((*self.where, name), value, "must be a time, written like 2026-05-02T08:00:00Z") from None


def as_part(value: Json, where: Where) -> Part:
    if value is None:
        return Part({}, where)
    if not isinstance(value, dict):
        raise Wrong(where, value, "must be an object")
    return Part(value, where)


def digest(value: Json) -> str:
    """Twelve hexadecimal digits over a JSON value, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
