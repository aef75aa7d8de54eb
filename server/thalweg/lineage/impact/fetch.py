"""Fetches what an impact question stands on, in a few batched calls of the store, within a budget and a deadline.

What is cut is said in `Facts.incomplete`; what was fetched until then is still judged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from thalweg.lineage.impact.activity import window_of
from thalweg.lineage.impact.bounded import Bounded, Cut
from thalweg.lineage.impact.change import OF, VERB, Change, Content, Delete
from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.live import is_gone, is_open
from thalweg.lineage.spelling import WORDS, kind_of, label
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput, DeadlineExceeded
from thalweg.model.facts import Caller
from thalweg.model.keys import kind_of_id
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Direction, Edge, Entity, Mark, Node
from thalweg.model.time import rfc3339
from thalweg.store.questions import Start, Where
from thalweg.store.store import Store

FLOW = (EdgeType.INPUT_TO, EdgeType.PRODUCED, EdgeType.SERVED_BY, EdgeType.DERIVED_INTO)
"""The types along which a change of data, or of a model, is felt; code is never downstream of them."""

TAKEN_IN = (EdgeType.INPUT_TO, EdgeType.SERVED_BY)

NEWEST_RUNS = 100
"""How many runs of a job are looked at: enough for its usual interval and, for most, for the window."""
FEWEST_RUNS = 10
NEWEST_RELEASES = 25
OPEN_RELEASES = 100


class Fetch:
    """One question's facts in the making."""

    def __init__(
        self,
        store: Store,
        caller: Caller,
        *,
        at: int,
        as_of: int | None,
        window: int,
        visited: int,
        seconds: float,
    ) -> None:
        self._store = store
        self._caller = caller
        self._at = at
        self._as_of = as_of
        self._window = window
        self._ask = Bounded(store, caller, as_of=as_of, visited=visited, seconds=seconds)
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[object, ...], Edge] = {}
        self._asset_edges: tuple[Edge, ...] = ()
        self._runs_at: dict[str, tuple[int, ...]] = {}
        self._unfinished: set[str] = set()
        self._newest: dict[str, str] = {}
        self._marks: dict[str, tuple[Mark, ...]] = {}
        self._listed: set[str] = set()
        """Assets that may be in the answer."""
        self._makers_known = False
        self._incomplete: list[str] = []
        self._notes: list[str] = []

    async def facts(self, of: Collection[str], change: Change, newest: int | None) -> Facts:
        """Raises BadInput where the change cannot be of this."""
        named = await self._named(of, change, newest)
        starts: set[str] = set()
        try:
            starts = await self._starts(named.values(), change, newest)
            if isinstance(change, Delete) and starts:
                await self._makers(starts)
            history = await self._history(starts)
            self._known_then(named.values(), starts, history)
            if isinstance(change, Delete):
                await self._deletion(named.values(), starts, history)
            await self._liveness(history, jobs=not isinstance(change, Delete))
        except Cut as cut:
            self._incomplete.append(str(cut))
        except DeadlineExceeded:
            self._incomplete.append(self._ask.too_late())
        assets = await self._store.get(sorted(self._listed | set(named)), self._caller)
        return Facts(
            at=self._at,
            window=self._window,
            changed=frozenset(named),
            starts=frozenset(starts),
            nodes=self._nodes,
            edges=tuple(self._edges.values()),
            asset_edges=self._asset_edges,
            runs_at=self._runs_at,
            unfinished=frozenset(self._unfinished),
            newest=self._newest,
            marks=self._marks,
            assets=assets,
            makers=self._makers_known,
            incomplete=tuple(dict.fromkeys((*self._incomplete, *self._ask.cuts))),
            notes=tuple(self._notes),
        )

    # ------------------------------------------------------------------------------------------------- what changes

    async def _named(self, of: Collection[str], change: Change, newest: int | None) -> dict[str, Entity]:
        """The entities that change, by canonical id; one that nobody knows is noted."""
        if not of:
            raise BadInput(f"Nothing was named to {VERB[type(change)]}.", "Name a dataset, or versions.")
        kinds = OF[type(change)]
        for id in of:
            kind = kind_of_id(id)
            if kind is None:
                raise BadInput(f"{id!r} is not an id.", "Look it up by name first.")
            if kind not in kinds:
                right = " or a ".join(WORDS[kind] for kind in kinds)
                raise BadInput(f"To {VERB[type(change)]} a {WORDS[kind]} is no question of impact.", f"Name a {right}.")
            if newest is not None and (kind is not Kind.DATASET or not isinstance(change, Content)):
                raise BadInput(
                    "newest picks among the versions of a dataset whose content changes.",
                    "Leave it out, or name the versions themselves.",
                )
        if newest is not None and newest < 1:
            raise BadInput(f"newest is {newest}, but must be 1 or more.")
        known = await self._store.get(list(of), self._caller)
        for id in of:
            if id not in known:
                kind = kind_of(id)
                self._incomplete.append(f"Nobody knows the {WORDS[kind]} {id}, so what it feeds cannot be told.")
        return {entity.id: entity for entity in known.values()}

    async def _starts(self, named: Iterable[Entity], change: Change, newest: int | None) -> set[str]:
        """The versions that change: all, or the newest of them.

        One that was first seen after the time of the question may have been read before; its edges say when.
        """
        starts: set[str] = set()
        for entity in named:
            if entity.kind.level is Level.VERSION:
                found = [_node(entity)]
            elif newest is not None:
                neighbours = await self._ask.newest([entity.id], newest)
                found = [_node(version) for _, version in neighbours[entity.id].found]
            else:
                found = list((await self._ask.all_versions(entity.id)).nodes)
            self._nodes.update((node.id, node) for node in found)
            starts.update(node.id for node in found)
            if not found:
                what = f"`{label(entity.kind, entity.key)}`"
                self._incomplete.append(f"No version of {what} is known, so what came of it cannot be told.")
        return starts

    def _known_then(self, named: Iterable[Entity], starts: Collection[str], history: Collection[Node]) -> None:
        """Notes where nothing that changes was known at the time of the question."""
        if starts and len(history) == len(starts) and all(self._nodes[start].at > self._at for start in starts):
            what = ", ".join(f"`{label(entity.kind, entity.key)}`" for entity in named)
            self._incomplete.append(f"Nothing is known of {what} at {rfc3339(self._at)}; it was first seen later.")

    # ------------------------------------------------------------------------------------------- what already holds it

    async def _history(self, starts: Collection[str]) -> list[Node]:
        """Everything downstream of the versions that change."""
        history = await self._walk(Start(ids=tuple(sorted(starts))), depth=None) if starts else []
        self._listed.update(node.asset_id for node in history if node.asset_id is not None)
        lost = sum(1 for node in history if node.kind is Kind.RUN and node.asset_id is None)
        if lost:
            self._notes.append(
                f"{lost} of the runs touched {'belong' if lost > 1 else 'belongs'} to no known job, "
                "so no line stands for them; what they made is listed."
            )
        return history

    # ------------------------------------------------------------------------------------------------------- deletion

    async def _deletion(self, named: Iterable[Entity], starts: Collection[str], history: Collection[Node]) -> None:
        readers: set[str] = set()
        datasets = tuple(sorted(entity.id for entity in named if entity.kind is Kind.DATASET))
        if datasets:
            readers |= await self._pattern(datasets, history)
        pinned = {
            self._nodes[edge.target].asset_id or ""
            for edge in self._edges.values()
            if edge.source in starts and edge.props.get("pinned") and self._nodes[edge.target].kind is Kind.RUN
        } - {""}
        await self._runs(pinned - self._runs_at.keys())
        reached = {node.id for node in history}
        recent = [run.id for run in self._recent(readers | pinned) if run.id not in reached]
        if recent:  # which live releases the readers feed; behind what changes this is known already
            await self._walk(Start(ids=tuple(sorted(recent))), depth=None)

    async def _makers(self, starts: Collection[str]) -> None:
        """What made the versions that go, and its inputs; of inputs that are gone, all that they came from."""
        inputs = await self._walk(Start(ids=tuple(sorted(starts))), Direction.UPSTREAM, depth=2)
        gone = {node.id for node in inputs if is_gone(node, self._at)} - set(starts)
        if gone:
            await self._walk(Start(ids=tuple(sorted(gone))), Direction.UPSTREAM, depth=None)
        self._makers_known = not self._ask.cuts

    async def _pattern(self, datasets: tuple[str, ...], history: Collection[Node]) -> set[str]:
        """The assets downstream, and what runs and releases did there; answers with the jobs that read the datasets."""
        walked = await self._ask.walk(Start(ids=datasets), Direction.DOWNSTREAM, None, FLOW)
        self._asset_edges = walked.edges
        self._listed.update(node.id for node in walked.nodes)
        jobs = {node.id for node in walked.nodes if node.kind is Kind.JOB}
        await self._runs(jobs)
        await self._releases([node.id for node in walked.nodes if node.kind is Kind.DEPLOYMENT])
        acts = {run.id for run in (*self._recent(jobs), *self._last(jobs))}
        acts.update(id for id, node in self._nodes.items() if node.kind is Kind.RELEASE and is_open(node, self._at))
        if acts:
            await self._walk(Start(ids=tuple(sorted(acts))), Direction.UPSTREAM, depth=1, types=TAKEN_IN)
        beyond = acts - {node.id for node in history}  # what those of the history wrote is known already
        if beyond:
            await self._walk(Start(ids=tuple(sorted(beyond))), depth=1, types=(EdgeType.PRODUCED,))
        return {edge.target for edge in walked.edges if edge.source in datasets and edge.target in jobs}

    async def _runs(self, jobs: Collection[str]) -> None:
        """The newest runs of jobs."""
        if not jobs:
            return
        limit = max(FEWEST_RUNS, min(NEWEST_RUNS, self._ask.left // len(jobs)))
        for job, neighbours in (await self._ask.newest(sorted(jobs), limit)).items():
            runs = [_node(run) for _, run in neighbours.found if run.at <= self._at]
            self._nodes.update((run.id, run) for run in runs)
            self._runs_at[job] = tuple(sorted((run.at for run in runs), reverse=True))
            if neighbours.more:
                self._unfinished.add(job)

    def _recent(self, jobs: Collection[str]) -> list[Node]:
        """The runs of jobs within their windows."""
        since = {job: self._at - window_of(self._runs_at.get(job, ()), self._window) for job in jobs}
        return [
            node
            for node in self._nodes.values()
            if node.kind is Kind.RUN and node.asset_id in since and since[node.asset_id] <= node.at <= self._at
        ]

    def _last(self, jobs: Collection[str]) -> list[Node]:
        """The last run of each job, or those that started last together."""
        last = {job: self._runs_at[job][0] for job in jobs if self._runs_at.get(job)}
        return [
            node
            for node in self._nodes.values()
            if node.kind is Kind.RUN and node.asset_id is not None and last.get(node.asset_id) == node.at
        ]

    async def _releases(self, deployments: Collection[str]) -> None:
        """The newest releases of deployments; of those with more, also the open ones among the older."""
        if not deployments:
            return
        for deployment, neighbours in (await self._ask.newest(sorted(deployments), NEWEST_RELEASES)).items():
            found = [release for _, release in neighbours.found]
            if neighbours.more:
                where = Where(asset_id=deployment, live=True, live_at=self._at)
                page = await self._ask.find(Kind.RELEASE, where, OPEN_RELEASES)
                found += page.entities
                if page.has_next:
                    self._notes.append(
                        f"A deployment has more than {OPEN_RELEASES} open releases; the newest of them were looked at."
                    )
            self._nodes.update((release.id, _node(release)) for release in found if release.at <= self._at)

    # ------------------------------------------------------------------------------------------------------ liveness

    async def _liveness(self, history: Collection[Node], *, jobs: bool) -> None:
        """What the liveness of the answer's assets hangs on: newest versions, marks, runs."""
        datasets = sorted(id for id in self._listed if kind_of(id) is Kind.DATASET)
        if datasets:
            for dataset, neighbours in (await self._ask.newest(datasets, 1)).items():
                self._newest.update((dataset, version.id) for _, version in neighbours.found)
        models = sorted(id for id in self._listed if kind_of(id) is Kind.MODEL)
        if models:
            self._marks.update(await self._ask.marks(models))
        if jobs:
            touched = {id for id in self._listed if kind_of(id) is Kind.JOB}
            since = self._at - self._window
            ran = {node.asset_id for node in history if node.kind is Kind.RUN and since <= node.at <= self._at}
            await self._runs(touched - ran)

    async def _walk(
        self,
        start: Start,
        direction: Direction = Direction.DOWNSTREAM,
        depth: int | None = None,
        types: tuple[EdgeType, ...] = FLOW,
    ) -> list[Node]:
        """Walks versions, keeps them and their edges, and answers with the nodes."""
        walked = await self._ask.walk(start, direction, depth, types)
        for node in walked.nodes:
            self._nodes.setdefault(node.id, node)
        for edge in walked.edges:
            self._edges[edge[:4]] = edge
        return list(walked.nodes)


def _node(entity: Entity) -> Node:
    """The entity as a walk gives it."""
    return Node(
        entity.id,
        entity.kind,
        entity.key,
        entity.asset_id,
        entity.at,
        entity.gone_at,
        entity.props.get("ended_at" if entity.kind is Kind.RUN else "until"),
        entity.props.get("status"),
        0,
    )
