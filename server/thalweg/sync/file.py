"""The file of sources: which importer reads what, under which name, and how often.

    every = "15m"

    [[source]]
    name = "prod"
    importer = "mlflow"
    location = "sqlite:///mlflow.db"
    every = "5m"
    options = {artifacts = "/mnt/artifacts"}

A path, in a location or an option, is meant from the folder of the file. `${NAME}` stands for a variable of the
environment, so that no secret need be in the file.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from thalweg.importers import catalogue
from thalweg.importers.options import Option, placed
from thalweg.model.errors import BadInput, Problem, SourceError, unread
from thalweg.sync.pauses import interval

MOST = 1_000
"""Sources in one file."""

RIGHT = "`docs/sync.md` shows a file of sources."

SECRET = 8
"""Letters that a secret has at least: it opens a door to everybody who guesses it."""

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Planned:
    """A source of the file. every: microseconds between two passes. secret: of what triggers it from outside."""

    name: str
    importer: str
    location: str
    every: int
    options: Mapping[str, Any]
    secret: str | None = None


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    name: str = Field(pattern=r"^[^\s/:]+$", max_length=200)
    importer: str = Field(min_length=1)
    location: str = Field(min_length=1)
    every: str | None = None
    options: dict[str, str | bool | int | float | list[str]] = Field(default_factory=dict)
    secret: str | None = None

    @field_validator("every")
    @classmethod
    def _interval(cls, value: str | None) -> str | None:
        if value is not None:
            interval(value)
        return value


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    every: str = "15m"
    source: list[_Source] = Field(min_length=1, max_length=MOST)

    _interval = field_validator("every")(_Source._interval.__func__)  # type: ignore[attr-defined]


def read(file: Path, variables: Mapping[str, str] = os.environ) -> tuple[Planned, ...]:
    """The sources of a file. Raises BadInput with everything that is wrong in it."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The file of sources {file} cannot be read: {unread(error)}.", RIGHT) from None
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{file} is no TOML: {error}.", RIGHT) from None
    try:
        found = _File.model_validate(given)
    except ValidationError as error:
        problems = [Problem(str(file), _where(one["loc"]), _shown(one), _expected(one)) for one in error.errors()]
        raise BadInput(f"{file} has mistakes. First: {problems[0]}.", RIGHT, problems) from None
    names = [source.name for source in found.source]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadInput(f"{file} names the source {twice[0]} twice.", "Each has a name of its own.")
    if problems := [one for place, source in enumerate(found.source) for one in _unknown(file, place, source)]:
        raise BadInput(f"{file} has mistakes. First: {problems[0]}.", RIGHT, problems)
    return tuple(_planned(source, found.every, file, variables) for source in found.source)


def _unknown(file: Path, place: int, source: _Source) -> Iterator[Problem]:
    """An importer that there is not, and options that it does not take. What is wrong with the importer of another
    package is said when the source is read: it keeps no other from being read.
    """
    try:
        known = catalogue.options_of(source.importer)
    except SourceError:
        return
    except BadInput as error:
        yield Problem(
            str(file), f"source[{place}].importer", repr(source.importer), f"is none. {error.hint.rstrip('.')}"
        )
        return
    for name, value in source.options.items():
        where = f"source[{place}].options.{name}"
        if known is not None and name not in known:
            expected = f"is no option: {source.importer} takes {', '.join(known) or 'none'}"
            yield Problem(str(file), where, "what stands there", expected)
        elif known is not None and (lacks := known[name].lacks(value)):
            yield Problem(str(file), where, "what stands there", lacks)


def _planned(source: _Source, every: str, file: Path, variables: Mapping[str, str]) -> Planned:
    """Raises BadInput for a variable that is not set, and for a secret that is too short, as its variables have it."""

    def filled(value: Any, field: str) -> Any:
        if isinstance(value, list):
            return [filled(one, field) for one in value]
        if not isinstance(value, str):
            return value
        for name in _VARIABLE.findall(value):
            if name not in variables:
                raise BadInput(
                    f"{file}: `{field}` of the source {source.name} needs the variable {name}, which is not set.",
                    "Set it in the environment.",
                )
        return _VARIABLE.sub(lambda found: variables[found[1]], value)

    folder = file.resolve().parent
    options = {name: filled(value, f"options.{name}") for name, value in source.options.items()}
    try:
        known = catalogue.options_of(source.importer) or {}
    except SourceError:
        known = {}
    secret = filled(source.secret, "secret")
    if secret is not None and len(secret) < SECRET:
        raise BadInput(
            f"{file}: `secret` of the source {source.name} has {len(secret)} letters, and must have {SECRET} at least.",
            "Without one, nobody can trigger the source from outside.",
        )
    return Planned(
        source.name,
        source.importer,
        placed(filled(source.location, "location"), folder),
        interval(source.every or every),
        {name: known.get(name, Option()).given(value, folder) for name, value in options.items()},
        secret,
    )


def _where(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).removeprefix(".")


def _shown(error: Any) -> str:
    """What stands there; never of what may be a secret."""
    if error["type"] == "missing":
        return "it"
    if "secret" in error["loc"] or "options" in error["loc"]:
        return "what stands there"
    return repr(error.get("input")) if isinstance(error.get("input"), str | int | bool) else "it"


_EXPECTED = {
    "missing": "is lacking",
    "extra_forbidden": "is nothing that a file of sources has",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "must be one word, without a colon or a slash",
    "list_type": "must be a list: [[source]], once for each",
    "dict_type": "must be a table",
}


def _expected(error: Any) -> str:
    """What would be right, in words that follow on what stands there."""
    if "options" in error["loc"] and error["type"] not in ("dict_type", "missing"):
        return "must be text, a number, true or false, or a list of texts"
    words: str = _EXPECTED.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    return words
