"""Repositories elsewhere: how their URLs look, and the one place that lets git talk to them.

Whoever runs this logs in as with any other fetch: by the keys, the helpers and the settings of the user. A password in
a URL is handed to git by itself, and is neither kept, nor shown, nor in a command line that everybody may list.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from thalweg.model import names
from thalweg.model.errors import BadInput, SourceError

SCHEMES = ("https", "http", "ssh", "git", "file")
"""By which a repository is fetched. Others would run programs."""

_SCHEME = re.compile(r"(?:git\+)?([A-Za-z][A-Za-z0-9+.-]*)://")
_SCP = re.compile(r"(?!-)(?:[^@/\s:]+@)?(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]{2,}):(?!:)\S.*")
_LOGIN = re.compile(r"(?i:(https?://))([^/?#@\s:]*)(?::([^/?#\s]*))?@")
_PINS = (
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    "fetch.writeCommitGraph=false",
    "gc.autoDetach=false",
    "http.lowSpeedLimit=1",  # a server that is silent for ten minutes has stopped
    "http.lowSpeedTime=600",
    "init.defaultRefFormat=files",
    "transfer.unpackLimit=1",
)
_ELSEWHERE = (
    "GIT_DIR",
    "GIT_COMMON_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_REPLACE_REF_BASE",
)
"""What would lead git to another repository."""
_SSH = "ssh -o BatchMode=yes -o ServerAliveInterval=60"
_HELPER = (
    '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$THALWEG_GIT_USER" "$THALWEG_GIT_PASSWORD"; }; f'
)


def is_url(location: str | os.PathLike[str]) -> bool:
    """Whether a location is that of a remote repository; a path that exists is none, whatever it looks like."""
    if not isinstance(location, str):
        return False
    if _SCHEME.match(location):
        return True
    return _SCP.fullmatch(location) is not None and not Path(location).expanduser().exists()


class Head(NamedTuple):
    """Where the HEAD of a remote points: at a branch, or only at a commit; at nothing, where it has none."""

    branch: str | None
    sha: str | None


class Remote:
    """A repository at a URL. url: as it is shown and kept, without what logs in.

    Raises BadInput for a URL by which nothing is fetched.
    """

    def __init__(self, url: str) -> None:
        self._asked = url.strip().removeprefix("git+")
        self.url = names.without_password(self._asked)
        self._user = self._password = ""
        scheme = _SCHEME.match(self._asked)
        if scheme is not None and scheme[1].lower() not in SCHEMES:
            raise BadInput(
                f"{self.url} cannot be fetched: {scheme[1]} is none of {', '.join(SCHEMES)}.", "Give another URL of it."
            )
        if login := _LOGIN.match(self._asked):
            self._user, self._password = unquote(login[2]), unquote(login[3] or "")
            self._asked = login[1] + self._asked[login.end() :]

    def head(self, folder: Path) -> Head:
        """Asks where its HEAD is; so it is also known whether it answers. Raises SourceError where it does not."""
        branch, sha = None, None
        for line in self.git(folder, "ls-remote", "--symref", "origin", "HEAD").splitlines():
            what, _, name = line.partition("\t")
            if name == "HEAD" and what.startswith("ref: refs/heads/"):
                branch = what.removeprefix("ref: ")
            elif name == "HEAD":
                sha = what
        if sha is not None and len(sha) != 40:
            raise SourceError(
                f"{self.url} names its commits by {'sha256' if len(sha) == 64 else 'something else'}.",
                "Only commits named by 40 hexadecimal digits (SHA-1) can be read so far.",
            )
        return Head(branch, sha)

    def git(self, folder: Path, *arguments: str, clone: Path | None = None, asked: Iterable[str] = ()) -> str:
        """What a command prints, for which this is `origin`. folder: where it runs, which must be there. clone: in
        which it works. asked: lines of standard input.

        Raises SourceError with what git complains of.
        """
        if shutil.which("git") is None:
            raise SourceError("git is not installed here.", "Install git (2.32 or later) and import again.")
        command = ["git", *([f"--git-dir={clone}"] if clone is not None else [])]
        command += [part for pin in _PINS for part in ("-c", pin)]
        process = subprocess.Popen(
            [*command, *arguments],
            env=self._environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
        )
        with process:
            try:
                out, complaint = process.communicate("".join(f"{line}\n" for line in asked).encode())
            except BaseException:
                process.terminate()  # it takes away what it had half done, and whom it had asked for help
                with suppress(subprocess.TimeoutExpired):
                    process.wait(5)
                process.kill()
                raise
        if process.returncode:
            raise self._refused(complaint.decode("utf-8", "replace"))
        return out.decode("utf-8", "replace")

    def _environment(self, folder: Path) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
        if not {"GIT_SSH", "GIT_SSH_COMMAND"} & env.keys() and not _has_ssh(folder):
            env["GIT_SSH_COMMAND"] = _SSH
        settings = [("remote.origin.url", self._asked)]
        if self._password:
            env["THALWEG_GIT_USER"], env["THALWEG_GIT_PASSWORD"] = self._user, self._password
            settings += [("credential.helper", ""), ("credential.helper", _HELPER)]  # no other one may write it down
        elif self._user:
            settings.append(("credential.username", self._user))
        given = int(env["GIT_CONFIG_COUNT"]) if env.get("GIT_CONFIG_COUNT", "").isdecimal() else 0
        for place, (name, value) in enumerate(settings, given):
            env[f"GIT_CONFIG_KEY_{place}"], env[f"GIT_CONFIG_VALUE_{place}"] = name, value
        return env | {
            "LC_ALL": "C",
            "GIT_ALLOW_PROTOCOL": ":".join(SCHEMES),
            "GIT_CEILING_DIRECTORIES": str(folder.parent),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",  # a fetch that looks for what a shallow remote lacks would fetch without end
            "GIT_DEFAULT_HASH": "sha1",
            "GIT_DEFAULT_REF_FORMAT": "files",
            "GIT_CONFIG_COUNT": str(given + len(settings)),
        }

    def _refused(self, complaint: str) -> SourceError:
        lines = [line.strip() for line in complaint.replace(self._asked, self.url).splitlines() if line.strip()]
        grave = [line for line in lines if line.startswith(("fatal:", "error:", "ERROR:"))]
        said = names.without_password(next(iter(grave or lines), "no reason given")).rstrip(".")
        return SourceError(
            f"{self.url} cannot be fetched: {said.partition(': ')[2] or said}.",
            "Look whether `git ls-remote` reaches it without asking for a password; or clone it, and import the clone.",
        )


def _has_ssh(folder: Path) -> bool:
    """Whether who runs this has a way of their own to call ssh."""
    asked = ["git", "config", "--get", "core.sshCommand"]
    return subprocess.run(asked, capture_output=True, check=False, cwd=folder).returncode == 0
