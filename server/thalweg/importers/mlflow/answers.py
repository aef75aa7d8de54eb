"""What stands in a JSON object or a YAML file of MLflow, asked by name and checked: texts, numbers, objects."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from math import isnan

from thalweg.importers.mlflow.copied import Value
from thalweg.model.facts import Json

_LARGEST = 1 << 63


class Odd(ValueError):
    """Says which part is odd, what it is, and what it should be."""


def shown(value: Json) -> str:
    """A value in a sentence. What is nested is only called by its sort: a small file can mean an endless text."""
    if isinstance(value, list):
        return "a list"
    return "an object" if isinstance(value, dict) else f"{value!r:.80}"


def part(of: Mapping[str, Json], name: str) -> dict[str, Json]:
    """An object; empty where there is none."""
    found = of.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Odd(f"`{name}` is {shown(found)}, and no object")
    return found


def parts(of: Mapping[str, Json], name: str) -> list[dict[str, Json]]:
    """A list of objects; empty where there is none."""
    return objects(of.get(name), name)


def objects(found: Json, name: str) -> list[dict[str, Json]]:
    if found is None:
        return []
    if not isinstance(found, list):
        raise Odd(f"`{name}` is {shown(found)}, and no list")
    for one in found:
        if not isinstance(one, dict):
            raise Odd(f"`{name}` has {shown(one)}, which is no object")
    return found


def text(of: Mapping[str, Json], name: str) -> str | None:
    found = of.get(name)
    if found is None or isinstance(found, str):
        return found
    if isinstance(found, bool | int | float):
        return str(found)
    raise Odd(f"`{name}` is {shown(found)}, and no text")


def needed(of: Mapping[str, Json], name: str) -> str:
    """A text without which nothing can be told."""
    found = text(of, name)
    if not found:
        raise Odd(f"`{name}` is missing where it is needed")
    return found


def whole(of: Mapping[str, Json], name: str) -> int | None:
    """A whole number, which protocols of 64 bits also write as a text."""
    found = of.get(name)
    if found is None or found == "":
        return None
    try:
        number = int(found) if isinstance(found, str | int) and not isinstance(found, bool) else None
    except ValueError:
        number = None
    if number is None or not -_LARGEST <= number < _LARGEST:
        raise Odd(f"`{name}` is {shown(found)}, and no whole number")
    return number


def measured(of: Mapping[str, Json], name: str) -> tuple[float, int]:
    """A value of a metric, and whether it is none: as MLflow's tables have it."""
    found = of.get(name)
    try:
        value = float(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else None
    except (ValueError, OverflowError):
        value = None
    if found is None:
        value = 0.0  # what a protocol leaves out is zero
    if value is None:
        raise Odd(f"`{name}` is {shown(found)}, and no number")
    return (0.0, 1) if isnan(value) else (value, 0)


def id_of(found: str) -> Value:
    """An experiment's id: a number in most stores, as their tables have it."""
    return int(found) if found.isdecimal() and str(int(found)) == found and int(found) < _LARGEST else found


def dataset_id(experiment: Value, name: str, digest: str) -> str:
    """What makes a dataset one in MLflow, for it is not told by what id it goes there."""
    return hashlib.sha256("\0".join((str(experiment), name, digest)).encode("utf-8", "replace")).hexdigest()
