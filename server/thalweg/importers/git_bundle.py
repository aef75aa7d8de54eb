"""What stands at the head of a bundle: a file that `git bundle create` made."""

from __future__ import annotations

import re
from pathlib import Path

from thalweg.model.errors import SourceError

_FIRST = re.compile(rb"# v[23] git bundle\n")
_LONGEST = 1 << 16
"""Bytes of a line."""


class Bundle:
    """A bundle. place: what it is called where something is said of it.

    references: (sha, name) of each. filter: what was left out when it was made (`blob:none`); None where nothing was.
    Raises SourceError, with what to do, for another file, and for a bundle that does not stand alone.
    """

    def __init__(self, file: Path, place: str) -> None:
        lines = _lines(file, place)
        if lacking := sum(line.startswith("-") for line in lines):
            raise SourceError(
                f"{place} is a bundle that continues another clone: it lacks {lacking} commits of it.",
                "Make one that stands alone: `git bundle create churn.bundle --all`.",
            )
        said = dict(line[1:].partition("=")[::2] for line in lines if line.startswith("@"))
        self.filter = said.get("filter")
        self.object_format = said.get("object-format", "sha1")
        named = (line.partition(" ") for line in lines if not line.startswith("@"))
        self.references = [(sha, name) for sha, _, name in named]


def _lines(file: Path, place: str) -> list[str]:
    try:
        with file.open("rb") as opened:
            if not _FIRST.fullmatch(opened.readline(64)):
                raise SourceError(
                    f"{place} is neither a folder nor a bundle.",
                    "Point at a clone, or at a file made by `git bundle create`.",
                )
            lines = iter(lambda: opened.readline(_LONGEST).rstrip(b"\n"), b"")
            return [line.decode("utf-8", "replace") for line in lines]
    except OSError as error:
        raise SourceError(f"{place} cannot be read ({error.strerror}).", "Look at its permissions.") from error
