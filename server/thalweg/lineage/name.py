"""Which entity a text means, as people name things.

    ds_…                               an id
    dataset:s3://lake/transactions     a dataset by its URI; by namespace and name, with a space or a slash between; or
    dataset:transactions               by a name that only one has
    dataset:transactions@sha256:ab12   a version of it, by as much of the version as only one begins with
    model:fraud  model:fraud/3  model:fraud@champion   a model, a version of it, the version that an alias points at
    job:etl/clean  run:4f1c…  commit:abc1234  commit:github.com/acme/churn@abc1234  repository:github.com/acme/churn
    deployment:production/fraud        a deployment; `release:production/fraud/7` a release of it
    transactions                       a text alone, where only one thing bears that name

What is exact comes before what is near: a model that is called `fraud/3` is meant before version 3 of `fraud`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from difflib import get_close_matches
from typing import TypeVar

from thalweg.lineage.spelling import WORDS, spell
from thalweg.model.errors import BadInput, DeadlineExceeded, NotFound
from thalweg.model.facts import Caller, MarkKind
from thalweg.model.keys import Key, kind_of_id
from thalweg.model.kinds import ASSET_OF, Kind
from thalweg.model.names import dataset_name, repository_url
from thalweg.model.results import Entity
from thalweg.store.questions import Find, Order, Sort, Where
from thalweg.store.store import Store

T = TypeVar("T")

FEWEST_DIGITS = 7
"""Of an abbreviated sha, or run id."""

LISTED = 10
"""How many an error lists that all bear a name."""

NEAR = 3
"""How many an error suggests for a name that nothing bears."""

_PLACES = 32
"""At so many spaces and slashes a text is taken apart."""

_LOOKED_AT = 50
_HEX = re.compile(r"[0-9a-f]{7,40}")
_IDS = re.compile(r"[0-9a-fA-F-]{7,}")
"""What looks like the id of a run; for other texts the runs, which are many, are not searched unless `run:` says so."""

_SECONDS_FOR_NEAR = 1.0

_OF_WORD: dict[str, tuple[Kind, ...]] = {
    "dataset": (Kind.DATASET, Kind.DATASET_VERSION),
    "repository": (Kind.REPOSITORY,),
    "repo": (Kind.REPOSITORY,),
    "commit": (Kind.COMMIT,),
    "job": (Kind.JOB,),
    "run": (Kind.RUN,),
    "model": (Kind.MODEL, Kind.MODEL_VERSION),
    "deployment": (Kind.DEPLOYMENT, Kind.RELEASE),
    "release": (Kind.RELEASE,),
}
"""What a text that begins with `word:` may name."""

_ALONE = (Kind.DATASET, Kind.MODEL, Kind.JOB, Kind.DEPLOYMENT, Kind.REPOSITORY)
_ALONE_VERSIONS = (Kind.DATASET_VERSION, Kind.MODEL_VERSION, Kind.RELEASE, Kind.COMMIT, Kind.RUN)
"""What a text alone may name: an asset; where there is none, a version."""

_BEHIND = {Kind.DATASET_VERSION: "@", Kind.MODEL_VERSION: "@/", Kind.RELEASE: "/"}
"""What people write between an asset and a version that there is not. A slash is part of the names of most datasets."""


async def resolve(
    store: Store, caller: Caller, text: str, *, kinds: Collection[Kind] = (), seconds: float = 10.0
) -> Entity:
    """The only entity that a text means; of `kinds`, where some are given.

    Raises NotFound for what nothing bears, with the near ones; BadInput for what several bear, with all of them, and
    for what is of another kind.
    """
    return await _Names(store, caller, seconds).resolve(text.strip(), tuple(kinds))


def readings(kind: Kind, text: str) -> list[Key]:
    """The natural keys of an asset, or of a run or a commit, that a text may be: namespace and name, or a URI."""
    keys: list[Key] = []
    if kind is Kind.REPOSITORY:
        return [Key(kind, (url,)) for url in _tried(repository_url, text)]
    if kind is Kind.COMMIT:
        url, _, sha = text.rpartition("@")
        return [Key(kind, (url, sha.lower())) for url in _tried(repository_url, url)]
    if kind is Kind.DATASET and (":" in text or "/" in text):
        keys += [Key(kind, both) for both in _tried(dataset_name, text)]
    places = [place for place, letter in enumerate(text) if letter in " /" and 0 < place < len(text) - 1]
    keys += [Key(kind, (text[:place], text[place + 1 :])) for place in places[:_PLACES]]
    return keys


def _tried(read: Callable[[str], T], text: str) -> list[T]:
    try:
        return [read(text)]
    except ValueError:
        return []


class _Names:
    """Looks names up in a store, for a caller."""

    def __init__(self, store: Store, caller: Caller, seconds: float) -> None:
        self._store = store
        self._caller = caller
        self._seconds = seconds

    async def resolve(self, text: str, kinds: tuple[Kind, ...]) -> Entity:
        if not text:
            raise BadInput("An empty text names nothing.", "Give an id, or a name like dataset:s3://lake/transactions.")
        if kind_of_id(text) is not None:
            found = list((await self._store.get([text], self._caller)).values())
            if not found:
                raise NotFound(f"Nothing with the id {text} is known.", "Look it up by name, or list what there is.")
            return _of_kind(found[0], text, kinds)
        word, colon, rest = text.partition(":")
        meant = _OF_WORD.get(word.lower()) if colon else None
        if meant is not None:
            found = await self._first(rest.strip(), meant[:1], meant[1:])
            return _of_kind(await self._only(found, text, rest.strip(), meant), text, kinds)
        wanted = [kind for kind in _ALONE if not kinds or kind in kinds]
        happened = _ALONE_VERSIONS if _IDS.fullmatch(text) else _ALONE_VERSIONS[:-1]
        versions = [kind for kind in happened if not kinds or kind in kinds]
        found = await self._first(text, wanted, versions)
        return await self._only(found, text, text, kinds or _ALONE)

    async def _first(self, text: str, *rounds: Sequence[Kind]) -> list[Entity]:
        """What a text names in the first round that finds anything."""
        for kinds in rounds:
            found = [entity for kind in kinds for entity in await self._of(kind, text)]
            if found:
                return list({entity.id: entity for entity in found}.values())
        return []

    async def _of(self, kind: Kind, text: str) -> list[Entity]:
        if kind in (Kind.RUN, Kind.COMMIT):
            return await self._happened(kind, text)
        return await (self._asset(kind, text) if kind not in ASSET_OF else self._version(kind, text))

    # ------------------------------------------------------------------------------------------------------- lookups

    async def _asset(self, kind: Kind, text: str) -> list[Entity]:
        """By natural key; else by name alone."""
        exact = await self._keys(readings(kind, text))
        if exact or kind is Kind.REPOSITORY:
            return exact
        found = await self._find(kind, Where(name=text), LISTED + 1)
        return [entity for entity in found if entity.key[1] == text]

    async def _version(self, kind: Kind, text: str) -> list[Entity]:
        """By its asset and its version, or a mark; `@` or the last slash between them."""
        for separator in "@/":
            name, there, version = text.rpartition(separator)
            if not there or not name or not version:
                continue
            found: list[Entity] = []
            for asset in await self._asset(ASSET_OF[kind], name):
                found += await self._of_asset(kind, asset, version)
            if found:
                return found
        return []

    async def _of_asset(self, kind: Kind, asset: Entity, version: str) -> list[Entity]:
        if kind is Kind.MODEL_VERSION:
            marks = (await self._store.marks([asset.id], self._caller)).get(asset.id, ())
            aliased = [mark.version_id for mark in marks if mark.kind is MarkKind.ALIAS and mark.name == version]
            if aliased:
                return list((await self._store.get(aliased, self._caller)).values())
        exact = await self._keys([Key(kind, (*asset.key, version))])
        if exact or kind is not Kind.DATASET_VERSION:
            return exact
        return await self._find(kind, Where(asset_id=asset.id, key_prefix=version), LISTED + 1)

    async def _unversioned(self, text: str, kinds: Sequence[Kind]) -> list[tuple[Kind, Entity]]:
        """The assets that are known of what a text calls a version of one; with the kinds of the versions."""
        return [
            (kind, asset)
            for kind, separators in _BEHIND.items()
            if kind in kinds or ASSET_OF[kind] in kinds
            for separator in separators
            if all(parts := text.rpartition(separator))
            for asset in await self._asset(ASSET_OF[kind], parts[0])
        ]

    async def _newest(self, kind: Kind, asset: Entity) -> Sequence[Entity]:
        order = Order(Sort.AT, descending=True)
        find = Find(kind, Where(asset_id=asset.id), order, limit=NEAR, seconds=self._seconds)
        return (await self._store.find(find, self._caller)).entities

    async def _happened(self, kind: Kind, text: str) -> list[Entity]:
        """A run or a commit: by natural key, by its own id, or by as much of that as only one begins with."""
        exact = await self._keys(readings(kind, text))
        if exact:
            return exact
        where = Where()
        if kind is Kind.COMMIT:
            url, _, text = text.rpartition("@")
            text = text.lower()
            if not _HEX.fullmatch(text):
                return []
            if url:
                repositories = await self._asset(Kind.REPOSITORY, url)
                if not repositories:
                    return []
                where = Where(asset_id=repositories[0].id)
        found = await self._find(kind, Where(asset_id=where.asset_id, key_prefix=text), LISTED + 1)
        whole = [entity for entity in found if entity.key[-1] == text]
        return whole or (found if len(text) >= FEWEST_DIGITS else [])

    async def _keys(self, keys: Sequence[Key]) -> list[Entity]:
        ids = [key.id for key in keys]
        return list((await self._store.get(ids, self._caller)).values()) if ids else []

    async def _find(self, kind: Kind, where: Where, limit: int) -> list[Entity]:
        find = Find(kind, where, Order(Sort.NAME, descending=False), limit=limit, seconds=self._seconds)
        return list((await self._store.find(find, self._caller)).entities)

    # -------------------------------------------------------------------------------------------------------- answers

    async def _only(self, found: Sequence[Entity], text: str, name: str, kinds: Sequence[Kind]) -> Entity:
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(_spelled(entity) for entity in found[:LISTED])
            more = ", and more" if len(found) > LISTED else ""
            raise BadInput(f"{text!r} may mean several things: {listed}{more}.", "Write one of them in full.")
        what = f"No {WORDS[kinds[0]]}" if len(kinds) < 3 else "Nothing"
        for kind, asset in await self._unversioned(name, kinds):
            there = [_spelled(one) for one in await self._newest(kind, asset)]
            hint = f"The newest there are: {', '.join(there)}." if there else f"None of {_spelled(asset)} is."
            raise NotFound(f"No {WORDS[kind]} is known that {text!r} names.", hint)
        try:
            near = await _Names(self._store, self._caller, _SECONDS_FOR_NEAR)._near(name, kinds)
        except DeadlineExceeded:
            near = []
        hint = f"Did you mean {' or '.join(near)}?" if near else "List what there is, or give its namespace."
        raise NotFound(f"{what} is known that {text!r} names.", hint)

    async def _near(self, name: str, kinds: Sequence[Kind]) -> list[str]:
        """The spellings of what bears a name like this one."""
        word = re.split(r"[/@ ]", name.rstrip("/"))
        pieces = sorted({piece for piece in (name, *word) if len(piece) > 2}, key=len, reverse=True)
        parts = [part for piece in pieces for part in (piece[:3], piece[-3:])] + [piece[:2] for piece in pieces]
        names: dict[str, list[str]] = {}
        for kind in kinds:
            if kind in ASSET_OF:
                continue
            for piece in dict.fromkeys([*pieces, *parts]):
                found = await self._find(kind, Where(name_contains=piece), _LOOKED_AT)
                for entity in found:
                    names.setdefault(entity.name.lower(), []).append(_spelled(entity))
                if found:
                    break
        close: list[str] = []
        for piece in pieces:
            close += get_close_matches(piece.lower(), names, n=NEAR, cutoff=0.5)
        return list(dict.fromkeys(spelled for match in close for spelled in names[match]))[:NEAR]


def _spelled(entity: Entity) -> str:
    return spell(entity.kind, entity.key)


def _of_kind(entity: Entity, text: str, kinds: Iterable[Kind]) -> Entity:
    wanted = tuple(kinds)
    if wanted and entity.kind not in wanted:
        right = " or a ".join(WORDS[kind] for kind in wanted)
        raise BadInput(f"{text} is a {WORDS[entity.kind]}.", f"Give a {right}.")
    return entity
