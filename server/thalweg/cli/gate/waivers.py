"""Waivers: what somebody let pass, for a time, with a name and a reason. A file of the repository holds them.

    [[waiver]]
    fingerprint = "7a631d3849cd3d2f"
    until = 2026-12-31
    author = "ada@example.com"
    reason = "the endpoint is replaced next week"

Instead of a fingerprint, or beside it, there may be patterns. What of a file cannot be used is a warning, and waives
nothing: a mistake in it never lets a change pass.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from thalweg.model.errors import BadInput, unread

FILE = "thalweg-waivers.toml"
"""Read where it lies in the working folder, and no other is named."""

PATTERNS = ("rule", "dataset", "column", "change", "asset")


class Matched(Protocol):
    """What a waiver looks at."""

    @property
    def fingerprint(self) -> str: ...
    @property
    def rule_id(self) -> str: ...
    @property
    def rule_name(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def column(self) -> str: ...
    @property
    def change(self) -> str: ...
    @property
    def asset(self) -> str: ...


class Waiver(BaseModel):
    """Lets pass what matches all that it gives; patterns as in the shell (`*`, `?`, `[…]`).

    rule: the id or the name of the rule. dataset: what changes, which may also be a repository or a model version.
    asset: what is touched. Both with or without the kind in front: `deployment:production/*`, `production/*`.
    until: the last day on which it holds, in UTC.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    fingerprint: str | None = Field(default=None, min_length=1)
    rule: str | None = Field(default=None, min_length=1)
    dataset: str | None = Field(default=None, min_length=1)
    column: str | None = Field(default=None, min_length=1)
    change: str | None = Field(default=None, min_length=1)
    asset: str | None = Field(default=None, min_length=1)
    until: date
    author: str = Field(min_length=1)
    reason: str = Field(min_length=1)

    @field_validator("until", mode="before")
    @classmethod
    def _a_day(cls, value: Any) -> Any:
        """A date, a time, or either as text; a number is none, whatever pydantic makes of numbers."""
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, str):
            return date.fromisoformat(value[:10])
        if not isinstance(value, date):
            raise ValueError("no date")
        return value

    def matches(self, one: Matched) -> bool:
        return (
            self.fingerprint in (None, one.fingerprint)
            and (self.rule is None or any(fnmatchcase(text, self.rule) for text in (one.rule_id, one.rule_name)))
            and self.about(one.subject)
            and (self.column is None or fnmatchcase(one.column, self.column))
            and (self.change is None or fnmatchcase(one.change, self.change))
            and (self.asset is None or _named(one.asset, self.asset))
        )

    def about(self, subject: str) -> bool:
        """Whether it may be about a change of this."""
        return self.dataset is None or _named(subject, self.dataset)

    @property
    def what(self) -> str:
        """What it is of, as its file says it."""
        given = {name: getattr(self, name) for name in ("fingerprint", *PATTERNS)}
        return ", ".join(f"{name} {value}" for name, value in given.items() if value is not None)


def _named(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) or fnmatchcase(name.partition(":")[2], pattern)


class Waivers(NamedTuple):
    """held: what is in force, each with its place in the file (`thalweg-waivers.toml: waiver 2`). warnings: a sentence
    for each that is not.
    """

    held: tuple[tuple[str, Waiver], ...] = ()
    warnings: tuple[str, ...] = ()

    def of(self, one: Matched) -> Waiver | None:
        """The first that matches."""
        return next((waiver for _, waiver in self.held if waiver.matches(one)), None)

    def unused(self, counted: Iterable[Matched], subjects: Iterable[str]) -> list[str]:
        """A sentence for each that matches nothing that blocks or warns, and is not about something else than what is
        asked: a file may serve many checks.
        """
        counted, subjects = list(counted), list(subjects)
        return [
            f"{place} ({waiver.what}) matches nothing here; take it out when it is done with."
            for place, waiver in self.held
            if not any(map(waiver.matches, counted)) and any(map(waiver.about, subjects))
        ]


NO_WAIVERS = Waivers()


def found(file: Path | None, folder: Path) -> Path | None:
    """The file to read: the one that is named, else the usual one where it is there.

    Raises BadInput where the named one is not.
    """
    if file is None:
        usual = folder / FILE
        return usual if usual.is_file() else None
    if not file.is_file():
        try:
            file.open("rb").close()
        except OSError as error:
            what = f"The waivers {file} cannot be read: {unread(error)}."
            raise BadInput(what, "Give the file of the waivers with --waivers, or none.") from None
    return file


def read(file: Path, today: date) -> Waivers:
    """The waivers of a file, as they hold on a day."""
    try:
        given = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = str(error) if isinstance(error, tomllib.TOMLDecodeError) else unread(error)
        return Waivers((), (f"{file} cannot be read, so that it waives nothing: {why}.",))
    warnings = [f"{file}: `{key}` is not known here. Write [[waiver]] tables only." for key in given if key != "waiver"]
    tables = given.get("waiver", [])
    if not isinstance(tables, list):
        return Waivers((), (*warnings, f"{file}: `waiver` is no list of tables. Write [[waiver]], with both brackets."))
    held = []
    for number, table in enumerate(tables, 1):
        place = f"{file}: waiver {number}"
        try:
            waiver = Waiver.model_validate(table)
        except ValidationError as error:
            warnings += [f"{place}: {_sentence(one)}" for one in error.errors()]
            continue
        if not waiver.what:
            names = ", ".join(PATTERNS)
            warnings.append(f"{place} says of nothing that it waives it. Give a fingerprint, or patterns: {names}.")
        elif today > waiver.until:
            warnings.append(
                f"{place} ({waiver.what}) expired on {waiver.until}, and holds no longer. "
                f"{waiver.author} gave as the reason: {waiver.reason}"
            )
        else:
            held.append((place, waiver))
    return Waivers(tuple(held), tuple(warnings))


_RIGHT = {
    "until": "Write a date, like until = 2026-12-31.",
    "author": 'Write who lets it pass, like author = "ada@example.com".',
    "reason": "Write why it may pass.",
}


def _sentence(error: Any) -> str:
    """What is wrong with a field of a waiver, and what would be right."""
    field = str(error["loc"][0]) if error["loc"] else "it"
    right = _RIGHT.get(field, f'Write text, like {field} = "…".')
    match error["type"]:
        case "missing":
            return f"`{field}` is missing, so that it waives nothing. {right}"
        case "extra_forbidden":
            return (
                f"`{field}` is not known here. There are fingerprint, {', '.join(PATTERNS)}, until, author and reason."
            )
        case "model_type":
            return "it is no table. Write [[waiver]], and below it a field a line."
        case _ if field == "until":
            return f"`until` is {error['input']!r}, which is no date; it counts as expired. {right}"
        case _:
            return f"`{field}` is {error['input']!r}, which says nothing. {right}"
