"""Random conditions over random estates: lists, counts and groups against a plain evaluation.

`THALWEG_EXAMPLES=1000 pytest tests/store/test_conditions_properties.py` draws that many, and others each time.
"""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from tests.exploring import Explore
from tests.facts import Fact, flow, granule, ids, run, thing
from thalweg import ingest
from thalweg.model.edges import EdgeType
from thalweg.model.facts import ANYONE, EdgeFact
from thalweg.model.kinds import Kind
from thalweg.model.results import Entity
from thalweg.store.conditions import number, other_end
from thalweg.store.questions import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Find,
    GroupBy,
    Groups,
    Hop,
    MetricIs,
    Not,
    NumberIs,
    Order,
    Related,
    Sort,
    Where,
)
from thalweg.store.store import Store

DATA, RUNS, MODELS = ("tx@1", "tx@2", "clicks@1"), ("*r1", "*r2", "*r3", "*r4"), ("fraud/1", "fraud/2", "churn/1")
RELEASES, JOBS = ("+fraud#1", "+churn#1"), ("train", "score")
TEAMS, RATES, AUCS = ("risk", "growth"), ("0.1", "1e-1", "5", "fast"), (0.5, 0.9, math.nan, math.inf)
TIMES = (100, 200, 300)
PATHS = [
    *(f"{data} > {act}" for data in DATA for act in (*RUNS, *RELEASES)),
    *(f"{model} > {act}" for model in MODELS for act in (*RUNS, *RELEASES)),
    *(f"{act} > {made}" for act in RUNS for made in (*DATA, *MODELS)),
]

Compared = Callable[[Any, Any], bool]
COMPARED: Mapping[Compare, Compared] = {
    Compare.EQ: operator.eq,
    Compare.NE: operator.ne,
    Compare.LT: operator.lt,
    Compare.LE: operator.le,
    Compare.GT: operator.gt,
    Compare.GE: operator.ge,
}


@st.composite
def estates(draw: st.DrawFn) -> list[Fact]:
    facts: list[Fact] = []
    maybe: Callable[[Any], Any] = lambda values: draw(st.sampled_from((None, *values)))  # noqa: E731
    for word in RUNS:
        said = {
            "started_at": draw(st.sampled_from(TIMES)),
            "status": maybe(("FINISHED", "FAILED")),
            "user": maybe(("ada", "bob")),
            "gone_at": maybe((1_000,)),
            "tags": {"team": team} if (team := maybe(TEAMS)) else None,
            "params": {"lr": rate} if (rate := maybe(RATES)) else None,
            "metrics": {"auc": {"last": auc, "best": draw(st.sampled_from(AUCS))}} if (auc := maybe(AUCS)) else None,
        }
        facts.append(run(word[1:], maybe(JOBS), **{name: value for name, value in said.items() if value is not None}))
    for word in (*DATA, *MODELS, "tx", "clicks", "^train", "fraud:"):
        if draw(st.booleans()):
            facts.append(thing(word, **({"tags": {"team": team}} if (team := maybe(TEAMS)) else {})))
    for word in RELEASES:
        facts.append(thing(word, since=draw(st.sampled_from(TIMES)), **({"until": 400} if draw(st.booleans()) else {})))
    for path in draw(st.lists(st.sampled_from(PATHS), max_size=10, unique=True)):
        facts += flow(path)
    return facts


compares = st.sampled_from(Compare)
wheres = st.one_of(
    st.builds(Where, status=st.sampled_from((("FAILED",), ("FINISHED", "FAILED")))),
    st.builds(Where, user=st.sampled_from(("ada", "eve"))),
    st.builds(Where, gone=st.booleans(), known=st.one_of(st.none(), st.booleans())),
    st.builds(Where, tags=st.sampled_from(((("team", "risk"),), (("team", "growth"),)))),
    st.builds(Where, params=st.just((("lr", "0.1"),)), since=st.one_of(st.none(), st.sampled_from(TIMES))),
    st.builds(Where, numbers=st.builds(lambda compare: (NumberIs("lr", compare, 0.1),), compares)),
    st.builds(Where, metrics=st.builds(lambda c, b: (MetricIs("auc", c, 0.9, b),), compares, st.booleans())),
    st.builds(Where, name=st.sampled_from(("r*", "r1", "fraud", "tx"))),
    st.builds(Where, asset_id=st.sampled_from(ids("tx", "^train", "fraud:", "+churn"))),
    st.builds(Where, ids=st.just(tuple(ids("*r1", "*r2", "tx@1", "fraud/1")))),
    st.builds(Where, live=st.booleans()),
    st.builds(Where, before=st.sampled_from(TIMES)),
)

STEPS: Mapping[Kind, tuple[Related, ...]] = {
    Kind.RUN: (
        Related(Hop.IN, EdgeType.INPUT_TO),
        Related(Hop.OUT, EdgeType.PRODUCED, kinds=(Kind.MODEL_VERSION,)),
        Related(Hop.ASSET),
    ),
    Kind.DATASET_VERSION: (Related(Hop.OUT, EdgeType.INPUT_TO), Related(Hop.IN, EdgeType.PRODUCED), Related(Hop.ASSET)),
    Kind.MODEL_VERSION: (Related(Hop.OUT, EdgeType.SERVED_BY), Related(Hop.IN, EdgeType.PRODUCED)),
    Kind.RELEASE: (Related(Hop.IN, EdgeType.SERVED_BY), Related(Hop.IN, EdgeType.INPUT_TO)),
    Kind.DATASET: (Related(Hop.VERSIONS),),
    Kind.JOB: (Related(Hop.VERSIONS), Related(Hop.IN, EdgeType.INPUT_TO)),
    Kind.MODEL: (Related(Hop.VERSIONS),),
    Kind.DEPLOYMENT: (Related(Hop.VERSIONS),),
}


