"""What may stand between an importer and a tracking server: it passes on what is asked, and does as a bad day would.

Faults are functions, by the end of the path that they befall; each is asked before the server is, as often as it says,
and answers itself or lets the request pass.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

Edit = Callable[[Any], Any]
JSON = {"Content-Type": "application/json"}


@dataclass
class Answer:
    """status, headers and body; `cut`: how many bytes of the body are sent of all that were promised."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))
    body: bytes = b"{}"
    cut: int | None = None


Fault = Callable[[Answer], Answer | None]
"""Is given what the server answers, and gives what comes instead; None lets it pass."""


NONE: Mapping[str, Fault] = {}


def status(code: int, **headers: str) -> Fault:
    return lambda _: Answer(code, {name.replace("_", "-"): value for name, value in headers.items()}, b"oh dear")


def body(content: bytes, kind: str = "application/json") -> Fault:
    return lambda _: Answer(200, {"Content-Type": kind}, content)


def edited(edit: Edit) -> Fault:
    return lambda answer: Answer(body=json.dumps(edit(json.loads(answer.body))).encode())


def cut(answer: Answer) -> Answer:
    """Stops in the middle of a page."""
    return Answer(body=answer.body, cut=len(answer.body) // 2)


def times(count: int, fault: Fault) -> Fault:
    """Only the first times."""
    left = [count]

    def befall(answer: Answer) -> Answer | None:
        left[0] -= 1
        return fault(answer) if left[0] >= 0 else None

    return befall


@dataclass
class Between:
    """asked: the paths that were asked for, and what let in whoever asked."""

    upstream: str
    prefix: str = ""
    faults: dict[str, Fault] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    address: str = ""

    def count(self, path: str) -> int:
        return len([one for one, _ in self.asked if one.endswith(path)])


@contextmanager
def between(upstream: str, faults: Mapping[str, Fault] = NONE, prefix: str = "") -> Iterator[Between]:
    """`faults` by the ends of paths: `runs/search`."""
    found = Between(upstream, prefix, dict(faults))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass(None)

        def do_POST(self) -> None:
            self._pass(self.rfile.read(int(self.headers["Content-Length"])))

        def _pass(self, content: bytes | None) -> None:
            path = self.path.partition("?")[0]
            found.asked.append((path, self.headers.get("Authorization")))
            answer = Answer(404, {}, b"no such page")
            if self.path.startswith(found.prefix):
                request = Request(found.upstream + self.path.removeprefix(found.prefix), content, JSON)
                try:
                    with urlopen(request) as response:
                        answer = Answer(response.status, dict(JSON), response.read())
                except HTTPError as error:
                    with error:
                        answer = Answer(error.code, dict(JSON), error.read())
            for name, fault in found.faults.items():
                if path.endswith(name):
                    answer = fault(answer) or answer
            self.send_response(answer.status)
            for header, value in answer.headers.items():
                self.send_header(header, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: answer.cut])

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    found.address = f"http://127.0.0.1:{server.server_port}{prefix}"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
