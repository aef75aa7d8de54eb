"""Batches: what the fields of many objects ask for in one turn of the loop becomes one call of the store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from thalweg.lineage.live import releases_of
from thalweg.model import time
from thalweg.model.facts import Caller
from thalweg.model.results import Entity, Mark, Neighbours
from thalweg.store.questions import Neighbour
from thalweg.store.store import Store

V = TypeVar("V")
Tasks = set[asyncio.Task[None]]


class Batch(Generic[V]):
    """Gathers ids, and answers all of them with one call. An answer is kept for as long as the batch is.

    fetch: the call. Each load has a future of its own, so that one that is given up leaves the others alone.
    """

    def __init__(self, fetch: Callable[[Sequence[str]], Awaitable[Mapping[str, V]]], absent: V, tasks: Tasks) -> None:
        self._fetch = fetch
        self._absent = absent
        self._tasks = tasks
        self._known: dict[str, V] = {}
        self._waiting: dict[str, list[asyncio.Future[V]]] = {}

    def load(self, id: str) -> V | asyncio.Future[V]:
        """The value where it is known already, else a future of it; GraphQL takes either."""
        if id in self._known:
            return self._known[id]
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._start)
        future: asyncio.Future[V] = loop.create_future()
        self._waiting.setdefault(id, []).append(future)
        return future

    def _start(self) -> None:
        waiting, self._waiting = self._waiting, {}
        task = asyncio.get_running_loop().create_task(self._answer(waiting))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, waiting: dict[str, list[asyncio.Future[V]]]) -> None:
        try:
            found = await self._fetch(list(waiting))
        except Exception as error:
            for futures in waiting.values():
                for future in futures:
                    if not future.done():
                        future.set_exception(error)
                        future.exception()  # marks it as seen: whoever waited may be gone
            return
        for id, futures in waiting.items():
            value = self._known[id] = found.get(id, self._absent)
            for future in futures:
                if not future.done():
                    future.set_result(value)


class Loaders:
    """The batches of one operation. A `shape` makes what the API shows of what the store answers, once for each id."""

    def __init__(self, store: Store, caller: Caller, shape: Callable[[Entity], Any]) -> None:
        self._store = store
        self._caller = caller
        self._shape = shape
        self._tasks: Tasks = set()
        self._batches: dict[Hashable, Batch[Any]] = {}
        self.entities: Batch[Any] = Batch(self._entities, None, self._tasks)

    def _batch(self, name: Hashable, fetch: Callable[[Sequence[str]], Awaitable[Mapping[str, V]]]) -> Batch[V]:
        batch = self._batches.get(name)
        if batch is None:
            batch = self._batches[name] = Batch(fetch, None, self._tasks)
        return batch

    async def _entities(self, ids: Sequence[str]) -> Mapping[str, Any]:
        found = await self._store.get(ids, self._caller)
        return {id: self._shape(entity) for id, entity in found.items()}

    def neighbours(self, ask: Neighbour, shape: Callable[[Neighbours, Callable[[Entity], Any]], V]) -> Batch[V]:
        async def fetch(ids: Sequence[str]) -> Mapping[str, V]:
            found = await self._store.neighbours(ids, ask, self._caller)
            return {id: shape(neighbours, self._shape) for id, neighbours in found.items()}

        return self._batch((ask, shape), fetch)

    def marks(self, as_of: int | None, history: bool) -> Batch[tuple[Mark, ...]]:
        async def fetch(ids: Sequence[str]) -> Mapping[str, tuple[Mark, ...]]:
            found = await self._store.marks(ids, self._caller, as_of=as_of, history=history)
            return {id: found.get(id, ()) for id in ids}

        return self._batch((as_of, history), fetch)

    def live(self, as_of: int | None, first: int, shape: Callable[[Sequence[Entity], bool], V]) -> Batch[V]:
        """The releases of deployments that are live at a time, the newest first."""

        async def fetch(ids: Sequence[str]) -> Mapping[str, V]:
            at = time.now() if as_of is None else as_of
            found = await releases_of(self._store, self._caller, ids, at, first)
            return {id: shape(*found[id]) for id in ids}

        return self._batch(("live", as_of, first), fetch)

    def close(self) -> None:
        """Stops what is still being asked: nobody waits for it any more."""
        for task in self._tasks:
            task.cancel()
