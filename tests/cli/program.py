"""The program as people run it: a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

THALWEG = str(Path(sys.executable).with_name("thalweg"))
PATIENCE = 120
"""Seconds after which a program that does not end is a failure."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run of the program ended."""

    code: int
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    """The environment without what would change the program's answers."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("THALWEG_")}
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
        plain.pop(name, None)
    return {**plain, **more}


def program(*arguments: str, cwd: Path, **more: str) -> Ran:
    """Runs the program to its end, piped. `more`: variables of its environment."""
    ran = subprocess.run(
        [THALWEG, *arguments], cwd=cwd, env=environment(**more), capture_output=True, text=True, timeout=PATIENCE
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@contextmanager
def serving(*arguments: str, cwd: Path) -> Iterator[str]:
    """The address of a server that runs as a process of its own, on a free port, until it is interrupted; then it must
    end well.
    """
    command = [THALWEG, "serve", "--port", "0", "--log-level", "warning", *arguments]
    with subprocess.Popen(command, cwd=cwd, env=environment(), stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            first = [server.stdout.readline() for _ in range(3)]
            yield first[1].split()[-1].removesuffix("/graphql")
            server.send_signal(signal.SIGINT)
            assert server.wait(PATIENCE) == 0
        finally:
            server.kill()
