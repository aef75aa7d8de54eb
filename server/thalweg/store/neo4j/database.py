"""The door to Neo4j: sessions, deadlines, retries. Every error leaves it in our words (`errors.py`)."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import urlsplit

import neo4j
from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncSession, AsyncTransaction, NotificationMinimumSeverity
from neo4j.exceptions import DriverError, Neo4jError

from thalweg.model.errors import DeadlineExceeded
from thalweg.store.neo4j.errors import Foreign, translate
from thalweg.store.neo4j.queries import Query

T = TypeVar("T")

# What the driver logs goes where the program's log goes. Where there is none, on the command line, nobody wants it:
# what went wrong is raised, and said in one line.
logging.getLogger("neo4j").addHandler(logging.NullHandler())

ACQUISITION = 5.0
"""Seconds to wait for a connection; when all are taken for that long, the store is overloaded."""

PATIENCE = 10.0
"""Seconds for what has no deadline of its own: reads of a known size."""

WRITING = 120.0
"""Seconds that a write transaction may take; longer is a bug, or a Neo4j in distress."""

ATTEMPTS = 5
"""How often a deadlock, or a connection that has died, is tried over again."""


class Database:
    """One Neo4j database. Safe for concurrent use within the event loop that opened it."""

    def __init__(self, driver: AsyncDriver, address: str, name: str) -> None:
        self._driver = driver
        self.address = address
        self.name = name
        # Within a cluster a read may reach a member that has not yet seen our last write; one instance has no such gap.
        scheme = address.partition(":")[0]
        self._working: set[asyncio.Task[Any]] = set()
        self._bookmarks = AsyncGraphDatabase.bookmark_manager() if scheme.startswith("neo4j") else None

    @classmethod
    def connect(
        cls, address: str, *, user: str | None, password: str | None, database: str, connections: int
    ) -> Database:
        """Raises StoreUnavailable for what is no address; whether anybody answers shows with the first query."""
        try:
            if not urlsplit(address).hostname:
                raise ValueError("it names no host")  # the driver would take localhost
            driver = AsyncGraphDatabase.driver(
                address,
                auth=(user, password or "") if user else None,
                connection_timeout=5.0,
                connection_acquisition_timeout=ACQUISITION,
                liveness_check_timeout=30.0,
                max_connection_pool_size=connections,
                max_transaction_retry_time=0.0,
                notifications_min_severity=NotificationMinimumSeverity.OFF,
                warn_notification_severity=NotificationMinimumSeverity.OFF,
                telemetry_disabled=True,
                user_agent="thalweg",
            )
        except Foreign as error:
            raise translate(error, address, database) from error
        return cls(driver, address, database)

    async def close(self) -> None:
        """Closes every connection, after what is under way."""
        if self._working:
            await asyncio.wait(self._working)
        await self._driver.close()

    def _session(self, access: str) -> AsyncSession:
        return self._driver.session(
            database=self.name, default_access_mode=access, bookmark_manager=self._bookmarks, fetch_size=-1
        )

    async def read(self, query: Query, *, seconds: float = PATIENCE, **parameters: Any) -> list[Any]:
        """The values of the one record that a query answers; an empty list when it answers none.

        Raises DeadlineExceeded when `seconds` have passed; the query in the database stops then.
        """

        async def run() -> list[Any]:
            async with self._session(neo4j.READ_ACCESS) as session:
                # The server's own limit is a backstop: it comes late, and only where a cancellation got lost.
                result = await session.run(neo4j.Query(query.text, timeout=seconds + 5), parameters)
                records = [record.values() async for record in result]
            return records[0] if records else []

        if seconds > 0:
            # In a task of its own: the driver cancels the task it runs in once more when that is cancelled, which
            # `asyncio.timeout` would take for somebody else's wish.
            task = self._keep(self._attempts(run, query.name))
            try:
                await asyncio.wait((task,), timeout=seconds)
            except asyncio.CancelledError:
                task.cancel()
                raise
            if task.done():
                return await task
            task.cancel()
            await asyncio.wait((task,))
        raise DeadlineExceeded(f"The question was stopped after {seconds:g} s.", "Ask for less, or give it more time.")

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Does work in one transaction, over again where it ran into another; commits when it returns.

        It is done to its end even when the caller is cancelled: of a commit that is cut off nobody could say whether it
        happened.
        """

        async def run() -> T:
            async with self._session(neo4j.WRITE_ACCESS) as session:
                transaction = await session.begin_transaction(timeout=WRITING)
                async with transaction:
                    done = await work(Transaction(transaction))
                    await transaction.commit()
                return done

        return await asyncio.shield(self._keep(self._attempts(run, "write")))

    def _keep(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._working.discard(task)
        if not task.cancelled():
            task.exception()  # marks it as seen: whoever asked may be gone

    async def run(self, query: Query, **parameters: Any) -> list[Any]:
        """Runs a query that commits by itself, and answers as `read` does: what changes the schema, say."""

        async def run() -> list[Any]:
            async with self._session(neo4j.WRITE_ACCESS) as session:
                result = await session.run(neo4j.Query(query.text, timeout=WRITING), parameters)
                records = [record.values() async for record in result]
            return records[0] if records else []

        return await self._attempts(run, query.name)

    async def _attempts(self, run: Callable[[], Awaitable[T]], name: str) -> T:
        attempt = 0
        while True:
            attempt += 1
            try:
                return await run()
            except Foreign as error:
                again = isinstance(error, DriverError | Neo4jError) and (error.is_retryable() or _made_meanwhile(error))
                if not again or attempt == ATTEMPTS:
                    raise translate(error, self.address, self.name, name) from error
            # Short, and never in step with whom it ran into. The driver itself would wait a second.
            await asyncio.sleep(random.uniform(0.1, 0.5))


def _made_meanwhile(error: DriverError | Neo4jError) -> bool:
    """Whether another process made the same index or constraint at the same moment, IF NOT EXISTS or not."""
    return isinstance(error, Neo4jError) and (error.code or "").endswith(".EquivalentSchemaRuleAlreadyExists")


class Transaction:
    """One write transaction, in which named queries are run."""

    def __init__(self, transaction: AsyncTransaction) -> None:
        self._transaction = transaction

    async def ask(self, query: Query, **parameters: Any) -> list[Any]:
        """The values of the records of a query, one after another."""
        try:
            result = await self._transaction.run(query.text, parameters)
            return [value async for record in result for value in record.values()]
        except Neo4jError as error:
            error.add_note(query.name)
            raise
