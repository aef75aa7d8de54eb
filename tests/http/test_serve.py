"""The server as a process: it says when it answers, and stops in order."""

from __future__ import annotations

import json
import logging
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.http.conftest import Running, running
from thalweg.http.serve import serve
from thalweg.http.settings import Settings
from thalweg.model.errors import BadInput, StoreNotFound


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """What is served in this process sets its logging up."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_it_answers_as_soon_as_it_says_so(server: Running) -> None:
    assert httpx.get(f"{server.url}/readyz").text == "ready\n"
    answer = httpx.post(f"{server.url}/graphql", json={"query": "{ runs { totalCount } }"})
    assert answer.json() == {"data": {"runs": {"totalCount": 0}}}
    assert "server" not in answer.headers


@pytest.mark.parametrize("with_", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly(server: Running, with_: signal.Signals) -> None:
    assert server.stop(with_) == 0
    assert "Traceback" not in server.log.read()


def test_what_was_stated_is_there_after_a_restart(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/kept.db"
    statement = 'mutation { recordRun(input: {namespace: "a", runId: "b"}) { outcome } }'
    for expected in ("WRITTEN", "UNCHANGED"):
        server = running(store)
        answer = httpx.post(f"{server.url}/graphql", json={"query": statement}).json()
        assert answer["data"]["recordRun"]["outcome"] == expected
        assert server.stop() == 0
        server.process.communicate()


def test_it_is_not_ready_any_more_before_it_stops_answering(tmp_path: Path) -> None:
    server = running(f"sqlite:///{tmp_path}/s.db", shutdown_delay="30")
    server.process.send_signal(signal.SIGTERM)
    with httpx.Client(base_url=server.url) as client:
        while client.get("/readyz").status_code == 200:
            pass
        assert client.get("/readyz").text == "stopping\n"
        assert client.post("/graphql", json={"query": "{ __typename }"}).status_code == 200
    assert server.stop(signal.SIGINT) == 0, "a second signal waits for nothing"
    server.process.communicate()


def test_a_request_in_flight_is_finished(server: Running) -> None:
    """The request is sent in two halves, and the server is told to stop between them."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    body = json.dumps({"query": "{ __typename }"}).encode()
    lines = (
        "POST /graphql HTTP/1.1",
        f"Host: {host}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall("\r\n".join((*lines, "", "")).encode() + body[:5])
        assert httpx.get(f"{server.url}/livez").status_code == 200
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        connection.sendall(body[5:])
        answer = connection.recv(65536)
        stopping.join()
    assert b" 200 OK" in answer
    assert server.process.returncode == 0


def test_it_logs_lines_of_json_with_the_request_id(tmp_path: Path) -> None:
    server = running(f"sqlite:///{tmp_path}/s.db", log_format="json")
    httpx.get(f"{server.url}/livez", headers={"x-request-id": "r-9"})
    server.stop()
    lines = [json.loads(line) for line in server.process.communicate()[1].splitlines()]
    assert any(line.get("request_id") == "r-9" and line["status"] == 200 for line in lines)
    assert any(line["message"].startswith("Serving sqlite:///") for line in lines)


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=f"cannot listen on 127.0.0.1:{port}.*--port") as refused:
            serve(Settings(port=port, store=f"sqlite:///{tmp_path}/s.db"))
    assert refused.value.hint


def test_a_store_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreNotFound):
        serve(Settings(port=0, store=f"sqlite:///{tmp_path}/no/folder/s.db"))


def test_it_refuses_to_be_open_to_all(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nobody has to log in"):
        serve(Settings(host="0.0.0.0", store=f"sqlite:///{tmp_path}/s.db"))
