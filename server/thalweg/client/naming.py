"""What a script calls a dataset, a model or a file, as its key; and the digest of a file on this disk."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from thalweg.client.notes import once
from thalweg.client.values import clean
from thalweg.model import names
from thalweg.model.errors import BadInput

LONGEST = 2_000
"""Characters of a part of a name; a server takes none that is longer."""

_URI = re.compile(
    r"(?P<sure>[a-z][a-z0-9.+-]+://)|[a-z][a-z0-9.+-]+:/|(?:arn|azureml|dbfs|file|hdfs|jdbc|sqlite|urn):", re.IGNORECASE
)
"""How a URI begins: with a scheme and a slash, or with one of the few that go without. `data:2024.csv` is a file."""


class DatasetVersion(NamedTuple):
    """Names a version of a dataset; it can be handed to `reads` of another run. Empty where a call went wrong."""

    namespace: str = ""
    name: str = ""
    version: str = ""

    def __bool__(self) -> bool:
        return bool(self.name)


class ModelVersion(NamedTuple):
    """Names a version of a model; it can be handed to `reads` of another run. Empty where a call went wrong."""

    namespace: str = ""
    name: str = ""
    version: str = ""

    def __bool__(self) -> bool:
        return bool(self.name)


class Place(NamedTuple):
    """Where something is said to lie: its name, its URI without secrets, and its path where that is on this disk."""

    namespace: str
    name: str
    uri: str | None
    path: Path | None


def place(what: str | os.PathLike[str], source: str, namespace: str | None = None) -> Place:
    """What a URI or a path names; with a namespace, the name as it is. Raises BadInput for what names nothing."""
    text: object = os.fspath(what) if isinstance(what, os.PathLike) else what
    if not isinstance(text, str) or not text.strip():
        raise BadInput(f"{what!r} names nothing.", "Give a URI like s3://bucket/path, or a path.")
    if namespace is not None:
        return Place(part("namespace", namespace), part("name", text), None, None)
    path = _path(text)
    try:
        found = names.dataset_name(text if path is None else str(path), source)
    except ValueError as error:
        raise BadInput(f"The dataset {error}.") from None
    uri = path.as_uri() if path is not None else f"{found[0]}/{found[1]}" if "://" in found[0] else ":".join(found)
    return Place(part("namespace", found[0]), part("name", found[1]), uri, path)


def part(what: str, given: object) -> str:
    """A part of a key. Raises BadInput for what is none."""
    written = given if isinstance(given, str) else "" if given is None else str(given)
    if not written or clean(written, LONGEST) != written:
        raise BadInput(f"The {what} {clean(written, 80)!r} must be text, not empty, of at most {LONGEST} characters.")
    return written


def _path(text: str) -> Path | None:
    """The whole path of what lies on this disk; None for any other URI."""
    found = _URI.match(text)
    uri = found is not None and (found["sure"] is not None or not os.path.lexists(text))
    if uri and text[:5].lower() == "file:":
        parts = urlsplit(text)
        if parts.netloc not in ("", "localhost"):
            return None
        text = url2pathname(unquote(parts.path)) if os.name != "nt" else url2pathname(parts.path)
    elif uri or text.startswith("\\\\"):
        return None
    try:
        return Path(os.path.abspath(os.path.expanduser(text)))
    except OSError as error:
        raise BadInput(f"{text!r} lies where nothing is any more ({error.strerror}).", "Give a whole path.") from None


class File(NamedTuple):
    """A file on this disk: how large it is, and the hexadecimal digits of its SHA-256, where it was read."""

    bytes: int
    sha256: str | None


def file(path: Path | None, most: int) -> File | None:
    """None for what is no file that can be read. One larger than `most` is not read, which is said once."""
    try:
        if path is None or not path.is_file():
            return None
        size = path.stat().st_size
        if size > most:
            once(
                f"digest {path}",
                f"{path} has {size:,} bytes, more than are read for a digest ({most:,}): it goes without. Give its "
                "version, or raise digest_bytes.",
            )
            return File(size, None)
        with path.open("rb") as stream:
            return File(size, hashlib.file_digest(stream, "sha256").hexdigest())
    except (OSError, ValueError):
        return None
