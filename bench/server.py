"""The real server in a process of its own, and a client that keeps one connection open."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Client:
    """One connection to a server; queries block, as a browser's would."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def query(self, text: str, variables: dict[str, Any]) -> bytes:
        body = json.dumps({"query": text, "variables": variables})
        self._connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise RuntimeError(f"The server answered {response.status}: {answer[:500]!r}")
        return answer

    def close(self) -> None:
        self._connection.close()


@contextmanager
def serving(store: str, *, read_only: bool = True) -> Iterator[tuple[Client, int]]:
    """A server on a free port over this store, and the number of its process. Its limits are lifted where a case asks
    for more than the default.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    environment = {**os.environ, "THALWEG_STORE": store, "THALWEG_PORT": str(port), "THALWEG_LOG_LEVEL": "warning"}
    environment |= {"THALWEG_MAX_SECONDS": "60", "THALWEG_MAX_VISITED": "2000000", "THALWEG_READ_ONLY": str(read_only)}
    thalweg = Path(sys.executable).with_name("thalweg")
    server = subprocess.Popen([str(thalweg), "serve"], env=environment, stdout=subprocess.DEVNULL)
    client = Client(port)
    try:
        ends = time.monotonic() + 60
        while True:
            try:
                client.query("{__typename}", {})
                break
            except OSError as error:
                client.close()
                if server.poll() is not None or time.monotonic() > ends:
                    raise RuntimeError(f"The server over {store} did not come up.") from error
                time.sleep(0.1)
        yield client, server.pid
    finally:
        client.close()
        server.terminate()
        server.wait()
