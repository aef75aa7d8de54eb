"""What a command line says is going to change, as questions for the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from thalweg.model.errors import BadInput, unread

DOES = {
    "content": "its content changes",
    "columns": "its columns change",
    "delete": "is deleted",
    "code": "was wrong",
    "withdraw": "is withdrawn",
}
"""What happens to it, by the word of the change."""


@dataclass(frozen=True, slots=True)
class Change:
    """word: one of `DOES`. of: what changes, as people name it. given: the API's ChangeInput without the word."""

    word: str
    of: str
    given: dict[str, Any]

    @property
    def input(self) -> dict[str, Any]:
        return {self.word: self.given}


NO_CHANGE = Change("columns", "", {})
"""Where it is found out only later what changes."""


@dataclass(frozen=True, slots=True)
class Flags:
    """The options that say what happens, as they were given."""

    content: bool = False
    columns: Sequence[str] = ()
    drop: Sequence[str] = ()
    rename: Sequence[str] = ()
    retype: Sequence[str] = ()
    nullable: Sequence[str] = ()
    add: Sequence[str] = ()
    delete: bool = False
    delete_versions: Path | None = None
    code: bool = False
    withdraw: bool = False
    newest: int | None = field(default=None)

    def renames(self, said: str = "--new-schema the file says") -> dict[str, str]:
        """New names by old ones, for a schema that is read from a file. Raises BadInput for any other change."""
        others = replace(self, rename=(), newest=None).words()
        if others or self.newest is not None:
            raise BadInput(
                f"With {said} what changes.",
                "Of the other changes only --rename-column goes with it.",
            )
        return {one["column"]: one["to"] for one in map(_renamed, self.rename)}

    def words(self) -> list[str]:
        """The changes that are asked for."""
        families = {
            "content": self.content or bool(self.columns),
            "columns": any((self.drop, self.rename, self.retype, self.nullable, self.add)),
            "delete": self.delete or self.delete_versions is not None,
            "code": self.code,
            "withdraw": self.withdraw,
        }
        return [word for word, asked in families.items() if asked]

    def change(self, name: str, default: str | None = None) -> Change:
        """Raises BadInput for what makes no sense together."""
        words = self.words() or ([default] if default else [])
        if len(words) != 1:
            raise BadInput(
                f"{' and '.join(words)} are several changes." if words else "Nothing is said to happen.",
                "Give --content, changes of columns (--drop-column, …), --delete, --code or --withdraw.",
            )
        (word,) = words
        if self.newest is not None and word != "content":
            said = "changes of columns" if word == "columns" else f"--{word}"
            raise BadInput(
                f"--newest chooses versions whose content changes; with {said} it says nothing.",
                "Leave it out, or name the version.",
            )
        if word == "code":
            return _code(name)
        return Change(word, name, getattr(self, f"_{word}")())

    def _content(self) -> dict[str, Any]:
        given: dict[str, Any] = {"columns": list(self.columns)} if self.columns else {}
        return given if self.newest is None else given | {"newest": self.newest}

    def _columns(self) -> dict[str, Any]:
        changes: list[dict[str, Any]] = [{"drop": column} for column in self.drop]
        changes += [{"rename": _renamed(text)} for text in self.rename]
        changes += [{"retype": _retyped(text)} for text in self.retype]
        changes += [{"nullable": column} for column in self.nullable]
        changes += [{"add": _added(text)} for text in self.add]
        return {"changes": changes}

    def _delete(self) -> dict[str, Any]:
        if self.delete_versions is None:
            return {}
        return {"versions": _listed(self.delete_versions)}

    def _withdraw(self) -> dict[str, Any]:
        return {}


def _code(name: str) -> Change:
    """A commit, or a range of them: `commit:a..b`, `https://…@a..b`."""
    first, dots, last = name.partition("..")
    if not dots:
        return Change("code", name, {})
    prefix = first[: first.rfind("@") + 1] if "@" in first else "commit:" if first.startswith("commit:") else ""
    if not last or first == prefix:
        raise BadInput(
            f"{name!r} is no range of commits.", "Write the first and the last of it: commit:1a2b3c4..5d6e7f8."
        )
    return Change("code", last if "@" in last or last.startswith(prefix) else prefix + last, {"since": first})


def _renamed(text: str) -> dict[str, str]:
    old, equals, new = text.partition("=")
    if not (old and equals and new):
        raise BadInput(f"--rename-column {text!r} names no two columns.", "Write OLD=NEW.")
    return {"column": old, "to": new}


def _retyped(text: str) -> dict[str, str]:
    names, equals, new = text.rpartition("=")
    column, _, old = names.partition(":")
    if not (column and equals and new):
        raise BadInput(
            f"--retype-column {text!r} names no column and type.",
            "Write COLUMN=TYPE, or COLUMN:OLD=TYPE: age:int=string.",
        )
    return {"column": column, "to": new} | ({"of": old} if old else {})


def _added(text: str) -> dict[str, str]:
    column, _, type = text.partition(":")
    if not column:
        raise BadInput(f"--add-column {text!r} names no column.", "Write COLUMN, or COLUMN:TYPE.")
    return {"column": column} | ({"type": type} if type else {})


def _listed(file: Path) -> list[str]:
    """The versions that a file lists, one a line; blank lines and what follows a # do not count."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{file} cannot be read: {unread(error)}.", "Give a text file with one version a line."
        ) from None
    versions = [found for line in text.splitlines() if (found := line.partition("#")[0].strip())]
    if not versions:
        raise BadInput(f"{file} lists no version.", "Write one version a line.")
    return list(dict.fromkeys(versions))
