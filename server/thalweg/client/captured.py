"""What is found out about a process without asking its script: its code, its command, its packages, its machine.

All of it is found in the background: Git may take seconds in a large repository.
"""

from __future__ import annotations

import getpass
import os
import platform
import shlex
import socket
import subprocess
import sys
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from thalweg.client import hiding
from thalweg.client.values import clean
from thalweg.model import names

PATIENCE = 5.0
"""Seconds that Git is given for one answer."""

MOST_PACKAGES = 2_000
LONGEST_COMMAND = 8_000


class Code(NamedTuple):
    """The commit that a process runs: the URL of its repository, its sha, the path of the script where it is in there,
    and whether files that are tracked had changes; None where that could not be told in time.
    """

    repository: str
    sha: str
    path: str | None
    dirty: bool | None


def script() -> Path | None:
    """The file that was started; None in a notebook and for `python -c`."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    return folder() / file if isinstance(file, str) else None


def folder() -> Path:
    """Where the process works; the root, where somebody removed that."""
    try:
        return Path.cwd()
    except OSError:
        return Path(os.sep)


def code(started: Path | None, works_in: Path, source: str) -> Code | None:
    """The code of a script, else of the folder. None where there is no Git, no repository, or no commit."""
    for place, file in ((started.parent if started else None, started), (works_in, None)):
        if place is None:
            continue
        found = _git(place, "rev-parse", "--show-toplevel", "HEAD")
        root, _, sha = (found or "").strip().rpartition("\n")
        if not root or len(sha) != 40:
            continue
        changes = _git(place, "status", "--porcelain", "--untracked-files=no")
        path = _git(place, "ls-files", "--full-name", "--", str(file)) if file is not None else None
        return Code(
            _url(place, root, source),
            sha,
            clean(path.strip(), 1_000) if path and path.strip() else None,
            None if changes is None else bool(changes.strip()),
        )
    return None


def _url(place: Path, root: str, source: str) -> str:
    """Of the remote `origin`, or of the first one; of a repository that has none, its path under the source."""
    listed = (_git(place, "remote") or "").split()
    remote = "origin" if "origin" in listed else listed[0] if listed else None
    url = _git(place, "remote", "get-url", remote) if remote is not None else None
    try:
        return names.repository_url((url or root).strip(), source)
    except ValueError:
        return names.repository_url(root, source)


def _git(place: Path, *arguments: str) -> str | None:
    """What Git says; None where there is none, where it fails, and where it takes too long."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", "-C", str(place), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def command() -> str | None:
    """How the process was started, with secrets hidden; None in a notebook, where that says nothing."""
    words = list(sys.orig_argv) or list(sys.argv)
    if not words or any("ipykernel" in word or "colab_kernel" in word for word in words[:4]):
        return None
    return clean(shlex.join(["python", *hiding.command(words[1:])]), LONGEST_COMMAND)


@lru_cache(maxsize=1)
def packages() -> dict[str, str]:
    """The installed packages and their versions. One that was not installed from an index says so behind its version,
    so that nobody takes it for what an index has by that name.
    """
    found: dict[str, str] = {}
    for one in metadata.distributions():
        try:
            name, version = one.metadata["Name"], one.version
            if name and version and name not in found:  # the first on the path is the one that is imported
                found[clean(name, 200)] = clean(f"{version}{_elsewhere(one)}", 500)
        except Exception:  # a package that is half removed
            continue
        if len(found) >= MOST_PACKAGES:
            break
    return found


def _elsewhere(one: metadata.Distribution) -> str:
    return " (not from an index)" if one.read_text("direct_url.json") else ""


def environment(with_packages: bool) -> dict[str, str]:
    """The interpreter, the platform, and the packages."""
    found = packages() if with_packages else {}
    return {**found, "python": platform.python_version(), "platform": clean(platform.platform(), 500)}


def user() -> str | None:
    try:
        return clean(getpass.getuser(), 200)
    except (OSError, KeyError, ImportError):
        return None


def host() -> str:
    return clean(socket.gethostname(), 500)
