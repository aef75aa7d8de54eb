"""A pointer: the small text that Git keeps of a file whose content Git LFS keeps elsewhere.

version https://git-lfs.github.com/spec/v1
ext-0-crypt sha256:4d7a…        the content before the extension `crypt`
oid sha256:9c1f…                the content that is kept
size 12345
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from thalweg.importers.spelling import spelled

LARGEST = 1_024
"""Bytes: a pointer is smaller."""

VERSIONS = ("https://git-lfs.github.com/spec/v1", "https://hawser.github.com/spec/v1", "http://git-media.io/v/2")
"""The one that is written today, and those of earlier releases."""

KEYS = ("version", "oid", "size")
"""The lines of one, in their order."""

LARGEST_SIZE = (1 << 63) - 1
"""Bytes of a file, as Git LFS counts them."""

_BLANKS = " \t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What Git LFS takes away at both ends: what is blank to Go, in which it is written."""
_OID = re.compile(r"sha256:([0-9a-f]{64})")
_EXTENSION = re.compile(r"ext-[0-9]-[0-9A-Za-z_]")
_NUMBER = re.compile(r"[-+]?[0-9]+")


class Pointer(NamedTuple):
    """oid, size: of the content that is kept. extensions: what worked on it before, in order, each with its input."""

    oid: str
    size: int
    extensions: tuple[tuple[str, str], ...] = ()

    @property
    def content(self) -> str:
        """The digest of the file as people see it: what the first extension was given, or what is kept."""
        return self.extensions[0][1] if self.extensions else self.oid


def read(raw: bytes) -> Pointer | None:
    """None for what is no pointer. Raises ValueError, saying what is wrong, for one that is broken.

    What is one, Git LFS decides: whatever it reads is taken, and nothing else.
    """
    if len(raw) >= LARGEST:
        return None
    text = raw.decode("utf-8", "surrogateescape").strip(_BLANKS)
    try:
        values, extensions = _lines(text)
        return _pointer(values, extensions)
    except ValueError:
        if _begins(text):
            raise
        return None


def _begins(text: str) -> bool:
    """Whether a text begins as pointers do, whatever is behind that: of others nothing is said."""
    name, _, rest = text.partition(" ")
    return name == KEYS[0] and rest.split(maxsplit=1)[:1] in ([version] for version in VERSIONS)


def _lines(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """The values of a pointer, and those of its extensions; these may stand anywhere before the last line."""
    values: dict[str, str] = {}
    extensions: dict[str, str] = {}
    for line in text.split("\n"):
        line = line.removesuffix("\r")
        if not line:
            continue
        name, space, value = line.partition(" ")
        if not space or len(values) == len(KEYS):
            raise ValueError(f"{_shown(line)} is no line of a pointer")
        if name == (expected := KEYS[len(values)]):
            values[name] = value
        elif _EXTENSION.match(name):
            extensions[name] = value
        else:
            raise ValueError(f"{_shown(line)} stands where {expected} must")
    return values, extensions


def _pointer(values: Mapping[str, str], extensions: Mapping[str, str]) -> Pointer:
    if (version := values.get("version", "missing")) not in VERSIONS:
        raise ValueError(f"version is {_shown(version)}, and must be {VERSIONS[0]}")
    oid, size = _digest(values, "oid"), _size(values)
    worked = sorted((name[4], spelled(name[6:]), _digest(extensions, name)) for name in extensions)
    if len({place for place, *_ in worked}) < len(worked):
        raise ValueError("two extensions have the same place in their order")
    return Pointer(oid, size, tuple((called, digest) for _, called, digest in worked))


def _digest(values: Mapping[str, str], name: str) -> str:
    match = _OID.fullmatch(values.get(name, ""))
    if match is None:
        given = _shown(values.get(name, "missing"))
        raise ValueError(f"{spelled(name)} is {given}, and must be sha256: with 64 hexadecimal digits")
    return match[1]


def _size(values: Mapping[str, str]) -> int:
    size = values.get("size", "")
    if not _NUMBER.fullmatch(size) or not 0 <= int(size) <= LARGEST_SIZE:
        raise ValueError(f"size is {_shown(size or 'missing')}, and must be a number of bytes")
    return int(size)


def _shown(text: str) -> str:
    return repr(spelled(text[:80]))
