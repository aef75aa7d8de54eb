"""Whom a name means, and why: by which laws it was made canonical, and who joined it with others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from time import monotonic

from thalweg.lineage.bounds import until
from thalweg.lineage.name import resolve
from thalweg.model import keys, laws, names
from thalweg.model.errors import BadInput, NotFound
from thalweg.model.facts import Caller
from thalweg.model.keys import Key, kind_of_id
from thalweg.model.kinds import Level
from thalweg.model.results import Entity, Joined
from thalweg.store.store import Store

_REPOSITORY = re.compile(
    r"(?!(?:arn|jdbc|dbfs):)(?:(?:git|ssh|git\+\w+)://|[^/@:\s]+@[^/:\s]+:|.*\.git/?$)", re.IGNORECASE
)
_DATASET = re.compile(r"[A-Za-z][A-Za-z0-9.+-]*://|(?:arn|jdbc|dbfs|file):|[/~.\\]|[A-Za-z]:[\\/]", re.IGNORECASE)
"""What looks like either, where nobody says which."""


@dataclass(frozen=True, slots=True)
class Identity:
    """key: what the text is by the laws alone, of a dataset or a repository; None for what has no such laws.

    laws: those by which it was made, as sentences; none where it was written so. entity: what the store knows by this
    name; one that was joined with others bears the name of one of them. joins: by which statements they are one.
    """

    key: Key | None
    laws: tuple[str, ...]
    entity: Entity | None
    joins: tuple[Joined, ...]


async def identity(
    store: Store, caller: Caller, text: str, *, source: str = "local", seconds: float = 10.0
) -> Identity:
    """source: the one in which the text stands: a path on a disk is named under it.

    Raises BadInput for what is no name, or may be that of several things. What nobody knows has no entity.
    """
    ends = monotonic() + seconds
    key, why = by_law(text.strip(), source)
    entity = None if key is None else (await until(ends, store.get([key.id], caller))).get(key.id)
    if entity is None:
        try:
            entity = await until(ends, resolve(store, caller, text, seconds=seconds))
        except NotFound:
            return Identity(key, why, None, ())
        if entity.kind.level is Level.VERSION:
            key, why = None, ()  # what was read as one name was a name and a version
    named = keys.Key(entity.kind, entity.key).asset
    asset = named.id if named is not None else entity.id
    return Identity(key, why, entity, (await until(ends, store.joins([asset], caller)))[asset])


def by_law(text: str, source: str) -> tuple[Key | None, tuple[str, ...]]:
    """What a text names by the laws of datasets or of repositories, and by which; None where it looks like neither."""
    word, _, rest = text.partition(":")
    word = word.lower()
    try:
        if word in ("repository", "repo") or (word != "dataset" and _REPOSITORY.match(text)):
            text = rest.strip() if word in ("repository", "repo") else text
            return keys.repository(names.repository_url(text, source)), laws.of_repository(text, source)
        if word == "dataset":
            text = rest.strip()
        if kind_of_id(text) is None and _DATASET.match(text):
            return keys.dataset(*names.dataset_name(text, source)), laws.of_dataset(text, source)
    except ValueError as error:
        what, _, right = str(error).partition("; ")
        raise BadInput(f"The name {what}.", f"{right[:1].upper()}{right[1:]}.") from error
    return None, ()
