"""Group commit: what waits to be written is written together, and each caller is answered after its own commit."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from thalweg.model.errors import StoreError, StoreUnavailable, ThalwegError
from thalweg.model.results import Written
from thalweg.store.weave.prepared import Batch

Answer = Written | ThalwegError

ROWS = 5_000
"""Entities and edges that one transaction takes up together; a batch that has more by itself is one all the same."""

Commit = Callable[[Sequence[Batch]], Awaitable[Sequence[list[Answer]]]]
"""Writes batches in one transaction, all or none; the answers of each, in order."""


class Queue:
    """Batches that wait for the one transaction at a time.

    What cannot be committed together is committed one by one, at last granule by granule, so that what the engine
    refuses fails alone: its answer is the error. A batch is committed whether or not its caller still waits.
    """

    def __init__(self, commit: Commit, *, rows: int = ROWS) -> None:
        self._commit = commit
        self._rows = rows
        self._waiting: deque[tuple[Batch, asyncio.Future[list[Answer]]]] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._closed = False

    async def put(self, batch: Batch) -> list[Answer]:
        """Answers for each granule, in order, after the commit. Raises StoreError once the queue is closed."""
        if self._closed:
            raise StoreError("The store is closed.", "Open it again.")
        answers: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        self._waiting.append((batch, answers))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(), name="thalweg-group-commit")
        return await asyncio.shield(answers)

    async def close(self) -> None:
        """Takes nothing more, and returns when all that was put is committed."""
        self._closed = True
        if self._worker is not None:
            await asyncio.shield(self._worker)

    async def _work(self) -> None:
        while self._waiting:
            together = [self._waiting.popleft()]
            rows = together[0][0].rows
            while self._waiting and rows + self._waiting[0][0].rows <= self._rows:
                together.append(self._waiting.popleft())
                rows += together[-1][0].rows
            await self._settle(together)
        self._worker = None

    async def _settle(self, together: Sequence[tuple[Batch, asyncio.Future[list[Answer]]]]) -> None:
        try:
            answers = await self._commit([batch for batch, _ in together])
        except StoreUnavailable as error:
            answers = [[error] * len(batch.granules) for batch, _ in together]  # it would refuse each as well
        except Exception as error:
            if len(together) > 1:
                for one in together:
                    await self._settle([one])
                return
            ((batch, future),) = together
            try:
                answers = [await self._alone(batch, error)]
            except Exception as last:
                future.set_exception(last)
                future.exception()  # looked at here, in case its caller is gone
                return
        for (_, future), answer in zip(together, answers, strict=True):
            future.set_result(answer)

    async def _alone(self, batch: Batch, error: Exception) -> list[Answer]:
        """A batch that cannot be committed: granule by granule. What is not of the store's errors is raised."""
        if not isinstance(error, ThalwegError):
            raise error
        if len(batch.granules) == 1:
            return [error]
        answers: list[Answer] = []
        for granule in batch.granules:
            one = Batch([granule], batch.caller, batch.pass_)
            try:
                ((answer,),) = await self._commit([one])
            except ThalwegError as failed:
                answer = failed
            answers.append(answer)
        return answers
