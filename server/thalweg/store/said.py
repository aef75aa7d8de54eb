"""What of an entity is searched, and the text that an index keeps of it.

Of assets: their names and addresses, and what is said of them; a dataset is also found by the columns of its newest
version that has any. There are many versions, so of them only what somebody said: a run's name, a commit's first line
and author, descriptions, tags, owners; and nothing at all where nobody said anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson

from thalweg.model.kinds import Kind
from thalweg.model.results import MatchField, display_name
from thalweg.store.words import GAP, kept

LONGEST = 10_000
"""Characters of a text that are searched."""
MOST_COLUMNS = 2_000
MOST_SAID = 200
"""Tags or owners of an entity that are searched."""

Value = tuple[MatchField, str]

TAGS = (MatchField.TAG, MatchField.OWNER)
"""What weighs less than a name, and more than what else is said."""


class Text(NamedTuple):
    """What an index keeps of an entity, in three parts by their weight: words, with a gap between texts."""

    name: str = ""
    tags: str = ""
    text: str = ""


NOTHING = Text()

_SAID = (b'"description":', b'"tags":', b'"owners":')
_SAID_OF: dict[Kind, tuple[bytes, ...]] = {
    Kind.DATASET_VERSION: _SAID,
    Kind.COMMIT: (*_SAID, b'"message":', b'"author":'),
    Kind.RUN: (*_SAID, b'"name":'),
    Kind.MODEL_VERSION: _SAID,
    Kind.RELEASE: _SAID,
}
COLUMNS = b'"columns":['


def speaks(kind: Kind, body: bytes) -> bool:
    """Whether anything may be searched of a node with these properties; a quick look, that is no without fail."""
    return kind.asset is None or any(said in body for said in _SAID_OF[kind])


def columns_of(body: bytes) -> tuple[str, ...]:
    """The names of the columns of a dataset version, by its properties."""
    if COLUMNS not in body:
        return ()
    return tuple(column["name"] for column in orjson.loads(body).get("columns", ())[:MOST_COLUMNS])


def values(kind: Kind, key: Sequence[str], props: Mapping[str, object], columns: Sequence[str] = ()) -> list[Value]:
    """The texts by which an entity is found, the weightiest first."""
    found: list[Value] = []
    if kind.asset is None:
        name, address = display_name(kind, key, props), "/".join(key)
        if kind is Kind.REPOSITORY:
            name = name.rstrip("/").rpartition("/")[2]
        found += [(MatchField.NAME, name), (MatchField.ADDRESS, address)]
    elif kind is Kind.RUN and props.get("name"):
        found.append((MatchField.NAME, str(props["name"])))
    tags, owners = props.get("tags"), props.get("owners")
    if isinstance(tags, Mapping):
        found += [(MatchField.TAG, f"{name}={value}") for name, value in list(tags.items())[:MOST_SAID]]
    if isinstance(owners, list):
        found += [(MatchField.OWNER, owner) for owner in owners[:MOST_SAID]]
    if description := props.get("description"):
        found.append((MatchField.DESCRIPTION, str(description)))
    if kind is Kind.COMMIT:
        if message := props.get("message"):
            found.append((MatchField.MESSAGE, str(message).lstrip().partition("\n")[0]))
        if author := " ".join(str(props[part]) for part in ("author", "author_email") if props.get(part)):
            found.append((MatchField.AUTHOR, author))
    found += [(MatchField.COLUMN, column) for column in columns]
    return [(field, value[:LONGEST]) for field, value in found]


def text(kind: Kind, key: Sequence[str], body: bytes, columns: Sequence[str] = ()) -> Text:
    """What an index keeps of an entity; `NOTHING` where there is nothing to find it by."""
    if not speaks(kind, body):
        return NOTHING
    name: list[str] = []
    tags: list[str] = []
    rest: list[str] = []
    for field, value in values(kind, key, orjson.loads(body), columns):
        words = kept(value)
        if words:
            (name if field is MatchField.NAME else tags if field in TAGS else rest).append(words)
    between = f" {GAP} "
    # the gaps around a name tell where all of it begins and ends
    return Text(f"{GAP} {between.join(name)} {GAP}" if name else "", between.join(tags), between.join(rest))
