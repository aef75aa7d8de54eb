"""The contract of a store: a small set of typed operations, batch first, each with its caller.

No operation takes Cypher or SQL. One suite (`tests/store/`) holds every engine to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from thalweg.model.errors import ThalwegError
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
    Page,
    StoreInfo,
    Verdict,
    Walked,
    Written,
)
from thalweg.store.questions import Condition, Find, Groups, Neighbour, PathBetween, Search, Start, Walk
from thalweg.store.weave.prepared import Prepared

SCHEMA_VERSION = 3
"""Of what a store holds; a store of a later one is refused, an earlier one is migrated."""


class Store(Protocol):
    """The graph, kept. Open it with `open_store`; close it when done. Safe for concurrent use within one event loop."""

    @property
    def read_only(self) -> bool:
        """Whether another process holds the writer's place, or the store was opened for reading."""
        ...

    async def write(
        self, granules: Sequence[Prepared], caller: Caller, *, pass_: Pass | None = None
    ) -> list[Written | ThalwegError]:
        """Writes each granule whole or not at all, in one transaction; answers for each, in order.

        A granule that fails does not take its neighbours along: its place holds the error. With `pass_` each scope is
        noted as seen by that pass, also when its facts did not change.
        """
        ...

    async def begin_pass(self, source: str, caller: Caller) -> Pass:
        """Begins a pass over a source, at the store's own clock."""
        ...

    async def close_pass(self, pass_: Pass, caller: Caller) -> Written:
        """Retires the scopes of the source that nobody has seen since the pass began.

        An edge between things that are still there is retracted; an entity nobody states any more is gone; a release
        is ended.
        """
        ...

    async def forget(self, ids: Sequence[str], caller: Caller) -> Written:
        """Takes entities (an asset with its versions) out of every answer, whatever is stated, until `restore`.

        Raises NotFound when an id is not known.
        """
        ...

    async def restore(self, ids: Sequence[str], caller: Caller) -> Written:
        """Undoes `forget`. Raises NotFound when an id was never known."""
        ...

    async def get(self, ids: Sequence[str], caller: Caller) -> Mapping[str, Entity]:
        """The entities of these ids; an id not known is absent. An old id gives the entity it was joined into."""
        ...

    async def with_column_lineage(self, ids: Sequence[str], caller: Caller) -> Mapping[str, Entity]:
        """Of these entities those that say of which columns theirs were made; of thousands most say nothing of it.

        ids: as a walk gives them; an old id finds nothing.
        """
        ...

    async def find(self, find: Find, caller: Caller) -> Page:
        """A page of a list. Raises DeadlineExceeded."""
        ...

    async def count(self, kind: Kind, where: Condition, caller: Caller, *, seconds: float = 10.0) -> int:
        """How many entities a list would hold. Raises DeadlineExceeded."""
        ...

    async def group(self, groups: Groups, caller: Caller) -> Grouped:
        """A page of the groups of a list, with counts and the spread of metrics. Raises DeadlineExceeded."""

    async def search(self, search: Search, caller: Caller) -> Found:
        """A page of what meets a text, the best first. A text without a word meets nothing.

        Raises BadInput for a text that is too long, and DeadlineExceeded.
        """
        ...

    async def neighbours(self, ids: Sequence[str], ask: Neighbour, caller: Caller) -> Mapping[str, Neighbours]:
        """The neighbours of each node, by one relationship, with a limit for each; every id is in the answer."""
        ...

    async def walk(self, start: Start, walk: Walk, caller: Caller) -> Walked:
        """Everything that a walk reaches. An unknown start reaches nothing. A deadline cuts, and the answer says so."""
        ...

    async def path(self, between: PathBetween, caller: Caller) -> tuple[Edge, ...] | None:
        """The edges of one shortest path, in order; None where there is none. Raises DeadlineExceeded."""
        ...

    async def degrees(self, ids: Sequence[str], caller: Caller, *, as_of: int | None = None) -> Mapping[str, Degrees]:
        """How many lineage edges come into and leave each node, at its own level."""
        ...

    async def marks(
        self, ids: Sequence[str], caller: Caller, *, as_of: int | None = None, history: bool = False
    ) -> Mapping[str, tuple[Mark, ...]]:
        """The aliases and stages of models or of model versions, newest first: those that hold at a time, or all."""
        ...

    async def metric_history(self, id: str, metric: str, caller: Caller) -> tuple[Point, ...]:
        """The logged points of a metric of a run or a model version, by step, then time."""
        ...

    async def joins(self, ids: Sequence[str], caller: Caller) -> Mapping[str, tuple[Joined, ...]]:
        """By which statements other names lead to each entity, or its own name to another; every id is in the answer.

        Ordered by alias, then by what it is a name of, then by source and scope.
        """
        ...

    async def events(self, after: int, limit: int, caller: Caller) -> tuple[Event, ...]:
        """What happened, in the order of commits, after a cursor (0: from the beginning)."""
        ...

    async def keep_note(self, name: str, body: Json, caller: Caller) -> None:
        """Keeps a JSON value under a name, in the place of what was kept there: the program's notes to itself."""
        ...

    async def notes(self, begin: str, caller: Caller) -> Mapping[str, Json]:
        """The notes whose names begin so, by name, in their order."""
        ...

    async def keep_verdict(self, id: str, body: Json, caller: Caller) -> None:
        """Keeps a verdict, which is a JSON value, under an id; where one is kept under it, that one stays."""
        ...

    async def verdict(self, id: str, caller: Caller) -> Verdict | None:
        """The verdict that is kept under an id; None where there is none."""
        ...

    async def sources(self, caller: Caller) -> tuple[Source, ...]:
        """The sources that have stated anything."""
        ...

    async def info(self) -> StoreInfo: ...

    async def check(self) -> Checked:
        """Looks for what must not be: dangling edges, wrong counts, derived edges and searched texts that are not."""
        ...

    async def rebuild(self, caller: Caller) -> int:
        """Computes the derived asset edges, and what things are searched by, again; answers how many were wrong."""
        ...

    async def migrate(self) -> tuple[int, int]:
        """Brings the store to this release's schema; answers the version before and after."""
        ...

    async def ping(self) -> None:
        """Raises StoreError when the store cannot answer."""
        ...

    async def close(self) -> None: ...
