"""What stands alone: live releases with no known data, data that feeds nothing live, models that were never served.

An estate of millions cannot be looked through at once. So the candidates come in pages by keyset, each is judged with
all others of its batch in one walk, and the answer says how many were looked at and where to go on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from time import monotonic

from thalweg.lineage.bounds import until
from thalweg.lineage.live import releases_of
from thalweg.lineage.since import DATED, nothing_yet
from thalweg.lineage.spelling import kind_of
from thalweg.model import time
from thalweg.model.edges import EdgeType
from thalweg.model.errors import DeadlineExceeded
from thalweg.model.facts import Caller, Json
from thalweg.model.kinds import Kind
from thalweg.model.results import Direction, Entity, Page, Truncated, Walked
from thalweg.store.questions import Find, Hop, Neighbour, Order, Sort, Start, Walk, Where
from thalweg.store.store import Store

BATCH = 200
"""Candidates that are judged together."""

MOST_LOOKED_AT = 5_000
"""Candidates that one question looks at; the next goes on."""

ORDER = Order(Sort.NAME, descending=False)

Place = tuple[Json, ...]
Verdicts = Mapping[str, bool]


class Orphan(Enum):
    """Which list is asked for.

    RELEASES: live ones of which no dataset version is upstream through a model that they serve. DATA: datasets from
    which no deployment with a live release is reached among assets. MODELS: those that no deployment ever served.
    """

    RELEASES = "RELEASES"
    DATA = "DATA"
    MODELS = "MODELS"


@dataclass(slots=True)
class Orphans:
    """A page of what stands alone, in the order of names.

    found: with their places. end: the place of the last candidate that was looked at; behind it the next page begins.
    more: whether there are candidates that were not looked at. looked_at: how many were. undecided: those among them
        that alone would take more than the budget. truncated: why it ended before the page was full; note: see
        `CommonAncestors`.
    """

    found: list[Entity] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    end: Place | None = None
    more: bool = False
    looked_at: int = 0
    undecided: list[Entity] = field(default_factory=list)
    truncated: Truncated | None = None
    note: str | None = None


async def orphans(
    store: Store,
    caller: Caller,
    kind: Orphan,
    *,
    as_of: int | None = None,
    first: int = 25,
    after: Place | None = None,
    visited: int = 100_000,
    seconds: float = 10.0,
) -> Orphans:
    """A page of what stands alone. after: the `end` of an earlier page. visited: of one walk.

    What is too much is left for the next page, and the answer says why.
    """
    judge = _Judge(store, caller, as_of, visited, monotonic() + seconds)
    answer = Orphans(end=after)
    candidates = {Orphan.RELEASES: Kind.RELEASE, Orphan.DATA: Kind.DATASET, Orphan.MODELS: Kind.MODEL}[kind]
    where = Where(live=True, live_at=as_of) if kind is Orphan.RELEASES else Where()
    rules = {Orphan.RELEASES: judge.releases, Orphan.DATA: judge.data, Orphan.MODELS: judge.models}
    try:
        while await _next(judge, answer, Find(candidates, where, ORDER, BATCH, answer.end), rules[kind], first):
            if answer.looked_at >= MOST_LOOKED_AT:
                answer.truncated = Truncated.VISITED
                break
    except DeadlineExceeded:
        answer.truncated, answer.more = Truncated.DEADLINE, True
    if not answer.found and after is None and answer.truncated is None:
        answer.note = await nothing_yet(store, caller, as_of, seconds=judge.left())
    return answer


async def _next(
    judge: _Judge,
    answer: Orphans,
    find: Find,
    rule: Callable[[Collection[Entity]], Awaitable[Verdicts | None]],
    first: int,
) -> bool:
    """Judges the next batch; answers whether to go on."""
    page = await judge.find(find)
    verdicts = await judge.judged(page.entities, rule)
    for number, (one, place) in enumerate(zip(page.entities, page.positions, strict=True), 1):
        answer.looked_at += 1
        answer.end = place
        alone = verdicts.get(one.id)
        if alone is None:
            answer.undecided.append(one)
        elif alone:
            answer.found.append(one)
            answer.places.append(place)
        if len(answer.found) == first:
            answer.more = page.has_next or number < len(page.entities)
            return False
    answer.more = page.has_next
    return page.has_next


class _Judge:
    """Says of candidates whether each stands alone: True or False; a rule that was cut by the budget says None."""

    def __init__(self, store: Store, caller: Caller, as_of: int | None, visited: int, until: float) -> None:
        self._store = store
        self._caller = caller
        self._as_of = as_of
        self._at = time.now() if as_of is None else as_of
        self._visited = visited
        self._until = until
        self._feeds: dict[str, bool] = {}
        """Of assets that were walked: whether something live is reached from them."""
        self._live: dict[str, bool] = {}
        """Of deployments: whether they have a live release."""

    def left(self) -> float:
        return max(0.001, self._until - monotonic())

    def _in_time(self, over: bool = False) -> None:
        if over or monotonic() >= self._until:
            raise DeadlineExceeded("The question took longer than it may.", "Go on from where it ended.")

    async def find(self, find: Find) -> Page:
        self._in_time()
        asked = Find(find.kind, find.where, find.order, find.limit, find.after, seconds=self.left())
        return await self._store.find(asked, self._caller)

    async def judged(
        self, batch: Sequence[Entity], rule: Callable[[Collection[Entity]], Awaitable[Verdicts | None]]
    ) -> Verdicts:
        """The verdicts of a batch: in halves, and halves of these, where all of it is too much for one walk."""
        if not batch:
            return {}
        verdicts = await rule(batch)
        if verdicts is not None:
            return verdicts
        if len(batch) == 1:
            return {}
        middle = len(batch) // 2
        return {**await self.judged(batch[:middle], rule), **await self.judged(batch[middle:], rule)}

    async def releases(self, batch: Collection[Entity]) -> Verdicts | None:
        """Upstream no further than to data: whether a way leads from there through a served model."""
        walked = await self._walk([one.id for one in batch], Direction.UPSTREAM, frozenset({Kind.DATASET_VERSION}))
        if walked is None:
            return None
        from_data = [edge for edge in walked.edges if kind_of(edge.source) is Kind.DATASET_VERSION]
        readers = [
            edge.target for edge in from_data if kind_of(edge.target) is not Kind.RELEASE
        ]  # not what it reads live
        others = [edge for edge in walked.edges if kind_of(edge.source) is not Kind.DATASET_VERSION]
        learned = reach(readers, ((edge.source, edge.target) for edge in others))
        return {one.id: one.id not in learned for one in batch}

    async def data(self, batch: Collection[Entity]) -> Verdicts | None:
        """Downstream among assets: whether a deployment with a live release is reached."""
        there = await self._there(batch)
        new = [one.id for one in batch if one.id in there and one.id not in self._feeds]
        if new:
            walked = await self._walk(new, Direction.DOWNSTREAM)
            if walked is None:
                return None
            await self._learn_live([node.id for node in walked.nodes if node.kind is Kind.DEPLOYMENT])
            above = [(edge.target, edge.source) for edge in walked.edges]
            feeding = reach((node.id for node in walked.nodes if self._live.get(node.id)), above)
            self._feeds.update((node.id, node.id in feeding) for node in walked.nodes)
        return {one.id: one.id in there and not self._feeds[one.id] for one in batch}

    async def models(self, batch: Collection[Entity]) -> Verdicts:
        """Whether a deployment has ever served it; among assets, which is at least one version of it."""
        self._in_time()
        there = await self._there(batch)
        ask = Neighbour(Hop.OUT, EdgeType.SERVED_BY, (Kind.DEPLOYMENT,), 1, self._as_of)
        served = await until(self._until, self._store.neighbours([one.id for one in batch], ask, self._caller))
        return {one.id: one.id in there and not served[one.id].found for one in batch}

    async def _walk(
        self, ids: Sequence[str], direction: Direction, stop_at: frozenset[Kind] = frozenset()
    ) -> Walked | None:
        """Everything there is on one side; None where that is more than the budget. Raises DeadlineExceeded."""
        self._in_time()
        walk = Walk(
            direction,
            depth=None,
            as_of=self._as_of,
            stop_at=stop_at,
            max_nodes=self._visited,
            visited=self._visited,
            seconds=self.left(),
        )
        walked = await self._store.walk(Start(ids=tuple(ids)), walk, self._caller)
        self._in_time(over=walked.truncated is Truncated.DEADLINE)
        return walked if walked.truncated is None else None

    async def _there(self, batch: Collection[Entity]) -> set[str]:
        """The assets that there were at the time: they, an edge or a version of them, and not gone."""
        there = {one.id for one in batch if one.gone_at is None or one.gone_at > self._at}
        later = [one.id for one in batch if one.id in there and one.at > self._at]
        if later:
            joined = await until(self._until, self._store.degrees(later, self._caller, as_of=self._at))
            ask = Neighbour(Hop.VERSIONS, None, None, 1, self._at)
            versions = await until(self._until, self._store.neighbours(later, ask, self._caller))
            dated = {id for id in later if any(version.at >= DATED for _, version in versions[id].found)}
            there -= {id for id in later if not any(joined[id]) and id not in dated}
        return there

    async def _learn_live(self, deployments: Collection[str]) -> None:
        new = [id for id in deployments if id not in self._live]
        if new:
            found = await until(self._until, releases_of(self._store, self._caller, new, self._at, first=1))
            self._live.update((id, bool(found[id][0])) for id in new)


def reach(starts: Iterable[str], edges: Iterable[tuple[str, str]]) -> set[str]:
    """What is reached from some nodes along edges, themselves included."""
    towards: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        towards[source].append(target)
    reached = set(starts)
    rest = list(reached)
    while rest:
        new = [one for one in towards[rest.pop()] if one not in reached]
        reached.update(new)
        rest += new
    return reached
