"""What a key must be: its parts are names, a commit is a SHA, a repository's URL names one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from thalweg.ingest.wrong import problem
from thalweg.model import names
from thalweg.model.errors import Problem
from thalweg.model.facts import Json
from thalweg.model.keys import Key, entity_id
from thalweg.model.kinds import KEY_FIELDS
from thalweg.model.properties import Type

LONGEST_PART = 2_000
"""Characters of one part of a natural key; a longer one is no name."""

_SHA = re.compile(r"[0-9a-f]{40}")


@lru_cache(maxsize=1 << 13)  # the same few again and again, within a batch
def known(key: Key) -> tuple[str, tuple[Problem, ...], str | None, Key | None]:
    """The id of a key, what is wrong with the key, and its asset's id and key. Raises TypeError for what is no key."""
    problems = tuple(_problems(key))
    if problems:
        return "", problems, None, None
    asset = key.asset
    return entity_id(key), (), entity_id(asset) if asset is not None else None, asset


def _problems(key: Key) -> Iterator[Problem]:
    fields = KEY_FIELDS[key.kind]
    if len(key.parts) != len(fields):
        yield problem(key.kind.value, "key", list(key.parts), f"must have the parts {', '.join(fields)}", "BAD_KEY")
        return
    for field, part in zip(fields, key.parts, strict=True):
        if (expected := _no_repository(part) if field == "url" else not_a_name(part)) is not None:
            yield problem(key.kind.value, field, part, expected, "BAD_KEY")
        elif field == "sha" and not _SHA.fullmatch(part):
            yield problem(str(key), field, part, "must be 40 hexadecimal digits in lower case", "BAD_KEY")


def not_a_name(value: Json) -> str | None:
    """What a part of a key must be, where this is not it."""
    if not isinstance(value, str) or not value:
        return Type.NAME.value
    if len(value) > LONGEST_PART:
        return f"is longer than {LONGEST_PART} characters"
    if "\0" in value or not names.is_text(value):
        return "holds a character that is no text (a NUL or half of a pair)"
    return None


@lru_cache(maxsize=1 << 10)  # of many commits there are few repositories
def _no_repository(url: Json) -> str | None:
    """What a repository's URL must be, where this names none."""
    if isinstance(url, str):
        try:
            names.repository_url(url)
        except ValueError as error:
            return str(error).removeprefix(f"{url!r} ")
    return not_a_name(url)
