"""Types in the words of a dialect, made plain."""

from __future__ import annotations

from thalweg.model.types import Base, parse, write


def plain(text: str, dialect: str | None) -> str:
    """A text that means everywhere what this one means in a dialect; this one, where no dialect says otherwise."""
    if dialect is None:
        return text
    found = parse(text, dialect)
    return text if found.base is Base.OTHER or found == parse(text) else write(found)
