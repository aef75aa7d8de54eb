"""Thalweg's own facets, which say what the specification has no words for: `schema/openlineage/`.

    thalweg_modelVersion    of a dataset: it is a version of a model
    thalweg_deployment      of a job: it is a release of a deployment
    thalweg_edge            of an input or an output: role, columns, share of the traffic
    thalweg_run             of a run: what its own system calls it
    thalweg_properties      of a dataset or a job: what else is known of it
    thalweg_entity          of a dataset in a DatasetEvent: it is something else, with its edges

Who writes one of them means it: what is wrong in one refuses its event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from thalweg.importers.openlineage.event import problem, refused
from thalweg.importers.openlineage.facets import Taken
from thalweg.model import time
from thalweg.model.edges import EdgeType
from thalweg.model.facts import JoinFact, Json, MarkFact, MarkKind, Point
from thalweg.model.keys import Key
from thalweg.model.kinds import KEY_FIELDS, Kind

MODEL = "thalweg_modelVersion"
DEPLOYMENT = "thalweg_deployment"
EDGE = "thalweg_edge"
RUN = "thalweg_run"
PROPERTIES = "thalweg_properties"
ENTITY = "thalweg_entity"

MODEL_PROPERTIES = (
    "uri", "sha256", "bytes", "format", "status", "signature", "params", "metrics", "environment", "user"
)  # fmt: skip
_EDGE_PROPERTIES = ("columns", "covers", "pinned", "exact", "traffic", "path", "dirty", "assumed", "extra")


class Properties(NamedTuple):
    """What is known of a dataset or a job, and of the version that is meant.

    of_asset: whether it speaks of the dataset or job at all.
    """

    asset: Mapping[str, Json]
    version: Mapping[str, Json]
    of_asset: bool = True


class Mark(NamedTuple):
    """An alias or a stage of a version."""

    kind: MarkKind
    name: str
    since: int | None
    until: int | None


class Model(NamedTuple):
    """namespace and name: None where they are those of the dataset. version: None where that is the dataset's."""

    namespace: str | None
    name: str | None
    version: str | None
    props: Mapping[str, Json]
    histories: Mapping[str, list[Point]]
    marks: list[Mark]


class Deployment(NamedTuple):
    namespace: str
    name: str
    revision: str | None
    since: int | None
    until: int | None
    asset: Mapping[str, Json]
    release: Mapping[str, Json]


class Run(NamedTuple):
    """names: what its own system calls it. props: all that is known of it besides what other facets say."""

    names: tuple[str, str]
    props: Mapping[str, Json]
    histories: Mapping[str, list[Point]]
    parents: list[tuple[str, str]]


class Edge(NamedTuple):
    """How an input or an output stands to the run or release.

    known: whether the version is there for more than to stand at the end of it.
    """

    role: str
    props: Mapping[str, Json]
    known: bool = True


@dataclass(frozen=True, slots=True)
class Whole:
    """Something with its edges, of any kind. known: whether it is described, or only stands at the end of an edge."""

    key: Key
    known: bool
    props: Mapping[str, Json]
    histories: Mapping[str, list[Point]]
    edges: list[tuple[Key, EdgeType, Key, str, Mapping[str, Json]]] = field(default_factory=list)
    marks: list[MarkFact] = field(default_factory=list)
    joins: list[JoinFact] = field(default_factory=list)


NO_EDGE = Edge("", {})


class _Reader:
    """Reads one facet, and refuses what is wrong in it."""

    def __init__(self, place: str, facet: Mapping[str, Any]) -> None:
        self.place = place
        self.facet = facet

    def wrong(self, field: str, value: Json, expected: str) -> Exception:
        return refused([problem(f"{self.place}.{field}", value, expected, "OWN_FACET")])

    def text(self, field: str, *, must: bool = False) -> str | None:
        value = self.facet.get(field)
        if value is None and not must:
            return None
        if not isinstance(value, str) or not value:
            raise self.wrong(field, value, "must be text that is not empty")
        return value

    def name(self, field: str) -> str:
        return self.text(field, must=True) or ""

    def object(self, field: str) -> dict[str, Any]:
        value = self.facet.get(field)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.wrong(field, value, "must be an object")
        return value

    def objects(self, field: str) -> list[_Reader]:
        value = self.facet.get(field)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(field, value, "must be a list of objects")
        return [_Reader(f"{self.place}.{field}[{place}]", one) for place, one in enumerate(value)]

    def at(self, field: str) -> int | None:
        value = self.facet.get(field)
        if value is None:
            return None
        try:
            return time.parse(value)
        except (ValueError, AttributeError):
            raise self.wrong(field, value, "must be a time as text, like 2026-05-02T08:00:00Z") from None

    def some(self, fields: tuple[str, ...]) -> dict[str, Json]:
        return {field: self.facet[field] for field in fields if self.facet.get(field) is not None}

    def edge(self) -> Edge:
        props = self.some(_EDGE_PROPERTIES)
        if (at := self.at("at")) is not None:
            props["at"] = at
        if shares := self.objects("shares"):
            props["shares"] = [{**one.facet, "until": one.at("until")} for one in shares]
        return Edge(self.text("role") or "", props)

    def key(self) -> Key:
        kind = self.name("kind")
        if kind not in Kind._value2member_map_:
            raise self.wrong("kind", kind, f"must be one of {', '.join(one.value for one in Kind)}")
        parts = self.facet.get("key")
        wanted = KEY_FIELDS[Kind(kind)]
        if not isinstance(parts, list) or len(parts) != len(wanted) or not all(isinstance(one, str) for one in parts):
            raise self.wrong("key", parts, f"must be the texts {', '.join(wanted)}")
        return Key(Kind(kind), tuple(parts))

    def mark(self, kind: MarkKind) -> Mark:
        return Mark(kind, self.name("name"), self.at("since"), self.at("until"))


