"""A pointer: the small text that Git keeps of a file whose content Git LFS keeps elsewhere.

version https://git-lfs.github.com/spec/v1
ext-0-crypt sha256:4d7a…        the content before the extension `crypt`
oid sha256:9c1f…                the content that is kept
size 12345
"""

from __future__ import annotations

import re
from typing import NamedTuple

LARGEST = 1_024
"""Bytes: a pointer is smaller."""

VERSIONS = ("https://git-lfs.github.com/spec/v1", "https://hawser.github.com/spec/v1", "http://git-media.io/v/2")
"""The one that is written today, and those of earlier releases."""

_OID = re.compile(r"sha256:([0-9a-f]{64})")
_EXTENSION = re.compile(r"ext-([0-9])-([a-zA-Z0-9_.-]+)")


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
    """None for what is no pointer. Raises ValueError, saying what is wrong, for one that is broken."""
    first, _, rest = raw.partition(b"\n")
    if len(raw) >= LARGEST or first.removeprefix(b"version ") not in {version.encode() for version in VERSIONS}:
        return None
    values: dict[str, str] = {}
    for line in rest.decode("utf-8", "replace").splitlines():
        name, space, value = line.partition(" ")
        if not space or name in values:
            raise ValueError(f"{line[:60]!r} is no line of a pointer")
        values[name] = value
    extensions = [(match[1], match[2], name) for name in values if (match := _EXTENSION.fullmatch(name))]
    return Pointer(
        _digest(values, "oid"),
        _size(values),
        tuple((called, _digest(values, name)) for _, called, name in sorted(extensions)),
    )


def _digest(values: dict[str, str], name: str) -> str:
    match = _OID.fullmatch(values.get(name, ""))
    if match is None:
        raise ValueError(f"{name} is {values.get(name, 'missing')!r}, and must be sha256: with 64 hexadecimal digits")
    return match[1]


def _size(values: dict[str, str]) -> int:
    size = values.get("size", "")
    if not re.fullmatch(r"[0-9]{1,18}", size):
        raise ValueError(f"size is {size or 'missing'!r}, and must be a number of bytes")
    return int(size)
