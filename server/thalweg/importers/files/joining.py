"""The columns of a folder of files, by those of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from thalweg.model.facts import Json
from thalweg.model.guessed import widened

Columns = Sequence[Mapping[str, Any]]


def joined(format: str | None, parts: Sequence[Columns]) -> list[Json] | None:
    """The columns that all parts have together; None where they do not have the same ones.

    Of CSV and JSON Lines types are guessed, from the values that one part happens to hold: `2` in one and `2.5` in
    another are one column. The others state types, which must be the same. Whether nulls are there, or may be, is a
    matter of each part in both.
    """
    if format == "jsonl":
        return [_guessed(name, [_by_name(part).get(name) for part in parts]) for name in _names(parts)]
    if any(_stated(part, format) != _stated(parts[0], format) for part in parts):
        return None
    if format == "csv":
        return [_guessed(one[0]["name"], one) for one in zip(*parts, strict=True)]
    return [_with(dict(one[0]), _may_be_null(one)) for one in zip(*parts, strict=True)]


def _stated(part: Columns, format: str | None) -> list[Any]:
    """What must be the same: of CSV the header, of a format that states types all but nulls."""
    if format == "csv":
        return [column["name"] for column in part]
    return [{name: value for name, value in column.items() if name != "nullable"} for column in part]


def _names(parts: Sequence[Columns]) -> list[str]:
    """Of JSON Lines a row may leave out what is null, and so may a part."""
    return list(dict.fromkeys(column["name"] for part in parts for column in part))


def _by_name(part: Columns) -> dict[str, Mapping[str, Any]]:
    return {column["name"]: column for column in part}


def _guessed(name: str, given: Sequence[Mapping[str, Any] | None]) -> dict[str, Json]:
    """A column by its parts; None stands for one that does not have it."""
    here = [one for one in given if one is not None]
    kind = widened(one["type"] for one in here if one.get("type") is not None)
    column: dict[str, Json] = {"name": name} if kind is None else {"name": name, "type": kind}
    null = len(here) < len(given) or any(one.get("nullable") for one in here)
    return _with(column, True if null else None)


def _may_be_null(given: Sequence[Mapping[str, Any]]) -> bool | None:
    said = {one.get("nullable") for one in given}
    return True if True in said else None if None in said else False


def _with(column: dict[str, Json], nullable: bool | None) -> dict[str, Json]:
    column.pop("nullable", None)
    return column if nullable is None else {**column, "nullable": nullable}
