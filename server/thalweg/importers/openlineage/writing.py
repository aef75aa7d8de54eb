"""What the graph holds as events, which `reading` reads back: `thalweg export openlineage`.

Facets of the specification say what they can, for other readers; what they cannot is told by our own, which are made by
reading the first back and seeing what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

import orjson

from thalweg.importers.openlineage import datasets, own, points
from thalweg.importers.openlineage.event import LARGEST_FACET, Named, Odd, uuid
from thalweg.importers.openlineage.facets import Taken, described
from thalweg.importers.openlineage.points import Histories
from thalweg.importers.openlineage.reading import RUNS
from thalweg.importers.openlineage.stated import ORIGIN, Stated
from thalweg.model.edges import EdgeType
from thalweg.model.facts import Json, MarkKind
from thalweg.model.keys import UNVERSIONED, Key
from thalweg.model.kinds import ASSET_OF, KEY_FIELDS, Kind
from thalweg.model.names import dataset_pair
from thalweg.model.results import Edge, Entity, Mark
from thalweg.model.shares import SHARES
from thalweg.model.time import rfc3339

PRODUCER = "urn:thalweg:export"
_SPEC = "https://openlineage.io/spec"
_EVENT = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs"
_TYPES = {"FINISHED": "COMPLETE", "FAILED": "FAIL", "KILLED": "ABORT", "RUNNING": "RUNNING"}
_SCHEMAS = {
    "version": "1-0-1/DatasetVersionDatasetFacet",
    "schema": "1-2-0/SchemaDatasetFacet",
    "columnLineage": "1-2-0/ColumnLineageDatasetFacet",
    "executionParameters": "1-0-0/ExecutionParametersRunFacet",
    "environmentVariables": "1-0-0/EnvironmentVariablesRunFacet",
    "parent": "1-1-0/ParentRunFacet",
    "sourceCodeLocation": "1-0-1/SourceCodeLocationJobFacet",
    own.MODEL: "ModelVersionDatasetFacet",
    own.DEPLOYMENT: "DeploymentJobFacet",
    own.EDGE: "EdgeFacet",
    own.RUN: "RunFacet",
    own.PROPERTIES: "PropertiesFacet",
    own.ENTITY: "EntityDatasetFacet",
}

Event = dict[str, Any]


class Near(NamedTuple):
    """An edge of a thing, and what stands at its other end."""

    edge: Edge
    other: Entity


def told_by_runs(edge: Edge, source: Entity, target: Entity) -> bool:
    """Whether an edge is told by the event of the run, release or job at one of its ends; others stand alone."""
    ends = {source.kind: source, target.kind: target}
    run = ends.get(Kind.RUN)
    if run is not None and run.asset_id is None:
        return False
    data = ends.get(Kind.DATASET_VERSION) or ends.get(Kind.DATASET)
    if data is not None and not _is_canonical(data):
        return False
    if edge.type is EdgeType.PARENT_OF:
        return source.kind is Kind.RUN and run is not None and not edge.props
    if edge.type is EdgeType.DERIVED_INTO or edge.type is EdgeType.CODE_OF:
        return False
    if Kind.JOB in ends or Kind.DEPLOYMENT in ends:
        return data is not None and Kind.JOB in ends
    return True


# -------------------------------------------------------------------------------------------------------------- events


def whole(entity: Entity, histories: Histories, marks: Sequence[Mark]) -> Event:
    """A thing of whatever kind, by our own facet."""
    facet = _named(entity) | {"properties": _props(entity)}
    if histories:
        facet["histories"] = points.written(histories)
    return _entity_event(entity, facet | _marks(marks))


def more_points(entity: Entity, histories: Histories) -> Event:
    """More points of the metrics of a thing that has told of itself: the histories of one thing are gathered."""
    return _entity_event(entity, _named(entity) | {"histories": points.written(histories)})


def also_called(of: Key, aliases: Iterable[Key]) -> Event:
    """The other names of a name, as they were stated: which of them all stands for the thing follows from that."""
    facet = {"kind": of.kind.value, "key": list(of.parts), "known": False}
    called = [{"kind": alias.kind.value, "key": list(alias.parts)} for alias in aliases]
    return _of_our_own(of.id, 0, facet | {"alsoCalled": called})


def edges_of(entity: Entity, edges: Iterable[Near]) -> Event:
    """What leads from a thing elsewhere, where no run tells it."""
    told = [{"type": edge.type.value, **_named(other), **_edge(edge)} for edge, other in edges]
    return _entity_event(entity, _named(entity) | {"known": False, "edges": told})


def dataset(entity: Entity) -> Event:
    props = _props(entity)
    facets = _described(props)
    return _dataset_event(entity, facets, {"asset": props})


def dataset_version(entity: Entity) -> Event:
    props = _props(entity)
    facets: dict[str, Any] = {}
    if entity.key[2] != UNVERSIONED:
        facets["version"] = _facet("version", datasetVersion=entity.key[2])
    if props.get("columns"):
        of_spec = ("name", "type", "description", "fields")
        shown = [{name: one[name] for name in of_spec if one.get(name)} for one in props["columns"]]
        facets["schema"] = _facet("schema", fields=shown)
    lineage = props.get("column_lineage")
    if isinstance(lineage, dict) and isinstance(lineage.get("fields"), dict):
        facets["columnLineage"] = _facet("columnLineage") | lineage
    event = _dataset_event(entity, facets, {"version": props})
    if entity.key[2] == UNVERSIONED:  # so that it is not an event about the dataset
        facets.setdefault(own.PROPERTIES, _facet(own.PROPERTIES, version={}))
    return event


def model_version(entity: Entity, histories: Histories, marks: Sequence[Mark]) -> Event:
    props = _props(entity)
    said = {name: props.pop(name) for name in own.MODEL_PROPERTIES if name in props}
    if histories:
        said["histories"] = points.written(histories)
    facets = {own.MODEL: _facet(own.MODEL, **_names(entity), **said, **_marks(marks))}
    if props:
        facets[own.PROPERTIES] = _facet(own.PROPERTIES, version=props)
    named = {"namespace": entity.key[0], "name": entity.key[1], "facets": facets}
    return _event("DatasetEvent", entity.at, dataset=named)


def job(entity: Entity, inputs: Sequence[Near], outputs: Sequence[Near]) -> Event:
    props = _props(entity)
    facets = _described(props)
    _rest(facets, {"asset": props})
    named = {"namespace": entity.key[0], "name": entity.key[1], "facets": facets}
    event = _event("JobEvent", entity.at, job=named)
    if inputs or outputs:
        event["inputs"] = [_input(one) for one in inputs]
        event["outputs"] = [_output(one) for one in outputs]
    return event


def run(
    entity: Entity,
    inputs: Sequence[Near],
    outputs: Sequence[Near],
    code: Sequence[Near],
    parents: Sequence[Near],
    histories: Histories,
) -> Event:
    """The event of a run whose job is known."""
    props = _props(entity)
    namespace, name = props.pop("job")
    facets: dict[str, Any] = {}
    if params := props.get("params"):
        facets["executionParameters"] = _facet("executionParameters", parameters=_pairs(params, "key"))
    if environment := props.get("environment"):
        facets["environmentVariables"] = _facet(
            "environmentVariables", environmentVariables=_pairs(environment, "name")
        )
    if tags := props.get("tags"):
        facets["tags"] = _of_spec("1-0-0/TagsRunFacet", tags=_pairs(tags, "key"))
    facets = _as_may_be(facets)
    told_so = {"params": "executionParameters", "environment": "environmentVariables", "tags": "tags"}
    props = {field: value for field, value in props.items() if told_so.get(field) not in facets}
    told: dict[str, Any] = {"namespace": entity.key[0], "runId": entity.key[1], "properties": props}
    if histories:
        told["histories"] = points.written(histories)
    if parents:
        told["parents"] = [{"namespace": one.other.key[0], "runId": one.other.key[1]} for one in parents]
        first = parents[0].other
        if isinstance(of := first.props.get("job"), list):
            parent_job = {"namespace": of[0], "name": of[1]}
            facets["parent"] = _facet("parent", run={"runId": _run_id(first)}, job=parent_job)
    facets[own.RUN] = _facet(own.RUN, **told)
    return _event(
        "RunEvent",
        props.get("ended_at") or entity.at,
        eventType=_TYPES.get(str(entity.props.get("status")), "OTHER"),
        run={"runId": _run_id(entity), "facets": facets},
        job={"namespace": namespace, "name": name, "facets": _location(code)},
        inputs=[_input(one) for one in inputs],
        outputs=[_output(one) for one in outputs],
    )


def release(entity: Entity, inputs: Sequence[Near], outputs: Sequence[Near]) -> Event:
    props = _props(entity)
    namespace, name, revision = entity.key
    said: dict[str, Any] = {"namespace": namespace, "name": name, "revision": revision}
    said |= {part: rfc3339(props.pop(part)) for part in ("since", "until") if part in props}
    said |= {part: props.pop(part) for part in ("url", "status", "config", "metrics") if part in props}
    facets = {own.DEPLOYMENT: _facet(own.DEPLOYMENT, **said)}
    if props:
        facets[own.PROPERTIES] = _facet(own.PROPERTIES, version=props)
    return _event(
        "JobEvent",
        entity.at,
        job={"namespace": namespace, "name": name, "facets": facets},
        inputs=[_input(one) for one in inputs],
        outputs=[_output(one) for one in outputs],
    )


# --------------------------------------------------------------------------------------------------------------- parts


def _event(sort: str, at: int, **parts: Any) -> Event:
    return {"eventTime": rfc3339(at), "producer": PRODUCER, "schemaURL": f"{_EVENT}/{sort}", **parts}


def _facet(name: str, /, **fields: Any) -> dict[str, Any]:
    schema = _SCHEMAS[name]
    if name.startswith("thalweg_"):
        return {"_producer": PRODUCER, "_schemaURL": f"urn:thalweg:openlineage:{schema}:1", **fields}
    return _of_spec(schema, **fields)


def _of_spec(schema: str, /, **fields: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": f"{_SPEC}/facets/{schema}.json", **fields}


def _props(entity: Entity) -> dict[str, Any]:
    props = dict(entity.props)
    if entity.gone_at is not None:
        props["gone_at"] = entity.gone_at
    return props


def _described(props: Mapping[str, Any]) -> dict[str, Any]:
    facets: dict[str, Any] = {}
    if props.get("description"):
        facets["documentation"] = _of_spec("1-1-0/DocumentationDatasetFacet", description=props["description"])
    if props.get("owners"):
        owners = [{"name": name} for name in props["owners"]]
        facets["ownership"] = _of_spec("1-0-1/OwnershipDatasetFacet", owners=owners)
    if props.get("tags"):
        facets["tags"] = _of_spec("1-0-0/TagsDatasetFacet", tags=_pairs(props["tags"], "key"))
    return facets


def _dataset_event(entity: Entity, facets: dict[str, Any], props: dict[str, dict[str, Any]]) -> Event:
    _rest(facets, props)
    named = {"namespace": entity.key[0], "name": entity.key[1], "facets": facets}
    return _event("DatasetEvent", entity.at, dataset=named)


def _rest(facets: dict[str, Any], props: dict[str, dict[str, Any]]) -> None:
    """Adds what reading the facets back does not give, and takes out what would not be read: by our own facet."""
    small = _as_may_be(facets)
    for name in facets.keys() - small.keys():
        del facets[name]
    if "version" in props:
        read = datasets.read(Named("", "", facets, {}, "dataset"), ORIGIN, Odd(), Stated()).version_props
    else:
        read = own.without_nulls(described(Taken(facets, "dataset.facets", Odd()), columns=True))
    rest = {
        part: left
        for part, known in props.items()
        if (left := {name: value for name, value in known.items() if read.get(name) != value})
    }
    if rest or facets.keys() & {"ownership", "tags"}:  # which else take back what more an earlier one may have said
        facets[own.PROPERTIES] = _facet(own.PROPERTIES, **({part: {} for part in props} | rest))


def _as_may_be(facets: Mapping[str, Any]) -> dict[str, Any]:
    """The facets that are no larger than a reader takes."""
    return {name: facet for name, facet in facets.items() if len(orjson.dumps(facet)) <= LARGEST_FACET}


def _named(entity: Entity) -> dict[str, Any]:
    return {"kind": entity.kind.value, "key": list(entity.key)}


def _entity_event(entity: Entity, facet: dict[str, Any]) -> Event:
    return _of_our_own(entity.id, entity.at, facet)


def _of_our_own(id: str, at: int, facet: Mapping[str, Any]) -> Event:
    named = {"namespace": "thalweg", "name": id, "facets": {own.ENTITY: _facet(own.ENTITY, **facet)}}
    return _event("DatasetEvent", at, dataset=named)


def _input(near: Near) -> dict[str, Any]:
    told = _edge(near.edge)
    told.pop("assumed", None)
    return _end(near, told, "inputFacets")


def _output(near: Near) -> dict[str, Any]:
    return _end(near, _edge(near.edge), "outputFacets")


def _end(near: Near, told: dict[str, Json], place: str) -> dict[str, Any]:
    """An input or an output. A read of no version in particular says none, so that it is worked out again."""
    entity, facets = near.other, dict[str, Any]()
    if not entity.known and entity.kind in ASSET_OF:
        told = {**told, "known": False}
    if entity.kind is Kind.MODEL_VERSION:
        facets[own.MODEL] = _facet(own.MODEL, **_names(entity))
    elif entity.kind is Kind.DATASET_VERSION and not (near.edge.props.get("assumed") and place == "inputFacets"):
        facets["version"] = _facet("version", datasetVersion=entity.key[2])
    named = {"namespace": entity.key[0], "name": entity.key[1], "facets": facets}
    return named | {place: {own.EDGE: _facet(own.EDGE, **told)}} if told else named


def _names(entity: Entity) -> dict[str, str]:
    """A model version by all its names, for those of a dataset are made canonical."""
    return dict(zip(KEY_FIELDS[entity.kind], entity.key, strict=True))


def _edge(edge: Edge) -> dict[str, Json]:
    told: dict[str, Json] = {"role": edge.role} if edge.role else {}
    told |= edge.props
    if "at" in told:
        told["at"] = rfc3339(told["at"])
    if SHARES in told:
        told[SHARES] = [{**one, "until": rfc3339(one["until"])} for one in told[SHARES]]
    return told


def _location(code: Sequence[Near]) -> dict[str, Any]:
    if not code:
        return {}
    url, sha = code[0].other.key
    said = {"type": "git", "url": url, "repoUrl": url, "version": sha}
    if path := code[0].edge.props.get("path"):
        said["path"] = path
    return {"sourceCodeLocation": _facet("sourceCodeLocation", **said)}


def _pairs(values: Mapping[str, str], key: str) -> list[dict[str, str]]:
    return [{key: name, "value": value} for name, value in values.items()]


def _marks(marks: Sequence[Mark]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for mark in marks:
        told = {"name": mark.name, "since": rfc3339(mark.since)}
        if mark.until is not None:
            told["until"] = rfc3339(mark.until)
        found.setdefault("aliases" if mark.kind is MarkKind.ALIAS else "stages", []).append(told)
    return found


def _run_id(entity: Entity) -> str:
    namespace, id = entity.key
    return id if namespace == RUNS and uuid(id) == id else str(uuid5(NAMESPACE_URL, entity.id))


def _is_canonical(entity: Entity) -> bool:
    namespace, name = entity.key[:2]
    return dataset_pair(namespace, name, ORIGIN) == (namespace, name)


def is_dataset(entity: Entity) -> bool:
    """Whether an event can name it as a dataset: its name would be read as it is."""
    return len(entity.key) == len(KEY_FIELDS[entity.kind]) and _is_canonical(entity)
