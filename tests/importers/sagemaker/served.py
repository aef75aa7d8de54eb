"""SageMaker's API as a server on this machine: JSON 1.1, the call in `X-Amz-Target`, pages by NextToken.

It answers with what a dump recorded, and does as a bad day would where a fault is named for a call.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from thalweg.model import time


class Answer(NamedTuple):
    """cut: how many bytes of the body are sent of all that were promised."""

    body: bytes
    status: int = 200
    cut: int | None = None
    kind: str = "application/x-amz-json-1.1"


Fault = Callable[[dict[str, Any]], Answer | None]
"""Is given what a call asks, and answers instead; None lets it pass."""
NONE: Mapping[str, Fault] = {}
ROLE = b"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>hunter2</SecretAccessKey><SessionToken>hunter2</SessionToken>
<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""
NO_ROLE = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>No.</Message></Error></ErrorResponse>"


def refused(code: str, message: str, status: int = 400) -> Fault:
    """An error as AWS writes it."""
    return lambda _: Answer(json.dumps({"__type": code, "message": message}).encode(), status)


def denied(call: str) -> Fault:
    who = "arn:aws:iam::123456789012:user/eve"
    return refused("AccessDeniedException", f"User: {who} is not authorized to perform: sagemaker:{call}")


def body(content: bytes, cut: int | None = None, kind: str = "application/x-amz-json-1.1") -> Fault:
    return lambda _: Answer(content, cut=cut, kind=kind)


def times(count: int, fault: Fault) -> Fault:
    """Only the first times."""
    left = [count]

    def befall(given: dict[str, Any]) -> Answer | None:
        left[0] -= 1
        return fault(given) if left[0] >= 0 else None

    return befall


def after_the_first(fault: Fault) -> Fault:
    """Only pages behind the first."""
    return lambda given: fault(given) if "NextToken" in given else None


@dataclass
class Served:
    """asked: each call with what it asked. keys: the ids of the keys that signed them. role: whether one is given."""

    address: str
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    role: bool = True

    def count(self, call: str) -> int:
        return len([one for one, _ in self.asked if one == call])


@contextmanager
def served(dump: Path, faults: Mapping[str, Fault] = NONE) -> Iterator[Served]:
    """`faults` by the names of calls: `ListEndpoints`."""
    answers: dict[tuple[str, str], list[bytes]] = {}
    for line in dump.read_text().splitlines():
        record = json.loads(line)
        if record["operation"] != "done":
            call = "".join(word.title() for word in record["operation"].split("_"))
            answers.setdefault((call, json.dumps(record["request"])), []).append(on_the_wire(record["response"]))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if "X-Amz-Target" not in self.headers:
                self._log_in()
                return
            call = self.headers["X-Amz-Target"].removeprefix("SageMaker.")
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.asked.append((call, dict(given)))
            found.keys.add(re.findall(r"Credential=([^/]+)/", self.headers["Authorization"])[0])
            assert given.pop("MaxResults", 100) == 100
            answer = faults[call](given) if call in faults else None
            if answer is None:
                page = int(given.pop("NextToken", "0"))
                answer = Answer(answers[call, json.dumps(given)][page])
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: answer.cut])
            self.close_connection = answer.cut is not None

        def _log_in(self) -> None:
            """STS, which speaks in forms and XML: the role that is asked for."""
            self.rfile.read(int(self.headers["Content-Length"]))
            content = ROLE if found.role else NO_ROLE
            self.send_response(200 if found.role else 403)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Served(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def on_the_wire(response: Any) -> bytes:
    """An answer as it was before boto3 read it: its times are seconds."""

    def told(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: told(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [told(one) for one in value]
        return time.parse(value) / 1_000_000 if name.endswith(("Time", "Timestamp")) else value

    return json.dumps(told(response)).encode()
