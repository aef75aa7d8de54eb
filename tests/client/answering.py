"""What answers in a server's place: as a proxy does, as something else does, or as nobody should."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(answer: Answer, *, reads: bool = True) -> Iterator[str]:
    """The address of something that answers each request as it is told. reads: whether it reads them before."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if reads:
                self.body = self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer(status: int, body: str, type: str = "application/json") -> Answer:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", type)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body.encode())

    return send


def half(status: int, body: bytes) -> Answer:
    """Breaks off within the body."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(body)
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)

    return send


def elsewhere(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "http://[")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    with suppress(OSError):
        while True:
            handler.wfile.write(b" " * (1 << 16))


def results(one: str) -> Answer:
    """Answers for each granule in the same way."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        count = len(json.loads(handler.body)["variables"]["input"]["granules"])  # type: ignore[attr-defined]
        listed = ", ".join([one] * count)
        answer(200, f'{{"data": {{"stateBatch": {{"results": [{listed}], "errors": []}}}}}}')(handler)

    return send


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Breaks the connection off without a word: what the other side still sends comes back as an error."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def silent_proxy(limit: int, *, asked: list[int]) -> Answer:
    """Takes what is small enough; of more it breaks the connection off. asked: the sizes of all requests."""
    taken = results('{"outcome": "WRITTEN", "errors": []}')

    def send(handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers["Content-Length"])
        asked.append(length)
        handler.body = handler.rfile.read(min(length, limit))  # type: ignore[attr-defined]
        (taken if length <= limit else reset)(handler)

    return send


def proxy(limit: int, *, reads: bool) -> Answer:
    """Takes what is small enough, as a server does; of more it says that it is too large, in a page of its own."""
    taken = results('{"outcome": "WRITTEN", "errors": []}')
    refused = answer(413, "<html>413 Request Entity Too Large</html>", "text/html")

    def send(handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers["Content-Length"])
        if reads or length <= limit:
            handler.body = handler.rfile.read(length)  # type: ignore[attr-defined]
        (taken if length <= limit else refused)(handler)

    return send
