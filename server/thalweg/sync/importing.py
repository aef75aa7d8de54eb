"""A pass by an importer of any name, with what it needs to be told by the store."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from thalweg.importers import catalogue, git
from thalweg.importers.reading import Reading
from thalweg.model.facts import Caller
from thalweg.model.keys import repository as repository_key
from thalweg.model.kinds import Kind
from thalweg.store.questions import Find, Where
from thalweg.store.store import Store

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
