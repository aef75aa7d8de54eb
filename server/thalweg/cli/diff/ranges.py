"""BASE...HEAD: what a branch changed since it left another one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from thalweg.importers.git_clone import Clone
from thalweg.model.errors import BadInput

DEEPER = "Fetch what came before: `git fetch --unshallow`, or `fetch-depth: 0` where a pipeline checks out."
_DOTS = re.compile(r"\.{2,3}")


@dataclass(frozen=True, slots=True)
class Range:
    """text: as it was given. base: the commit at which both ways part. head: the last commit of ours."""

    text: str
    clone: Clone
    base: str
    head: str


@contextmanager
def opened(text: str, repository: Path | None) -> Iterator[Range]:
    """A range of a repository: of the one that the current folder is in, where none is named.

    Always from the merge base, with two dots as with three: what came to BASE meanwhile is no doing of ours. Raises
    BadInput for what names no such range, SourceError where there is no repository.
    """
    base, head = parts(text)
    clone = Clone(_top(repository or Path()))
    try:
        yield Range(text, clone, *_ends(clone, base, head))
    finally:
        clone.close()


def parts(text: str) -> tuple[str, str]:
    """The two ends as they are written; HEAD where the second is left out."""
    found = _DOTS.split(text.strip())
    if len(found) > 2 or not found[0] or any(letter < " " for letter in text):
        raise BadInput(f"--from-diff {text!r} is no range.", "Write BASE...HEAD, like origin/main...HEAD.")
    return found[0], (found[1] if len(found) > 1 else "") or "HEAD"


def _top(place: Path) -> Path:
    """The folder that a repository begins at, seen from any folder inside it."""
    whole = place.expanduser().absolute()
    return next((folder for folder in (whole, *whole.parents) if (folder / ".git").exists()), whole)


def _ends(clone: Clone, base: str, head: str) -> tuple[str, str]:
    shas = dict(zip((base, head), clone.commits_of([base, head]), strict=True))
    shallow = clone.shallow()
    for name, sha in shas.items():
        if sha is None:
            right = f"{DEEPER} Or: `git fetch origin {name.removeprefix('origin/')}`." if shallow else "Fetch it first."
            raise BadInput(f"{clone.place} has no commit that {name!r} names.", right)
    one, other = str(shas[base]), str(shas[head])
    found = clone.merge_base(one, other)
    if found is None:
        why = "the clone is shallow" if shallow else "their histories are unrelated"
        what = f"{base} and {head} have no commit in common: {why}."
        raise BadInput(what, DEEPER if shallow else "Name the branch that this one left.")
    return found, other
