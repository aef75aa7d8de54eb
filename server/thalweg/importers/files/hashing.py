"""The digest of a file, as it is at one moment: while it is read, it must not change."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import md5, sha256
from pathlib import Path
from time import time_ns
from typing import NamedTuple

from thalweg.importers.files.cache import Cache
from thalweg.model.facts import Json

TRIES = 3
"""How often a file that changes while it is read is read again."""
BLOCK = 1 << 20


class Stamp(NamedTuple):
    """How a file shows that it changed."""

    size: int
    mtime: int
    ctime: int
    inode: int
    device: int

    @classmethod
    def of(cls, found: os.stat_result) -> Stamp:
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev)


class Changing(Exception):
    """A file changed each time that it was read."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file's content. described: what its format tells of it, where somebody was asked."""

    digest: str
    size: int
    described: Mapping[str, Json]


Describe = Callable[[Path], Mapping[str, Json]]
"""Tells of a file what its format does: `format`, `columns`, `rows`; and `problem`, a sentence, where it should and
cannot, which is empty where it was said before. It raises nothing.
"""


def content(
    path: Path, algorithm: str, cache: Cache, describe: Describe | None, read: Callable[[int], None]
) -> Content:
    """The content of a file, of the cache where that knows it. read: is told of bytes as they are dealt with.

    Raises Changing, and OSError for a file that cannot be read.
    """
    for _ in range(TRIES):
        began = time_ns()
        before = Stamp.of(path.stat())
        known = cache.known(path, algorithm, before, described=describe is not None)
        if known is not None:
            read(before.size)
            return Content(known.digest, before.size, known.described or {})
        digest, size = _digest(path, algorithm, read)
        described = describe(path) if describe is not None else None
        if Stamp.of(path.stat()) == before:
            lasting = described if described is None or "problem" not in described else None
            if describe is None or lasting is not None:
                cache.keep(path, algorithm, before, began, digest, lasting)
            return Content(digest, before.size, described or {})
        read(-size)
    raise Changing(f"it changed {TRIES} times while it was read")


def _digest(path: Path, algorithm: str, read: Callable[[int], None]) -> tuple[str, int]:
    size, counted = 0, md5(usedforsecurity=False) if algorithm == "md5" else sha256()
    with path.open("rb", buffering=0) as stream:
        while block := stream.read(BLOCK):
            counted.update(block)
            size += len(block)
            read(len(block))
    return counted.hexdigest(), size
