"""The one place that runs git to read: plumbing that prints objects as they are, obeying nothing that they hold.

No hook, pager, filter, signature check or transport of a repository is run; neither the machine's nor the user's
settings are read; nothing is written into it. Everything that a caller names is passed on standard input, as checked
hexadecimal digits, or behind what ends the options, so that no name can be taken for one.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from thalweg.model.errors import SourceError

_COMPLAINT = 1 << 16
"""Bytes that are read of what git complains of."""

# What a repository's own settings could run or change in the commands below; `-c` wins over them.
_PINS = (
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    "core.fsmonitor=false",
    "core.protectHFS=false",  # a name that another system could not write is no reason not to read it
    "core.protectNTFS=false",
    "core.useReplaceRefs=false",
    "core.warnAmbiguousRefs=false",
    "init.defaultBranch=main",
)


class Plumbing:
    """git, run in one folder or another. scratch: a folder of its own. above: a folder from which on upwards no
    repository is looked for. broken: what is raised where a command fails, by what git complains of, and whether a
    failure was to be expected.
    """

    def __init__(self, scratch: Path, above: Path, broken: Callable[[str, bool], SourceError]) -> None:
        self._scratch = scratch
        self._broken = broken
        self._env = _environment(scratch, above)

    def text(
        self,
        place: Path,
        *arguments: str,
        stdin: Iterable[str] = (),
        missing: bool = False,
        index: Path | None = None,
    ) -> str:
        """What a command prints. missing: a failure means that what was asked for is not there, and gives ''."""
        try:
            with self.running(place, *arguments, stdin=stdin, missing=missing, index=index) as out:
                return out.read().decode("utf-8", "surrogateescape" if "-z" in arguments else "replace")
        except SourceError:
            if missing:
                return ""
            raise

    @contextmanager
    def running(
        self,
        place: Path,
        *arguments: str,
        stdin: Iterable[str] = (),
        missing: bool = False,
        index: Path | None = None,
    ) -> Iterator[IO[bytes]]:
        """The output of one command as it comes; the process is gone when this is left, however it is left. missing:
        a failure does not mean that anything is broken. index: what the command works with, never the clone's own.

        Questions go through a file, for git may answer before it was asked everything, and both would wait.
        """
        command = ["git", "-C", str(place), "--no-pager"]
        command += [part for pin in _PINS for part in ("-c", pin)]
        env = self._env if index is None else self._env | {"GIT_INDEX_FILE": str(index)}
        with TemporaryFile(dir=self._scratch) as asked, TemporaryFile(dir=self._scratch) as complaints:
            asked.writelines(f"{line}\n".encode("utf-8", "surrogateescape") for line in stdin)
            asked.seek(0)
            with subprocess.Popen(
                [*command, *arguments], env=env, stdin=asked, stdout=subprocess.PIPE, stderr=complaints
            ) as process:
                assert process.stdout is not None
                try:
                    yield process.stdout
                except BaseException:
                    process.kill()
                    raise
                process.stdout.close()
                if process.wait():
                    complaints.seek(0)
                    raise self._broken(complaints.read(_COMPLAINT).decode("utf-8", "replace"), missing)


def _environment(scratch: Path, above: Path) -> dict[str, str]:
    # A clone that belongs to somebody else is refused unless it is declared safe, and git believes that of a
    # global configuration only: releases differ on whether -c or GIT_CONFIG_COUNT do. So we bring our own, which
    # also keeps the user's from being read.
    settings = scratch / "gitconfig"
    settings.write_text("[safe]\n\tdirectory = *\n", encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return env | {
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(settings),
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(above),  # a folder inside a clone is not the clone
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",  # earlier releases fetch missing objects all the same, unless no door is open
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }
