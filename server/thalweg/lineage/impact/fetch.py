"""Fetches what an impact question stands on, in a few batched calls of the store, within a budget and a deadline.

What is cut is said in `Facts.incomplete`; what was fetched until then is still judged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from thalweg.lineage.impact import possible
from thalweg.lineage.impact.activity import window_of
from thalweg.lineage.impact.bounded import Bounded, Cut
from thalweg.lineage.impact.change import OF, VERB, Change, Code, Columns, Content, Delete
from thalweg.lineage.impact.details import Details
from thalweg.lineage.impact.facts import Facts
from thalweg.lineage.impact.live import is_gone, is_open
from thalweg.lineage.spelling import WORDS, kind_of, label
from thalweg.model.columns import Add, ColumnChange
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput, DeadlineExceeded
from thalweg.model.facts import Caller
from thalweg.model.keys import kind_of_id
from thalweg.model.kinds import Kind, Level
from thalweg.model.results import Direction, Edge, Entity, Mark, Node, Walked
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
NEWEST_VERSIONS = 100
"""Of a dataset, those whose columns are looked at to see whether it ever had one."""
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
        called: Mapping[str, str],
    ) -> None:
        self._store = store
        self._called = called
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
        self._details = Details(self._ask)
        self._makers_known = False
        self._incomplete: list[str] = []
        self._notes: list[str] = []

    async def facts(self, of: Collection[str], change: Change, newest: int | None, *, any_column: bool) -> Facts:
        """Raises BadInput where the change cannot be of this, or, unless `any_column`, names a column it never had."""
        named = await self._named(of, change, newest)
        starts: set[str] = set()
        try:
            starts = await self._starts(named.values(), change, newest)
            match change:
                case Columns():
                    await self._change_of_columns(named.values(), starts, change, any_column)
                case Delete():
                    await self._deletion(named.values(), starts)
                case _:
                    await self._change_of_content(named.values(), starts, change, any_column)
        except Cut as cut:
            self._incomplete.append(str(cut))
        except DeadlineExceeded:
            self._incomplete.append(self._ask.too_late())
        subjects = {self._nodes[start].asset_id or "" for start in starts} - {""}
        assets = await self._store.get(sorted(self._listed | set(named) | subjects), self._caller)
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
            columns=self._details.columns,
            lineage=self._details.lineage,
            joined=self._details.joined,
            signatures=self._details.signatures,
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
                what = f"{WORDS[kind]} {self._called.get(id, id)}"
                self._incomplete.append(f"Nobody knows the {what}, so what it feeds cannot be told.")
        return {entity.id: entity for entity in known.values()}

    async def _starts(self, named: Iterable[Entity], change: Change, newest: int | None) -> set[str]:
        """The versions that change: all, or the newest of them; or commits.

        One that was first seen after the time of the question may have been read before; its edges say when.
        """
        starts: set[str] = set()
        for entity in named:
            if isinstance(change, Code):
                found = await self._commits(entity, change)
            elif entity.kind.level is Level.VERSION:
                found = [_node(entity)]
            elif newest is not None:
                neighbours = await self._ask.newest([entity.id], newest)
                found = [_node(version) for _, version in neighbours[entity.id].found]
            else:
                found = list((await self._ask.all_versions(entity.id)).nodes)
            self._nodes.update((node.id, node) for node in found)
            starts.update(node.id for node in found)
            if not found and not isinstance(change, Code):
                what = f"`{label(entity.kind, entity.key)}`"
                self._incomplete.append(f"No version of {what} is known, so what came of it cannot be told.")
        return starts

    async def _commits(self, last: Entity, change: Code) -> list[Node]:
        """A commit; or all that lead to it and not to `since`, as far as their parents are known."""
        if change.since is None:
            return [_node(last)]
        first = (await self._store.get([change.since], self._caller)).get(change.since)
        if first is None or first.kind is not Kind.COMMIT:
            raise BadInput(f"Nobody knows the commit {change.since}, where the range begins.", "Name another.")
        if first.asset_id != last.asset_id:
            raise BadInput(
                f"Commits {first.key[1][:7]} of {first.key[0]} and {last.key[1][:7]} of {last.key[0]} are no range: "
                "they lie in two repositories.",
                "Name two commits of one repository.",
            )
        before = await self._ask.ancestors(first.id)
        until = await self._ask.ancestors(last.id)
        excluded = {node.id for node in before.nodes}
        if first.id not in {node.id for node in until.nodes}:
            self._incomplete.append(
                f"It is not known that commit {first.key[1][:7]} leads to {last.key[1][:7]}, so which commits lie "
                "between them cannot be told; import the commits of the repository."
            )
        return [node for node in until.nodes if node.id not in excluded]

    def _known_then(self, named: Iterable[Entity], starts: Collection[str], history: Collection[Node]) -> None:
        """Notes where nothing that changes was known at the time of the question."""
        if starts and len(history) <= len(starts) and all(self._nodes[start].at > self._at for start in starts):
            what = ", ".join(f"`{label(entity.kind, entity.key)}`" for entity in named)
            self._incomplete.append(f"Nothing is known of {what} at {rfc3339(self._at)}; it was first seen later.")

    # ------------------------------------------------------------------------------------------- what already holds it

    async def _history(self, starts: Collection[str], types: tuple[EdgeType, ...] = FLOW) -> list[Node]:
        """Everything downstream of the versions that change."""
        history = await self._walk(Start(ids=tuple(sorted(starts))), depth=None, types=types) if starts else []
        self._listed.update(node.asset_id for node in history if node.asset_id is not None)
        lost = sum(1 for node in history if node.kind is Kind.RUN and node.asset_id is None)
        if lost:
            self._notes.append(
                f"{lost} of the runs touched {'belong' if lost > 1 else 'belongs'} to no known job, "
                "so no line stands for them; what they made is listed."
            )
        return history

    async def _change_of_content(
        self, named: Iterable[Entity], starts: Collection[str], change: Change, any_column: bool
    ) -> None:
        history = await self._history(starts, (EdgeType.CODE_OF, *FLOW) if isinstance(change, Code) else FLOW)
        self._known_then(named, starts, history)
        await self._details.lineages([node.id for node in history if node.kind is Kind.DATASET_VERSION])
        if isinstance(change, Content) and change.columns:
            await self._name_columns(named, change.columns, any_column)
        await self._liveness(history, jobs=True)

    # ---------------------------------------------------------------------------------------------- what happens next

    async def _change_of_columns(
        self, named: Iterable[Entity], starts: Collection[str], change: Columns, any_column: bool
    ) -> None:
        datasets = tuple(sorted(entity.id for entity in named))
        read: list[Node] = []
        for dataset in datasets:
            walked = await self._ask.readers(dataset)
            read += self._kept(walked)
        self._known_then(named, starts, [])
        readers, pattern = await self._pattern(datasets)
        reached = await self._feeding(readers, frozenset())
        await self._written(pattern - reached)
        acts = [node.id for node in read if node.kind in (Kind.RUN, Kind.RELEASE)]
        if acts:
            await self._walk(Start(ids=tuple(sorted(acts))), Direction.UPSTREAM, depth=1, types=TAKEN_IN)
            await self._walk(Start(ids=tuple(sorted(acts))), depth=1, types=(EdgeType.PRODUCED,))
        await self._describe(acts, starts)
        there = [one.column for one in change.changes if not isinstance(one, Add)]  # one that is added is not there yet
        await self._name_columns(named, there, any_column, change.changes)
        await self._liveness((), jobs=False)

    async def _describe(self, acts: Collection[str], starts: Collection[str]) -> None:
        """The columns that were read, by runs and releases, and what they were made into."""
        edges = [edge for edge in self._edges.values() if edge.target in acts or edge.source in acts]
        ends = {id for edge in edges for id in (edge.source, edge.target)}
        derived = {
            edge.target for edge in self._edges.values() if edge.source in starts and edge.type is EdgeType.DERIVED_INTO
        }
        data = {id for id in ends if kind_of(id) is Kind.DATASET_VERSION}
        await self._details.columned(sorted(data | derived))
        await self._details.signed(sorted(id for id in ends if kind_of(id) is Kind.MODEL_VERSION))

    async def _name_columns(
        self,
        named: Iterable[Entity],
        columns: Collection[str],
        any_column: bool,
        changes: Collection[ColumnChange] = (),
    ) -> None:
        """Raises BadInput for a column that a dataset is not known ever to have had, and for changes that cannot be."""
        for entity in named if columns or changes else ():
            asset = entity.id if entity.asset_id is None else entity.asset_id
            versions = [version for _, version in (await self._ask.newest([asset], NEWEST_VERSIONS))[asset].found]
            self._details.take(versions)
            stated = [self._details.columns[one.id] for one in versions if one.id in self._details.columns]
            possible.check(entity, changes, stated[0] if stated else ())
            if any_column or not columns:
                continue
            read = [
                edge.props["columns"]
                for edge in self._edges.values()
                if "columns" in edge.props and self._nodes[edge.source].asset_id == asset
            ]
            known = self._details.names(asset, [version.id for version in versions], read)
            if (sentence := possible.unknown(entity, columns, known, bool(stated))) is not None:
                self._incomplete.append(sentence)

    async def _deletion(self, named: Iterable[Entity], starts: Collection[str]) -> None:
        if starts:
            await self._makers(starts)
        history = await self._history(starts)
        self._known_then(named, starts, history)
        readers: set[str] = set()
        datasets = tuple(sorted(entity.id for entity in named if entity.kind is Kind.DATASET))
        if datasets:
            readers, pattern = await self._pattern(datasets)
            await self._written(pattern - {node.id for node in history})
        pinned = {
            self._nodes[edge.target].asset_id or ""
            for edge in self._edges.values()
            if edge.source in starts and edge.props.get("pinned") and self._nodes[edge.target].kind is Kind.RUN
        } - {""}
        await self._runs(pinned - self._runs_at.keys())
        await self._feeding(readers | pinned, {node.id for node in history})
        await self._liveness(history, jobs=False)

    async def _feeding(self, jobs: Collection[str], reached: Collection[str]) -> set[str]:
        """What the runs of jobs within their windows led to, or their last one; where that is not known already."""
        runs = {run.id for run in self._recent(jobs)} | {run.id for run in self._last(jobs)}
        beyond = runs - set(reached)
        return {node.id for node in await self._walk(Start(ids=tuple(sorted(beyond))), depth=None)} if beyond else set()

    async def _makers(self, starts: Collection[str]) -> None:
        """What made the versions that go, and its inputs; of inputs that are gone, all that they came from."""
        inputs = await self._walk(Start(ids=tuple(sorted(starts))), Direction.UPSTREAM, depth=2)
        gone = {node.id for node in inputs if is_gone(node, self._at)} - set(starts)
        if gone:
            await self._walk(Start(ids=tuple(sorted(gone))), Direction.UPSTREAM, depth=None)
        self._makers_known = not self._ask.cuts

    async def _pattern(self, datasets: tuple[str, ...]) -> tuple[set[str], set[str]]:
        """The assets downstream, and what runs and releases read there.

        Answers with the jobs that read the datasets, and with those runs and releases: what they wrote is to be asked.
        """
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
        return {edge.target for edge in walked.edges if edge.source in datasets and edge.target in jobs}, acts

    async def _written(self, acts: Collection[str]) -> None:
        """What runs and releases wrote, of which that is not known already."""
        if acts:
            await self._walk(Start(ids=tuple(sorted(acts))), depth=1, types=(EdgeType.PRODUCED,))

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
        return self._kept(await self._ask.walk(start, direction, depth, types))

    def _kept(self, walked: Walked) -> list[Node]:
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
