"""The application over a store on SQLite, and the real server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx
import pytest

from thalweg.http.app import application
from thalweg.http.settings import Settings
from thalweg.store.open import open_store
from thalweg.store.store import Store

URL = "http://127.0.0.1:8000"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_store(f"sqlite:///{tmp_path}/store.db")
    yield store
    await store.close()


@pytest.fixture
async def client(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """Asks the application in this process."""
    transport = httpx.ASGITransport(application(store, Settings()))
    async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
        yield client


@dataclass(frozen=True, slots=True)
class Running:
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    url: str
    log: IO[str]

    def stop(self, with_: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code."""
        self.process.send_signal(with_)
        return self.process.wait(30)


SERVE = """
import sys
from thalweg.http.serve import serve
from thalweg.http.settings import Settings

sys.exit(serve(Settings(), started=lambda addresses: print(*addresses, flush=True)))
"""


def running(store: str, **settings: str) -> Running:
    """Starts a server on a free port, and waits until it answers."""
    given = {f"THALWEG_{name.upper()}": value for name, value in {"port": "0", "store": store, **settings}.items()}
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE],
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    if not line:
        raise AssertionError(process.communicate()[1])
    return Running(process, line.split()[0].removesuffix("/graphql"), process.stderr)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    server = running(f"sqlite:///{tmp_path}/served.db")
    yield server
    if server.process.poll() is None:
        server.stop()
    server.process.communicate()
