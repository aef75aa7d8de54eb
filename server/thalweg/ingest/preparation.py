"""One granule: brought into canonical form, or everything that is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any

import orjson

from thalweg.ingest.known import known, not_a_name
from thalweg.ingest.values import CHECKS, DATE, is_date, plain
from thalweg.ingest.wrong import Where, about, problem
from thalweg.model import implied, time
from thalweg.model.edges import ENDS, TYPES_BETWEEN, Coverage, EdgeType
from thalweg.model.errors import BadInput, Problem
from thalweg.model.facts import EdgeFact, EntityFact, Granule, JoinFact, Json, MarkFact, Point
from thalweg.model.keys import UNVERSIONED, Key, entity_id
from thalweg.model.kinds import Kind
from thalweg.model.points import columns, pack
from thalweg.model.properties import EDGE_PROPERTIES, PROPERTIES, Type
from thalweg.model.results import Notice
from thalweg.store.weave.prepared import Prepared, StatedEdge, StatedEntity, StatedJoin, StatedMark, scope_id


class Preparation:
    """Looks at one granule. now: epoch microseconds. orderly: refuses what ends before it begins."""

    def __init__(self, granule: Granule, now: int, orderly: bool = False) -> None:
        self.granule = granule
        self.now = now
        self.orderly = orderly
        self.latest = now + time.FUTURE_TOLERANCE
        self.problems: list[Problem] = []
        self.notices: list[Notice] = []
        self.keys: dict[str, Key] = {}
        self.assets: dict[str, str] = {}
        self.packed: dict[tuple[str, str], bytes] = {}
        """The points of metrics, by entity and name: what a digest is taken of."""
        self.stated_future = False
        self.section = ""
        self.number = 0
        """Which fact is looked at: the list of the granule that it is in, and its number there."""
        self.unwritable = False
        """Whether a fact of this list holds what is no JSON."""

    def prepared(self) -> Prepared:
        granule = self.granule
        for field in ("source", "name", "origin"):
            self.text(f"granule {granule.name}", field, getattr(granule, field))
        self.time(f"granule {granule.name}", "at", granule.at, Type.TIME)
        at = granule.at if granule.at is None else min(granule.at, self.now)
        entities = self.entities(granule.entities)
        implied_reads = implied.reads(granule.entities, granule.edges)
        # A facet may name what nothing can be called; it is kept as it is, and says nothing here.
        sound = [edge for edge in implied_reads if not any(map(not_a_name, edge.source.parts))]
        edges = self.edges([*granule.edges, *sound])
        self.section = "marks"
        marks = [mark for self.number, fact in enumerate(granule.marks) if (mark := self.mark(fact))]
        self.section = "joins"
        joins = [join for self.number, fact in enumerate(granule.joins) if (join := self.join(fact))]
        if self.problems:
            raise BadInput(
                f"{len(self.problems)} problem{'s' if len(self.problems) > 1 else ''} in {granule.name!r} of "
                f"{granule.source!r}; nothing of it was written. First: {self.problems[0]}.",
                problems=self.problems,
            )
        return Prepared(
            scope_id=scope_id(granule.source, granule.name),
            source=granule.source,
            name=granule.name,
            origin=granule.origin,
            revision=granule.revision,
            at=at,
            current=granule.current,
            idempotency_key=granule.idempotency_key,
            digest=self.digest(entities, edges, marks, joins),
            entities=entities,
            edges=edges,
            marks=marks,
            joins=joins,
            keys=self.keys,
            assets=self.assets,
            notices=self.notices,
        )

    def digest(
        self,
        entities: list[StatedEntity],
        edges: list[StatedEdge],
        marks: list[StatedMark],
        joins: list[StatedJoin],
    ) -> str:
        """128 bits over what is stated, in any order. A future date counts as it was given, not as it was taken. A
        revision is no part of what is stated, nor is since when a mark must have been: it is known then.
        """
        if self.stated_future:
            return blake2b(repr(replace(self.granule, revision=None)).encode(), digest_size=16).hexdigest()
        stated = (
            sorted((entity.id, orjson.Fragment(entity.body)) for entity in entities),
            sorted((edge[0], edge[1].label, *edge[2:4], orjson.Fragment(edge.body)) for edge in edges),
            sorted((mark[0], mark[1], mark[2].value, *mark[3:6]) for mark in marks),
            sorted(tuple(join) for join in joins),
            sorted((*place, len(packed)) for place, packed in self.packed.items()),
        )
        digest = blake2b(orjson.dumps(stated), digest_size=16)
        for _, packed in sorted(self.packed.items()):
            digest.update(packed)
        return digest.hexdigest()

    # ------------------------------------------------------------------------------------------------------- facts

    def entities(self, facts: Sequence[EntityFact]) -> list[StatedEntity]:
        found: dict[str, tuple[dict[str, Any], dict[str, bytes]]] = {}
        ends: dict[str, int] = {}
        self.section = "entities"
        for self.number, fact in enumerate(facts):
            id = self.mention(fact.key, "key")
            props = self.props(fact.key, fact.props, PROPERTIES[fact.key.kind])
            if fact.key.kind is Kind.RUN and isinstance(props.get("job"), list):
                self.mention(Key(Kind.JOB, tuple(props["job"])), "job")
            histories = {name: self.points(fact.key, id, name, points) for name, points in fact.histories.items()}
            if (interval := _INTERVALS.get(fact.key.kind)) is not None and props.get(interval[1]) is not None:
                ends[id] = self.number
            earlier = found.get(id)
            if earlier is None:
                found[id] = (props, histories)
                continue
            for field, value in props.items():
                if earlier[0].setdefault(field, value) != value:
                    self.wrong(fact.key, field, value, f"is stated twice, also as {earlier[0][field]!r}", "TWICE")
            earlier[1].update(histories)
        for id, self.number in ends.items():
            self.in_order(facts[self.number].key, found[id][0])
        stated = [StatedEntity(id, props, self.body(props), histories) for id, (props, histories) in found.items()]
        self.no_json(facts)
        return stated

    def in_order(self, key: Key, props: Mapping[str, Any]) -> None:
        """Says of a run or a release that it ends before it begins, by times that are both stated here."""
        first, last = _INTERVALS[key.kind]
        begin, end = props.get(first), props[last]
        if begin is None or begin <= end:
            return
        said = f"lies before its start ({time.rfc3339(begin)})"
        if self.orderly:
            self.wrong(key, last, time.rfc3339(end), f"{said}; it must be the same or later")
        else:
            message = f"{time.rfc3339(end)} {said}; it was kept, and nobody knows how long it took"
            self.notices.append(Notice("ENDS_BEFORE_BEGIN", str(key), last, message, self.place()))

    def edges(self, facts: Sequence[EdgeFact]) -> list[StatedEdge]:
        found: dict[tuple[str, EdgeType, str, str], dict[str, Any]] = {}
        opened: set[tuple[str, EdgeType, str, str]] = set()
        self.section = "edges"
        for self.number, fact in enumerate(facts):
            source, target = self.mention(fact.source, "source"), self.mention(fact.target, "target")
            if (fact.source.kind, fact.target.kind) not in ENDS[fact.type]:
                types = TYPES_BETWEEN.get((fact.source.kind, fact.target.kind), ())
                joins = " or ".join(f"({a.value})->({b.value})" for a, b in sorted(ENDS[fact.type], key=str))
                expected = f"joins no {fact.source.kind.value} to a {fact.target.kind.value}; " + (
                    f"{types[0].value} does" if types else f"it joins {joins}"
                )
                self.wrong(fact, "type", fact.type.value, expected, "WRONG_ENDS")
                continue
            if source == target and source:
                self.wrong(fact, "target", fact.target.parts[-1], "is the source itself", "SELF_LOOP")
                continue
            props = self.props(fact, fact.props, EDGE_PROPERTIES[fact.type]) if fact.props else {}
            ref = (source, fact.type, target, fact.role)
            if _is_open(fact):
                props = {**props, "assumed": True}
                opened.add(ref)
            if ref in found:
                found[ref] = unite(found[ref], props)
            else:
                found[ref] = props
        stated = [StatedEdge(*ref, self.body(props) if props else b"{}", ref in opened) for ref, props in found.items()]
        self.no_json(facts)
        return stated

    def mark(self, fact: MarkFact) -> StatedMark | None:
        where = f"{fact.kind.value.lower()} {fact.name!r} of {fact.version}"
        if fact.version.kind is not Kind.MODEL_VERSION:
            self.wrong(where, "version", str(fact.version), "must be a ModelVersion", "WRONG_KIND")
            return None
        self.text(where, "name", fact.name)
        since = self.time(where, "since", fact.since, Type.TIME)
        until = self.time(where, "until", fact.until, Type.END)
        if since is not None and until is not None and until < since:
            self.wrong(where, "until", time.rfc3339(until), f"lies before since ({time.rfc3339(since)})")
        first = self.time(where, "first", fact.first, Type.TIME)
        version = self.mention(fact.version, "version")
        model = entity_id(Key(Kind.MODEL, fact.version.parts[:-1]))
        return StatedMark(model, version, fact.kind, fact.name, since, until, first)

    def join(self, fact: JoinFact) -> StatedJoin | None:
        where = f"join of {fact.alias} with {fact.of}"
        alias, of = self.mention(fact.alias, "alias"), self.mention(fact.of, "of")
        if fact.alias.kind is not fact.of.kind:
            self.wrong(where, "alias", fact.alias.kind.value, f"must be a {fact.of.kind.value} too", "WRONG_KIND")
            return None
        if fact.alias.kind is Kind.DATASET_VERSION and UNVERSIONED in (fact.alias.parts[-1], fact.of.parts[-1]):
            end = "alias" if fact.alias.parts[-1] == UNVERSIONED else "of"
            self.wrong(where, "version", UNVERSIONED, "stands for no version; join the datasets", "BAD_KEY", end)
            return None
        if alias == of:
            self.wrong(where, "alias", fact.alias.parts[-1], "is the same name as the other side")
            return None
        return StatedJoin(alias, of)

    # ---------------------------------------------------------------------------------------------- keys and values

    def mention(self, key: Key, end: str) -> str:
        """The id of a key, which is checked the first time it is seen; its asset is mentioned with it.

        end: which key of its fact it is.
        """
        try:
            id, problems, asset_id, asset = known(key)
        except (TypeError, AttributeError, KeyError):
            self.wrong("a fact", "key", key, "is no key: it needs a kind, and its parts as texts", "BAD_KEY", end)
            return ""
        if problems:
            place = (*self.place(), end)
            self.problems += [replace(problem, place=place) for problem in problems if problem not in self.problems]
        else:
            self.keys[id] = key
            if asset_id is not None and asset is not None:
                self.keys[asset_id] = asset
                self.assets[id] = asset_id
        return id

    def props(self, where: Where, given: Mapping[str, Json], types: Mapping[str, Type]) -> dict[str, Any]:
        """The properties in canonical form: nothing that is None, metrics spelled out, future dates taken as now."""
        props: dict[str, Any] = {}
        for field, value in given.items():
            if value is None:
                continue
            type = types.get(field)
            if type is None:
                expected = f"is no property; there are {', '.join(sorted(types))}"
                self.wrong(where, field, value, expected, "UNKNOWN_FIELD")
                continue
            if type is Type.TIME or type is Type.END:
                props[field] = self.time(where, field, value, type)
            elif type is Type.METRICS:
                props[field] = self.metrics(where, value)
            elif not CHECKS[type](value):
                self.wrong(where, field, value, type.value)
            else:
                props[field] = value
        return props

    def metrics(self, where: Where, value: Json) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.wrong(where, "metrics", value, Type.METRICS.value)
            return {}
        metrics: dict[str, Any] = {}
        for name, given in value.items():
            if given.__class__ is float and math.isfinite(given):
                metrics[name] = {"best": given, "last": given}
                continue
            metric = dict(given) if isinstance(given, dict) else {"last": given}
            metric.setdefault("best", metric.get("last"))
            for part in ("last", "best"):
                number = plain(metric[part]) if part in metric else None
                if number is None:
                    self.wrong(where, f"metrics.{name}.{part}", metric.get(part), Type.FLOAT.value)
                else:
                    metric[part] = number
            at = metric.get("at")
            if at is not None and not is_date(at):
                self.wrong(where, f"metrics.{name}.at", at, DATE)
            at_step = metric.get("step")
            if at_step is not None and not CHECKS[Type.INT](at_step):
                self.wrong(where, f"metrics.{name}.step", at_step, Type.INT.value)
            if unknown := metric.keys() - {"last", "best", "step", "at"}:
                expected = "is no part of a metric; there are last, best, step, at"
                self.wrong(where, f"metrics.{name}", sorted(unknown)[0], expected, "UNKNOWN_FIELD")
            metrics[str(name)] = metric
        return metrics

    def points(self, key: Key, id: str, name: str, points: Sequence[Point]) -> bytes:
        packed = b""
        try:
            packed = self.packed[id, name] = pack(points)
            _, times, _ = columns(packed)
            for at in {min(times), max(times)} if times else ():
                if not is_date(at):
                    self.wrong(str(key), f"histories.{name}", at, DATE)
        except (OverflowError, TypeError):
            expected = "must have a step and a time of 64 bits, and a number as its value"
            self.wrong(str(key), f"histories.{name}", "a point", expected)
        return packed

    def time(self, where: Where, field: str, value: Json, type: Type) -> int | None:
        if value is None:
            return None
        if not is_date(value):
            self.wrong(where, field, value, f"{type.value}, in the years 1 to 9999")
            return None
        if value > self.latest and type is Type.TIME:
            self.stated_future = True
            self.notices.append(
                Notice(
                    "FUTURE_DATE",
                    about(where),
                    field,
                    f"{time.rfc3339(value)} lies in the future; it was taken as now",
                    self.place(),
                )
            )
            return self.now
        return value

    def text(self, where: Where, field: str, value: Json) -> None:
        if (expected := not_a_name(value)) is not None:
            self.wrong(where, field, value, expected)

    def body(self, props: dict[str, Any]) -> bytes:
        try:
            return orjson.dumps(props, option=orjson.OPT_SORT_KEYS)
        except (TypeError, ValueError):  # JSONEncodeError is both
            self.unwritable = True
            return b"{}"

    def no_json(self, facts: Sequence[EntityFact | EdgeFact]) -> None:
        """Names the values that are no JSON, where there are any: only then it is worth the look at each."""
        if not self.unwritable:
            return
        self.unwritable = False
        before = len(self.problems)
        for self.number, fact in enumerate(facts):
            for field, value in fact.props.items():
                try:
                    orjson.dumps({field: value}, option=orjson.OPT_SORT_KEYS)  # as deep as in the whole
                except (TypeError, ValueError) as error:
                    where = fact if isinstance(fact, EdgeFact) else fact.key
                    self.wrong(where, field, value, f"is no JSON: {error}")
        if len(self.problems) == before:
            self.wrong(f"granule {self.granule.name}", self.section, "a value", "is no JSON")

    def place(self) -> tuple[str | int, ...]:
        return (self.section, self.number) if self.section else ()

    def wrong(self, where: Where, field: str, value: Json, expected: str, code: str = "INVALID", end: str = "") -> None:
        place = (*self.place(), end) if end else self.place()
        self.problems.append(problem(about(where), field, value, expected, code, place))


def _is_open(fact: EdgeFact) -> bool:
    """Whether this is a read that names no version."""
    return (
        fact.source.parts[-1] == UNVERSIONED
        and fact.source.kind is Kind.DATASET_VERSION
        and fact.type is EdgeType.INPUT_TO
        and fact.target.kind is Kind.RUN
    )


_INTERVALS = {Kind.RUN: ("started_at", "ended_at"), Kind.RELEASE: ("since", "until")}
"""The properties by which something begins and ends."""


def unite(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two statements of one edge as one: columns united with the weakest coverage; else the first is followed."""
    both = {**other, **one}
    if "columns" in one and "columns" in other:
        both["columns"] = sorted({*one["columns"], *other["columns"]})
        covers = [props.get("covers", Coverage.PROJECTION.value) for props in (one, other)]
        both["covers"] = max(covers, key=lambda name: list(Coverage).index(Coverage(name)))
    elif "columns" in one or "columns" in other:
        said = one if "columns" in one else other
        if "covers" in said:
            both["covers"] = said["covers"]
    if not (one.get("assumed") and other.get("assumed")):
        both.pop("assumed", None)
    return both
