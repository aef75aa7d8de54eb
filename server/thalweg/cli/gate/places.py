"""Where a finding is shown in a repository: at the file that makes the change, else at one anchor for all."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import NamedTuple

from thalweg.cli.gate.finding import Finding
from thalweg.cli.gate.waivers import FILE
from thalweg.model.errors import BadInput

ANCHOR = FILE
"""Hosts refuse a whole report for one result without a place. Where no better is known it is the file in which a
repository keeps what it lets pass.
"""


class Place(NamedTuple):
    file: str
    line: int


def anchor(given: str | None) -> str:
    """The anchor, as a path relative to the repository. Raises BadInput for what is none."""
    text = (given or ANCHOR).replace("\\", "/")
    path = PurePosixPath(text)
    if path.is_absolute() or PureWindowsPath(text).drive or ".." in path.parts or str(path) == ".":
        raise BadInput(
            f"--anchor {given!r} is no path inside the repository.",
            "Give that of a file, relative to its root: contracts/customers.sql.",
        )
    return str(path)


def place(one: Finding, anchor: str) -> Place:
    return Place(*one.place) if one.place is not None else Place(anchor, 1)
