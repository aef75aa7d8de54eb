"""What was live at a time: the open releases, what they served and read, and what that had come from.

For each model version it is the first step back: the runs that made it, the data that they read, the commits that they
ran. What lies behind that is a walk.
"""

from __future__ import annotations

from asyncio import gather
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from thalweg.lineage.bounds import until
from thalweg.lineage.since import nothing_yet
from thalweg.model.edges import EdgeType
from thalweg.model.facts import Caller, Json
from thalweg.model.kinds import Kind
from thalweg.model.results import Edge, Entity, Neighbours, Page
from thalweg.store.questions import Find, Hop, Neighbour, Order, Sort, Where
from thalweg.store.store import Store

MODELS, READS, RUNS, DATA, COMMITS = 10, 25, 3, 25, 5
"""How many are told of each at most: models and reads of a release, runs of a model, data and commits of a run."""

ORDER = Order(Sort.NAME, descending=False)
"""By the name of the deployment, so that the releases of one stand together."""


@dataclass(frozen=True, slots=True)
class Made:
    """A run that made a model version, the dataset versions that it read, and the commits that it ran."""

    run: Entity
    data: Neighbours
    code: Neighbours


@dataclass(frozen=True, slots=True)
class Served:
    """A model version that a release serves. edge: with its share of the traffic. more: whether more runs made it."""

    version: Entity
    edge: Edge
    made: tuple[Made, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class LiveRelease:
    """A release that is open. more: whether it serves more models. reads: the dataset versions that it reads live."""

    release: Entity
    served: tuple[Served, ...]
    more: bool
    reads: Neighbours


@dataclass(frozen=True, slots=True)
class Live:
    """A page of what was live. page: of the releases, in their order. note: see `CommonAncestors`."""

    releases: tuple[LiveRelease, ...]
    page: Page
    note: str | None


def where(at: int | None, environment: str | None, deployment: str | None) -> Where:
    """Which releases are meant: open at a time (None: now), in an environment (`prod*`), of a deployment by its id."""
    return Where(namespace=environment, asset_id=deployment, live=True, live_at=at)


async def what_was_live(
    store: Store,
    caller: Caller,
    *,
    at: int | None = None,
    environment: str | None = None,
    deployment: str | None = None,
    first: int = 25,
    after: tuple[Json, ...] | None = None,
    before: tuple[Json, ...] | None = None,
    from_end: bool = False,
    seconds: float = 10.0,
) -> Live:
    """A page of the releases that were open at a time, with what they served and read as far as it held then.

    after, before: a place as an earlier page gave it. Raises DeadlineExceeded.
    """
    ends = monotonic() + seconds
    find = Find(
        Kind.RELEASE,
        where(at, environment, deployment),
        ORDER,
        limit=first,
        after=after,
        before=before,
        from_end=from_end,
        seconds=seconds,
    )
    page = await store.find(find, caller)
    around = _Around(store, caller, at, ends)
    releases = [one.id for one in page.entities]
    models = await around.of(releases, EdgeType.SERVED_BY, Kind.MODEL_VERSION, MODELS)
    reads = await around.of(releases, EdgeType.INPUT_TO, Kind.DATASET_VERSION, READS)
    runs = await around.of(_ids(models), EdgeType.PRODUCED, Kind.RUN, RUNS)
    data = await around.of(_ids(runs), EdgeType.INPUT_TO, Kind.DATASET_VERSION, DATA)
    code = await around.of(_ids(runs), EdgeType.CODE_OF, Kind.COMMIT, COMMITS)

    def served(edge: Edge, version: Entity) -> Served:
        made = tuple(Made(run, data[run.id], code[run.id]) for _, run in runs[version.id].found)
        return Served(version, edge, made, runs[version.id].more)

    return Live(
        releases=tuple(
            LiveRelease(one, tuple(served(*near) for near in models[one.id].found), models[one.id].more, reads[one.id])
            for one in page.entities
        ),
        page=page,
        note=None if releases else await nothing_yet(store, caller, at, seconds=max(0.001, ends - monotonic())),
    )


NEWEST = 100
"""How many releases of a deployment are looked through for live ones before the store is asked for those alone."""


async def releases_of(
    store: Store, caller: Caller, deployments: Sequence[str], at: int, first: int
) -> dict[str, tuple[Sequence[Entity], bool]]:
    """The releases of deployments that are live at a time, the newest first, and whether there are more.

    They are looked for among the newest releases of all deployments in one call; only a deployment that has more
    releases than that is asked for its live ones alone.
    """
    found = await store.neighbours(deployments, Neighbour(Hop.VERSIONS, limit=NEWEST), caller)

    async def of(id: str) -> tuple[Sequence[Entity], bool]:
        if not found[id].more:
            live = [release for _, release in found[id].found if is_live(release, at)]
            return live[:first], len(live) > first
        page = await store.find(Find(Kind.RELEASE, Where(asset_id=id, live=True, live_at=at), limit=first), caller)
        return page.entities, page.has_next

    return dict(zip(deployments, await gather(*map(of, deployments)), strict=True))


def is_live(release: Entity, at: int) -> bool:
    """Whether the period of a release is open at a time; one that has no `since` counts from when it was first seen."""
    until = release.props.get("until")
    return release.at <= at and (until is None or at < until)


class _Around:
    """What comes into things by one type of edge, from one kind, in one call for all of them."""

    def __init__(self, store: Store, caller: Caller, as_of: int | None, ends: float) -> None:
        self._store = store
        self._caller = caller
        self._as_of = as_of
        self._ends = ends

    async def of(self, ids: Sequence[str], type: EdgeType, kind: Kind, limit: int) -> Mapping[str, Neighbours]:
        if not ids:
            return {}
        ask = Neighbour(Hop.IN, type, (kind,), limit, self._as_of)
        return await until(self._ends, self._store.neighbours(ids, ask, self._caller))


def _ids(found: Mapping[str, Neighbours]) -> list[str]:
    return list(dict.fromkeys(other.id for near in found.values() for _, other in near.found))