def _taken(taken: Taken, name: str) -> _Reader | None:
    facet = taken.take(name)
    return None if facet is None or facet.get("_deleted") is True else _Reader(f"{taken.place}.{name}", facet)


def properties(taken: Taken) -> Properties | None:
    reader = _taken(taken, PROPERTIES)
    if reader is None:
        return None
    return Properties(reader.object("asset"), reader.object("version"), "asset" in reader.facet)


def without_nulls(props: Mapping[str, Json]) -> dict[str, Json]:
    """What other facets say, without what they only take back: `thalweg_properties` says all else that there is."""
    if not isinstance(extra := props.get("extra"), dict):
        return dict(props)
    kept = {name: value for name, value in extra.items() if value is not None}
    return {**props, "extra": kept}


def model(taken: Taken) -> Model | None:
    reader = _taken(taken, MODEL)
    if reader is None:
        return None
    props = reader.some(MODEL_PROPERTIES)
    if (at := reader.at("createdAt")) is not None:
        props["created_at"] = at
    marks = [one.mark(MarkKind.ALIAS) for one in reader.objects("aliases")]
    marks += [one.mark(MarkKind.STAGE) for one in reader.objects("stages")]
    return Model(
        reader.text("namespace"), reader.text("name"), reader.text("version"), props, _histories(reader), marks
    )


def deployment(taken: Taken) -> Deployment | None:
    reader = _taken(taken, DEPLOYMENT)
    if reader is None:
        return None
    return Deployment(
        reader.name("namespace"),
        reader.name("name"),
        reader.text("revision"),
        reader.at("since"),
        reader.at("until"),
        reader.some(("platform",)),
        reader.some(("url", "status", "config", "metrics")),
    )


def edge(taken: Taken) -> Edge:
    reader = _taken(taken, EDGE) if taken.left else None
    return NO_EDGE if reader is None else reader.edge()._replace(known=reader.facet.get("known", True) is not False)


def run(taken: Taken) -> Run | None:
    reader = _taken(taken, RUN)
    if reader is None:
        return None
    parents = [(one.name("namespace"), one.name("runId")) for one in reader.objects("parents")]
    names = (reader.name("namespace"), reader.name("runId"))
    return Run(names, reader.object("properties"), _histories(reader), parents)


def entity(taken: Taken) -> Whole | None:
    reader = _taken(taken, ENTITY)
    if reader is None:
        return None
    key = reader.key()
    known = reader.facet.get("known", True) is not False
    found = Whole(key, known, reader.object("properties"), _histories(reader))
    for one in reader.objects("edges"):
        type = one.name("type")
        if type not in EdgeType.__members__:
            raise one.wrong("type", type, f"must be one of {', '.join(EdgeType.__members__)}")
        edge = one.edge()
        found.edges.append((key, EdgeType[type], one.key(), edge.role, edge.props))
    if key.kind is Kind.MODEL_VERSION:
        marks = [one.mark(MarkKind.ALIAS) for one in reader.objects("aliases")]
        marks += [one.mark(MarkKind.STAGE) for one in reader.objects("stages")]
        found.marks.extend(MarkFact(key, one.kind, one.name, one.since, one.until) for one in marks)
    found.joins.extend(JoinFact(one.key(), key) for one in reader.objects("alsoCalled"))
    return found


def _histories(reader: _Reader) -> dict[str, list[Point]]:
    found: dict[str, list[Point]] = {}
    for metric, points in reader.object("histories").items():
        try:
            found[metric] = [Point(int(step), int(at), float(value)) for step, at, value in points]
        except (TypeError, ValueError):
            raise reader.wrong(f"histories.{metric}", points, "must be a list of [step, at, value]") from None
    return found
