"""What the real client sent to a real server, and wrote into files, in an environment of its own, once a session."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.http.conftest import running

HERE = Path(__file__).parent


class Sent(NamedTuple):
    """events: by transport, as the client itself writes them. folder: where those lie that were written into files.
    store: the address of the store that the server wrote.
    """

    events: dict[str, list[dict[str, Any]]]
    folder: Path
    store: str

    def posted(self) -> list[dict[str, Any]]:
        return [event for name in ("sync", "packed", "background") for event in self.events[name]]


@pytest.fixture(scope="session")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    folder = tmp_path_factory.mktemp("openlineage")
    store = f"sqlite:///{folder}/served.db"
    server = running(store, openlineage_strict="true", log_level="warning")
    try:
        uv = str(Path(sys.executable).with_name("uv"))
        command = [uv, "run", "--script", str(HERE / "make_openlineage.py"), server.url, str(folder)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode == 0, done.stdout[-4000:]
    finally:
        server.stop()
        server.process.communicate()
    return Sent(json.loads((folder / "sent.json").read_text("utf-8")), folder, store)
