"""What stands in a commit or an annotated tag, as Git stores it: headers, people, and text in whatever encoding."""

from __future__ import annotations

import re
from typing import NamedTuple

from thalweg.model.time import SECOND

_SECONDS = re.compile(rb"\s*(\d{1,12})(?!\d)")
_UNKEPT = re.compile("[\0\ud800-\udfff]")  # no store keeps NUL, nor half of a surrogate pair
_LAST_SECOND = 253_402_300_799  # the end of the year 9999


class Person(NamedTuple):
    """Who did it, and when (epoch microseconds); None for a date that is missing or senseless."""

    name: str
    email: str
    at: int | None


class Object(NamedTuple):
    """A commit or a tag. headers: by name, each as often as it comes. encoding: the one that it states, or nothing."""

    headers: dict[str, list[bytes]]
    message: str
    encoding: str

    def person(self, header: str) -> Person:
        """`Ada Lovelace <ada@example.com> 1767225600 +0100`."""
        name, _, rest = self.headers.get(header, [b""])[0].partition(b"<")
        email, _, tail = rest.rpartition(b">")
        seconds = _SECONDS.match(tail)
        known = seconds is not None and 0 < int(seconds[1]) <= _LAST_SECOND
        at = int(seconds[1]) * SECOND if seconds is not None and known else None
        return Person(text(name, self.encoding).strip(), text(email, self.encoding).strip(), at)

    def shas(self, header: str) -> list[str]:
        return [sha.decode("ascii", "replace") for sha in self.headers.get(header, [])]


def read(raw: bytes) -> Object:
    """An object as it is stored; bytes that are no text are passed over, not refused."""
    head, _, message = raw.partition(b"\n\n")
    headers: dict[str, list[bytes]] = {}
    for line in head.split(b"\n"):
        name, _, value = line.partition(b" ")
        headers.setdefault(name.decode("ascii", "replace"), []).append(value)
    encoding = headers.get("encoding", [b""])[0].decode("ascii", "replace")
    return Object(headers, text(message, encoding).strip("\n"), encoding)


def text(raw: bytes, encoding: str) -> str:
    """Text in the encoding that the object states, else UTF-8; what cannot be read, or kept, becomes U+FFFD."""
    try:
        found = raw.decode(encoding or "utf-8", "replace")
    except (LookupError, ValueError):
        found = raw.decode("utf-8", "replace")
    return _UNKEPT.sub("\N{REPLACEMENT CHARACTER}", found)
