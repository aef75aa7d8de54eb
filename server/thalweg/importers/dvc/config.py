"""What `.dvc/config` says that lineage needs: where contents are kept, and which database a name means.

Only what is committed is read: what logs in stands in files that DVC keeps out of Git, or is left out here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from thalweg.model import names

_SECTION = re.compile(r"""\[\s*'?\s*(\w+)(?:\s*"([^"]*)")?\s*'?\s*\]""")
_VALUE = re.compile(r"""\s*([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^#]*?))\s*(?:#.*)?""")


class Config(NamedTuple):
    """remotes, databases: their addresses, by name. default: the remote that is meant where none is named."""

    remotes: Mapping[str, str] = {}
    databases: Mapping[str, str] = {}
    default: str | None = None

    def remote(self, name: str | None) -> str | None:
        """The address of a remote, or of the default one; None where it is not known, or a place on this disk."""
        address = self.remotes.get(name or self.default or "")
        for _ in range(3):  # a remote may stand below another one
            scheme, _, rest = (address or "").partition("://")
            if scheme != "remote":
                break
            other, slash, path = rest.partition("/")
            above = self.remotes.get(other)
            address = f"{above.rstrip('/')}{slash}{path}" if above else None
        if not address or "://" not in address or address.startswith(("remote:", "file:")):
            return None
        return names.without_password(address.partition("?")[0].partition("#")[0]).rstrip("/")

    def whole(self, path: str) -> str:
        """`remote://name/path` as the address that it means; anything else as it is. Raises ValueError where the
        remote is not known.
        """
        if not path.startswith("remote://"):
            return path
        name, _, rest = path.removeprefix("remote://").partition("/")
        address = self.remote(name)
        if address is None:
            raise ValueError(f"path is {path!r}, and .dvc/config has no address for the remote {name!r}")
        return f"{address}/{rest}"


NO_CONFIG = Config()


def read(raw: bytes) -> Config:
    """What a `.dvc/config` holds; a line that says nothing is passed over, as DVC's reader would stop there."""
    remotes: dict[str, str] = {}
    databases: dict[str, str] = {}
    default, section = None, ("", "")
    for line in raw.decode("utf-8", "replace").splitlines():
        if head := _SECTION.fullmatch(line.strip()):
            section = head[1], head[2] or ""
            continue
        match = _VALUE.fullmatch(line)
        if match is None or line.lstrip().startswith("#"):
            continue
        key, value = match[1], match[2] or match[3] or match[4] or ""
        if section[0] == "core" and key == "remote":
            default = value
        elif section[0] == "remote" and key == "url":
            remotes[section[1]] = value
        elif section[0] == "db" and key == "url":
            databases[section[1]] = value
    return Config(remotes, databases, default)
