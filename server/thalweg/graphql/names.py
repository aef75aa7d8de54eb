"""Which entity a name means. An entity is named as people name it; what is ambiguous is an error that lists the choice.

By a reference, one text:

    ds_…                              an id
    dataset:s3://lake/transactions    a dataset by its URI, its namespace and name, or a name that only one has
    dataset:transactions@sha256:…     a version of it
    model:fraud                       a model; `model:fraud/3` its version 3, `model:fraud@champion` by alias
    job:etl/clean  run:4f1c…  commit:abc1234  repository:github.com/acme/churn
    deployment:production/fraud       a deployment; `release:production/fraud/7` a release of it
    transactions                      a name alone, where only one thing bears it

or by its natural key, of which the namespace may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from thalweg.model import names
from thalweg.model.errors import BadInput, NotFound, ThalwegError
from thalweg.model.facts import Caller, MarkKind
from thalweg.model.keys import Key, kind_of_id
from thalweg.model.kinds import VERSION_OF, Kind
from thalweg.model.results import Entity
from thalweg.store.questions import Find, Order, Sort, Where
from thalweg.store.store import Store

FEWEST = 7
"""Digits of an abbreviated commit."""

LISTED = 10
"""How many candidates an error lists."""

MOST_SPLITS = 64

_HEX = re.compile(r"[0-9a-f]+")
_WORDS: dict[str, Kind] = {
    "dataset": Kind.DATASET,
    "repository": Kind.REPOSITORY,
    "repo": Kind.REPOSITORY,
    "commit": Kind.COMMIT,
    "job": Kind.JOB,
    "run": Kind.RUN,
    "model": Kind.MODEL,
    "deployment": Kind.DEPLOYMENT,
    "release": Kind.RELEASE,
}


class Ambiguous(ThalwegError):
    """A name that several things bear."""

    code = "AMBIGUOUS"


def by_name(found: Iterable[Entity], kind: Kind, name: str, hint: str = "Give its namespace.") -> Entity | None:
    """The only one of what was found; None where there is none. Raises Ambiguous, which lists them."""
    candidates = list(found)
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    listed = ", ".join(f"{' '.join(one.key)} ({one.id})" for one in candidates[:LISTED])
    more = ", and more" if len(candidates) > LISTED else ""
    raise Ambiguous(f"{name!r} is the name of several of the kind {kind.value}: {listed}{more}.", hint)


class Names:
    """Looks names up in a store, for a caller."""

    def __init__(self, store: Store, caller: Caller, seconds: float = 10.0) -> None:
        self.store = store
        self.caller = caller
        self.seconds = seconds

    async def key(self, key: Key) -> Entity | None:
        id = key.id
        return (await self.store.get([id], self.caller)).get(id)

    async def found(self, kind: Kind, where: Where) -> tuple[Entity, ...]:
        find = Find(kind, where, Order(Sort.NAME, descending=False), limit=LISTED + 1, seconds=self.seconds)
        return (await self.store.find(find, self.caller)).entities

    # ----------------------------------------------------------------------------------------------- by natural key

    async def asset(self, kind: Kind, namespace: str | None, name: str) -> Entity | None:
        """A dataset, job, model or deployment; without its namespace, where its name is the only one.

        A dataset may be given by its URI alone.
        """
        if namespace is not None:
            return await self.key(Key(kind, (namespace, name)))
        found = by_name(await self.found(kind, Where(name=name)), kind, name)
        if found is None and kind is Kind.DATASET and ":" in name:
            return await self.key(Key(kind, names.dataset_name(name)))
        return found

    async def version(self, kind: Kind, namespace: str | None, name: str, version: str) -> Entity | None:
        """A version of a dataset, a model or a deployment. `kind` is that of the asset."""
        asset = await self.asset(kind, namespace, name)
        if asset is None:
            return None
        return await self.key(Key(VERSION_OF[kind], (*asset.key, version)))

    async def repository(self, url: str) -> Entity | None:
        """Raises BadInput for what names no repository."""
        try:
            return await self.key(Key(Kind.REPOSITORY, (names.repository_url(url),)))
        except ValueError as error:
            raise BadInput(f"The repository {error}.") from None

    async def commit(self, repository: str | None, sha: str) -> Entity | None:
        """A commit by its sha, or by the beginning of it. Raises Ambiguous, and BadInput for what is no sha."""
        sha = sha.strip().lower()
        if not FEWEST <= len(sha) <= 40 or not _HEX.fullmatch(sha):
            raise BadInput(f"{sha!r} is no commit.", f"Give {FEWEST} to 40 hexadecimal digits of its sha.")
        if repository is None:
            found = await self.found(Kind.COMMIT, Where(key_prefix=sha))
            return by_name(found, Kind.COMMIT, sha, "Give more digits, or the repository.")
        of = await self.repository(repository)
        if of is None:
            return None
        if len(sha) == 40:
            return await self.key(Key(Kind.COMMIT, (of.key[0], sha)))
        found = await self.found(Kind.COMMIT, Where(asset_id=of.id, key_prefix=sha))
        return by_name(found, Kind.COMMIT, sha, "Give more digits.")

    async def run(self, namespace: str | None, run_id: str) -> Entity | None:
        if namespace is not None:
            return await self.key(Key(Kind.RUN, (namespace, run_id)))
        found = [run for run in await self.found(Kind.RUN, Where(key_prefix=run_id)) if run.key[1] == run_id]
        return by_name(found, Kind.RUN, run_id)

    async def aliased(self, namespace: str | None, model: str, alias: str) -> Entity | None:
        """The version of a model that an alias points at now."""
        of = await self.asset(Kind.MODEL, namespace, model)
        if of is None:
            return None
        marks = (await self.store.marks([of.id], self.caller)).get(of.id, ())
        for mark in marks:
            if mark.kind is MarkKind.ALIAS and mark.name == alias:
                return (await self.store.get([mark.version_id], self.caller)).get(mark.version_id)
        return None

    # -------------------------------------------------------------------------------------------------- by reference

    async def referred(self, reference: str, kinds: tuple[Kind, ...] = ()) -> Entity | None:
        """The entity of a reference; None where there is none. Raises BadInput where it is of another kind."""
        found = await self._referred(reference.strip(), kinds)
        if found is not None and kinds and found.kind not in kinds:
            expected = " or a ".join(kind.value for kind in kinds)
            raise BadInput(f"{reference} is a {found.kind.value}.", f"Give a {expected}.")
        return found

    async def required(self, reference: str, kinds: tuple[Kind, ...] = ()) -> Entity:
        """Like `referred`. Raises NotFound."""
        found = await self.referred(reference, kinds)
        if found is None:
            raise NotFound(f"Nothing is known that {reference!r} names.", "List what there is, or give its namespace.")
        return found

    async def _referred(self, text: str, kinds: tuple[Kind, ...]) -> Entity | None:
        if not text:
            raise BadInput("An empty text names nothing.", "Give an id, or a name like dataset:s3://lake/transactions.")
        if kind_of_id(text) is not None:
            return (await self.store.get([text], self.caller)).get(text)
        word, separator, rest = text.partition(":")
        kind = _WORDS.get(word.lower()) if separator else None
        if kind is not None:
            return await self._worded(kind, rest)
        found: dict[str, Entity] = {}
        for one in kinds or (Kind.DATASET, Kind.JOB, Kind.MODEL, Kind.DEPLOYMENT):
            if one in (Kind.DATASET, Kind.JOB, Kind.MODEL, Kind.DEPLOYMENT):
                for entity in await self.found(one, Where(name=text)):
                    found[entity.id] = entity
        if len(found) > 1:
            listed = ", ".join(
                f"{one.kind.value} {' '.join(one.key)} ({one.id})" for one in list(found.values())[:LISTED]
            )
            raise Ambiguous(f"{text!r} is the name of several things: {listed}.", "Give its kind, like model:fraud.")
        if found:
            return next(iter(found.values()))
        if ":" in text and (not kinds or Kind.DATASET in kinds):
            return await self.asset(Kind.DATASET, None, text)
        return None

    async def _worded(self, kind: Kind, rest: str) -> Entity | None:
        if kind is Kind.REPOSITORY:
            return await self.repository(rest)
        if kind is Kind.COMMIT:
            repository, _, sha = rest.rpartition("@")
            return await self.commit(repository or None, sha)
        if kind is Kind.RUN:
            found = await self.run(None, rest)
            return found or await self._split(Kind.RUN, rest, "a run")
        if kind is Kind.RELEASE:
            return await self._split(Kind.RELEASE, rest, "a release")
        found = await self._named(kind, rest)
        if found is not None:
            return found
        name, separator, after = rest.rpartition("@")
        if separator and kind is Kind.DATASET and (asset := await self._named(kind, name)):
            return await self.key(Key(Kind.DATASET_VERSION, (*asset.key, after)))
        if separator and kind is Kind.MODEL and (asset := await self._named(kind, name)):
            return await self.aliased(asset.key[0], asset.key[1], after)
        name, separator, after = rest.rpartition("/")
        version = VERSION_OF[kind]
        if separator and version is not Kind.RUN and (asset := await self._named(kind, name)):
            return await self.key(Key(version, (*asset.key, after)))
        return None

    async def _named(self, kind: Kind, text: str) -> Entity | None:
        """An asset by `namespace/name`, split at any slash, by its URI, or by its name alone."""
        return await self._split(kind, text, text) or await self.asset(kind, None, text)

    async def _split(self, kind: Kind, text: str, what: str) -> Entity | None:
        """The entity whose key is this text, split at slashes: both namespaces and names may hold some themselves."""
        parts = len(kind.fields)
        places = [place for place, letter in enumerate(text) if letter == "/" and 0 < place < len(text) - 1]
        keys: list[Key] = []
        if parts == 2:
            keys = [Key(kind, (text[:place], text[place + 1 :])) for place in places]
        elif parts == 3:
            keys = [
                Key(kind, (text[:one], text[one + 1 : other], text[other + 1 :]))
                for one in places
                for other in places
                if one + 1 < other
            ]
        ids = {key.id: key for key in keys[:MOST_SPLITS]}
        if not ids:
            return None
        found = await self.store.get(list(ids), self.caller)
        return by_name({one.id: one for one in found.values()}.values(), kind, what, "Give its id.")


__all__ = ["Ambiguous", "Names", "by_name"]
