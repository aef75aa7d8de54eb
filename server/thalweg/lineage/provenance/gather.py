"""Asks the store for what an account needs: first what is nearest, then what makes gone inputs again, then the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from thalweg.lineage.bounds import Bounds
from thalweg.lineage.provenance.account import Provenance, Read, Step
from thalweg.lineage.provenance.gaps import gaps, uri_of
from thalweg.lineage.provenance.script import script
from thalweg.lineage.subject import gone, known, not_yet, there
from thalweg.lineage.walk import MAX_NODES
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput, LimitExceeded
from thalweg.model.facts import Caller
from thalweg.model.kinds import Kind
from thalweg.model.results import Direction, Entity, Neighbours, Node, Truncated
from thalweg.store.questions import Hop, Neighbour, Start, Walk
from thalweg.store.store import Store

MOST_READ = 1_000
"""Inputs and commits of one run that are looked at."""

MOST_STEPS = 50
"""Runs that make gone inputs again; one who needs more of them does not run a script."""

MOST_PRODUCERS = 10


async def provenance(
    store: Store,
    caller: Caller,
    of: str,
    *,
    as_of: int | None = None,
    max_nodes: int = 1_000,
    visited: int = 100_000,
    seconds: float = 10.0,
) -> Provenance:
    """Where a model version comes from, as it held at a time.

    max_nodes: how many ancestors are told at most, the nearest; at most `MAX_NODES`.

    A version that had not happened at the time has an empty account, and a note that says so. What is too much work is
    cut, and `incomplete` and a gap say so. Raises NotFound for an id that nobody knows, BadInput for what is no model
    version, LimitExceeded, and DeadlineExceeded where the time is over before there is anything to tell.
    """
    if max_nodes < 0:
        raise BadInput(f"maxNodes is {max_nodes}, but must be 0 or more.")
    if max_nodes > MAX_NODES:
        raise LimitExceeded(f"maxNodes is {max_nodes}, but an account tells at most {MAX_NODES} ancestors.")
    (entity,) = await known(store, caller, [of], [Kind.MODEL_VERSION])
    if as_of is not None and not there(entity, as_of):
        nothing = Provenance(entity, as_of, None, 0, None, (), (), (), (), "", (), (not_yet(entity, as_of),))
        return replace(nothing, reproduce=script(entity, [], []))
    return await _Gathering(store, caller, as_of, Bounds(visited, seconds)).of(entity, max_nodes)


Around = Mapping[str, tuple[Read, ...]]
NONE = Neighbours((), False)


class _Gathering:
    """One question: every call of the store is within its bounds, as of its time."""

    def __init__(self, store: Store, caller: Caller, as_of: int | None, bounds: Bounds) -> None:
        self._store = store
        self._caller = caller
        self._as_of = as_of
        self._bounds = bounds

    async def of(self, entity: Entity, max_nodes: int) -> Provenance:
        made = (await self._into([entity.id], EdgeType.PRODUCED, MOST_PRODUCERS, Kind.RUN))[entity.id]
        derived = (await self._into([entity.id], EdgeType.DERIVED_INTO, MOST_READ, Kind.MODEL_VERSION))[entity.id]
        self._bounds.require()
        runs = sorted({read.entity.id: read.entity for read in made}.values(), key=lambda run: (-run.at, run.id))
        step, parent = None, None
        remade: list[Step] = []
        if runs:
            (step,) = await self._steps({runs[0].id: (runs[0], (entity,))})
            parents = (await self._into([step.run.id], EdgeType.PARENT_OF, 1, Kind.RUN))[step.run.id]
            parent = parents[0].entity if parents else None
            self._bounds.require()
            remade = await self._remade(step)
        ancestors = await self._ancestors(entity, max_nodes)
        makers = {made.id: one for one in remade for made in one.makes}
        steps = [one for one in (step, *remade) if one is not None]
        cuts = tuple(self._bounds.cuts)
        missing = gaps(entity, steps, len(runs), makers, cuts)
        return Provenance(
            of=entity,
            at=self._as_of,
            step=step,
            producers=len(runs),
            parent=parent,
            derived_from=derived,
            remade=tuple(remade),
            ancestors=ancestors,
            gaps=missing,
            reproduce=script(entity, [*remade, *([step] if step else [])], missing),
            incomplete=cuts,
        )

    # ------------------------------------------------------------------------------------------------------- the runs

    async def _steps(self, made_by: Mapping[str, tuple[Entity, tuple[Entity, ...]]]) -> list[Step]:
        """Runs with all that they read, by their ids: each with what it made."""
        read = await self._into(list(made_by), None, MOST_READ)
        assets = {run.asset_id for run, _ in made_by.values() if run.asset_id is not None}
        jobs = await self._bounds.within(self._store.get(sorted(assets), self._caller), {})
        stated = await self._into(list(jobs), EdgeType.INPUT_TO, MOST_READ, Kind.DATASET)
        replaced = await self._replaced(read)
        steps = []
        for id, (run, makes) in made_by.items():
            reads = tuple(sorted(read[id], key=_by_name))
            versions = {one.entity.asset_id for one in reads}
            datasets = {one.entity.id: one.entity for one in stated.get(run.asset_id or "", ()) if one.edge.stated}
            unversioned = tuple(datasets[dataset] for dataset in sorted(datasets) if dataset not in versions)
            job = jobs.get(run.asset_id or "")
            steps.append(Step(run, job, reads, makes, unversioned, replaced, self._as_of))
        return steps

    async def _replaced(self, read: Around) -> frozenset[str]:
        """The dataset versions that were read at whose URI the newest version of the dataset lies, a later one."""
        versions = {one.entity.id: one.entity for reads in read.values() for one in reads}
        lying = {id: one for id, one in versions.items() if one.kind is Kind.DATASET_VERSION and uri_of(one)}
        assets = sorted({one.asset_id for one in lying.values() if one.asset_id is not None})
        if not assets:
            return frozenset()
        ask = Neighbour(Hop.VERSIONS, limit=1, as_of=self._as_of)
        newest = await self._bounds.within(self._store.neighbours(assets, ask, self._caller), {})
        last = {asset: near.found[0][1] for asset, near in newest.items() if near.found}
        return frozenset(
            id
            for id, one in lying.items()
            if (later := last.get(one.asset_id or "")) and later.at > one.at and uri_of(later) == uri_of(one)
        )

    async def _remade(self, step: Step) -> list[Step]:
        """The runs that make gone inputs again, each before what reads of it."""
        steps: dict[str, Step] = {step.run.id: step}
        layer, sought = [step], set[str]()
        while layer:
            wanted = self._gone(layer, sought)
            if not wanted or not self._bounds.open():
                break
            sought.update(wanted)
            made = await self._into(list(wanted), EdgeType.PRODUCED, 1, Kind.RUN)
            makes: dict[str, tuple[Entity, tuple[Entity, ...]]] = {}
            for id, entity in wanted.items():
                for read in made[id]:
                    run, others = makes.get(read.entity.id, (read.entity, ()))
                    makes[read.entity.id] = run, (*others, entity)
            for id in [id for id in makes if id in steps]:
                run, more = makes.pop(id)
                steps[id] = replace(steps[id], makes=(*steps[id].makes, *more))
            if len(steps) + len(makes) > MOST_STEPS + 1:
                self._bounds.cut(f"More than {MOST_STEPS} runs would have to make inputs again that are gone.")
                break
            layer = await self._steps(makes)
            steps.update({one.run.id: one for one in layer})
        return in_order(step.run.id, steps)

    def _gone(self, steps: Sequence[Step], sought: set[str]) -> dict[str, Entity]:
        """The inputs that had been deleted, and were not asked about yet."""
        inputs = (read.entity for step in steps for read in step.inputs)
        return {one.id: one for one in inputs if gone(one, self._as_of) and one.id not in sought}

    # ----------------------------------------------------------------------------------------------- the graph around

    async def _into(self, ids: Sequence[str], type: EdgeType | None, limit: int, *kinds: Kind) -> Around:
        """What stands at the other end of the edges that come into each of some nodes."""
        if not ids:
            return {}
        ask = Neighbour(Hop.IN, type, kinds or None, limit, self._as_of)
        found = await self._bounds.within(self._store.neighbours(ids, ask, self._caller), dict.fromkeys(ids, NONE))
        self._bounds.left -= sum(len(near.found) for near in found.values())
        for id, near in found.items():
            if near.more and limit == MOST_READ:
                self._bounds.cut(f"Only {limit} of the things that lead into {id} were looked at.")
        return {id: tuple(Read(edge, entity) for edge, entity in near.found) for id, near in found.items()}

    async def _ancestors(self, entity: Entity, max_nodes: int) -> tuple[Node, ...]:
        """Everything upstream of it, without itself."""
        if not self._bounds.open():
            return ()
        walk = Walk(
            Direction.UPSTREAM,
            depth=None,
            as_of=self._as_of,
            max_nodes=max_nodes + 1,
            visited=max(1, self._bounds.left),
            edges=False,
            seconds=self._bounds.seconds,
        )
        walked = await self._store.walk(Start(ids=(entity.id,)), walk, self._caller)
        if walked.truncated is Truncated.DEADLINE:
            self._bounds.cut(self._bounds.too_late())
        elif walked.truncated is not None:
            self._bounds.cut(f"The nearest {len(walked.nodes) - 1} ancestors are told, and there are more.")
        return tuple(node for node in walked.nodes if node.id != entity.id)


def _by_name(read: Read) -> tuple[int, tuple[str, ...], str]:
    kinds = list(Kind)
    return kinds.index(read.entity.kind), read.entity.key, read.edge.role


def in_order(last: str, steps: Mapping[str, Step]) -> list[Step]:
    """The steps that lead to the last one, without it, each behind those that make what it reads."""
    maker = {made.id: id for id, step in steps.items() for made in step.makes}
    ordered: dict[str, Step] = {}
    opened: set[str] = set()
    stack: list[tuple[str, bool]] = [(last, False)]
    while stack:
        id, done = stack.pop()
        if done:
            ordered[id] = steps[id]
        elif id not in opened:
            opened.add(id)
            stack.append((id, True))
            stack += [(before, False) for before in sorted(_before(steps[id], maker), reverse=True)]
    ordered.pop(last, None)
    return list(ordered.values())


def _before(step: Step, maker: Mapping[str, str]) -> Iterable[str]:
    return {maker[read.entity.id] for read in step.inputs if read.entity.id in maker and step.gone(read.entity)}
