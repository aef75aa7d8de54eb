"""A dump: answers of SageMaker's API as boto3 gives them, a record a line.

    {"operation": "describe_endpoint", "request": {"EndpointName": "fraud"}, "response": {…}}
    {"operation": "done"}

The last record says that the dump is whole. A file that breaks off lacks it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from thalweg.importers.parts import Part, Wrong, as_part
from thalweg.model.errors import BadInput, Problem, SourceError

ENDINGS = (".jsonl", ".ndjson", ".json")
LONGEST = 10_000_000
"""Bytes of one line; the largest answers of SageMaker have some hundred thousand."""
DONE = "done"
SHOWN = 50


class Record(NamedTuple):
    """One answer: of which operation (`describe_endpoint`), and what it says. place: its file and line."""

    operation: str
    response: Part
    place: str


class Dump:
    """The files of a dump. Each is read twice: to look through it, and to state what it says.

    Raises SourceError where there is nothing to read.
    """

    def __init__(self, location: str | os.PathLike[str]) -> None:
        self.place = Path(location).expanduser()
        self.files = _files(self.place)

    def looked_through(self) -> Iterator[Record]:
        """Every record; after the last one, raises BadInput with everything that is no record."""
        problems: list[Problem] = []
        for file in self.files:
            for place, raw, last in _lines(file):
                record = _record(place, raw)
                if isinstance(record, Record):
                    yield record
                elif not last:
                    problems.append(record)
                if len(problems) == SHOWN:
                    raise _bad(problems)
        if problems:
            raise _bad(problems)

    def records(self) -> Iterator[Record]:
        """Every record, once it is known that there is nothing else but a line that breaks off."""
        for file in self.files:
            for place, raw, _ in _lines(file):
                record = _record(place, raw)
                if isinstance(record, Record):
                    yield record


def begins_as_dump(file: Path) -> bool:
    """Whether the first line of a file is a record."""
    try:
        with file.open("rb") as stream:
            record = _record(file.name, stream.readline(LONGEST + 1))
    except OSError:
        return False
    return isinstance(record, Record) and record.operation.startswith(("describe_", "list_", "query_"))


def _bad(problems: list[Problem]) -> BadInput:
    count = f"{len(problems)} problems" if len(problems) > 1 else "One problem"
    return BadInput(f"{count}; nothing was taken. First: {problems[0]}", problems=problems)


def _record(place: str, raw: bytes) -> Record | Problem:
    if len(raw) > LONGEST:
        return Problem(place, "the line", f"more than {LONGEST // 1_000_000} MB", "is no answer of SageMaker")
    try:
        found = as_part(json.loads(raw), ())
        operation = found.text("operation")
        if operation is None:
            return Problem(place, "operation", "it", "must be the name of a call, like describe_endpoint")
        return Record(_snake(operation), found.part("response"), place)
    except Wrong as error:
        return Problem(place, ".".join(map(str, error.where)) or "the line", error.value, error.expected)
    except (ValueError, RecursionError) as error:
        return Problem(place, "the line", "it", f"is no JSON ({str(error)[:80]})")


def _snake(operation: str) -> str:
    """`DescribeEndpoint`, as AWS calls it, as boto3 does."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()


def _lines(file: Path) -> Iterator[tuple[str, bytes, bool]]:
    """The lines of a file that are not empty, each with its place, and whether it breaks off."""
    try:
        with file.open("rb") as stream:
            number = 0
            while raw := stream.readline(LONGEST + 1):
                number += 1
                if raw.strip():
                    yield f"{file.name} line {number}", raw, not raw.endswith(b"\n") and len(raw) <= LONGEST
                if len(raw) > LONGEST:
                    return
    except OSError as error:
        raise SourceError(f"{file} cannot be read ({error.strerror}).", "Look at its permissions.") from error


def _files(place: Path) -> list[Path]:
    if not place.exists():
        raise SourceError(f"{place} does not exist.", "Point at a dump, or at a folder of them.")
    if not place.is_dir():
        return [place]
    found = sorted(file for file in place.iterdir() if file.suffix.lower() in ENDINGS and file.is_file())
    if not found:
        raise SourceError(f"{place} holds no dump.", f"Their names end in {', '.join(ENDINGS)}.")
    return found
