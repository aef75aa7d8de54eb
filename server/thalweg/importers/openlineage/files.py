"""Events in files, as the client's file transport writes them, or as somebody kept what was posted.

A file holds an event a line (whatever it is called), one event, or a list of events; any of them may be packed by gzip.
Lines are read one by one; an event that is spread over lines, and a list, are read whole. Each file is opened once and
read from its beginning to its end, for it may be a pipe. One of several that holds no events, or cannot be read on, is
told, and the others are read.
"""

from __future__ import annotations

import gzip
import zlib
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

from thalweg.importers.openlineage.reading import heard
from thalweg.importers.openlineage.stated import ORIGIN, scope
from thalweg.importers.reading import Lies, Place, Reading, several
from thalweg.model.errors import BadInput, Problem, SourceError
from thalweg.model.facts import Granule

ENDINGS = (".json", ".jsonl", ".ndjson", ".log", ".json.gz", ".jsonl.gz", ".ndjson.gz", ".log.gz")
"""What the files of a folder are called that are read."""

LARGEST = 100_000_000
"""Bytes of one line, and of an event or a list that is spread over lines, unpacked."""

BEGINNING = 1_000_000
"""Bytes of a file by which it is known: an event, mostly."""

LOOKED_AT = 20
"""Files of a folder, when it is asked whether it holds events."""

KEPT = 50
"""Sentences about refused events; all are counted."""

_GZIP = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read(paths: Place | Collection[Place], *, source: str | None = None, strict: bool = False) -> Reading:
    """One pass over files and folders, in the order that is given; of a folder the files within it, by name.

    source: the name they are filed under, which paths on a disk are named by too; without one the name of the first.
    strict: whether an event that is not as the specification says is refused.

    A pass is never complete: an event that a file no longer holds was sent all the same, and nothing is retired.
    Raises SourceError for what does not exist, for a folder without events, and for a file that holds none where it is
    the only one.
    """
    given = several(paths)
    files = [file for path in given for file in _files(Path(path).expanduser())]
    if not files:
        raise SourceError("No file was given.", "Point at files of events, or at a folder that holds some.")
    name = source.strip().removeprefix(f"{ORIGIN}:") if source is not None else _name(Path(given[0]))
    if not name or any(letter.isspace() or letter == "\0" for letter in name):
        raise SourceError(f"{source!r} is no name of a source.", "Call these events by one word, like `prod`.")
    reading = Reading(scope(name), ORIGIN, iter(()), complete=False)
    reading.granules = _granules(files, name, strict, reading)
    return reading


def recognised(place: Path) -> Iterator[Lies]:
    """A file of events, or a folder where one of the first files is one, by how it begins."""
    if place.is_file():
        if _begins_as_events(place):
            yield Lies(str(place), "OpenLineage events")
    elif place.is_dir():
        files = sorted(one for one in place.iterdir() if one.name.lower().endswith(ENDINGS) and one.is_file())
        if any(_begins_as_events(one) for one in files[:LOOKED_AT]):
            yield Lies(str(place), "OpenLineage events")


def _begins_as_events(file: Path) -> bool:
    try:
        with _opened(file) as stream:
            begins = stream.read(BEGINNING)
    except (OSError, EOFError, zlib.error):
        return False
    return begins.lstrip()[:1] in (b"{", b"[") and b'"eventTime"' in begins and b'"producer"' in begins


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(one for one in path.rglob("*") if one.name.lower().endswith(ENDINGS) and one.is_file())
        if not found:
            raise SourceError(f"{path} holds no events.", f"Its files must end with one of {', '.join(ENDINGS)}.")
        return found
    if not path.exists():
        raise SourceError(f"{path} does not exist.", "Point at files of events, or at a folder that holds some.")
    return [path]


def _name(path: Path) -> str:
    """What its events are filed under: a pipe has no name, and its events are like those that are posted."""
    if not path.is_file() and not path.is_dir():
        return ORIGIN
    name = path.expanduser().resolve().name
    for ending in sorted(ENDINGS, key=len, reverse=True):
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
            break
    return "-".join(name.split()) or ORIGIN


