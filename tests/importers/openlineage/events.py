"""Events, in few words, as a well-behaved producer writes them."""

from __future__ import annotations

import copy
from typing import Any

from thalweg.importers.openlineage import heard
from thalweg.ingest import prepare
from thalweg.model import time
from thalweg.model.facts import EdgeFact, Granule
from thalweg.model.keys import Key

SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs"
PRODUCER = "https://example.com/producer/1.0"
RUN = "01890f3e-5c1e-7c3a-b7a9-2f2b8c1d4e5f"
OTHER_RUN = "01890f3e-5c1e-7c3a-b7a9-000000000002"
SHA = "693e35482bc2e526ced2b5f9f76ef83dec6ec691"

Event = dict[str, Any]


def at(minute: int) -> str:
    return f"2026-05-02T08:{minute:02}:00Z"


def micros(minute: int) -> int:
    return time.parse(at(minute))


def facet(**fields: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": "https://openlineage.io/spec/facets/x.json", **fields}


def dataset(uri: str, facets: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """`dataset("s3://lake tx", {"version": …}, outputFacets=…)`"""
    namespace, _, name = uri.partition(" ")
    return {"namespace": namespace, "name": name, "facets": facets or {}, **more}


def version(name: str) -> dict[str, Any]:
    return {"version": facet(datasetVersion=name)}


def run_event(type: str | None = "COMPLETE", minute: int = 10, **parts: Any) -> Event:
    """parts: `inputs`, `outputs`, `run` and `job` (their facets), `id`, `name`."""
    event: Event = {
        "eventTime": at(minute),
        "producer": PRODUCER,
        "schemaURL": f"{SPEC}/RunEvent",
        "run": {"runId": parts.get("id", RUN), "facets": parts.get("run", {})},
        "job": {"namespace": "shop", "name": parts.get("name", "nightly.load"), "facets": parts.get("job", {})},
    }
    event |= {field: parts[field] for field in ("inputs", "outputs") if field in parts}
    return event if type is None else event | {"eventType": type}


def job_event(minute: int = 10, *, facets: dict[str, Any] | None = None, **parts: Any) -> Event:
    job = {"namespace": "shop", "name": "nightly.load", "facets": facets or {}}
    return {
        "eventTime": at(minute),
        "producer": PRODUCER,
        "schemaURL": f"{SPEC}/JobEvent",
        "job": job,
        **parts,
    }


def dataset_event(of: dict[str, Any], minute: int = 10) -> Event:
    return {"eventTime": at(minute), "producer": PRODUCER, "schemaURL": f"{SPEC}/DatasetEvent", "dataset": of}


def without(event: Event, path: str) -> Event:
    """The event without a field, `run.runId`."""
    return with_(event, path, None, gone=True)


def with_(event: Event, path: str, value: Any, *, gone: bool = False) -> Event:
    event = copy.deepcopy(event)
    *way, last = path.split(".")
    place: Any = event
    for step in way:
        place = place[int(step) if step.isdecimal() else step]
    if gone:
        del place[last]
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return event


def granules(*events: Event) -> list[Granule]:
    """What events state, each of them without anything odd; all of it is what a store takes."""
    found = []
    for event in events:
        one = heard(event)
        assert not one.odd, one.odd
        found += one.granules
    for granule in found:
        prepare(granule, time.now())
    return found


def main(event: Event) -> Granule:
    """What an event states in its own scope."""
    return granules(event)[-1]


def props(granule: Granule, key: Key) -> dict[str, Any]:
    (found,) = [dict(fact.props) for fact in granule.entities if fact.key == key]
    return found


def edges(granule: Granule) -> set[str]:
    return {said(edge) for edge in granule.edges}


def said(edge: EdgeFact) -> str:
    role = f" {edge.role}" if edge.role else ""
    return f"{'/'.join(edge.source.parts)} -{edge.type.value}{role}> {'/'.join(edge.target.parts)}"
