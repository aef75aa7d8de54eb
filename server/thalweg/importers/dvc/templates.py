"""Stages that dvc.yaml writes once and DVC makes several of, and `${…}` in the folder that one runs in.

    stages:
      train:
        foreach: [eu, us]           train@eu, train@us
        do: {wdir: "models/${item}", cmd: …}

A lock file has everything resolved but that folder, which its paths start from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

_EXPRESSION = re.compile(r"\$\{\s*([^{}]+?)\s*\}")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
MOST = 10_000
"""Stages that one is taken to mean; whoever writes more of them is read without their folder."""


class Definition(NamedTuple):
    """What dvc.yaml says of a stage. names: what is called so only in it (`item`, `key`)."""

    said: Mapping[str, Any]
    names: Mapping[str, Any] = {}


def is_one(value: object) -> bool:
    return isinstance(value, str) and _EXPRESSION.search(value) is not None


def pattern(text: str) -> re.Pattern[str]:
    """What a text may have become after its expressions were resolved."""
    parts = _EXPRESSION.split(text)[::2]
    return re.compile(".*".join(re.escape(part) for part in parts), re.DOTALL)


def definition(stages: Mapping[str, Any], name: str, around: Callable[[], Mapping[str, Any]]) -> Definition | None:
    """Of the stage that a lock file calls by a name; None where dvc.yaml has it no more.

    around: the variables of the file, looked up only where they are asked for.
    """
    said = stages.get(name)
    if isinstance(said, Mapping) and not {"foreach", "matrix"} & said.keys():
        return Definition(said)
    group, at, key = name.rpartition("@")
    said = stages.get(group)
    if not at or not isinstance(said, Mapping):
        return None
    if "foreach" in said:
        inner = said.get("do")
        if not isinstance(inner, Mapping):
            return None
        return Definition(inner, _foreach(said["foreach"], key, inner, around))
    if "matrix" in said:
        inner = {field: value for field, value in said.items() if field != "matrix"}
        return Definition(inner, _matrix(said["matrix"], key, inner, around))
    return None


def resolved(text: str, names: Mapping[str, Any], around: Callable[[], Mapping[str, Any]]) -> str:
    """A text with its expressions resolved. Raises ValueError for one that nothing here resolves."""

    def value(match: re.Match[str]) -> str:
        found = _look_up(match[1], names, around)
        if isinstance(found, Mapping | list):
            raise ValueError(f"{match[0]} is no text")
        return _text(found)

    return _EXPRESSION.sub(value, text)


def _look_up(expression: str, names: Mapping[str, Any], around: Callable[[], Mapping[str, Any]]) -> Any:
    steps = [name or int(place) for name, place in _STEP.findall(expression)]
    found: Any = names if steps and steps[0] in names else around()
    for step in steps:
        try:
            found = found[step]
        except (LookupError, TypeError) as error:
            raise ValueError(f"${{{expression}}} is not known") from error
    return found


def _foreach(
    over: object, key: str, inner: Mapping[str, Any], around: Callable[[], Mapping[str, Any]]
) -> dict[str, Any]:
    if not _asks(inner):
        return {}
    over = _value(over, around)
    if isinstance(over, Mapping):
        by_text = {_text(name): value for name, value in over.items()}
        return {"item": by_text[key], "key": key} if key in by_text else {}
    if not isinstance(over, list):
        return {}
    if any(isinstance(one, Mapping | list) for one in over):
        return {"item": over[int(key)]} if key.isdecimal() and int(key) < len(over) else {}
    return next(({"item": one} for one in over if _text(one) == key), {})


def _matrix(
    over: object, key: str, inner: Mapping[str, Any], around: Callable[[], Mapping[str, Any]]
) -> dict[str, Any]:
    if not _asks(inner) or not isinstance(over, Mapping):
        return {}
    return next(({"item": item, "key": name} for name, item in _combinations(over, around) if name == key), {})


def _combinations(
    over: Mapping[str, Any], around: Callable[[], Mapping[str, Any]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    lists = {name: _value(values, around) for name, values in over.items()}
    if not all(isinstance(values, list) for values in lists.values()):
        return
    for number, places in enumerate(product(*(enumerate(values) for values in lists.values()))):
        if number == MOST:
            return
        item = {name: value for name, (_, value) in zip(lists, places, strict=True)}
        words = [
            f"{name}{place}" if isinstance(value, Mapping | list) else _text(value)
            for name, (place, value) in zip(lists, places, strict=True)
        ]
        yield "-".join(words), item


def _asks(inner: Mapping[str, Any]) -> bool:
    """Whether anything hangs on what is called `item`: only the folder does."""
    return is_one(inner.get("wdir"))


def _value(value: object, around: Callable[[], Mapping[str, Any]]) -> Any:
    if isinstance(value, str) and (match := _EXPRESSION.fullmatch(value)):
        return _look_up(match[1], {}, around)
    if isinstance(value, list):
        return [_value(one, around) for one in value]
    return value


def _text(value: object) -> str:
    """As DVC writes a value into a text."""
    return value if isinstance(value, str) else json.dumps(value)
