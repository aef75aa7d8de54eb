"""Where importers keep what only saves time: digests of files, clones of repositories."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def folder(given: str | os.PathLike[str] | None, variables: Mapping[str, str] = os.environ) -> Path:
    """The folder that is given, else that of `THALWEG_CACHE`, else the user's own: never the current one."""
    if named := given or variables.get("THALWEG_CACHE"):
        return Path(named).expanduser()
    home = variables.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "thalweg"
