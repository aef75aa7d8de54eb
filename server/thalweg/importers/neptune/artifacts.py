"""Artifacts, of which Neptune keeps what files there are, and not the files: versions of datasets.

Neptune knows no direction. What stands below `model`, `checkpoint`, `output` and the like was written, all else read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import orjson

from thalweg.importers.neptune.place import namespace
from thalweg.importers.parts import Part, Wrong, as_part
from thalweg.model import keys, names
from thalweg.model.facts import Json
from thalweg.model.keys import Key

LARGEST = 128 << 20
"""Bytes of one list: some half a million files."""

PRODUCED = re.compile(
    r"(?:^|/)(?:outputs?|produced|predictions?|models?|checkpoints?|weights|binary)(?:/|$)", re.IGNORECASE
)
READ = re.compile(r"(?:^|/)(?:inputs?|pretrained|base|initial)(?:/|$)", re.IGNORECASE)
"""Steps of an attribute's path by which an artifact was written; and those by which it was read all the same."""

_PREFIXES = {"Local": "sha1", "S3": "etag"}
"""Of which sort the hash of a file is, by where it lies."""


class Tracked(NamedTuple):
    """An artifact: the version that it is, where it lies, and whether it was written."""

    path: str
    version: Key
    props: dict[str, Json]
    produced: bool


class Unreadable(Exception):
    """A list of files is not there, or is none."""


class _File(NamedTuple):
    path: str
    hash: str
    type: str
    size: int
    location: str | None


def tracked(path: str, file: Path, project: str, source: str) -> Tracked | None:
    """What the list of an artifact says; None where there are no files in it. Raises Unreadable."""
    files = sorted(_files(file))
    if not files:
        return None
    root = _root(files)
    try:
        named = names.dataset_name(root, source) if root else None
    except ValueError:
        named = None
    props: dict[str, Json] = {"bytes": sum(one.size for one in files)}
    if named is not None and root is not None:
        props["uri"] = names.without_password(root)
    if len(files) == 1 and (suffix := PurePosixPath(files[0].path).suffix):
        props["format"] = suffix.removeprefix(".").lower()
    props["extra"] = {"neptune": {"files": len(files)}}
    version = keys.dataset_version(*(named or (namespace(project), path)), _version(files))
    return Tracked(path, version, props, PRODUCED.search(path) is not None and READ.search(path) is None)


def _version(files: Sequence[_File]) -> str:
    """The hash of one file, by its sort; of several a digest over their paths and hashes, not over their dates."""
    first = files[0]
    if len(files) == 1 and first.type in _PREFIXES:
        return f"{_PREFIXES[first.type]}:{first.hash}"
    listed = json.dumps([[one.path, one.type, one.hash] for one in files], separators=(",", ":"))
    return f"neptune:{sha256(listed.encode()).hexdigest()}"


def _root(files: Sequence[_File]) -> str | None:
    """Where one file lies; of several the folder that their paths are meant from, else the one that holds them all."""
    places = [one.location for one in files if one.location]
    if len(places) < len(files):
        return None
    if len(files) == 1:
        return places[0]
    roots = {place.removesuffix(f"/{one.path}") for place, one in zip(places, files, strict=True)}
    if len(roots) == 1:
        return roots.pop()
    steps = [place.split("/") for place in places]
    shared = 0
    while all(len(one) > shared + 1 and one[shared] == steps[0][shared] for one in steps):
        shared += 1
    return "/".join(steps[0][:shared]) if shared > 2 else None  # more than `s3:`, and nothing


def _files(file: Path) -> list[_File]:
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise Unreadable(error.strerror or "it cannot be read") from error
    if len(content) > LARGEST:
        raise Unreadable(f"it has more than {LARGEST:,} bytes")
    try:
        given = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"it is no JSON, or is cut short: {error}") from error
    try:
        return [_file(one) for one in as_part({"files": given}, ()).parts("files")]
    except Wrong as error:
        raise Unreadable(f"{'.'.join(map(str, error.where))}: {error}") from error


def _file(one: Part) -> _File:
    path, hash = one.text("filePath"), one.text("fileHash")
    for name, text in (("filePath", path), ("fileHash", hash)):
        if text is None:
            raise Wrong((*one.where, name), None, "must be text")
    told = {entry.text("key"): entry.text("value") for entry in one.parts("metadata")}
    location = told.get("location") or told.get("file_path")
    return _File(path or "", hash or "", one.text("type") or "", one.whole("size") or 0, location)
