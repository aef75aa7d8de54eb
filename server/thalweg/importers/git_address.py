"""Whether a Git repository is served at an address."""

from __future__ import annotations

from collections.abc import Iterator

from thalweg.importers.address import Address
from thalweg.importers.reading import Lies
from thalweg.model.names import repository_url

_SCHEMES = ("ssh", "git", "git+ssh")
_ADVERTISED = "application/x-git-upload-pack-advertisement"


def recognised_at(address: Address) -> Iterator[Lies]:
    """By the form of the address, where that is one of Git alone; else by what answers there."""
    if address.scheme in _SCHEMES or (address.web and _served(address)):
        yield Lies(address.text, f"a Git repository: {repository_url(address.text)}")


def _served(address: Address) -> bool:
    """Whether Git's own question is answered, at the address or, as some have it, with `.git` behind it."""
    path = address.parts.path.rstrip("/")
    ends = ["", ".git"] if path and not path.endswith(".git") else [""]
    return any(address.ask(f"{end}/info/refs?service=git-upload-pack").kind == _ADVERTISED for end in ends)
