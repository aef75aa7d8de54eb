"""The core of an event, checked: what sort it is, when it was, of which run, job and datasets it speaks.

What is wrong here is wrong whoever sends it, and nothing of such an event is kept. What is only not as the
specification says is taken, and noted in `Odd`, which a strict reading refuses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from thalweg.model import time
from thalweg.model.errors import BadInput, Problem
from thalweg.model.facts import Json
from thalweg.model.names import dataset_pair

LARGEST_FACET = 500_000
"""Bytes of one facet as JSON; a larger one is left out, unless it is our own."""

OWN = "thalweg_"
"""How our own facets begin. Who writes one means it: it may be as large as its event, and none is left out silently."""

TYPES = ("START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER")

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_OFFSET = re.compile(r"[Tt ].*(?:[Zz]|[+-]\d\d:?\d\d)$")
_BASE = ("_producer", "_schemaURL")

Facets = Mapping[str, Any]
NONE: Facets = {}


class Sort(Enum):
    """What an event speaks of."""

    RUN = "RunEvent"
    JOB = "JobEvent"
    DATASET = "DatasetEvent"


class Named(NamedTuple):
    """A dataset as an event names it: its canonical name, its facets, and those that it has as an input or output."""

    namespace: str
    name: str
    facets: Facets
    more: Facets
    place: str


@dataclass(slots=True)
class Odd:
    """What is not as the specification says: problems that were lived with, each of which names its field."""

    noted: list[Problem] = field(default_factory=list)

    def note(self, field: str, value: Json, expected: str, code: str = "ODD") -> None:
        self.noted.append(problem(field, value, expected, code))


class Event(NamedTuple):
    """digest: tells it from every other event; the same event sent again has the same."""

    sort: Sort
    at: int
    type: str | None
    run_id: str
    run: Facets
    namespace: str
    name: str
    job: Facets
    inputs: list[Named] | None
    outputs: list[Named] | None
    dataset: Named | None
    producer: str | None
    digest: str


def problem(field: str, value: Json, expected: str, code: str = "INVALID") -> Problem:
    shown = repr(value)
    return Problem("event", field, shown if len(shown) <= 120 else shown[:117] + "…", expected, code)


def read(given: Json, source: str, odd: Odd) -> Event:
    """The event that this is. Raises BadInput, with every problem, for what is none."""
    return _Core(source, odd).event(given)


class _Core:
    def __init__(self, source: str, odd: Odd) -> None:
        self.source = source
        self.odd = odd
        self.problems: list[Problem] = []
        self.bare: list[str] = []
        self.size = 0

    def event(self, given: Json) -> Event:
        if not isinstance(given, dict):
            raise refused([problem("event", given, "must be a JSON object: a RunEvent, a JobEvent or a DatasetEvent")])
        sort = self.sort(given)
        try:
            whole = orjson.dumps(given, option=orjson.OPT_SORT_KEYS)
        except TypeError as error:  # what was read can be written, but for objects in objects in objects
            raise refused([problem("event", sorted(given), f"cannot be kept: {error}")]) from None
        self.size = len(whole)
        at = self.at(given)
        run = job = NONE
        run_id = namespace = name = ""
        inputs = outputs = dataset = None
        if sort is Sort.DATASET:
            dataset = self.named(given, "dataset", given.get("dataset"), "")
        else:
            job = self.object(given, "job")
            namespace, name = self.name(job, "job", "namespace"), self.name(job, "job", "name")
            job = self.facets(job, "job", "facets")
            inputs = self.datasets(given, "inputs", "inputFacets")
            outputs = self.datasets(given, "outputs", "outputFacets")
        if sort is Sort.RUN:
            run = self.object(given, "run")
            run_id = self.run_id(run.get("runId"))
            run = self.facets(run, "run", "facets")
        type = self.type(given) if sort is Sort.RUN else None
        producer = self.uri(given, "producer")
        self.uri(given, "schemaURL")
        if self.bare:
            self.odd.note("facets", self.bare, "must each have a _producer and a _schemaURL", "NO_BASE")
        if self.problems:
            raise refused(self.problems)
        digest = blake2b(whole, digest_size=12).hexdigest()
        return Event(sort, at, type, run_id, run, namespace, name, job, inputs, outputs, dataset, producer, digest)

    def sort(self, given: dict[str, Any]) -> Sort:
        """Told by what it holds: producers forget the schemaURL that would say it."""
        said = given.get("schemaURL")
        url = said if isinstance(said, str) else ""
        run, job, dataset = (given.get(part) is not None for part in ("run", "job", "dataset"))
        if dataset and (run or job):
            held = "run" if run else "job"
            raise refused([problem(held, given[held], "must not stand beside a dataset: that is a DatasetEvent's")])
        if run or "eventType" in given or url.endswith("/RunEvent"):
            return Sort.RUN
        if dataset or url.endswith("/DatasetEvent"):
            return Sort.DATASET
        if job:
            return Sort.JOB
        raise refused([problem("event", sorted(given), "must have a run and a job, a job alone, or a dataset")])

    def at(self, given: dict[str, Any]) -> int:
        value = given.get("eventTime")
        if not isinstance(value, str):
            self.wrong("eventTime", value, "must be a time as text, like 2026-05-02T08:00:00Z")
            return 0
        try:
            at = time.parse(value)
        except ValueError as error:
            self.wrong("eventTime", value, f"is no time: {str(error).partition(' is not a time')[2].lstrip(':; ')}")
            return 0
        if not _OFFSET.search(value):
            self.odd.note("eventTime", value, "must have a time and an offset; it was read as UTC", "NO_OFFSET")
        return at

    def type(self, given: dict[str, Any]) -> str | None:
        value = given.get("eventType")
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong("eventType", value, f"must be one of {', '.join(TYPES)}")
            return None
        if value not in TYPES:
            if value.upper() in TYPES:
                value = value.upper()
            self.odd.note("eventType", given["eventType"], f"must be one of {', '.join(TYPES)}", "EVENT_TYPE")
        return value if value in TYPES else "OTHER"

    def run_id(self, value: Json) -> str:
        found = uuid(value)
        if found is None:
            self.wrong("run.runId", value, "must be a UUID, like 01890f3e-5c1e-7c3a-b7a9-2f2b8c1d4e5f")
            return ""
        if found != value:
            self.odd.note("run.runId", value, f"must be written like {found}", "RUN_ID")
        return found

    def object(self, given: dict[str, Any], field: str) -> dict[str, Any]:
        value = given.get(field)
        if isinstance(value, dict):
            return value
        self.wrong(field, value, "must be an object")
        return {}

    def name(self, given: Mapping[str, Any], place: str, field: str) -> str:
        value = given.get(field)
        if isinstance(value, str) and value and not value.isspace():
            return value
        if given:
            self.wrong(f"{place}.{field}", value, "must be text that is not empty")
        return ""

    def uri(self, given: dict[str, Any], field: str) -> str | None:
        value = given.get(field)
        if isinstance(value, str) and value:
            return value
        self.odd.note(field, value, "must be a URI", "NO_PRODUCER" if field == "producer" else "NO_SCHEMA_URL")
        return None

    def datasets(self, given: dict[str, Any], field: str, more: str) -> list[Named] | None:
        """None where the event does not speak of them."""
        value = given.get(field)
        if value is None:
            if field in given:
                self.odd.note(field, value, "must be a list", "NULL")
            return None
        if not isinstance(value, list):
            self.wrong(field, value, "must be a list of datasets")
            return None
        found = (self.named(given, f"{field}[{place}]", one, more) for place, one in enumerate(value))
        return [one for one in found if one is not None]

    def named(self, given: dict[str, Any], place: str, value: Json, more: str) -> Named | None:
        if not isinstance(value, dict):
            self.wrong(place, value, "must be an object with a namespace and a name")
            return None
        namespace, name = self.name(value, place, "namespace"), self.name(value, place, "name")
        if not value:
            self.wrong(place, value, "must have a namespace and a name")
        if not (namespace and name):
            return None
        facets = self.facets(value, place, "facets")
        beside = self.facets(value, place, more) if more and more in value else NONE
        return Named(*dataset_pair(namespace, name, self.source), facets, beside, place)

    def facets(self, given: Mapping[str, Any], place: str, field: str) -> Facets:
        value = given.get(field)
        if value is None:
            return NONE
        where = f"{place}.{field}"
        if not isinstance(value, dict):
            self.wrong(where, value, "must be an object of facets")
            return NONE
        found: dict[str, Any] = {}
        for name, facet in value.items():
            ours = name.startswith(OWN)
            if not isinstance(facet, dict) and ours:
                self.wrong(f"{where}.{name}", facet, "must be an object")
            elif not isinstance(facet, dict):
                self.odd.note(f"{where}.{name}", facet, "must be an object; it was left out", "FACET")
            elif not ours and self.size > LARGEST_FACET and (size := len(orjson.dumps(facet))) > LARGEST_FACET:
                expected = f"has {size} bytes, and may have {LARGEST_FACET}; it was left out"
                self.odd.note(f"{where}.{name}", "a facet", expected, "FACET_TOO_LARGE")
            else:
                found[name] = facet
                if _BASE[0] not in facet or _BASE[1] not in facet:
                    self.bare.append(f"{where}.{name}")
        return found

    def wrong(self, field: str, value: Json, expected: str) -> None:
        self.problems.append(problem(field, value, expected))


def refused(problems: list[Problem]) -> BadInput:
    first = problems[0]
    return BadInput(
        f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in an event; nothing of it was kept. "
        f"First: {first.field}: {first.value} {first.expected}.",
        problems=problems,
    )


def uuid(value: Json) -> str | None:
    """A UUID as it is written; None for what is none."""
    if not isinstance(value, str):
        return None
    if _UUID.fullmatch(value):
        return value
    try:
        return str(UUID(value))
    except ValueError:
        return None
