"""What SageMaker knows, by its API or a dump of its answers: `docs/importers/sagemaker.md`.

    (datasetVersion)-[:INPUT_TO]->(run)-[:PRODUCED]->(modelVersion)-[:SERVED_BY {traffic}]->(release)

Models, versions, runs, endpoints with their releases, and associations are a scope each.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path

from thalweg.importers.parts import Part, Wrong
from thalweg.importers.reading import Lies, Reading
from thalweg.importers.sagemaker.asking import Asked, is_live
from thalweg.importers.sagemaker.asking import recognised_at as recognised_at
from thalweg.importers.sagemaker.associations import associations
from thalweg.importers.sagemaker.dump import DONE, Dump, Record, begins_as_dump
from thalweg.importers.sagemaker.endpoints import Environment, endpoint
from thalweg.importers.sagemaker.jobs import training_job
from thalweg.importers.sagemaker.known import Known
from thalweg.importers.sagemaker.registry import ORIGIN, group, version
from thalweg.model.errors import BadInput
from thalweg.model.facts import Granule

INDEXED = ("describe_model", "describe_endpoint_config", "list_artifacts", "describe_artifact")
"""Answers that say what others mean, and nothing by themselves."""


def read(location: str | os.PathLike[str], *, source: str | None = None, environment: str | None = None) -> Reading:
    """One pass over a dump, over every dump that lies in a folder, or over what the API answers (`aws://eu-west-1`).

    source: the name it is filed under; the name of the file or folder without one, or the region.
    environment: the one that its endpoints are in, `production`; their account and region without one.

    A dump is read twice. Of an API everything is asked for before anything is stated, once its granules are.
    Raises BadInput for what is no dump; SourceError where there is nothing to read, or nobody is let in.
    """
    if is_live(location):
        return _asked(Asked(str(location)), source, environment)
    dump = Dump(location)
    name = source or (dump.place.resolve().name if dump.place.is_dir() else Path(dump.place).stem)
    reading = Reading(f"{ORIGIN}:{name}", ORIGIN, iter(()))
    stated = _looked_through(dump, name, environment, reading)
    if not reading.complete:
        said = "The dump does not say that it is done, so it may have broken off: nothing is retired by it."
        reading.warnings.insert(0, said)
    reading.granules = _granules(dump, stated, reading)
    return reading


def _asked(asked: Asked, source: str | None, environment: str | None) -> Reading:
    name = source or asked.name
    reading = Reading(f"{ORIGIN}:{name}", ORIGIN, iter(()), stop=asked.stop)

    def granules() -> Generator[Granule, None, None]:
        with asked.dump() as dump:
            reading.warnings.extend(asked.missed)
            yield from _granules(dump, _looked_through(dump, name, environment, reading), reading)

    stream = granules()
    reading.granules, reading.close = stream, stream.close
    return reading


def _looked_through(dump: Dump, name: str, environment: str | None, reading: Reading) -> Stated:
    """What a dump states, by operation, once it is known what lies where in it; and whether it is whole."""
    known, counts = Known(name), Counter[str]()
    for record in dump.looked_through():
        counts[record.operation] += 1
        try:
            known.take(record.operation, record.response)
        except Wrong as error:
            raise BadInput(f"{record.place}: {'.'.join(map(str, error.where))}: {error}.") from error
    reading.complete = counts.pop(DONE, 0) >= len(dump.files)
    stated = _stated(reading.source, known, environment, reading.warnings)
    unread = {
        one: count for one, count in counts.items() if not one.startswith("list_") and one not in (*stated, *INDEXED)
    }
    if unread:
        shown = ", ".join(f"{count} {one}" for one, count in sorted(unread.items()))
        reading.warnings.append(f"Passed over, for nothing is read of them: {shown}.")
    return stated


def _granules(dump: Dump, stated: Stated, reading: Reading) -> Iterator[Granule]:
    seen: set[str] = set()
    for record in dump.records():
        for granule in _taken(record, stated, reading):
            if granule.name not in seen:
                seen.add(granule.name)
                yield granule


Stated = Mapping[str, Callable[[Part], Iterator[Granule]]]


def recognised(place: Path) -> Iterator[Lies]:
    """A dump, or dumps in a folder."""
    for file in [place] if place.is_file() else sorted(place.glob("*.jsonl")) if place.is_dir() else []:
        if begins_as_dump(file):
            yield Lies(str(file), "a dump of SageMaker")


def _stated(source: str, known: Known, environment: str | None, warnings: list[str]) -> Stated:
    """By operation what its answers state."""

    place = Environment(environment)

    def one(granule: Granule | None) -> Iterator[Granule]:
        if granule is not None:
            yield granule

    return {
        "describe_model_package_group": lambda answer: one(group(source, answer)),
        "describe_model_package": lambda answer: one(version(source, answer, known)),
        "describe_training_job": lambda answer: one(training_job(source, answer, known)),
        "describe_endpoint": lambda answer: endpoint(source, answer, known, place, warnings),
        "list_associations": lambda answer: associations(source, answer, known),
    }


def _taken(record: Record, stated: Stated, reading: Reading) -> list[Granule]:
    take = stated.get(record.operation)
    try:
        return list(take(record.response)) if take is not None else []
    except (Wrong, ValueError) as error:
        where = ".".join(map(str, error.where)) if isinstance(error, Wrong) else record.operation
        reading.complete = False
        reading.warnings.append(f"{record.place} was passed over: {where}: {error}.")
        return []
