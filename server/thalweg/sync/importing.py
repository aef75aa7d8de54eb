"""A pass by an importer of any name, with what it needs to be told by the store."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from thalweg.importers import catalogue, git, kubernetes
from thalweg.importers.kubernetes.held import Held
from thalweg.importers.kubernetes.uris import plain
from thalweg.importers.reading import Reading
from thalweg.model.edges import EdgeType
from thalweg.model.facts import Caller
from thalweg.model.keys import Key
from thalweg.model.keys import repository as repository_key
from thalweg.model.kinds import Kind
from thalweg.store.questions import Find, Hop, Neighbour, Where
from thalweg.store.store import Store
from thalweg.sync.describing import Describing

CALLER = Caller("import")
PAGE = 500


async def reading(
    store: Store, importer: str, location: str, source: str | None, options: Mapping[str, Any]
) -> Reading:
    """Opens a source, on a thread. Raises BadInput for what no importer takes, SourceError for what cannot be read."""
    given = dict(options)
    if importer == "git" and not given.get("all_commits"):
        identity = await asyncio.to_thread(git.repository, location, source=source, url=given.get("url"))
        given["refs_to"] = await commits_of_runs(store, identity)
    if importer == "files":
        given["describe"] = Describing()
    if importer == "kubernetes":
        found = await asyncio.to_thread(kubernetes.found_at, location, source=source, namespace=given.get("namespace"))
        versions, doubted = await versions_at(store, found.uris())
        found.warnings += doubted
        environments = kubernetes.environments(given.get("environment") or ())
        held = await held_of(store, found.asked(environments))
        given |= {"found": found, "versions": versions, "held": held}
    return await asyncio.to_thread(catalogue.reading, importer, location, source, given)


async def commits_of_runs(store: Store, url: str) -> list[str]:
    """The shas of a repository that runs name: a commit has no lineage edge but those to the runs of its code."""
    id = repository_key(url).id
    repository = (await store.get([id], CALLER)).get(id)
    if repository is None:
        return []
    named: list[str] = []
    after = None
    while True:
        found = await store.find(Find(Kind.COMMIT, Where(asset_id=repository.id), limit=PAGE, after=after), CALLER)
        degrees = await store.degrees([commit.id for commit in found.entities], CALLER)
        named += [commit.key[1] for commit in found.entities if degrees[commit.id].outward]
        if not found.has_next:
            return named
        after = found.positions[-1]


async def versions_at(store: Store, uris: set[str]) -> tuple[dict[str, Key], list[str]]:
    """By URI the model version that is known to lie there; a sentence for each where several are."""
    there: dict[str, list[Key]] = {}
    after = None
    while uris:
        found = await store.find(Find(Kind.MODEL_VERSION, Where(known=True), limit=PAGE, after=after), CALLER)
        for one in found.entities:
            uri = plain(str(one.props.get("uri") or ""))
            if uri in uris:
                there.setdefault(uri, []).append(Key(Kind.MODEL_VERSION, one.key))
        if not found.has_next:
            break
        after = found.positions[-1]
    doubted = [
        f"At {uri} lie {len(keys)} model versions ({keys[0]}, {keys[1]}, …): which of them is served is not known."
        for uri, keys in there.items()
        if len(keys) > 1
    ]
    return {uri: keys[0] for uri, keys in there.items() if len(keys) == 1}, doubted


SHARE = Neighbour(Hop.IN, EdgeType.SERVED_BY, (Kind.MODEL_VERSION,), limit=1)
"""What any model of a release gets of the traffic: they get the same."""


async def held_of(store: Store, keys: Collection[Key]) -> dict[Key, Held]:
    """By key the deployments and releases that a store holds."""
    held: dict[Key, Held] = {}
    asked = sorted(keys, key=lambda key: key.id)
    for begin in range(0, len(asked), PAGE):
        some = asked[begin : begin + PAGE]
        found = await store.get([key.id for key in some], CALLER)
        releases = [one.id for one in found.values() if one.kind is Kind.RELEASE]
        served = await store.neighbours(releases, SHARE, CALLER) if releases else {}
        for key in some:
            if (one := found.get(key.id)) is not None and one.known:
                near = served[one.id].found if one.id in served else ()
                there = bool(one.origins) and one.gone_at is None
                held[key] = Held(one.props, there, near[0][0].props.get("traffic") if near else None)
    return held