def _granules(files: Sequence[Path], name: str, strict: bool, reading: Reading) -> Iterator[Granule]:
    oddities: dict[str, tuple[int, str]] = {}
    try:
        for file in files:
            for place, given in _events(file, reading, alone=len(files) == 1):
                try:
                    found = heard(given, name, strict=strict)
                except BadInput as error:
                    refuse(
                        reading, place, "; ".join(f"{one.field}: {one.value} {one.expected}" for one in error.problems)
                    )
                    continue
                for one in found.odd:
                    count, first = oddities.get(one.code, (0, ""))
                    oddities[one.code] = count + 1, first or _said(place, one)
                yield from found.granules
    finally:
        for count, first in oddities.values():
            reading.warnings.append(first if count == 1 else f"{first} (and {count - 1:,} more of this sort)")


def _said(place: str, odd: Problem) -> str:
    return f"{place}: {odd.field}: {odd.value} {odd.expected}"


def refuse(reading: Reading, place: str, why: str) -> None:
    reading.refused += 1
    if len(reading.refusals) < KEPT:
        reading.refusals.append(f"{place}: {why}")


def _events(file: Path, reading: Reading, *, alone: bool) -> Iterator[tuple[str, Any]]:
    """Each event of a file with its place; what is no JSON is told and passed over, and so is what cannot be read on.

    alone: whether it is the only file; then nothing is passed over with it.
    """
    try:
        with _opened(file) as stream:
            yield from _parsed(file, stream, reading)
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or str(error)
        if alone:
            raise SourceError(
                f"{file} cannot be read on: {why}.", "What was read until there is kept. Mend it, and import again."
            ) from error
        refuse(reading, str(file), f"cannot be read on: {why}; what was read until there is kept")
    except SourceError as error:
        if alone:
            raise
        refuse(reading, str(file), f"{str(error).removeprefix(str(file)).strip()} It was passed over.")


def _parsed(file: Path, stream: IO[bytes], reading: Reading) -> Iterator[tuple[str, Any]]:
    number = 0
    begun = False
    waiting: deque[bytes] = deque()
    while line := waiting.popleft() if waiting else stream.readline(LARGEST + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if len(line) > LARGEST:
            raise SourceError(f"{file} line {number} has more than {LARGEST:,} bytes.", "Write an event a line.")
        if not line.strip():
            continue
        where = f"{file} line {number}"
        try:
            given = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            second = b"" if begun else stream.readline(LARGEST + 1)
            if not begun and (line.lstrip().startswith(b"[") or not _is_event(second)):
                whole, waiting = _whole(file, line, second, stream, error)
                if not waiting:
                    yield from _each(whole, file, str(file))
                    return
            elif not begun:
                waiting.append(second)
            begun = True
            refuse(reading, where, f"is no JSON ({error}); it was passed over")
            continue
        begun = True
        yield from _each(given, file, where)


def _each(given: Any, file: Path, where: str) -> Iterator[tuple[str, Any]]:
    if isinstance(given, list):
        yield from ((f"{file} event {place}", one) for place, one in enumerate(given))
    else:
        yield where, given


def _is_event(line: bytes) -> bool:
    """Whether an event stands on this line: then it does on others, and the file is no document that is spread."""
    try:
        given = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return isinstance(given, dict) and "eventTime" in given


def _whole(file: Path, line: bytes, second: bytes, stream: IO[bytes], error: Exception) -> tuple[Any, deque[bytes]]:
    """An event, or a list, that begins with this line and is the whole file; else its further lines, some of which are
    events.
    """
    rest = second + stream.read(LARGEST + 1)
    if len(rest) > LARGEST:
        raise SourceError(
            f"{file} has more than {LARGEST:,} bytes, and no event stands on a line of its own.",
            "Write an event a line.",
        )
    try:
        return orjson.loads(line + rest), deque()
    except orjson.JSONDecodeError as whole:
        lines = rest.splitlines(keepends=True)
        if any(_is_event(one) for one in lines):
            return None, deque(lines)
        why = whole if rest else error
        raise SourceError(
            f"{file} is neither one JSON document nor an event a line: {why}.", "Point at files of OpenLineage events."
        ) from None


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    with file.open("rb") as stream:
        if stream.peek(len(_GZIP))[: len(_GZIP)] == _GZIP:
            with gzip.open(stream, "rb") as unpacked:
                yield unpacked  # type: ignore[misc]
        else:
            yield stream
