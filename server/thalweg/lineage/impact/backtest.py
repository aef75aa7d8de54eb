"""What a policy would have said of the changes of columns that the store has seen, and what then really happened.

Each version of a dataset whose columns differ from those of the version before it is a change. It is asked as of the
moment before it came; what followed are the first runs afterwards of the jobs that read the dataset until then.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from time import monotonic

from thalweg.lineage.impact.ask import impact
from thalweg.lineage.impact.change import Columns
from thalweg.lineage.impact.facts import DEFAULT_MARKS, LiveMarks
from thalweg.lineage.impact.policy import DEFAULT_POLICY, Rule
from thalweg.lineage.impact.words import Effect, Verdict
from thalweg.model.columns import Column, ColumnChange, columns_of
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput, DeadlineExceeded
from thalweg.model.facts import Caller
from thalweg.model.kinds import Kind
from thalweg.model.results import Entity
from thalweg.model.time import DAY, now
from thalweg.schemas import Table, compare
from thalweg.store.questions import Find, Hop, Neighbour, Order, Sort, Where
from thalweg.store.store import Store

PAGE = 100
FAILED = ("FAILED",)
"""Statuses of a run that a change may have broken. (KILLED is what somebody did.)"""


@dataclass(frozen=True, slots=True)
class Followed:
    """The first run of a job after a change: whether it failed, and whether the change was said to break the job."""

    job_id: str
    job: tuple[str, ...]
    run_id: str
    failed: bool
    expected: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """A change that was seen: of which dataset, when, and what the policy says of it by what was known before.

    followed: what happened to the jobs that read the dataset until then. rule: the rule of the policy that decides.
    """

    dataset_id: str
    dataset: tuple[str, ...]
    version_id: str
    at: int
    changes: tuple[ColumnChange, ...]
    verdict: Verdict
    rule: str
    reason: str
    followed: tuple[Followed, ...]

    @property
    def broke(self) -> bool:
        """Whether a run that followed failed."""
        return any(one.failed for one in self.followed)


@dataclass(frozen=True, slots=True)
class Backtest:
    """since, until: the period that was looked at, epoch microseconds. replayed: the changes in it, the oldest first.

    next: from when on to go on, where the time was up, or `limit` changes were found; None when all was looked at.
    """

    since: int
    until: int
    replayed: tuple[Replayed, ...]
    next: int | None = None


async def backtest(
    store: Store,
    caller: Caller,
    *,
    policy: Sequence[Rule] = DEFAULT_POLICY,
    live_marks: LiveMarks = DEFAULT_MARKS,
    since: int,
    until: int | None = None,
    active_within: int = 90 * DAY,
    follow: int = 30 * DAY,
    limit: int = 100,
    visited: int = 100_000,
    seconds: float = 10.0,
) -> Backtest:
    """Replays the changes of columns in a period.

    follow: how long after a change, in microseconds, the first run of a job is looked for. limit: so many changes at
    most. Raises BadInput for a period that ends before it begins.
    """
    end = now() if until is None else until
    if end < since:
        raise BadInput("The period ends before it begins.", "Give `since` a time before `until`.")
    replaying = _Replaying(store, caller, monotonic() + seconds)
    replayed: list[Replayed] = []
    try:
        async for version, changes in replaying.changes(since, end):
            if len(replayed) >= limit or replaying.late():
                return Backtest(since, end, tuple(replayed), next=version.at)
            found = await impact(
                store,
                caller,
                version.asset_id or "",
                Columns(changes),
                as_of=version.at - 1,
                active_within=active_within,
                policy=policy,
                live_marks=live_marks,
                any_column=True,
                visited=visited,
                seconds=replaying.left(),
            )
            deciding = next(iter(found.affected), None)
            expected = {
                line.asset_id for line in found.affected if line.effect is Effect.BREAKS and line.kind is Kind.JOB
            }
            replayed.append(
                Replayed(
                    version.asset_id or "",
                    version.key[:2],
                    version.id,
                    version.at,
                    changes,
                    found.verdict,
                    deciding.rule if deciding else "",
                    deciding.reason if deciding else "",
                    await replaying.followed(version, expected, follow),
                )
            )
    except DeadlineExceeded:
        at = replayed[-1].at + 1 if replayed else since
        return Backtest(since, end, tuple(replayed), next=at)
    return Backtest(since, end, tuple(replayed))


class _Replaying:
    def __init__(self, store: Store, caller: Caller, ends: float) -> None:
        self._store = store
        self._caller = caller
        self._ends = ends

    def left(self) -> float:
        return max(0.001, self._ends - monotonic())

    def late(self) -> bool:
        return monotonic() >= self._ends

    async def changes(self, since: int, until: int) -> AsyncIterator[tuple[Entity, tuple[ColumnChange, ...]]]:
        """The versions in a period whose columns differ from those before, the oldest first."""
        before: dict[str, tuple[Column, ...] | None] = {}
        find = Find(
            Kind.DATASET_VERSION,
            Where(since=since, before=until + 1, known=True),
            Order(Sort.AT, descending=False),
            limit=PAGE,
            seconds=self.left(),
        )
        after = None
        while True:
            page = await self._store.find(_after(find, after, self.left()), self._caller)
            for version in page.entities:
                asset, columns = version.asset_id, columns_of(version.props)
                if asset is None or columns is None:
                    continue
                if asset not in before:
                    before[asset] = await self._columns_before(asset, version.at)
                was, before[asset] = before[asset], columns
                if was is None:
                    continue
                found = compare(version.key[0], was, Table("store", columns=columns)).changes
                if found:
                    yield version, found
            if not page.has_next:
                return
            after = page.positions[-1]

    async def _columns_before(self, dataset: str, at: int) -> tuple[Column, ...] | None:
        """Those of the newest version before a time, where any of it has some."""
        where = Where(asset_id=dataset, before=at, known=True)
        page = await self._store.find(
            Find(Kind.DATASET_VERSION, where, Order(Sort.AT), limit=25, seconds=self.left()), self._caller
        )
        return next((found for one in page.entities if (found := columns_of(one.props)) is not None), None)

    async def followed(self, version: Entity, expected: set[str], follow: int) -> tuple[Followed, ...]:
        """The first run after a change of each job that read the dataset until then, or was said to break."""
        ask = Neighbour(Hop.OUT, EdgeType.INPUT_TO, (Kind.JOB,), limit=PAGE, as_of=version.at - 1)
        dataset = version.asset_id or ""
        readers = (await self._store.neighbours([dataset], ask, self._caller))[dataset]
        jobs = {entity.id: entity.key for _, entity in readers.found}
        missing = sorted(expected - jobs.keys())
        jobs.update((entity.id, entity.key) for entity in (await self._store.get(missing, self._caller)).values())
        found: list[Followed] = []
        for job, key in sorted(jobs.items()):
            where = Where(asset_id=job, since=version.at, before=version.at + follow)
            order = Order(Sort.AT, descending=False)
            page = await self._store.find(Find(Kind.RUN, where, order, limit=1, seconds=self.left()), self._caller)
            for run in page.entities:
                failed = run.props.get("status") in FAILED
                found.append(Followed(job, key, run.id, failed, job in expected))
        return tuple(found)


def _after(find: Find, after: tuple[object, ...] | None, seconds: float) -> Find:
    return Find(find.kind, find.where, find.order, limit=find.limit, after=after, seconds=seconds)