@st.composite
def conditions(draw: st.DrawFn, kinds: frozenset[Kind], deep: int = 2, far: int = 2) -> Condition:
    (*_, kind) = sorted(kinds, key=lambda kind: kind.value)
    sorts = ["where", "where"]
    if deep:
        sorts += ["all", "any", "not"]
    if far and len(kinds) == 1:
        sorts += ["related", "related"]
    sort = draw(st.sampled_from(sorts))
    if sort == "where":
        where: Where = draw(wheres)
        return where
    if sort == "not":
        return Not(draw(conditions(kinds, deep - 1, far)))
    if sort == "related":
        step = draw(st.sampled_from(STEPS[kind]))
        inner = draw(conditions(other_end(kinds, step), deep, far - 1))
        return Related(step.hop, step.type, inner, step.kinds)
    parts = tuple(draw(st.lists(conditions(kinds, deep - 1, far), max_size=3)))
    return AllOf(parts) if sort == "all" else AnyOf(parts)


KINDS = (Kind.RUN, Kind.RUN, Kind.MODEL_VERSION, Kind.DATASET, Kind.RELEASE)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Kind, Condition]:
    kind = draw(st.sampled_from(KINDS))
    return kind, draw(conditions(frozenset({kind})))


# ----------------------------------------------------------------------------------------------------------- the oracle


class Plain:
    """Evaluates conditions one entity at a time."""

    def __init__(self, entities: list[Entity], facts: list[Fact]) -> None:
        self.entities = {one.id: one for one in entities}
        self.edges = {(fact.source.id, fact.type, fact.target.id) for fact in facts if isinstance(fact, EdgeFact)}
        self.edges |= {
            (source, type, target)
            for one, type, other in set(self.edges)
            if (source := self.entities[one].asset_id) and (target := self.entities[other].asset_id)
        }

    def meets(self, one: Entity, condition: Condition) -> bool:
        if isinstance(condition, AllOf):
            return all(self.meets(one, part) for part in condition.of)
        if isinstance(condition, AnyOf):
            return any(self.meets(one, part) for part in condition.of)
        if isinstance(condition, Not):
            return not self.meets(one, condition.of)
        if isinstance(condition, Related):
            near = [other for other in self.entities.values() if self.related(one, condition, other)]
            return any(
                self.meets(other, condition.where)
                for other in near
                if condition.kinds is None or other.kind in condition.kinds
            )
        return all(self.where(one, condition))

    def related(self, one: Entity, step: Related, other: Entity) -> bool:
        if step.hop is Hop.ASSET:
            return one.asset_id == other.id
        if step.hop is Hop.VERSIONS:
            return other.asset_id == one.id
        assert step.type is not None
        ends = (one.id, step.type, other.id) if step.hop is Hop.OUT else (other.id, step.type, one.id)
        return ends in self.edges

    def where(self, one: Entity, where: Where) -> list[bool]:
        props: Mapping[str, Any] = one.props
        said = [
            where.status is None or props.get("status") in where.status,
            where.user is None or props.get("user") == where.user,
            where.gone is None or (one.gone_at is not None) == where.gone,
            where.known is None or one.known == where.known,
            all(props.get("tags", {}).get(key) == value for key, value in where.tags),
            all(props.get("params", {}).get(key) == value for key, value in where.params),
            where.since is None or one.at >= where.since,
            where.before is None or one.at < where.before,
            where.name is None or _named(one.name, where.name),
            where.asset_id is None or one.asset_id == where.asset_id,
            where.ids is None or one.id in where.ids,
            where.live is None or (props.get("until") is None) == where.live or one.kind is not Kind.RELEASE,
        ]
        for is_ in where.numbers:
            value = number(props.get("params", {}).get(is_.key))
            said.append(value is not None and COMPARED[is_.compare](value, is_.value))
        for measured in where.metrics:
            metric = props.get("metrics", {}).get(measured.key)
            found = float(metric["best" if measured.best else "last"]) if metric is not None else None
            said.append(found is not None and COMPARED[measured.compare](found, measured.value))
        if where.live is not None and one.kind is not Kind.RELEASE:
            said.append(where.live if one.kind is not Kind.RUN else (props.get("ended_at") is None) == where.live)
        return said


def _named(name: str, asked: str) -> bool:
    return name.startswith(asked[:-1]) if asked.endswith("*") else name == asked


async def compare(store: Store, facts: list[Fact], question: tuple[Kind, Condition]) -> None:
    for answer in await ingest.state(store, [granule("g", *facts)], ANYONE):
        assert not isinstance(answer, Exception), answer
    everything: list[Entity] = []
    for kind in Kind:
        everything += (await store.find(Find(kind, limit=100), ANYONE)).entities
    plain = Plain(everything, facts)
    kind, where = question
    expected = [one for one in everything if one.kind is kind and plain.meets(one, where)]
    order = (Order(Sort.NAME, False), Order(Sort.METRIC, metric="auc"))
    for find in (Find(kind, where, limit=100), Find(kind, where, order, limit=100)):
        found = await store.find(find, ANYONE)
        assert sorted(one.id for one in found.entities) == sorted(one.id for one in expected), (kind, where)
    groups = await store.group(Groups(kind, GroupBy.TAG, where, key="team", limit=10), ANYONE)
    teams = Counter(one.props.get("tags", {}).get("team") for one in expected)
    assert {one.key: one.count for one in groups.groups} == dict(teams), (kind, where)
    assert await store.count(kind, where, ANYONE) == len(expected), (kind, where)


def test_lists_hold_what_a_plain_evaluation_finds(explore: Explore) -> None:
    explore(compare, facts=estates(), question=questions())
