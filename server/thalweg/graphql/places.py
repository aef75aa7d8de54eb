"""Where in an input a problem lies.

The write path knows facts, and says in which of them it found something wrong, and in which key of it. Here is known
what in the input each fact was made of. A path begins with the argument; fields are called as in the schema, and places
in lists are counted from 0: `["input", "granules", "1", "runs", "3", "startedAt"]`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import strawberry

from thalweg.graphql.facts import ENTITIES, Edge, GranuleInput, Path
from thalweg.graphql.references import EntityKey


class Given(NamedTuple):
    """What a fact was made of. path: where it is. keys: where what it joins is named, below that; what is not there is
    named by fields of its own. called: fields that are called otherwise; None: no field says it, but the whole.
    """

    path: Path
    keys: Mapping[str, Path]
    called: Mapping[str, str | None] = {}


_JOB: Mapping[str, Path] = {"job": ("job",)}
_OF_GRANULE = {"name": "scope", "revision": "sourceRevision"}

Places = Callable[[str, int], Given]
"""From the list of a fact in its granule, and its number there, to what it was made of."""


def in_record(edges: Sequence[Edge]) -> Places:
    """Of an input that states one entity and its edges."""

    def given(section: str, number: int) -> Given:
        if section != "edges":
            return Given((), _JOB)
        edge = edges[number]
        return Given(edge.path, {"source": edge.key, "target": edge.key}, {"type": None, "target": None})

    return given


IN_ENTITY = in_record(())
"""Of an input that states one entity."""


def in_alias(_section: str, _number: int) -> Given:
    """Of an input that states where an alias points."""
    return Given((), {}, {"name": "alias"})


def in_granule(granule: GranuleInput) -> Places:
    """Of one granule of a batch."""

    def given(section: str, number: int) -> Given:
        if section == "entities":
            for name, _ in ENTITIES:
                listed = getattr(granule, name) or ()
                if number < len(listed):
                    return Given((camel(name), str(number)), _JOB)
                number -= len(listed)
        fact = getattr(granule, section)[number]
        ends = {end: (end, *_kind(getattr(fact, end, None))) for end in ("source", "target", "version", "alias", "of")}
        return Given((section, str(number)), ends)

    return given


def _kind(key: Any) -> Path:
    """The field of an `EntityKey` that is given."""
    if not isinstance(key, EntityKey):
        return ()
    return tuple(camel(name) for name, value in vars(key).items() if value not in (None, strawberry.UNSET))[:1]


def path_of(place: Sequence[str | int], field: str, places: Places) -> Path:
    """Where in its input that lies which the write path found at this place of a granule, in this field."""
    if not place:
        return (_OF_GRANULE.get(field, camel(field)),)
    section, number, *end = place
    if section in ("inputs", "outputs", "ids"):  # what was found before there were facts
        return (str(section), str(number))
    given = places(str(section), int(number))
    if end:
        key = given.keys.get(str(end[0]), ())
        if field == "url" and key[-1:] != ("repository",):
            field = "repository"
        return (*given.path, *key, camel(field))
    own = given.called.get(field, camel(field.partition(".")[0]))
    return given.path if own is None else (*given.path, own)


def named(path: Path) -> str:
    """A path by its last field, as a sentence has it: `sha`, `inputs[0]`."""
    if len(path) > 1 and path[-1].isdecimal():
        return f"{path[-2]}[{path[-1]}]"
    return path[-1] if path else ""


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
