"""The store on a Neo4j: one server or a cluster, written and read by any number of processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

import orjson

from thalweg.model.errors import StoreError, StoreReadOnly, ThalwegError
from thalweg.model.facts import Caller, Json, Pass, Point, Source
from thalweg.model.kinds import Kind
from thalweg.model.results import (
    Checked,
    Degrees,
    Edge,
    Entity,
    Event,
    Found,
    Grouped,
    Joined,
    Mark,
    Neighbours,
    Outcome,
    Page,
    StoreInfo,
    Verdict,
    Walked,
    Written,
)
from thalweg.store.neo4j import aliases, around, groups, lists, schema, upkeep
from thalweg.store.neo4j.database import Database, Transaction
from thalweg.store.neo4j.drive import drive, take_place
from thalweg.store.neo4j.ledger import AT_ONCE
from thalweg.store.neo4j.path import path
from thalweg.store.neo4j.queries import query
from thalweg.store.neo4j.search import search
from thalweg.store.neo4j.walk import walk
from thalweg.store.questions import Condition, Find, Groups, Neighbour, PathBetween, Search, Start, Walk
from thalweg.store.queue import Answer, Queue
from thalweg.store.weave import weave
from thalweg.store.weave.derived import rebuild
from thalweg.store.weave.prepared import Batch, Prepared
from thalweg.store.weave.requests import Asking
from thalweg.store.weave.texts import rebuild as retell

T = TypeVar("T")
Step = Callable[[int], Asking[T]]
"""A step of the weave, that is given the time."""


class Neo4jStore:
    """Fulfils `store.Store`. Open it with `open`."""

    def __init__(self, database: Database, read_only: bool) -> None:
        self._database = database
        self._read_only = read_only
        self._queue = Queue(self._commit)
        self._closed = False

    @classmethod
    async def open(
        cls,
        address: str,
        *,
        user: str | None = None,
        password: str | None = None,
        database: str | None = None,
        read_only: bool = False,
        older: bool = False,
        connections: int = 50,
    ) -> Neo4jStore:
        """Opens the store in a database, or makes one where the database is empty.

        user: None for a server without a login. database: None for `neo4j`, which every server has. older: also a store
        of an earlier schema, which only `migrate` is good for. connections: at most, to each server.

        Raises a StoreError where nobody answers, where it is denied, or where something else is in the database.
        """
        door = Database.connect(
            address, user=user, password=password, database=database or "neo4j", connections=connections
        )
        try:
            await schema.begin(door, older=older, read_only=read_only)
        except BaseException:
            await door.close()
            raise
        return cls(door, read_only)

    @property
    def read_only(self) -> bool:
        return self._read_only

    # ------------------------------------------------------------------------------------------------------- writing

    async def write(
        self, granules: Sequence[Prepared], caller: Caller, *, pass_: Pass | None = None
    ) -> list[Written | ThalwegError]:
        self._require_writer()
        return await self._queue.put(Batch(granules, caller, pass_)) if granules else []

    async def _commit(self, batches: Sequence[Batch]) -> list[list[Answer]]:
        return await self._drive(partial(weave.weave, batches))

    async def _drive(self, step: Step[T]) -> T:
        """Drives a step of the weave in one transaction."""

        async def work(transaction: Transaction) -> T:
            ledger = await take_place(transaction)
            return await drive(step(ledger.now), ledger)

        return await self._database.write(work)

    def _require_writer(self) -> None:
        self._require_open()
        if self._read_only:
            raise StoreReadOnly(
                f"{self._database.address} was opened for reading; here it can only be read.", "Open it for writing."
            )

    def _require_open(self) -> None:
        if self._closed:
            raise StoreError("The store is closed.", "Open it again.")

    async def begin_pass(self, source: str, caller: Caller) -> Pass:
        self._require_writer()
        (now,) = await self._read().read(query("clock"))
        return Pass(source, now)

    async def close_pass(self, pass_: Pass, caller: Caller) -> Written:
        self._require_writer()
        counts: dict[str, int] = {}
        outcome, cursor, more = Outcome.UNCHANGED, 0, True
        while more:
            written, more = await self._drive(partial(weave.retire, pass_, caller))
            if written.outcome is Outcome.WRITTEN:
                outcome, cursor = Outcome.WRITTEN, max(cursor, written.cursor)
            for what, number in written.counts.items():
                counts[what] = counts.get(what, 0) + number
        return Written(outcome, counts=counts, cursor=cursor)

    async def forget(self, ids: Sequence[str], caller: Caller) -> Written:
        self._require_writer()
        return await self._drive(partial(weave.forget, ids, caller))

    async def restore(self, ids: Sequence[str], caller: Caller) -> Written:
        self._require_writer()
        return await self._drive(partial(weave.restore, ids, caller))

    async def keep_note(self, name: str, body: Json, caller: Caller) -> None:
        self._require_writer()
        await self._database.run(query("keep_note"), name=name, body=orjson.dumps(body).decode())

    async def keep_verdict(self, id: str, body: Json, caller: Caller) -> None:
        self._require_writer()
        (now,) = await self._read().read(query("clock"))
        text = orjson.dumps(body).decode()
        await self._database.run(query("keep_verdict"), id=id, at=now, caller=caller.name, body=text)

    # ------------------------------------------------------------------------------------------------------- reading

    def _read(self) -> Database:
        self._require_open()
        return self._database

    async def get(self, ids: Sequence[str], caller: Caller) -> Mapping[str, Entity]:
        return await around.get(self._read(), ids)

    async def with_column_lineage(self, ids: Sequence[str], caller: Caller) -> Mapping[str, Entity]:
        return await around.with_column_lineage(self._read(), ids)

    async def find(self, find: Find, caller: Caller) -> Page:
        return await lists.find(self._read(), find)

    async def count(self, kind: Kind, where: Condition, caller: Caller, *, seconds: float = 10.0) -> int:
        return await lists.count(self._read(), kind, where, seconds)

    async def group(self, asked: Groups, caller: Caller) -> Grouped:
        return await groups.group(self._read(), asked)

    async def search(self, search_: Search, caller: Caller) -> Found:
        return await search(self._read(), search_)

    async def neighbours(self, ids: Sequence[str], ask: Neighbour, caller: Caller) -> Mapping[str, Neighbours]:
        return await around.neighbours(self._read(), ids, ask)

    async def walk(self, start: Start, walk_: Walk, caller: Caller) -> Walked:
        return await walk(self._read(), start, walk_)

    async def path(self, between: PathBetween, caller: Caller) -> tuple[Edge, ...] | None:
        return await path(self._read(), between)

    async def degrees(self, ids: Sequence[str], caller: Caller, *, as_of: int | None = None) -> Mapping[str, Degrees]:
        return await around.degrees(self._read(), ids, as_of)

    async def marks(
        self, ids: Sequence[str], caller: Caller, *, as_of: int | None = None, history: bool = False
    ) -> Mapping[str, tuple[Mark, ...]]:
        return await around.marks(self._read(), ids, as_of, history)

    async def metric_history(self, id: str, metric: str, caller: Caller) -> tuple[Point, ...]:
        return await around.metric_history(self._read(), id, metric)

    async def events(self, after: int, limit: int, caller: Caller) -> tuple[Event, ...]:
        return await around.events(self._read(), after, limit)

    async def joins(self, ids: Sequence[str], caller: Caller) -> dict[str, tuple[Joined, ...]]:
        return await aliases.joins(self._read(), ids)

    async def notes(self, begin: str, caller: Caller) -> dict[str, Json]:
        (rows,) = await self._read().read(query("notes"), begin=begin)
        return {name: orjson.loads(body) for name, body in sorted(rows)}

    async def verdict(self, id: str, caller: Caller) -> Verdict | None:
        return await around.verdict(self._read(), id)

    async def sources(self, caller: Caller) -> tuple[Source, ...]:
        return await around.sources(self._read())

    # -------------------------------------------------------------------------------------------------------- upkeep

    async def info(self) -> StoreInfo:
        return await upkeep.info(self._read(), read_only=self._read_only)

    async def check(self) -> Checked:
        return await upkeep.check(self._read())

    async def rebuild(self, caller: Caller) -> int:
        self._require_writer()
        hung = await upkeep.wrong_reads(self._database)
        mended = await self._drive(partial(weave.rehang, hung)) if hung else 0
        wrong = await upkeep.wrong_derived(self._database)
        mended += await self._drive(partial(rebuild, wrong)) if wrong else 0
        return mended + await self._retell()

    async def _retell(self) -> int:
        """Works out anew what is searched of each entity that is searched by something else; answers how many."""
        wrong = await upkeep.wrong_texts(self._database)
        for begin in range(0, len(wrong), AT_ONCE):
            await self._drive(partial(retell, wrong[begin : begin + AT_ONCE]))
        return len(wrong)

    async def migrate(self) -> tuple[int, int]:
        self._require_writer()
        before = await schema.prepare(self._database)
        if before < schema.SEARCHED_SINCE:
            await self._retell()
        return before, await schema.finish(self._database)

    async def ping(self) -> None:
        await self._read().read(query("ping"), seconds=5.0)

    async def close(self) -> None:
        """Commits what waits, then lets go of the connections. Closing twice is closing once."""
        if self._closed:
            return
        self._closed = True
        await self._queue.close()
        await self._database.close()
