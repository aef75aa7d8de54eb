"""What options an importer takes, and what each may be: as the annotations of its `read` say."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from thalweg.importers.git_remote import is_url

WORDS: Mapping[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
}


@dataclass(frozen=True, slots=True)
class Option:
    """kinds: of WORDS those that it may be, none where that is not known. place: it names what lies on a disk."""

    kinds: frozenset[type] = frozenset()
    place: bool = False

    def lacks(self, value: object) -> str:
        """What is wrong with a value, in words that follow on it; nothing where it may stand."""
        fits = not self.kinds or type(value) in self.kinds or (type(value) is int and float in self.kinds)
        if fits or (type(value) is str and list in self.kinds):
            return ""
        return f"must be {' or '.join(word for kind, word in WORDS.items() if kind in self.kinds)}"

    def given(self, value: Any, folder: Path) -> Any:
        """A value as the importer takes it: a path from a folder, a text where a list is wanted as a list of one."""
        if isinstance(value, str) and list in self.kinds and str not in self.kinds:
            value = [value]
        if not self.place:
            return value
        return [placed(one, folder) for one in value] if isinstance(value, list) else placed(value, folder)


def placed(text: str, folder: Path) -> str:
    """A path as it is meant from a folder; an address as it stands, but for a path from there in that of a SQLite."""
    scheme, lite, path = text.partition("sqlite:///")
    if lite and not scheme and path and not path.startswith("/"):
        return f"{lite}{folder / path}"
    return text if is_url(text) or _scheme(text) else str(folder / Path(text).expanduser())


def _scheme(text: str) -> bool:
    """Whether it begins as an address does; one letter is a drive of Windows."""
    scheme, colon, _ = text.partition(":")
    return (
        bool(colon) and len(scheme) > 1 and scheme[0].isalpha() and scheme.replace("+", "").replace("-", "").isalnum()
    )


def options_of(read: Callable[..., object], without: Collection[str]) -> Mapping[str, Option] | None:
    """The options of a `read`, by name, without some; None where it takes any."""
    parameters = inspect.signature(read).parameters.values()
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return None
    try:
        hints = get_type_hints(read)
    except Exception:  # an annotation of another package that names what is only there for a type checker
        hints = {}
    named = [one.name for one in parameters if one.kind is one.KEYWORD_ONLY and one.name not in without]
    return {name: _option(hints.get(name)) for name in named}


def _option(hint: object) -> Option:
    among = list(_among(hint))
    kinds = [_kind(one) for one in among]
    inner = [each for one in among if _kind(one) is list for argument in get_args(one) for each in _among(argument)]
    known = () if None in kinds else (kind for kind in kinds if kind is not None)
    return Option(frozenset(known), any(_names_place(one) for one in (*among, *inner)))


def _among(hint: object) -> Iterator[object]:
    """What a union is of, without None; anything else alone."""
    if get_origin(hint) in (Union, UnionType):
        yield from (one for one in get_args(hint) if one is not type(None))
    else:
        yield hint


def _names_place(hint: object) -> bool:
    named = get_origin(hint) or hint
    return inspect.isclass(named) and issubclass(named, os.PathLike)


def _kind(hint: object) -> type | None:
    """Of WORDS the one that an annotation means; None where it means something that no file says."""
    if _names_place(hint):
        return str
    if get_origin(hint) in (list, Sequence, Collection):
        return list
    return next((kind for kind in WORDS if kind is hint), None)
