"""Stages that dvc.yaml writes once and DVC makes several of.

    stages:
      train:
        foreach: [eu, us]           train@eu, train@us
        do: {wdir: "models/${item}", cmd: …}

A lock file has everything resolved but the folder that a stage ran in, which its paths start from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from thalweg.importers.dvc_variables import NotHere, Variables, is_whole, text

MOST = 10_000
"""Stages that one is taken to mean; of whoever writes more of them it is not known what each was made of."""

Names = Mapping[str, Any]
"""What is called so only in one stage of a loop: `item`, `key`."""


class Definition(NamedTuple):
    """What dvc.yaml says of a stage."""

    said: Mapping[str, Any]
    names: Mapping[str, Any] = {}


class Definitions:
    """The stages of a dvc.yaml, by the names that a lock file has for them."""

    def __init__(self, stages: object, variables: Variables) -> None:
        self._stages = stages if isinstance(stages, Mapping) else {}
        self._variables = variables
        self._made: dict[str, Mapping[str, Names] | None] = {}

    def of(self, name: str) -> Definition | None:
        """None where the file has no such stage. Where it cannot be told which ones a loop makes, each may be one.

        Raises NotHere where a file that would say so is not in this clone.
        """
        said = self._stages.get(name)
        if isinstance(said, Mapping) and not _is_loop(said):
            return Definition(said)
        group, at, key = name.rpartition("@")
        said = self._stages.get(group)
        if not at or not isinstance(said, Mapping) or not _is_loop(said):
            return None
        made = self._members(group)
        if made is None:
            return Definition(_inner(said))
        return Definition(_inner(said), made[key]) if key in made else None

    def all(self) -> Iterator[tuple[str, Definition]]:
        """Each stage with the name that stands in the file, of a loop each that it makes, as far as can be told.

        Raises NotHere as `of` does.
        """
        for group, said in self._stages.items():
            if not isinstance(said, Mapping):
                continue
            if not _is_loop(said):
                yield group, Definition(said)
                continue
            for names in (self._members(group) or {}).values():
                yield group, Definition(_inner(said), names)

    def _members(self, group: str) -> Mapping[str, Names] | None:
        """What each stage of a loop is called behind the `@`, with its names; None where that cannot be told."""
        if group not in self._made:
            said = self._stages[group]
            try:
                if "foreach" in said:
                    made = _foreach(said["foreach"], self._variables)
                else:
                    made = _matrix(said["matrix"], self._variables)
            except NotHere:
                raise
            except ValueError:
                made = None
            self._made[group] = made
        return self._made[group]


def _is_loop(said: Mapping[str, Any]) -> bool:
    return "foreach" in said or "matrix" in said


def _inner(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is said of each stage of a loop."""
    if "foreach" not in said:
        return {field: value for field, value in said.items() if field != "matrix"}
    inner = said.get("do")
    return inner if isinstance(inner, Mapping) else {}


def _foreach(over: object, variables: Variables) -> Mapping[str, Names] | None:
    found = variables.resolved(over)
    if isinstance(found, Mapping):
        return {text(name): {"item": value, "key": text(name)} for name, value in found.items()}
    if not isinstance(found, list):
        return None
    if any(isinstance(one, Mapping | list) for one in found):
        return {str(place): {"item": one} for place, one in enumerate(found)}
    return {word: {"item": one} for word, one in _words(over, found)}


def _matrix(over: object, variables: Variables) -> Mapping[str, Names] | None:
    if not isinstance(over, Mapping):
        return None
    lists: dict[str, list[tuple[str, Any]]] = {}
    for name, written in over.items():
        found = variables.resolved(written)
        if not isinstance(found, list):
            return None
        words = _words(written, found)
        lists[name] = [
            (f"{name}{place}" if isinstance(one, Mapping | list) else word, one)
            for place, (word, one) in enumerate(words)
        ]
    made: dict[str, Names] = {}
    for number, several in enumerate(product(*lists.values())):
        if number == MOST:
            return None
        key = "-".join(word for word, _ in several)
        made[key] = {"item": {name: one for name, (_, one) in zip(lists, several, strict=True)}, "key": key}
    return made


def _words(written: object, found: list[Any]) -> list[tuple[str, Any]]:
    """What DVC calls each value of a list, and the value. One that a variable gave is called as Python prints it, so
    that `true` is `True`.
    """
    by_name = [is_whole(one) for one in written] if isinstance(written, list) else [True] * len(found)
    return [(str(one) if named else text(one), one) for named, one in zip(by_name, found, strict=True)]
