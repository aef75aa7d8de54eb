"""Asks the store for what a comparison needs, and for no part that is not wanted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from thalweg.lineage.bounds import Bounds
from thalweg.lineage.compare.answer import EVERY_PART, CodeRow, Comparison, DataRow, Part, Range, Thing
from thalweg.lineage.compare.history import History
from thalweg.lineage.compare.rows import facts, metrics, stated, texts
from thalweg.lineage.compare.schema import columns
from thalweg.lineage.spelling import WORDS
from thalweg.lineage.subject import known, not_yet, said, there
from thalweg.model.columns import columns_of
from thalweg.model.edges import EdgeType
from thalweg.model.errors import BadInput
from thalweg.model.facts import Caller
from thalweg.model.kinds import Kind
from thalweg.model.results import Edge, Entity
from thalweg.store.questions import Hop, Neighbour
from thalweg.store.store import Store

COMPARED = (Kind.RUN, Kind.MODEL_VERSION, Kind.DATASET_VERSION)
FEWEST, MOST = 2, 10

MOST_PRODUCERS = 10

MOST_READ = 1_000
"""Inputs of one run that are looked at."""

Near = tuple[tuple[Edge, Entity], ...]


async def compare(
    store: Store,
    caller: Caller,
    things: Sequence[str],
    *,
    as_of: int | None = None,
    parts: Collection[Part] = EVERY_PART,
    differing_only: bool = False,
    minimize: Collection[str] = (),
    maximize: Collection[str] = (),
    visited: int = 100_000,
    seconds: float = 10.0,
) -> Comparison:
    """Two to ten runs, model versions or dataset versions side by side, as they stood at a time.

    A model version is compared through the newest run that made it; its own parameters, metrics and packages win over
    those of the run. minimize, maximize: metrics of which less or more is better, whatever their names say.
    differing_only: without the rows in which all are the same. What had not happened at the time has empty places, and
    a note says so.

    Raises NotFound for an id that nobody knows, BadInput for what makes no sense, DeadlineExceeded where the time is
    over before there is anything to tell. What is too much work is cut, and `incomplete` says so.
    """
    require_number(len(things))
    if both := sorted(set(minimize) & set(maximize)):
        raise BadInput(f"Of the metric {both[0]} less is said to be better, and more.", "Say one of them.")
    entities = await known(store, caller, things, COMPARED)
    if other := next((one for one in entities if one.kind is not entities[0].kind), None):
        raise BadInput(
            f"{said(entities[0])} is a {WORDS[entities[0].kind]} and {said(other)} a {WORDS[other.kind]}.",
            "Compare things of one kind.",
        )
    asking = _Asking(store, caller, as_of, Bounds(visited, seconds))
    found = await asking.compare(entities, frozenset(parts), minimize, maximize)
    return _differing(found) if differing_only else found


def require_number(number: int) -> None:
    """Raises BadInput for more or fewer things than can be compared."""
    if not FEWEST <= number <= MOST:
        named = "1 thing is" if number == 1 else f"{number} things are"
        raise BadInput(f"{named} named, and {FEWEST} to {MOST} can be compared.")


class _Asking:
    """One question: every call of the store is within its bounds, as of its time."""

    def __init__(self, store: Store, caller: Caller, as_of: int | None, bounds: Bounds) -> None:
        self._store = store
        self._caller = caller
        self._as_of = as_of
        self._bounds = bounds
        self._notes: list[str] = []

    async def compare(
        self, entities: Sequence[Entity], parts: frozenset[Part], minimize: Collection[str], maximize: Collection[str]
    ) -> Comparison:
        kind = entities[0].kind
        things = await self._things(entities)
        self._bounds.require()
        answer = Comparison(kind, self._as_of, things)
        if Part.FACTS in parts:
            answer = replace(answer, facts=texts([facts(thing) for thing in things]))
        if kind is Kind.DATASET_VERSION:
            if Part.COLUMNS in parts:
                answer = replace(answer, columns=columns([one.entity if one.there else None for one in things]))
                self._notes += [
                    f"Nobody stated the columns of {said(one.entity)}."
                    for one in things
                    if one.there and columns_of(one.entity.props) is None
                ]
            return self._told(answer)
        if Part.PARAMS in parts:
            answer = replace(answer, params=texts([stated(thing, "params") for thing in things]))
        if Part.METRICS in parts:
            rows = metrics([stated(thing, "metrics") for thing in things], minimize, maximize)
            answer = replace(answer, metrics=rows)
            known = {row.key for row in rows}
            self._notes += [
                f"Nothing that is compared has a metric `{key}`, so neither way is better."
                for key in (*minimize, *maximize)
                if key not in known
            ]
        if Part.ENVIRONMENT in parts:
            answer = replace(answer, environment=texts([stated(thing, "environment") for thing in things]))
        if Part.DATA in parts:
            answer = replace(answer, data=await self._data(things))
        if Part.CODE in parts:
            answer = replace(answer, code=await self._code(things))
        return self._told(answer)

    def _told(self, answer: Comparison) -> Comparison:
        return replace(answer, incomplete=tuple(self._bounds.cuts), notes=tuple(dict.fromkeys(self._notes)))

    async def _things(self, entities: Sequence[Entity]) -> tuple[Thing, ...]:
        """Each with the run that it is compared through."""
        present = [entity for entity in entities if there(entity, self._as_of)]
        if self._as_of is not None:
            self._notes += [not_yet(one, self._as_of) for one in entities if not there(one, self._as_of)]
        made: Mapping[str, Near] = {}
        if entities[0].kind is not Kind.RUN:
            made = await self._into([one.id for one in present], EdgeType.PRODUCED, MOST_PRODUCERS, Kind.RUN)
        things = []
        for entity in entities:
            if entity.kind is Kind.RUN:
                run = entity if entity in present else None
            else:
                runs = sorted((run for _, run in made.get(entity.id, ())), key=lambda run: (-run.at, run.id))
                run = runs[0] if runs else None
                if len(runs) > 1:
                    self._notes.append(f"Several runs are said to have made {said(entity)}; the newest counts here.")
                elif run is None and entity.kind is Kind.MODEL_VERSION and entity.id in made:
                    self._notes.append(f"No run is known that made {said(entity)}.")
            things.append(Thing(entity, run, entity in present))
        return tuple(things)

    async def _into(self, ids: Sequence[str], type: EdgeType, limit: int, *kinds: Kind) -> Mapping[str, Near]:
        """What stands at the other end of the edges of a type that come into each of some nodes, the newest first."""
        if not ids or not self._bounds.open():
            return {}
        ask = Neighbour(Hop.IN, type, kinds, limit, self._as_of)
        found = await self._bounds.within(self._store.neighbours(list(dict.fromkeys(ids)), ask, self._caller), {})
        self._bounds.left -= sum(len(near.found) for near in found.values())
        if limit == MOST_READ and any(near.more for near in found.values()):
            self._bounds.cut(f"Only {limit} of the things that lead into each run were looked at.")
        return {id: near.found for id, near in found.items()}

    async def _of_runs(self, things: Sequence[Thing], type: EdgeType, *kinds: Kind) -> list[Near]:
        runs = [thing.run.id if thing.run is not None else None for thing in things]
        found = await self._into([id for id in runs if id is not None], type, MOST_READ, *kinds)
        return [found.get(id or "", ()) for id in runs]

    # ------------------------------------------------------------------------------------------------- data and code

    async def _data(self, things: Sequence[Thing]) -> tuple[DataRow, ...]:
        """A row for each dataset and each model of which any read a version."""
        read = await self._of_runs(things, EdgeType.INPUT_TO, Kind.DATASET_VERSION, Kind.MODEL_VERSION)
        rows: dict[str, list[dict[str, Entity]]] = defaultdict(lambda: [{} for _ in things])
        for place, near in enumerate(read):
            for _, version in near:
                rows[version.asset_id or version.id][place][version.id] = version
        made = []
        for asset, places in rows.items():
            one = next(version for place in places for version in place.values())
            versions = tuple(tuple(sorted(place.values(), key=lambda entity: entity.key)) for place in places)
            differs = len({frozenset(place) for place in places}) > 1
            made.append(DataRow(asset, one.kind, one.key[:-1], versions, differs))
        return tuple(sorted(made, key=lambda row: (row.kind.value, row.key)))

    async def _code(self, things: Sequence[Thing]) -> tuple[CodeRow, ...]:
        """A row for each repository of which any ran a commit."""
        ran = await self._of_runs(things, EdgeType.CODE_OF, Kind.COMMIT)
        rows: dict[str, list[dict[str, tuple[Edge, Entity]]]] = defaultdict(lambda: [{} for _ in things])
        for place, near in enumerate(ran):
            for edge, commit in near:
                rows[commit.key[0]][place][commit.id] = edge, commit
        self._apart(things, rows)
        history = History(self._store, self._caller, self._bounds)
        made = []
        for url in sorted(rows):
            places = rows[url]
            commits = tuple(
                tuple(sorted((commit for _, commit in place.values()), key=lambda entity: entity.key))
                for place in places
            )
            dirty = tuple(_dirty(thing, place) for thing, place in zip(things, places, strict=True))
            differs = len({frozenset(place) for place in places}) > 1 or len(set(dirty)) > 1
            made.append(CodeRow(url, commits, dirty, differs, await self._ranges(history, commits)))
        return tuple(made)

    async def _ranges(self, history: History, commits: Sequence[tuple[Entity, ...]]) -> tuple[Range, ...]:
        return tuple(
            [
                await history.between(base, head, commits[base][0], commits[head][0])
                for base, head in pairwise(range(len(commits)))
                if len(commits[base]) == len(commits[head]) == 1
            ]
        )

    def _apart(self, things: Sequence[Thing], rows: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
        """Notes where two neighbours ran code, and of no common repository."""
        ran = [{url for url, places in rows.items() if places[place]} for place in range(len(things))]
        for (one, urls), (other, others) in pairwise(zip(things, ran, strict=True)):
            if urls and others and not urls & others:
                self._notes.append(
                    f"{said(one.entity)} ran code of {', '.join(sorted(urls))} and {said(other.entity)} of "
                    f"{', '.join(sorted(others))}: no commits lie between them."
                )


def _dirty(thing: Thing, ran: Mapping[str, tuple[Edge, Entity]]) -> bool | None:
    """Whether there were changes that no commit holds; None where nobody says, or nothing of the repository ran."""
    if not ran or thing.run is None:
        return None
    told = [edge.props.get("dirty") for edge, _ in ran.values()] + [thing.run.props.get("dirty")]
    said_so = [one for one in told if one is not None]
    return any(said_so) if said_so else None


def _differing(found: Comparison) -> Comparison:
    return replace(
        found,
        facts=tuple(row for row in found.facts if row.differs),
        params=tuple(row for row in found.params if row.differs),
        metrics=tuple(row for row in found.metrics if row.differs),
        environment=tuple(row for row in found.environment if row.differs),
        data=tuple(row for row in found.data if row.differs),
        code=tuple(row for row in found.code if row.differs),
        columns=tuple(row for row in found.columns if row.differs),
    )
