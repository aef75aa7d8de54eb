"""Where an input is put for a run, and what brings it there."""

from __future__ import annotations

import re
import shlex
from posixpath import basename, normpath
from urllib.parse import unquote, urlsplit

from thalweg.model.results import Entity

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def place_of(uri: str | None, command: str | None, entity: Entity, number: int, taken: set[str]) -> str:
    """A relative path: where the command looks for it, if it names a path that the URI ends with; else in `inputs`.

    What is given out is noted in `taken`, so that no two inputs share a place.
    """
    path = path_of(uri) if uri else None
    named = next((word for word in _paths(command) if path is not None and _ends(path, word)), None)
    if named is None and path is not None and uri is not None and not path.startswith("/") and _inside(path):
        named = normpath(path)  # it lies in the checkout
    last = re.sub(r"[^A-Za-z0-9._-]", "_", basename((path or entity.key[1]).rstrip("/")))[:100]
    place = named or f"inputs/{number}-{last.lstrip('.-') or 'data'}"
    if place in taken:
        place = f"inputs/{number}-{last.lstrip('.-') or 'data'}"
    taken.add(place)
    return place


def path_of(uri: str) -> str:
    """The path that a URI ends with; of what is no URI, itself."""
    if not _SCHEME.match(uri):
        return uri
    try:
        parts = urlsplit(uri)
    except ValueError:
        return uri
    return unquote(parts.path) if parts.netloc or parts.path.startswith("/") else parts.path


def _paths(command: str | None) -> list[str]:
    """The relative paths that a command names, the longest first: words, and what stands behind their `=`."""
    try:
        words = shlex.split(command or "")[1:]
    except ValueError:
        return []
    named = {part for word in words for part in (word, word.partition("=")[2]) if "." in part or "/" in part}
    return sorted(filter(_inside, named), key=lambda path: (-len(path), path))


def _inside(path: str) -> bool:
    """Whether a path stays below the folder that it is seen from."""
    return bool(path) and not path.startswith(("/", "-", "~")) and ".." not in path.split("/") and path.isprintable()


def _ends(path: str, word: str) -> bool:
    """Whether a path ends with a word, whole parts of it."""
    tail = normpath(word)
    return tail != "." and (path.rstrip("/") == tail or path.rstrip("/").endswith(f"/{tail}"))


def sources_of(uri: str | None, place: str) -> list[list[str]]:
    """The commands that bring what lies at a URI to a place, to be tried one after the other; none where none is known.

    In a bucket a name may be that of one object or the beginning of many, which only trying tells.
    """
    if not uri or not uri.isprintable():
        return []
    scheme = uri.partition(":")[0].lower() if _SCHEME.match(uri) else ""
    rest = uri.partition(":")[2]
    if scheme in ("s3", "s3a", "s3n"):
        one, many = ["aws", "s3", "cp", f"s3:{rest}", place], ["aws", "s3", "cp", "--recursive", f"s3:{rest}", place]
        return [many] if uri.endswith("/") else [one, many]
    if scheme in ("gs", "gcs"):
        return [["gsutil", "cp", "-r", f"gs:{rest}", place]]
    if scheme in ("https", "http"):
        return [["curl", "-fsSLg", "-o", place, "--", uri]]
    if scheme == "file" or (not scheme and uri.startswith("/")):
        return [["cp", "-R", "--", path_of(uri) if scheme else uri, place]]
    if not scheme and _inside(uri):
        return [["dvc", "pull", "--", place]]  # a path of the repository that git does not have
    return []
