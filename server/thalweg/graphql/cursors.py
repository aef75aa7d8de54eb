"""Cursors: a place in a list, opaque to clients, and of use only in the list that it came from.

A cursor is base64 of the JSON list `[version, digest of the list, *position]`. The digest is over what the list is: the
kind, the filter and the order. So a cursor of another query is told apart from a place in this one.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b

import orjson

from thalweg.model.errors import BadInput
from thalweg.model.facts import Json

VERSION = 1
LONGEST = 4_000
"""Characters; a place holds at most a name and an id."""


def digest(list: object) -> str:
    """What a list is, in twelve characters; `list` says all of it in its `repr`."""
    return urlsafe_b64encode(blake2b(repr(list).encode("utf-8", "backslashreplace"), digest_size=9).digest()).decode()


def encode(digest: str, position: Sequence[Json]) -> str:
    return urlsafe_b64encode(orjson.dumps([VERSION, digest, *position])).decode().rstrip("=")


def decode(cursor: str, digest: str, name: str) -> tuple[Json, ...]:
    """The position in the list of that digest. Raises BadInput, with `name` for the argument."""
    try:
        if len(cursor) > LONGEST:
            raise ValueError
        version, of, *position = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError):
        raise BadInput(
            f"`{name}` is no cursor of this server.", "Give `endCursor` or `startCursor` of an earlier page, unchanged."
        ) from None
    if version != VERSION:
        raise BadInput(f"`{name}` is a cursor of another release of this server.", "Begin again from the first page.")
    if of != digest or not all(value is None or isinstance(value, str | int | float) for value in position):
        raise BadInput(
            f"`{name}` is a cursor of another list.",
            "A cursor goes with the filter and the order that it came from. Begin again from the first page.",
        )
    return tuple(position)
