"""Paths as text that can be kept, where a disk or Git holds bytes that are none: for all importers that name files."""

from __future__ import annotations

from thalweg.model.names import is_text

MARK = "\N{REPLACEMENT CHARACTER}"


def spelled(path: str) -> str:
    """A path as Python decodes it (`surrogateescape`), as text that can be written: a byte that is no UTF-8 is `�FF`.

    No two paths are spelled alike, for what they name would become one. So the bytes of a `�` in a name, which is rare,
    are spelled too: `�EF�BF�BD`. A sign that names do hold, such as `%`, would have to be spelled wherever it stands.
    """
    return "".join(map(_letter, path)) if MARK in path or not is_text(path) else path


def _letter(letter: str) -> str:
    if letter != MARK and is_text(letter):
        return letter
    return "".join(f"{MARK}{byte:02X}" for byte in letter.encode("utf-8", "surrogateescape"))
