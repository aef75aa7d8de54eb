"""The file of sources: which importer reads what, under which name, and how often.

    every = "15m"

    [[source]]
    name = "prod"
    importer = "mlflow"
    location = "sqlite:///mlflow.db"
    every = "5m"
    options = {artifacts = "/mnt/artifacts"}

A path is meant from the folder of the file. `${NAME}` stands for a variable of the environment, so that no secret need
be in the file.
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
from thalweg.importers.git_remote import is_url
from thalweg.model.errors import BadInput, Problem, SourceError
from thalweg.sync.pauses import interval

MOST = 1_000
"""Sources in one file."""

RIGHT = "`docs/sync.md` shows a file of sources."

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


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
    options: dict[str, str | bool | int] = Field(default_factory=dict)
    secret: str | None = Field(default=None, min_length=8)

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
        raise BadInput(f"The file of sources {file} cannot be read: {error}.", RIGHT) from None
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{file} is no TOML: {error}.", RIGHT) from None
    try:
        found = _File.model_validate(given)
    except ValidationError as error:
        problems = [
            Problem(str(file), _where(one["loc"]), _shown(one), one["msg"].removeprefix("Value error, "))
            for one in error.errors()
        ]
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
    for option in source.options:
        if known is not None and option not in known:
            expected = f"is no option: {source.importer} takes {', '.join(known) or 'none'}"
            yield Problem(str(file), f"source[{place}].options.{option}", "what stands there", expected)


def _planned(source: _Source, every: str, file: Path, variables: Mapping[str, str]) -> Planned:
    def filled(text: str, field: str) -> str:
        for name in _VARIABLE.findall(text):
            if name not in variables:
                raise BadInput(
                    f"{file}: `{field}` of the source {source.name} needs the variable {name}, which is not set.",
                    "Set it in the environment.",
                )
        return _VARIABLE.sub(lambda found: variables[found[1]], text)

    location = filled(source.location, "location")
    if not _URL.match(location) and not is_url(location):
        location = str(file.resolve().parent / Path(location).expanduser())
    options = {
        name: filled(value, f"options.{name}") if isinstance(value, str) else value
        for name, value in source.options.items()
    }
    secret = None if source.secret is None else filled(source.secret, "secret")
    return Planned(source.name, source.importer, location, interval(source.every or every), options, secret)


def _where(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).removeprefix(".")


def _shown(error: Any) -> str:
    """What stands there; never of what may be a secret."""
    if "secret" in error["loc"] or "options" in error["loc"]:
        return "what stands there"
    return repr(error.get("input")) if isinstance(error.get("input"), str | int | bool) else "it"
