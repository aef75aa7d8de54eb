"""What `.gitattributes` gives to Git LFS: whether anything, and which files are no pointers all the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from thalweg.importers.git_clone import Clone

FILE = ".gitattributes"
LONGEST = 100_000
"""Bytes of a file of attributes that are looked at, to see whether there is anything for Git LFS."""
EMPTY = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
"""The content of an empty file, which is its own pointer."""


def among(files: Iterable[tuple[str, str]]) -> list[str]:
    """The contents of those files, of (path, content), that tell attributes."""
    return [blob for path, blob in files if path.rpartition("/")[2] == FILE]


def give(clone: Clone, blobs: Collection[str]) -> bool:
    """Whether any of these attributes, as far as they are here, give files to Git LFS."""
    here = set(blobs) - clone.lacking(blobs)
    return any(b"filter=lfs" in text for text in clone.blobs(here, LONGEST))


def unkept(clone: Clone, commit: str, files: Collection[tuple[str, str]], pointers: Collection[str]) -> list[str]:
    """The paths of the files of a commit that its attributes give to Git LFS, and whose content is no pointer; none
    where attributes are not here (a partial clone). pointers: contents that are pointers, or may be.
    """
    attributes = among(files)
    if clone.lacking(attributes) or not give(clone, attributes):
        return []
    others = [path for path, blob in files if blob not in pointers and blob != EMPTY]
    return sorted(path for path, filter in clone.attributed(commit, "filter", others) if filter == "lfs")
