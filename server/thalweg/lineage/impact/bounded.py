"""Questions to a store within one budget of entities and one deadline, as of one time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from time import monotonic

from thalweg.lineage.bounds import until
from thalweg.model.edges import EdgeType
from thalweg.model.facts import Caller
from thalweg.model.kinds import Kind
from thalweg.model.results import Direction, Entity, Mark, Neighbours, Page, Truncated, Walked
from thalweg.store.questions import Find, Hop, Neighbour, Start, Walk, Where
from thalweg.store.store import Store


class Cut(Exception):
    """The budget or the time is spent; what was fetched until now is all there will be."""


class Bounded:
    """Asks until the budget or the time is spent; `cuts` says in sentences what was cut.

    A walk that is cut still answers; the question after it raises Cut.
    """

    def __init__(self, store: Store, caller: Caller, *, as_of: int | None, visited: int, seconds: float) -> None:
        self._store = store
        self._caller = caller
        self._as_of = as_of
        self._visited = visited
        self._seconds = seconds
        self._until = monotonic() + seconds
        self._seen: set[str] = set()
        self.cuts: list[str] = []

    @property
    def left(self) -> int:
        """How many entities more it may look at; one that was looked at already costs nothing."""
        return self._visited - len(self._seen)

    async def walk(self, start: Start, direction: Direction, depth: int | None, types: tuple[EdgeType, ...]) -> Walked:
        return await self._walked(start, Walk(direction, types=types, depth=depth, as_of=self._as_of))

    async def all_versions(self, asset: str) -> Walked:
        """The versions of an asset, whenever they were first seen, without edges."""
        return await self._walked(Start(versions_of=asset), Walk(Direction.DOWNSTREAM, depth=0, edges=False))

    async def readers(self, dataset: str) -> Walked:
        """The versions of a dataset, and who ever read them, or was derived from them."""
        types = (EdgeType.INPUT_TO, EdgeType.DERIVED_INTO)
        walk = Walk(Direction.DOWNSTREAM, types=types, depth=1, as_of=self._as_of)
        return await self._walked(Start(versions_of=dataset), walk)

    async def ancestors(self, commit: str) -> Walked:
        """A commit and all that lead to it, without edges."""
        walk = Walk(Direction.UPSTREAM, types=(EdgeType.PARENT_OF,), depth=None, as_of=self._as_of, edges=False)
        return await self._walked(Start(ids=(commit,)), walk)

    async def get(self, ids: Collection[str]) -> Mapping[str, Entity]:
        """Entities by id; what was walked already costs no more of the budget."""
        self._in_time()
        return await until(self._until, self._store.get(list(ids), self._caller)) if ids else {}

    async def with_column_lineage(self, ids: Collection[str]) -> Mapping[str, Entity]:
        """As the store says; what was walked already costs no more of the budget."""
        self._in_time()
        return await until(self._until, self._store.with_column_lineage(list(ids), self._caller)) if ids else {}

    async def _walked(self, start: Start, walk: Walk) -> Walked:
        self._in_time()
        if self.left < 1:
            raise Cut(self._too_much())
        walk = replace(walk, max_nodes=self._visited, visited=self._visited, seconds=self._until - monotonic())
        walked = await self._store.walk(start, walk, self._caller)
        self._seen.update([node.id for node in walked.nodes])
        if walked.truncated is Truncated.DEADLINE:
            self.cuts.append(self.too_late())
        elif walked.truncated in (Truncated.VISITED, Truncated.MAX_NODES):
            self.cuts.append(self._too_much())
        return walked

    async def newest(self, assets: Collection[str], limit: int) -> Mapping[str, Neighbours]:
        """The newest versions of assets at the time of the question."""
        self._in_time()
        ask = Neighbour(Hop.VERSIONS, limit=limit, as_of=self._as_of)
        found = await until(self._until, self._store.neighbours(list(assets), ask, self._caller))
        self._seen.update([other.id for near in found.values() for _, other in near.found])
        return found

    async def find(self, kind: Kind, where: Where, limit: int) -> Page:
        self._in_time()
        return await self._store.find(Find(kind, where, limit=limit, seconds=self._until - monotonic()), self._caller)

    async def marks(self, models: Collection[str]) -> Mapping[str, tuple[Mark, ...]]:
        self._in_time()
        return await until(self._until, self._store.marks(list(models), self._caller, as_of=self._as_of))

    def _in_time(self) -> None:
        if monotonic() >= self._until:
            raise Cut(self.too_late())

    def too_late(self) -> str:
        return f"The question was cut after {self._seconds:g} seconds; ask with more time, or of less."

    def _too_much(self) -> str:
        return f"The question was cut after {self._visited} entities; ask with a larger budget, or of less."
