"""The command line, straight on a store file: what somebody waits for, the start of the process included."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from bench import estate
from bench.case import Case, Thing

THALWEG = Path(sys.executable).with_name("thalweg")


def of_file(address: str) -> list[Case]:
    """Only of a store file: over a server it is the server that works."""
    environment = {**os.environ, "THALWEG_STORE": address, "THALWEG_MAX_SECONDS": "60"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # whoever installs it compiles it once, not at each start

    def command(*words: str) -> Thing:
        async def run() -> None:
            process = await asyncio.create_subprocess_exec(
                THALWEG, *words, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
            )
            _, said = await process.communicate()
            if process.returncode not in (0, 1):
                raise RuntimeError(f"thalweg {' '.join(words)} failed: {said.decode()}")

        return run

    def check(reach: estate.Reach) -> Thing:
        return command("check", reach.dataset.id, "--drop-column", estate.COLUMN, "--active-within", "7300")

    return [
        Case(
            "a command, from the start of its process to its end",
            {
                "thalweg --version": command("--version"),
                **{f"thalweg check, {reach.versions:,} reached": check(reach) for reach in estate.REACHES},
            },
        )
    ]
